//! What two replicas compare to find whether they hold the same: a digest of each grid unit.

use domain::GridCode;
use sha2::{Digest as _, Sha256};
use wire::sync::Digest;

use crate::{Reader, StoreError};

impl Reader<'_> {
    /// The grid units that have documents, in the order of their codes: from one to the next, without a look at the
    /// documents between.
    pub fn grids_with_documents(&self) -> Result<Vec<GridCode>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "WITH RECURSIVE unit (grid) AS (
                SELECT min(grid) FROM document
                UNION ALL SELECT (SELECT min(grid) FROM document WHERE document.grid > unit.grid) FROM unit
                    WHERE unit.grid IS NOT NULL
             ) SELECT grid FROM unit WHERE grid IS NOT NULL",
        )?;
        let grids = statement.query_map([], |row| row.get::<_, String>(0))?;
        grids.map(|grid| grid?.parse().map_err(|_| StoreError::Row("document"))).collect()
    }

    /// A digest of every grid unit that has documents and that is asked for: SHA-256 over the ids and the sorted heads of
    /// its documents, in the order of the ids.
    pub fn digests(&self, asked: impl Fn(&GridCode) -> bool) -> Result<Vec<Digest>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT id, heads FROM document INDEXED BY document_by_grid WHERE grid = ?1 ORDER BY id",
        )?;
        let mut digests = Vec::new();
        for grid in self.grids_with_documents()?.into_iter().filter(asked) {
            let mut sha = Sha256::new();
            let mut documents = 0;
            let mut rows = statement.query([grid.as_str()])?;
            while let Some(row) = rows.next()? {
                documents += 1;
                sha.update(row.get_ref(0)?.as_blob().map_err(rusqlite::Error::from)?);
                sha.update(row.get_ref(1)?.as_blob().map_err(rusqlite::Error::from)?);
            }
            digests.push(Digest { grid, documents, digest: sha.finalize().to_vec().into() });
        }
        Ok(digests)
    }
}
