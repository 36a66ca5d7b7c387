//! The rows of held work, and of work that was set aside.

use chrono::{DateTime, Utc};
use domain::{GridCode, Role};
use rusqlite::{OptionalExtension as _, Row, params};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;
use wire::sync::DocumentKind;

use crate::change::word_kind;
use crate::{Reader, StoreError};

/// What became of held work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeldStatus {
    /// It waits for a lead.
    Waiting,
    /// It was let in.
    Accepted,
    /// A lead would not have it.
    Refused,
}

impl HeldStatus {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Accepted => "accepted",
            Self::Refused => "refused",
        }
    }

    pub(super) fn parse(word: &str) -> Result<Self, StoreError> {
        [Self::Waiting, Self::Accepted, Self::Refused]
            .into_iter()
            .find(|state| state.as_str() == word)
            .ok_or(StoreError::Row("held"))
    }
}

/// Work of one device on one document that is held.
#[derive(Debug, Clone, PartialEq)]
pub struct HeldRow {
    /// Names it.
    pub id: Uuid,
    /// The document.
    pub document: Uuid,
    /// Its kind.
    pub kind: DocumentKind,
    /// The grid unit that it was pushed to.
    pub grid: GridCode,
    /// The device's store.
    pub install: Uuid,
    /// Whose device it was.
    pub person: String,
    /// What they were to the team.
    pub role: Role,
    /// What the device is called.
    pub device: String,
    /// Why it is held, as a word; `damaged` where nobody could take it in.
    pub reason: String,
    /// When the first of it arrived.
    pub arrived_at: DateTime<Utc>,
    /// What became of it.
    pub state: HeldStatus,
    /// What the lead said.
    pub comment: String,
    /// The changes, oldest first.
    pub changes: Vec<HeldChangeRow>,
}

/// One change that is held.
#[derive(Debug, Clone, PartialEq)]
pub struct HeldChangeRow {
    /// Its hash.
    pub hash: Vec<u8>,
    /// The raw change.
    pub bytes: Vec<u8>,
    /// The command that made it, as it says.
    pub command: String,
    /// Who made it, as it says.
    pub by: String,
    /// When, as it says.
    pub at: DateTime<Utc>,
    /// What it would put on record, as words.
    pub facts: Vec<String>,
}

/// What a lead decided about one change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JudgedRow {
    /// The change.
    pub hash: Vec<u8>,
    /// Whether it was let in.
    pub accepted: bool,
    /// What the lead said.
    pub comment: String,
}

/// Work on one document that a lead refused, as the device keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetAsideRow {
    /// The document.
    pub document: Uuid,
    /// The name of the site as it stood here.
    pub name: String,
    /// What the lead said.
    pub comment: String,
}

/// How many pieces of work are listed at most.
const MOST: usize = 500;
const COLUMNS: &str =
    "id, document, kind, grid, install, person, role, device, reason, arrived_at, state, comment";

