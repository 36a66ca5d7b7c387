//! Device: what was proven to be the same on both sides, by grid unit and by document.

use chrono::{DateTime, Utc};
use domain::{GridCode, PhotoHash};
use rusqlite::{OptionalExtension as _, params};
use uuid::Uuid;
use wire::sync::Digest;

use crate::{Reader, StoreError, Writer};

impl Reader<'_> {
    /// When a document, as it is now, was last part of a grid unit that both sides held alike; `None` if that was never
    /// compared, or something was changed since.
    pub fn proven_at(&self, document: Uuid) -> Result<Option<DateTime<Utc>>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT proven_unit.at FROM document
                JOIN proven ON proven.document = document.id AND proven.heads = document.heads
                JOIN proven_unit ON proven_unit.grid = document.grid
             WHERE document.id = ?1
                AND NOT EXISTS (SELECT 1 FROM difference WHERE difference.document = document.id)",
        )?;
        let at: Option<i64> = statement.query_row([document], |row| row.get(0)).optional()?;
        Ok(at.and_then(DateTime::from_timestamp_millis))
    }

    /// Whether part of a photo, or its thumbnail, has arrived at the office, as far as it said so.
    pub fn photo_began(&self, hash: &PhotoHash) -> Result<bool, StoreError> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT 1 FROM photo_file WHERE hash = ?1 AND (sent > 0 OR previewed = 1)")?;
        Ok(statement.exists([hash.as_str()])?)
    }

    /// The grid units of which documents are still here although the office says that they left.
    pub fn departed_grids(&self) -> Result<Vec<GridCode>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT DISTINCT departed.grid FROM departed
                CROSS JOIN document ON document.id = departed.document AND document.grid = departed.grid",
        )?;
        let rows = statement.query_map([], |row| row.get::<_, String>(0))?;
        rows.map(|grid| grid?.parse().map_err(|_| StoreError::Row("departed"))).collect()
    }
}

impl Writer<'_> {
    /// Notes that both sides hold these grid units alike at this moment.
    pub fn note_proven(&self, alike: &[Digest], at: DateTime<Utc>) -> Result<(), StoreError> {
        for Digest { grid, digest, documents: _ } in alike {
            let mut known = self
                .transaction
                .prepare_cached("SELECT 1 FROM proven_unit WHERE grid = ?1 AND digest = ?2")?;
            if !known.exists(params![grid.as_str(), digest.as_slice()])? {
                self.transaction
                    .prepare_cached(
                        "INSERT INTO proven SELECT id, heads FROM document WHERE grid = ?1
                         ON CONFLICT (document) DO UPDATE SET heads = excluded.heads WHERE heads <> excluded.heads",
                    )?
                    .execute([grid.as_str()])?;
            }
            self.transaction
                .prepare_cached(
                    "INSERT INTO proven_unit VALUES (?1, ?2, ?3)
                     ON CONFLICT (grid) DO UPDATE SET digest = excluded.digest, at = excluded.at",
                )?
                .execute(params![grid.as_str(), digest.as_slice(), at.timestamp_millis()])?;
        }
        Ok(())
    }

    /// Takes no photo to be at the office until it says so again.
    pub fn doubt_photos(&self) -> Result<(), StoreError> {
        self.transaction.execute("UPDATE photo_file SET stored = 0, sent = 0 WHERE stored = 1", [])?;
        Ok(())
    }

    /// Notes what the office said that it has of a photo that it lacks: so many bytes of it, and its thumbnail or not.
    pub fn note_photo_there(&self, hash: &PhotoHash, sent: u64, thumbnail: bool) -> Result<(), StoreError> {
        self.transaction
            .prepare_cached("UPDATE photo_file SET stored = 0, sent = ?2, previewed = ?3 WHERE hash = ?1")?
            .execute(params![hash.as_str(), sent, thumbnail])?;
        Ok(())
    }

    /// Forgets all that was proven: it says nothing of another server, or of what one lost.
    pub fn forget_proofs(&self) -> Result<(), StoreError> {
        self.transaction.execute_batch(
            "DELETE FROM proven; DELETE FROM proven_unit; DELETE FROM difference; DELETE FROM departed;
             UPDATE photo_file SET previewed = 0 WHERE previewed = 1;",
        )?;
        Ok(())
    }
}
