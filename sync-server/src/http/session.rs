//! Signing in to the console: by name and password, or by a code that works once. Either becomes a session, whose secret
//! is a cookie that scripts cannot read.

use std::sync::Arc;

use axum::extract::{DefaultBodyLimit, Query, Request, State};
use axum::http::header::{CACHE_CONTROL, HeaderMap, HeaderValue, USER_AGENT};
use axum::http::{Method, StatusCode};
use axum::middleware::{Next, map_response};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Extension, Json, Router};
use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::{Cookie, SameSite};
use serde::Deserialize;
use serde_json::json;
use wire::{ApiError, ErrorCode};

use super::error::{Failed, access_error, blocking};
use super::observe::Who;
use super::origin;
use crate::access::{SignInRefusal, Visitor};
use crate::connection::Connection;
use crate::office::Asking;

/// The cookie of a session.
const COOKIE: &str = "village_ledger_session";
/// The same over TLS: browsers take a name that begins so only from this very host, and over TLS.
const SECURE_COOKIE: &str = "__Host-village_ledger_session";

/// The largest request to sign in, in bytes.
const LARGEST: usize = 16 << 10;

#[derive(Deserialize)]
#[serde(untagged, deny_unknown_fields)]
enum SignIn {
    Code { code: String },
    Password { name: String, password: String },
}

#[derive(Deserialize)]
struct Link {
    code: String,
}

pub(super) fn routes() -> Router<super::State> {
    Router::new()
        .route("/sign-in", get(by_link))
        .route("/api/sign-in", post(sign_in))
        .route("/api/sign-out", post(sign_out))
        .layer(DefaultBodyLimit::max(LARGEST))
        .layer(map_response(not_kept))
}

