//! Why a photo is refused.

/// Why a photo is refused. [`PhotoError::code`] is stable, the sentence is not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PhotoError {
    /// No bytes at all.
    #[error("the file is empty")]
    Empty,
    /// More bytes than [`crate::MAX_BYTES`].
    #[error("the file has {bytes} bytes, and at most {limit} are taken")]
    TooManyBytes {
        /// Its size in bytes.
        bytes: u64,
        /// The largest size in bytes.
        limit: u64,
    },
    /// Neither JPEG nor PNG nor WebP.
    #[error("the file is not a photo: JPEG, PNG and WebP are taken")]
    NotAPhoto,
    /// The format of recent iPhones, which cannot be decoded here.
    #[error(
        "the photo is a HEIC file, which cannot be read here: set the camera to \"Most Compatible\" (JPEG), or share \
         the photo as JPEG, and add it again"
    )]
    Heic,
    /// More pixels than can be decoded in bounded memory. Found in the header, before decoding.
    #[error("the photo has {width} x {height} pixels, and at most {limit} pixels of its kind are taken")]
    TooManyPixels {
        /// Width in pixels, as the header says.
        width: u32,
        /// Height in pixels, as the header says.
        height: u32,
        /// The largest number of pixels for this kind of file.
        limit: u64,
    },
    /// The file ends, or its picture data end, before the picture does.
    #[error("the photo is cut off: it was probably not copied to its end")]
    Truncated,
    /// The file contradicts its own format.
    #[error("the photo is damaged: {0}")]
    Broken(String),
    /// A legal variety of the format that cameras do not write, such as arithmetic coding.
    #[error("this variety of photo cannot be read: {0}")]
    Unsupported(String),
    /// The texts of a stamp need more than [`crate::MAX_MARK_BYTES`].
    #[error("the stamp's texts have {bytes} bytes, and at most {limit} are written on a photo")]
    StampTooLong {
        /// Their size with the rest of the mark, in bytes.
        bytes: u64,
        /// The largest size in bytes.
        limit: u64,
    },
}

impl PhotoError {
    /// A stable name for a user interface to translate.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Empty => "photo_empty",
            Self::TooManyBytes { .. } => "photo_too_many_bytes",
            Self::NotAPhoto => "photo_not_a_photo",
            Self::Heic => "photo_heic",
            Self::TooManyPixels { .. } => "photo_too_many_pixels",
            Self::Truncated => "photo_truncated",
            Self::Broken(_) => "photo_broken",
            Self::Unsupported(_) => "photo_unsupported",
            Self::StampTooLong { .. } => "photo_stamp_too_long",
        }
    }
}
