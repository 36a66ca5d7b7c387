//! Reading a dossier out of its document: each needed key directly, without walking the whole document.

use std::collections::HashMap;

use automerge::{ChangeHash, ObjId, ROOT, ReadDoc};
use chrono::{DateTime, Utc};
use domain::{Dossier, FieldConflict, FieldValue, SiteField, SiteFields, SiteId};

use super::dossier_entries::*;
use super::dossier_keys::*;
use super::value::{Fact, NotUnderstood};
use super::{ChangeNote, Document, DocumentError, SCHEMA};

impl Document {
    /// Reads the dossier; `None` if nothing was registered in it yet.
    pub fn dossier(&self, id: SiteId) -> Result<Option<Dossier>, DocumentError> {
        let site_map = self.map(SITE)?;
        let site = Fact::read(&self.doc, &site_map);
        let Ok(grid) = site.required(GRID) else { return Ok(None) };
        let mut understood = self.schema() <= SCHEMA;
        let mut fields = SiteFields::named(grid, "");
        for field in SiteField::ALL {
            if let Some(text) = fields.text_mut(*field) {
                site.text(field.as_str()).clone_into(text);
            }
        }
        understood &= keep(&mut fields.kind, site.parsed(SiteField::Kind.as_str()));
        understood &= keep_optional(&mut fields.source, site.parsed(SiteField::Source.as_str()));
        understood &= keep_optional(&mut fields.position, site.json(SiteField::Position.as_str()));

        let facts = Facts { document: self, understood };
        let (inspections, facts) = facts.read(INSPECTIONS, inspection, |fact| (fact.at, fact.id))?;
        let (decisions, facts) = facts.read(DECISIONS, decision, |fact| (fact.at, fact.id))?;
        let (completions, facts) = facts.read(COMPLETIONS, completion, |fact| (fact.at, fact.id))?;
        let (problems, facts) = facts.read(PROBLEMS, problem, |fact| (fact.at, fact.id))?;
        let (stage_changes, facts) = facts.read(STAGE_CHANGES, stage_change, |fact| (fact.at, fact.id))?;
        let (plan_progress, facts) = facts.read(PLAN_PROGRESS, plan_progress, |fact| (fact.at, fact.id))?;
        let (papers, facts) = facts.read(PAPERS, paper, |fact| (fact.at, fact.id))?;
        let (paper_numbers, facts) = facts.read(PAPER_NUMBERS, paper_number, |fact| fact.paper)?;
        let (paper_voids, facts) = facts.read(PAPER_VOIDS, paper_void, |fact| (fact.at, fact.id))?;
        let (cases, facts) = facts.read(CASES, case, |fact| (fact.at, fact.id))?;
        let (alerts, facts) = facts.read(ALERTS, alert, |fact| (fact.at, fact.id))?;
        let (alert_answers, facts) = facts.read(ALERT_ANSWERS, alert_answer, |fact| (fact.at, fact.id))?;
        let (photos, facts) = facts.read(PHOTOS, photo, |fact| (fact.at, fact.id))?;
        Ok(Some(Dossier {
            id,
            read_only: !facts.understood,
            registered_at: site.moment(REGISTERED_AT).unwrap_or_default(),
            registered_by: site.text(REGISTERED_BY).to_owned(),
            fields,
            conflicts: self.conflicts(&site_map)?,
            inspections,
            decisions,
            completions,
            problems,
            stage_changes,
            plan_progress,
            papers,
            paper_numbers,
            paper_voids,
            cases,
            alerts,
            alert_answers,
            photos,
        }))
    }

    /// The schema number of the document; that of a newer version if it cannot be read.
    pub(super) fn schema(&self) -> u64 {
        match self.doc.get(ROOT, SCHEMA_KEY) {
            Ok(Some((value, _))) => value.as_u64().unwrap_or(u64::MAX),
            _ => u64::MAX,
        }
    }

    /// Fields that hold several different values.
    fn conflicts(&self, site: &ObjId) -> Result<Vec<FieldConflict>, DocumentError> {
        let in_conflict: Vec<String> = self
            .doc
            .map_range(site, ..)
            .filter(|item| item.conflict)
            .map(|item| item.key.into_owned())
            .collect();
        let mut conflicts = Vec::new();
        let mut authors = HashMap::new();
        for key in in_conflict {
            let Ok(field) = key.parse::<SiteField>() else { continue };
            let mut values = Vec::new();
            // Automerge lists the value that it shows last.
            for (value, id) in self.doc.get_all(site, key.as_str())?.into_iter().rev() {
                let (by, at) = self.author_of(&id, &mut authors);
                values.push(FieldValue {
                    key: id.to_string(),
                    value: value.as_str().unwrap_or_default().to_owned(),
                    by,
                    at,
                });
            }
            let differ =
                values.windows(2).any(|pair| matches!(pair, [one, other] if one.value != other.value));
            if differ {
                conflicts.push(FieldConflict { field, values });
            }
        }
        Ok(conflicts)
    }

    /// Who made an operation, and when, by the change that holds it. A change is put together from the document to be
    /// asked, so each is asked once.
    fn author_of(
        &self,
        operation: &ObjId,
        known: &mut HashMap<ChangeHash, (String, DateTime<Utc>)>,
    ) -> (String, DateTime<Utc>) {
        let Some(hash) = self.doc.hash_for_opid(operation) else { return Default::default() };
        let ask = || {
            let change = self.doc.get_change_by_hash(&hash);
            let note = change
                .as_ref()
                .and_then(|change| change.message())
                .and_then(|message| serde_json::from_str::<ChangeNote>(message).ok());
            let at = change.and_then(|change| DateTime::from_timestamp(change.timestamp(), 0));
            (note.map(|note| note.person).unwrap_or_default(), at.unwrap_or_default())
        };
        known.entry(hash).or_insert_with(ask).clone()
    }
}

fn keep<T>(place: &mut T, read: Result<Option<T>, NotUnderstood>) -> bool {
    match read {
        Ok(Some(value)) => *place = value,
        Ok(None) => {}
        Err(NotUnderstood) => return false,
    }
    true
}

fn keep_optional<T>(place: &mut Option<T>, read: Result<Option<T>, NotUnderstood>) -> bool {
    keep(place, read.map(|value| value.map(Some)))
}

struct Facts<'a> {
    document: &'a Document,
    understood: bool,
}

impl Facts<'_> {
    /// The facts of one map, in the order of the given key. A fact that cannot be understood is left out.
    fn read<T, K: Ord>(
        mut self,
        key: &str,
        read: impl Fn(&str, &Fact) -> Result<T, NotUnderstood>,
        order: impl Fn(&T) -> K,
    ) -> Result<(Vec<T>, Self), DocumentError> {
        let map = self.document.map(key)?;
        let mut facts = Vec::new();
        for item in self.document.doc.map_range(&map, ..) {
            let fact = Fact::read(&self.document.doc, &item.id());
            match read(&item.key, &fact) {
                Ok(fact) => facts.push(fact),
                Err(NotUnderstood) => self.understood = false,
            }
        }
        facts.sort_by_key(order);
        Ok((facts, self))
    }
}
