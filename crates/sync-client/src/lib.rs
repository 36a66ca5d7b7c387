//! The sync protocol over HTTP: what a device says to its server. Photos go up by tus 1.0 (core and creation) and
//! come down by ranges.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use domain::PhotoHash;
use reqwest::header::{CONTENT_RANGE, CONTENT_TYPE, RANGE};
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode, Url};
use wire::sync::{
    Connect, ExchangeReply, ExchangeRequest, PhotoState, ProtocolError, SyncProtocol, decode, encode,
};
use wire::{ApiError, ErrorCode};

/// How long a server may take to accept a connection. The link may be slow; the answer itself may take long.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(20);
/// How long a connection may be silent before it counts as cut.
const READ_TIMEOUT: Duration = Duration::from_secs(90);
/// The largest answer that is read, in bytes.
const LARGEST_ANSWER: usize = 32 << 20;

const TUS_RESUMABLE: &str = "Tus-Resumable";
const TUS_VERSION: &str = "1.0.0";
const UPLOAD_OFFSET: &str = "Upload-Offset";
const UPLOAD_LENGTH: &str = "Upload-Length";

/// Makes connections.
#[derive(Debug, Default)]
pub struct HttpConnector;

impl HttpConnector {
    /// A connector.
    pub fn new() -> Self {
        Self
    }
}

impl Connect for HttpConnector {
    type Protocol = HttpProtocol;

    fn connect(&self, address: &str, token: &str) -> Result<HttpProtocol, ApiError> {
        let wrong = || {
            let message =
                format!("{address:?} is no address of a server: it looks like http://192.168.1.5:8770");
            ApiError::invalid("address", message).because("address")
        };
        let base = Url::parse(address).map_err(|_| wrong())?;
        if base.scheme() != "http" || base.host_str().is_none() {
            return Err(wrong());
        }
        if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(ApiError::invalid("token", "this is no token of a device").because("token"));
        }
        let client = Client::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .read_timeout(READ_TIMEOUT)
            .no_proxy()
            .build()
            .map_err(|error| ApiError::new(ErrorCode::Internal, error.to_string()))?;
        Ok(HttpProtocol { client, base, token: token.to_owned(), traffic: AtomicU64::new(0) })
    }
}

/// A server as a device reaches it.
#[derive(Debug)]
pub struct HttpProtocol {
    client: Client,
    base: Url,
    token: String,
    traffic: AtomicU64,
}

impl HttpProtocol {
    fn request(&self, method: Method, path: &str) -> Result<RequestBuilder, ProtocolError> {
        let url = self.base.join(path).map_err(|error| ProtocolError::Malformed(error.to_string()))?;
        Ok(self.client.request(method, url).bearer_auth(&self.token).header(TUS_RESUMABLE, TUS_VERSION))
    }

    async fn send(&self, request: RequestBuilder, body: u64) -> Result<Response, ProtocolError> {
        self.count(body);
        let response = request.send().await.map_err(unreachable)?;
        // What these mean depends on the question; the third is how tus says where an upload stands.
        let status = response.status();
        let elsewhere = status == StatusCode::CONFLICT && response.headers().contains_key(UPLOAD_OFFSET);
        let meant = [StatusCode::NOT_FOUND, StatusCode::RANGE_NOT_SATISFIABLE].contains(&status) || elsewhere;
        if status.is_success() || meant {
            return Ok(response);
        }
        let bytes = self.body(response).await?;
        Err(match serde_json::from_slice::<ApiError>(&bytes) {
            Ok(error) => ProtocolError::Refused(error),
            // The answer to HEAD has no body.
            Err(_) if status == StatusCode::UNAUTHORIZED => ProtocolError::Refused(ApiError::new(
                ErrorCode::Unauthorized,
                "the server does not know this device's token",
            )),
            Err(_) => {
                ProtocolError::Malformed(format!("{status}: is this the address of a Village Ledger server?"))
            }
        })
    }

