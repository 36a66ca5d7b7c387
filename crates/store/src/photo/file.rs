//! Files of photos: written so that after a crash each is there whole or not at all.

use std::fs::{self, File};
use std::io::{ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use domain::PhotoHash;
use sha2::{Digest, Sha256};

use super::PhotoFile;
use crate::{Store, StoreError};

/// Ends the names of files that are being written.
const NEW: &str = "new";

impl Store {
    /// Writes the files of a photo and flushes them to the medium. Does nothing where they exist already.
    ///
    /// # Errors
    /// When the bytes do not hash to the name, or cannot be written.
    pub fn put_photo_files(&self, hash: &PhotoHash, jpeg: &[u8], thumbnail: &[u8]) -> Result<(), StoreError> {
        if hex_digest(jpeg) != hash.as_str() {
            return Err(StoreError::PhotoDiffers);
        }
        self.put_thumbnail(hash, thumbnail)?;
        self.put_file(&self.photo_path(hash), jpeg)
    }

    /// The bytes of a photo.
    pub fn photo_bytes(&self, hash: &PhotoHash) -> Result<Option<Vec<u8>>, StoreError> {
        read_file(&self.photo_path(hash))
    }

    /// At most `limit` bytes of a photo from `offset` on, and its whole size.
    pub fn photo_piece(
        &self,
        hash: &PhotoHash,
        offset: u64,
        limit: u64,
    ) -> Result<Option<(Vec<u8>, u64)>, StoreError> {
        let path = self.photo_path(hash);
        let mut file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(StoreError::file(&path)(error)),
        };
        let size = file.metadata().map_err(StoreError::file(&path))?.len();
        let mut piece = Vec::new();
        file.seek(SeekFrom::Start(offset.min(size))).map_err(StoreError::file(&path))?;
        file.take(limit).read_to_end(&mut piece).map_err(StoreError::file(&path))?;
        Ok(Some((piece, size)))
    }

    /// A photo whose row and whose file are both here, of the size that the row says. A row whose file is gone or was
    /// cut goes: nothing is claimed that is not so, and the photo can arrive again.
    pub fn proven_photo(&self, hash: &PhotoHash) -> Result<Option<PhotoFile>, StoreError> {
        let Some(file) = self.read::<_, StoreError>(|reader| reader.photo_file(hash))? else {
            return Ok(None);
        };
        if file_size(&self.photo_path(hash))? == Some(file.bytes) {
            return Ok(Some(file));
        }
        self.write::<_, StoreError>(|writer| {
            // Looked at again where nobody writes beside: it may have come back, or been removed by the person.
            match writer.photo_file(hash)? {
                Some(file) if file_size(&self.photo_path(hash))? == Some(file.bytes) => Ok(Some(file)),
                Some(_) => writer.forget_photo(hash).map(|()| None),
                None => Ok(None),
            }
        })
    }

    pub(crate) fn photo_path(&self, hash: &PhotoHash) -> PathBuf {
        self.sharded("photos", hash)
    }

    pub(super) fn sharded(&self, kind: &str, hash: &PhotoHash) -> PathBuf {
        let shard = hash.as_str().get(..2).unwrap_or_default();
        self.folder.join(kind).join(shard).join(format!("{hash}.jpg"))
    }

    /// Writes a file so that after a crash it is there whole or not at all: a new name, flushed, then renamed, and the
    /// folder flushed. A file of that size is taken to be it: whole photos are named by their hash, and what
    /// belongs to one by the hash of the photo.
    pub(crate) fn put_file(&self, path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
        static WRITTEN: AtomicU64 = AtomicU64::new(0);
        if file_size(path)? == Some(bytes.len() as u64) {
            return Ok(());
        }
        self.reserve.room_for(bytes.len() as u64)?;
        // No two writers share a name, in this process or another one.
        let number = WRITTEN.fetch_add(1, Ordering::Relaxed);
        let new = self.folder.join("incoming").join(format!("{}-{number}.{NEW}", std::process::id()));
        let written = File::create(&new).and_then(|mut file| {
            file.write_all(bytes)?;
            fail::fail_point!("file.written");
            file.sync_all()
        });
        let placed = written.map_err(StoreError::file(path)).and_then(|()| place(&new, path));
        if placed.is_err() {
            let _ = fs::remove_file(&new);
        }
        placed
    }

    /// Removes what a crash left of files that were being written.
    pub(crate) fn sweep_unfinished(&self) -> Result<(), StoreError> {
        let folder = self.folder.join("incoming");
        for entry in fs::read_dir(&folder).map_err(StoreError::file(&folder))?.flatten() {
            if entry.path().extension().is_some_and(|extension| extension == NEW) {
                let _ = fs::remove_file(entry.path());
            }
        }
        let _ = fs::remove_file(self.folder.join("reserve.new"));
        Ok(())
    }
}

/// Gives a flushed file its name, so that the name lasts.
pub(super) fn place(from: &Path, to: &Path) -> Result<(), StoreError> {
    let folder = to.parent().unwrap_or(Path::new("."));
    let begun = !folder.exists();
    fail::fail_point!("file.flushed");
    let placed = fs::create_dir_all(folder)
        .and_then(|()| fs::rename(from, to))
        .inspect(|()| fail::fail_point!("file.renamed"))
        .and_then(|()| flush_folder(folder))
        .and_then(|()| if begun { flush_folder(folder.parent().unwrap_or(folder)) } else { Ok(()) });
    placed.map_err(StoreError::file(to))
}

#[cfg(unix)]
pub(crate) fn flush_folder(folder: &Path) -> std::io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Elsewhere a folder cannot be opened as a file; the file system keeps its own journal of names.
#[cfg(not(unix))]
pub(crate) fn flush_folder(_: &Path) -> std::io::Result<()> {
    Ok(())
}

pub(super) fn hex_digest(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Bytes as hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(super) fn read_file(path: &Path) -> Result<Option<Vec<u8>>, StoreError> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(StoreError::file(path)(error)),
    }
}

pub(super) fn remove_file(path: &Path) -> Result<(), StoreError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(StoreError::file(path)(error)),
        _ => Ok(()),
    }
}

/// The size of a file; `None` if there is none.
pub(crate) fn file_size(path: &Path) -> Result<Option<u64>, StoreError> {
    match fs::metadata(path) {
        Ok(metadata) => Ok(metadata.is_file().then_some(metadata.len())),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(StoreError::file(path)(error)),
    }
}
