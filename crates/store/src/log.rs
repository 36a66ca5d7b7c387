//! The logs of the grid units: what the office keeps and devices read, and what a device has not sent yet.

use domain::{GridCode, GridLevel, SiteId};
use rusqlite::{OptionalExtension as _, params};
use uuid::Uuid;
use wire::sync::{Cursor, DocumentKind};

use crate::change::word_kind;
use crate::{Reader, Refusal, StoreError, Writer};

/// A change as it stands in a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogEntry {
    /// The document.
    pub document: Uuid,
    /// Its kind.
    pub kind: DocumentKind,
    /// The raw change.
    pub bytes: Vec<u8>,
}

/// A stretch of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogPage {
    /// The entries, without those that the reader made itself.
    pub entries: Vec<LogEntry>,
    /// The position up to which the stretch goes.
    pub to_seq: u64,
    /// Whether the log goes on.
    pub more: bool,
}

/// A change that the server does not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsent {
    /// Its number, for asking for those after it.
    pub n: i64,
    /// Its grid unit.
    pub grid: GridCode,
    /// Its place in a document.
    pub entry: LogEntry,
}

impl Reader<'_> {
    /// How far each log was read, and where compacted documents still arrive, after which of them.
    pub fn log_cursors(&self) -> Result<Vec<Cursor>, StoreError> {
        let mut statement =
            self.connection.prepare_cached("SELECT grid, seq, after FROM log_position ORDER BY grid")?;
        let rows = statement.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get(1)?, row.get(2)?)))?;
        rows.map(|row| {
            let (grid, seq, after) = row?;
            Ok(Cursor { grid: grid.parse().map_err(|_| StoreError::Row("log_position"))?, seq, after })
        })
        .collect()
    }

    /// The grid units that have a log here, and the last position of each.
    pub fn log_positions(&self) -> Result<Vec<(GridCode, u64)>, StoreError> {
        let mut statement =
            self.connection.prepare_cached("SELECT grid, seq FROM log_position ORDER BY grid")?;
        let rows = statement.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get(1)?)))?;
        rows.map(|row| {
            let (grid, seq) = row?;
            Ok((grid.parse().map_err(|_| StoreError::Row("log_position"))?, seq))
        })
        .collect()
    }

    /// Entries of a log after a position, of at most `budget` bytes unless the first alone is larger, without those
    /// that came from `skipped`.
    pub fn log_after(
        &self,
        grid: &GridCode,
        seq: u64,
        skipped: Option<Uuid>,
        budget: usize,
    ) -> Result<LogPage, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT change.seq, document.id, document.kind, change.bytes, change.origin
             FROM change JOIN document ON document.id = change.document
             WHERE change.grid = ?1 AND change.seq > ?2 ORDER BY change.seq",
        )?;
        let mut rows = statement.query(params![grid.as_str(), seq])?;
        let mut page = LogPage { entries: Vec::new(), to_seq: seq, more: false };
        let mut size = 0;
        while let Some(row) = rows.next()? {
            let origin = row.get_ref(4)?.as_blob().map_err(rusqlite::Error::from)?;
            let own = skipped.is_some_and(|skipped| origin == skipped.as_bytes());
            if !own {
                let bytes: Vec<u8> = row.get(3)?;
                size += bytes.len();
                if size > budget && !page.entries.is_empty() {
                    page.more = true;
                    break;
                }
                let kind = word_kind(row.get_ref(2)?.as_str().map_err(rusqlite::Error::from)?)?;
                page.entries.push(LogEntry { document: row.get(1)?, kind, bytes });
            }
            page.to_seq = row.get(0)?;
        }
        if !page.more {
            // The last positions may be those of changes that are in another log by now.
            let mut statement =
                self.connection.prepare_cached("SELECT seq FROM log_position WHERE grid = ?1")?;
            let last: Option<u64> = statement.query_row([grid.as_str()], |row| row.get(0)).optional()?;
            page.to_seq = page.to_seq.max(last.unwrap_or_default());
        }
        Ok(page)
    }

    /// How many dossiers belong to these grid units.
    pub fn dossiers_of<'g>(&self, grids: impl Iterator<Item = &'g GridCode>) -> Result<u64, StoreError> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT count(*) FROM document WHERE grid = ?1 AND kind = 'dossier'")?;
        let mut dossiers = 0;
        for grid in grids {
            dossiers += statement.query_row([grid.as_str()], |row| row.get::<_, u64>(0))?;
        }
        Ok(dossiers)
    }

    /// Changes that the server does not have and did not refuse, after the one with this number, in the order in
    /// which they came; after 0 from the first on.
    pub fn unsent_after(&self, n: i64, budget: usize) -> Result<Vec<Unsent>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT change.n, change.grid, document.id, document.kind, change.bytes
             FROM change JOIN document ON document.id = change.document
             WHERE change.unsent = 1 AND change.refused = '' AND change.n > ?1 ORDER BY change.n",
        )?;
        // Those that were taken out of a compacted document have numbers below 0.
        let mut rows = statement.query([if n == 0 { i64::MIN } else { n }])?;
        let mut unsent = Vec::new();
        let mut size = 0;
        while let Some(row) = rows.next()? {
            let bytes: Vec<u8> = row.get(4)?;
            size += bytes.len();
            if size > budget && !unsent.is_empty() {
                break;
            }
            let grid: String = row.get(1)?;
            let kind = word_kind(row.get_ref(3)?.as_str().map_err(rusqlite::Error::from)?)?;
            unsent.push(Unsent {
                n: row.get(0)?,
                grid: grid.parse().map_err(|_| StoreError::Row("change"))?,
                entry: LogEntry { document: row.get(2)?, kind, bytes },
            });
        }
        Ok(unsent)
    }

    /// How many changes the server does not have, refused ones among them.
    pub fn unsent_count(&self) -> Result<u64, StoreError> {
        let mut statement = self.connection.prepare_cached("SELECT count(*) FROM change WHERE unsent = 1")?;
        Ok(statement.query_row([], |row| row.get(0))?)
    }

    /// The number of the latest change that the server does not have, if there is any.
    pub fn latest_unsent(&self) -> Result<Option<i64>, StoreError> {
        let mut statement = self.connection.prepare_cached("SELECT max(n) FROM change WHERE unsent = 1")?;
        Ok(statement.query_row([], |row| row.get(0))?)
    }

    /// The grid units with changes that wait to be sent, or for a lead. Not those that the server would not take because it
    /// lacks what they build on: that was sent once, so nothing but a comparison of all that is here helps them. Where such a
    /// document was moved, also the grid units that it belonged to before.
    pub fn unsent_grids(&self) -> Result<Vec<GridCode>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT grid FROM change WHERE unsent = 1 AND refused <> 'missing_dependencies'
             UNION SELECT moved_here.grid FROM moved_here JOIN change ON change.document = moved_here.document
                WHERE change.unsent = 1 AND change.refused <> 'missing_dependencies'",
        )?;
        let rows = statement.query_map([], |row| row.get::<_, String>(0))?;
        rows.map(|grid| grid?.parse().map_err(|_| StoreError::Row("change"))).collect()
    }

    /// How many changes to one document the server does not have.
    pub fn unsent_of(&self, site: SiteId) -> Result<u64, StoreError> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT count(*) FROM change WHERE document = ?1 AND unsent = 1")?;
        Ok(statement.query_row([site.0], |row| row.get(0))?)
    }

    /// Changes that the server would not take: the document and the reason.
    pub fn refused(&self) -> Result<Vec<(Uuid, String)>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT document, refused FROM change WHERE unsent = 1 AND refused <> '' ORDER BY n",
        )?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

