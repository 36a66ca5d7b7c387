//! The office: pushed changes are judged one after the other, each upon those that it builds on.

use std::collections::{BTreeSet, HashMap, HashSet};

use automerge::{Change, ChangeHash};
use domain::GridCode;
use uuid::Uuid;
use wire::sync::DocumentChanges;

use super::hold::Hold;
use super::poison::DAMAGED;
use super::{Content, Fact, HeldRow, Reason, Rights, Sender, judge};
use crate::change::Stored;
use crate::document::{DocumentError, read_kept_change};
use crate::{Refusal, StoreError, Writer};

/// What is to be done with pushed changes.
#[derive(Default)]
pub(crate) struct Examined {
    /// Those that may be taken in, in an order in which they can be. They are in the document in memory already.
    pub good: Vec<Change>,
    /// Those that are held.
    pub held: Vec<(Change, Reason)>,
    /// Those that cannot be taken in whoever made them.
    pub refused: Vec<(Change, Refusal)>,
}

/// A document that changes are tried on.
struct Trial {
    /// Those that were applied to what is stored.
    kept: Vec<Change>,
    /// What it says with them.
    says: Result<Content, DocumentError>,
}

impl Writer<'_> {
    /// Examines changes that are not in the document yet, one after the other, each upon those that it builds on. Those
    /// that are to be held are written down.
    pub(crate) fn examine(
        &self,
        grid: &GridCode,
        news: &DocumentChanges,
        stored: &mut Stored,
        changes: Vec<Change>,
        sender: &Sender<'_>,
    ) -> Result<Examined, StoreError> {
        let known = self.known_held(news.document, sender.install)?;
        let pushed: HashSet<ChangeHash> = changes.iter().map(Change::hash).collect();
        let mut held: HashMap<ChangeHash, (Reason, Option<Uuid>)> = known
            .iter()
            .filter(|(hash, known)| !pushed.contains(hash) || known.is_refused())
            .map(|(hash, known)| (*hash, (known.reason, known.is_refused().then_some(known.work))))
            .collect();
        let beneath = known.iter().filter(|(hash, _)| !pushed.contains(hash));
        let beneath =
            in_order(beneath.filter_map(|(_, known)| read_kept_change(&known.bytes).ok()).collect());
        // What is on record with what may be taken in; and with all that the device has, if anything of it is held.
        let mut real = Trial { kept: Vec::new(), says: Content::read(&stored.document, news.document) };
        let begin = real.says.as_ref().ok().cloned();
        let mut aside: Option<(Stored, Trial)> = None;
        // By the village to which the site belonged for whoever made the change: it may have moved meanwhile.
        let scope = sender.rights.scope;
        let said = (!scope.covers(grid)).then_some((Reason::Scope, None));
        let (mut holds, mut refused) = (Vec::new(), Vec::new());
        for change in in_order(changes) {
            let own = held.get(&change.hash()).copied();
            let built_on = || change.deps().iter().find_map(|hash| held.get(hash).copied());
            let mut verdict =
                own.or_else(built_on).or_else(|| match stored.document.village_at(change.deps()) {
                    Some(village) => (!scope.covers(&village)).then_some((Reason::Scope, None)),
                    None => said,
                });
            let mut facts = Vec::new();
            if verdict.is_none() {
                match self.attempt(news, stored, &mut real, &change)? {
                    Err(refusal) => {
                        refused.push((change, refusal));
                        continue;
                    }
                    Ok(before) => {
                        let after = real.says.as_ref().ok();
                        let objection = after.and_then(|after| complaint(&before, after, &sender.rights));
                        let Some(reason) = objection else { continue };
                        facts = words(&before, after);
                        verdict = Some((reason, None));
                        real.kept.pop();
                        self.again(news, stored, &real.kept)?;
                        real.says = Ok(before);
                    }
                }
            }
            let Some((reason, work)) = verdict else { continue };
            if aside.is_none() {
                aside = Some(self.aside(news, &beneath)?);
            }
            let Some((document, trial)) = &mut aside else { continue };
            // All that may be taken in may lie beneath it.
            for good in &real.kept {
                if !document.document.holds(&good.hash()) {
                    let _ = self.attempt(news, document, trial, good)?;
                }
            }
            match self.attempt(news, document, trial, &change)? {
                Err(refusal) => refused.push((change, refusal)),
                Ok(before) => {
                    if facts.is_empty() {
                        facts = words(&before, trial.says.as_ref().ok());
                    }
                    held.insert(change.hash(), (reason, work));
                    holds.push(Hold { change, reason, facts, work });
                }
            }
        }
        // Each was judged by itself; once more all of them together.
        let together = match (&begin, &real.says) {
            (Some(begin), Ok(after)) => begin.facts_until(after).into_iter().find_map(|fact| {
                judge(&fact, begin.dossier(), after.dossier(), &sender.rights)
                    .filter(|reason| *reason == Reason::Role || fact == Fact::Overwritten)
            }),
            _ => None,
        };
        if let Some(reason) = together {
            let facts = begin.map(|begin| words(&begin, real.says.as_ref().ok())).unwrap_or_default();
            let all = real.kept.drain(..);
            holds.extend(all.map(|change| Hold { change, reason, facts: facts.clone(), work: None }));
            self.again(news, stored, &[])?;
        }
        self.hold(grid, news, sender, &holds)?;
        let held = holds.into_iter().map(|hold| (hold.change, hold.reason)).collect();
        Ok(Examined { good: real.kept, held, refused })
    }

    /// Applies a change, and gives what the document said before it. Where that fails the document is as it was.
    fn attempt(
        &self,
        news: &DocumentChanges,
        stored: &mut Stored,
        trial: &mut Trial,
        change: &Change,
    ) -> Result<Result<Content, Refusal>, StoreError> {
        match stored.document.fits(change) {
            Ok(()) => {}
            Err(DocumentError::MissingDependencies) => return Ok(Err(Refusal::MissingDependencies)),
            Err(_) => return Ok(Err(Refusal::Damaged)),
        }
        let applied = stored.document.apply(vec![change.clone()]);
        let after = applied.and_then(|()| Content::read(&stored.document, news.document));
        match (after, &trial.says) {
            (Ok(after), Ok(_)) => {
                trial.kept.push(change.clone());
                Ok(std::mem::replace(&mut trial.says, Ok(after)).map_err(|_| Refusal::Damaged))
            }
            _ => {
                self.again(news, stored, &trial.kept)?;
                Ok(Err(Refusal::Damaged))
            }
        }
    }

    /// Loads a document once more, with changes that were applied to it before.
    fn again(
        &self,
        news: &DocumentChanges,
        stored: &mut Stored,
        changes: &[Change],
    ) -> Result<(), StoreError> {
        *stored = self.load(news.document, news.kind)?;
        Ok(stored.document.apply(changes.to_vec())?)
    }

    /// The document as it stands, with these changes as far as they apply.
    fn aside(&self, news: &DocumentChanges, beneath: &[Change]) -> Result<(Stored, Trial), StoreError> {
        let mut stored = self.load(news.document, news.kind)?;
        let mut trial = Trial { kept: Vec::new(), says: Content::read(&stored.document, news.document) };
        for change in beneath {
            if !stored.document.holds(&change.hash()) {
                let _ = self.attempt(news, &mut stored, &mut trial, change)?;
            }
        }
        Ok((stored, trial))
    }

    /// What speaks against letting held work in for somebody who has these rights: they may let in what they may do
    /// themselves.
    ///
    /// # Errors
    /// The inner one when it cannot be let in by anybody.
    pub fn held_complaint(
        &self,
        work: &HeldRow,
        rights: &Rights<'_>,
    ) -> Result<Result<Option<Reason>, Refusal>, StoreError> {
        if !rights.scope.covers(&work.grid) {
            return Ok(Ok(Some(Reason::Scope)));
        }
        if work.reason == DAMAGED {
            return Ok(Err(Refusal::Damaged));
        }
        let news = DocumentChanges { document: work.document, kind: work.kind, changes: Vec::new() };
        let mut stored = self.load(work.document, work.kind)?;
        let mut trial = Trial { kept: Vec::new(), says: Content::read(&stored.document, work.document) };
        let changes = work.changes.iter().filter_map(|change| read_kept_change(&change.bytes).ok());
        for change in in_order(changes.collect()) {
            if stored.document.holds(&change.hash()) {
                continue;
            }
            let before = match self.attempt(&news, &mut stored, &mut trial, &change)? {
                Ok(before) => before,
                Err(refusal) => return Ok(Err(refusal)),
            };
            let reason = trial.says.as_ref().ok().and_then(|after| complaint(&before, after, rights));
            if reason.is_some() {
                return Ok(Ok(reason));
            }
        }
        Ok(Ok(None))
    }
}

