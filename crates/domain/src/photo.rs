//! A photo as a record refers to it. Its bytes are kept elsewhere, under their hash.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{InspectionId, PaperId, PhotoId, Position, ProblemId, StageChangeId};

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

    /// The first ten digits in two groups, short enough to be typed: it stands on stamped copies.
    pub fn code(&self) -> String {
        let (first, second) = self.0.split_at_checked(5).unwrap_or_default();
        format!("{first}-{}", second.get(..5).unwrap_or_default())
    }

    /// The digits of a code that somebody typed, in lower case and without what stands between them; `None` if there
    /// are fewer than six, more than 64, or anything that is no digit.
    pub fn code_digits(typed: &str) -> Option<String> {
        let digits: String = typed
            .chars()
            .filter(|character| !character.is_whitespace() && !matches!(character, '-' | '–' | '－' | '·'))
            .map(|character| character.to_ascii_lowercase())
            .collect();
        ((6..=64).contains(&digits.len()) && digits.bytes().all(is_digit)).then_some(digits)
    }
}

fn is_digit(byte: u8) -> bool {
    byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte)
}

impl std::str::FromStr for PhotoHash {
    type Err = PhotoHashError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
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
    /// The step of a problem that it was given with, if it was with one.
    pub stage_change: Option<StageChangeId>,
    /// The paper that it belongs to, if it belongs to one.
    pub paper: Option<PaperId>,
    /// Whether it shows how the problem, or the site, looks after rectification.
    pub rectified: bool,
    /// The photo that this one was drawn on (arrow, circle, text).
    pub sketch_of: Option<PhotoHash>,
    /// The earlier photo that this one was taken to be compared with.
    pub compare_with: Option<PhotoHash>,
    /// The size of the stored file in bytes.
    pub bytes: u64,
    /// When it was taken, by the camera's clock, if it says so.
    pub taken_at: Option<DateTime<Utc>>,
    /// Where it was taken, if it says so.
    pub position: Option<Position>,
    /// Where the camera pointed, in degrees clockwise from north, if it says so.
    pub direction_deg: Option<f64>,
    /// Make and model of the camera; empty if it does not say.
    pub camera: String,
    /// When it was added.
    pub at: DateTime<Utc>,
    /// Who added it.
    pub by: String,
}

impl PhotoReference {
    /// A photo of which nothing more is known.
    pub fn new(id: PhotoId, hash: PhotoHash, bytes: u64, at: DateTime<Utc>, by: String) -> Self {
        Self {
            id,
            hash,
            inspection: None,
            problem: None,
            stage_change: None,
            paper: None,
            rectified: false,
            sketch_of: None,
            compare_with: None,
            bytes,
            taken_at: None,
            position: None,
            direction_deg: None,
            camera: String::new(),
            at,
            by,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_however_it_was_typed() {
        let hash: PhotoHash = "0123456789abcdef".repeat(4).parse().unwrap();
        assert_eq!(hash.code(), "01234-56789");
        for typed in ["01234-56789", "0123456789", " 01234 56789 ", "01234－56789"] {
            assert_eq!(PhotoHash::code_digits(typed).as_deref(), Some("0123456789"), "{typed}");
        }
        assert_eq!(PhotoHash::code_digits("ABCDEF").as_deref(), Some("abcdef"));
        for typed in ["", "12345", "01234-5678g", "核验码012345", &"0".repeat(65)] {
            assert_eq!(PhotoHash::code_digits(typed), None, "{typed}");
        }
    }
}
