//! The entries of a dossier document as facts.

use domain::{
    Alert, AlertAnswer, Case, Completion, Decision, Inspection, Paper, PaperNumber, PaperVoid,
    PhotoReference, PlanProgress, Problem, StageChange,
};

use super::dossier_keys::*;
use super::value::{Fact, NotUnderstood};

pub(super) fn parse<T: std::str::FromStr>(text: &str) -> Result<T, NotUnderstood> {
    text.parse().map_err(|_| NotUnderstood)
}

pub(super) fn inspection(id: &str, fact: &Fact) -> Result<Inspection, NotUnderstood> {
    Ok(Inspection {
        id: parse(id)?,
        source: fact.required(SOURCE)?,
        verdict: fact.parsed(VERDICT)?,
        remarks: fact.text(REMARKS).to_owned(),
        task: fact.parsed(TASK)?,
        checklist: fact.json(CHECKLIST)?.unwrap_or_default(),
        relapse: fact.flag(RELAPSE),
        position: fact.json(POSITION)?,
        clock: fact.json(CLOCK)?,
        at: fact.moment(AT).ok_or(NotUnderstood)?,
        by: fact.text(BY).to_owned(),
    })
}

pub(super) fn decision(id: &str, fact: &Fact) -> Result<Decision, NotUnderstood> {
    Ok(Decision {
        id: parse(id)?,
        verdict: fact.required(VERDICT)?,
        measures: fact.text(MEASURES).to_owned(),
        deadline: fact.day(DEADLINE)?,
        responsible_unit: fact.text(RESPONSIBLE_UNIT).to_owned(),
        responsible_person: fact.text(RESPONSIBLE_PERSON).to_owned(),
        inspection: fact.parsed(INSPECTION)?,
        after: fact.ids(AFTER)?,
        at: fact.moment(AT).ok_or(NotUnderstood)?,
        by: fact.text(BY).to_owned(),
    })
}

pub(super) fn completion(id: &str, fact: &Fact) -> Result<Completion, NotUnderstood> {
    Ok(Completion {
        id: parse(id)?,
        of: fact.parsed(OF)?,
        done: fact.flag(DONE),
        done_on: fact.day(DONE_ON)?,
        comment: fact.text(COMMENT).to_owned(),
        at: fact.moment(AT).ok_or(NotUnderstood)?,
        by: fact.text(BY).to_owned(),
    })
}

pub(super) fn problem(id: &str, fact: &Fact) -> Result<Problem, NotUnderstood> {
    Ok(Problem {
        id: parse(id)?,
        inspection: fact.parsed(INSPECTION)?,
        description: fact.text(DESCRIPTION).to_owned(),
        severity: fact.required(SEVERITY)?,
        deadline: fact.day(DEADLINE)?,
        at: fact.moment(AT).ok_or(NotUnderstood)?,
        by: fact.text(BY).to_owned(),
    })
}

pub(super) fn stage_change(id: &str, fact: &Fact) -> Result<StageChange, NotUnderstood> {
    Ok(StageChange {
        id: parse(id)?,
        problem: fact.required(PROBLEM)?,
        stage: fact.required(STAGE)?,
        after: fact.ids(AFTER)?,
        comment: fact.text(COMMENT).to_owned(),
        deadline: fact.day(DEADLINE)?,
        position: fact.json(POSITION)?,
        at: fact.moment(AT).ok_or(NotUnderstood)?,
        by: fact.text(BY).to_owned(),
    })
}

