//! Taking in changes that were made elsewhere. Nothing of them is trusted: a change that cannot be read, that builds
//! on something unknown or that would leave the document unreadable is refused with a reason.

use std::collections::{HashMap, HashSet};

use automerge::{Change, ChangeHash};
use chrono::{DateTime, Utc};
use domain::{Dossier, GridCode, GridLevel, Scope};
use uuid::Uuid;
use wire::sync::DocumentChanges;

use crate::change::Stored;
use crate::document::{Document, DocumentError, caught, county_id, read_change};
use crate::quarantine::{Content, Origin, Reason, Sender, in_order};
use crate::{NewChange, Role, StoreError, Writer};

/// Why a change was refused, as a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// It cannot be read, or would leave the document unreadable.
    Damaged,
    /// It builds on changes that are not here.
    MissingDependencies,
    /// The document belongs to another grid unit than was said, or is of another kind.
    WrongGrid,
    /// The document is damaged here. It takes changes again once it is mended.
    DocumentDamaged,
    /// It is damaged, and so much of that came that this is not kept here.
    PoisonFull,
    /// Its author lacked the right: it is kept until a lead has decided.
    Held(Reason),
}

impl Refusal {
    /// The word.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Damaged => "damaged",
            Self::DocumentDamaged => "document_damaged",
            Self::PoisonFull => "poison_full",
            Self::MissingDependencies => "missing_dependencies",
            Self::WrongGrid => "wrong_grid",
            Self::Held(reason) => reason.as_str(),
        }
    }
}

