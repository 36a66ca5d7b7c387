//! Forms that were begun and not finished, and the photos attached to them.

use chrono::{DateTime, Utc};
use domain::{PhotoHash, SiteId};
use rusqlite::{OptionalExtension as _, Row, params};
use uuid::Uuid;

use crate::{Reader, StoreError, Writer};

/// A form as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftRow {
    /// The form.
    pub id: Uuid,
    /// What kind of form, as a word of the caller's.
    pub kind: String,
    /// The site that it is about, if that is on record.
    pub site: Option<SiteId>,
    /// What stands in it.
    pub body: String,
    /// When it was saved.
    pub saved_at: DateTime<Utc>,
    /// Whose it is; empty on a device.
    pub owner: String,
}

/// A photo attached to a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftPhotoRow {
    /// The photo.
    pub hash: PhotoHash,
    /// What the photo said of itself, as the caller wrote it.
    pub facts: String,
}

impl Reader<'_> {
    /// One form.
    pub fn draft(&self, id: Uuid) -> Result<Option<DraftRow>, StoreError> {
        self.connection
            .prepare_cached("SELECT id, kind, site, body, saved_at, owner FROM draft WHERE id = ?1")?
            .query_row([id], |row| Ok(draft_row(row)))
            .optional()?
            .transpose()
    }

    /// All forms, the latest first.
    pub fn drafts(&self) -> Result<Vec<DraftRow>, StoreError> {
        self.connection
            .prepare_cached(
                "SELECT id, kind, site, body, saved_at, owner FROM draft ORDER BY saved_at DESC, id",
            )?
            .query_map([], |row| Ok(draft_row(row)))?
            .map(|row| row?)
            .collect()
    }

    /// The photos attached to a form, in the order in which they came.
    pub fn draft_photos(&self, draft: Uuid) -> Result<Vec<DraftPhotoRow>, StoreError> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT hash, facts FROM draft_photo WHERE draft = ?1 ORDER BY n")?;
        let rows = statement.query_map([draft], |row| Ok((row.get::<_, String>(0)?, row.get(1)?)))?;
        rows.map(|row| {
            let (hash, facts) = row?;
            Ok(DraftPhotoRow { hash: hash.parse().map_err(|_| StoreError::Row("draft_photo"))?, facts })
        })
        .collect()
    }
}

impl Writer<'_> {
    /// Keeps a form, in place of what was kept of it before.
    pub fn save_draft(&self, draft: &DraftRow) -> Result<(), StoreError> {
        let DraftRow { id, kind, site, body, saved_at, owner } = draft;
        self.transaction
            .prepare_cached(
                "INSERT INTO draft VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (id) DO UPDATE SET kind = excluded.kind,
                 site = excluded.site, body = excluded.body, saved_at = excluded.saved_at",
            )?
            .execute(params![id, kind, site.map(|site| site.0), body, saved_at.timestamp_millis(), owner])?;
        Ok(())
    }

    /// Notes that a form holds a photo.
    pub fn attach_photo(&self, draft: Uuid, hash: &PhotoHash, facts: &str) -> Result<(), StoreError> {
        self.transaction.execute(
            "INSERT INTO draft_photo (draft, hash, facts) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
            params![draft, hash.as_str(), facts],
        )?;
        Ok(())
    }

    /// Takes a photo out of a form.
    pub fn detach_photo(&self, draft: Uuid, hash: &PhotoHash) -> Result<(), StoreError> {
        self.transaction.execute(
            "DELETE FROM draft_photo WHERE draft = ?1 AND hash = ?2",
            params![draft, hash.as_str()],
        )?;
        Ok(())
    }

    /// Forgets a form and what was attached to it.
    pub fn discard_draft(&self, draft: Uuid) -> Result<(), StoreError> {
        self.transaction.execute("DELETE FROM draft WHERE id = ?1", [draft])?;
        self.transaction.execute("DELETE FROM draft_photo WHERE draft = ?1", [draft])?;
        Ok(())
    }
}

fn draft_row(row: &Row<'_>) -> Result<DraftRow, StoreError> {
    let site: Option<Uuid> = row.get(2)?;
    let saved_at = DateTime::from_timestamp_millis(row.get(4)?).ok_or(StoreError::Row("draft"))?;
    let site = site.map(SiteId);
    Ok(DraftRow { id: row.get(0)?, kind: row.get(1)?, site, body: row.get(3)?, saved_at, owner: row.get(5)? })
}
