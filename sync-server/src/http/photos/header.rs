//! The headers of tus, read.

use axum::extract::FromRequestParts;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use domain::PhotoHash;
use wire::ApiError;

pub(super) const VERSION: &str = "1.0.0";

pub(super) const TUS_RESUMABLE: HeaderName = HeaderName::from_static("tus-resumable");
pub(super) const TUS_VERSION: HeaderName = HeaderName::from_static("tus-version");
pub(super) const TUS_EXTENSION: HeaderName = HeaderName::from_static("tus-extension");
pub(super) const TUS_MAX_SIZE: HeaderName = HeaderName::from_static("tus-max-size");
pub(super) const TUS_CHECKSUM_ALGORITHM: HeaderName = HeaderName::from_static("tus-checksum-algorithm");
pub(super) const UPLOAD_OFFSET: HeaderName = HeaderName::from_static("upload-offset");
pub(super) const UPLOAD_LENGTH: HeaderName = HeaderName::from_static("upload-length");
pub(super) const UPLOAD_CHECKSUM: HeaderName = HeaderName::from_static("upload-checksum");
pub(super) const METHOD_OVERRIDE: HeaderName = HeaderName::from_static("x-http-method-override");
const UPLOAD_METADATA: HeaderName = HeaderName::from_static("upload-metadata");

/// A request in the version of tus that is spoken here. Comes after the token: strangers learn nothing.
pub(super) struct Tus;

impl FromRequestParts<super::super::State> for Tus {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &super::super::State) -> Result<Self, Response> {
        if parts.headers.get(TUS_RESUMABLE).is_some_and(|version| version == VERSION) {
            return Ok(Self);
        }
        Err((StatusCode::PRECONDITION_FAILED, [(TUS_VERSION, VERSION)]).into_response())
    }
}

pub(super) fn parse(hash: &str) -> Result<PhotoHash, ApiError> {
    hash.parse().map_err(|error: domain::PhotoHashError| ApiError::invalid("hash", error.to_string()))
}

pub(super) fn number(headers: &HeaderMap, name: &HeaderName) -> Result<u64, ApiError> {
    headers
        .get(name)
        .and_then(|value| value.to_str().ok()?.parse().ok())
        .ok_or_else(|| ApiError::invalid(name.as_str(), format!("the header {name} must be a number")))
}

pub(super) fn content_length(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// Whether the body is a piece of an upload.
pub(super) fn is_upload(headers: &HeaderMap) -> bool {
    headers.get(CONTENT_TYPE).is_some_and(|kind| kind == "application/offset+octet-stream")
}

/// The hash in `Upload-Metadata: sha256 <base64 of its hexadecimal digits>`.
pub(super) fn announced_hash(headers: &HeaderMap) -> Result<PhotoHash, ApiError> {
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
