//! The console: the same commands as in the app, files in and out, and photos to look at.

use app::{App, Caller, to_api_error};
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, Path, Request, State};
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::middleware::map_response;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Json, Router};
use domain::PhotoHash;
use serde_json::{Value, json};
use store::StoreError;
use tower_http::services::ServeFile;
use uuid::Uuid;
use wire::office::{OFFICE_COMMANDS, dispatch_office};
use wire::{ApiError, ErrorCode, dispatch};

use super::error::{Failed, blocking};
use super::session::{self, SignedIn};

/// A little more than the largest upload, so that the answer to one that is too large is ours.
const BODY_LIMIT: usize = 65 << 20;

/// For photos: their name is the hash of their bytes, which never change.
const FOR_EVER: &str = "private, max-age=31536000, immutable";

pub(super) fn routes(state: &super::State) -> Router<super::State> {
    Router::new()
        .route("/api/call/{command}", post(call))
        .route("/api/uploads", post(upload))
        .route("/api/downloads/{id}", get(download))
        .route("/api/photos/{hash}", get(photo))
        .route("/api/photos/{hash}/thumbnail", get(thumbnail))
        .route("/api/photos/{hash}/stamped", get(stamped))
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .route_layer(axum::middleware::from_fn_with_state(state.clone(), session::required))
        // Photos say for themselves how long they may be kept.
        .route_layer(map_response(session::not_kept))
}

async fn call(
    State(state): State<super::State>,
    Path(command): Path<String>,
    Extension(SignedIn(asking)): Extension<SignedIn>,
    Json(request): Json<Value>,
) -> Result<Json<Value>, Failed> {
    let reply = blocking(move || {
        let is_office = OFFICE_COMMANDS.iter().any(|info| info.name == command);
        let reply = match is_office {
            true => dispatch_office(&state, &asking, &command, request),
            false => dispatch(&*state.app, &asking.caller, &command, request),
        };
        reply.unwrap_or_else(|| {
            Err(ApiError::new(ErrorCode::UnknownCommand, format!("the office has no command {command:?}")))
        })
    });
    Ok(Json(reply.await?))
}

/// Keeps a file for a command of the same person. Everybody has one that takes a file (`photos.check`), so nobody is
/// refused.
async fn upload(
    State(state): State<super::State>,
    Extension(SignedIn(asking)): Extension<SignedIn>,
    bytes: Bytes,
) -> Result<Json<Value>, Failed> {
    let upload = blocking(move || state.app.uploads().of(&asking.caller.person).add(&bytes)).await?;
    Ok(Json(json!({ "upload": upload })))
}

async fn download(
    State(state): State<super::State>,
    Extension(SignedIn(asking)): Extension<SignedIn>,
    Path(id): Path<Uuid>,
    request: Request,
) -> Result<Response, Failed> {
    let path = blocking(move || state.app.uploads().of(&asking.caller.person).download(id)).await?;
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let (plain, kind) = match name.rsplit_once('.') {
        Some((_, "jpg")) => ("photo.jpg", "image/jpeg"),
        Some((_, "zip")) => ("photos.zip", "application/zip"),
        Some((_, "vlbundle")) => ("answer.vlbundle", "application/octet-stream"),
        _ => ("ledger.csv", "text/csv; charset=utf-8"),
    };
    // Not read into memory: the photos of a site may be a gigabyte.
    let served = ServeFile::new(&path).try_call(request).await;
    let mut response = served
        .map_err(|_| ApiError::new(ErrorCode::NotFound, "this download does not exist any more"))?
        .map(Body::new);
    let disposition =
        format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{}", percent_encoded(&name));
    if let Ok(disposition) = HeaderValue::from_str(&disposition) {
        response.headers_mut().insert(CONTENT_DISPOSITION, disposition);
    }
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    Ok(response)
}

async fn photo(
    State(state): State<super::State>,
    signed_in: Extension<SignedIn>,
    Path(hash): Path<String>,
) -> Result<Response, Failed> {
    jpeg(state, signed_in, hash, FOR_EVER, |app, hash| app.store().photo_bytes(hash).map_err(to_api_error))
        .await
}

async fn thumbnail(
    State(state): State<super::State>,
    signed_in: Extension<SignedIn>,
    Path(hash): Path<String>,
) -> Result<Response, Failed> {
    let known = hash.parse().is_ok_and(|hash| state.app.store().has_own_thumbnail(&hash).unwrap_or_default());
    // One that came ahead of its photo is replaced once the photo is here.
    let cached = if known { FOR_EVER } else { "private, no-store" };
    let read = |app: &App, hash: &PhotoHash| app.thumbnail(hash).map_err(to_api_error);
    jpeg(state, signed_in, hash, cached, read).await
}

/// The stamped copy says what is on record now, which may change.
async fn stamped(
    State(state): State<super::State>,
    signed_in: Extension<SignedIn>,
    Path(hash): Path<String>,
) -> Result<Response, Failed> {
    jpeg(state, signed_in, hash, "private, no-cache", App::stamped_photo).await
}

/// A photo that whoever asks may see.
async fn jpeg(
    state: super::State,
    Extension(SignedIn(asking)): Extension<SignedIn>,
    hash: String,
    cached: &'static str,
    read: impl FnOnce(&App, &PhotoHash) -> Result<Option<Vec<u8>>, ApiError> + Send + 'static,
) -> Result<Response, Failed> {
    let bytes = blocking(move || {
        let hash: PhotoHash = hash
            .parse()
            .map_err(|error: domain::PhotoHashError| ApiError::invalid("hash", error.to_string()))?;
        let bytes = if may_see(&state.app, &asking.caller, &hash)? { read(&state.app, &hash)? } else { None };
        bytes.ok_or_else(|| ApiError::new(ErrorCode::NotFound, "this photo has not arrived"))
    })
    .await?;
    let headers = [(CONTENT_TYPE, "image/jpeg"), (CACHE_CONTROL, cached)];
    Ok((headers, bytes).into_response())
}

/// Whether a photo belongs to a record within the caller's scope, or to a form that is being filled in.
fn may_see(app: &App, caller: &Caller, hash: &PhotoHash) -> Result<bool, ApiError> {
    let seen = app.store().read_within::<_, StoreError>(caller.scope.as_ref(), |reader| {
        Ok(reader.site_of_photo(hash)?.is_some() || reader.photo_in_draft(hash)?)
    });
    seen.map_err(to_api_error)
}

/// A file name as RFC 5987 wants it.
fn percent_encoded(name: &str) -> String {
    let mut encoded = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}
