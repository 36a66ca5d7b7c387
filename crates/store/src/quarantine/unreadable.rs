//! The device: its own changes that the server cannot read. Those that the disk damaged are written anew from their document.
//! The others wait for a lead, who can only refuse them.

use automerge::ChangeHash;
use rusqlite::{OptionalExtension as _, params};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::document::{Author, read_kept_change};
use crate::{StoreError, Writer};

/// A change that the server cannot read.
pub(super) struct Unreadable {
    /// Its number.
    pub n: i64,
    /// Its document.
    pub document: Uuid,
    /// Its hash, if it can be read here.
    pub change: Option<ChangeHash>,
}

impl Writer<'_> {
    /// The changes with these bytes that the server cannot read.
    pub(super) fn unreadable_there(&self, sha256: &[u8]) -> Result<Vec<Unreadable>, StoreError> {
        let mut statement = self.transaction.prepare_cached(
            "SELECT n, document, hash, bytes FROM change WHERE unsent = 1 AND refused = 'damaged'",
        )?;
        let mut rows = statement.query([])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let bytes: Vec<u8> = row.get(3)?;
            if Sha256::digest(&bytes).as_slice() == sha256 {
                let hash = ChangeHash(row.get(2)?);
                let change = is_change(&bytes, hash).then_some(hash);
                found.push(Unreadable { n: row.get(0)?, document: row.get(1)?, change });
            }
        }
        Ok(found)
    }

    /// Puts a change away that no document here can have been built from.
    pub(super) fn put_away(&self, n: i64, comment: &str, author: &Author) -> Result<(), StoreError> {
        self.transaction.execute(
            "INSERT INTO set_aside (document, kind, grid, name, hash, bytes, reason, comment, at)
             SELECT document.id, document.kind, document.grid, coalesce(site.name, ''), change.hash, change.bytes, refused,
                ?2, ?3
             FROM change JOIN document ON document.id = change.document LEFT JOIN site ON site.id = document.id
             WHERE change.n = ?1",
            params![n, comment, author.at.timestamp_millis()],
        )?;
        self.transaction.execute("DELETE FROM change WHERE n = ?1", [n])?;
        Ok(())
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
        let changes = self.load(document, kind).and_then(|mut stored| Ok(stored.document.changes()?));
        let changes = match changes {
            Err(StoreError::Document(_)) => return Ok(false),
            changes => changes?,
        };
        let Some(change) = changes.iter().find(|change| change.hash() == hash) else { return Ok(false) };
        tracing::warn!(%document, n, before = bytes.len(), "a change was damaged on the disk and is written anew");
        self.transaction
            .prepare_cached("UPDATE change SET bytes = ?2, refused = '' WHERE n = ?1")?
            .execute(params![n, change.raw_bytes()])?;
        Ok(true)
    }
}

/// Whether these bytes are the change with this hash.
fn is_change(bytes: &[u8], hash: ChangeHash) -> bool {
    read_kept_change(bytes).is_ok_and(|change| change.hash() == hash)
}
