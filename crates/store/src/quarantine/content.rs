//! What a change puts on record: the difference between a document before it and after it.

use std::collections::BTreeMap;

use domain::{Dossier, SiteField, SiteId, Task, TaskId, TaskReply};
use uuid::Uuid;
use wire::sync::DocumentKind;

use crate::DossierWrite;
use crate::document::{County, Document, DocumentError, caught, stored_field};

/// What a document says.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Content {
    Dossier(Option<Box<Dossier>>),
    Task(Option<Box<Task>>),
    County(County),
}

impl Content {
    /// Reads a document that may hold crafted changes.
    pub fn read(document: &Document, id: Uuid) -> Result<Self, DocumentError> {
        caught(|| {
            Ok(match document.kind() {
                DocumentKind::Dossier => Self::Dossier(document.dossier(SiteId(id))?.map(Box::new)),
                DocumentKind::Task => Self::Task(document.task(TaskId(id))?.map(Box::new)),
                DocumentKind::County => Self::County(document.county()?),
            })
        })
    }

    /// What was put on record between this and `after`.
    pub fn facts_until(&self, after: &Self) -> Vec<Fact> {
        match (self, after) {
            (Self::Dossier(before), Self::Dossier(after)) => match (before, after) {
                (before, Some(after)) => new_facts(before.as_deref(), after),
                (None, None) => Vec::new(),
                (Some(_), None) => vec![Fact::Overwritten],
            },
            (Self::Task(before), Self::Task(after)) => task_facts(before.as_deref(), after.as_deref()),
            (Self::County(before), Self::County(after)) => county_facts(before, after),
            _ => vec![Fact::Overwritten],
        }
    }

    pub fn dossier(&self) -> Option<&Dossier> {
        match self {
            Self::Dossier(dossier) => dossier.as_deref(),
            _ => None,
        }
    }
}

/// One thing that a change puts on record.
#[derive(Debug, Clone, PartialEq)]
pub enum Fact {
    /// In the dossier of a site.
    Dossier(Box<DossierWrite>),
    /// A task was handed out.
    Task(Box<Task>),
    /// A note on a task.
    Reply(Box<TaskReply>),
    /// The name of a grid unit.
    Unit,
    /// The outline of a grid unit.
    Outline,
    /// The rules of a county.
    Rules,
    /// What was on record is not as it was: facts are written once.
    Overwritten,
    /// This version does not know what it is.
    Unknown,
}

impl Fact {
    /// The fact as a word, such as `stage:closed_out`, `decision:clean` or `field:name`.
    pub fn word(&self) -> String {
        let write = match self {
            Self::Dossier(write) => write,
            Self::Task(_) => return "task".to_owned(),
            Self::Reply(_) => return "reply".to_owned(),
            Self::Unit => return "unit".to_owned(),
            Self::Outline => return "outline".to_owned(),
            Self::Rules => return "rules".to_owned(),
            Self::Overwritten => return "overwritten".to_owned(),
            Self::Unknown => return "unknown".to_owned(),
        };
        match &**write {
            DossierWrite::Register { .. } => "registered".to_owned(),
            DossierWrite::MoveTo { .. } => "moved".to_owned(),
            DossierWrite::SetField(field, _) | DossierWrite::ChooseValue(field, _) => {
                format!("field:{field}")
            }
            DossierWrite::AddInspection(_) => "inspection".to_owned(),
            DossierWrite::AddDecision(decision) => format!("decision:{}", decision.verdict),
            DossierWrite::AddCompletion(_) => "completion".to_owned(),
            DossierWrite::AddProblem(_) => "problem".to_owned(),
            DossierWrite::AddStageChange(change) => format!("stage:{}", change.stage),
            DossierWrite::AddPhoto(_) => "photo".to_owned(),
            DossierWrite::AddPlanProgress(_) => "progress".to_owned(),
            DossierWrite::AddPaper(paper) => format!("paper:{}", paper.content.step()),
            DossierWrite::NumberPaper(_) => "number".to_owned(),
            DossierWrite::AddPaperVoid(_) => "void".to_owned(),
            DossierWrite::AddCase(_) => "case".to_owned(),
            DossierWrite::AddAlert(_) => "new_alert".to_owned(),
            DossierWrite::AddAlertAnswer(_) => "alert".to_owned(),
        }
    }
}

