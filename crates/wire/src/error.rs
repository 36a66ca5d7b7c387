//! What a caller is told when something goes wrong.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What kind of thing went wrong. A user interface branches on this, never on the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// No such command on this host.
    UnknownCommand,
    /// The request is not of the command's shape, or a value in it cannot be.
    Invalid,
    /// What the request names does not exist.
    NotFound,
    /// The grid code is in no imported list of divisions.
    UnknownGrid,
    /// The dossier was written by a newer version and can only be looked at.
    ReadOnly,
    /// Somebody else changed the field meanwhile; nothing was written.
    Changed,
    /// The uploaded file cannot be used; `reason` says why.
    File,
    /// The photo cannot be used; `reason` says why.
    Photo,
    /// There is no room left on the disk.
    DiskFull,
    /// The store cannot be read or written.
    Storage,
    /// Somebody stopped the work; nothing was written.
    Cancelled,
    /// Another long piece of work is running.
    Busy,
    /// The caller has not signed in, or the device's token is not known.
    Unauthorized,
    /// The caller may not do this.
    Forbidden,
    /// The device is not connected to a server.
    NotConnected,
    /// The server cannot be reached.
    Unreachable,
    /// Whoever answers at the server's address shows another certificate than the device knows; nothing was sent.
    Certificate,
    /// Too many attempts; `reason` is how many seconds to wait.
    TooManyRequests,
    /// The other side sent something that cannot be understood.
    Malformed,
    /// A mistake in this program.
    Internal,
}

/// What a caller is told when something goes wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, thiserror::Error)]
#[error("{message}")]
pub struct ApiError {
    /// What kind of thing went wrong.
    pub code: ErrorCode,
    /// A sentence in English for logs and for whoever reads no translation.
    pub message: String,
    /// The field of the request that is to blame, if one is.
    pub field: Option<String>,
    /// A finer word within the code, such as `heic` under `photo`.
    pub reason: Option<String>,
}

impl ApiError {
    /// An error that blames no field.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), field: None, reason: None }
    }

    /// A value in the request that cannot be.
    pub fn invalid(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { code: ErrorCode::Invalid, message: message.into(), field: Some(field.into()), reason: None }
    }

    /// The same with a finer word.
    pub fn because(mut self, reason: impl Into<String>) -> Self {
        self.reason = Some(reason.into());
        self
    }
}
