//! What the database knows of photos.

use domain::{GridCode, PhotoHash, PhotoId, SiteId};
use rusqlite::{OptionalExtension as _, params};

use super::file::file_size;
use crate::{Reader, Role, StoreError, Writer};

/// A photo whose bytes are here, or were.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PhotoFile {
    /// Its size.
    pub bytes: u64,
    /// Whether the server has proved that it holds it.
    pub stored: bool,
    /// Whether its bytes were removed from here.
    pub removed: bool,
}

/// A photo that a record mentions and that is not where it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingPhotoRow {
    /// The photo.
    pub hash: PhotoHash,
    /// The first reference to it.
    pub reference: PhotoId,
    /// The site that shows it there.
    pub site: SiteId,
    /// The name of the site.
    pub site_name: String,
    /// Its village.
    pub grid: GridCode,
    /// Whether its bytes are here.
    pub here: bool,
    /// How many of its bytes the server said it has.
    pub sent: u64,
}

const NOT_WHERE_IT_SHOULD_BE: &str = "FROM photo JOIN site ON site.id = photo.site
    LEFT JOIN photo_file ON photo_file.hash = photo.hash WHERE coalesce(photo_file.stored, 0) = 0";

const UNSENT: &str = "FROM photo_file JOIN photo ON photo.hash = photo_file.hash
    WHERE photo_file.stored = 0 AND photo_file.removed = 0";

const MISSING: &str = "FROM photo
    WHERE NOT EXISTS (SELECT 1 FROM photo_file WHERE photo_file.hash = photo.hash)";

impl Reader<'_> {
    /// What is known of a photo whose bytes are here.
    pub fn photo_file(&self, hash: &PhotoHash) -> Result<Option<PhotoFile>, StoreError> {
        Ok(self.photo_known(hash)?.filter(|file| !file.removed))
    }

    /// What is known of a photo whose bytes are here or were removed from here.
    pub fn photo_known(&self, hash: &PhotoHash) -> Result<Option<PhotoFile>, StoreError> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT bytes, stored, removed FROM photo_file WHERE hash = ?1")?;
        let file = statement.query_row([hash.as_str()], |row| {
            Ok(PhotoFile { bytes: row.get(0)?, stored: row.get(1)?, removed: row.get(2)? })
        });
        Ok(file.optional()?)
    }

    /// Photos that records mention, that are here, and that the server has not proved it holds: the oldest first.
    pub fn photos_to_send(&self) -> Result<Vec<PhotoHash>, StoreError> {
        self.hashes(&format!(
            "SELECT photo_file.hash {UNSENT} GROUP BY photo_file.hash ORDER BY min(photo.id)"
        ))
    }

    /// How many photos there are to send.
    pub fn unsent_photo_count(&self) -> Result<u64, StoreError> {
        self.count(&format!("SELECT count(DISTINCT photo_file.hash) {UNSENT}"))
    }

    /// Photos that were removed from here and that the server, another one or a restored one, has not proved it holds.
    pub fn removed_unproven(&self) -> Result<Vec<PhotoHash>, StoreError> {
        self.hashes("SELECT hash FROM photo_file WHERE stored = 0 AND removed = 1 ORDER BY hash")
    }

    /// Photos that the server has proved it holds, of those that are here or were removed from here: at most so many, in
    /// the order of their hashes after one of them.
    pub fn stored_photos(&self, after: &str, most: u32) -> Result<Vec<PhotoHash>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT hash FROM photo_file WHERE stored = 1 AND hash > ?1 ORDER BY hash LIMIT ?2",
        )?;
        let rows = statement.query_map(params![after, most], |row| row.get::<_, String>(0))?;
        rows.map(|hash| hash?.parse().map_err(|_| StoreError::Row("photo_file"))).collect()
    }

    /// Photos that records mention and that are not here, without those that were removed: the newest first.
    pub fn photos_missing(&self) -> Result<Vec<PhotoHash>, StoreError> {
        self.hashes(&format!("SELECT hash {MISSING} GROUP BY hash ORDER BY max(id) DESC"))
    }

    /// How many photos are missing here.
    pub fn missing_photo_count(&self) -> Result<u64, StoreError> {
        self.count(&format!("SELECT count(DISTINCT hash) {MISSING}"))
    }

    /// Whether a thumbnail of a photo is here.
    pub fn has_thumbnail(&self, hash: &PhotoHash) -> Result<bool, StoreError> {
        self.store.has_thumbnail(hash)
    }

    /// Photos that records mention and that have no thumbnail here: the newest first.
    pub fn thumbnails_missing(&self) -> Result<Vec<PhotoHash>, StoreError> {
        let mut missing = self.hashes(
            "SELECT photo.hash FROM photo LEFT JOIN photo_file ON photo_file.hash = photo.hash
             WHERE coalesce(photo_file.removed, 1) = 1 GROUP BY photo.hash ORDER BY max(photo.id) DESC",
        )?;
        let mut failed = None;
        missing.retain(|hash| match self.store.has_thumbnail(hash) {
            Ok(here) => !here,
            Err(error) => {
                failed = Some(error);
                false
            }
        });
        failed.map_or(Ok(missing), Err)
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

    /// Photos that records mention and that are not where they should be, by name of site: not here, or not proven to
    /// be on the server. At most `limit`, and how many there are.
    pub fn misplaced_photos(&self, limit: u32) -> Result<(Vec<MissingPhotoRow>, u64), StoreError> {
        let mut statement = self
            .connection
            .prepare_cached(&format!("SELECT count(DISTINCT photo.hash) {NOT_WHERE_IT_SHOULD_BE}"))?;
        let total = statement.query_row([], |row| row.get(0))?;
        let mut statement = self.connection.prepare_cached(&format!(
            "SELECT photo.hash, min(photo.id), photo.site, site.name, site.grid,
                coalesce(photo_file.removed, 1) = 0, coalesce(photo_file.sent, 0)
             {NOT_WHERE_IT_SHOULD_BE} GROUP BY photo.hash ORDER BY site.name, min(photo.id) LIMIT ?1"
        ))?;
        let mut rows = statement.query([limit])?;
        let mut photos = Vec::new();
        while let Some(row) = rows.next()? {
            let (hash, grid): (String, String) = (row.get(0)?, row.get(4)?);
            photos.push(MissingPhotoRow {
                hash: hash.parse().map_err(|_| StoreError::Row("photo"))?,
                reference: PhotoId(row.get(1)?),
                site: SiteId(row.get(2)?),
                site_name: row.get(3)?,
                grid: grid.parse().map_err(|_| StoreError::Row("site"))?,
                here: row.get(5)?,
                sent: row.get(6)?,
            });
        }
        Ok((photos, total))
    }

    /// The first site that shows a photo, in the order of their ids.
    pub fn site_of_photo(&self, hash: &PhotoHash) -> Result<Option<SiteId>, StoreError> {
        let mut statement =
            self.connection.prepare_cached("SELECT site FROM photo WHERE hash = ?1 ORDER BY site LIMIT 1")?;
        Ok(statement.query_row([hash.as_str()], |row| row.get(0)).optional()?.map(SiteId))
    }

    /// Whether a form that is being filled in holds a photo.
    pub fn photo_in_draft(&self, hash: &PhotoHash) -> Result<bool, StoreError> {
        let mut statement = self.connection.prepare_cached(
            // A photo may be taken in before its form is first saved. `draft` is what may be seen, `main.draft` is all.
            "SELECT EXISTS (SELECT 1 FROM draft_photo WHERE hash = ?1 AND
                (EXISTS (SELECT 1 FROM draft WHERE draft.id = draft_photo.draft)
                    OR NOT EXISTS (SELECT 1 FROM main.draft AS every WHERE every.id = draft_photo.draft)))",
        )?;
        Ok(statement.query_row([hash.as_str()], |row| row.get(0))?)
    }

    /// The sites that show a photo, in the order of their ids.
    pub fn sites_of_photo(&self, hash: &PhotoHash) -> Result<Vec<SiteId>, StoreError> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT DISTINCT site FROM photo WHERE hash = ?1 ORDER BY site LIMIT 100")?;
        let rows = statement.query_map([hash.as_str()], |row| row.get(0).map(SiteId))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn count(&self, sql: &str) -> Result<u64, StoreError> {
        Ok(self.connection.prepare_cached(sql)?.query_row([], |row| row.get(0))?)
    }

    pub(crate) fn hashes(&self, sql: &str) -> Result<Vec<PhotoHash>, StoreError> {
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map([], |row| row.get::<_, String>(0))?;
        rows.map(|hash| hash?.parse().map_err(|_| StoreError::Row("photo"))).collect()
    }
}

