//! The way of a problem from discovery to being closed out: which step may follow which, what it needs, and what stands
//! where two people moved a problem while they were apart.
//!
//! The rule for that, in words that people can be told: a sending back stands over a step forward that was taken
//! without knowing of it; of steps forward, the farthest stands, because each of them was taken in order. Where the
//! first happened, the problem is contested until somebody with the right settles it.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::causal::{Causal, in_order, tips};
use crate::words::words;
use crate::{Dossier, Permission, Problem, Role, Stage, StageChange, StageChangeId};

impl Causal for StageChange {
    type Id = StageChangeId;

    fn id(&self) -> StageChangeId {
        self.id
    }

    fn at(&self) -> DateTime<Utc> {
        self.at
    }

    fn after(&self) -> Option<&[StageChangeId]> {
        self.after.as_deref()
    }
}

/// Where a problem is: the fold over its stage changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProblemState {
    /// Its stage.
    pub stage: Stage,
    /// The stage that it was sent back from, while it is sent back.
    pub sent_back_from: Option<Stage>,
    /// By when it must be mended, as far as a day was given.
    pub deadline: Option<NaiveDate>,
    /// When it came to this stage.
    pub since: DateTime<Utc>,
    /// The changes that nobody built on yet and that lead here: what the next change comes after.
    pub tips: Vec<StageChangeId>,
    /// The other such changes, which were overruled and nobody has settled yet; empty where all agree.
    pub contested: Vec<StageChangeId>,
    /// Changes that had no effect, because they could not follow what they were made upon.
    pub void: Vec<StageChangeId>,
}

/// What one change leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Step {
    stage: Stage,
    sent_back_from: Option<Stage>,
    deadline: Option<NaiveDate>,
    since: DateTime<Utc>,
    /// How often the problem had been sent back.
    round: usize,
}

impl Step {
    /// The order in which steps stand over each other.
    fn weight(&self) -> (bool, usize, Stage, std::cmp::Reverse<Option<Stage>>) {
        (self.stage == Stage::SentBack, self.round, self.stage, std::cmp::Reverse(self.sent_back_from))
    }

    /// Whether both can stand side by side: steps of one round, none of which was sent back, or all.
    fn agrees_with(&self, other: &Self) -> bool {
        self.round == other.round && (self.stage == Stage::SentBack) == (other.stage == Stage::SentBack)
    }
}

/// Whether a problem at `from` may move to `to`. A stage may be repeated while a problem is being rectified or
/// supervised: more evidence, another look.
pub fn may_follow(from: Stage, sent_back_from: Option<Stage>, to: Stage) -> bool {
    match (from, to) {
        (Stage::SentBack, to) => resubmitted(sent_back_from) == to,
        (_, Stage::SentBack) => true,
        (Stage::Discovered, Stage::Confirmed)
        | (Stage::Confirmed, Stage::Registered)
        | (Stage::Registered | Stage::Rectifying, Stage::Rectifying)
        | (Stage::Rectifying | Stage::Supervised, Stage::Supervised)
        | (Stage::Supervised, Stage::ClosedOut) => true,
        _ => false,
    }
}

/// Where a problem goes on that was sent back: before it was registered the finding itself is in question, afterwards
/// its rectification.
pub fn resubmitted(sent_back_from: Option<Stage>) -> Stage {
    match sent_back_from {
        None | Some(Stage::Discovered | Stage::Confirmed) => Stage::Discovered,
        Some(_) => Stage::Rectifying,
    }
}

/// Folds the changes of one problem.
pub fn state_of(problem: &Problem, changes: &[StageChange]) -> ProblemState {
    let of_problem: Vec<StageChange> =
        changes.iter().filter(|change| change.problem == problem.id).cloned().collect();
    let ordered = in_order(&of_problem);
    let found = Step {
        stage: Stage::Discovered,
        sent_back_from: None,
        deadline: problem.deadline,
        since: problem.at,
        round: 0,
    };
    let mut steps: BTreeMap<StageChangeId, Step> = BTreeMap::new();
    let mut void: Vec<StageChangeId> = of_problem
        .iter()
        .filter(|change| !ordered.iter().any(|(placed, _)| placed.id == change.id))
        .map(|change| change.id)
        .collect();
    for (change, after) in &ordered {
        let before: Vec<&Step> = after.iter().filter_map(|id| steps.get(id)).collect();
        let (step, effective) = step(problem, &found, &before, change);
        if !effective {
            void.push(change.id);
        }
        steps.insert(change.id, step);
    }
    void.sort();
    let ends: Vec<(StageChangeId, &Step)> =
        tips(&ordered).iter().filter_map(|change| Some((change.id, steps.get(&change.id)?))).collect();
    let Some(stands) = ends.iter().map(|(_, step)| *step).max_by_key(|step| step.weight()) else {
        let Step { stage, sent_back_from, deadline, since, round: _ } = found;
        return ProblemState {
            stage,
            sent_back_from,
            deadline,
            since,
            tips: Vec::new(),
            contested: Vec::new(),
            void,
        };
    };
    let (agreeing, contested): (Vec<_>, Vec<_>) = ends.iter().partition(|(_, step)| step.agrees_with(stands));
    ProblemState {
        stage: stands.stage,
        sent_back_from: stands.sent_back_from,
        deadline: stands.deadline,
        since: stands.since,
        tips: agreeing.into_iter().map(|(id, _)| id).collect(),
        contested: contested.into_iter().map(|(id, _)| id).collect(),
        void,
    }
}

