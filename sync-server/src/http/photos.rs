//! Photos of devices: up by tus 1.0 (core and creation), down by ranges. The place of a photo is its hash, so that a
//! device that lost everything but the photo finds what has arrived of it.

use app::to_api_error;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::header::{ACCEPT_RANGES, CACHE_CONTROL, CONTENT_RANGE, CONTENT_TYPE, LOCATION, RANGE};
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use domain::PhotoHash;
use wire::sync::{PhotoState, SyncProtocol};
use wire::{ApiError, ErrorCode};

use super::error::{Failed, blocking};
use super::sync::{Office, now};

const TUS_RESUMABLE: HeaderName = HeaderName::from_static("tus-resumable");
const TUS_VERSION: HeaderName = HeaderName::from_static("tus-version");
const TUS_EXTENSION: HeaderName = HeaderName::from_static("tus-extension");
const UPLOAD_OFFSET: HeaderName = HeaderName::from_static("upload-offset");
const UPLOAD_LENGTH: HeaderName = HeaderName::from_static("upload-length");
const UPLOAD_METADATA: HeaderName = HeaderName::from_static("upload-metadata");

/// The largest piece that one request carries, in bytes.
const PIECE_LIMIT: usize = 4 << 20;
/// The largest photo, in bytes.
const LARGEST: u64 = 64 << 20;

pub(super) fn routes(_: &super::State) -> Router<super::State> {
    Router::new()
        .route("/sync/photos", post(create).options(options))
        .route("/sync/photos/{hash}", get(fetch).head(state_of).patch(receive))
        .layer(DefaultBodyLimit::max(PIECE_LIMIT))
        .layer(axum::middleware::map_response(tus))
}

async fn tus(mut response: Response) -> Response {
    response.headers_mut().insert(TUS_RESUMABLE, axum::http::HeaderValue::from_static("1.0.0"));
    response
}

async fn options() -> impl IntoResponse {
    (StatusCode::NO_CONTENT, [(TUS_VERSION, "1.0.0"), (TUS_EXTENSION, "creation")])
}

async fn create(
    State(state): State<super::State>,
    _: Office,
    headers: HeaderMap,
) -> Result<Response, Failed> {
    let total = number(&headers, &UPLOAD_LENGTH)?;
    if total == 0 || total > LARGEST {
        let message = format!("a photo has 1 to {LARGEST} bytes, not {total}");
        return Err(ApiError::new(ErrorCode::Photo, message).because("too_many_bytes").into());
    }
    let hash = announced_hash(&headers)?;
    let location = format!("/sync/photos/{hash}");
    blocking(move || state.app.store().announce_part(&hash, total).map_err(to_api_error)).await?;
    Ok((StatusCode::CREATED, [(LOCATION, location)]).into_response())
}

