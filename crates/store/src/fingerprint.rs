//! What photos look like, so that a copy that was compressed again finds the photo it was made from.

use domain::PhotoHash;
use rusqlite::params;

use crate::{Reader, StoreError, Writer};

impl Reader<'_> {
    /// At most `limit` photos that are here and whose fingerprint is not known.
    pub fn photos_without_fingerprint(&self, limit: u32) -> Result<Vec<PhotoHash>, StoreError> {
        self.connection
            .prepare_cached(
                "SELECT hash FROM photo_file
                 WHERE removed = 0
                 AND NOT EXISTS (SELECT 1 FROM photo_fingerprint WHERE photo_fingerprint.hash = photo_file.hash)
                 LIMIT ?1",
            )?
            .query_map([limit], |row| row.get::<_, String>(0))?
            .map(|hash| hash?.parse().map_err(|_| StoreError::Row("photo_file")))
            .collect()
    }

    /// The fingerprints of all photos that records mention.
    pub fn fingerprints(&self) -> Result<Vec<(PhotoHash, u64)>, StoreError> {
        self.connection
            .prepare_cached(
                "SELECT hash, fingerprint FROM photo_fingerprint WHERE fingerprint IS NOT NULL
                 AND EXISTS (SELECT 1 FROM photo WHERE photo.hash = photo_fingerprint.hash)",
            )?
            .query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?)))?
            .map(|row| {
                let (hash, fingerprint) = row?;
                let hash = hash.parse().map_err(|_| StoreError::Row("photo_fingerprint"))?;
                Ok((hash, fingerprint.cast_unsigned()))
            })
            .collect()
    }

    /// Photos that records mention and whose hash begins with these digits, at most `limit`.
    pub fn photos_beginning(&self, digits: &str, limit: u32) -> Result<Vec<PhotoHash>, StoreError> {
        self.connection
            .prepare_cached("SELECT DISTINCT hash FROM photo WHERE hash >= ?1 AND hash < ?1 || 'g' ORDER BY hash LIMIT ?2")?
            .query_map(params![digits, limit], |row| row.get::<_, String>(0))?
            .map(|hash| hash?.parse().map_err(|_| StoreError::Row("photo")))
            .collect()
    }
}

impl Writer<'_> {
    /// Notes what a photo looks like; `None` where that cannot be told.
    pub fn note_fingerprint(&self, hash: &PhotoHash, fingerprint: Option<u64>) -> Result<(), StoreError> {
        self.transaction
            .prepare_cached("INSERT OR REPLACE INTO photo_fingerprint VALUES (?1, ?2)")?
            .execute(params![hash.as_str(), fingerprint.map(u64::cast_signed)])?;
        Ok(())
    }
}
