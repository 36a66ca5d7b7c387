//! Finding a change again whose answer comes days later, in a file: numbers of rows may be given anew meanwhile.

use rusqlite::{OptionalExtension as _, params};
use uuid::Uuid;

use crate::{Reader, StoreError};

impl Reader<'_> {
    /// The document and the hash of the change with this number; `None` if there is none.
    pub fn change_named(&self, n: i64) -> Result<Option<(Uuid, Vec<u8>)>, StoreError> {
        Ok(self
            .connection
            .prepare_cached("SELECT document, hash FROM change WHERE n = ?1")?
            .query_row([n], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?)
    }

    /// The number of a change to a document; `None` if it is not here any more.
    pub fn change_number(&self, document: Uuid, hash: &[u8]) -> Result<Option<i64>, StoreError> {
        Ok(self
            .connection
            .prepare_cached("SELECT n FROM change WHERE document = ?1 AND hash = ?2")?
            .query_row(params![document, hash], |row| row.get(0))
            .optional()?)
    }
}