/// The first thing that speaks against what was put on record between the two.
fn complaint(before: &Content, after: &Content, rights: &Rights<'_>) -> Option<Reason> {
    before.facts_until(after).iter().find_map(|fact| judge(fact, before.dossier(), after.dossier(), rights))
}

fn words(before: &Content, after: Option<&Content>) -> Vec<String> {
    after.map(|after| before.facts_until(after).iter().map(Fact::word).collect()).unwrap_or_default()
}

/// The changes in an order in which each comes after those of them that it builds on, and after the one before it of its
/// actor, else as they were given.
pub(crate) fn in_order(changes: Vec<Change>) -> Vec<Change> {
    let mut places: HashMap<ChangeHash, usize> = HashMap::new();
    let mut numbers: HashMap<ChangeHash, (&[u8], u64)> = HashMap::new();
    let mut of_actors: HashMap<(&[u8], u64), ChangeHash> = HashMap::new();
    for (place, change) in changes.iter().enumerate() {
        let number = (change.actor_id().to_bytes(), change.seq());
        places.insert(change.hash(), place);
        numbers.insert(change.hash(), number);
        of_actors.insert(number, change.hash());
    }
    let mut built_on: HashMap<ChangeHash, Vec<usize>> = HashMap::new();
    let mut lacks = vec![0_usize; changes.len()];
    for ((place, change), lacks) in changes.iter().enumerate().zip(&mut lacks) {
        // Ours always name the one before; whoever makes others may not, or may have given a number twice.
        let number = (change.actor_id().to_bytes(), change.seq().saturating_sub(1));
        let named = change.deps().iter().filter_map(|hash| numbers.get(hash)).any(|named| *named == number);
        let unnamed = of_actors.get(&number).filter(|hash| !named && **hash != change.hash());
        for hash in change.deps().iter().filter(|hash| places.contains_key(hash)).chain(unnamed) {
            *lacks += 1;
            built_on.entry(*hash).or_default().push(place);
        }
    }
    let without = lacks.iter().enumerate().filter(|(_, lacks)| **lacks == 0);
    let mut ready: BTreeSet<usize> = without.map(|(place, _)| place).collect();
    let mut changes: Vec<Option<Change>> = changes.into_iter().map(Some).collect();
    let mut ordered = Vec::with_capacity(changes.len());
    while let Some(place) = ready.pop_first() {
        let Some(change) = changes.get_mut(place).and_then(Option::take) else { continue };
        for above in built_on.remove(&change.hash()).unwrap_or_default() {
            if let Some(lacks) = lacks.get_mut(above) {
                *lacks = lacks.saturating_sub(1);
                if *lacks == 0 {
                    ready.insert(above);
                }
            }
        }
        ordered.push(change);
    }
    // One that names the one after it of its actor as what it builds on.
    ordered.extend(changes.into_iter().flatten());
    ordered
}
