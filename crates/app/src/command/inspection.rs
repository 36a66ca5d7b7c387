//! Visits. All that a visit records becomes one change.

use domain::whereabouts::CLOCK_TOLERANCE;
use domain::{
    ClockDeviation, ClockReference, Decision, DecisionId, Dossier, Inspection, Problem, ProblemId, Role,
    Severity,
};
use store::{Author, DossierWrite};
use wire::ApiError;
use wire::message::{NewDecision, NewProblem, RecordInspection, RecordedInspection};

use super::decision::checked as checked_decision;
use super::new_photos::{Belonging, NewPhotos};
use super::place::checked as checked_position;
use super::site::writable;
use super::text::{Limit, clean, day, required};
use crate::app::Ask;
use crate::error::Failure;
use crate::sync::clock_of;

/// The most problems that one visit can have.
const MOST_PROBLEMS: usize = 200;
/// The most lines that a checklist can have.
pub(super) const MOST_CHECKLIST: usize = 100;

pub(super) fn record(app: Ask<'_>, request: RecordInspection) -> Result<RecordedInspection, Failure> {
    let request = checked(request)?;
    if let Some(position) = &request.position {
        checked_position("position", position)?;
    }
    let author = app.author("inspections.record");
    app.store.write(|writer| {
        let clock = clock(request.fix_clock_ahead_s, clock_of(writer, app.now())?);
        let photos = NewPhotos::find(writer, request.draft, &request.photos)?;
        let mut at = author.at;
        app.edit_dossier(writer, request.site, &author, |before| {
            let before = writable(before)?;
            app.within(&before.fields.grid)?;
            match before.inspections.iter().find(|inspection| inspection.id == request.id) {
                // Pressed twice, or sent again: it is on record.
                Some(inspection) => {
                    at = inspection.at;
                    Ok(Vec::new())
                }
                None => writes(&request, before, &photos, clock, &author),
            }
        })?;
        if let Some(draft) = request.draft {
            writer.discard_draft(draft)?;
        }
        Ok(RecordedInspection { inspection: request.id, site: request.site, at })
    })
}

fn checked(mut request: RecordInspection) -> Result<RecordInspection, ApiError> {
    if request.problems.len() > MOST_PROBLEMS {
        let message = format!("one visit can have at most {MOST_PROBLEMS} problems");
        return Err(ApiError::invalid("problems", message).because("too_many"));
    }
    if request.checklist.len() > MOST_CHECKLIST {
        let message = format!("a checklist can have at most {MOST_CHECKLIST} lines");
        return Err(ApiError::invalid("checklist", message).because("too_many"));
    }
    for (index, line) in request.checklist.iter_mut().enumerate() {
        line.item = required(&format!("checklist.{index}.item"), &line.item, Limit::Line)?;
    }
    request.remarks = clean("remarks", &request.remarks, Limit::Paragraphs)?;
    if let Some(decision) = &mut request.decision {
        checked_decision(decision)?;
    }
    for (index, problem) in request.problems.iter_mut().enumerate() {
        let field = |name: &str| format!("problems.{index}.{name}");
        problem.description = required(&field("description"), &problem.description, Limit::Paragraphs)?;
        problem.deadline = day(&field("deadline"), problem.deadline)?;
        if problem.severity == Severity::Major && problem.deadline.is_none() {
            let message = "a major problem needs a day by which it must be mended";
            return Err(ApiError::invalid(field("deadline"), message).because("missing"));
        }
    }
    Ok(request)
}

/// The larger of what the fix and the server say of this device's clock; nothing where both agree with it.
fn clock(fix_clock_ahead_s: Option<i64>, server: Option<ClockDeviation>) -> Option<ClockDeviation> {
    let fix = fix_clock_ahead_s
        .map(|ahead_s| ClockDeviation { against: ClockReference::Fix, ahead_s })
        .filter(|deviation| deviation.ahead_s.unsigned_abs() > CLOCK_TOLERANCE.num_seconds().unsigned_abs());
    fix.into_iter().chain(server).max_by_key(|deviation| deviation.ahead_s.unsigned_abs())
}

fn writes(
    request: &RecordInspection,
    before: &Dossier,
    photos: &NewPhotos<'_>,
    clock: Option<ClockDeviation>,
    author: &Author,
) -> Result<Vec<DossierWrite>, Failure> {
    let found: Vec<ProblemId> = request.problems.iter().map(|problem| problem.id).collect();
    photos.check(&found, before)?;
    if request.relapse && !before.standing().done {
        let message = "only a site that is done can be polluting again";
        return Err(ApiError::invalid("relapse", message).because("not_done").into());
    }
    let (at, by) = (author.at, &author.person);
    let inspection = Some(request.id);
    let mut writes = vec![DossierWrite::AddInspection(Inspection {
        verdict: request.decision.as_ref().map(|decision| decision.verdict),
        remarks: request.remarks.clone(),
        task: request.task,
        checklist: request.checklist.clone(),
        relapse: request.relapse,
        position: request.position,
        clock,
        // A relapse ends what was stated before it, whatever the clocks say.
        ..Inspection::new(
            request.id,
            request.source,
            if request.relapse { before.moment_after(at) } else { at },
            by.clone(),
        )
    })];
    if let Some(NewDecision { verdict, measures, deadline, responsible_unit, responsible_person }) =
        &request.decision
    {
        writes.push(DossierWrite::AddDecision(Decision {
            id: DecisionId::new(),
            verdict: *verdict,
            measures: measures.clone(),
            deadline: *deadline,
            responsible_unit: responsible_unit.clone(),
            responsible_person: responsible_person.clone(),
            inspection,
            after: Some(seen(request, before)),
            at: before.moment_after(at),
            by: by.clone(),
        }));
    }
    for NewProblem { id, description, severity, deadline } in &request.problems {
        if before.problems.iter().any(|problem| problem.id == *id) {
            return Err(ApiError::invalid("problems", "a problem with this id is on record already").into());
        }
        writes.push(DossierWrite::AddProblem(Problem {
            id: *id,
            inspection,
            description: description.clone(),
            severity: *severity,
            deadline: severity.deadline_given(at, *deadline),
            at,
            by: by.clone(),
        }));
    }
    writes.extend(photos.writes(&Belonging { inspection, ..Belonging::default() }, author)?);
    Ok(writes)
}

/// What a verdict on a visit takes the place of: what its inspector saw, and nothing of what was contested. A visit
/// settles nothing; who may settle decides at the office.
fn seen(request: &RecordInspection, before: &Dossier) -> Vec<DecisionId> {
    match &request.seen {
        Some(seen) => {
            let known = |id: &&DecisionId| before.decisions.iter().any(|decision| decision.id == **id);
            seen.iter().filter(known).copied().collect()
        }
        None => before.decision_after(Role::Inspector),
    }
}
