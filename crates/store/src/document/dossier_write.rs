//! What can be written into a dossier. Each command decides on a list of writes, and they become one change.

use automerge::transaction::Transactable;
use automerge::{ActorId, Change, ObjId, ObjType, ROOT, ReadDoc, ScalarValue};
use chrono::{DateTime, NaiveDate, Utc};
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
            DossierWrite::AddInspection(inspection) => self.put_inspection(inspection)?,
            DossierWrite::AddDecision(decision) => self.put_decision(decision)?,
            DossierWrite::AddCompletion(completion) => self.put_completion(completion)?,
            DossierWrite::AddProblem(problem) => self.put_problem(problem)?,
            DossierWrite::AddStageChange(change) => self.put_stage_change(change)?,
            DossierWrite::AddPhoto(photo) => self.put_photo(photo)?,
        }
        Ok(())
    }

    fn put_inspection(&mut self, inspection: &Inspection) -> Result<(), DocumentError> {
        let Inspection { id, source, verdict, remarks, position, at, by } = inspection;
        let mut fact = self.fact(INSPECTIONS, id)?;
        fact.text(SOURCE, source.as_str())?;
        fact.text(VERDICT, verdict.map(|verdict| verdict.as_str()).unwrap_or_default())?;
        fact.text(REMARKS, remarks)?;
        fact.position(position.as_ref())?;
        fact.signed(*at, by)
    }

    fn put_decision(&mut self, decision: &Decision) -> Result<(), DocumentError> {
        let Decision {
            id,
            verdict,
            measures,
            deadline,
            responsible_unit,
            responsible_person,
            inspection,
            at,
            by,
        } = decision;
        let mut fact = self.fact(DECISIONS, id)?;
        fact.text(VERDICT, verdict.as_str())?;
        fact.text(MEASURES, measures)?;
        fact.day(DEADLINE, *deadline)?;
        fact.text(RESPONSIBLE_UNIT, responsible_unit)?;
        fact.text(RESPONSIBLE_PERSON, responsible_person)?;
        fact.id(INSPECTION, inspection.as_ref())?;
        fact.signed(*at, by)
    }

    fn put_completion(&mut self, completion: &Completion) -> Result<(), DocumentError> {
        let Completion { id, done, done_on, at, by } = completion;
        let mut fact = self.fact(COMPLETIONS, id)?;
        fact.put(DONE, *done)?;
        fact.day(DONE_ON, *done_on)?;
        fact.signed(*at, by)
    }

    fn put_problem(&mut self, problem: &Problem) -> Result<(), DocumentError> {
        let Problem { id, inspection, description, severity, deadline, at, by } = problem;
        let mut fact = self.fact(PROBLEMS, id)?;
        fact.id(INSPECTION, inspection.as_ref())?;
        fact.text(DESCRIPTION, description)?;
        fact.text(SEVERITY, severity.as_str())?;
        fact.day(DEADLINE, *deadline)?;
        fact.signed(*at, by)
    }

    fn put_stage_change(&mut self, change: &StageChange) -> Result<(), DocumentError> {
        let StageChange { id, problem, stage, comment, at, by } = change;
        let mut fact = self.fact(STAGE_CHANGES, id)?;
        fact.id(PROBLEM, Some(problem))?;
        fact.text(STAGE, stage.as_str())?;
        fact.text(COMMENT, comment)?;
        fact.signed(*at, by)
    }

    fn put_photo(&mut self, photo: &PhotoReference) -> Result<(), DocumentError> {
        let PhotoReference { id, hash, inspection, problem, bytes, taken_at, position, at, by } = photo;
        let mut fact = self.fact(PHOTOS, id)?;
        fact.text(HASH, hash.as_str())?;
        fact.id(INSPECTION, inspection.as_ref())?;
        fact.id(PROBLEM, problem.as_ref())?;
        fact.put(BYTES, *bytes)?;
        if let Some(taken_at) = taken_at {
            fact.put(TAKEN_AT, moment(*taken_at))?;
        }
        fact.position(position.as_ref())?;
        fact.signed(*at, by)
    }

    /// A new entry in one of the maps of facts.
    fn fact(&mut self, map: &str, id: &impl ToString) -> Result<NewFact<'_>, DocumentError> {
        let map = self.map(map)?;
        let map = self.doc.put_object(&map, id.to_string(), ObjType::Map)?;
        Ok(NewFact { document: self, map })
    }

    pub(super) fn map(&self, key: &str) -> Result<ObjId, DocumentError> {
        match self.doc.get(ROOT, key)? {
            Some((value, id)) if value.is_object() => Ok(id),
            _ => Err(DocumentError::Damaged(format!("it has no map {key:?}"))),
        }
    }
}

/// An entry that is being written. What is empty is not written at all.
struct NewFact<'a> {
    document: &'a mut Document,
    map: ObjId,
}

impl NewFact<'_> {
    fn put(&mut self, key: &str, value: impl Into<ScalarValue>) -> Result<(), DocumentError> {
        Ok(self.document.doc.put(&self.map, key, value)?)
    }

    fn text(&mut self, key: &str, text: &str) -> Result<(), DocumentError> {
        if text.is_empty() { Ok(()) } else { self.put(key, text) }
    }

    fn day(&mut self, key: &str, day: Option<NaiveDate>) -> Result<(), DocumentError> {
        day.map_or(Ok(()), |day| self.put(key, day.to_string()))
    }

    fn id(&mut self, key: &str, id: Option<&impl ToString>) -> Result<(), DocumentError> {
        id.map_or(Ok(()), |id| self.put(key, id.to_string()))
    }

    fn position(&mut self, position: Option<&Position>) -> Result<(), DocumentError> {
        position.map_or(Ok(()), |position| self.put(POSITION, stored_position(position)))
    }

    fn signed(&mut self, at: DateTime<Utc>, by: &str) -> Result<(), DocumentError> {
        self.put(AT, moment(at))?;
        self.text(BY, by)
    }
}

fn moment(at: DateTime<Utc>) -> ScalarValue {
    ScalarValue::Timestamp(at.timestamp_millis())
}