impl Writer<'_> {
    /// Notes that the files of a photo are here. `stored` says whether the server holds it too; what was proven once
    /// stays proven.
    ///
    /// # Errors
    /// When the file is not here, or of another size: it may have been removed since it was written.
    pub fn note_photo(&self, hash: &PhotoHash, bytes: u64, stored: bool) -> Result<(), StoreError> {
        let path = self.store.photo_path(hash);
        if file_size(&path)? != Some(bytes) {
            return Err(StoreError::file(path)(std::io::ErrorKind::NotFound.into()));
        }
        let stored = stored || self.store.role == Role::Office;
        self.transaction
            .prepare_cached(
                "INSERT INTO photo_file (hash, bytes, stored) VALUES (?1, ?2, ?3)
                 ON CONFLICT (hash) DO UPDATE SET bytes = excluded.bytes, stored = max(stored, excluded.stored), removed = 0",
            )?
            .execute(params![hash.as_str(), bytes, stored])?;
        Ok(())
    }

    /// Notes that the server has proved that it holds a photo.
    pub fn mark_photo_stored(&self, hash: &PhotoHash) -> Result<(), StoreError> {
        self.transaction
            .prepare_cached("UPDATE photo_file SET stored = 1 WHERE hash = ?1")?
            .execute([hash.as_str()])?;
        Ok(())
    }

    /// Notes that the server does not hold a photo: it is sent again.
    pub fn mark_photo_unsent(&self, hash: &PhotoHash) -> Result<(), StoreError> {
        self.transaction
            .prepare_cached("UPDATE photo_file SET stored = 0, sent = 0 WHERE hash = ?1")?
            .execute([hash.as_str()])?;
        Ok(())
    }

    /// Notes how many bytes of a photo the server says it has.
    pub fn note_photo_sent(&self, hash: &PhotoHash, sent: u64) -> Result<(), StoreError> {
        self.transaction
            .prepare_cached("UPDATE photo_file SET sent = ?2 WHERE hash = ?1")?
            .execute(params![hash.as_str(), sent])?;
        Ok(())
    }

    /// Forgets that a photo was here: its bytes are gone. It counts as missing from now on.
    pub fn forget_photo(&self, hash: &PhotoHash) -> Result<(), StoreError> {
        self.transaction
            .prepare_cached("DELETE FROM photo_file WHERE hash = ?1")?
            .execute([hash.as_str()])?;
        Ok(())
    }
}
