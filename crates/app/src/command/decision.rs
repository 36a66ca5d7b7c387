//! What is decided on a site, how far its plan has come, and whether it was carried out.

use domain::problem::day_in_china;
use domain::{Completion, Decision, PlanProgress};
use store::DossierWrite;
use wire::message::{CompleteSite, DecideSite, NewDecision, OneSite, ReportProgress};
use wire::{ApiError, ErrorCode};

use super::site::writable;
use super::text::{Limit, clean, day};
use crate::app::Ask;
use crate::error::Failure;

pub(super) fn decide(app: Ask<'_>, request: DecideSite) -> Result<OneSite, Failure> {
    let DecideSite { id, site, mut decision, seen } = request;
    checked(&mut decision)?;
    let author = app.author("sites.decide");
    app.store.write(|writer| {
        app.edit_dossier(writer, site, &author, |before| {
            let before = writable(before)?;
            app.within(&before.fields.grid)?;
            if before.decisions.iter().any(|known| known.id == id) {
                return Ok(Vec::new());
            }
            let after = before.decision_after(app.role());
            if !same(&seen, &after) {
                return Err(
                    moved("decision", "somebody decided on this site meanwhile; look at it again").into()
                );
            }
            let NewDecision { verdict, measures, deadline, responsible_unit, responsible_person } = decision;
            Ok(vec![DossierWrite::AddDecision(Decision {
                id,
                verdict,
                measures,
                deadline,
                responsible_unit,
                responsible_person,
                inspection: None,
                after: Some(after),
                at: before.moment_after(author.at),
                by: author.person.clone(),
            })])
        })?;
        Ok(OneSite { site })
    })
}

/// What a form says of a decision, as it is kept.
pub(super) fn checked(decision: &mut NewDecision) -> Result<(), ApiError> {
    decision.measures = clean("measures", &decision.measures, Limit::Paragraphs)?;
    decision.responsible_unit = clean("responsible_unit", &decision.responsible_unit, Limit::Line)?;
    decision.responsible_person = clean("responsible_person", &decision.responsible_person, Limit::Line)?;
    decision.deadline = day("deadline", decision.deadline)?;
    Ok(())
}

pub(super) fn complete(app: Ask<'_>, request: CompleteSite) -> Result<OneSite, Failure> {
    let CompleteSite { id, site, decision, done, done_on, comment } = request;
    let done_on = day("done_on", done_on)?;
    let comment = clean("comment", &comment, Limit::Paragraphs)?;
    let author = app.author("sites.complete");
    app.store.write(|writer| {
        app.edit_dossier(writer, site, &author, |before| {
            let before = writable(before)?;
            app.within(&before.fields.grid)?;
            if before.completions.iter().any(|known| known.id == id) {
                return Ok(Vec::new());
            }
            if done_on.is_some_and(|day| day > day_in_china(author.at)) {
                let message = "what is done was done today or earlier";
                return Err(ApiError::invalid("done_on", message).because("in_future").into());
            }
            let standing = before.standing();
            if done && !standing.verdict.is_some_and(domain::Verdict::is_polluting) {
                let message = "only what was decided to be upgraded, relocated or shut down can be done";
                return Err(ApiError::invalid("done", message).because("not_polluting").into());
            }
            if done && standing.open_problems > 0 {
                let message = format!("{} problems are not closed out", standing.open_problems);
                return Err(ApiError::invalid("done", message).because("open_problems").into());
            }
            let of = before.decision().map(|decision| decision.id);
            if decision.is_some() && decision != of {
                return Err(
                    moved("decision", "somebody decided on this site meanwhile; look at it again").into()
                );
            }
            Ok(vec![DossierWrite::AddCompletion(Completion {
                id,
                of,
                done,
                done_on: done_on.filter(|_| done),
                comment,
                at: before.moment_after(author.at),
                by: author.person.clone(),
            })])
        })?;
        Ok(OneSite { site })
    })
}

pub(super) fn report_progress(app: Ask<'_>, request: ReportProgress) -> Result<OneSite, Failure> {
    let ReportProgress { id, site, percent, comment } = request;
    if percent > 100 {
        return Err(ApiError::invalid("percent", "at most 100 of a hundred can be done")
            .because("percent")
            .into());
    }
    let comment = clean("comment", &comment, Limit::Paragraphs)?;
    let author = app.author("sites.report_progress");
    app.store.write(|writer| {
        app.edit_dossier(writer, site, &author, |before| {
            let before = writable(before)?;
            app.within(&before.fields.grid)?;
            if before.plan_progress.iter().any(|known| known.id == id) {
                return Ok(Vec::new());
            }
            let (at, by) = (author.at, author.person.clone());
            Ok(vec![DossierWrite::AddPlanProgress(PlanProgress { id, percent, comment, at, by })])
        })?;
        Ok(OneSite { site })
    })
}

/// Whether a person saw what stands. The order in which they name it means nothing.
pub(super) fn same<T: Ord + Copy>(seen: &[T], stands: &[T]) -> bool {
    let sorted = |ids: &[T]| {
        let mut ids = ids.to_vec();
        ids.sort_unstable();
        ids
    };
    sorted(seen) == sorted(stands)
}

/// The error of somebody who acts on an old view.
pub(super) fn moved(field: &str, message: &str) -> ApiError {
    ApiError { field: Some(field.to_owned()), ..ApiError::new(ErrorCode::Changed, message) }
}
