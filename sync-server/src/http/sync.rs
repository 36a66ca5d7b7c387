//! Devices: the exchange of records. Every request carries the device's token.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, FromRequestParts, State};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use wire::sync::{ExchangeRequest, MAX_MESSAGE, ProtocolError, SyncProtocol, decode, encode};
use wire::{ApiError, ErrorCode};

use super::error::{Failed, blocking};

pub(super) fn routes(_: &super::State) -> Router<super::State> {
    Router::new().route("/sync/exchange", post(exchange)).layer(DefaultBodyLimit::max(MAX_MESSAGE))
}

/// The office as the device that asks sees it.
pub(super) struct Office(pub app::Office);

impl FromRequestParts<super::State> for Office {
    type Rejection = Failed;

    async fn from_request_parts(parts: &mut Parts, state: &super::State) -> Result<Self, Failed> {
        let token = parts
            .headers
            .get(AUTHORIZATION)
            .and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "))
            .unwrap_or_default();
        match state.access.device(token)? {
            Some(device) => Ok(Self(app::Office::new(state.app.store().clone(), device.scope))),
            None => {
                let message = "the server does not know this device's token";
                Err(ApiError::new(ErrorCode::Unauthorized, message).because("token").into())
            }
        }
    }
}

async fn exchange(
    State(_): State<super::State>,
    Office(office): Office,
    bytes: Bytes,
) -> Result<Response, Failed> {
    let reply = blocking(move || {
        let request: ExchangeRequest =
            decode(&bytes).map_err(|error| ApiError::new(ErrorCode::Malformed, error.to_string()))?;
        let reply = now(office.exchange(request))?;
        encode(&reply).map_err(|error| ApiError::new(ErrorCode::Internal, error.to_string()))
    });
    Ok(([(CONTENT_TYPE, "application/vnd.village-ledger.sync")], reply.await?).into_response())
}

/// Runs a call of the protocol to its end on this thread, which may block. The office answers at once; it waits for
/// nothing but its disk.
pub(super) fn now<T>(call: impl Future<Output = Result<T, ProtocolError>>) -> Result<T, ApiError> {
    let answer = tokio::runtime::Handle::current().block_on(call);
    answer.map_err(|error| match error {
        ProtocolError::Refused(error) => error,
        other => ApiError::new(ErrorCode::Internal, other.to_string()),
    })
}
