//! What stands in a bundle, frame by frame.

use chrono::{DateTime, Utc};
use domain::PhotoHash;
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;
use uuid::Uuid;
use wire::sync::{ExchangeReply, ExchangeRequest};

/// The beginning of a device's bundle.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Request {
    /// When it was written, by the device's clock.
    pub written_at: DateTime<Utc>,
    /// The device's token. Only the office can read it here.
    pub token: String,
    /// Names this bundle. The answer repeats it, which shows that the office has read it.
    pub nonce: Uuid,
    /// Photos that the device lacks, the most wanted first.
    pub missing: Vec<PhotoHash>,
}

/// The beginning of the office's answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Answer {
    /// When it was written, by the office's clock.
    pub written_at: DateTime<Utc>,
    /// Which bundle this answers.
    pub nonce: Uuid,
}

/// A piece of a photo.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Piece {
    /// The photo.
    pub hash: PhotoHash,
    /// The size of all of it, in bytes.
    pub total: u64,
    /// Where this piece begins.
    pub offset: u64,
    /// Its bytes.
    pub bytes: ByteBuf,
}

/// One frame. A bundle has a beginning, then exchanges, then photos, then an end.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) enum Frame {
    /// A device's bundle begins.
    Request(Request),
    /// The office's answer begins.
    Answer(Answer),
    /// What the device pushes, and how far it has read.
    Exchange(Box<ExchangeRequest>),
    /// What the office answers to the exchange of this number, or, beyond those of the bundle, what more it has to tell.
    Reply(u32, Box<ExchangeReply>),
    /// A piece of a photo.
    Piece(Piece),
    /// The end, after so many frames. What lacks it was cut.
    End(u64),
}
