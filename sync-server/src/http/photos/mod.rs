//! Photos of devices: up by tus 1.0.0 with its extensions creation, creation-with-upload, checksum and termination
//! (<https://tus.io/protocols/resumable-upload>), down by ranges. The place of a photo is its hash, so that a device
//! that lost everything but the photo finds what has arrived of it.

mod body;
mod checksum;
mod claim;
mod download;
mod header;

use app::{Receiving, Reception};
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, LOCATION};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use domain::PhotoHash;
use wire::sync::{PhotoState, SyncProtocol};
use wire::{ApiError, ErrorCode};

use super::error::{Failed, blocking};
use super::sync::{Office, now};
use body::{Poured, drain, pour};
use checksum::Checksum;
pub use claim::Claims;
use header::{
    METHOD_OVERRIDE, TUS_CHECKSUM_ALGORITHM, TUS_EXTENSION, TUS_MAX_SIZE, TUS_RESUMABLE, TUS_VERSION, Tus,
    UPLOAD_LENGTH, UPLOAD_OFFSET, VERSION, announced_hash, content_length, is_upload, number, parse,
};

/// The largest photo, in bytes.
const LARGEST: u64 = 64 << 20;
const EXTENSIONS: &str = "creation,creation-with-upload,checksum,termination";

pub(super) fn routes(_: &super::State) -> Router<super::State> {
    let one = get(download::fetch).head(state_of).patch(receive).delete(terminate);
    Router::new()
        .route("/sync/photos", post(create).options(options))
        .route("/sync/photos/{hash}", one.post(overridden).options(options))
        .layer(axum::middleware::map_response(tus))
}

/// The version stands in every answer.
async fn tus(mut response: Response) -> Response {
    response.headers_mut().insert(TUS_RESUMABLE, HeaderValue::from_static(VERSION));
    response
}

async fn options() -> impl IntoResponse {
    let headers = [
        (TUS_VERSION, VERSION.to_owned()),
        (TUS_EXTENSION, EXTENSIONS.to_owned()),
        (TUS_MAX_SIZE, LARGEST.to_string()),
        (TUS_CHECKSUM_ALGORITHM, checksum::ALGORITHMS.to_owned()),
    ];
    (StatusCode::NO_CONTENT, headers)
}

/// An error in the terms of tus: what a client can retry, and what it cannot.
struct Refused(Box<Response>);

impl From<ApiError> for Refused {
    fn from(error: ApiError) -> Self {
        let status = match (error.code, error.reason.as_deref()) {
            (ErrorCode::Busy, _) => StatusCode::LOCKED,
            (ErrorCode::Photo, Some("too_many_bytes")) => StatusCode::PAYLOAD_TOO_LARGE,
            (ErrorCode::Invalid, _) => StatusCode::BAD_REQUEST,
            _ => return Self(Box::new(Failed(error).into_response())),
        };
        Self(Box::new((status, Json(error)).into_response()))
    }
}

impl From<Failed> for Refused {
    fn from(Failed(error): Failed) -> Self {
        error.into()
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        *self.0
    }
}

