//! What can be written into a dossier. Each command decides on a list of writes, and they become one change.

use automerge::transaction::Transactable;
use automerge::{ActorId, Change, ObjId, ROOT, ReadDoc, hydrate};
use chrono::{DateTime, Utc};
use domain::{
    Alert, AlertAnswer, Case, Completion, Decision, GridCode, Inspection, Paper, PaperNumber, PaperVoid,
    PhotoReference, PlanProgress, Position, Problem, SiteField, SiteFields, StageChange,
};

use super::dossier_facts::*;
use super::dossier_keys::*;
use super::new_fact::{NewFact, moment};
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
    /// That the site belongs to another village.
    MoveTo {
        /// The village.
        grid: GridCode,
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
    /// A note of how far the plan has come.
    AddPlanProgress(PlanProgress),
    /// A paper of enforcement.
    AddPaper(Paper),
    /// The number of a paper.
    NumberPaper(PaperNumber),
    /// That a paper is void.
    AddPaperVoid(PaperVoid),
    /// A case that was filed.
    AddCase(Case),
    /// A resettlement alert.
    AddAlert(Alert),
    /// What was found out about an alert.
    AddAlertAnswer(AlertAnswer),
}

/// A position as it stands in a document: one scalar, so that latitude and longitude cannot be merged from two
/// people's positions.
pub fn stored_position(position: &Position) -> String {
    serde_json::to_string(position).unwrap_or_default()
}

/// A field as it stands in a document.
pub fn stored_field(fields: &SiteFields, field: SiteField) -> String {
    match field {
        SiteField::Kind => fields.kind.as_str().to_owned(),
        SiteField::Position => fields.position.as_ref().map(stored_position).unwrap_or_default(),
        SiteField::Source => fields.source.map(|source| source.as_str().to_owned()).unwrap_or_default(),
        _ => fields.text(field).unwrap_or_default().to_owned(),
    }
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
            DossierWrite::MoveTo { grid } => {
                let site = self.map(SITE)?;
                self.doc.put(&site, GRID, grid.as_str())?;
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
            DossierWrite::AddPlanProgress(note) => {
                self.add(PLAN_PROGRESS, note.id, plan_progress_fact(note))?
            }
            DossierWrite::AddPaper(paper) => self.add(PAPERS, paper.id, paper_fact(paper))?,
            DossierWrite::NumberPaper(number) => {
                self.add(PAPER_NUMBERS, number.paper, paper_number_fact(number))?
            }
            DossierWrite::AddPaperVoid(void) => self.add(PAPER_VOIDS, void.id, paper_void_fact(void))?,
            DossierWrite::AddCase(case) => self.add(CASES, case.id, case_fact(case))?,
            DossierWrite::AddAlert(alert) => self.add(ALERTS, alert.id, alert_fact(alert))?,
            DossierWrite::AddAlertAnswer(answer) => {
                self.add(ALERT_ANSWERS, answer.id, alert_answer_fact(answer))?
            }
        }
        Ok(())
    }

    /// A new entry in one of the maps of facts.
    pub(super) fn add(&mut self, map: &str, id: impl ToString, fact: NewFact) -> Result<(), DocumentError> {
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
