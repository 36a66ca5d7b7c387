//! The file: encrypted by age for one recipient, frames within.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::Path;
use std::str::FromStr as _;
use std::sync::Arc;

use age::secrecy::ExposeSecret as _;
use age::stream::StreamWriter;
use age::x25519::{Identity, Recipient};
use age::{Decryptor, Encryptor};
use domain::PhotoHash;
use store::{Reserve, StoreError};
use wire::sync::{MAX_MESSAGE, decode, encode};
use wire::{ApiError, ErrorCode};

use super::LARGEST;
use super::message::{Frame, Piece};
use crate::error::to_api_error;

/// What stands before the first frame: the name of the format, and its version.
const MAGIC: &[u8; 12] = b"vlbundle\0\0\0\x01";

/// Why a file is no bundle for whoever reads it.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    /// It is encrypted for somebody else.
    #[error("the bundle is for another office or another device")]
    NotForUs,
    /// It was cut, or a byte of it is wrong, or it never was a bundle.
    #[error("the file is no bundle, or was damaged or cut on the way; write it again")]
    Damaged,
    /// It was written by a newer version.
    #[error("the bundle was written by a newer version of the program")]
    Newer,
    /// It is a bundle, but not one that is read here: a device's on a device, or an answer at the office.
    #[error(
        "the bundle is not meant for this place: devices write for the office, and the office answers devices"
    )]
    WrongWay,
    /// It answers no bundle that this device wrote.
    #[error("the bundle answers none that this device wrote")]
    Unasked,
    /// The device that wrote it is not known here.
    #[error("the bundle comes from a device that this office does not know")]
    UnknownDevice,
    /// Nobody to encrypt for.
    #[error("the other side has no key for bundles yet: sync once over the network, or connect anew")]
    NoKey,
    /// The disk.
    #[error("the bundle cannot be read or written: {0}")]
    Io(#[from] io::Error),
    /// What stands in it cannot be read, or the disk has no room for it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl BundleError {
    /// The reason as a word; `None` where it is the disk and not the file.
    pub const fn code(&self) -> Option<&'static str> {
        Some(match self {
            Self::NotForUs => "not_for_us",
            Self::Damaged => "damaged",
            Self::Newer => "newer",
            Self::WrongWay => "wrong_way",
            Self::Unasked => "unasked",
            Self::UnknownDevice => "unknown_device",
            Self::NoKey => "no_key",
            Self::Io(_) | Self::Store(_) => return None,
        })
    }
}

impl From<BundleError> for ApiError {
    fn from(error: BundleError) -> Self {
        let error = match error {
            BundleError::Store(error) => return to_api_error(error),
            error => error,
        };
        let code = match &error {
            BundleError::Io(source) if source.kind() == io::ErrorKind::StorageFull => ErrorCode::DiskFull,
            BundleError::Io(_) => ErrorCode::Storage,
            BundleError::NoKey => ErrorCode::NotConnected,
            _ => ErrorCode::File,
        };
        let told = Self::new(code, error.to_string());
        match error.code() {
            Some(reason) => told.because(reason),
            None => told,
        }
    }
}

/// A new secret with which bundles are decrypted, as text.
pub fn new_identity() -> String {
    Identity::generate().to_string().expose_secret().to_owned()
}

/// To whom bundles are encrypted that this secret decrypts; `None` if it is none.
pub fn recipient_of(identity: &str) -> Option<String> {
    Identity::from_str(identity).ok().map(|identity| identity.to_public().to_string())
}

/// What became of a photo that was to be added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Added {
    /// All of it is in the bundle.
    Whole,
    /// The bundle would become too large.
    NoRoom,
    /// Its bytes are not here, or not all of them.
    NotHere,
}

/// A bundle that is being written.
pub(super) struct Writer {
    stream: StreamWriter<BufWriter<File>>,
    /// What the file leaves free.
    reserve: Arc<Reserve>,
    frames: u64,
    /// Bytes of the frames so far.
    size: u64,
}

impl Writer {
    /// Begins a bundle for a recipient.
    pub fn create(path: &Path, recipient: &str, reserve: &Arc<Reserve>) -> Result<Self, BundleError> {
        let recipient = Recipient::from_str(recipient).map_err(|_| BundleError::NoKey)?;
        let recipients: [&dyn age::Recipient; 1] = [&recipient];
        let encryptor = Encryptor::with_recipients(recipients.into_iter()).map_err(|_| BundleError::NoKey)?;
        let mut stream = encryptor.wrap_output(BufWriter::new(File::create(path)?))?;
        stream.write_all(MAGIC)?;
        Ok(Self { stream, reserve: Arc::clone(reserve), frames: 0, size: 0 })
    }

