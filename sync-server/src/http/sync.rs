//! Devices: the exchange of records, and of thumbnails ahead of their photos. Every request carries the device's token.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, FromRequestParts};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use domain::{GridLevel, PhotoHash, Scope};
use serde::Serialize;
use serde::de::DeserializeOwned;
use store::{Reader, StoreError};
use wire::sync::{ExchangeRequest, MAX_MESSAGE, ProtocolError, SyncProtocol, Thumbnail, decode, encode};
use wire::{ApiError, ErrorCode};

use super::error::{Failed, blocking};
use crate::access::{DeviceAccess, Person};

pub(super) fn routes(_: &super::State) -> Router<super::State> {
    Router::new()
        .route("/sync/exchange", post(exchange))
        .route("/sync/photos-held", post(photos_held))
        .route("/sync/thumbnails/send", post(thumbnails_send))
        .route("/sync/thumbnails/fetch", post(thumbnails_fetch))
        .layer(DefaultBodyLimit::max(MAX_MESSAGE))
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
            Some(device) => Ok(Self(office(state, device)?)),
            None => {
                let message = "the server does not know this device's token";
                Err(ApiError::new(ErrorCode::Unauthorized, message).because("token").into())
            }
        }
    }
}

fn office(state: &super::State, device: DeviceAccess) -> Result<app::Office, ApiError> {
    let DeviceAccess { id: _, name, scope, person: Person { name: person, role, .. }, names } = device;
    let store = state.app.store();
    let scope = match scope {
        Some(scope) => scope,
        // All that this server holds.
        None => store.read::<_, StoreError>(everything).map_err(app::to_api_error)?,
    };
    Ok(app::Office::new(store.clone(), scope, person, role).with_names(name, names))
}

fn everything(reader: &Reader<'_>) -> Result<Scope, StoreError> {
    let codes = reader.units()?.into_iter().map(|unit| unit.code);
    Ok(Scope::new(codes.filter(|code| code.level() == GridLevel::County).collect()))
}

async fn exchange(Office(office): Office, bytes: Bytes) -> Result<Response, Failed> {
    answer(bytes, move |request: ExchangeRequest| now(office.exchange(request))).await
}

async fn photos_held(Office(office): Office, bytes: Bytes) -> Result<Response, Failed> {
    answer(bytes, move |hashes: Vec<PhotoHash>| now(office.photos_held(hashes))).await
}

async fn thumbnails_send(Office(office): Office, bytes: Bytes) -> Result<Response, Failed> {
    answer(bytes, move |thumbnails: Vec<Thumbnail>| now(office.thumbnails_send(thumbnails))).await
}

async fn thumbnails_fetch(Office(office): Office, bytes: Bytes) -> Result<Response, Failed> {
    answer(bytes, move |hashes: Vec<PhotoHash>| now(office.thumbnails_fetch(hashes))).await
}

/// Reads a message, does what it asks for, and writes the answer.
async fn answer<Q: DeserializeOwned, A: Serialize>(
    bytes: Bytes,
    work: impl FnOnce(Q) -> Result<A, ApiError> + Send + 'static,
) -> Result<Response, Failed> {
    let reply = blocking(move || {
        let question =
            decode(&bytes).map_err(|error| ApiError::new(ErrorCode::Malformed, error.to_string()))?;
        encode(&work(question)?).map_err(|error| ApiError::new(ErrorCode::Internal, error.to_string()))
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
