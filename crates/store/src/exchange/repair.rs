//! The device: a document that the disk damaged is built again from what the office has of it.

use automerge::ChangeHash;
use rusqlite::params;
use uuid::Uuid;
use wire::sync::{DocumentKind, Snapshot};

use super::whole::belonging;
use crate::document::{Document, read_kept_change};
use crate::quarantine::Content;
use crate::{Reader, StoreError, Writer};

impl Reader<'_> {
    /// Whether a document that is here cannot be loaded.
    pub(crate) fn is_damaged(&self, document: Uuid, kind: DocumentKind) -> Result<bool, StoreError> {
        match self.load(document, kind) {
            Err(StoreError::Document(_)) => Ok(true),
            loaded => loaded.map(|_| false),
        }
    }
}

impl Writer<'_> {
    /// Builds a damaged document again from the whole one that the office sent and from what can be read here of the
    /// changes that the office does not have. Those of them that cannot be read, or build on such, are offered as they are,
    /// and wait for a lead. Gives whether it did.
    pub(super) fn repair(&self, snapshot: &Snapshot, mut whole: Document) -> Result<bool, StoreError> {
        let id = snapshot.document;
        let Some((kind, before)) = self.document_place(id)? else { return Ok(false) };
        if kind != snapshot.kind || belonging(snapshot, &whole).is_none() {
            return Ok(false);
        }
        tracing::warn!(document = %id, "a document was damaged on the disk and is taken from the office");
        let rows: Vec<(i64, ChangeHash, Vec<u8>)> = self
            .transaction
            .prepare_cached("SELECT n, hash, bytes FROM change WHERE document = ?1 ORDER BY n")?
            .query_map([id], |row| Ok((row.get(0)?, ChangeHash(row.get(1)?), row.get(2)?)))?
            .collect::<Result<_, _>>()?;
        // Whatever of a dossier stays is not at the office, whatever it said before.
        self.transaction.execute(
            "UPDATE change SET loose = 0, unsent = max(unsent, ?2), refused = '' WHERE document = ?1",
            params![id, kind == DocumentKind::Dossier],
        )?;
        for (n, hash, bytes) in rows {
            if whole.holds(&hash) {
                self.transaction.prepare_cached("DELETE FROM change WHERE n = ?1")?.execute([n])?;
                continue;
            }
            let change = read_kept_change(&bytes).ok().filter(|change| change.hash() == hash);
            if let Some(change) = change.filter(|change| whole.fits(change).is_ok()) {
                whole.apply(vec![change])?;
                self.transaction.prepare_cached("UPDATE change SET loose = 1 WHERE n = ?1")?.execute([n])?;
            }
        }
        self.transaction.execute(
            "UPDATE document SET snapshot = ?2 WHERE id = ?1",
            params![id, snapshot.bytes.as_slice()],
        )?;
        self.transaction.execute("INSERT INTO compacted VALUES (?1) ON CONFLICT DO NOTHING", [id])?;
        self.set_heads(id, &whole.heads())?;
        // What moved it may be among what the office does not have.
        let grid = match Content::read(&whole, id)? {
            Content::Dossier(Some(dossier)) => dossier.fields.grid,
            _ => snapshot.grid.clone(),
        };
        self.settle_in(id, Some(&before), &grid)?;
        self.show_again(id, &grid, &whole)?;
        Ok(true)
    }
}
