//! A photo as a record refers to it. Its bytes are kept elsewhere, under their hash.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{InspectionId, PhotoId, Position, ProblemId};

/// Why a text is no photo hash.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a photo hash: it must be 64 hexadecimal digits in lower case")]
pub struct PhotoHashError(pub String);

/// The SHA-256 of the stored bytes of a photo, as 64 hexadecimal digits in lower case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "typescript", ts(type = "string"))]
#[serde(try_from = "String", into = "String")]
pub struct PhotoHash(String);

impl PhotoHash {
    /// The digits; safe as a file name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::str::FromStr for PhotoHash {
    type Err = PhotoHashError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        if text.len() == 64 && text.bytes().all(is_digit) {
            Ok(Self(text.to_owned()))
        } else {
            Err(PhotoHashError(text.chars().take(80).collect()))
        }
    }
}

impl TryFrom<String> for PhotoHash {
    type Error = PhotoHashError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<PhotoHash> for String {
    fn from(hash: PhotoHash) -> Self {
        hash.0
    }
}

impl std::fmt::Display for PhotoHash {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// That a record shows this photo, and what the photo said of itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct PhotoReference {
    /// The id of this reference.
    pub id: PhotoId,
    /// The photo.
    pub hash: PhotoHash,
    /// The visit on which it was taken or chosen.
    pub inspection: Option<InspectionId>,
    /// The problem that it shows, if it shows one.
    pub problem: Option<ProblemId>,
    /// The size of the stored file in bytes.
    pub bytes: u64,
    /// When it was taken, by the camera's clock, if it says so.
    pub taken_at: Option<DateTime<Utc>>,
    /// Where it was taken, if it says so.
    pub position: Option<Position>,
    /// When it was added.
    pub at: DateTime<Utc>,
    /// Who added it.
    pub by: String,
}
