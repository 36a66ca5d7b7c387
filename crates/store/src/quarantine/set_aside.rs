//! The device: changes that a lead refused, and what builds on them, are set aside. The document is built again without
//! them, and what of them its author had the right to is written anew.

use std::collections::{HashMap, HashSet};

use automerge::{ActorId, Change, ChangeHash};
use domain::{Dossier, SiteId};
use rusqlite::params;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;
use wire::sync::DocumentKind;

use super::{Content, Fact, Rights, judge};
use crate::change::{Stored, kind_word};
use crate::document::{Author, Document, DocumentError, DossierWrite, read_kept_change};
use crate::{NewChange, StoreError, Writer};

/// The changes of one document, in the order in which they came.
#[derive(Default)]
struct Split {
    kept: Vec<Change>,
    /// Those that can be read of all that goes.
    away: Vec<Change>,
    gone: Vec<ChangeHash>,
}

impl Writer<'_> {
    /// Notes that a lead let changes in that were held. Gives whether that is new.
    pub fn accept_held(&self, hash: &[u8]) -> Result<bool, StoreError> {
        let accepted = self
            .transaction
            .prepare_cached("UPDATE change SET unsent = 0, refused = '' WHERE hash = ?1 AND unsent = 1")?
            .execute([hash])?;
        Ok(accepted > 0)
    }

    /// Sets refused changes aside, given as [`crate::Reader::held_there`] names them, with what the lead said. Those of a
    /// document that cannot be read or built again stay where they are until it was mended: they hold up nothing else.
    pub fn set_refused_aside(
        &self,
        refused: &[(&[u8], &str)],
        rights: &Rights<'_>,
        author: &Author,
    ) -> Result<(), StoreError> {
        let mut documents: HashMap<Uuid, HashMap<ChangeHash, &str>> = HashMap::new();
        for (hash, comment) in refused {
            let mut statement = self
                .transaction
                .prepare_cached("SELECT document, hash FROM change WHERE hash = ?1 AND unsent = 1")?;
            let mut rows = statement.query([hash])?;
            while let Some(row) = rows.next()? {
                documents.entry(row.get(0)?).or_default().insert(ChangeHash(row.get(1)?), comment);
            }
            for (document, change) in self.unreadable_there(hash)? {
                documents.entry(document).or_default().insert(change, comment);
            }
        }
        for (document, refused) in documents {
            self.transaction.execute_batch("SAVEPOINT one_document")?;
            match self.set_aside_of(document, &refused, rights, author) {
                Err(StoreError::Document(error)) => {
                    tracing::error!(%document, %error, "what a lead refused cannot be set aside yet");
                    self.transaction.execute_batch("ROLLBACK TO one_document")?;
                    let kind = self.document_kind(document)?.ok_or(StoreError::Row("document"))?;
                    if self.is_damaged(document, kind)? {
                        self.wait_for_repair(document)?;
                    }
                }
                set_aside => set_aside?,
            }
            self.transaction.execute_batch("RELEASE one_document")?;
        }
        Ok(())
    }

    fn set_aside_of(
        &self,
        id: Uuid,
        refused: &HashMap<ChangeHash, &str>,
        rights: &Rights<'_>,
        author: &Author,
    ) -> Result<(), StoreError> {
        let (kind, grid) = self.document_place(id)?.ok_or(StoreError::Row("document"))?;
        let comment = refused.values().next().copied().unwrap_or_default();
        self.take_apart(id)?;
        let Split { kept, away, gone } = self.split(id, kind, refused)?;
        let mut document = Document::begin(kind);
        document.apply(kept.clone())?;
        // What moved it may be among what goes.
        let moved_back = document.dossier(SiteId(id)).ok().flatten().map(|dossier| dossier.fields.grid);
        let grid = match moved_back.filter(|_| kind == DocumentKind::Dossier && !kept.is_empty()) {
            Some(back) => {
                self.settle_in(id, Some(&grid), &back)?;
                back
            }
            None => grid,
        };
        let honest = if rights.scope.covers(&grid) {
            honest_part(id, kind, &kept, &away, rights)?
        } else {
            Vec::new()
        };
        let name = self.site(SiteId(id))?.map(|site| site.row.name).unwrap_or_default();
        for hash in &gone {
            self.transaction.execute(
                "INSERT INTO set_aside (document, kind, grid, name, hash, bytes, reason, comment, at)
                 SELECT ?1, ?2, ?3, ?4, hash, bytes, refused, ?6, ?7 FROM change WHERE document = ?1 AND hash = ?5",
                params![
                    id,
                    kind_word(kind),
                    grid.as_str(),
                    name,
                    hash.0,
                    refused.get(hash).copied().unwrap_or(comment),
                    author.at.timestamp_millis()
                ],
            )?;
            self.transaction
                .execute("DELETE FROM change WHERE document = ?1 AND hash = ?2", params![id, hash.0])?;
        }
        self.begin_again(id, kind, &mut document, kept.is_empty())?;
        let mut stored = Stored { document, loose: 0, grid: (!kept.is_empty()).then(|| grid.clone()) };
        let change = match kind {
            DocumentKind::Dossier if !honest.is_empty() => {
                stored.document.write_dossier(&self.actor_of(id)?, author, &honest)?
            }
            DocumentKind::Dossier | DocumentKind::County | DocumentKind::Task => None,
        };
        if let Some(change) = change {
            self.append(&NewChange {
                document: id,
                grid: &grid,
                change: &change,
                origin: None,
                sent: false,
            })?;
            self.keep(id, &grid, &mut stored, 1)?;
        }
        self.show_again(id, &grid, &stored.document)
    }

    /// Lets a document be compared although changes of it wait, so that it is mended: they are offered again then, and what a
    /// lead said of them is asked again.
    fn wait_for_repair(&self, document: Uuid) -> Result<(), StoreError> {
        self.transaction.execute(
            "UPDATE change SET refused = 'missing_dependencies' WHERE document = ?1 AND unsent = 1 AND refused <> ''",
            [document],
        )?;
        Ok(())
    }

    /// Which changes stay, and which go because they were refused or build on what was.
    ///
    /// # Errors
    /// When one cannot be read, neither as it was written nor from the whole document, and was not refused.
    fn split(
        &self,
        id: Uuid,
        kind: DocumentKind,
        refused: &HashMap<ChangeHash, &str>,
    ) -> Result<Split, StoreError> {
        let mut statement = self
            .transaction
            .prepare_cached("SELECT hash, bytes FROM change WHERE document = ?1 ORDER BY n")?;
        let mut rows = statement.query([id])?;
        let mut split = Split::default();
        while let Some(row) = rows.next()? {
            let hash = ChangeHash(row.get(0)?);
            let written = read_kept_change(row.get_ref(1)?.as_blob().map_err(rusqlite::Error::from)?);
            let change = match written {
                Ok(change) if change.hash() == hash => change,
                _ => match self.saved_change(id, kind, &hash)? {
                    Some(change) => change,
                    None if refused.contains_key(&hash) => {
                        split.gone.push(hash);
                        continue;
                    }
                    None => return Err(DocumentError::Damaged(format!("change {hash}")).into()),
                },
            };
            if refused.contains_key(&hash) || change.deps().iter().any(|hash| split.gone.contains(hash)) {
                split.gone.push(hash);
                split.away.push(change);
            } else {
                split.kept.push(change);
            }
        }
        Ok(split)
    }

    /// Writes the row of a document that holds less than before.
    fn begin_again(
        &self,
        id: Uuid,
        kind: DocumentKind,
        document: &mut Document,
        empty: bool,
    ) -> Result<(), StoreError> {
        if empty {
            self.transaction.execute("DELETE FROM document WHERE id = ?1", [id])?;
        } else {
            debug_assert_eq!(document.kind(), kind, "a document keeps its kind");
            self.transaction
                .execute("UPDATE document SET snapshot = ?2 WHERE id = ?1", params![id, document.save()])?;
            self.transaction.execute("UPDATE change SET loose = 0 WHERE document = ?1", [id])?;
            self.set_heads(id, &document.heads())?;
        }
        Ok(())
    }

    /// The actor of what is written into a document here. Another one each time something of it was set aside: the
    /// numbers of the old one are taken by changes that the office has seen.
    pub(crate) fn actor_of(&self, document: Uuid) -> Result<ActorId, StoreError> {
        let away: u64 = self
            .transaction
            .prepare_cached("SELECT count(*) FROM set_aside WHERE document = ?1")?
            .query_row([document], |row| row.get(0))?;
        if away == 0 {
            return Ok(self.store.actor.clone());
        }
        let digest = Sha256::new()
            .chain_update(self.store.actor.to_bytes())
            .chain_update(document.as_bytes())
            .chain_update(away.to_be_bytes())
            .finalize();
        Ok(ActorId::from(digest.get(..16).unwrap_or_default()))
    }
}