impl Writer<'_> {
    pub(crate) fn next_position(&self, grid: &GridCode) -> Result<u64, StoreError> {
        Ok(self
            .transaction
            .prepare_cached(
                "INSERT INTO log_position (grid, seq) VALUES (?1, 1) ON CONFLICT (grid) DO UPDATE SET seq = seq + 1 RETURNING seq",
            )?
            .query_row([grid.as_str()], |row| row.get(0))?)
    }

    /// Notes how far the log of a grid unit was read.
    pub fn set_log_cursor(&self, cursor: &Cursor) -> Result<(), StoreError> {
        let Cursor { grid, seq, after } = cursor;
        self.transaction
            .prepare_cached(
                "INSERT INTO log_position (grid, seq, after) VALUES (?1, ?2, ?3)
                 ON CONFLICT (grid) DO UPDATE SET seq = excluded.seq, after = excluded.after",
            )?
            .execute(params![grid.as_str(), seq, after])?;
        Ok(())
    }

    /// Begins all over with a server: every log is unread, nothing is proven, and every change within the scope unsent,
    /// except what arrived compacted: that came from a server, and is compared document by document. The names and
    /// boundaries above the scope go, and the tasks there, because the new server has its own; dossiers stay whatever
    /// their scope. Who has no scope there forgets nothing.
    pub fn forget_server(&self, scope: &[GridCode]) -> Result<(), StoreError> {
        self.transaction.execute_batch(
            "DELETE FROM log_position;
             UPDATE change SET refused = '' WHERE refused <> '';
             UPDATE photo_file SET stored = 0, sent = 0;",
        )?;
        self.forget_proofs()?;
        if scope.is_empty() {
            // A server that lost all it had says so of everybody's: nothing here is given up for that.
            return Ok(());
        }
        for grid in self.shared_outside(scope)? {
            self.forget_shared(&grid)?;
        }
        for grid in scope {
            // All codes with this prefix: ':' comes after '9'.
            self.transaction.execute(
                "UPDATE change SET unsent = 1 WHERE grid >= ?1 AND grid < ?2",
                params![grid.as_str(), format!("{grid}:")],
            )?;
        }
        Ok(())
    }

    /// Offers once more what the server would not take: it may have changed its mind, or found room to keep what it cannot
    /// read. What it keeps of that stays what it is.
    pub fn offer_refused(&self) -> Result<(), StoreError> {
        self.transaction.execute(
            "UPDATE change SET refused = '' WHERE unsent = 1 AND refused NOT IN ('', 'damaged')",
            [],
        )?;
        Ok(())
    }

    /// The grid units outside the scope of which names, boundaries or tasks are here.
    fn shared_outside(&self, scope: &[GridCode]) -> Result<Vec<GridCode>, StoreError> {
        let mut statement = self
            .transaction
            .prepare("SELECT DISTINCT grid FROM document WHERE kind IN ('county', 'task')")?;
        let mut grids = Vec::new();
        for grid in statement.query_map([], |row| row.get::<_, String>(0))? {
            let grid: GridCode = grid?.parse().map_err(|_| StoreError::Row("document"))?;
            if !scope.iter().any(|unit| unit.contains(&grid)) {
                grids.push(grid);
            }
        }
        Ok(grids)
    }

    /// Removes what was read of exactly this grid unit from the server: names and boundaries, and tasks. What holds
    /// something that was made here and not sent stays.
    fn forget_shared(&self, grid: &GridCode) -> Result<(), StoreError> {
        let mut statement = self.transaction.prepare(
            "SELECT id FROM document WHERE grid = ?1 AND kind IN ('county', 'task') AND NOT EXISTS
                (SELECT 1 FROM change WHERE change.document = document.id AND change.unsent = 1)",
        )?;
        let documents: Vec<Uuid> =
            statement.query_map([grid.as_str()], |row| row.get(0))?.collect::<Result<_, _>>()?;
        for id in documents {
            self.forget_shared_document(id)?;
        }
        Ok(())
    }

    /// Removes what the tables show of a county, or of a city or province.
    pub(crate) fn forget_county_rows(&self, grid: &GridCode) -> Result<(), StoreError> {
        // A county's document holds all beneath it; those of cities and provinces hold themselves.
        let end = if grid.level() == GridLevel::County { format!("{grid}:") } else { format!("{grid}!") };
        let range = [grid.as_str(), &end];
        self.transaction.execute("DELETE FROM grid_unit WHERE code >= ?1 AND code < ?2", range)?;
        self.transaction.execute(
            "DELETE FROM boundary_box WHERE n IN (SELECT n FROM boundary WHERE code >= ?1 AND code < ?2)",
            range,
        )?;
        self.transaction.execute("DELETE FROM boundary WHERE code >= ?1 AND code < ?2", range)?;
        Ok(())
    }

    /// Notes that the server has a change on its disk. Gives whether that is new.
    pub fn mark_sent(&self, n: i64) -> Result<bool, StoreError> {
        let marked = self
            .transaction
            .prepare_cached("UPDATE change SET unsent = 0, refused = '' WHERE n = ?1 AND unsent = 1")?
            .execute([n])?;
        Ok(marked > 0)
    }

    /// Notes that the server will not take a change. One that the disk damaged here is written anew instead and offered
    /// again.
    pub fn mark_refused(&self, n: i64, reason: &str) -> Result<(), StoreError> {
        if reason == Refusal::Damaged.code() && self.write_anew(n)? {
            return Ok(());
        }
        self.transaction
            .prepare_cached("UPDATE change SET refused = ?2 WHERE n = ?1")?
            .execute(params![n, reason])?;
        Ok(())
    }

    /// The kind of a document that is here.
    pub fn document_kind(&self, document: Uuid) -> Result<Option<DocumentKind>, StoreError> {
        let word: Option<String> = self
            .transaction
            .prepare_cached("SELECT kind FROM document WHERE id = ?1")?
            .query_row([document], |row| row.get(0))
            .optional()?;
        word.map(|word| word_kind(&word)).transpose()
    }
}
