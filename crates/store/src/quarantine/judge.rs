//! Whether somebody had the right to put a fact on record. Pure: over what a document said before and says after.

use domain::{Decision, Dossier, Permission, Stage, StageChange};

use super::{Fact, Reason, Rights};
use crate::DossierWrite;

/// Why this author may not put the fact on record; `None` if they may. `before` and `after` are the dossier without
/// and with it, where it is about one. The scope is judged by the grid unit of the document.
pub fn judge(
    fact: &Fact,
    before: Option<&Dossier>,
    after: Option<&Dossier>,
    rights: &Rights<'_>,
) -> Option<Reason> {
    let may = |permission: Permission| rights.role.may(permission);
    let write = match fact {
        Fact::Dossier(write) => write,
        Fact::Task(task) => return signed(&task.by, may(Permission::Assign), rights),
        Fact::Reply(reply) => return signed(&reply.by, may(Permission::Assign), rights),
        Fact::Unit | Fact::Outline => return (!may(Permission::ManageLedger)).then_some(Reason::Role),
        Fact::Rules => return (!may(Permission::Administer)).then_some(Reason::Role),
        Fact::Overwritten => return Some(Reason::Rule),
        // A newer version's: whoever supervises vouches for it.
        Fact::Unknown => return (!may(Permission::Supervise)).then_some(Reason::Rule),
    };
    if let DossierWrite::MoveTo { grid } = &**write {
        // Whoever moves a site is responsible for where it was and where it goes.
        let from = before.map(|dossier| &dossier.fields.grid);
        if !rights.scope.covers(grid) || from.is_some_and(|from| !rights.scope.covers(from)) {
            return Some(Reason::Scope);
        }
    }
    let permission = needed(write, before, after);
    let signed = signed(author(write), permission.is_some_and(may), rights);
    signed.or_else(|| broken_rule(write, after).then_some(Reason::Rule))
}

fn signed(by: &str, may: bool, rights: &Rights<'_>) -> Option<Reason> {
    // Before a device is told whose it is, nobody's name stands under what it records. Whoever may let held work in
    // vouches for that of others: so a lead's device fills an office again that lost its data.
    let vouches = rights.role.may(Permission::Supervise);
    let own = vouches || by.is_empty() || rights.names.iter().any(|name| name == by);
    (!may || !own).then_some(Reason::Role)
}

/// What somebody must be allowed to do to write this; `None` for what only the office writes.
fn needed(write: &DossierWrite, before: Option<&Dossier>, after: Option<&Dossier>) -> Option<Permission> {
    Some(match write {
        DossierWrite::Register { .. }
        | DossierWrite::SetField(..)
        | DossierWrite::ChooseValue(..)
        | DossierWrite::AddInspection(_)
        | DossierWrite::AddProblem(_)
        | DossierWrite::AddPhoto(_)
        | DossierWrite::AddPlanProgress(_) => Permission::Record,
        DossierWrite::AddDecision(decision) => {
            let settles = before.is_some_and(|dossier| decides(decision, dossier))
                || after.is_some_and(|after| decides(decision, &without(after, write)));
            if decision.inspection.is_none() || settles { Permission::Supervise } else { Permission::Record }
        }
        DossierWrite::AddStageChange(change) => {
            if before.is_some_and(|dossier| settles(change, dossier))
                || after.is_some_and(|after| settles(change, &without(after, write)))
            {
                Permission::Supervise
            } else {
                change.stage.permission()
            }
        }
        DossierWrite::AddPaper(paper) => paper.content.step().permission(),
        DossierWrite::MoveTo { .. }
        | DossierWrite::AddCompletion(_)
        | DossierWrite::AddPaperVoid(_)
        | DossierWrite::AddCase(_)
        | DossierWrite::AddAlertAnswer(_) => Permission::Supervise,
        DossierWrite::NumberPaper(_) | DossierWrite::AddAlert(_) => return None,
    })
}

/// What a dossier says without a fact: with what was put on record beside it, for a mark may be made and settled at once.
fn without(dossier: &Dossier, write: &DossierWrite) -> Dossier {
    let mut dossier = dossier.clone();
    match write {
        DossierWrite::AddDecision(decision) => dossier.decisions.retain(|other| other.id != decision.id),
        DossierWrite::AddStageChange(change) => dossier.stage_changes.retain(|other| other.id != change.id),
        _ => {}
    }
    dossier
}

/// Whether a decision settles what was decided apart.
fn decides(decision: &Decision, dossier: &Dossier) -> bool {
    let state = dossier.decision_state();
    let contested: Vec<_> = state.contested.iter().map(|decision| decision.id).collect();
    takes_both(decision.after.as_deref(), &state.tips, &contested)
}

/// Whether a step settles what was done apart.
fn settles(change: &StageChange, dossier: &Dossier) -> bool {
    dossier.problems.iter().filter(|problem| problem.id == change.problem).any(|problem| {
        let state = dossier.state(problem);
        takes_both(change.after.as_deref(), &state.tips, &state.contested)
    })
}

/// Whether somebody saw what stands and what is contested, and takes the place of both. Whoever does not say what they
/// build on takes the place of all that is on record.
fn takes_both<I: PartialEq>(after: Option<&[I]>, tips: &[I], contested: &[I]) -> bool {
    let names = |ids: &[I]| match after {
        Some(after) => after.iter().any(|id| ids.contains(id)),
        None => !ids.is_empty(),
    };
    names(tips) && names(contested)
}

/// Who stands under it.
fn author(write: &DossierWrite) -> &str {
    match write {
        DossierWrite::Register { by, .. } => by,
        DossierWrite::MoveTo { .. } | DossierWrite::SetField(..) | DossierWrite::ChooseValue(..) => "",
        DossierWrite::AddInspection(inspection) => &inspection.by,
        DossierWrite::AddDecision(decision) => &decision.by,
        DossierWrite::AddCompletion(completion) => &completion.by,
        DossierWrite::AddProblem(problem) => &problem.by,
        DossierWrite::AddStageChange(change) => &change.by,
        DossierWrite::AddPhoto(photo) => &photo.by,
        DossierWrite::AddPlanProgress(note) => &note.by,
        DossierWrite::AddPaper(paper) => &paper.by,
        DossierWrite::AddPaperVoid(void) => &void.by,
        DossierWrite::AddCase(case) => &case.by,
        DossierWrite::AddAlertAnswer(answer) => &answer.by,
        DossierWrite::NumberPaper(_) | DossierWrite::AddAlert(_) => "",
    }
}

/// Whether a fact lacks what the body of its command would have asked for.
fn broken_rule(write: &DossierWrite, after: Option<&Dossier>) -> bool {
    let change = match write {
        DossierWrite::AddStageChange(change) => change,
        DossierWrite::AddPaper(paper) => return !paper.is_whole(),
        _ => return false,
    };
    let Some(dossier) = after else { return false };
    let Some(problem) = dossier.problems.iter().find(|problem| problem.id == change.problem) else {
        return true;
    };
    match change.stage {
        Stage::SentBack => change.comment.trim().is_empty(),
        Stage::Registered => change.deadline.or(problem.deadline).is_none(),
        // What came from a ledger is closed by ledgers.
        Stage::ClosedOut if problem.inspection.is_some() => {
            !dossier.missing_for(problem, &dossier.state(problem), Stage::ClosedOut).is_empty()
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests;