/// What the author of changes that go had the right to, as it can be written into the document without them.
fn honest_part(
    id: Uuid,
    kind: DocumentKind,
    kept: &[Change],
    away: &[Change],
    rights: &Rights<'_>,
) -> Result<Vec<DossierWrite>, StoreError> {
    let mut document = Document::begin(kind);
    document.apply(kept.to_vec())?;
    let mut before = Content::read(&document, id)?;
    let rebuilt = before.clone();
    let (mut honest, mut others) = (Vec::new(), Vec::new());
    for change in away {
        // It builds on what cannot be read.
        if document.fits(change).is_err() {
            continue;
        }
        document.apply(vec![change.clone()])?;
        let after = Content::read(&document, id)?;
        for fact in before.facts_until(&after) {
            let complaint = judge(&fact, before.dossier(), after.dossier(), rights);
            if let Fact::Dossier(write) = fact {
                if complaint.is_none() { honest.push(*write) } else { others.push(*write) }
            }
        }
        before = after;
    }
    let gone = Gone::of(&others);
    honest.iter_mut().for_each(|write| gone.leave_out_of(write));
    drop_what_stands(&mut honest, rebuilt.dossier());
    Ok(honest)
}

/// Of several values of a field the last is written, and none that stands there already.
fn drop_what_stands(writes: &mut Vec<DossierWrite>, rebuilt: Option<&Dossier>) {
    let mut seen = HashSet::new();
    writes.reverse();
    writes.retain(|write| match write {
        DossierWrite::SetField(field, value) => {
            let stands = rebuilt.map(|dossier| crate::document::stored_field(&dossier.fields, *field));
            seen.insert(*field) && stands.as_ref() != Some(value)
        }
        _ => true,
    });
    writes.reverse();
}

