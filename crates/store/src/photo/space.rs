//! What photos take of the disk, and removing those that the server holds.

use std::fs;
use std::path::Path;

use chrono::{DateTime, Utc};
use domain::PhotoHash;
use rusqlite::params;
use uuid::Uuid;

use super::file::remove_file;
use crate::{Reader, Store, StoreError, Writer};

/// Folders whose files belong to photos.
const FOLDERS: &[&str] = &["photos", "thumbnails", "provisional", "originals", "incoming"];

/// Photos that can go: the server proved it holds them, records mention them, and no form does.
const REMOVABLE: &str = "photo_file.stored = 1 AND photo_file.removed = 0
    AND EXISTS (SELECT 1 FROM photo WHERE photo.hash = photo_file.hash)
    AND NOT EXISTS (SELECT 1 FROM draft_photo WHERE draft_photo.hash = photo_file.hash)";

/// Numbers and bytes of photos.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PhotoSpace {
    /// Photos whose bytes are here.
    pub photos: u64,
    /// Those of them that can be removed.
    pub removable: u64,
    /// Their size in bytes.
    pub removable_bytes: u64,
    /// Photos that were removed from here.
    pub removed: u64,
}

impl Reader<'_> {
    /// How many photos are here, can be removed, and were removed.
    pub fn photo_space(&self) -> Result<PhotoSpace, StoreError> {
        let (photos, removed) = self.connection.query_row(
            "SELECT count(*) FILTER (WHERE removed = 0), count(*) FILTER (WHERE removed = 1) FROM photo_file",
            [],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?;
        let (removable, removable_bytes) = self.connection.query_row(
            &format!("SELECT count(*), coalesce(sum(bytes), 0) FROM photo_file WHERE {REMOVABLE}"),
            [],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?;
        Ok(PhotoSpace { photos, removable, removable_bytes, removed })
    }

    /// Photos that can be removed and that were added before this moment, which their ids tell; all that can be
    /// removed for `None`.
    pub fn removable_photos(&self, before: Option<DateTime<Utc>>) -> Result<Vec<PhotoHash>, StoreError> {
        let mut statement = self.connection.prepare_cached(&format!(
            "SELECT hash FROM photo_file WHERE {REMOVABLE}
             AND NOT EXISTS (SELECT 1 FROM photo WHERE photo.hash = photo_file.hash AND photo.id >= ?1)
             ORDER BY hash"
        ))?;
        let rows =
            statement.query_map([before.map_or(Uuid::max(), first_id)], |row| row.get::<_, String>(0))?;
        rows.map(|hash| hash?.parse().map_err(|_| StoreError::Row("photo_file"))).collect()
    }
}

impl Writer<'_> {
    /// Notes that a photo is removed from here, if it can be; gives its size. Its file goes afterwards, by
    /// [`Store::unlink_removed`], so that the row never claims a file that is gone.
    pub fn mark_photo_removed(&self, hash: &PhotoHash) -> Result<Option<u64>, StoreError> {
        let mut statement = self.transaction.prepare_cached(&format!(
            "UPDATE photo_file SET removed = 1 WHERE hash = ?1 AND {REMOVABLE} RETURNING bytes"
        ))?;
        let mut rows = statement.query(params![hash.as_str()])?;
        let bytes = rows.next()?.map(|row| row.get(0)).transpose()?;
        Ok(bytes)
    }
}

impl Store {
    /// Removes the files of these photos, where they are still marked as removed. Nobody can note one as present
    /// meanwhile.
    pub fn unlink_removed(&self, hashes: &[PhotoHash]) -> Result<(), StoreError> {
        self.write(|writer| {
            for hash in hashes {
                if writer.photo_known(hash)?.is_some_and(|file| file.removed) {
                    remove_file(&self.photo_path(hash))?;
                    fail::fail_point!("space.removed");
                }
            }
            Ok(())
        })
    }

    /// Removes files that a crash left after their photos were marked as removed.
    pub(crate) fn sweep_removed(&self) -> Result<(), StoreError> {
        let removed = self
            .read::<_, StoreError>(|reader| reader.hashes("SELECT hash FROM photo_file WHERE removed = 1"))?;
        let left: Vec<PhotoHash> =
            removed.into_iter().filter(|hash| self.photo_path(hash).exists()).collect();
        if left.is_empty() { Ok(()) } else { self.unlink_removed(&left) }
    }

    /// What all files of photos take: the photos, thumbnails, originals, and what is arriving. In bytes.
    pub fn photo_bytes_on_disk(&self) -> u64 {
        FOLDERS.iter().map(|name| size_of(&self.folder.join(name))).sum()
    }
}

/// The smallest id that could have been made at this moment: a UUID of version 7 begins with its milliseconds.
fn first_id(at: DateTime<Utc>) -> Uuid {
    let milliseconds = u64::try_from(at.timestamp_millis()).unwrap_or_default();
    Uuid::from_u128(u128::from(milliseconds) << 80)
}

fn size_of(folder: &Path) -> u64 {
    let Ok(entries) = fs::read_dir(folder) else { return 0 };
    let sizes = entries.flatten().map(|entry| match entry.metadata() {
        Ok(metadata) if metadata.is_dir() => size_of(&entry.path()),
        Ok(metadata) => metadata.len(),
        Err(_) => 0,
    });
    sizes.sum()
}
