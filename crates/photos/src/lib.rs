//! Photo intake: one photograph in, what is stored of it out.
//!
//! Pure: bytes in, values out. Absent on purpose: files, the store, the network. The caller writes [`Intake::jpeg`]
//! durably before anything refers to its hash.
//!
//! What comes in is hostile until proven otherwise: sizes are read from the header and bounded before anything is
//! decoded, and a decoder that panics gives [`PhotoError::Broken`].

mod decode_jpeg;
mod decode_other;
mod error;
mod fingerprint;
mod jpeg_segments;
mod kind;
mod metadata;
mod picture;
mod qr;
mod stamp;

use std::panic::{AssertUnwindSafe, catch_unwind};

use chrono::{DateTime, Utc};
use domain::{PhotoHash, Position};
use sha2::{Digest, Sha256};

pub use error::PhotoError;
pub use fingerprint::{SAME_PHOTO_DISTANCE, distance as fingerprint_distance};
use kind::Kind;
use metadata::{Metadata, Orientation};
use picture::{Picture, Upright};
pub use qr::read_qr;
pub use stamp::{MAX_MARK_BYTES, Mark, STAMP_VERSION, Stamp, StampLine, mark_of, stamped};

/// The largest file that is taken, in bytes.
pub const MAX_BYTES: usize = 64 * 1024 * 1024;

/// The largest picture that is taken, in pixels. Cheap phones have sensors of 108 megapixels. What needs more memory
/// while it is decoded (progressive JPEG, PNG, WebP) has a lower limit, which the error names.
pub const MAX_PIXELS: u64 = 128_000_000;

/// The long side of a thumbnail, in pixels.
pub const THUMBNAIL_SIDE: u32 = 320;

/// The smallest long side that the product offers for stored photos, in pixels.
pub const MIN_LONG_SIDE: u32 = 1280;

/// The largest long side of a stored photo, in pixels: what the product calls "original". Photos of more than some 50
/// megapixels are stored at half their size, as they could not be decoded whole in bounded memory.
pub const MAX_LONG_SIDE: u32 = 8000;

/// The size at which a thumbnail is aimed, in bytes: Android never caches what a page loads through the shell.
pub const THUMBNAIL_BYTES: usize = 20_000;

const QUALITY: u8 = 80;

/// How a photo is taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// The longest side of the stored photo, in pixels; smaller photos are not enlarged. The product offers
    /// [`MIN_LONG_SIDE`] to [`MAX_LONG_SIDE`]; anything from [`THUMBNAIL_SIDE`] is taken, less or more is taken as the
    /// nearest. The default is 2,000 rather than 2,048: half of a 12-megapixel photo's 4,000, so that such a photo is
    /// decoded at half scale.
    pub long_side: u32,
}

impl Default for Options {
    fn default() -> Self {
        Self { long_side: 2000 }
    }
}

/// What is stored of a photo, and what the photo said of itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Intake {
    /// The SHA-256 of `jpeg`, which is the photo's id.
    pub hash: PhotoHash,
    /// The photo: upright, without any tag of the original, quality 80.
    pub jpeg: Vec<u8>,
    /// The same with a long side of at most [`THUMBNAIL_SIDE`], as JPEG, aimed at [`THUMBNAIL_BYTES`].
    pub thumbnail: Vec<u8>,
    /// Width of `jpeg` in pixels.
    pub width: u32,
    /// Height of `jpeg` in pixels.
    pub height: u32,
    /// When it was taken, by the camera's clock; read as China time where the camera does not tell its offset.
    pub taken_at: Option<DateTime<Utc>>,
    /// Where it was taken.
    pub position: Option<Position>,
    /// The camera's make and model, at most 80 characters; empty where it does not say.
    pub camera: String,
    /// Where the camera looked, in degrees clockwise from north (true or magnetic), 0 to under 360.
    pub direction_deg: Option<f64>,
    /// What the photo looks like, to find it again from a copy: see [`fingerprint`]. That of `jpeg` is at most 2 away.
    pub fingerprint: u64,
}

/// Takes in a JPEG, PNG or WebP photo.
///
/// The same bytes and options give the same stored photo on one machine; another one may round otherwise.
///
/// # Errors
/// Whatever [`PhotoError`] names; never a panic.
pub fn take_in(bytes: &[u8], options: &Options) -> Result<Intake, PhotoError> {
    caught(|| {
        let (picture, metadata) = read(bytes, options.long_side.clamp(THUMBNAIL_SIDE, MAX_LONG_SIDE))?;
        let Metadata { orientation, taken_at, position, camera, direction_deg } = metadata;
        let small = picture.shrunk(THUMBNAIL_SIDE)?;
        let small = Upright::new(&small, orientation);
        let (fingerprint, thumbnail) = (fingerprint::of(&small.copy()), small_jpeg(small)?);
        let upright = Upright::new(&picture, orientation);
        let (width, height) = upright.size();
        let jpeg = upright.jpeg(QUALITY)?;
        Ok(Intake {
            hash: hash(&jpeg),
            jpeg,
            thumbnail,
            width,
            height,
            taken_at,
            position,
            camera,
            direction_deg,
            fingerprint,
        })
    })
}

