//! What the list keeps for itself.

use rusqlite::{Connection, OptionalExtension as _, params};

use super::{Access, AccessError};

impl Access {
    /// What is kept under a key; `make` says what is to be kept from now on where nothing is.
    pub fn setting(&self, key: &str, make: impl FnOnce() -> Vec<u8>) -> Result<Vec<u8>, AccessError> {
        setting(&*self.connection()?, key, make)
    }
}

pub(super) fn setting(
    connection: &Connection,
    key: &str,
    make: impl FnOnce() -> Vec<u8>,
) -> Result<Vec<u8>, AccessError> {
    let read = || {
        let mut statement = connection.prepare_cached("SELECT value FROM setting WHERE key = ?1")?;
        statement.query_row([key], |row| row.get(0)).optional()
    };
    if let Some(value) = read()? {
        return Ok(value);
    }
    let made = make();
    // Another process may have been first: then its value stands.
    connection.execute("INSERT INTO setting VALUES (?1, ?2) ON CONFLICT DO NOTHING", params![key, made])?;
    Ok(read()?.unwrap_or(made))
}