/// What a dossier says that it did not say before, in the order in which it can be written.
pub fn new_facts(before: Option<&Dossier>, after: &Dossier) -> Vec<Fact> {
    let nothing;
    let (mut facts, before) = match before {
        Some(before) => {
            let registered = (before.registered_at, &before.registered_by);
            let same = registered == (after.registered_at, &after.registered_by);
            let mut facts = if same { Vec::new() } else { vec![Fact::Overwritten] };
            if before.fields.grid != after.fields.grid {
                facts.push(Fact::Dossier(Box::new(DossierWrite::MoveTo { grid: after.fields.grid.clone() })));
            }
            (facts, before)
        }
        None => {
            let grid = after.fields.grid.clone();
            let (at, by) = (after.registered_at, after.registered_by.clone());
            nothing = Dossier::new(after.id, domain::SiteFields::named(grid.clone(), ""), at, by.clone());
            (vec![Fact::Dossier(Box::new(DossierWrite::Register { grid, at, by }))], &nothing)
        }
    };
    if after.read_only && !before.read_only {
        facts.push(Fact::Unknown);
    }
    for field in SiteField::ALL {
        let (was, is) = (stored_field(&before.fields, *field), stored_field(&after.fields, *field));
        if was != is || values(before, *field) != values(after, *field) {
            facts.push(Fact::Dossier(Box::new(DossierWrite::SetField(*field, is))));
        }
    }
    macro_rules! compare {
        ($($list:ident by $id:ident as $write:ident,)+) => {$({
            let of_before: BTreeMap<_, _> = before.$list.iter().map(|fact| (fact.$id, fact)).collect();
            let of_after: BTreeMap<_, _> = after.$list.iter().map(|fact| (fact.$id, fact)).collect();
            let overwritten = of_before.iter().any(|(id, fact)| of_after.get(id) != Some(fact));
            facts.extend(overwritten.then_some(Fact::Overwritten));
            let new = after.$list.iter().filter(|fact| !of_before.contains_key(&fact.$id));
            facts.extend(new.map(|fact| Fact::Dossier(Box::new(DossierWrite::$write(fact.clone())))));
        })+};
    }
    compare! {
        inspections by id as AddInspection,
        decisions by id as AddDecision,
        completions by id as AddCompletion,
        problems by id as AddProblem,
        stage_changes by id as AddStageChange,
        plan_progress by id as AddPlanProgress,
        papers by id as AddPaper,
        paper_numbers by paper as NumberPaper,
        paper_voids by id as AddPaperVoid,
        cases by id as AddCase,
        alerts by id as AddAlert,
        alert_answers by id as AddAlertAnswer,
        photos by id as AddPhoto,
    }
    facts
}

/// The values that a field holds, where it holds several.
fn values(dossier: &Dossier, field: SiteField) -> Vec<&str> {
    let conflicts = dossier.conflicts.iter().filter(|conflict| conflict.field == field);
    let mut values: Vec<&str> =
        conflicts.flat_map(|conflict| &conflict.values).map(|value| value.value.as_str()).collect();
    values.sort_unstable();
    values
}

fn task_facts(before: Option<&Task>, after: Option<&Task>) -> Vec<Fact> {
    let Some(after) = after else {
        return before.map(|_| Fact::Overwritten).into_iter().collect();
    };
    let bare = |task: &Task| Task { replies: Vec::new(), ..task.clone() };
    let mut facts = Vec::new();
    let mut replies: BTreeMap<_, &TaskReply> = BTreeMap::new();
    match before {
        None => facts.push(Fact::Task(Box::new(bare(after)))),
        Some(before) => {
            replies.extend(before.replies.iter().map(|reply| (reply.id, reply)));
            let kept = replies.values().all(|reply| after.replies.contains(reply));
            if bare(before) != bare(after) || !kept {
                facts.push(Fact::Overwritten);
            }
        }
    }
    let new = after.replies.iter().filter(|reply| !replies.contains_key(&reply.id));
    facts.extend(new.map(|reply| Fact::Reply(Box::new(reply.clone()))));
    facts
}

fn county_facts(before: &County, after: &County) -> Vec<Fact> {
    let mut facts = Vec::new();
    facts.extend((before.units != after.units).then_some(Fact::Unit));
    facts.extend((before.boundaries != after.boundaries).then_some(Fact::Outline));
    facts.extend((before.recheck_days != after.recheck_days).then_some(Fact::Rules));
    facts
}