    /// Bytes of the frames so far.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Adds a frame.
    pub fn add(&mut self, frame: &Frame) -> Result<(), BundleError> {
        let bytes = encode(frame).map_err(|error| io::Error::other(error.to_string()))?;
        let length = u32::try_from(bytes.len()).map_err(io::Error::other)?;
        self.reserve.room_for(bytes.len() as u64)?;
        self.stream.write_all(&length.to_le_bytes())?;
        self.stream.write_all(&bytes)?;
        self.frames += 1;
        self.size += bytes.len() as u64 + 4;
        Ok(())
    }

    /// Adds a photo piece by piece, unless the bundle would become too large by it. `piece` gives what there is of it from
    /// an offset on, and the size of all of it.
    pub fn add_photo(
        &mut self,
        hash: &PhotoHash,
        piece: impl Fn(u64) -> Result<Option<(Vec<u8>, u64)>, StoreError>,
    ) -> Result<Added, BundleError> {
        let mut offset = 0;
        loop {
            let Some((bytes, total)) = piece(offset)? else { return Ok(Added::NotHere) };
            if offset == 0 && self.size + total > LARGEST {
                return Ok(Added::NoRoom);
            }
            let size = bytes.len() as u64;
            self.add(&Frame::Piece(Piece { hash: hash.clone(), total, offset, bytes: bytes.into() }))?;
            offset += size;
            if offset >= total {
                return Ok(Added::Whole);
            }
            if size == 0 {
                return Ok(Added::NotHere);
            }
        }
    }

    /// Ends it, and waits until it is on the medium.
    pub fn finish(mut self) -> Result<(), BundleError> {
        self.add(&Frame::End(self.frames))?;
        let file = self.stream.finish()?.into_inner().map_err(io::IntoInnerError::into_error)?;
        Ok(file.sync_all()?)
    }
}

/// Reads a bundle: first all of it, to prove that it is whole; then frame by frame into `take`.
pub(super) fn read(
    path: &Path,
    identity: &str,
    take: impl FnMut(Frame) -> Result<(), ApiError>,
) -> Result<(), ApiError> {
    each(path, identity, |_| Ok(()))?;
    each(path, identity, take)
}

fn each(
    path: &Path,
    identity: &str,
    mut take: impl FnMut(Frame) -> Result<(), ApiError>,
) -> Result<(), ApiError> {
    let identity = Identity::from_str(identity).map_err(|_| BundleError::NoKey)?;
    let file = File::open(path).map_err(BundleError::Io)?;
    let decryptor = Decryptor::new_buffered(BufReader::new(file)).map_err(refused)?;
    let mut stream = decryptor.decrypt(std::iter::once(&identity as &dyn age::Identity)).map_err(refused)?;
    let mut magic = [0; MAGIC.len()];
    exact(&mut stream, &mut magic)?;
    if magic != *MAGIC {
        let known = magic.starts_with(MAGIC.get(..8).unwrap_or_default());
        return Err(if known { BundleError::Newer } else { BundleError::Damaged }.into());
    }
    let mut frames = 0;
    loop {
        let frame = next(&mut stream)?;
        match frame {
            Frame::End(count) if count == frames => break,
            Frame::End(_) => return Err(BundleError::Damaged.into()),
            frame => take(frame)?,
        }
        frames += 1;
    }
    // Behind the end comes nothing; reading up to it also proves that the last piece was not cut off.
    match stream.read(&mut [0]) {
        Ok(0) => Ok(()),
        _ => Err(BundleError::Damaged.into()),
    }
}

fn next(stream: &mut impl Read) -> Result<Frame, BundleError> {
    let mut length = [0; 4];
    exact(stream, &mut length)?;
    let length = u32::from_le_bytes(length) as usize;
    if length > MAX_MESSAGE {
        return Err(BundleError::Damaged);
    }
    let mut bytes = Vec::new();
    stream.take(length as u64).read_to_end(&mut bytes).map_err(|_| BundleError::Damaged)?;
    if bytes.len() != length {
        return Err(BundleError::Damaged);
    }
    decode(&bytes).map_err(|_| BundleError::Damaged)
}

