//! Taking in changes that were made elsewhere. Nothing of them is trusted: a change that cannot be read, that builds
//! on something unknown or that would leave the document unreadable is refused with a reason.

use std::collections::HashSet;

use automerge::Change;
use domain::{GridCode, SiteId, TaskId};
use uuid::Uuid;
use wire::sync::{DocumentChanges, DocumentKind};

use crate::change::Stored;
use crate::document::{Document, DocumentError, caught, county_id, read_change};
use crate::quarantine::{Reason, Sender};
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
    /// Its author lacked the right: it is kept until a lead has decided.
    Held(Reason),
}

impl Refusal {
    /// The word.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Damaged => "damaged",
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

    /// The same for what a device pushes: what its person may not do is held.
    pub fn ingest_judged(
        &self,
        grid: &GridCode,
        news: &DocumentChanges,
        sender: &Sender<'_>,
    ) -> Result<Vec<Result<(), Refusal>>, StoreError> {
        let answers = self.take_in(grid, news, Some(sender.install), Some(sender))?;
        self.settle_held(news.document)?;
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
            match read_change(bytes) {
                Ok(change) => {
                    hashes.push(Some(change.hash()));
                    changes.push(change);
                }
                Err(_) => {
                    hashes.push(None);
                    *answer = Err(Refusal::Damaged);
                }
            }
        }
        let mut refuse = |change: &Change, refusal: Refusal| {
            let hash = Some(change.hash());
            let same = hashes.iter().zip(&mut answers).filter(|(other, _)| **other == hash);
            same.for_each(|(_, answer)| *answer = Err(refusal));
        };
        if self.document_kind(news.document)?.is_some_and(|kind| kind != news.kind) {
            changes.iter().for_each(|change| refuse(change, Refusal::WrongGrid));
            return Ok(answers);
        }
        let mut stored = self.load(news.document, news.kind)?;
        let mut seen = HashSet::new();
        changes.retain(|change| !stored.document.holds(&change.hash()) && seen.insert(change.hash()));
        if changes.is_empty() {
            return Ok(answers);
        }
        let mut applied = false;
        if let Some(sender) = sender {
            let examined = self.examine(grid, news, &mut stored, changes, sender)?;
            for (change, reason) in &examined.held {
                refuse(change, Refusal::Held(*reason));
            }
            for (change, refusal) in &examined.refused {
                refuse(change, *refusal);
            }
            (changes, applied) = (examined.good, true);
        }
        if !applied && stored.document.apply(changes.clone()).is_err() {
            // One of them is bad: find out which, on a fresh copy.
            stored = self.load(news.document, news.kind)?;
            changes = self.apply_one_by_one(news, &mut stored, changes, &mut refuse)?;
        }
        match self.accept(grid, news, stored, &changes, origin)? {
            Ok(()) => {}
            Err(refusal) => changes.iter().for_each(|change| refuse(change, refusal)),
        }
        Ok(answers)
    }

    fn apply_one_by_one(
        &self,
        news: &DocumentChanges,
        stored: &mut Stored,
        changes: Vec<Change>,
        refuse: &mut impl FnMut(&Change, Refusal),
    ) -> Result<Vec<Change>, StoreError> {
        let mut good: Vec<Change> = Vec::new();
        for change in changes {
            match stored.document.apply(vec![change.clone()]) {
                Ok(()) => good.push(change),
                Err(error) => {
                    let missing = matches!(error, DocumentError::MissingDependencies);
                    refuse(&change, if missing { Refusal::MissingDependencies } else { Refusal::Damaged });
                    *stored = self.load(news.document, news.kind)?;
                    stored.document.apply(good.clone())?;
                }
            }
        }
        Ok(good)
    }

    fn accept(
        &self,
        grid: &GridCode,
        news: &DocumentChanges,
        mut stored: Stored,
        changes: &[Change],
        origin: Option<Uuid>,
    ) -> Result<Result<(), Refusal>, StoreError> {
        if changes.is_empty() {
            return Ok(Ok(()));
        }
        if self.store.role == Role::Office && !loads_again(&mut stored.document, news.document) {
            return Ok(Err(Refusal::Damaged));
        }
        match news.kind {
            DocumentKind::Dossier => {
                let Ok(dossier) = stored.document.dossier(SiteId(news.document)) else {
                    return Ok(Err(Refusal::Damaged));
                };
                let Some(dossier) = dossier.filter(|dossier| dossier.fields.grid == *grid) else {
                    return Ok(Err(Refusal::WrongGrid));
                };
                self.append_all(grid, news.document, changes, origin)?;
                self.keep(news.document, grid, &mut stored, changes.len())?;
                self.show_dossier(&dossier)?;
            }
            DocumentKind::County => {
                if news.document != county_id(grid) {
                    return Ok(Err(Refusal::WrongGrid));
                }
                let Ok(county) = stored.document.county() else { return Ok(Err(Refusal::Damaged)) };
                self.append_all(grid, news.document, changes, origin)?;
                self.keep(news.document, grid, &mut stored, changes.len())?;
                self.show_county(grid, &county)?;
            }
            DocumentKind::Task => {
                let Ok(task) = stored.document.task(TaskId(news.document)) else {
                    return Ok(Err(Refusal::Damaged));
                };
                let Some(task) = task.filter(|task| task.grid == *grid) else {
                    return Ok(Err(Refusal::WrongGrid));
                };
                self.append_all(grid, news.document, changes, origin)?;
                self.keep(news.document, grid, &mut stored, changes.len())?;
                self.show_task(&task)?;
            }
        }
        Ok(Ok(()))
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

/// Proves that the document can be saved and loaded again: some crafted changes apply and make it unloadable.
fn loads_again(document: &mut Document, id: Uuid) -> bool {
    let kind = document.kind();
    caught(|| {
        let bytes = document.save();
        let mut again = Document::load(kind, &bytes)?;
        if again.heads() != document.heads() {
            return Err(DocumentError::Damaged("it loads differently".to_owned()));
        }
        match kind {
            DocumentKind::Dossier => again.dossier(SiteId(id)).map(|_| ()),
            DocumentKind::County => again.county().map(|_| ()),
            DocumentKind::Task => again.task(TaskId(id)).map(|_| ()),
        }
    })
    .is_ok()
}
