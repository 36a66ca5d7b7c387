//! Petitions, assigned lists and campaigns.

use chrono::{DateTime, NaiveDate, Utc};
use domain::{GridCode, GridUnit, InspectionId, SiteId, Task, TaskFigures, TaskId, TaskKind, TaskReplyId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{SiteFilter, messages};

/// How far a task has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum TaskState {
    /// Nobody has been there for it, or not everywhere.
    Open,
    /// Every site was visited for it; it waits for a reply or its end.
    Checked,
    /// It was ended.
    Ended,
}

messages! {
    /// Which tasks are meant. Every condition that is given must hold.
    #[derive(Default)]
    struct TaskFilter {
        /// For a grid unit within this one, or for one that contains it.
        grid: Option<GridCode>,
        /// Of this kind.
        kind: Option<TaskKind>,
        /// Of this list.
        list: Option<String>,
        /// That have come so far.
        state: Option<TaskState>,
        /// Past the deadline today in China and not ended.
        overdue: Option<bool>,
    }
    /// One page of tasks, those with the nearest deadline first.
    struct ListTasks {
        /// The filter.
        filter: TaskFilter,
        /// `next` of the page before; `None` for the first page.
        after: Option<String>,
        /// How many at most, 1 to 500.
        limit: u32,
    }
    /// A task as a line of a list.
    struct TaskLine {
        /// The task.
        id: TaskId,
        /// Where it comes from.
        kind: TaskKind,
        /// Whom it is for.
        grid: GridCode,
        /// The name of that unit.
        unit: String,
        /// The list that it came with.
        list: String,
        /// Its number.
        number: String,
        /// What it is about.
        title: String,
        /// By when.
        deadline: Option<NaiveDate>,
        /// By how many days that has passed, if it has.
        days_overdue: Option<i64>,
        /// How far it has come.
        state: TaskState,
        /// The site, where it is about one that is known.
        site: Option<SiteId>,
        /// What came of it so far.
        figures: TaskFigures,
        /// The day on which it was answered.
        replied_on: Option<NaiveDate>,
        /// Whether the petitioner was satisfied.
        satisfied: Option<bool>,
    }
    /// One page of tasks.
    struct TaskPage {
        /// The tasks.
        tasks: Vec<TaskLine>,
        /// Where the next page begins; `None` at the end.
        next: Option<String>,
    }
    /// Names one task.
    struct OneTask {
        /// The task.
        task: TaskId,
    }
    /// A visit that was made for a task.
    struct TaskVisit {
        /// The site.
        site: SiteId,
        /// The name of the site.
        site_name: String,
        /// The name of its village.
        village: String,
        /// The visit.
        inspection: InspectionId,
        /// When.
        at: DateTime<Utc>,
        /// Who.
        by: String,
        /// Problems that were found on it.
        problems: u64,
        /// Those among them that are major.
        major: u64,
    }
    /// How far a campaign has come in one village.
    struct VillageProgress {
        /// The village.
        unit: GridUnit,
        /// What came of it there.
        figures: TaskFigures,
    }
    /// All about one task.
    struct TaskView {
        /// The task.
        task: Task,
        /// How far it has come.
        state: TaskState,
        /// By how many days the deadline has passed, if it has.
        days_overdue: Option<i64>,
        /// County, town and village by name, down to the unit that it is for.
        path: Vec<String>,
        /// What came of it.
        figures: TaskFigures,
        /// By village, in the order of codes.
        villages: Vec<VillageProgress>,
        /// The latest visits that were made for it, at most 200.
        visits: Vec<TaskVisit>,
    }
    /// A petition or an assigned task.
    struct EnterTask {
        /// Its id, made by the form.
        id: TaskId,
        /// `Petition` or `Assigned`.
        kind: TaskKind,
        /// The grid unit whose inspectors it is for.
        grid: GridCode,
        /// The list that it came with.
        list: String,
        /// Its number.
        number: String,
        /// What it is about.
        title: String,
        /// More about it.
        content: String,
        /// Who asks, and how to reach them.
        petitioner: String,
        /// The day from which it counts.
        from: NaiveDate,
        /// By when it must be done.
        deadline: Option<NaiveDate>,
        /// The site that it is about, if that is known.
        site: Option<SiteId>,
    }
    /// A campaign. Its sites are those that the filter leaves now; later ones do not join.
    struct CreateCampaign {
        /// Its id, made by the form.
        id: TaskId,
        /// The grid unit whose inspectors it is for.
        grid: GridCode,
        /// What it is called.
        name: String,
        /// What it is for.
        purpose: String,
        /// Which sites. Its `grid` is taken from the campaign.
        filter: SiteFilter,
        /// What is asked at each site.
        checklist: Vec<String>,
        /// The first day.
        from: NaiveDate,
        /// The last day.
        deadline: NaiveDate,
    }
    /// A note on a task.
    struct ReplyTask {
        /// Its id, made by the form.
        id: TaskReplyId,
        /// The task.
        task: TaskId,
        /// The day on which the petitioner, or whoever asks, was answered.
        replied_on: Option<NaiveDate>,
        /// Whether the petitioner was satisfied at the follow-up.
        satisfied: Option<bool>,
        /// Whether the task ends with this.
        ends: bool,
        /// What was said.
        comment: String,
    }
    /// Whose lists are meant.
    struct TaskListsOf {
        /// For units within this one.
        grid: Option<GridCode>,
    }
    /// What came of one list.
    struct TaskList {
        /// Where its tasks come from.
        kind: TaskKind,
        /// Its name.
        list: String,
        /// How many tasks it has.
        tasks: u64,
        /// What came of them.
        figures: TaskFigures,
    }
}
