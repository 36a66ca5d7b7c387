//! What documents consist of, for comparing them one by one, and whether single changes are here.

use automerge::ChangeHash;
use domain::GridCode;
use rusqlite::{OptionalExtension as _, params};
use uuid::Uuid;
use wire::sync::{DocumentHeads, HeadsPage};

use crate::change::word_kind;
use crate::document::is_change;
use crate::{Reader, StoreError};

impl Reader<'_> {
    /// What the documents of exactly this grid unit consist of, in the order of ids after one of them; at most so many.
    pub fn heads_after(
        &self,
        grid: &GridCode,
        after: Option<Uuid>,
        most: usize,
    ) -> Result<HeadsPage, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT id, kind, heads FROM document WHERE grid = ?1 AND (?2 IS NULL OR id > ?2) ORDER BY id",
        )?;
        let mut rows = statement.query(params![grid.as_str(), after])?;
        let mut page = HeadsPage::default();
        while let Some(row) = rows.next()? {
            if page.documents.len() == most {
                page.more = true;
                break;
            }
            let kind = word_kind(row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?)?;
            let heads: Vec<u8> = row.get(2)?;
            page.documents.push(DocumentHeads { document: row.get(0)?, kind, heads: heads.into() });
        }
        Ok(page)
    }

    /// The heads of a document as [`DocumentHeads`] has them; `None` if it is not here.
    pub fn heads_of(&self, document: Uuid) -> Result<Option<Vec<u8>>, StoreError> {
        let mut statement = self.connection.prepare_cached("SELECT heads FROM document WHERE id = ?1")?;
        Ok(statement.query_row([document], |row| row.get(0)).optional()?)
    }

    /// Whether each of these changes is on record here, by hash: whoever asks may give up the only other copy, so the
    /// change is read, and its document loaded.
    pub fn changes_here(&self, hashes: &[impl AsRef<[u8]>]) -> Result<Vec<bool>, StoreError> {
        hashes.iter().map(|hash| self.is_readable(hash.as_ref())).collect()
    }

    fn is_readable(&self, hash: &[u8]) -> Result<bool, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT document.id, document.kind, change.hash, change.bytes
             FROM change JOIN document ON document.id = change.document WHERE change.hash = ?1",
        )?;
        let mut rows = statement.query([hash])?;
        let Some(row) = rows.next()? else { return Ok(false) };
        let hash = ChangeHash(row.get(2)?);
        if !is_change(row.get_ref(3)?.as_blob().map_err(rusqlite::Error::from)?, hash) {
            return Ok(false);
        }
        let kind = word_kind(row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?)?;
        match self.load(row.get(0)?, kind) {
            Err(StoreError::Document(_)) => Ok(false),
            loaded => Ok(loaded?.document.holds(&hash)),
        }
    }
}