    async fn body(&self, mut response: Response) -> Result<Vec<u8>, ProtocolError> {
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(unreachable)? {
            self.count(chunk.len() as u64);
            if bytes.len() + chunk.len() > LARGEST_ANSWER {
                return Err(ProtocolError::Malformed("the answer is too large".to_owned()));
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes)
    }

    fn count(&self, bytes: u64) {
        self.traffic.fetch_add(bytes, Ordering::Relaxed);
    }

    async fn create(&self, hash: &PhotoHash, total: u64) -> Result<(), ProtocolError> {
        let request = self
            .request(Method::POST, "/sync/photos")?
            .header(UPLOAD_LENGTH, total)
            .header("Upload-Metadata", format!("sha256 {}", BASE64_STANDARD.encode(hash.as_str())));
        self.send(request, 0).await.and_then(found).map(|_| ())
    }
}

impl SyncProtocol for HttpProtocol {
    async fn exchange(&self, request: ExchangeRequest) -> Result<ExchangeReply, ProtocolError> {
        let bytes = encode(&request).map_err(|error| ProtocolError::Malformed(error.to_string()))?;
        let size = bytes.len() as u64;
        let request = self
            .request(Method::POST, "/sync/exchange")?
            .header(CONTENT_TYPE, "application/vnd.village-ledger.sync")
            .body(bytes);
        let response = self.send(request, size).await.and_then(found)?;
        let body = self.body(response).await?;
        decode(&body).map_err(|error| ProtocolError::Malformed(error.to_string()))
    }

    async fn photo_state(&self, hash: &PhotoHash) -> Result<PhotoState, ProtocolError> {
        let response = self.send(self.request(Method::HEAD, &format!("/sync/photos/{hash}"))?, 0).await?;
        if response.status() == StatusCode::NOT_FOUND {
            // A server of ours says so in the way of tus; anything else is another kind of server.
            return if response.headers().contains_key(TUS_RESUMABLE) {
                Ok(PhotoState::Absent)
            } else {
                Err(ProtocolError::Malformed(
                    "404: is this the address of a Village Ledger server?".to_owned(),
                ))
            };
        }
        state(&response)
    }

    async fn photo_send(
        &self,
        hash: &PhotoHash,
        total: u64,
        offset: u64,
        bytes: Vec<u8>,
    ) -> Result<PhotoState, ProtocolError> {
        if offset == 0 {
            self.create(hash, total).await?;
        }
        let size = bytes.len() as u64;
        let request = self
            .request(Method::PATCH, &format!("/sync/photos/{hash}"))?
            .header(CONTENT_TYPE, "application/offset+octet-stream")
            .header(UPLOAD_OFFSET, offset)
            .body(bytes);
        let response = self.send(request, size).await.and_then(found)?;
        match number(&response, UPLOAD_OFFSET)? {
            offset if offset == total => Ok(PhotoState::Stored),
            offset => Ok(PhotoState::Partial(offset)),
        }
    }

    async fn photo_fetch(
        &self,
        hash: &PhotoHash,
        offset: u64,
        limit: u64,
    ) -> Result<Option<(Vec<u8>, u64)>, ProtocolError> {
        let last = offset + limit.max(1) - 1;
        let request = self
            .request(Method::GET, &format!("/sync/photos/{hash}"))?
            .header(RANGE, format!("bytes={offset}-{last}"));
        let response = self.send(request, 0).await?;
        if response.status() == StatusCode::NOT_FOUND {
            return Ok(None);
        }
        let total = response
            .headers()
            .get(CONTENT_RANGE)
            .and_then(|value| value.to_str().ok()?.rsplit('/').next()?.parse().ok())
            .ok_or_else(|| ProtocolError::Malformed("the server does not send ranges".to_owned()))?;
        Ok(Some((self.body(response).await?, total)))
    }

    fn traffic(&self) -> u64 {
        self.traffic.load(Ordering::Relaxed)
    }
}

fn state(response: &Response) -> Result<PhotoState, ProtocolError> {
    let (offset, length) = (number(response, UPLOAD_OFFSET)?, number(response, UPLOAD_LENGTH)?);
    Ok(if offset == length { PhotoState::Stored } else { PhotoState::Partial(offset) })
}

fn number(response: &Response, header: &str) -> Result<u64, ProtocolError> {
    response
        .headers()
        .get(header)
        .and_then(|value| value.to_str().ok()?.parse().ok())
        .ok_or_else(|| ProtocolError::Malformed(format!("the server did not say {header}")))
}

fn found(response: Response) -> Result<Response, ProtocolError> {
    if response.status() == StatusCode::NOT_FOUND {
        return Err(ProtocolError::Malformed(
            "404: is this the address of a Village Ledger server?".to_owned(),
        ));
    }
    Ok(response)
}

fn unreachable(error: reqwest::Error) -> ProtocolError {
    // The innermost cause says what a person can use: refused, timed out, no such host.
    let mut cause: &dyn std::error::Error = &error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    ProtocolError::Unreachable(cause.to_string())
}
