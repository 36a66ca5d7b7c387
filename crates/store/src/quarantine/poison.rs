//! Changes that cannot be taken in whoever made them. They are kept whole, shown to a lead, and answered from here when
//! they are offered again.

use chrono::{DateTime, Utc};
use domain::GridCode;
use rusqlite::{OptionalExtension as _, ToSql, params};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;
use wire::sync::{DocumentChanges, DocumentKind};

use super::row::moment;
use super::{HeldChangeRow, HeldRow, HeldStatus, Sender};
use crate::change::{kind_word, word_kind};
use crate::{Reader, Refusal, StoreError, Writer};

/// Raised whenever a rule of what can be taken in changes, or Automerge does: what was refused before is read once more.
const RULES: i64 = 1;
/// The reason under which a lead sees such work.
pub(crate) const DAMAGED: &str = "damaged";
/// How many changes and bytes of one install are kept, and of all installs: a device says itself what its install is. One
/// that works makes none; what comes beyond is refused without being kept, and says so.
const MAX_OF_INSTALL: u64 = 500;
const MAX_OF_ALL: u64 = 100_000;
const MAX_BYTES_OF_INSTALL: u64 = 16 << 20;
const MAX_BYTES: u64 = 256 << 20;

/// Where a change came from that cannot be taken in.
pub(crate) struct Origin<'a> {
    install: Option<Uuid>,
    person: &'a str,
    role: &'a str,
    device: &'a str,
    at: DateTime<Utc>,
}

impl<'a> Origin<'a> {
    pub fn device(sender: &Sender<'a>) -> Self {
        let Sender { install, rights, person, device, at } = sender;
        Self { install: Some(*install), person, role: rights.role.as_str(), device, at: *at }
    }

    pub const fn office(at: DateTime<Utc>) -> Self {
        Self { install: None, person: "", role: "", device: "", at }
    }

    fn install(&self) -> &[u8] {
        self.install.as_ref().map(|install| install.as_bytes().as_slice()).unwrap_or_default()
    }
}

impl Reader<'_> {
    /// Whether something of this document arrived here that could not be taken in.
    pub fn is_poisoned(&self, document: Uuid) -> Result<bool, StoreError> {
        let mut statement = self.connection.prepare_cached("SELECT 1 FROM poison WHERE document = ?1")?;
        Ok(statement.exists([document])?)
    }

    /// How many changes are kept here that could not be taken in.
    pub fn poison_count(&self) -> Result<u64, StoreError> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT coalesce(max(changes), 0) FROM poison_sum WHERE whose = 'all'")?;
        Ok(statement.query_row([], |row| row.get(0))?)
    }

    pub(super) fn poison_waiting(&self) -> Result<u64, StoreError> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT count(DISTINCT work) FROM poison WHERE state = 'waiting'")?;
        Ok(statement.query_row([], |row| row.get(0))?)
    }

    /// Such work as a lead sees it among what is held, the latest first.
    pub(super) fn poison(&self, waiting: bool, most: usize) -> Result<Vec<HeldRow>, StoreError> {
        let which = if waiting { "WHERE state = 'waiting'" } else { "" };
        let mut statement = self.connection.prepare_cached(&format!(
            "SELECT work FROM poison {which}
             GROUP BY work ORDER BY min(state) <> 'waiting', max(arrived_at) DESC, work LIMIT ?1"
        ))?;
        let works = statement.query_map([most as u64], |row| row.get(0))?;
        let works: Vec<Uuid> = works.collect::<Result<_, _>>()?;
        works.into_iter().filter_map(|work| self.poison_work(work).transpose()).collect()
    }

    pub(super) fn poison_work(&self, work: Uuid) -> Result<Option<HeldRow>, StoreError> {
        const BAD: StoreError = StoreError::Row("poison");
        let mut statement = self.connection.prepare_cached(
            "SELECT document, kind, grid, install, person, role, device, arrived_at, state, comment, sha256
             FROM poison WHERE work = ?1 ORDER BY n",
        )?;
        let mut rows = statement.query([work])?;
        let mut held: Option<HeldRow> = None;
        while let Some(row) = rows.next()? {
            let (kind, grid, role): (String, String, String) = (row.get(1)?, row.get(2)?, row.get(5)?);
            let (person, at): (String, _) = (row.get(4)?, moment(row.get(7)?)?);
            let change = HeldChangeRow {
                hash: row.get(10)?,
                // Nobody looks into them here.
                bytes: Vec::new(),
                command: String::new(),
                by: person.clone(),
                at,
                facts: vec!["unreadable".to_owned()],
            };
            if let Some(held) = &mut held {
                held.changes.push(change);
                continue;
            }
            held = Some(HeldRow {
                id: work,
                document: row.get(0)?,
                kind: word_kind(&kind)?,
                grid: grid.parse().map_err(|_| BAD)?,
                install: row.get(3)?,
                person,
                role: role.parse().map_err(|_| BAD)?,
                device: row.get(6)?,
                reason: DAMAGED.to_owned(),
                arrived_at: at,
                state: HeldStatus::parse(&row.get::<_, String>(8)?)?,
                comment: row.get(9)?,
                changes: vec![change],
            });
        }
        Ok(held)
    }
}

