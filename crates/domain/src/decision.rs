//! What is to become of a site (一企一策), and whether it was done.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::causal::{Causal, in_order, tips};
use crate::words::words;
use crate::{CompletionId, DecisionId, InspectionId, PlanProgressId};

words! {
    /// What is to become of a site.
    Verdict, "verdict" {
        /// Not a polluting workshop.
        Clean = "clean", "非散乱污";
        /// May stay once it is upgraded.
        Upgrade = "upgrade", "提升改造";
        /// Must move into an industrial park.
        Relocate = "relocate", "整合搬迁";
        /// Must close.
        ShutDown = "shut_down", "关停取缔";
    }
}

impl Verdict {
    /// Whether the site counts as polluting.
    pub const fn is_polluting(self) -> bool {
        !matches!(self, Self::Clean)
    }
}

/// A verdict with its plan. Written once; a later decision takes its place, and both stay on record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Decision {
    /// Its id.
    pub id: DecisionId,
    /// The verdict.
    pub verdict: Verdict,
    /// What must be done, in words.
    pub measures: String,
    /// By when.
    pub deadline: Option<NaiveDate>,
    /// The unit that answers for it.
    pub responsible_unit: String,
    /// The person who answers for it.
    pub responsible_person: String,
    /// The visit on which it was decided, if it was on one.
    pub inspection: Option<InspectionId>,
    /// The decisions that its author saw and that it takes the place of; `None` in records of before this was noted.
    pub after: Option<Vec<DecisionId>>,
    /// When it was decided.
    pub at: DateTime<Utc>,
    /// Who decided.
    pub by: String,
}

impl Decision {
    /// Whether both say the same: the same verdict with the same plan.
    pub fn agrees_with(&self, other: &Self) -> bool {
        self.verdict == other.verdict
            && self.measures == other.measures
            && self.deadline == other.deadline
            && self.responsible_unit == other.responsible_unit
            && self.responsible_person == other.responsible_person
    }

    /// The order in which decisions that were taken apart stand over each other: the stricter verdict, then the
    /// earlier deadline, then the later decision.
    fn weight(&self) -> (Verdict, Reverse<NaiveDate>, DateTime<Utc>, DecisionId) {
        (self.verdict, Reverse(self.deadline.unwrap_or(NaiveDate::MAX)), self.at, self.id)
    }
}

impl Causal for Decision {
    type Id = DecisionId;

    fn id(&self) -> DecisionId {
        self.id
    }

    fn at(&self) -> DateTime<Utc> {
        self.at
    }

    fn after(&self) -> Option<&[DecisionId]> {
        self.after.as_deref()
    }
}

/// What stands of the decisions on a site. Where people decided differently while they were apart, the stricter stands
/// until somebody with the right has decided again: shutting down over relocating over upgrading over not polluting.
#[derive(Debug, Clone, PartialEq)]
pub struct DecisionState<'a> {
    /// The decision in force.
    pub in_force: Option<&'a Decision>,
    /// The decisions that say the same and that nothing takes the place of, the one in force among them.
    pub tips: Vec<DecisionId>,
    /// Decisions that were taken apart from it and say something else; empty where all agree.
    pub contested: Vec<&'a Decision>,
}

/// Folds the decisions on a site.
pub fn decision_state(decisions: &[Decision]) -> DecisionState<'_> {
    let tips = tips(&in_order(decisions));
    let in_force = tips.iter().copied().max_by_key(|decision| decision.weight());
    let (agreeing, contested): (Vec<&Decision>, Vec<&Decision>) = tips
        .into_iter()
        .partition(|decision| in_force.is_some_and(|in_force| in_force.agrees_with(decision)));
    DecisionState { in_force, tips: agreeing.into_iter().map(|decision| decision.id).collect(), contested }
}

/// The decision in force and those before it that set the same task: a later plan for the same verdict is the same task,
/// another verdict in between makes it a new one.
pub fn same_task(decisions: &[Decision]) -> BTreeSet<DecisionId> {
    let mut same = BTreeSet::new();
    let Some(in_force) = decision_state(decisions).in_force else { return same };
    let ordered: BTreeMap<DecisionId, (&Decision, Vec<DecisionId>)> =
        in_order(decisions).into_iter().map(|(decision, after)| (decision.id, (decision, after))).collect();
    let mut waiting = vec![in_force.id];
    while let Some(id) = waiting.pop() {
        let Some((decision, after)) = ordered.get(&id) else { continue };
        if decision.verdict != in_force.verdict || !same.insert(id) {
            continue;
        }
        match decision.after {
            Some(_) => waiting.extend(after),
            // One that does not say follows the one just before it.
            None => waiting.extend(after.last()),
        }
    }
    same
}

/// How far a plan has come, as somebody saw it. Written once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct PlanProgress {
    /// Its id.
    pub id: PlanProgressId,
    /// How much is done, 0 to 100.
    pub percent: u8,
    /// What was seen.
    pub comment: String,
    /// When.
    pub at: DateTime<Utc>,
    /// Who.
    pub by: String,
}

/// A statement that the latest decision was carried out, or that it was not after all.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Completion {
    /// Its id.
    pub id: CompletionId,
    /// The decision that was carried out; `None` in records of before this was noted.
    pub of: Option<DecisionId>,
    /// Whether it was carried out.
    pub done: bool,
    /// On which day.
    pub done_on: Option<NaiveDate>,
    /// How it was seen, or why it is not so.
    pub comment: String,
    /// When this was stated.
    pub at: DateTime<Utc>,
    /// Who stated it.
    pub by: String,
}
