//! Somebody at the console, as their browser asks the server.

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Client, Method, RequestBuilder, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use wire::ApiError;

use crate::TestOffice;

/// A browser, with the cookie that it was given.
#[derive(Clone)]
pub struct Console {
    pub address: String,
    /// As it is sent along, such as `name=value`; empty before signing in.
    pub cookie: String,
    pub client: Client,
}

impl Console {
    /// Nobody.
    pub fn stranger(office: &TestOffice) -> Self {
        Self { address: office.address.clone(), cookie: String::new(), client: Client::new() }
    }

    /// Whoever has this session.
    pub fn with(office: &TestOffice, session: &str) -> Self {
        Self { cookie: format!("village_ledger_session={session}"), ..Self::stranger(office) }
    }

    /// A request without the header that pages of ours send.
    pub fn bare(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.client.request(method, format!("{}{path}", self.address));
        if self.cookie.is_empty() { request } else { request.header("cookie", &self.cookie) }
    }

    /// Sends JSON as the console does.
    pub async fn post(&self, path: &str, body: impl Serialize) -> Response {
        self.post_with(path, body, &[]).await
    }

    /// The same with other headers too.
    pub async fn post_with(
        &self,
        path: &str,
        body: impl Serialize,
        more: &[(&'static str, &str)],
    ) -> Response {
        let named = |(name, value): &(&'static str, &str)| {
            (HeaderName::from_static(name), HeaderValue::from_str(value).unwrap())
        };
        let more: HeaderMap = more.iter().map(named).collect();
        let request = self
            .bare(Method::POST, path)
            .header("x-village-ledger", "console")
            .header("content-type", "application/json")
            .headers(more)
            .body(serde_json::to_string(&body).unwrap());
        request.send().await.unwrap()
    }

    /// Signs in by these credentials, and keeps the cookie.
    pub async fn sign_in(&mut self, credentials: Value) -> Result<(), ApiError> {
        let response = self.post("/api/sign-in", credentials).await;
        if !response.status().is_success() {
            return Err(error(response).await);
        }
        let set = response.headers()["set-cookie"].to_str().unwrap().to_owned();
        self.cookie = set.split(';').next().unwrap().to_owned();
        Ok(())
    }

    /// Runs a command.
    pub async fn try_call<R: DeserializeOwned>(
        &self,
        command: &str,
        request: impl Serialize,
    ) -> Result<R, ApiError> {
        let response = self.post(&format!("/api/call/{command}"), request).await;
        if !response.status().is_success() {
            return Err(error(response).await);
        }
        Ok(serde_json::from_slice(&response.bytes().await.unwrap()).unwrap())
    }

    /// Runs a command and expects it to succeed.
    pub async fn call<R: DeserializeOwned>(&self, command: &str, request: impl Serialize) -> R {
        self.try_call(command, request).await.unwrap_or_else(|error| panic!("{command}: {error:?}"))
    }
}

/// What an answer says went wrong.
pub async fn error(response: Response) -> ApiError {
    serde_json::from_slice(&response.bytes().await.unwrap()).unwrap()
}
