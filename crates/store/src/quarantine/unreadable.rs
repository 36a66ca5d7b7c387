//! The device: its own changes that the server cannot read. Those that the disk damaged are written anew from their document.
//! The others wait for a lead, who can only refuse them.

use automerge::{Change, ChangeHash};
use rusqlite::{OptionalExtension as _, params};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;
use wire::sync::DocumentKind;

use crate::document::is_change;
use crate::{StoreError, Writer};

impl Writer<'_> {
    /// The changes with these bytes that the server cannot read, and their documents. They are named by the hashes under
    /// which they were written here, because they may not be readable here either.
    pub(super) fn unreadable_there(&self, sha256: &[u8]) -> Result<Vec<(Uuid, ChangeHash)>, StoreError> {
        let mut statement = self.transaction.prepare_cached(
            "SELECT document, hash, bytes FROM change WHERE unsent = 1 AND refused = 'damaged'",
        )?;
        let mut rows = statement.query([])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            if Sha256::digest(row.get_ref(2)?.as_blob().map_err(rusqlite::Error::from)?).as_slice() == sha256
            {
                found.push((row.get(0)?, ChangeHash(row.get(1)?)));
            }
        }
        Ok(found)
    }

    /// A change as it stands in its document where that was last saved as a whole; `None` if it does not, or that cannot be
    /// read.
    pub(super) fn saved_change(
        &self,
        document: Uuid,
        kind: DocumentKind,
        hash: &ChangeHash,
    ) -> Result<Option<Change>, StoreError> {
        match self.load_saved(document, kind) {
            Err(StoreError::Document(_)) => Ok(None),
            loaded => Ok(loaded?.and_then(|(mut saved, _)| saved.change(hash))),
        }
    }

    /// Writes a change anew from its document if its bytes were damaged here, so that it is offered again. Says whether it
    /// did.
    pub(crate) fn write_anew(&self, n: i64) -> Result<bool, StoreError> {
        let row = self
            .transaction
            .prepare_cached("SELECT document, hash, bytes FROM change WHERE n = ?1")?
            .query_row([n], |row| Ok((row.get(0)?, ChangeHash(row.get(1)?), row.get::<_, Vec<u8>>(2)?)))
            .optional()?;
        let Some((document, hash, bytes)) = row.filter(|(_, hash, bytes)| !is_change(bytes, *hash)) else {
            return Ok(false);
        };
        let Some((kind, _)) = self.document_place(document)? else { return Ok(false) };
        let Some(change) = self.saved_change(document, kind, &hash)? else { return Ok(false) };
        tracing::warn!(%document, n, before = bytes.len(), "a change was damaged on the disk and is written anew");
        self.transaction
            .prepare_cached("UPDATE change SET bytes = ?2, refused = '' WHERE n = ?1")?
            .execute(params![n, change.raw_bytes()])?;
        Ok(true)
    }
}
