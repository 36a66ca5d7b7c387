//! Devices: the exchange of records, the calls that compare and prove, and thumbnails ahead of their photos. Every
//! request carries the device's token.
//!
//! A device that was revoked is told so, and may only ask what it must know before it erases anything: whether its
//! changes and photos are here ([`AnyDevice`]).

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, FromRequestParts, State};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Extension, Router};
use domain::{GridCode, GridLevel, PhotoHash, Scope};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_bytes::ByteBuf;
use store::{Reader, StoreError};
use uuid::Uuid;
use wire::sync::{ExchangeRequest, MAX_MESSAGE, ProtocolError, SyncProtocol, Thumbnail, decode, encode};
use wire::{ApiError, ErrorCode};

use super::error::{Failed, blocking};
use super::observe::Who;
use crate::access::{DeviceAccess, Person};

pub(super) fn routes(_: &super::State) -> Router<super::State> {
    Router::new()
        .route("/sync/exchange", post(exchange))
        .route("/sync/heads", post(heads))
        .route("/sync/documents/fetch", post(documents))
        .route("/sync/changes-held", post(changes_held))
        .route("/sync/photos-held", post(photos_held))
        .route("/sync/erased", post(erased))
        .route("/sync/thumbnails/send", post(thumbnails_send))
        .route("/sync/thumbnails/fetch", post(thumbnails_fetch))
        .layer(DefaultBodyLimit::max(MAX_MESSAGE))
}

/// The office as the device that asks sees it, which may sync.
pub(super) struct Office(pub app::Office);

/// A device that may sync, or was revoked and wants to know what the office has of it.
pub(super) struct AnyDevice(pub DeviceAccess);

impl FromRequestParts<super::State> for AnyDevice {
    type Rejection = Failed;

    async fn from_request_parts(parts: &mut Parts, state: &super::State) -> Result<Self, Failed> {
        let token = parts
            .headers
            .get(AUTHORIZATION)
            .and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "))
            .unwrap_or_default();
        let Some(device) = state.access.device(token)? else {
            let message = "the server does not know this device's token";
            return Err(ApiError::new(ErrorCode::Unauthorized, message).because("token").into());
        };
        if let Ok(Extension(who)) = Extension::<Who>::from_request_parts(parts, state).await {
            who.is_device(device.id);
        }
        Ok(Self(device))
    }
}

impl FromRequestParts<super::State> for Office {
    type Rejection = Failed;

    async fn from_request_parts(parts: &mut Parts, state: &super::State) -> Result<Self, Failed> {
        let AnyDevice(device) = AnyDevice::from_request_parts(parts, state).await?;
        may_sync(&device)?;
        Ok(Self(office(state, device)?))
    }
}

/// That a device was not revoked.
///
/// # Errors
/// When it was: the reason says whether it is to erase what it holds.
pub(super) fn may_sync(device: &DeviceAccess) -> Result<(), ApiError> {
    match device.revoked {
        None => Ok(()),
        Some(revoked) => {
            let reason = if revoked.erase { "revoked_erase" } else { "revoked" };
            let message = "the office revoked this device; what it has not sent stays on it";
            Err(ApiError::new(ErrorCode::Unauthorized, message).because(reason))
        }
    }
}

/// The office as this device sees it, by the server's clock.
pub(crate) fn office(state: &super::State, device: DeviceAccess) -> Result<app::Office, ApiError> {
    let DeviceAccess { name, scope, person: Person { name: person, role, .. }, names, .. } = device;
    let store = state.app.store();
    let scope = effective(state, scope)?;
    let clock = Arc::clone(&state.app);
    Ok(app::Office::new(store.clone(), scope, person, role)
        .with_names(name, names)
        .with_key(state.bundle_key.clone())
        .with_clock(Arc::new(move || clock.now())))
}

/// A scope in grid units: every county for all that this server holds.
pub(super) fn effective(state: &super::State, scope: Option<Scope>) -> Result<Scope, ApiError> {
    match scope {
        Some(scope) => Ok(scope),
        None => state.app.store().read::<_, StoreError>(everything).map_err(app::to_api_error),
    }
}

fn everything(reader: &Reader<'_>) -> Result<Scope, StoreError> {
    let codes = reader.units()?.into_iter().map(|unit| unit.code);
    Ok(Scope::new(codes.filter(|code| code.level() == GridLevel::County).collect()))
}

async fn exchange(
    State(state): State<super::State>,
    AnyDevice(device): AnyDevice,
    bytes: Bytes,
) -> Result<Response, Failed> {
    may_sync(&device)?;
    let id = device.id;
    let office = office(&state, device)?;
    answer(bytes, move |request: ExchangeRequest| {
        let report = request.report.clone();
        let reply = now(office.exchange(request))?;
        state.metrics.exchanged(&reply);
        // Whoever looks after devices goes without the last report rather than the device without its answer.
        if let Err(error) = state.access.note_report(id, &report, state.app.now()) {
            tracing::error!(%error, device = %id, "the report of a device could not be noted");
        }
        Ok(reply)
    })
    .await
}

async fn heads(Office(office): Office, bytes: Bytes) -> Result<Response, Failed> {
    let question = move |(grid, after): (GridCode, Option<Uuid>)| now(office.heads(&grid, after));
    answer(bytes, question).await
}

async fn documents(Office(office): Office, bytes: Bytes) -> Result<Response, Failed> {
    answer(bytes, move |documents: Vec<Uuid>| now(office.documents_fetch(documents))).await
}

async fn changes_held(
    State(state): State<super::State>,
    AnyDevice(device): AnyDevice,
    bytes: Bytes,
) -> Result<Response, Failed> {
    let office = office(&state, device)?;
    answer(bytes, move |hashes: Vec<ByteBuf>| now(office.changes_held(hashes))).await
}

async fn photos_held(
    State(state): State<super::State>,
    AnyDevice(device): AnyDevice,
    bytes: Bytes,
) -> Result<Response, Failed> {
    let office = office(&state, device)?;
    answer(bytes, move |hashes: Vec<PhotoHash>| now(office.photos_held(hashes))).await
}

/// A device that was told to erase what it held says that it did.
async fn erased(
    State(state): State<super::State>,
    AnyDevice(device): AnyDevice,
    bytes: Bytes,
) -> Result<Response, Failed> {
    answer(bytes, move |(): ()| {
        if !state.access.note_erased(device.id, state.app.now()).map_err(|error| Failed::from(error).0)? {
            let message = "the office did not tell this device to erase anything";
            return Err(ApiError::new(ErrorCode::Forbidden, message).because("not_told"));
        }
        tracing::info!(target: "access", device = %device.id, "a device says that it erased what it held");
        Ok(())
    })
    .await
}

async fn thumbnails_send(Office(office): Office, bytes: Bytes) -> Result<Response, Failed> {
    answer(bytes, move |thumbnails: Vec<Thumbnail>| now(office.thumbnails_send(thumbnails))).await
}

async fn thumbnails_fetch(Office(office): Office, bytes: Bytes) -> Result<Response, Failed> {
    answer(bytes, move |hashes: Vec<PhotoHash>| now(office.thumbnails_fetch(hashes))).await
}

/// Reads a message, does what it asks for, and writes the answer.
pub(super) async fn answer<Q: DeserializeOwned, A: Serialize>(
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