/// What a change leads to from what it was made upon, and whether it has any effect.
fn step(problem: &Problem, found: &Step, before: &[&Step], change: &StageChange) -> (Step, bool) {
    let from = before.iter().copied().max_by_key(|step| step.weight()).unwrap_or(found);
    let settles = before.iter().any(|other| !other.agrees_with(from))
        && before.iter().any(|step| step.stage == change.stage);
    // What came from a ledger is closed by ledgers: nobody walked it through the stages here.
    let by_ledger =
        problem.inspection.is_none() && matches!(change.stage, Stage::ClosedOut | Stage::Rectifying);
    if !settles && !by_ledger && !may_follow(from.stage, from.sent_back_from, change.stage) {
        return (from.clone(), false);
    }
    let round = before.iter().map(|step| step.round).max().unwrap_or_default();
    let sent_back = change.stage == Stage::SentBack;
    let deadline = match change.stage {
        Stage::Registered => change.deadline.or(from.deadline),
        _ => from.deadline,
    };
    let sent_back_from = sent_back.then(|| match from.stage {
        Stage::SentBack => from.sent_back_from.unwrap_or(Stage::Discovered),
        stage => stage,
    });
    let step = Step {
        stage: change.stage,
        sent_back_from,
        deadline,
        since: change.at,
        round: round + usize::from(sent_back && !settles),
    };
    (step, true)
}

words! {
    /// What a step lacks.
    Missing, "missing" {
        /// A photo of the problem.
        PhotoBefore = "photo_before", "问题照片";
        /// A photo after rectification.
        PhotoAfter = "photo_after", "整改后照片";
        /// The day by which it must be mended.
        Deadline = "deadline", "整改期限";
        /// Why.
        Comment = "comment", "说明";
    }
}

/// A step that a problem can take now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct NextStep {
    /// Where it leads.
    pub stage: Stage,
    /// What somebody must be allowed to do to take it.
    pub permission: Permission,
    /// What it needs and what is not on record yet. A comment, a deadline and photos can be given with the step itself.
    pub missing: Vec<Missing>,
    /// Whether it settles what two people did apart.
    pub settles: bool,
}

impl Dossier {
    /// Where a problem is.
    pub fn state(&self, problem: &Problem) -> ProblemState {
        state_of(problem, &self.stage_changes)
    }

    /// What a step lacks that is not on record yet.
    pub fn missing_for(&self, problem: &Problem, state: &ProblemState, stage: Stage) -> Vec<Missing> {
        let shown = |rectified: bool| {
            self.photos.iter().any(|photo| photo.problem == Some(problem.id) && photo.rectified == rectified)
        };
        let mut missing = Vec::new();
        match stage {
            Stage::Registered if state.deadline.is_none() => missing.push(Missing::Deadline),
            Stage::ClosedOut => {
                if !shown(false) {
                    missing.push(Missing::PhotoBefore);
                }
                if !shown(true) {
                    missing.push(Missing::PhotoAfter);
                }
            }
            Stage::SentBack => missing.push(Missing::Comment),
            _ => {}
        }
        missing
    }

    /// The steps that this role may take with a problem now; the first is the obvious one, sending back comes last.
    pub fn next_steps(&self, problem: &Problem, role: Role) -> Vec<NextStep> {
        let state = self.state(problem);
        // In the order in which they are offered: forward first.
        const ORDER: [Stage; 7] = [
            Stage::ClosedOut,
            Stage::Supervised,
            Stage::Rectifying,
            Stage::Registered,
            Stage::Confirmed,
            Stage::Discovered,
            Stage::SentBack,
        ];
        let contested: Vec<Stage> = self
            .stage_changes
            .iter()
            .filter(|change| state.contested.contains(&change.id) || state.tips.contains(&change.id))
            .map(|change| change.stage)
            .collect();
        let may_settle = !state.contested.is_empty() && role.may(Permission::Supervise);
        ORDER
            .into_iter()
            .filter_map(|stage| {
                let settles = may_settle && contested.contains(&stage);
                let permission = if settles { Permission::Supervise } else { stage.permission() };
                let follows = may_follow(state.stage, state.sent_back_from, stage);
                (role.may(permission) && (follows || settles)).then(|| NextStep {
                    stage,
                    permission,
                    missing: self.missing_for(problem, &state, stage),
                    settles,
                })
            })
            .collect()
    }

    /// What the next change of a problem comes after: for somebody who may settle, everything; for others only what
    /// stands, so that a contested problem stays marked.
    pub fn step_after(&self, problem: &Problem, role: Role) -> Vec<StageChangeId> {
        let ProblemState { mut tips, contested, .. } = self.state(problem);
        if role.may(Permission::Supervise) {
            tips.extend(contested);
        }
        tips
    }
}

#[cfg(test)]
mod tests;
