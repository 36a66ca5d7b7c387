//! What waits for whoever asks.

use chrono::NaiveDate;
use domain::{GridCode, GridUnit, LatLon, ProblemId, Role, SiteId, TaskId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::messages;

/// Why a place is to be visited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum VisitReason {
    /// A problem was sent back with a comment.
    SentBack,
    /// A problem must be mended.
    Problem,
    /// The plan of the site must be carried out.
    Plan,
    /// A recheck.
    Recheck,
    /// A petition, an assigned task or a campaign.
    Task,
}

/// In which order places come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum TodayOrder {
    /// The most urgent first.
    Deadline,
    /// The nearest first; those without a position last.
    Distance,
}

messages! {
    /// What is asked for.
    struct TodayOf {
        /// In which order places come.
        order: TodayOrder,
        /// Where the person stands, for distances.
        from: Option<LatLon>,
        /// Within this grid unit.
        grid: Option<GridCode>,
        /// How many places at most, 1 to 200.
        limit: u32,
    }
    /// One reason to go somewhere.
    struct Errand {
        /// The reason.
        reason: VisitReason,
        /// The problem, the task or the measures in words; what was said where it was sent back.
        text: String,
        /// By when.
        deadline: Option<NaiveDate>,
        /// By how many days that has passed, if it has.
        days_overdue: Option<i64>,
        /// The problem, if it is one.
        problem: Option<ProblemId>,
        /// The task, if it is one.
        task: Option<TaskId>,
    }
    /// A place to go to, and why.
    struct TodayPlace {
        /// The site; `None` for a task whose site is not known.
        site: Option<SiteId>,
        /// Its name, or what the task is about.
        name: String,
        /// The name of the village.
        village: String,
        /// Where it is.
        place: Option<LatLon>,
        /// How far away, in metres, if both places are known.
        distance_m: Option<f64>,
        /// Why, the most urgent first.
        errands: Vec<Errand>,
    }
    /// What is late in one village.
    struct VillageOverdue {
        /// The village.
        unit: GridUnit,
        /// Problems past their deadline.
        problems: u64,
        /// Sites past the deadline of their plan.
        sites: u64,
    }
    /// What waits for a lead, each a number of rows that can be opened.
    #[derive(Default)]
    struct LeadWaiting {
        /// Problems that were discovered and wait to be confirmed.
        to_confirm: u64,
        /// Problems that were confirmed and wait to be registered.
        to_register: u64,
        /// Problems whose rectification waits to be looked at.
        to_verify: u64,
        /// Problems that wait to be closed out.
        to_close: u64,
        /// Pieces of work from devices that are held.
        held: u64,
        /// Sites with something that waits to be settled.
        contested: u64,
        /// Sites with a resettlement alert that nobody has answered.
        alerts: u64,
        /// Petitions that were checked and not ended: they wait for an answer, a follow-up or their end.
        to_answer: u64,
        /// Tasks past their deadline.
        tasks_overdue: u64,
        /// What is late, by village, the most first.
        overdue: Vec<VillageOverdue>,
    }
    /// What waits for whoever asks.
    struct Today {
        /// Their role.
        role: Role,
        /// Where to go next.
        places: Vec<TodayPlace>,
        /// How many places there are, beyond the limit too.
        places_total: u64,
        /// How many reasons of each kind there are: sent back, problems, plans, rechecks, tasks.
        sent_back: u64,
        /// Problems to be mended whose deadline is today or past.
        problems_due: u64,
        /// Sites whose plan is due today or past.
        plans_due: u64,
        /// Rechecks that are due.
        rechecks_due: u64,
        /// Tasks that are open.
        tasks_open: u64,
        /// What waits for a lead; `None` for others.
        lead: Option<LeadWaiting>,
    }
}
