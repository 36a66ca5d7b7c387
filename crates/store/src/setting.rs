//! Settings of this replica: texts under a key. They never leave it.

use rusqlite::OptionalExtension as _;

use crate::{Reader, StoreError, Writer};

impl Reader<'_> {
    /// The setting, if it was ever set.
    pub fn setting(&self, key: &str) -> Result<Option<String>, StoreError> {
        let mut statement = self.connection.prepare_cached("SELECT value FROM setting WHERE key = ?1")?;
        Ok(statement.query_row([key], |row| row.get(0)).optional()?)
    }
}

impl Writer<'_> {
    /// Sets a setting.
    pub fn set_setting(&self, key: &str, value: &str) -> Result<(), StoreError> {
        self.transaction
            .prepare_cached(
                "INSERT INTO setting VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            )?
            .execute([key, value])?;
        Ok(())
    }

    /// Forgets a setting.
    pub fn clear_setting(&self, key: &str) -> Result<(), StoreError> {
        self.transaction.execute("DELETE FROM setting WHERE key = ?1", [key])?;
        Ok(())
    }
}