async fn state_of(
    State(state): State<super::State>,
    Office(office): Office,
    Path(hash): Path<String>,
) -> Result<Response, Failed> {
    let hash = parse(&hash)?;
    let found = blocking(move || {
        // First: it may finish what a crash left unfinished.
        let found = now(office.photo_state(&hash))?;
        let announced = state.app.store().announced_size(&hash);
        let stored = state.app.store().read(|reader| reader.photo_file(&hash)).map_err(to_api_error)?;
        Ok(match (found, stored) {
            (PhotoState::Stored, Some(file)) => Some((file.bytes, file.bytes)),
            (PhotoState::Partial(offset), _) => announced.map(|total| (offset, total)),
            _ => announced.map(|total| (0, total)),
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

async fn receive(
    State(state): State<super::State>,
    Office(office): Office,
    Path(hash): Path<String>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Response, Failed> {
    if headers.get(CONTENT_TYPE).is_none_or(|kind| kind != "application/offset+octet-stream") {
        return Ok(StatusCode::UNSUPPORTED_MEDIA_TYPE.into_response());
    }
    let hash = parse(&hash)?;
    let offset = number(&headers, &UPLOAD_OFFSET)?;
    let received = blocking(move || {
        let Some(total) = state.app.store().announced_size(&hash) else { return Ok(None) };
        let before = match now(office.photo_state(&hash))? {
            PhotoState::Stored => total,
            PhotoState::Partial(here) => here,
            PhotoState::Absent => 0,
        };
        if before != offset {
            return Ok(Some(Err(before)));
        }
        Ok(Some(Ok(match now(office.photo_send(&hash, total, offset, bytes.to_vec()))? {
            PhotoState::Stored => total,
            PhotoState::Partial(here) => here,
            PhotoState::Absent => 0,
        })))
    })
    .await?;
    Ok(match received {
        None => StatusCode::NOT_FOUND.into_response(),
        Some(Ok(offset)) => (StatusCode::NO_CONTENT, [(UPLOAD_OFFSET, offset.to_string())]).into_response(),
        Some(Err(offset)) => (StatusCode::CONFLICT, [(UPLOAD_OFFSET, offset.to_string())]).into_response(),
    })
}

async fn fetch(
    Office(office): Office,
    Path(hash): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Failed> {
    let hash = parse(&hash)?;
    let (first, last) = range(&headers).unwrap_or((0, u64::MAX - 1));
    let partial = headers.contains_key(RANGE);
    let limit = last.saturating_sub(first).saturating_add(1);
    let piece = blocking(move || now(office.photo_fetch(&hash, first, limit))).await?;
    let Some((bytes, total)) = piece else { return Ok(StatusCode::NOT_FOUND.into_response()) };
    if first >= total {
        return Ok((StatusCode::RANGE_NOT_SATISFIABLE, [(CONTENT_RANGE, format!("bytes */{total}"))])
            .into_response());
    }
    let headers = [(CONTENT_TYPE, "image/jpeg".to_owned()), (ACCEPT_RANGES, "bytes".to_owned())];
    if !partial {
        return Ok((headers, bytes).into_response());
    }
    let content_range = format!("bytes {first}-{}/{total}", first + (bytes.len() as u64).max(1) - 1);
    Ok((StatusCode::PARTIAL_CONTENT, headers, [(CONTENT_RANGE, content_range)], bytes).into_response())
}

fn parse(hash: &str) -> Result<PhotoHash, ApiError> {
    hash.parse().map_err(|error: domain::PhotoHashError| ApiError::invalid("hash", error.to_string()))
}

fn number(headers: &HeaderMap, name: &HeaderName) -> Result<u64, ApiError> {
    headers
        .get(name)
        .and_then(|value| value.to_str().ok()?.parse().ok())
        .ok_or_else(|| ApiError::invalid(name.as_str(), format!("the header {name} must be a number")))
}

/// The hash in `Upload-Metadata: sha256 <base64 of its hexadecimal digits>`.
fn announced_hash(headers: &HeaderMap) -> Result<PhotoHash, ApiError> {
    headers
        .get(UPLOAD_METADATA)
        .and_then(|value| value.to_str().ok())
        .into_iter()
        .flat_map(|value| value.split(','))
        .find_map(|pair| pair.trim().strip_prefix("sha256 "))
        .and_then(|encoded| BASE64_STANDARD.decode(encoded.trim()).ok())
        .and_then(|digits| String::from_utf8(digits).ok()?.parse().ok())
        .ok_or_else(|| {
            ApiError::invalid("upload-metadata", "the photo's SHA-256 must be given as \"sha256\"")
        })
}

/// A range of the form `bytes=first-last` or `bytes=first-`; others are read as the whole.
fn range(headers: &HeaderMap) -> Option<(u64, u64)> {
    let (first, last) = headers.get(RANGE)?.to_str().ok()?.strip_prefix("bytes=")?.split_once('-')?;
    let first = first.parse().ok()?;
    let last = if last.is_empty() { u64::MAX - 1 } else { last.parse().ok()? };
    (first <= last).then_some((first, last))
}
