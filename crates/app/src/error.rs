//! What went wrong inside becomes what the caller is told, here and nowhere else.

use store::{DocumentError, StoreError};
use wire::sync::ProtocolError;
use wire::{ApiError, ErrorCode};

/// What the caller is told when the store fails. The cause goes to the log; the sentence names no path.
pub fn to_api_error(error: StoreError) -> ApiError {
    if let StoreError::NoRoom(_) = error {
        let message = "hardly more than the reserve is left of the disk, which is kept for records; nothing was written";
        return ApiError::new(ErrorCode::DiskFull, message).because("reserve");
    }
    if error.is_disk_full() {
        return ApiError::new(ErrorCode::DiskFull, "there is no room left on the disk; nothing was written");
    }
    match error {
        StoreError::Document(DocumentError::ReadOnly) => ApiError::new(
            ErrorCode::ReadOnly,
            "this dossier was written by a newer version and can only be looked at",
        ),
        StoreError::Document(DocumentError::Unknown(what)) => {
            ApiError::new(ErrorCode::NotFound, format!("{what} does not exist"))
        }
        StoreError::ChangeTooLarge(bytes) => {
            let message = format!("this is {bytes} bytes at once, which is more than can be synced");
            ApiError::new(ErrorCode::Invalid, message).because("too_long")
        }
        StoreError::PhotoBusy => {
            ApiError::new(ErrorCode::Busy, "another request is busy with this photo").because("photo_busy")
        }
        StoreError::PhotoDiffers => {
            ApiError::new(ErrorCode::Photo, "the photo arrived damaged").because("differs")
        }
        error => {
            tracing::error!(%error, "the store failed");
            ApiError::new(ErrorCode::Storage, "the store cannot be read or written; nothing was changed")
        }
    }
}

/// The reason of an error that says that the disk of the server is full, and not this one.
pub(crate) const SERVER_FULL: &str = "server_full";

pub(crate) fn from_protocol(error: ProtocolError) -> ApiError {
    match error {
        ProtocolError::Unreachable(why) => {
            ApiError::new(ErrorCode::Unreachable, format!("the server cannot be reached: {why}"))
        }
        // Of whose disk it is, a person must know.
        ProtocolError::Refused(error) if error.code == ErrorCode::DiskFull => error.because(SERVER_FULL),
        ProtocolError::Refused(error) => error,
        ProtocolError::Malformed(why) => {
            ApiError::new(ErrorCode::Malformed, format!("the server's answer cannot be understood: {why}"))
        }
    }
}

/// An error on its way to a caller: either still the store's, or already in the caller's words.
#[derive(Debug)]
pub(crate) struct Failure(pub ApiError);

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self(to_api_error(error))
    }
}

impl From<ApiError> for Failure {
    fn from(error: ApiError) -> Self {
        Self(error)
    }
}

impl From<Failure> for ApiError {
    fn from(failure: Failure) -> Self {
        failure.0
    }
}

pub(crate) fn not_found(what: &str) -> ApiError {
    ApiError::new(ErrorCode::NotFound, format!("this {what} does not exist"))
}
