//! Errors as HTTP answers: a status and the error as JSON.

use axum::Json;
use axum::http::StatusCode;
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
        tracing::error!(%error, "the access list failed");
        Self(ApiError::new(ErrorCode::Storage, "the server cannot look up who may reach it"))
    }
}

impl IntoResponse for Failed {
    fn into_response(self) -> Response {
        (status(self.0.code), Json(self.0)).into_response()
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
        ErrorCode::Storage | ErrorCode::Unreachable | ErrorCode::Internal => {
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
