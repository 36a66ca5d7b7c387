//! What can be written into a dossier. Each command decides on a list of writes, and they become one change.

use std::collections::HashMap;

use automerge::transaction::Transactable;
use automerge::{ActorId, Change, ObjId, ROOT, ReadDoc, ScalarValue, hydrate};
use chrono::{DateTime, Utc};
use domain::{
    Completion, Decision, GridCode, Inspection, PhotoReference, Position, Problem, SiteField, StageChange,
};

use super::dossier_keys::*;
use super::{Author, Document, DocumentError, SCHEMA};

/// One thing to be written into a dossier.
#[derive(Debug, Clone, PartialEq)]
pub enum DossierWrite {
    /// That the site is on record. The first write of every dossier.
    Register {
        /// Its village.
        grid: GridCode,
        /// When it was registered.
        at: DateTime<Utc>,
        /// Who registered it.
        by: String,
    },
    /// A new value for a field; for the position as [`stored_position`] writes it.
    SetField(SiteField, String),
    /// Of several values of a field, the one with this key shall stand.
    ChooseValue(SiteField, String),
    /// A visit.
    AddInspection(Inspection),
    /// A verdict.
    AddDecision(Decision),
    /// A statement of what was done.
    AddCompletion(Completion),
    /// A finding.
    AddProblem(Problem),
    /// A step of a finding.
    AddStageChange(StageChange),
    /// A photo.
    AddPhoto(PhotoReference),
}

/// A position as it stands in a document: one scalar, so that latitude and longitude cannot be merged from two
/// people's positions.
pub fn stored_position(position: &Position) -> String {
    serde_json::to_string(position).unwrap_or_default()
}

impl Document {
    /// Writes into a dossier as one change; `None` if nothing was written.
    pub fn write_dossier(
        &mut self,
        actor: &ActorId,
        author: &Author,
        writes: &[DossierWrite],
    ) -> Result<Option<Change>, DocumentError> {
        if self.schema() > SCHEMA {
            return Err(DocumentError::ReadOnly);
        }
        self.set_actor(actor);
        for write in writes {
            if let Err(error) = self.put(write) {
                self.doc.rollback();
                return Err(error);
            }
        }
        Ok(self.commit(author))
    }

    fn put(&mut self, write: &DossierWrite) -> Result<(), DocumentError> {
        match write {
            DossierWrite::Register { grid, at, by } => {
                let site = self.map(SITE)?;
                self.doc.put(&site, GRID, grid.as_str())?;
                self.doc.put(&site, REGISTERED_AT, moment(*at))?;
                self.doc.put(&site, REGISTERED_BY, by.as_str())?;
            }
            DossierWrite::SetField(field, value) => {
                let site = self.map(SITE)?;
                self.doc.put(&site, field.as_str(), value.as_str())?;
            }
            DossierWrite::ChooseValue(field, key) => {
                let site = self.map(SITE)?;
                let value = self
                    .doc
                    .get_all(&site, field.as_str())?
                    .into_iter()
                    .find(|(_, id)| id.to_string() == *key)
                    .and_then(|(value, _)| value.into_owned().into_scalar().ok())
                    .ok_or_else(|| DocumentError::Unknown(format!("the value {key} of {field}")))?;
                self.doc.put(&site, field.as_str(), value)?;
            }
            DossierWrite::AddInspection(inspection) => {
                self.add(INSPECTIONS, inspection.id, inspection_fact(inspection))?
            }
            DossierWrite::AddDecision(decision) => {
                self.add(DECISIONS, decision.id, decision_fact(decision))?
            }
            DossierWrite::AddCompletion(completion) => {
                self.add(COMPLETIONS, completion.id, completion_fact(completion))?
            }
            DossierWrite::AddProblem(problem) => self.add(PROBLEMS, problem.id, problem_fact(problem))?,
            DossierWrite::AddStageChange(change) => {
                self.add(STAGE_CHANGES, change.id, stage_change_fact(change))?
            }
            DossierWrite::AddPhoto(photo) => self.add(PHOTOS, photo.id, photo_fact(photo))?,
        }
        Ok(())
    }

    /// A new entry in one of the maps of facts.
    fn add(&mut self, map: &str, id: impl ToString, fact: NewFact) -> Result<(), DocumentError> {
        let map = self.map(map)?;
        let fact = hydrate::Value::Map(hydrate::Map::from(fact.values));
        // One splice for all of it, where a put for each value costs half as much again.
        self.doc.batch_create_object(&map, id.to_string(), &fact, false)?;
        Ok(())
    }