/// The facts that are not written anew, and what each of them was made upon.
#[derive(Default)]
struct Gone {
    facts: HashSet<Uuid>,
    after: HashMap<Uuid, Vec<Uuid>>,
}

impl Gone {
    fn of(writes: &[DossierWrite]) -> Self {
        let mut gone = Self::default();
        for write in writes {
            let (id, after) = match write {
                DossierWrite::AddInspection(fact) => (fact.id.0, None),
                DossierWrite::AddProblem(fact) => (fact.id.0, None),
                DossierWrite::AddPaper(fact) => (fact.id.0, None),
                DossierWrite::AddDecision(fact) => {
                    (fact.id.0, fact.after.as_ref().map(|after| after.iter().map(|id| id.0).collect()))
                }
                DossierWrite::AddStageChange(fact) => {
                    (fact.id.0, fact.after.as_ref().map(|after| after.iter().map(|id| id.0).collect()))
                }
                _ => continue,
            };
            gone.facts.insert(id);
            gone.after.insert(id, after.unwrap_or_default());
        }
        gone
    }

    /// Lets a fact build on what its predecessors were built on, and refer to nothing that is gone.
    fn leave_out_of(&self, write: &mut DossierWrite) {
        match write {
            DossierWrite::AddDecision(fact) => self.rebase(&mut fact.after, |id| id.0),
            DossierWrite::AddStageChange(fact) => self.rebase(&mut fact.after, |id| id.0),
            // A problem keeps the visit that found it, even one that is gone: without any it would count as a ledger's.
            DossierWrite::AddPaper(fact) => fact.problems.retain(|id| !self.facts.contains(&id.0)),
            DossierWrite::AddPhoto(fact) => {
                self.clear(&mut fact.inspection, |id| id.0);
                self.clear(&mut fact.problem, |id| id.0);
                self.clear(&mut fact.stage_change, |id| id.0);
                self.clear(&mut fact.paper, |id| id.0);
            }
            _ => {}
        }
    }

    fn clear<I: Copy>(&self, reference: &mut Option<I>, id: impl Fn(I) -> Uuid) {
        if reference.is_some_and(|reference| self.facts.contains(&id(reference))) {
            *reference = None;
        }
    }

    fn rebase<I: Copy + From<Uuid>>(&self, after: &mut Option<Vec<I>>, id: impl Fn(I) -> Uuid) {
        let Some(after) = after else { return };
        let (mut open, mut seen): (Vec<Uuid>, HashSet<Uuid>) = (Vec::new(), HashSet::new());
        open.extend(after.iter().rev().map(|fact| id(*fact)));
        after.clear();
        while let Some(fact) = open.pop() {
            if !seen.insert(fact) {
                continue;
            }
            match self.after.get(&fact) {
                Some(beneath) => open.extend(beneath.iter().rev()),
                None => after.push(fact.into()),
            }
        }
    }
}
