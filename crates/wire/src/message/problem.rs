//! Problems on their way to being closed out, and what is decided on a site.

use chrono::{DateTime, NaiveDate, Utc};
use domain::{
    CompletionId, DecisionId, GridCode, LatLon, NextStep, PlanProgressId, Position, Problem, ProblemId,
    Severity, SiteId, Stage, StageChangeId, TaskId,
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use uuid::Uuid;

use super::{NewDecision, NewPhoto, messages};

messages! {
    /// Which problems are meant. Every condition that is given must hold.
    #[derive(Default)]
    struct ProblemFilter {
        /// Within this grid unit.
        grid: Option<GridCode>,
        /// Of this site.
        site: Option<SiteId>,
        /// At one of these stages; any where there are none.
        stages: Vec<Stage>,
        /// So bad.
        severity: Option<Severity>,
        /// Past the deadline today in China and not closed out, or not. Those come with the longest overdue first.
        overdue: Option<bool>,
        /// Moved differently by people who were apart, and not settled.
        contested: Option<bool>,
        /// Found on visits that were made for this task.
        task: Option<TaskId>,
        /// Found on visits that were made for tasks of this list.
        list: Option<String>,
    }
    /// One page of what a filter leaves: those that have been waiting longest at their stage first.
    struct ListProblems {
        /// The filter.
        filter: ProblemFilter,
        /// `next` of the page before; `None` for the first page.
        after: Option<String>,
        /// How many at most, 1 to 500.
        limit: u32,
    }
    /// A problem as a line of a list.
    struct ProblemLine {
        /// The problem.
        id: ProblemId,
        /// The site.
        site: SiteId,
        /// The name of the site.
        site_name: String,
        /// Its village.
        grid: GridCode,
        /// The name of the village.
        village: String,
        /// Where the site stands.
        place: Option<LatLon>,
        /// What is wrong.
        description: String,
        /// How bad it is.
        severity: Severity,
        /// How far it has come.
        stage: Stage,
        /// What was said when it came to this stage.
        comment: String,
        /// Who brought it there.
        by: String,
        /// Since when it is there.
        since: DateTime<Utc>,
        /// By when it must be mended.
        deadline: Option<NaiveDate>,
        /// By how many days that has passed, if it has.
        days_overdue: Option<i64>,
        /// When it was found.
        found_at: DateTime<Utc>,
        /// Who found it.
        found_by: String,
        /// Whether it waits to be settled.
        contested: bool,
    }
    /// One page of problems.
    struct ProblemPage {
        /// The problems.
        problems: Vec<ProblemLine>,
        /// Where the next page begins; `None` at the end.
        next: Option<String>,
    }
    /// A problem, how far it has come, and how it can go on.
    struct ProblemView {
        /// The problem.
        problem: Problem,
        /// Its stage.
        stage: Stage,
        /// The stage that it was sent back from, while it is sent back.
        sent_back_from: Option<Stage>,
        /// Since when it is at this stage.
        since: DateTime<Utc>,
        /// By when it must be mended.
        deadline: Option<NaiveDate>,
        /// By how many days that has passed, if it has.
        days_overdue: Option<i64>,
        /// The stage changes that lead here and that nobody built upon. A step names these and the contested ones, so
        /// that one taken on an old view is told so.
        tips: Vec<StageChangeId>,
        /// Stage changes that were overruled and not settled; empty where all agree.
        contested: Vec<StageChangeId>,
        /// Stage changes that had no effect.
        void: Vec<StageChangeId>,
        /// The steps that the caller may take; the first is the obvious one.
        steps: Vec<NextStep>,
    }
    /// A step of a problem.
    struct StepProblem {
        /// Its id, made by the form so that pressing twice takes one step.
        id: StageChangeId,
        /// The site.
        site: SiteId,
        /// The problem.
        problem: ProblemId,
        /// Where it shall go.
        stage: Stage,
        /// The `tips` and `contested` that the person saw. Where others stand by now, nothing is written.
        seen: Vec<StageChangeId>,
        /// Why, or what was seen. Must be given for sending back.
        comment: String,
        /// By when it must be mended; for registering.
        deadline: Option<NaiveDate>,
        /// Where the person stands.
        position: Option<Position>,
        /// Photos that were attached to the form.
        photos: Vec<NewPhoto>,
        /// The form that this finishes.
        draft: Option<Uuid>,
    }
    /// A step that is on record, on the disk.
    struct SteppedProblem {
        /// Where the problem is now.
        stage: Stage,
        /// When the step was recorded.
        at: DateTime<Utc>,
    }
    /// A verdict with its plan (一企一策), decided at the office.
    struct DecideSite {
        /// Its id, made by the form.
        id: DecisionId,
        /// The site.
        site: SiteId,
        /// What is decided.
        decision: NewDecision,
        /// The decisions that the person saw as standing or contested. Where others stand by now, nothing is written.
        seen: Vec<DecisionId>,
    }
    /// A statement that the verdict was carried out, or that it was not after all.
    struct CompleteSite {
        /// Its id, made by the form.
        id: CompletionId,
        /// The site.
        site: SiteId,
        /// The decision in force that the person saw. Where another stands by now, nothing is written.
        decision: Option<DecisionId>,
        /// Whether it was carried out. Only possible when all problems are closed out.
        done: bool,
        /// On which day.
        done_on: Option<NaiveDate>,
        /// How it was seen, or why it is not so.
        comment: String,
    }
    /// A note of how far a plan has come.
    struct ReportProgress {
        /// Its id, made by the form.
        id: PlanProgressId,
        /// The site.
        site: SiteId,
        /// How much is done, 0 to 100.
        percent: u8,
        /// What was seen.
        comment: String,
    }
}
