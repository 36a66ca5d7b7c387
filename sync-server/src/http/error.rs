//! Errors as HTTP answers: a status and the error as JSON.

use axum::Json;
use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;
use axum::response::{IntoResponse, Response};
use wire::{ApiError, ErrorCode};

use crate::access::AccessError;

/// An error on its way out.
#[derive(Debug)]
pub(super) struct Failed(pub ApiError);

impl From<ApiError> for Failed {
    fn from(error: ApiError) -> Self {
        Self(error)
    }
}

impl From<AccessError> for Failed {
    fn from(error: AccessError) -> Self {
        Self(access_error(error))
    }
}

/// What a caller is told of the list of who may reach the server: what they can mend, or that it fails.
pub(crate) fn access_error(error: AccessError) -> ApiError {
    let message = error.to_string();
    match error {
        AccessError::NameTaken(_) => {
            ApiError::invalid("name", "somebody else has this name").because("name_taken")
        }
        AccessError::EmptyScope => ApiError::invalid("grids", message).because("missing"),
        AccessError::LastAdmin => ApiError::new(ErrorCode::Forbidden, message).because("last_admin"),
        error => {
            tracing::error!(%error, "the access list failed");
            ApiError::new(ErrorCode::Storage, "the server cannot look up who may reach it")
        }
    }
}

impl IntoResponse for Failed {
    fn into_response(self) -> Response {
        let Self(error) = self;
        let status = status(error.code);
        if status == StatusCode::TOO_MANY_REQUESTS
            && let Some(seconds) = error.reason.clone()
        {
            return (status, [(RETRY_AFTER, seconds)], Json(error)).into_response();
        }
        (status, Json(error)).into_response()
    }
}

fn status(code: ErrorCode) -> StatusCode {
    match code {
        ErrorCode::UnknownCommand | ErrorCode::NotFound => StatusCode::NOT_FOUND,
        ErrorCode::Invalid
        | ErrorCode::UnknownGrid
        | ErrorCode::File
        | ErrorCode::Photo
        | ErrorCode::Malformed => StatusCode::UNPROCESSABLE_ENTITY,
        ErrorCode::ReadOnly
        | ErrorCode::Changed
        | ErrorCode::Cancelled
        | ErrorCode::Busy
        | ErrorCode::NotConnected => StatusCode::CONFLICT,
        ErrorCode::DiskFull => StatusCode::INSUFFICIENT_STORAGE,
        ErrorCode::Unauthorized => StatusCode::UNAUTHORIZED,
        ErrorCode::Forbidden => StatusCode::FORBIDDEN,
        ErrorCode::TooManyRequests => StatusCode::TOO_MANY_REQUESTS,
        ErrorCode::Storage | ErrorCode::Unreachable | ErrorCode::Certificate | ErrorCode::Internal => {
            StatusCode::INTERNAL_SERVER_ERROR
        }
    }
}

/// Runs work that blocks where it does not hold up others. A panic in it becomes an error.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ApiError> + Send + 'static,
) -> Result<T, Failed> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => Ok(result?),
        Err(error) => {
            tracing::error!(%error, "a request failed badly");
            Err(Failed(ApiError::new(ErrorCode::Internal, "the server made a mistake; nothing was changed")))
        }
    }
}