fn exact(stream: &mut impl Read, bytes: &mut [u8]) -> Result<(), BundleError> {
    stream.read_exact(bytes).map_err(|_| BundleError::Damaged)
}

fn refused(error: age::DecryptError) -> BundleError {
    match error {
        age::DecryptError::NoMatchingKeys | age::DecryptError::DecryptionFailed => BundleError::NotForUs,
        age::DecryptError::UnknownFormat => BundleError::Newer,
        _ => BundleError::Damaged,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use proptest::prelude::*;
    use store::Store;

    use super::*;

    static RESERVE: LazyLock<Arc<Reserve>> = LazyLock::new(|| {
        let folder = tempfile::tempdir().unwrap();
        Arc::clone(Store::open(folder.path(), store::Role::Device).unwrap().reserve())
    });

    fn written(identity: &str) -> (tempfile::TempDir, std::path::PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        Writer::create(&path, &recipient_of(identity).unwrap(), &RESERVE).unwrap().finish().unwrap();
        (folder, path)
    }

    fn count(path: &Path, identity: &str) -> Result<usize, ApiError> {
        let mut frames = 0;
        each(path, identity, |_| {
            frames += 1;
            Ok(())
        })?;
        Ok(frames)
    }

    #[test]
    fn somebody_else_cannot_read_it() {
        let (_folder, path) = written(&new_identity());
        assert_eq!(count(&path, &new_identity()).unwrap_err().reason.as_deref(), Some("not_for_us"));
    }

    #[test]
    fn a_full_disk_is_not_called_a_damaged_file() {
        let told = ApiError::from(BundleError::from(StoreError::NoRoom(1)));
        assert_eq!((told.code, told.reason.as_deref()), (ErrorCode::DiskFull, Some("reserve")));
        let told = ApiError::from(BundleError::from(io::Error::from(io::ErrorKind::StorageFull)));
        assert_eq!((told.code, told.reason.as_deref()), (ErrorCode::DiskFull, None));
    }

    #[test]
    fn a_photo_is_written_whole_or_not_called_so() {
        let folder = tempfile::tempdir().unwrap();
        let recipient = recipient_of(&new_identity()).unwrap();
        let mut writer = Writer::create(&folder.path().join("a"), &recipient, &RESERVE).unwrap();
        let hash: PhotoHash = "0".repeat(64).parse().unwrap();
        let piece = |offset: u64| Ok::<_, StoreError>((offset < 9).then(|| (vec![0; 3], 9)));
        assert_eq!(writer.add_photo(&hash, piece).unwrap(), Added::Whole);
        let ends_early =
            |offset: u64| Ok::<_, StoreError>(Some((vec![0; if offset < 6 { 3 } else { 0 }], 9)));
        assert_eq!(writer.add_photo(&hash, ends_early).unwrap(), Added::NotHere);
        let too_large = |_: u64| Ok::<_, StoreError>(Some((vec![0; 3], LARGEST)));
        assert_eq!(writer.add_photo(&hash, too_large).unwrap(), Added::NoRoom);
        assert_eq!(writer.add_photo(&hash, |_| Ok(None)).unwrap(), Added::NotHere);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn a_bundle_that_was_cut_or_changed_anywhere_is_refused_before_a_frame_is_taken(place in any::<prop::sample::Index>(), flip in 1..=255_u8, cut in any::<bool>()) {
            let identity = new_identity();
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("a");
            let mut writer = Writer::create(&path, &recipient_of(&identity).unwrap(), &RESERVE).unwrap();
            let piece = crate::bundle::message::Answer { written_at: chrono::DateTime::UNIX_EPOCH, nonce: uuid::Uuid::nil() };
            writer.add(&Frame::Answer(piece)).unwrap();
            writer.finish().unwrap();
            let mut taken = 0;
            read(&path, &identity, |_| { taken += 1; Ok(()) }).unwrap();
            prop_assert_eq!(taken, 1);
            let mut bytes = std::fs::read(&path).unwrap();
            let place = place.index(bytes.len());
            if cut { bytes.truncate(place) } else { bytes[place] ^= flip }
            std::fs::write(&path, &bytes).unwrap();
            taken = 0;
            let result = read(&path, &identity, |_| { taken += 1; Ok(()) });
            prop_assert!(result.is_err() && taken == 0);
        }
    }
}