pub(super) fn photo(id: &str, fact: &Fact) -> Result<PhotoReference, NotUnderstood> {
    Ok(PhotoReference {
        id: parse(id)?,
        hash: fact.required(HASH)?,
        inspection: fact.parsed(INSPECTION)?,
        problem: fact.parsed(PROBLEM)?,
        stage_change: fact.parsed(STAGE_CHANGE)?,
        paper: fact.parsed(PAPER)?,
        rectified: fact.flag(RECTIFIED),
        sketch_of: fact.parsed(SKETCH_OF)?,
        compare_with: fact.parsed(COMPARE_WITH)?,
        bytes: fact.count(BYTES),
        taken_at: fact.moment(TAKEN_AT),
        position: fact.json(POSITION)?,
        direction_deg: fact.parsed(DIRECTION)?,
        camera: fact.text(CAMERA).to_owned(),
        at: fact.moment(AT).ok_or(NotUnderstood)?,
        by: fact.text(BY).to_owned(),
    })
}

pub(super) fn plan_progress(id: &str, fact: &Fact) -> Result<PlanProgress, NotUnderstood> {
    Ok(PlanProgress {
        id: parse(id)?,
        percent: u8::try_from(fact.count(PERCENT)).map_err(|_| NotUnderstood)?,
        comment: fact.text(COMMENT).to_owned(),
        at: fact.moment(AT).ok_or(NotUnderstood)?,
        by: fact.text(BY).to_owned(),
    })
}

pub(super) fn paper(id: &str, fact: &Fact) -> Result<Paper, NotUnderstood> {
    Ok(Paper {
        id: parse(id)?,
        addressee: fact.json(ADDRESSEE)?.unwrap_or_default(),
        problems: fact.ids(PROBLEM_IDS)?.unwrap_or_default(),
        facts: fact.text(FACTS).to_owned(),
        content: fact.json(CONTENT)?.ok_or(NotUnderstood)?,
        reason: fact.text(REASON).to_owned(),
        position: fact.json(POSITION)?,
        at: fact.moment(AT).ok_or(NotUnderstood)?,
        by: fact.text(BY).to_owned(),
    })
}

pub(super) fn paper_number(id: &str, fact: &Fact) -> Result<PaperNumber, NotUnderstood> {
    Ok(PaperNumber {
        paper: parse(id)?,
        town: fact.required(TOWN)?,
        year: fact.required(YEAR)?,
        number: fact.count(NUMBER),
        at: fact.moment(AT).ok_or(NotUnderstood)?,
    })
}

pub(super) fn paper_void(id: &str, fact: &Fact) -> Result<PaperVoid, NotUnderstood> {
    Ok(PaperVoid {
        id: parse(id)?,
        paper: fact.required(PAPER)?,
        reason: fact.text(REASON).to_owned(),
        at: fact.moment(AT).ok_or(NotUnderstood)?,
        by: fact.text(BY).to_owned(),
    })
}

pub(super) fn case(id: &str, fact: &Fact) -> Result<Case, NotUnderstood> {
    Ok(Case {
        id: parse(id)?,
        number: fact.text(NUMBER).to_owned(),
        department: fact.text(DEPARTMENT).to_owned(),
        filed_on: fact.required(FILED_ON)?,
        fine_yuan: fact.count(FINE_YUAN),
        task: fact.parsed(TASK)?,
        at: fact.moment(AT).ok_or(NotUnderstood)?,
        by: fact.text(BY).to_owned(),
    })
}

pub(super) fn alert(id: &str, fact: &Fact) -> Result<Alert, NotUnderstood> {
    Ok(Alert {
        id: parse(id)?,
        other: fact.required(OTHER)?,
        other_grid: fact.required(OTHER_GRID)?,
        other_name: fact.text(OTHER_NAME).to_owned(),
        is_new: fact.flag(IS_NEW),
        matched_by: fact.required(MATCHED_BY)?,
        at: fact.moment(AT).ok_or(NotUnderstood)?,
    })
}

pub(super) fn alert_answer(id: &str, fact: &Fact) -> Result<AlertAnswer, NotUnderstood> {
    Ok(AlertAnswer {
        id: parse(id)?,
        alert: fact.required(ALERT)?,
        confirmed: fact.flag(CONFIRMED),
        comment: fact.text(COMMENT).to_owned(),
        at: fact.moment(AT).ok_or(NotUnderstood)?,
        by: fact.text(BY).to_owned(),
    })
}