    pub(super) fn map(&self, key: &str) -> Result<ObjId, DocumentError> {
        match self.doc.get(ROOT, key)? {
            Some((value, id)) if value.is_object() => Ok(id),
            _ => Err(DocumentError::Damaged(format!("it has no map {key:?}"))),
        }
    }
}

fn inspection_fact(inspection: &Inspection) -> NewFact {
    let Inspection { id: _, source, verdict, remarks, position, clock, at, by } = inspection;
    NewFact::signed(*at, by)
        .text(SOURCE, source.as_str())
        .text(VERDICT, verdict.map(|verdict| verdict.as_str()).unwrap_or_default())
        .text(REMARKS, remarks)
        .position(position.as_ref())
        .json(CLOCK, clock.as_ref())
}

fn decision_fact(decision: &Decision) -> NewFact {
    let Decision {
        id: _,
        verdict,
        measures,
        deadline,
        responsible_unit,
        responsible_person,
        inspection,
        at,
        by,
    } = decision;
    NewFact::signed(*at, by)
        .text(VERDICT, verdict.as_str())
        .text(MEASURES, measures)
        .word(DEADLINE, deadline.as_ref())
        .text(RESPONSIBLE_UNIT, responsible_unit)
        .text(RESPONSIBLE_PERSON, responsible_person)
        .word(INSPECTION, inspection.as_ref())
}

fn completion_fact(completion: &Completion) -> NewFact {
    let Completion { id: _, done, done_on, at, by } = completion;
    NewFact::signed(*at, by).put(DONE, *done).word(DONE_ON, done_on.as_ref())
}

fn problem_fact(problem: &Problem) -> NewFact {
    let Problem { id: _, inspection, description, severity, deadline, at, by } = problem;
    NewFact::signed(*at, by)
        .word(INSPECTION, inspection.as_ref())
        .text(DESCRIPTION, description)
        .text(SEVERITY, severity.as_str())
        .word(DEADLINE, deadline.as_ref())
}

fn stage_change_fact(change: &StageChange) -> NewFact {
    let StageChange { id: _, problem, stage, comment, at, by } = change;
    NewFact::signed(*at, by).word(PROBLEM, Some(problem)).text(STAGE, stage.as_str()).text(COMMENT, comment)
}

fn photo_fact(photo: &PhotoReference) -> NewFact {
    let PhotoReference {
        id: _,
        hash,
        inspection,
        problem,
        rectified,
        sketch_of,
        compare_with,
        bytes,
        taken_at,
        position,
        direction_deg,
        camera,
        at,
        by,
    } = photo;
    let fact = NewFact::signed(*at, by)
        .text(HASH, hash.as_str())
        .word(INSPECTION, inspection.as_ref())
        .word(PROBLEM, problem.as_ref())
        .flag(RECTIFIED, *rectified)
        .word(SKETCH_OF, sketch_of.as_ref())
        .word(COMPARE_WITH, compare_with.as_ref())
        .put(BYTES, ScalarValue::Uint(*bytes))
        .position(position.as_ref())
        .word(DIRECTION, direction_deg.as_ref())
        .text(CAMERA, camera);
    match taken_at {
        Some(taken_at) => fact.put(TAKEN_AT, moment(*taken_at)),
        None => fact,
    }
}

/// An entry that is to be written. What is empty is not written at all.
struct NewFact {
    values: HashMap<String, hydrate::Value>,
}

impl NewFact {
    fn signed(at: DateTime<Utc>, by: &str) -> Self {
        Self { values: HashMap::new() }.put(AT, moment(at)).text(BY, by)
    }

    fn put(mut self, key: &str, value: impl Into<ScalarValue>) -> Self {
        self.values.insert(key.to_owned(), hydrate::Value::Scalar(value.into()));
        self
    }

    fn text(self, key: &str, text: &str) -> Self {
        if text.is_empty() { self } else { self.put(key, text) }
    }

    fn word(self, key: &str, word: Option<&impl ToString>) -> Self {
        match word {
            Some(word) => self.put(key, word.to_string()),
            None => self,
        }
    }

    fn flag(self, key: &str, flag: bool) -> Self {
        if flag { self.put(key, true) } else { self }
    }

    fn json(self, key: &str, value: Option<&impl serde::Serialize>) -> Self {
        self.text(key, &value.and_then(|value| serde_json::to_string(value).ok()).unwrap_or_default())
    }

    fn position(self, position: Option<&Position>) -> Self {
        self.json(POSITION, position)
    }
}

fn moment(at: DateTime<Utc>) -> ScalarValue {
    ScalarValue::Timestamp(at.timestamp_millis())
}