impl Reader<'_> {
    /// Work that is held, what waits first, then the latest; after it what cannot be read, in the same order.
    pub fn held(&self, waiting: bool) -> Result<Vec<HeldRow>, StoreError> {
        let which = if waiting { "WHERE state = 'waiting'" } else { "" };
        let mut statement = self.connection.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM held {which} ORDER BY state <> 'waiting', arrived_at DESC, id LIMIT {MOST}"
        ))?;
        let mut rows = statement.query([])?;
        let mut held = Vec::new();
        while let Some(row) = rows.next()? {
            held.push(self.held_row(row)?);
        }
        held.extend(self.poison(waiting, MOST.saturating_sub(held.len()))?);
        Ok(held)
    }

    /// How much work waits for a lead.
    pub fn held_waiting(&self) -> Result<u64, StoreError> {
        let mut statement =
            self.connection.prepare_cached("SELECT count(*) FROM held WHERE state = 'waiting'")?;
        let held: u64 = statement.query_row([], |row| row.get(0))?;
        Ok(held + self.poison_waiting()?)
    }

    /// One piece of held work.
    pub fn held_work(&self, id: Uuid) -> Result<Option<HeldRow>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM held WHERE id = ?1");
        let mut statement = self.connection.prepare_cached(&sql)?;
        let mut rows = statement.query([id])?;
        match rows.next()? {
            Some(row) => self.held_row(row).map(Some),
            None => self.poison_work(id),
        }
    }

    fn held_row(&self, row: &Row<'_>) -> Result<HeldRow, StoreError> {
        const BAD: StoreError = StoreError::Row("held");
        let id = row.get(0)?;
        let (kind, grid, role): (String, String, String) = (row.get(2)?, row.get(3)?, row.get(6)?);
        Ok(HeldRow {
            id,
            document: row.get(1)?,
            kind: word_kind(&kind)?,
            grid: grid.parse().map_err(|_| BAD)?,
            install: row.get(4)?,
            person: row.get(5)?,
            role: role.parse().map_err(|_| BAD)?,
            device: row.get(7)?,
            reason: row.get(8)?,
            arrived_at: moment(row.get(9)?)?,
            state: HeldStatus::parse(&row.get::<_, String>(10)?)?,
            comment: row.get(11)?,
            changes: self.held_changes(id)?,
        })
    }

    fn held_changes(&self, work: Uuid) -> Result<Vec<HeldChangeRow>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT hash, bytes, command, by, at, facts FROM held_change WHERE held = ?1 ORDER BY n",
        )?;
        let mut rows = statement.query([work])?;
        let mut changes = Vec::new();
        while let Some(row) = rows.next()? {
            let facts: String = row.get(5)?;
            changes.push(HeldChangeRow {
                hash: row.get(0)?,
                bytes: row.get(1)?,
                command: row.get(2)?,
                by: row.get(3)?,
                at: moment(row.get(4)?)?,
                facts: serde_json::from_str(&facts).unwrap_or_default(),
            });
        }
        Ok(changes)
    }

    /// What was decided about changes of a device's store that were named as held, as [`Reader::held_there`] names them.
    pub fn judged<'h>(
        &self,
        install: Uuid,
        hashes: impl Iterator<Item = &'h [u8]>,
    ) -> Result<Vec<JudgedRow>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT held.state, held.comment FROM held_change JOIN held ON held.id = held_change.held
             WHERE held_change.install = ?1 AND held_change.hash = ?2 AND held.state <> 'waiting'
             UNION ALL
             SELECT state, comment FROM poison WHERE install = ?1 AND sha256 = ?2 AND state <> 'waiting' LIMIT 1",
        )?;
        let mut judged = Vec::new();
        for hash in hashes {
            let row = statement.query_row(params![install, hash], |row| {
                Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
            });
            if let Some((state, comment)) = row.optional()? {
                let accepted = HeldStatus::parse(&state)? == HeldStatus::Accepted;
                judged.push(JudgedRow { hash: hash.to_vec(), accepted, comment });
            }
        }
        Ok(judged)
    }

    /// Changes made here that the server holds until a lead has decided: by their hash, and those that it cannot read by
    /// the SHA-256 of their bytes.
    pub fn held_there(&self) -> Result<Vec<Vec<u8>>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT hash, CASE refused WHEN 'damaged' THEN bytes END FROM change
             WHERE unsent = 1 AND refused IN ('role', 'scope', 'rule', 'damaged') ORDER BY n LIMIT 10000",
        )?;
        let mut rows = statement.query([])?;
        let mut hashes = Vec::new();
        while let Some(row) = rows.next()? {
            let damaged: Option<Vec<u8>> = row.get(1)?;
            hashes.push(match damaged {
                Some(bytes) => Sha256::digest(bytes).to_vec(),
                None => row.get(0)?,
            });
        }
        Ok(hashes)
    }

    /// Work that a lead refused and that was set aside here, the latest first.
    pub fn set_aside(&self) -> Result<Vec<SetAsideRow>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT document, name, comment FROM set_aside GROUP BY document, comment ORDER BY max(n) DESC",
        )?;
        let rows = statement.query_map([], |row| {
            Ok(SetAsideRow { document: row.get(0)?, name: row.get(1)?, comment: row.get(2)? })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

pub(super) fn moment(milliseconds: i64) -> Result<DateTime<Utc>, StoreError> {
    DateTime::from_timestamp_millis(milliseconds).ok_or(StoreError::Row("held"))
}