/// Begins an upload, and takes the first bytes of it where they come along.
async fn create(
    State(state): State<super::State>,
    Office(office): Office,
    _: Tus,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refused> {
    let total = number(&headers, &UPLOAD_LENGTH)?;
    let hash = announced_hash(&headers)?;
    let checksum = Checksum::announced(&headers)?;
    let location = (LOCATION, format!("/sync/photos/{hash}"));
    let claim = state.claims.take(&hash).await?;
    let reception = blocking(move || office.photo_receive(&hash, Some(total))).await?;
    let (status, offset) = match reception {
        Some(Reception::Ready(receiving)) if receiving.size() == 0 && is_upload(&headers) => {
            too_long(&headers, &receiving)?;
            match pour(body, receiving, checksum, &claim).await? {
                Poured::Here(offset) => (StatusCode::CREATED, offset),
                // It exists now, and the client goes on by asking for its offset.
                Poured::Ended(response) => return Ok(response),
            }
        }
        // It was begun before, or all of it is here: the client goes on from there.
        Some(Reception::Ready(receiving)) => (StatusCode::CREATED, drain(body, receiving.size()).await),
        Some(Reception::Stored(bytes)) => (StatusCode::CREATED, drain(body, bytes).await),
        None => return Ok(StatusCode::NOT_FOUND.into_response()),
    };
    Ok((status, [location, (UPLOAD_OFFSET, offset.to_string())]).into_response())
}

async fn state_of(
    State(state): State<super::State>,
    Office(office): Office,
    _: Tus,
    Path(hash): Path<String>,
) -> Result<Response, Refused> {
    let hash = parse(&hash)?;
    let _claim = state.claims.take(&hash).await?;
    let found = blocking(move || {
        // First: it may finish what a crash left unfinished.
        let found = now(office.photo_state(&hash))?;
        let store = state.app.store();
        Ok(match (found, store.proven_photo(&hash).map_err(app::to_api_error)?) {
            (_, Some(file)) => Some((file.bytes, file.bytes)),
            (PhotoState::Partial(offset), None) => store.announced_size(&hash).map(|total| (offset, total)),
            (_, None) => store.announced_size(&hash).map(|total| (0, total)),
        })
    })
    .await?;
    Ok(match found {
        Some((offset, total)) => (
            StatusCode::OK,
            [
                (UPLOAD_OFFSET, offset.to_string()),
                (UPLOAD_LENGTH, total.to_string()),
                (CACHE_CONTROL, "no-store".to_owned()),
            ],
        )
            .into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    })
}

/// Takes bytes from the offset on. They are on the disk as they arrive.
async fn receive(
    State(state): State<super::State>,
    Office(office): Office,
    _: Tus,
    Path(hash): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refused> {
    if !is_upload(&headers) {
        return Ok(StatusCode::UNSUPPORTED_MEDIA_TYPE.into_response());
    }
    let hash = parse(&hash)?;
    let offset = number(&headers, &UPLOAD_OFFSET)?;
    let checksum = Checksum::announced(&headers)?;
    let claim = state.claims.take(&hash).await?;
    let here = match blocking(move || office.photo_receive(&hash, None)).await? {
        None => return Ok(StatusCode::NOT_FOUND.into_response()),
        Some(Reception::Stored(bytes)) => drain(body, bytes).await,
        Some(Reception::Ready(receiving)) if receiving.size() != offset => {
            drain(body, receiving.size()).await
        }
        Some(Reception::Ready(receiving)) => {
            too_long(&headers, &receiving)?;
            return Ok(match pour(body, receiving, checksum, &claim).await? {
                Poured::Here(offset) => no_content(offset),
                Poured::Ended(response) => response,
            });
        }
    };
    // Sent again although it arrived: there is nothing to add.
    if here == offset {
        return Ok(no_content(here));
    }
    Ok((StatusCode::CONFLICT, [(UPLOAD_OFFSET, here.to_string())]).into_response())
}

async fn terminate(
    State(state): State<super::State>,
    Office(office): Office,
    _: Tus,
    Path(hash): Path<String>,
) -> Result<Response, Refused> {
    let hash = parse(&hash)?;
    let _claim = state.claims.take(&hash).await?;
    let began = blocking(move || office.photo_terminate(&hash)).await?;
    Ok(if began { StatusCode::NO_CONTENT } else { StatusCode::NOT_FOUND }.into_response())
}

/// Some networks let only GET and POST through: the method stands in a header then.
async fn overridden(
    state: State<super::State>,
    office: Office,
    tus: Tus,
    path: Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refused> {
    match headers.get(METHOD_OVERRIDE).and_then(|method| method.to_str().ok()) {
        Some("PATCH") => receive(state, office, tus, path, headers, body).await,
        Some("HEAD") => state_of(state, office, tus, path).await,
        Some("DELETE") => terminate(state, office, tus, path).await,
        _ => Ok(StatusCode::METHOD_NOT_ALLOWED.into_response()),
    }
}

/// Refuses a body that is longer than what is missing, before any of it is taken.
fn too_long(headers: &HeaderMap, receiving: &Receiving) -> Result<(), Refused> {
    let missing = receiving.total().saturating_sub(receiving.size());
    match content_length(headers) {
        Some(length) if length > missing => {
            let message = format!("{missing} bytes of the photo are missing, and {length} are sent");
            Err(ApiError::new(ErrorCode::Photo, message).because("too_many_bytes").into())
        }
        _ => Ok(()),
    }
}

fn no_content(offset: u64) -> Response {
    (StatusCode::NO_CONTENT, [(UPLOAD_OFFSET, offset.to_string())]).into_response()
}

/// A photo that another request holds and does not let go of.
fn locked(hash: &PhotoHash) -> ApiError {
    let message = format!("another request is busy with photo {hash}");
    ApiError::new(ErrorCode::Busy, message).because("photo_busy")
}
