//! Device: the documents that both sides held differently when they last compared one by one.

use domain::{GridCode, SiteId};
use rusqlite::params;
use uuid::Uuid;

use crate::{Reader, StoreError, Writer};

/// A document that both sides hold differently.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DifferenceRow {
    /// The document.
    pub document: Uuid,
    /// Its grid unit.
    pub grid: GridCode,
    /// The device has something of it that the office lacks.
    pub lacking_there: bool,
    /// The office has something of it that the device lacks.
    pub lacking_here: bool,
}

impl Reader<'_> {
    /// The documents of a grid unit that differ, at most so many, and how many there are.
    pub fn differences(&self, grid: &GridCode, most: usize) -> Result<(Vec<DifferenceRow>, u64), StoreError> {
        let mut statement =
            self.connection.prepare_cached("SELECT count(*) FROM difference WHERE grid = ?1")?;
        let total = statement.query_row([grid.as_str()], |row| row.get(0))?;
        let mut statement = self.connection.prepare_cached(
            "SELECT document, lacking_there, lacking_here FROM difference WHERE grid = ?1 ORDER BY document LIMIT ?2",
        )?;
        let rows = statement.query_map(params![grid.as_str(), most as u64], |row| {
            Ok(DifferenceRow {
                document: row.get(0)?,
                grid: grid.clone(),
                lacking_there: row.get(1)?,
                lacking_here: row.get(2)?,
            })
        })?;
        Ok((rows.collect::<Result<_, _>>()?, total))
    }

    /// The site that a document is about, if it is one that is known here, and its name or that of the task.
    pub fn document_name(&self, document: Uuid) -> Result<(Option<SiteId>, String), StoreError> {
        if let Some(site) = self.site(SiteId(document))? {
            return Ok((Some(site.id), site.row.name));
        }
        let mut statement = self.connection.prepare_cached("SELECT title FROM task WHERE id = ?1")?;
        let mut rows = statement.query([document])?;
        let title = rows.next()?.map(|row| row.get(0)).transpose()?;
        Ok((None, title.unwrap_or_default()))
    }
}

impl Writer<'_> {
    /// Notes what differs in a grid unit, in place of what was noted before.
    pub fn set_differences(&self, grid: &GridCode, rows: &[DifferenceRow]) -> Result<(), StoreError> {
        self.transaction
            .prepare_cached("DELETE FROM difference WHERE grid = ?1")?
            .execute([grid.as_str()])?;
        for row in rows {
            self.transaction
                .prepare_cached(
                    "INSERT INTO difference VALUES (?1, ?2, ?3, ?4) ON CONFLICT (document) DO UPDATE SET
                        grid = excluded.grid, lacking_there = excluded.lacking_there, lacking_here = excluded.lacking_here",
                )?
                .execute(params![row.document, row.grid.as_str(), row.lacking_there, row.lacking_here])?;
        }
        Ok(())
    }

    /// Forgets the differences of all grid units but these.
    pub fn keep_differences_of(&self, grids: &[GridCode]) -> Result<(), StoreError> {
        let mut statement = self.transaction.prepare_cached("SELECT DISTINCT grid FROM difference")?;
        let noted: Vec<String> = statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
        for grid in noted.iter().filter(|noted| !grids.iter().any(|grid| grid.as_str() == **noted)) {
            self.transaction.execute("DELETE FROM difference WHERE grid = ?1", [grid])?;
        }
        Ok(())
    }
}
