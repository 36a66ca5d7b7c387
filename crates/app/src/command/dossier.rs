//! All that is known of one site (一企一档), as whoever asks may go on with it.

use chrono::{DateTime, Utc};
use domain::{DecisionState, Dossier, Problem, ProblemState, Role};
use store::Reader;
use wire::message::{
    DossierView, NumberedPaper, OneSite, PhotoView, ProblemView, SiteSummary, VisitWhereabouts,
};

use super::grid::path;
use super::paper::numbered;
use super::place::whereabouts;
use super::site::summary;
use crate::app::Ask;
use crate::error::{Failure, not_found};

pub(super) fn get(app: Ask<'_>, request: OneSite) -> Result<DossierView, Failure> {
    let now = app.now();
    app.store.read(|reader| {
        let dossier = reader.dossier(request.site)?.ok_or_else(|| not_found("site"))?;
        let row = reader.site(request.site)?.ok_or_else(|| not_found("site"))?;
        view(reader, dossier, summary(row, now), app.role(), now)
    })
}

fn view(
    reader: &Reader<'_>,
    dossier: Dossier,
    summary: SiteSummary,
    role: Role,
    now: DateTime<Utc>,
) -> Result<DossierView, Failure> {
    let problems =
        dossier.problems.iter().map(|problem| problem_view(&dossier, problem, role, now)).collect();
    let DecisionState { in_force, tips, contested } = dossier.decision_state();
    let decision = in_force.map(|decision| decision.id);
    let contested_decisions = contested.iter().map(|decision| decision.id).collect();
    let relapsed_at = dossier.relapsed_at();
    let path = path(reader, &dossier.fields.grid)?;
    let papers: Vec<NumberedPaper> =
        dossier.papers.iter().map(|paper| numbered(reader, &dossier, paper)).collect::<Result<_, _>>()?;
    let Dossier {
        id,
        read_only,
        registered_at,
        registered_by,
        fields,
        conflicts,
        inspections,
        decisions,
        completions,
        problems: _,
        stage_changes,
        plan_progress,
        papers: _,
        paper_numbers: _,
        paper_voids: _,
        cases,
        alerts,
        alert_answers,
        photos,
    } = dossier;
    let photos = photos
        .into_iter()
        .map(|photo| {
            let file = reader.photo_known(&photo.hash)?;
            let present = file.is_some_and(|file| !file.removed);
            Ok(PhotoView {
                present,
                // It is made again from the photo where it is lacking.
                thumbnail: present || reader.has_thumbnail(&photo.hash)?,
                stored: file.is_some_and(|file| file.stored),
                photo,
            })
        })
        .collect::<Result<_, Failure>>()?;
    let site = fields.position.map(|position| position.place);
    let whereabouts = inspections
        .iter()
        .filter_map(|inspection| Some((inspection.id, inspection.position?)))
        .map(|(inspection, position)| {
            let (whereabouts, path) = whereabouts(reader, &position, site, &fields.grid)?;
            Ok(VisitWhereabouts { inspection, whereabouts, path })
        })
        .collect::<Result<_, Failure>>()?;
    Ok(DossierView {
        id,
        read_only,
        registered_at,
        registered_by,
        path,
        fields,
        summary,
        conflicts,
        inspections,
        decision,
        decision_tips: tips,
        contested_decisions,
        decisions,
        completions,
        plan_progress,
        problems,
        stage_changes,
        papers,
        cases,
        alerts,
        alert_answers,
        relapsed_at,
        photos,
        whereabouts,
        unsent_changes: reader.unsent_of(id)?,
    })
}

fn problem_view(dossier: &Dossier, problem: &Problem, role: Role, now: DateTime<Utc>) -> ProblemView {
    let ProblemState { stage, sent_back_from, deadline, since, tips, contested, void } =
        dossier.state(problem);
    ProblemView {
        problem: problem.clone(),
        stage,
        sent_back_from,
        since,
        deadline,
        days_overdue: Problem::days_overdue(stage, deadline, now),
        tips,
        contested,
        void,
        steps: if dossier.read_only { Vec::new() } else { dossier.next_steps(problem, role) },
    }
}
