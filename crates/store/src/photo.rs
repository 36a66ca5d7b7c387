//! Photos on the disk, under their hash. A photo is on the medium before anything refers to it.

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use domain::{PhotoHash, SiteId};
use rusqlite::{OptionalExtension as _, params};
use sha2::{Digest, Sha256};

use crate::{Reader, Role, Store, StoreError, Writer};

/// A photo whose bytes are here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PhotoFile {
    /// Its size.
    pub bytes: u64,
    /// Whether the server has proved that it holds it.
    pub stored: bool,
}

/// What became of a piece of a photo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PartProgress {
    /// So many bytes are here from the beginning.
    Partial(u64),
    /// All bytes are here and hash to the photo's name. They are not a photo of this replica yet.
    Whole(Vec<u8>),
}

impl Store {
    /// Writes the files of a photo and flushes them to the medium. Does nothing where they exist already.
    ///
    /// # Errors
    /// When the bytes do not hash to the name, or cannot be written.
    pub fn put_photo_files(&self, hash: &PhotoHash, jpeg: &[u8], thumbnail: &[u8]) -> Result<(), StoreError> {
        if hex_digest(jpeg) != hash.as_str() {
            return Err(StoreError::PhotoDiffers);
        }
        put_file(&self.thumbnail_path(hash), thumbnail)?;
        put_file(&self.photo_path(hash), jpeg)
    }

    /// The bytes of a photo.
    pub fn photo_bytes(&self, hash: &PhotoHash) -> Result<Option<Vec<u8>>, StoreError> {
        read_file(&self.photo_path(hash))
    }

