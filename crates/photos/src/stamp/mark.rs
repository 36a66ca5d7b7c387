//! The mark of a stamped photo: a comment segment (COM, ITU-T T.81) that tells which photo was stamped and with what, so
//! that the stamped photo can be made again and compared.

use domain::PhotoHash;

use super::Stamp;
use crate::PhotoError;
use crate::jpeg_segments::{next_marker, segment};

/// The longest mark, in bytes. The texts of a stamp are bounded by it.
pub const MAX_MARK_BYTES: usize = 4096;

/// How stamps are laid out and drawn. Whoever changes a byte of what [`super::stamped`] gives raises it.
pub const STAMP_VERSION: u8 = 1;

const NAME: &str = "village-ledger ";

/// More segments than any JPEG has before its picture data.
const MAX_SEGMENTS: usize = 1000;

/// What a stamped photo says of itself. Anyone can write one: it proves nothing until the photo was stamped again with
/// it and came out the same, byte for byte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// The stored photo that was stamped.
    pub photo: PhotoHash,
    /// The [`STAMP_VERSION`] that stamped it. Another one stamps differently: nothing follows from a difference then.
    pub version: u8,
    /// What it was stamped with.
    pub stamp: Stamp,
}

/// Reads the mark of a JPEG; `None` if it has none that can be read.
pub fn mark_of(jpeg: &[u8]) -> Option<Mark> {
    if !jpeg.starts_with(&[0xFF, 0xD8]) {
        return None;
    }
    let mut at = 2;
    for _ in 0..MAX_SEGMENTS {
        let (marker, after) = next_marker(jpeg, at)?;
        at = after;
        match marker {
            0x01 | 0xD0..=0xD8 => continue,
            0xD9 | 0xDA => return None,
            _ => {}
        }
        let body = segment(jpeg, at).ok()?;
        at += 2 + body.len();
        if marker == 0xFE
            && let Some(mark) = read(body)
        {
            return Some(mark);
        }
    }
    None
}

fn read(body: &[u8]) -> Option<Mark> {
    if body.len() > MAX_MARK_BYTES {
        return None;
    }
    let mut parts = std::str::from_utf8(body).ok()?.strip_prefix(NAME)?.splitn(3, ' ');
    Some(Mark {
        photo: parts.next()?.parse().ok()?,
        version: parts.next()?.parse().ok()?,
        stamp: serde_json::from_str(parts.next()?).ok()?,
    })
}

/// Puts the mark into a JPEG, behind its first segment, which JFIF wants to stay the first.
pub(super) fn put(jpeg: &mut Vec<u8>, mark: &Mark) -> Result<(), PhotoError> {
    let body = body(mark)?;
    let length = u16::try_from(body.len() + 2).map_err(|_| too_long(body.len()))?;
    let first = segment(jpeg, 4)?.len();
    let comment = [0xFF, 0xFE].into_iter().chain(length.to_be_bytes()).chain(body);
    jpeg.splice(6 + first..6 + first, comment);
    Ok(())
}

/// The mark as it is written.
///
/// # Errors
/// [`PhotoError::StampTooLong`] for more than [`MAX_MARK_BYTES`].
pub(super) fn body(mark: &Mark) -> Result<Vec<u8>, PhotoError> {
    let Mark { photo, version, stamp } = mark;
    let texts = serde_json::to_string(stamp).map_err(|error| PhotoError::Broken(error.to_string()))?;
    let body = format!("{NAME}{photo} {version} {texts}").into_bytes();
    if body.len() > MAX_MARK_BYTES { Err(too_long(body.len())) } else { Ok(body) }
}

fn too_long(bytes: usize) -> PhotoError {
    PhotoError::StampTooLong { bytes: bytes as u64, limit: MAX_MARK_BYTES as u64 }
}
