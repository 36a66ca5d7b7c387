//! What is handed to inspectors: petitions (信访), lists from above (上级交办), and campaigns (专项行动).

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::words::words;
use crate::{GridCode, SiteId, TaskId, TaskReplyId};

words! {
    /// Where a task comes from.
    TaskKind, "task kind" {
        /// A complaint that must be answered.
        Petition = "petition", "信访";
        /// A line of a list from above.
        Assigned = "assigned", "上级交办";
        /// A named set of sites, to be visited with a checklist within a period.
        Campaign = "campaign", "专项行动";
    }
}

/// A task. What becomes of it stands in the dossiers of the sites that were visited for it, and in its replies.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Task {
    /// Its id.
    pub id: TaskId,
    /// Where it comes from.
    pub kind: TaskKind,
    /// The grid unit whose inspectors it is for.
    pub grid: GridCode,
    /// The list that it came with, such as 2026年第3批环保督察交办件; for a campaign its name.
    pub list: String,
    /// Its number in that list, or that of the petition.
    pub number: String,
    /// What it is about: the text of the petition, the name of the company, the purpose of the campaign.
    pub title: String,
    /// More about it.
    pub content: String,
    /// Who asks, and how to reach them.
    pub petitioner: String,
    /// The day from which it counts.
    pub from: NaiveDate,
    /// By when it must be done.
    pub deadline: Option<NaiveDate>,
    /// The sites that are to be visited: that of a petition or list once it is known, all of a campaign.
    pub sites: Vec<SiteId>,
    /// The checklist of a campaign.
    pub checklist: Vec<String>,
    /// When it was handed out.
    pub at: DateTime<Utc>,
    /// Who handed it out.
    pub by: String,
    /// What was noted since, oldest first.
    pub replies: Vec<TaskReply>,
}

/// What a lead notes on a task. Written once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct TaskReply {
    /// Its id.
    pub id: TaskReplyId,
    /// The day on which the petitioner, or whoever asks, was answered.
    pub replied_on: Option<NaiveDate>,
    /// Whether the petitioner was satisfied at the follow-up.
    pub satisfied: Option<bool>,
    /// Whether the task ends with this.
    pub ends: bool,
    /// What was said.
    pub comment: String,
    /// When this was noted.
    pub at: DateTime<Utc>,
    /// Who noted it.
    pub by: String,
}

impl Task {
    /// Whether it was ended.
    pub fn ended(&self) -> bool {
        self.replies.iter().any(|reply| reply.ends)
    }
}

/// What came of tasks: every figure is a count of rows that can be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct TaskFigures {
    /// Sites or tasks that were handed out.
    pub assigned: u64,
    /// Those that were visited for it.
    pub checked: u64,
    /// Those among them at which problems were found.
    pub with_problems: u64,
    /// Problems that were found.
    pub problems: u64,
    /// Those among them that are major.
    pub major: u64,
    /// Those among them that are closed out.
    pub closed_out: u64,
    /// Cases that were filed.
    pub cases: u64,
    /// Fines in yuan.
    pub fines_yuan: u64,
    /// Petitions that were answered.
    pub replied: u64,
    /// Petitioners who were satisfied.
    pub satisfied: u64,
    /// Tasks that are past their deadline and not done.
    pub overdue: u64,
}

impl TaskFigures {
    /// The share of those checked at which problems were found (问题发现率), in thousandths, rounded; `None` while
    /// nothing was checked.
    pub fn discovery_per_mille(&self) -> Option<u64> {
        per_mille(self.with_problems, self.checked)
    }

    /// The share of problems that are closed out (整改率), in thousandths, rounded; `None` while there are none.
    pub fn rectification_per_mille(&self) -> Option<u64> {
        per_mille(self.closed_out, self.problems)
    }

    /// Counts more of them.
    pub fn add(&mut self, more: &Self) {
        let Self {
            assigned,
            checked,
            with_problems,
            problems,
            major,
            closed_out,
            cases,
            fines_yuan,
            replied,
            satisfied,
            overdue,
        } = more;
        self.assigned += assigned;
        self.checked += checked;
        self.with_problems += with_problems;
        self.problems += problems;
        self.major += major;
        self.closed_out += closed_out;
        self.cases += cases;
        self.fines_yuan += fines_yuan;
        self.replied += replied;
        self.satisfied += satisfied;
        self.overdue += overdue;
    }
}

/// A share in thousandths, rounded half up.
pub fn per_mille(part: u64, whole: u64) -> Option<u64> {
    (part * 2_000 + whole).checked_div(whole * 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_rounded_as_they_were_published() {
        assert_eq!(per_mille(74, 80), Some(925));
        assert_eq!(per_mille(97, 107), Some(907));
        assert_eq!(per_mille(0, 0), None);
    }
}
