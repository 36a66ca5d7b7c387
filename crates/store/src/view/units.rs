//! The rows of a county: grid units and boundaries.

use domain::Boundary;
use rusqlite::params;

use crate::document::{County, geometry_bytes};
use crate::{StoreError, Writer};

impl Writer<'_> {
    /// Writes what the tables show of a county.
    pub(crate) fn show_county(&self, county: &County) -> Result<(), StoreError> {
        for unit in &county.units {
            self.transaction
                .prepare_cached("INSERT INTO grid_unit VALUES (?1, ?2) ON CONFLICT (code) DO UPDATE SET name = excluded.name")?
                .execute([unit.code.as_str(), &unit.name])?;
        }
        for boundary in &county.boundaries {
            self.show_boundary(boundary)?;
        }
        Ok(())
    }

    fn show_boundary(&self, boundary: &Boundary) -> Result<(), StoreError> {
        let Some(((west, south), (east, north))) = boundary.bounds() else { return Ok(()) };
        let n: i64 = self
            .transaction
            .prepare_cached(
                "INSERT INTO boundary (code, geometry) VALUES (?1, ?2)
                 ON CONFLICT (code) DO UPDATE SET geometry = excluded.geometry RETURNING n",
            )?
            .query_row(params![boundary.code().as_str(), geometry_bytes(boundary)], |row| row.get(0))?;
        self.transaction
            .prepare_cached("INSERT OR REPLACE INTO boundary_box VALUES (?1, ?2, ?3, ?4, ?5)")?
            .execute(params![n, west, east, south, north])?;
        Ok(())
    }
}
