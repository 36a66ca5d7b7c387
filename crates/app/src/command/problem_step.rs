//! Moving a problem to its next stage, or sending it back.

use domain::{Dossier, Missing, NextStep, Problem, StageChange};
use store::{Author, DossierWrite};
use wire::message::{StepProblem, SteppedProblem};
use wire::{ApiError, ErrorCode};

use super::decision::{moved, same};
use super::new_photos::{Belonging, NewPhotos};
use super::place::checked as checked_position;
use super::site::writable;
use super::text::{Limit, clean, day};
use crate::app::Ask;
use crate::error::{Failure, not_found};

pub(super) fn step(app: Ask<'_>, mut request: StepProblem) -> Result<SteppedProblem, Failure> {
    app.needs(request.stage.permission())?;
    request.comment = clean("comment", &request.comment, Limit::Paragraphs)?;
    request.deadline = day("deadline", request.deadline)?;
    if let Some(position) = &request.position {
        checked_position("position", position)?;
    }
    let author = app.author("problems.step");
    app.store.write(|writer| {
        let photos = NewPhotos::find(writer, request.draft, &request.photos)?;
        let mut stepped = SteppedProblem { stage: request.stage, at: author.at };
        app.edit_dossier(writer, request.site, &author, |before| {
            let before = writable(before)?;
            app.within(&before.fields.grid)?;
            if let Some(known) = before.stage_changes.iter().find(|change| change.id == request.id) {
                // Pressed twice, or sent again: it is on record.
                stepped.at = known.at;
                return Ok(Vec::new());
            }
            photos.check(&[], before)?;
            writes(app, &request, before, &photos, &author)
        })?;
        if let Some(draft) = request.draft {
            writer.discard_draft(draft)?;
        }
        Ok(stepped)
    })
}

fn writes(
    app: Ask<'_>,
    request: &StepProblem,
    before: &Dossier,
    photos: &NewPhotos<'_>,
    author: &Author,
) -> Result<Vec<DossierWrite>, Failure> {
    let problem = before
        .problems
        .iter()
        .find(|problem| problem.id == request.problem)
        .ok_or_else(|| not_found("problem"))?;
    let state = before.state(problem);
    let stands = [state.tips.as_slice(), &state.contested].concat();
    if !same(&request.seen, &stands) {
        return Err(moved("stage", "somebody moved this problem meanwhile; look at it again").into());
    }
    let steps = before.next_steps(problem, app.role());
    let next = steps.into_iter().find(|step| step.stage == request.stage).ok_or_else(|| {
        let message = format!("a problem that is {} cannot become {}", state.stage, request.stage);
        ApiError::invalid("stage", message).because("out_of_turn")
    })?;
    let deadline = deadline(problem, request, &next)?;
    let belonging = Belonging { stage_change: Some(request.id), ..Belonging::default() };
    let references = photos.references(&belonging, author)?;
    for missing in &next.missing {
        let shown = |rectified| {
            references.iter().any(|photo| photo.problem == Some(problem.id) && photo.rectified == rectified)
        };
        let given = match missing {
            Missing::PhotoBefore => shown(false),
            Missing::PhotoAfter => shown(true),
            Missing::Deadline => deadline.is_some(),
            Missing::Comment => !request.comment.is_empty(),
        };
        if !given {
            return Err(lacking(*missing).into());
        }
    }
    // Clocks disagree; the story is told in the order of causes.
    let at = before
        .stage_changes
        .iter()
        .filter(|change| stands.contains(&change.id))
        .map(|change| change.at + chrono::TimeDelta::milliseconds(1))
        .fold(author.at, chrono::DateTime::max);
    let mut writes = vec![DossierWrite::AddStageChange(StageChange {
        id: request.id,
        problem: problem.id,
        stage: request.stage,
        after: Some(before.step_after(problem, app.role())),
        comment: request.comment.clone(),
        deadline,
        position: request.position,
        at,
        by: author.person.clone(),
    })];
    writes.extend(references.into_iter().map(DossierWrite::AddPhoto));
    Ok(writes)
}

/// The deadline that registering sets: only an earlier day than the one that follows from the severity is taken.
fn deadline(
    problem: &Problem,
    request: &StepProblem,
    next: &NextStep,
) -> Result<Option<chrono::NaiveDate>, ApiError> {
    if next.stage != domain::Stage::Registered {
        return match request.deadline {
            Some(_) => {
                let message = "a deadline is set by registering a problem";
                Err(ApiError::invalid("deadline", message).because("out_of_turn"))
            }
            None => Ok(None),
        };
    }
    match (problem.severity.deadline(problem.at), request.deadline) {
        (Some(latest), Some(given)) if given > latest => {
            let message = format!("the severity of this problem asks for {latest} at the latest");
            Err(ApiError::invalid("deadline", message).because("too_late"))
        }
        (_, given) => Ok(given),
    }
}

fn lacking(missing: Missing) -> ApiError {
    let field = match missing {
        Missing::PhotoBefore | Missing::PhotoAfter => "photos",
        Missing::Deadline => "deadline",
        Missing::Comment => "comment",
    };
    let message = format!("this step needs {missing}");
    ApiError { field: Some(field.to_owned()), ..ApiError::new(ErrorCode::Invalid, message) }
        .because(missing.as_str())
}
