//! Visits. All that a visit records becomes one change.

use std::collections::HashMap;

use domain::whereabouts::CLOCK_TOLERANCE;
use domain::{
    ClockDeviation, ClockReference, Decision, DecisionId, Dossier, Inspection, PhotoHash, PhotoId,
    PhotoReference, Problem, Severity,
};
use store::{Author, DossierWrite};
use wire::ApiError;
use wire::message::{AttachedPhoto, NewDecision, NewPhoto, NewProblem, RecordInspection, RecordedInspection};

use super::draft::photos;
use super::place::checked as checked_position;
use super::site::writable;
use super::text::{Limit, clean, day, required};
use crate::App;
use crate::error::{Failure, not_found};
use crate::photo::intake::bare;
use crate::sync::clock_of;

/// The most problems or photos that one visit can have.
const MOST: usize = 200;

pub(super) fn record(app: &App, request: RecordInspection) -> Result<RecordedInspection, Failure> {
    let request = checked(request)?;
    if let Some(position) = &request.position {
        checked_position("position", position)?;
    }
    let author = app.author("inspections.record")?;
    app.store.write(|writer| {
        let clock = clock(request.fix_clock_ahead_s, clock_of(writer, app.now())?);
        let mut known = HashMap::new();
        for photo in request.draft.map(|draft| photos(writer, draft)).transpose()?.into_iter().flatten() {
            known.insert(photo.hash.clone(), photo);
        }
        for NewPhoto { hash, .. } in &request.photos {
            let file = writer.photo_file(hash)?.ok_or_else(|| not_found("photo"))?;
            known.entry(hash.clone()).or_insert_with(|| bare(hash, file.bytes));
        }
        let mut at = author.at;
        writer.edit_dossier::<Failure>(request.site, &author, |before| {
            let before = writable(before)?;
            match before.inspections.iter().find(|inspection| inspection.id == request.id) {
                // Pressed twice, or sent again: it is on record.
                Some(inspection) => {
                    at = inspection.at;
                    Ok(Vec::new())
                }
                None => writes(&request, before, &known, clock, &author),
            }
        })?;
        if let Some(draft) = request.draft {
            writer.discard_draft(draft)?;
        }
        Ok(RecordedInspection { inspection: request.id, site: request.site, at })
    })
}

fn checked(mut request: RecordInspection) -> Result<RecordInspection, ApiError> {
    if request.problems.len() > MOST || request.photos.len() > MOST {
        let message = format!("one visit can have at most {MOST} problems and {MOST} photos");
        return Err(ApiError::invalid("photos", message).because("too_many"));
    }
    request.remarks = clean("remarks", &request.remarks, Limit::Paragraphs)?;
    if let Some(decision) = &mut request.decision {
        decision.measures = clean("measures", &decision.measures, Limit::Paragraphs)?;
        decision.responsible_unit = clean("responsible_unit", &decision.responsible_unit, Limit::Line)?;
        decision.responsible_person = clean("responsible_person", &decision.responsible_person, Limit::Line)?;
        decision.deadline = day("deadline", decision.deadline)?;
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

/// Finds what the photos of a request name: problems and photos of this record or of the dossier.
fn check_named(request: &RecordInspection, before: &Dossier) -> Result<(), ApiError> {
    for (index, photo) in request.photos.iter().enumerate() {
        let NewPhoto { hash, problem, rectified: _, sketch_of, compare_with } = photo;
        let field = |name: &str| format!("photos.{index}.{name}");
        let is_known = |problem| {
            request.problems.iter().any(|other| other.id == problem)
                || before.problems.iter().any(|other| other.id == problem)
        };
        if problem.is_some_and(|problem| !is_known(problem)) {
            let message = "the photo shows a problem that is neither in this record nor in the dossier";
            return Err(ApiError::invalid(field("problem"), message).because("unknown_problem"));
        }
        let is_shown = |named: &PhotoHash| {
            request.photos.iter().any(|other| other.hash == *named)
                || before.photos.iter().any(|other| other.hash == *named)
        };
        for (name, named) in [("sketch_of", sketch_of), ("compare_with", compare_with)] {
            if named.as_ref().is_some_and(|named| !is_shown(named)) {
                let message = "the photo names another one that is neither in this record nor in the dossier";
                return Err(ApiError::invalid(field(name), message).because("unknown_photo"));
            }
            if named.as_ref() == Some(hash) {
                return Err(ApiError::invalid(field(name), "the photo names itself").because("same_photo"));
            }
        }
    }
    Ok(())
}

fn writes(
    request: &RecordInspection,
    before: &Dossier,
    known: &HashMap<PhotoHash, AttachedPhoto>,
    clock: Option<ClockDeviation>,
    author: &Author,
) -> Result<Vec<DossierWrite>, Failure> {
    check_named(request, before)?;
    let (at, by) = (author.at, &author.person);
    let inspection = Some(request.id);
    let mut writes = vec![DossierWrite::AddInspection(Inspection {
        id: request.id,
        source: request.source,
        verdict: request.decision.as_ref().map(|decision| decision.verdict),
        remarks: request.remarks.clone(),
        position: request.position,
        clock,
        at,
        by: by.clone(),
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
    for NewPhoto { hash, problem, rectified, sketch_of, compare_with } in &request.photos {
        let photo = known.get(hash).ok_or_else(|| not_found("photo"))?;
        writes.push(DossierWrite::AddPhoto(PhotoReference {
            id: PhotoId::new(),
            hash: hash.clone(),
            inspection,
            problem: *problem,
            rectified: *rectified,
            sketch_of: sketch_of.clone(),
            compare_with: compare_with.clone(),
            bytes: photo.bytes,
            taken_at: photo.taken_at,
            position: photo.position,
            direction_deg: photo.direction_deg,
            camera: photo.camera.clone(),
            at,
            by: by.clone(),
        }));
    }
    Ok(writes)
}
