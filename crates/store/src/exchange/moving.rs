//! A document that comes to belong to another grid unit: its changes go into that unit's log, and the old log says so.

use domain::GridCode;
use rusqlite::params;
use uuid::Uuid;

use crate::{Reader, Role, StoreError, Writer};

impl Reader<'_> {
    /// Documents that left the log of a grid unit between two positions, `from` not included, and are not back.
    pub fn departures(&self, grid: &GridCode, from: u64, to: u64) -> Result<Vec<Uuid>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT DISTINCT departure.document FROM departure JOIN document ON document.id = departure.document
             WHERE departure.grid = ?1 AND departure.seq > ?2 AND departure.seq <= ?3 AND document.grid <> ?1",
        )?;
        let rows = statement.query_map(params![grid.as_str(), from, to], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Whether a document once belonged to this grid unit, and does no longer.
    pub(crate) fn was_in(&self, document: Uuid, grid: &GridCode) -> Result<bool, StoreError> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT 1 FROM departure WHERE document = ?1 AND grid = ?2 LIMIT 1")?;
        Ok(statement.exists(params![document, grid.as_str()])?)
    }
}

impl Writer<'_> {
    /// Lets a document belong to `to`, if it belonged to another grid unit. To be called before what moved it is appended:
    /// a log has changes in an order in which they can be applied.
    pub(crate) fn settle_in(
        &self,
        document: Uuid,
        from: Option<&GridCode>,
        to: &GridCode,
    ) -> Result<(), StoreError> {
        let Some(from) = from.filter(|from| *from != to) else { return Ok(()) };
        self.transaction
            .prepare_cached("UPDATE document SET grid = ?2 WHERE id = ?1")?
            .execute(params![document, to.as_str()])?;
        if self.store.role == Role::Device {
            self.transaction
                .prepare_cached("UPDATE change SET grid = ?2 WHERE document = ?1")?
                .execute(params![document, to.as_str()])?;
            self.transaction
                .prepare_cached("INSERT INTO moved_here VALUES (?1, ?2) ON CONFLICT DO NOTHING")?
                .execute(params![document, from.as_str()])?;
            return self.has_arrived(document, to);
        }
        let moved: Vec<(i64, u64)> = self
            .transaction
            .prepare_cached("SELECT n, seq FROM change WHERE document = ?1 AND seq IS NOT NULL ORDER BY seq")?
            .query_map([document], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<Result<_, _>>()?;
        for (n, seq) in moved {
            self.note_departure(from, seq, document)?;
            // Everybody is told of them in the new log, also who made them: whoever holds them knows them by their hashes.
            self.transaction
                .prepare_cached("UPDATE change SET grid = ?2, seq = ?3, origin = x'' WHERE n = ?1")?
                .execute(params![n, to.as_str(), self.next_position(to)?])?;
        }
        self.note_departure(from, self.next_position(from)?, document)
    }

    fn note_departure(&self, grid: &GridCode, seq: u64, document: Uuid) -> Result<(), StoreError> {
        self.transaction.prepare_cached("INSERT INTO departure VALUES (?1, ?2, ?3)")?.execute(params![
            grid.as_str(),
            seq,
            document
        ])?;
        Ok(())
    }

    /// Device: notes that the office says that a document left a grid unit. Nothing is removed for that alone.
    pub fn note_departed(&self, document: Uuid, grid: &GridCode) -> Result<(), StoreError> {
        self.transaction
            .prepare_cached(
                "INSERT INTO departed SELECT id, grid FROM document WHERE id = ?1 AND grid = ?2
                 ON CONFLICT (document) DO UPDATE SET grid = excluded.grid",
            )?
            .execute(params![document, grid.as_str()])?;
        Ok(())
    }

    /// Device: notes that the office told of a document as one of this grid unit.
    pub fn has_arrived(&self, document: Uuid, grid: &GridCode) -> Result<(), StoreError> {
        self.transaction
            .prepare_cached(
                "DELETE FROM departed WHERE document = ?1
                    AND EXISTS (SELECT 1 FROM document WHERE id = ?1 AND document.grid = ?2)",
            )?
            .execute(params![document, grid.as_str()])?;
        Ok(())
    }
}
