//! Signing in to the console. A code becomes a session; the session's secret is a cookie that scripts cannot read.

use std::sync::Arc;

use app::Caller;
use axum::extract::{Query, Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::{Cookie, SameSite};
use serde::Deserialize;
use wire::{ApiError, ErrorCode};

use super::error::Failed;

const COOKIE: &str = "village_ledger_session";
/// A page of another origin cannot send this header without being asked first.
const CSRF_HEADER: &str = "x-village-ledger";

#[derive(Deserialize)]
struct SignIn {
    code: String,
}

pub(super) fn routes() -> Router<super::State> {
    Router::new()
        .route("/sign-in", get(by_link))
        .route("/api/sign-in", post(by_code))
        .route("/api/sign-out", post(sign_out))
}

async fn by_link(
    State(state): State<super::State>,
    jar: CookieJar,
    Query(SignIn { code }): Query<SignIn>,
) -> Result<Response, Failed> {
    Ok(match state.access.sign_in(&code, state.app.now())? {
        Some(secret) => (jar.add(cookie(secret)), Redirect::to("/")).into_response(),
        // The console asks for another code.
        None => Redirect::to("/?sign-in=used").into_response(),
    })
}

async fn by_code(
    State(state): State<super::State>,
    jar: CookieJar,
    Json(SignIn { code }): Json<SignIn>,
) -> Result<Response, Failed> {
    match state.access.sign_in(&code, state.app.now())? {
        Some(secret) => Ok((jar.add(cookie(secret)), Json(serde_json::json!({}))).into_response()),
        None => {
            let message = "this code was used already, has expired or is mistyped";
            Err(ApiError::new(ErrorCode::Unauthorized, message).because("code").into())
        }
    }
}

async fn sign_out(State(state): State<super::State>, jar: CookieJar) -> Result<Response, Failed> {
    if let Some(cookie) = jar.get(COOKIE) {
        state.access.sign_out(cookie.value())?;
    }
    Ok((jar.remove(Cookie::build(COOKIE).path("/")), Json(serde_json::json!({}))).into_response())
}

/// Lets only signed-in requests pass, with who asks, and of those that change something only ones that this origin sent.
pub(super) async fn required(
    State(state): State<super::State>,
    jar: CookieJar,
    mut request: Request,
    next: Next,
) -> Result<Response, Failed> {
    let secret = jar.get(COOKIE).map(Cookie::value).unwrap_or_default();
    let Some(person) = state.access.session(secret, state.app.now())? else {
        return Err(ApiError::new(ErrorCode::Unauthorized, "sign in to the console first").into());
    };
    let safe = matches!(*request.method(), Method::GET | Method::HEAD);
    if !safe && !request.headers().contains_key(CSRF_HEADER) {
        return Err(ApiError::new(ErrorCode::Forbidden, "the request does not come from the console").into());
    }
    request.extensions_mut().insert(SignedIn(Arc::new(person.caller())));
    Ok(next.run(request).await)
}

/// Who is signed in. Handlers behind [`required`] have it in their request.
#[derive(Clone)]
pub(super) struct SignedIn(pub Arc<Caller>);

fn cookie(secret: String) -> Cookie<'static> {
    Cookie::build((COOKIE, secret)).path("/").http_only(true).same_site(SameSite::Strict).build()
}