/// What a photo looks like, in 64 bits, whatever its size and compression: a difference hash of the upper 70 % of the
/// upright picture, so that a stamped copy has that of its original. Two are compared by [`fingerprint_distance`].
///
/// # Errors
/// What [`take_in`] gives.
pub fn fingerprint(photo: &[u8]) -> Result<u64, PhotoError> {
    caught(|| {
        let (picture, metadata) = read(photo, 2 * THUMBNAIL_SIDE)?;
        let small = picture.shrunk(THUMBNAIL_SIDE)?;
        Ok(fingerprint::of(&Upright::new(&small, metadata.orientation).copy()))
    })
}

/// The SHA-256 of the bytes of a stored photo.
pub fn hash(bytes: &[u8]) -> PhotoHash {
    match hex::encode(Sha256::digest(bytes)).parse() {
        Ok(hash) => hash,
        Err(error) => unreachable!("a SHA-256 has 64 hexadecimal digits: {error}"),
    }
}

/// The usual extension of a file's name, by its first bytes: `jpg`, `png`, `webp`, `heic` or `bin`.
pub fn extension(bytes: &[u8]) -> &'static str {
    match kind::of(bytes) {
        Kind::Jpeg => "jpg",
        Kind::Png => "png",
        Kind::WebP => "webp",
        Kind::Heic => "heic",
        Kind::Unknown => "bin",
    }
}

/// Width and height in pixels that the header of a JPEG declares; `None` if it is none. Nothing is decoded.
pub fn declared_size(jpeg: &[u8]) -> Option<(u32, u32)> {
    decode_jpeg::declared_size(jpeg)
}

/// The thumbnail of a stored photo, as [`take_in`] makes it. It also proves that the photo decodes to its end.
///
/// Does not turn the photo: what is stored is upright.
///
/// # Errors
/// [`PhotoError::NotAPhoto`] for anything but a JPEG, and what [`take_in`] gives.
pub fn thumbnail(jpeg: &[u8]) -> Result<Vec<u8>, PhotoError> {
    caught(|| {
        check_size(jpeg)?;
        if kind::of(jpeg) != Kind::Jpeg {
            return Err(PhotoError::NotAPhoto);
        }
        // Twice the size is decoded: the decoder's own shrinking is coarse.
        let (picture, _) = decode_jpeg::decode(jpeg, 2 * THUMBNAIL_SIDE)?;
        small_jpeg(Upright::new(&picture.shrunk(THUMBNAIL_SIDE)?, Orientation::UPRIGHT))
    })
}

fn read(bytes: &[u8], long_side: u32) -> Result<(Picture, Metadata), PhotoError> {
    check_size(bytes)?;
    let (picture, exif) = match kind::of(bytes) {
        Kind::Jpeg => decode_jpeg::decode(bytes, long_side)?,
        Kind::Png => decode_other::png(bytes)?,
        Kind::WebP => decode_other::webp(bytes)?,
        Kind::Heic => return Err(PhotoError::Heic),
        Kind::Unknown => return Err(PhotoError::NotAPhoto),
    };
    Ok((picture.within(long_side)?, exif.map(Metadata::read).unwrap_or_default()))
}

fn check_size(bytes: &[u8]) -> Result<(), PhotoError> {
    match bytes.len() {
        0 => Err(PhotoError::Empty),
        length if length > MAX_BYTES => {
            Err(PhotoError::TooManyBytes { bytes: length as u64, limit: MAX_BYTES as u64 })
        }
        _ => Ok(()),
    }
}

fn small_jpeg(picture: Upright<'_>) -> Result<Vec<u8>, PhotoError> {
    let mut jpeg = picture.jpeg(75)?;
    for quality in [60, 45, 30] {
        if jpeg.len() <= THUMBNAIL_BYTES {
            break;
        }
        jpeg = picture.jpeg(quality)?;
    }
    Ok(jpeg)
}

/// Decoders panic on some malformed files; that must not take the caller down.
fn caught<T>(work: impl FnOnce() -> Result<T, PhotoError>) -> Result<T, PhotoError> {
    catch_unwind(AssertUnwindSafe(work))
        .unwrap_or_else(|_| Err(PhotoError::Broken("the decoder gave up on it".to_owned())))
}
