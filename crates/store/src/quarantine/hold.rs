//! The office: pushed changes are examined, those that their author may not make are held, and a lead judges them.

use std::collections::HashMap;

use automerge::{Change, ChangeHash};
use domain::GridCode;
use rusqlite::{OptionalExtension as _, params};
use uuid::Uuid;
use wire::sync::DocumentChanges;

use super::{Content, Fact, HeldRow, HeldStatus, Reason, Sender, judge};
use crate::change::{Stored, kind_word};
use crate::document::{ChangeNote, read_change};
use crate::{Refusal, StoreError, Writer};

/// What is to be done with pushed changes.
pub(crate) struct Examined {
    /// Those that may be taken in, in their order.
    pub good: Vec<Change>,
    /// Whether they are in the document in memory already.
    pub applied: bool,
    /// Those that are held.
    pub held: Vec<(Change, Reason)>,
}

/// A change that is to be held.
struct Hold {
    change: Change,
    reason: Reason,
    facts: Vec<String>,
    /// The refused work that it builds on, if it does.
    work: Option<Uuid>,
}

/// A change that is held already.
struct Known {
    work: Uuid,
    reason: Reason,
    state: String,
    bytes: Vec<u8>,
}

impl Writer<'_> {
    /// Examines changes that are not in the document yet. Those that are to be held are written down.
    pub(crate) fn examine(
        &self,
        grid: &GridCode,
        news: &DocumentChanges,
        stored: &mut Stored,
        changes: Vec<Change>,
        sender: &Sender<'_>,
    ) -> Result<Examined, StoreError> {
        let known = self.known_held(news.document, sender.install)?;
        let in_scope = sender.rights.scope.covers(grid);
        if in_scope && known.is_empty() {
            let before = Content::read(&stored.document, news.document)?;
            if stored.document.apply(changes.clone()).is_ok() {
                let after = Content::read(&stored.document, news.document);
                if after.is_ok_and(|after| complaint(&before, &after, sender).is_none()) {
                    return Ok(Examined { good: changes, applied: true, held: Vec::new() });
                }
            }
            *stored = self.load(news.document, news.kind)?;
        }
        let (good, holds) = self.sort_out(news, changes, sender, in_scope, &known)?;
        self.hold(grid, news, sender, &holds)?;
        let held = holds.into_iter().map(|hold| (hold.change, hold.reason)).collect();
        Ok(Examined { good, applied: false, held })
    }

    /// Finds out which changes must be held, one after the other: a change adds what the document says with it and
    /// not without it, whether or not what it builds on is held.
    fn sort_out(
        &self,
        news: &DocumentChanges,
        changes: Vec<Change>,
        sender: &Sender<'_>,
        in_scope: bool,
        known: &HashMap<ChangeHash, Known>,
    ) -> Result<(Vec<Change>, Vec<Hold>), StoreError> {
        let pushed: Vec<ChangeHash> = changes.iter().map(Change::hash).collect();
        let mut beneath: Vec<Change> = known
            .iter()
            .filter(|(hash, _)| !pushed.contains(hash))
            .filter_map(|(_, known)| read_change(&known.bytes).ok())
            .collect();
        let mut held: HashMap<ChangeHash, (Reason, Option<Uuid>)> = known
            .iter()
            .filter(|(hash, known)| !pushed.contains(hash) || known.is_refused())
            .map(|(hash, known)| (*hash, (known.reason, known.is_refused().then_some(known.work))))
            .collect();
        let mut trial = self.trial(news, &beneath)?;
        let (mut good, mut holds) = (Vec::new(), Vec::new());
        for change in changes {
            let before = Content::read(&trial.document, news.document)?;
            let after = trial
                .document
                .apply(vec![change.clone()])
                .and_then(|()| Content::read(&trial.document, news.document));
            let (facts, complaint) = match &after {
                Ok(after) => {
                    let facts = before.facts_until(after).iter().map(Fact::word).collect();
                    (facts, complaint(&before, after, sender))
                }
                Err(_) => (Vec::new(), None),
            };
            if after.is_ok() {
                beneath.push(change.clone());
            } else {
                trial = self.trial(news, &beneath)?;
            }
            let built_on = change.deps().iter().find_map(|hash| held.get(hash).copied());
            let out_of_scope = (!in_scope).then_some(Reason::Scope);
            let own = held.get(&change.hash()).copied();
            let reason = own.or(built_on).or_else(|| Some((out_of_scope.or(complaint)?, None)));
            match reason {
                Some((reason, work)) => {
                    held.insert(change.hash(), (reason, work));
                    holds.push(Hold { change, reason, facts, work });
                }
                None => good.push(change),
            }
        }
        Ok((good, holds))
    }

    /// The document as it stands, with these changes as far as they apply.
    fn trial(&self, news: &DocumentChanges, changes: &[Change]) -> Result<Stored, StoreError> {
        let mut trial = self.load(news.document, news.kind)?;
        if trial.document.apply(changes.to_vec()).is_err() {
            trial = self.load(news.document, news.kind)?;
        }
        Ok(trial)
    }

    fn known_held(&self, document: Uuid, install: Uuid) -> Result<HashMap<ChangeHash, Known>, StoreError> {
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

    fn hold(
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
    fn is_refused(&self) -> bool {
        self.state == HeldStatus::Refused.as_str()
    }
}

/// The first thing that speaks against what was put on record between the two.
fn complaint(before: &Content, after: &Content, sender: &Sender<'_>) -> Option<Reason> {
    before
        .facts_until(after)
        .iter()
        .find_map(|fact| judge(fact, before.dossier(), after.dossier(), &sender.rights))
}
