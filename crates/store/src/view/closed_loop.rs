//! The rows of what happened to one site: problems, visits, papers, cases and alerts.

use chrono::Datelike as _;
use domain::problem::in_china;
use domain::{Dossier, GridLevel, Paper, PaperContent, Receipt};
use rusqlite::params;

use crate::{StoreError, Writer};

/// The tables of what happened to a site.
pub(super) const EVENTS: &[&str] = &["problem", "visit", "paper", "filed_case", "alert"];

impl Writer<'_> {
    /// Writes the rows of what happened to a site, in place of those before.
    pub(super) fn show_events(&self, dossier: &Dossier) -> Result<(), StoreError> {
        for table in EVENTS {
            let sql = format!("DELETE FROM {table} WHERE site = ?1");
            self.transaction.prepare_cached(&sql)?.execute([dossier.id.0])?;
        }
        self.show_problems(dossier)?;
        let grid = dossier.fields.grid.as_str();
        for visit in &dossier.inspections {
            self.transaction
                // Two keys of a document may be one id in two spellings; so below.
                .prepare_cached("INSERT INTO visit VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING")?
                .execute(params![
                    visit.id.0,
                    dossier.id.0,
                    grid,
                    visit.task.map(|task| task.0),
                    visit.at.timestamp_millis(),
                    visit.by,
                ])?;
        }
        for paper in &dossier.papers {
            self.show_paper(dossier, paper)?;
        }
        for case in &dossier.cases {
            self.transaction
                .prepare_cached(
                    "INSERT INTO filed_case VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING",
                )?
                .execute(params![
                    case.id.0,
                    dossier.id.0,
                    grid,
                    case.task.map(|task| task.0),
                    case.filed_on.to_string(),
                    case.fine_yuan,
                ])?;
        }
        self.show_alerts(dossier)
    }

    fn show_alerts(&self, dossier: &Dossier) -> Result<(), StoreError> {
        for alert in &dossier.alerts {
            let answers = dossier.alert_answers.iter().filter(|answer| answer.alert == alert.id);
            let mut answers: Vec<[u8; 16]> = answers.map(|answer| *answer.id.0.as_bytes()).collect();
            answers.sort_unstable();
            self.transaction
                .prepare_cached("INSERT INTO alert VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING")?
                .execute(params![alert.id.0, dossier.id.0, alert.other.0, answers.concat()])?;
        }
        Ok(())
    }

    fn show_problems(&self, dossier: &Dossier) -> Result<(), StoreError> {
        for problem in &dossier.problems {
            let state = dossier.state(problem);
            let latest = dossier
                .stage_changes
                .iter()
                .filter(|change| state.tips.contains(&change.id) && change.stage == state.stage)
                .max_by_key(|change| (change.at, change.id));
            self.transaction
                .prepare_cached(
                    "INSERT INTO problem (id, site, grid, inspection, description, severity, stage, comment, by, since,
                        deadline, found_at, found_by, contested)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14) ON CONFLICT DO NOTHING",
                )?
                .execute(params![
                    problem.id.0,
                    dossier.id.0,
                    dossier.fields.grid.as_str(),
                    problem.inspection.map(|inspection| inspection.0),
                    problem.description,
                    problem.severity.as_str(),
                    state.stage.as_str(),
                    latest.map(|change| change.comment.as_str()).unwrap_or_default(),
                    latest.map_or(problem.by.as_str(), |change| change.by.as_str()),
                    state.since.timestamp_millis(),
                    state.deadline.map(|day| day.to_string()),
                    problem.at.timestamp_millis(),
                    problem.by,
                    !state.contested.is_empty(),
                ])?;
        }
        Ok(())
    }

    fn show_paper(&self, dossier: &Dossier, paper: &Paper) -> Result<(), StoreError> {
        let number = dossier.number_of(paper.id);
        let grid = &dossier.fields.grid;
        let town = grid.at(GridLevel::Town).unwrap_or_else(|| grid.clone());
        let (deadline, receipt) = match &paper.content {
            PaperContent::Persuade { deadline, receipt, .. } => (Some(*deadline), Some(receipt)),
            PaperContent::CutOff { receipt, .. } => (None, Some(receipt)),
            PaperContent::JointEnforcement { reply_by, .. } => (*reply_by, None),
        };
        self.transaction
            .prepare_cached(
                "INSERT INTO paper (id, site, grid, step, year, town, number, deadline, refused, void, at, by)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12) ON CONFLICT DO NOTHING",
            )?
            .execute(params![
                paper.id.0,
                dossier.id.0,
                grid.as_str(),
                paper.content.step().as_str(),
                number.map_or_else(|| in_china(paper.at).year(), |number| number.year),
                number.map_or(town.as_str(), |number| number.town.as_str()),
                number.map(|number| number.number),
                deadline.map(|day| day.to_string()),
                matches!(receipt, Some(Receipt::Refused { .. })),
                dossier.void_of(paper.id).is_some(),
                paper.at.timestamp_millis(),
                paper.by,
            ])?;
        Ok(())
    }
}