    /// The bytes of a photo's thumbnail.
    pub fn thumbnail_bytes(&self, hash: &PhotoHash) -> Result<Option<Vec<u8>>, StoreError> {
        read_file(&self.thumbnail_path(hash))
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
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(StoreError::file(&path)(error)),
        };
        let size = file.metadata().map_err(StoreError::file(&path))?.len();
        let mut piece = Vec::new();
        file.seek(SeekFrom::Start(offset.min(size))).map_err(StoreError::file(&path))?;
        file.take(limit).read_to_end(&mut piece).map_err(StoreError::file(&path))?;
        Ok(Some((piece, size)))
    }

    /// How many bytes of a photo have arrived from the beginning.
    pub fn part_size(&self, hash: &PhotoHash) -> u64 {
        fs::metadata(self.part_path(hash)).map(|metadata| metadata.len()).unwrap_or_default()
    }

    /// Notes of how many bytes a photo will be that is about to arrive.
    pub fn announce_part(&self, hash: &PhotoHash, total: u64) -> Result<(), StoreError> {
        let path = self.announced_path(hash);
        fs::write(&path, total.to_string()).map_err(StoreError::file(&path))
    }

    /// Of how many bytes a photo will be that is arriving, if that was announced.
    pub fn announced_size(&self, hash: &PhotoHash) -> Option<u64> {
        fs::read_to_string(self.announced_path(hash)).ok()?.parse().ok()
    }

    /// Adds a piece to what has arrived of a photo of `total` bytes. A piece that does not begin where the last one
    /// ended changes nothing.
    ///
    /// # Errors
    /// When the whole does not hash to the photo's name: then all of it is thrown away.
    pub fn add_part(
        &self,
        hash: &PhotoHash,
        total: u64,
        offset: u64,
        piece: &[u8],
    ) -> Result<PartProgress, StoreError> {
        // Two requests may bring the same piece at once.
        let _one_at_a_time = self.parts.lock().map_err(|_| StoreError::Poisoned)?;
        let path = self.part_path(hash);
        let here = self.part_size(hash);
        if here > total {
            self.discard_part(hash)?;
            return Ok(PartProgress::Partial(0));
        }
        if offset != here || here + piece.len() as u64 > total {
            return Ok(PartProgress::Partial(here));
        }
        let mut file =
            OpenOptions::new().create(true).append(true).open(&path).map_err(StoreError::file(&path))?;
        file.write_all(piece).map_err(StoreError::file(&path))?;
        let here = here + piece.len() as u64;
        if here < total {
            return Ok(PartProgress::Partial(here));
        }
        match self.whole_part(hash)? {
            Some(whole) => Ok(PartProgress::Whole(whole)),
            None => {
                self.discard_part(hash)?;
                Err(StoreError::PhotoDiffers)
            }
        }
    }

    /// What has arrived of a photo, if that is all of it: something failed after the last piece.
    pub fn whole_part(&self, hash: &PhotoHash) -> Result<Option<Vec<u8>>, StoreError> {
        let arrived = read_file(&self.part_path(hash))?;
        Ok(arrived.filter(|bytes| hex_digest(bytes) == hash.as_str()))
    }

    /// Throws away what has arrived of a photo.
    pub fn discard_part(&self, hash: &PhotoHash) -> Result<(), StoreError> {
        for path in [self.part_path(hash), self.announced_path(hash)] {
            match fs::remove_file(&path) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(StoreError::file(&path)(error));
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn photo_path(&self, hash: &PhotoHash) -> PathBuf {
        self.sharded("photos", hash)
    }

    fn thumbnail_path(&self, hash: &PhotoHash) -> PathBuf {
        self.sharded("thumbnails", hash)
    }

    fn part_path(&self, hash: &PhotoHash) -> PathBuf {
        self.folder.join("incoming").join(format!("{hash}.part"))
    }

    fn announced_path(&self, hash: &PhotoHash) -> PathBuf {
        self.folder.join("incoming").join(format!("{hash}.size"))
    }

    fn sharded(&self, kind: &str, hash: &PhotoHash) -> PathBuf {
        let shard = hash.as_str().get(..2).unwrap_or_default();
        self.folder.join(kind).join(shard).join(format!("{hash}.jpg"))
    }
}

impl Reader<'_> {
    /// What is known of a photo whose bytes are here.
    pub fn photo_file(&self, hash: &PhotoHash) -> Result<Option<PhotoFile>, StoreError> {
        let mut statement =
            self.connection.prepare_cached("SELECT bytes, stored FROM photo_file WHERE hash = ?1")?;
        let file = statement
            .query_row([hash.as_str()], |row| Ok(PhotoFile { bytes: row.get(0)?, stored: row.get(1)? }));
        Ok(file.optional()?)
    }

    /// Photos that records mention, that are here, and that the server has not proved it holds.
    pub fn photos_to_send(&self) -> Result<Vec<PhotoHash>, StoreError> {
        self.hashes(
            "SELECT hash FROM photo_file WHERE stored = 0 AND EXISTS (SELECT 1 FROM photo WHERE photo.hash = photo_file.hash)
             ORDER BY hash",
        )
    }

    /// Photos that records mention and that are not here.
    pub fn photos_missing(&self) -> Result<Vec<PhotoHash>, StoreError> {
        self.hashes(
            "SELECT DISTINCT hash FROM photo WHERE NOT EXISTS (SELECT 1 FROM photo_file WHERE photo_file.hash = photo.hash)
             ORDER BY hash",
        )
    }

    /// How many photos records mention, and how many of these the server has proved it holds.
    pub fn photo_counts(&self) -> Result<(u64, u64), StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT count(*), coalesce(sum(stored), 0) FROM (
                SELECT DISTINCT photo.hash, coalesce(photo_file.stored, 0) AS stored
                FROM photo LEFT JOIN photo_file ON photo_file.hash = photo.hash)",
        )?;
        Ok(statement.query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?)
    }

    /// A site that shows a photo.
    pub fn site_of_photo(&self, hash: &PhotoHash) -> Result<Option<SiteId>, StoreError> {
        let mut statement =
            self.connection.prepare_cached("SELECT site FROM photo WHERE hash = ?1 LIMIT 1")?;
        Ok(statement.query_row([hash.as_str()], |row| row.get(0)).optional()?.map(SiteId))
    }

    fn hashes(&self, sql: &str) -> Result<Vec<PhotoHash>, StoreError> {
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map([], |row| row.get::<_, String>(0))?;
        rows.map(|hash| hash?.parse().map_err(|_| StoreError::Row("photo"))).collect()
    }
}

impl Writer<'_> {
    /// Notes that the files of a photo are here. `stored` says whether the server holds it too; what was proven once
    /// stays proven.
    pub fn note_photo(&self, hash: &PhotoHash, bytes: u64, stored: bool) -> Result<(), StoreError> {
        let stored = stored || self.store.role == Role::Office;
        self.transaction
            .prepare_cached(
                "INSERT INTO photo_file VALUES (?1, ?2, ?3)
                 ON CONFLICT (hash) DO UPDATE SET stored = max(stored, excluded.stored)",
            )?
            .execute(params![hash.as_str(), bytes, stored])?;
        Ok(())
    }
}

fn hex_digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn read_file(path: &Path) -> Result<Option<Vec<u8>>, StoreError> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(StoreError::file(path)(error)),
    }
}

/// Writes a file so that after a crash it is there whole or not at all: a new name, flushed, then renamed, and the
/// folder flushed.
fn put_file(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    if path.exists() {
        return Ok(());
    }
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(StoreError::file(folder))?;
    let new = path.with_extension(format!("{}.new", std::process::id()));
    let written = File::create(&new).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&new, path)?;
        File::open(folder)?.sync_all()
    });
    if written.is_err() {
        let _ = fs::remove_file(&new);
    }
    written.map_err(StoreError::file(path))
}