impl Writer<'_> {
    /// Whether these bytes were refused for this document before, by the rules of today.
    pub(crate) fn is_poison(&self, document: Uuid, bytes: &[u8]) -> Result<bool, StoreError> {
        let mut statement = self.transaction.prepare_cached(
            "SELECT 1 FROM poison WHERE document = ?1 AND sha256 = ?2 AND rules = ?3 LIMIT 1",
        )?;
        Ok(statement.exists(params![document, Sha256::digest(bytes).as_slice(), RULES])?)
    }

    /// Keeps what was answered as damaged; what there is no room for is answered as that.
    pub(crate) fn keep_poison(
        &self,
        grid: &GridCode,
        news: &DocumentChanges,
        answers: &mut [Result<(), Refusal>],
        origin: &Origin<'_>,
    ) -> Result<(), StoreError> {
        for (bytes, answer) in news.changes.iter().zip(answers) {
            if *answer == Err(Refusal::Damaged)
                && !self.keep_one(grid, news.document, news.kind, bytes, origin)?
            {
                *answer = Err(Refusal::PoisonFull);
            }
        }
        Ok(())
    }

    /// Gives whether it is kept.
    fn keep_one(
        &self,
        grid: &GridCode,
        document: Uuid,
        kind: DocumentKind,
        bytes: &[u8],
        origin: &Origin<'_>,
    ) -> Result<bool, StoreError> {
        let sha256 = Sha256::digest(bytes);
        let known = self
            .transaction
            .prepare_cached(
                "UPDATE poison SET rules = ?4 WHERE document = ?1 AND sha256 = ?2 AND install = ?3",
            )?
            .execute(params![document, sha256.as_slice(), origin.install(), RULES])?;
        if known > 0 {
            return Ok(true);
        }
        let (count, size) = self.poison_sum(origin.install())?;
        let (all_count, all_size) = self.poison_sum("all")?;
        let more = bytes.len() as u64;
        let too_many = count >= MAX_OF_INSTALL || all_count >= MAX_OF_ALL;
        if too_many || size + more > MAX_BYTES_OF_INSTALL || all_size + more > MAX_BYTES {
            tracing::warn!(%document, install = ?origin.install, bytes = more, "damaged, and there is no room to keep it");
            return Ok(false);
        }
        tracing::warn!(%document, install = ?origin.install, bytes = more, "kept a change that cannot be taken in");
        let work: Option<Uuid> = self
            .transaction
            .prepare_cached(
                "SELECT work FROM poison WHERE install = ?1 AND document = ?2 AND state = 'waiting' AND grid = ?3 LIMIT 1",
            )?
            .query_row(params![origin.install(), document, grid.as_str()], |row| row.get(0))
            .optional()?;
        let reason = crate::document::read_change(bytes).err().map(|error| error.to_string());
        self.transaction
            .prepare_cached(
                "INSERT INTO poison (sha256, document, kind, grid, work, install, person, role, device, reason, rules,
                    arrived_at, state, comment, bytes)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, 'waiting', '', ?13)",
            )?
            .execute(params![
                sha256.as_slice(),
                document,
                kind_word(kind),
                grid.as_str(),
                work.unwrap_or_else(Uuid::now_v7),
                origin.install(),
                origin.person,
                origin.role,
                origin.device,
                reason.as_deref().unwrap_or("it does not fit the document"),
                RULES,
                origin.at.timestamp_millis(),
                bytes,
            ])?;
        Ok(true)
    }

    /// How many changes, and how many bytes.
    fn poison_sum(&self, whose: impl ToSql) -> Result<(u64, u64), StoreError> {
        let mut statement =
            self.transaction.prepare_cached("SELECT changes, bytes FROM poison_sum WHERE whose = ?1")?;
        let sum = statement.query_row([whose], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
        Ok(sum.unwrap_or_default())
    }

    /// Forgets that bytes were refused: by the rules of today they were taken in.
    pub(crate) fn forget_poison(&self, document: Uuid, bytes: &[u8]) -> Result<(), StoreError> {
        self.transaction
            .prepare_cached("DELETE FROM poison WHERE document = ?1 AND sha256 = ?2")?
            .execute(params![document, Sha256::digest(bytes).as_slice()])?;
        Ok(())
    }

    pub(super) fn refuse_poison(&self, work: Uuid, comment: &str) -> Result<(), StoreError> {
        self.transaction.execute(
            "UPDATE poison SET state = ?2, comment = ?3 WHERE work = ?1",
            params![work, HeldStatus::Refused.as_str(), comment],
        )?;
        Ok(())
    }
}