/// Answers of this kind are kept nowhere.
pub(super) async fn not_kept(mut response: Response) -> Response {
    response.headers_mut().entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

async fn by_link(
    State(state): State<super::State>,
    Extension(connection): Extension<Connection>,
    method: Method,
    headers: HeaderMap,
    jar: CookieJar,
    Query(Link { code }): Query<Link>,
) -> Result<Response, Failed> {
    if method == Method::HEAD || is_ahead(&headers) {
        // Nobody looks at the answer: the code is for who does.
        return Ok(StatusCode::SERVICE_UNAVAILABLE.into_response());
    }
    let visitor = visitor(connection, &headers);
    let (given, peer) = (state.clone(), visitor.peer);
    let opened = blocking(move || match given.access.sign_in(&code, &visitor, given.app.now()) {
        Ok(secret) => Ok(Ok(secret)),
        Err(refusal) => back(refusal).map(Err),
    });
    Ok(match opened.await? {
        Ok(secret) => {
            end_former(&state, &jar, connection)?;
            (jar.add(cookie(secret, connection.tls)), Redirect::to("/")).into_response()
        }
        Err(back) => {
            state.metrics.sign_in_failed();
            tracing::warn!(target: "access", %peer, "a sign-in link opened nothing");
            Redirect::to(&back).into_response()
        }
    })
}

/// Where the console says why a link opened nothing, and what can be done about it.
fn back(refusal: SignInRefusal) -> Result<String, ApiError> {
    match refusal {
        SignInRefusal::Wrong => Ok("/?sign-in=used".to_owned()),
        SignInRefusal::Wait(seconds) => Ok(format!("/?sign-in=wait&seconds={seconds}")),
        SignInRefusal::Access(error) => Err(access_error(error)),
    }
}

/// Whether a browser fetches a page before anybody asked for it.
fn is_ahead(headers: &HeaderMap) -> bool {
    let said = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    ["sec-purpose", "purpose", "x-moz"]
        .iter()
        .any(|name| said(name).is_some_and(|why| why.contains("prefetch")))
}

async fn sign_in(
    State(state): State<super::State>,
    Extension(connection): Extension<Connection>,
    headers: HeaderMap,
    jar: CookieJar,
    Json(given): Json<SignIn>,
) -> Result<Response, Failed> {
    origin::ours(&headers, &state.public_address)?;
    let visitor = visitor(connection, &headers);
    let shared = state.clone();
    let secret = blocking(move || {
        let (access, now) = (&shared.access, shared.app.now());
        let (signed_in, reason) = match given {
            SignIn::Code { code } => (access.sign_in(&code, &visitor, now), "code"),
            SignIn::Password { name, password } => {
                (access.sign_in_by_password(&name, &password, &visitor, now), "password")
            }
        };
        signed_in.map_err(|refusal| {
            shared.metrics.sign_in_failed();
            tracing::warn!(target: "access", peer = %visitor.peer, by = reason, "somebody was not signed in");
            refused(refusal, reason)
        })
    })
    .await?;
    // Another session each time: a secret that somebody planted before is worth nothing.
    end_former(&state, &jar, connection)?;
    Ok((jar.add(cookie(secret, connection.tls)), Json(json!({}))).into_response())
}

fn refused(refusal: SignInRefusal, reason: &str) -> ApiError {
    let message = refusal.to_string();
    match refusal {
        SignInRefusal::Wrong if reason == "code" => {
            let message = "this code was used already, has expired or is mistyped";
            ApiError::new(ErrorCode::Unauthorized, message).because(reason)
        }
        SignInRefusal::Wrong => ApiError::new(ErrorCode::Unauthorized, message).because(reason),
        SignInRefusal::Wait(seconds) => {
            ApiError::new(ErrorCode::TooManyRequests, message).because(seconds.to_string())
        }
        SignInRefusal::Access(error) => access_error(error),
    }
}

async fn sign_out(
    State(state): State<super::State>,
    Extension(connection): Extension<Connection>,
    headers: HeaderMap,
    jar: CookieJar,
) -> Result<Response, Failed> {
    origin::ours(&headers, &state.public_address)?;
    end_former(&state, &jar, connection)?;
    let gone = Cookie::build(name(connection.tls)).path("/").secure(connection.tls);
    Ok((jar.remove(gone), Json(json!({}))).into_response())
}

/// Ends the session that a browser came with.
fn end_former(state: &super::State, jar: &CookieJar, connection: Connection) -> Result<(), Failed> {
    match jar.get(name(connection.tls)) {
        Some(cookie) => Ok(state.access.sign_out(cookie.value())?),
        None => Ok(()),
    }
}

/// Lets only signed-in requests pass, with who asks, and of those that change something only ones that this origin sent.
pub(super) async fn required(
    State(state): State<super::State>,
    Extension(connection): Extension<Connection>,
    jar: CookieJar,
    mut request: Request,
    next: Next,
) -> Result<Response, Failed> {
    let secret = jar.get(name(connection.tls)).map(Cookie::value).unwrap_or_default();
    let Some(session) = state.access.session(secret, state.app.now())? else {
        return Err(ApiError::new(ErrorCode::Unauthorized, "sign in to the console first").into());
    };
    if let Some(who) = request.extensions().get::<Who>() {
        who.is_person(session.person.id);
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        origin::ours(request.headers(), &state.public_address)?;
    }
    request.extensions_mut().insert(SignedIn(Arc::new(Asking::new(session))));
    Ok(next.run(request).await)
}

/// Who is signed in. Handlers behind [`required`] have it in their request.
#[derive(Clone)]
pub(super) struct SignedIn(pub Arc<Asking>);

fn visitor(connection: Connection, headers: &HeaderMap) -> Visitor {
    let browser = headers.get(USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    Visitor { peer: connection.peer, browser: browser.to_owned() }
}

const fn name(tls: bool) -> &'static str {
    if tls { SECURE_COOKIE } else { COOKIE }
}

fn cookie(secret: String, tls: bool) -> Cookie<'static> {
    let cookie = Cookie::build((name(tls), secret)).path("/").http_only(true).same_site(SameSite::Strict);
    cookie.secure(tls).build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_that_has_to_wait_is_not_called_used() {
        assert_eq!(back(SignInRefusal::Wrong).unwrap(), "/?sign-in=used");
        assert_eq!(back(SignInRefusal::Wait(512)).unwrap(), "/?sign-in=wait&seconds=512");
        let failed = back(SignInRefusal::Access(crate::access::AccessError::Poisoned)).unwrap_err();
        assert_eq!(failed.code, ErrorCode::Storage);
    }
}
