//! The office: what its author may not do is held, and a lead judges it.

use std::collections::HashMap;

use automerge::{Change, ChangeHash};
use domain::GridCode;
use rusqlite::{OptionalExtension as _, params};
use uuid::Uuid;
use wire::sync::DocumentChanges;

use super::poison::DAMAGED;
use super::{HeldRow, HeldStatus, Reason, Sender};
use crate::change::kind_word;
use crate::document::ChangeNote;
use crate::{Refusal, StoreError, Writer};

/// A change that is to be held.
pub(super) struct Hold {
    pub change: Change,
    pub reason: Reason,
    pub facts: Vec<String>,
    /// The refused work that it builds on, if it does.
    pub work: Option<Uuid>,
}

/// A change that is held already.
pub(super) struct Known {
    pub work: Uuid,
    pub reason: Reason,
    pub state: String,
    pub bytes: Vec<u8>,
}

impl Writer<'_> {
    pub(super) fn known_held(
        &self,
        document: Uuid,
        install: Uuid,
    ) -> Result<HashMap<ChangeHash, Known>, StoreError> {
        let mut statement = self.transaction.prepare_cached(
            "SELECT held_change.hash, held.id, held.reason, held.state, held_change.bytes
             FROM held JOIN held_change ON held_change.held = held.id
             WHERE held.document = ?1 AND held.install = ?2 AND held.state <> 'accepted'",
        )?;
        let mut rows = statement.query(params![document, install])?;
        let mut known = HashMap::new();
        while let Some(row) = rows.next()? {
            const BAD: StoreError = StoreError::Row("held");
            let hash: [u8; 32] = row.get(0)?;
            let reason: String = row.get(2)?;
            let reason = Reason::parse(&reason).ok_or(BAD)?;
            let row = Known { work: row.get(1)?, reason, state: row.get(3)?, bytes: row.get(4)? };
            known.insert(ChangeHash(hash), row);
        }
        Ok(known)
    }

    pub(super) fn hold(
        &self,
        grid: &GridCode,
        news: &DocumentChanges,
        sender: &Sender<'_>,
        holds: &[Hold],
    ) -> Result<(), StoreError> {
        for Hold { change, reason, facts, work } in holds {
            let work = match work {
                Some(refused) => *refused,
                None => self.waiting_work(grid, news, sender, *reason)?,
            };
            let note: Option<ChangeNote> =
                change.message().and_then(|message| serde_json::from_str(message).ok());
            let (command, by) = note.map(|note| (note.command, note.person)).unwrap_or_default();
            self.transaction
                .prepare_cached(
                    "INSERT INTO held_change (held, install, hash, bytes, command, by, at, facts)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (install, hash) DO NOTHING",
                )?
                .execute(params![
                    work,
                    sender.install,
                    change.hash().0,
                    change.raw_bytes(),
                    command,
                    by,
                    change.timestamp().saturating_mul(1_000),
                    serde_json::to_string(facts).unwrap_or_default(),
                ])?;
        }
        Ok(())
    }

    /// The work of this device on this document that waits for a lead, begun if there is none.
    fn waiting_work(
        &self,
        grid: &GridCode,
        news: &DocumentChanges,
        sender: &Sender<'_>,
        reason: Reason,
    ) -> Result<Uuid, StoreError> {
        let waiting = self
            .transaction
            .prepare_cached(
                "SELECT id FROM held WHERE document = ?1 AND install = ?2 AND state = 'waiting' AND grid = ?3",
            )?
            .query_row(params![news.document, sender.install, grid.as_str()], |row| row.get(0))
            .optional()?;
        if let Some(waiting) = waiting {
            return Ok(waiting);
        }
        let id = Uuid::now_v7();
        self.transaction.execute(
            "INSERT INTO held VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, 'waiting', '')",
            params![
                id,
                news.document,
                kind_word(news.kind),
                grid.as_str(),
                sender.install,
                sender.person,
                sender.rights.role.as_str(),
                sender.device,
                reason.as_str(),
                sender.at.timestamp_millis(),
            ],
        )?;
        Ok(id)
    }

    /// Work all of whose changes are on record by now waits no longer: its author was given the right, or the same
    /// changes came from somebody who has it.
    pub(crate) fn settle_held(&self, document: Uuid) -> Result<(), StoreError> {
        self.transaction
            .prepare_cached(
                "UPDATE held SET state = 'accepted' WHERE document = ?1 AND state = 'waiting' AND NOT EXISTS (
                    SELECT 1 FROM held_change WHERE held_change.held = held.id AND NOT EXISTS (
                        SELECT 1 FROM change WHERE change.document = held.document AND change.hash = held_change.hash))",
            )?
            .execute([document])?;
        Ok(())
    }

    /// Lets held work in, all of it in order, or notes that a lead would not have it. Work that was let in for another
    /// reason meanwhile stays so.
    ///
    /// # Errors
    /// The inner one when it cannot be let in; the transaction must be given up then.
    pub fn judge_held(
        &self,
        work: &HeldRow,
        accept: bool,
        comment: &str,
    ) -> Result<Result<(), Refusal>, StoreError> {
        if work.reason == DAMAGED {
            if accept {
                return Ok(Err(Refusal::Damaged));
            }
            self.refuse_poison(work.id, comment)?;
            return Ok(Ok(()));
        }
        if accept {
            let changes = work.changes.iter().map(|change| change.bytes.clone().into()).collect();
            let news = DocumentChanges { document: work.document, kind: work.kind, changes };
            for answer in self.ingest(&work.grid, &news, Some(work.install))? {
                if let Err(refusal) = answer {
                    return Ok(Err(refusal));
                }
            }
        }
        let state = if accept { HeldStatus::Accepted } else { HeldStatus::Refused };
        self.transaction.execute(
            "UPDATE held SET state = ?2, comment = ?3 WHERE id = ?1",
            params![work.id, state.as_str(), comment],
        )?;
        Ok(Ok(()))
    }
}

impl Known {
    pub fn is_refused(&self) -> bool {
        self.state == HeldStatus::Refused.as_str()
    }
}
