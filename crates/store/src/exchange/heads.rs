//! What documents consist of, for comparing them one by one, and whether single changes are here.

use std::collections::{BTreeMap, BTreeSet};

use automerge::ChangeHash;
use domain::GridCode;
use rusqlite::{OptionalExtension as _, params};
use uuid::Uuid;
use wire::sync::{DocumentHeads, DocumentKind, HeadsPage};

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

    /// Whether each of these changes is on record here, by hash: whoever asks may give up the only other copy, so each
    /// change is read, and its document loaded.
    pub fn changes_here(&self, hashes: &[impl AsRef<[u8]>]) -> Result<Vec<bool>, StoreError> {
        let mut by_document: BTreeMap<Uuid, (DocumentKind, BTreeSet<ChangeHash>)> = BTreeMap::new();
        for hash in hashes {
            if let Some((document, kind, hash)) = self.readable(hash.as_ref())? {
                by_document.entry(document).or_insert_with(|| (kind, BTreeSet::new())).1.insert(hash);
            }
        }
        let mut here = BTreeSet::new();
        for (document, (kind, mut hashes)) in by_document {
            let mut stored = match self.load(document, kind) {
                Err(StoreError::Document(_)) => continue,
                loaded => loaded?,
            };
            hashes.retain(|hash| stored.document.holds(hash));
            here.extend(hashes.into_iter().map(|hash| hash.0));
        }
        Ok(hashes
            .iter()
            .map(|hash| <[u8; 32]>::try_from(hash.as_ref()).is_ok_and(|hash| here.contains(&hash)))
            .collect())
    }

    /// A change whose bytes are what its hash says, and its document.
    fn readable(&self, hash: &[u8]) -> Result<Option<(Uuid, DocumentKind, ChangeHash)>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT document.id, document.kind, change.hash, change.bytes
             FROM change JOIN document ON document.id = change.document WHERE change.hash = ?1",
        )?;
        let mut rows = statement.query([hash])?;
        let Some(row) = rows.next()? else { return Ok(None) };
        let hash = ChangeHash(row.get(2)?);
        if !is_change(row.get_ref(3)?.as_blob().map_err(rusqlite::Error::from)?, hash) {
            return Ok(None);
        }
        let kind = word_kind(row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?)?;
        Ok(Some((row.get(0)?, kind, hash)))
    }
}