impl Writer<'_> {
    /// Takes in changes to one document that came from `origin`. Every change gets an answer, in the order given;
    /// `Ok` if it is in the database now, whether or not it was before.
    pub fn ingest(
        &self,
        grid: &GridCode,
        news: &DocumentChanges,
        origin: Option<Uuid>,
    ) -> Result<Vec<Result<(), Refusal>>, StoreError> {
        self.take_in(grid, news, origin, None)
    }

    /// The same for what a device pushes: what its person may not do is held, and what cannot be taken in is kept apart.
    pub fn ingest_judged(
        &self,
        grid: &GridCode,
        news: &DocumentChanges,
        sender: &Sender<'_>,
    ) -> Result<Vec<Result<(), Refusal>>, StoreError> {
        let mut answers = self.take_in(grid, news, Some(sender.install), Some(sender))?;
        self.keep_poison(grid, news, &mut answers, &Origin::device(sender))?;
        self.settle_held(news.document)?;
        Ok(answers)
    }

    /// The same for what the office sent to a device at this moment. What cannot be taken in is kept apart, and the rest
    /// is taken in.
    pub fn ingest_news(
        &self,
        grid: &GridCode,
        news: &DocumentChanges,
        at: DateTime<Utc>,
    ) -> Result<Vec<Result<(), Refusal>>, StoreError> {
        let mut answers = self.take_in(grid, news, None, None)?;
        self.keep_poison(grid, news, &mut answers, &Origin::office(at))?;
        Ok(answers)
    }

    fn take_in(
        &self,
        grid: &GridCode,
        news: &DocumentChanges,
        origin: Option<Uuid>,
        sender: Option<&Sender<'_>>,
    ) -> Result<Vec<Result<(), Refusal>>, StoreError> {
        let mut answers = vec![Ok(()); news.changes.len()];
        let mut hashes = Vec::with_capacity(news.changes.len());
        let mut changes = Vec::new();
        for (bytes, answer) in news.changes.iter().zip(&mut answers) {
            // What was refused before is not read once more.
            let read = if self.is_poison(news.document, bytes)? { None } else { read_change(bytes).ok() };
            hashes.push(read.as_ref().map(Change::hash));
            match read {
                Some(change) => changes.push(change),
                None => *answer = Err(Refusal::Damaged),
            }
        }
        let mut refusals: HashMap<ChangeHash, Refusal> = HashMap::new();
        self.take_in_read(grid, news, changes, origin, sender, &mut |change, refusal| {
            refusals.insert(change.hash(), refusal);
        })?;
        for (hash, answer) in hashes.iter().zip(&mut answers) {
            if let Some(refusal) = hash.as_ref().and_then(|hash| refusals.get(hash)) {
                *answer = Err(*refusal);
            }
        }
        if self.is_poisoned(news.document)? {
            let mut known = news.changes.iter().zip(&answers).filter(|(_, answer)| answer.is_ok());
            known.try_for_each(|(bytes, _)| self.forget_poison(news.document, bytes))?;
        }
        Ok(answers)
    }

    fn take_in_read(
        &self,
        grid: &GridCode,
        news: &DocumentChanges,
        mut changes: Vec<Change>,
        origin: Option<Uuid>,
        sender: Option<&Sender<'_>>,
        refuse: &mut dyn FnMut(&Change, Refusal),
    ) -> Result<(), StoreError> {
        if self.document_kind(news.document)?.is_some_and(|kind| kind != news.kind) {
            changes.iter().for_each(|change| refuse(change, Refusal::WrongGrid));
            return Ok(());
        }
        let mut stored = match self.load(news.document, news.kind) {
            // It holds up nothing else.
            Err(StoreError::Document(error)) => {
                tracing::error!(document = %news.document, %error, "a document cannot be loaded and takes nothing in");
                changes.iter().for_each(|change| refuse(change, Refusal::DocumentDamaged));
                return Ok(());
            }
            loaded => loaded?,
        };
        let mut seen = HashSet::new();
        changes.retain(|change| !stored.document.holds(&change.hash()) && seen.insert(change.hash()));
        if changes.is_empty() {
            return Ok(());
        }
        let mut applied = true;
        if let Some(sender) = sender {
            let examined = self.examine(grid, news, &mut stored, changes, sender)?;
            for (change, reason) in &examined.held {
                refuse(change, Refusal::Held(*reason));
            }
            for (change, refusal) in &examined.refused {
                refuse(change, *refusal);
            }
            changes = examined.good;
        } else {
            changes = stored.document.fitting(in_order(changes), refuse);
            applied = stored.document.apply(changes.clone()).is_ok();
        }
        if changes.is_empty() {
            return Ok(());
        }
        let read = applied.then(|| self.read_soundly(&mut stored.document, news.document));
        let content = match read {
            Some(Ok(content)) => content,
            Some(Err(_)) | None => {
                // Something of it is bad: find out what, on a fresh copy.
                stored = self.load(news.document, news.kind)?;
                changes = self.sound_ones(news, &mut stored, changes, refuse)?;
                Content::read(&stored.document, news.document)?
            }
        };
        let pushed = sender.map(|sender| sender.rights.scope);
        if let Err(refusal) = self.accept(grid, news, stored, content, &changes, (origin, pushed))? {
            changes.iter().for_each(|change| refuse(change, refusal));
        }
        Ok(())
    }

    /// Those of the changes with which the document stays sound, each tried upon those before it.
    fn sound_ones(
        &self,
        news: &DocumentChanges,
        stored: &mut Stored,
        changes: Vec<Change>,
        refuse: &mut dyn FnMut(&Change, Refusal),
    ) -> Result<Vec<Change>, StoreError> {
        let mut good: Vec<Change> = Vec::new();
        for change in in_order(changes) {
            let refusal = match stored.document.fits(&change) {
                Ok(()) => {
                    let applied = stored.document.apply(vec![change.clone()]);
                    if applied.and_then(|()| self.read_soundly(&mut stored.document, news.document)).is_ok() {
                        good.push(change);
                        continue;
                    }
                    *stored = self.load(news.document, news.kind)?;
                    stored.document.apply(good.clone())?;
                    Refusal::Damaged
                }
                Err(DocumentError::MissingDependencies) => Refusal::MissingDependencies,
                Err(_) => Refusal::Damaged,
            };
            refuse(&change, refusal);
        }
        Ok(good)
    }

    fn accept(
        &self,
        grid: &GridCode,
        news: &DocumentChanges,
        mut stored: Stored,
        content: Content,
        changes: &[Change],
        (origin, pushed): (Option<Uuid>, Option<&Scope>),
    ) -> Result<Result<(), Refusal>, StoreError> {
        if changes.is_empty() {
            return Ok(Ok(()));
        }
        let grid = match &content {
            Content::Dossier(Some(dossier))
                if self.may_say(grid, news.document, dossier, stored.grid.as_ref(), pushed)? =>
            {
                let now = &dossier.fields.grid;
                self.settle_in(news.document, stored.grid.as_ref(), now)?;
                now
            }
            Content::County(_) if news.document == county_id(grid) => grid,
            Content::Task(Some(task)) if task.grid == *grid => grid,
            Content::Dossier(_) | Content::County(_) | Content::Task(_) => {
                return Ok(Err(Refusal::WrongGrid));
            }
        };
        self.append_all(grid, news.document, changes, origin)?;
        self.keep(news.document, grid, &mut stored, changes.len())?;
        self.show(grid, &content)?;
        Ok(Ok(()))
    }

    /// Whether somebody may call a dossier one of this grid unit: it belongs there by now, or did before. Its log is that of
    /// the unit that it belongs to, whatever was said; rights are judged by that as well.
    fn may_say(
        &self,
        said: &GridCode,
        document: Uuid,
        dossier: &Dossier,
        before: Option<&GridCode>,
        pushed: Option<&Scope>,
    ) -> Result<bool, StoreError> {
        let now = &dossier.fields.grid;
        if now == said || before == Some(said) {
            return Ok(true);
        }
        match self.store.role {
            // A page of news may end before the change that moves a site to the village of this log.
            Role::Device => Ok(now.level() == GridLevel::Village),
            // One that was moved before it was first sent.
            Role::Office if before.is_none() => {
                Ok(pushed.is_some_and(|scope| scope.covers(now) && scope.covers(said)))
            }
            Role::Office => self.was_in(document, said),
        }
    }

    /// What a document says; at the office only if it can be saved and loaded again, because some crafted changes apply
    /// and make it unloadable. A device proves that when it saves ([`Writer::keep`]).
    fn read_soundly(&self, document: &mut Document, id: Uuid) -> Result<Content, DocumentError> {
        if caught(|| document.is_crowded())? {
            return Err(DocumentError::Damaged("a field holds too many values side by side".to_owned()));
        }
        match self.store.role {
            Role::Office => Content::read(&document.proven()?.1, id),
            Role::Device => Content::read(document, id),
        }
    }

    fn append_all(
        &self,
        grid: &GridCode,
        document: Uuid,
        changes: &[Change],
        origin: Option<Uuid>,
    ) -> Result<(), StoreError> {
        for change in changes {
            self.append(&NewChange { document, grid, change, origin, sent: true })?;
        }
        Ok(())
    }
}
