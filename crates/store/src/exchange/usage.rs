//! What a replica takes of the disk, without walking over its files.

use crate::{Reader, StoreError};

impl Reader<'_> {
    /// What the database and the photos take, in bytes.
    pub fn bytes_used(&self) -> Result<u64, StoreError> {
        let number = |sql: &str| self.connection.query_row(sql, [], |row| row.get::<_, u64>(0));
        let pages = number("PRAGMA page_count")?;
        let size = number("PRAGMA page_size")?;
        let photos = number("SELECT coalesce(sum(bytes), 0) FROM photo_file WHERE removed = 0")?;
        Ok(pages.saturating_mul(size).saturating_add(photos))
    }
}
