//! The facts of a dossier as entries of its document.

use automerge::ScalarValue;
use domain::{
    Alert, AlertAnswer, Case, Completion, Decision, Inspection, Paper, PaperNumber, PaperVoid,
    PhotoReference, PlanProgress, Problem, StageChange,
};

use super::dossier_keys::*;
use super::new_fact::{NewFact, moment};

pub(super) fn inspection_fact(inspection: &Inspection) -> NewFact {
    let Inspection { id: _, source, verdict, remarks, task, checklist, relapse, position, clock, at, by } =
        inspection;
    NewFact::signed(*at, by)
        .text(SOURCE, source.as_str())
        .text(VERDICT, verdict.map(|verdict| verdict.as_str()).unwrap_or_default())
        .text(REMARKS, remarks)
        .word(TASK, task.as_ref())
        .json(CHECKLIST, (!checklist.is_empty()).then_some(checklist))
        .flag(RELAPSE, *relapse)
        .position(position.as_ref())
        .json(CLOCK, clock.as_ref())
}

pub(super) fn decision_fact(decision: &Decision) -> NewFact {
    let Decision {
        id: _,
        verdict,
        measures,
        deadline,
        responsible_unit,
        responsible_person,
        inspection,
        after,
        at,
        by,
    } = decision;
    NewFact::signed(*at, by)
        .after(after.as_ref().map(|after| after.iter().map(|id| id.0)))
        .text(VERDICT, verdict.as_str())
        .text(MEASURES, measures)
        .word(DEADLINE, deadline.as_ref())
        .text(RESPONSIBLE_UNIT, responsible_unit)
        .text(RESPONSIBLE_PERSON, responsible_person)
        .word(INSPECTION, inspection.as_ref())
}

pub(super) fn completion_fact(completion: &Completion) -> NewFact {
    let Completion { id: _, of, done, done_on, comment, at, by } = completion;
    NewFact::signed(*at, by)
        .word(OF, of.as_ref())
        .put(DONE, *done)
        .word(DONE_ON, done_on.as_ref())
        .text(COMMENT, comment)
}

pub(super) fn problem_fact(problem: &Problem) -> NewFact {
    let Problem { id: _, inspection, description, severity, deadline, at, by } = problem;
    NewFact::signed(*at, by)
        .word(INSPECTION, inspection.as_ref())
        .text(DESCRIPTION, description)
        .text(SEVERITY, severity.as_str())
        .word(DEADLINE, deadline.as_ref())
}

pub(super) fn stage_change_fact(change: &StageChange) -> NewFact {
    let StageChange { id: _, problem, stage, after, comment, deadline, position, at, by } = change;
    NewFact::signed(*at, by)
        .word(PROBLEM, Some(problem))
        .text(STAGE, stage.as_str())
        .after(after.as_ref().map(|after| after.iter().map(|id| id.0)))
        .text(COMMENT, comment)
        .word(DEADLINE, deadline.as_ref())
        .position(position.as_ref())
}

pub(super) fn photo_fact(photo: &PhotoReference) -> NewFact {
    let PhotoReference {
        id: _,
        hash,
        inspection,
        problem,
        stage_change,
        paper,
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
        .word(STAGE_CHANGE, stage_change.as_ref())
        .word(PAPER, paper.as_ref())
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

pub(super) fn plan_progress_fact(note: &PlanProgress) -> NewFact {
    let PlanProgress { id: _, percent, comment, at, by } = note;
    NewFact::signed(*at, by).number(PERCENT, u64::from(*percent)).text(COMMENT, comment)
}

pub(super) fn paper_fact(paper: &Paper) -> NewFact {
    let Paper { id: _, addressee, problems, facts, content, reason, position, at, by } = paper;
    NewFact::signed(*at, by)
        .json(ADDRESSEE, Some(addressee))
        .ids(PROBLEM_IDS, problems.iter().map(|problem| problem.0))
        .text(FACTS, facts)
        .json(CONTENT, Some(content))
        .text(REASON, reason)
        .position(position.as_ref())
}

pub(super) fn paper_number_fact(number: &PaperNumber) -> NewFact {
    let PaperNumber { paper: _, town, year, number, at } = number;
    NewFact::signed(*at, "").text(TOWN, town.as_str()).word(YEAR, Some(year)).number(NUMBER, *number)
}

pub(super) fn paper_void_fact(void: &PaperVoid) -> NewFact {
    let PaperVoid { id: _, paper, reason, at, by } = void;
    NewFact::signed(*at, by).word(PAPER, Some(paper)).text(REASON, reason)
}

pub(super) fn case_fact(case: &Case) -> NewFact {
    let Case { id: _, number, department, filed_on, fine_yuan, task, at, by } = case;
    NewFact::signed(*at, by)
        .text(NUMBER, number)
        .text(DEPARTMENT, department)
        .word(FILED_ON, Some(filed_on))
        .number(FINE_YUAN, *fine_yuan)
        .word(TASK, task.as_ref())
}

pub(super) fn alert_fact(alert: &Alert) -> NewFact {
    let Alert { id: _, other, other_grid, other_name, is_new, matched_by, at } = alert;
    NewFact::signed(*at, "")
        .word(OTHER, Some(other))
        .text(OTHER_GRID, other_grid.as_str())
        .text(OTHER_NAME, other_name)
        .flag(IS_NEW, *is_new)
        .text(MATCHED_BY, matched_by.as_str())
}

pub(super) fn alert_answer_fact(answer: &AlertAnswer) -> NewFact {
    let AlertAnswer { id: _, alert, confirmed, comment, at, by } = answer;
    NewFact::signed(*at, by).word(ALERT, Some(alert)).flag(CONFIRMED, *confirmed).text(COMMENT, comment)
}
