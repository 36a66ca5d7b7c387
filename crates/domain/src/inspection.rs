//! A visit to a site.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::words::words;
use crate::{ClockDeviation, InspectionId, Position, TaskId, Verdict};

words! {
    /// Why somebody went there.
    InspectionSource, "source" {
        /// The first survey of an area.
        Survey = "survey", "摸排";
        /// The inspector's daily round.
        DailyPatrol = "daily_patrol", "日常巡查";
        /// A round together with departments.
        JointPatrol = "joint_patrol", "联合巡查";
        /// A complaint.
        Petition = "petition", "信访";
        /// A list from above.
        Assigned = "assigned", "上级交办";
        /// A second look at what was done.
        Recheck = "recheck", "回头看";
        /// A sample.
        SpotCheck = "spot_check", "抽查";
    }
}

words! {
    /// What an inspector says to one line of a checklist.
    Answer, "answer" {
        /// As it should be.
        Pass = "pass", "合格";
        /// Not as it should be.
        Fail = "fail", "不合格";
        /// Does not apply here.
        NotApplicable = "not_applicable", "不涉及";
    }
}

/// One line of a checklist, answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ChecklistAnswer {
    /// The line.
    pub item: String,
    /// The answer.
    pub answer: Answer,
}

/// What was seen on one visit. Written once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Inspection {
    /// Its id.
    pub id: InspectionId,
    /// Why somebody went there.
    pub source: InspectionSource,
    /// What the inspector judged on this visit, if anything.
    pub verdict: Option<Verdict>,
    /// What else there is to say.
    pub remarks: String,
    /// The petition, assigned task or campaign that it was made for.
    pub task: Option<TaskId>,
    /// Answers to the checklist of that campaign, in its order.
    pub checklist: Vec<ChecklistAnswer>,
    /// That a site that was done is polluting again (回潮).
    pub relapse: bool,
    /// Where the inspector stood.
    pub position: Option<Position>,
    /// That the device's clock was wrong by more than two minutes.
    pub clock: Option<ClockDeviation>,
    /// When it was recorded.
    pub at: DateTime<Utc>,
    /// Who recorded it.
    pub by: String,
}

impl Inspection {
    /// A visit of which nothing more is known.
    pub fn new(id: InspectionId, source: InspectionSource, at: DateTime<Utc>, by: String) -> Self {
        Self {
            id,
            source,
            verdict: None,
            remarks: String::new(),
            task: None,
            checklist: Vec::new(),
            relapse: false,
            position: None,
            clock: None,
            at,
            by,
        }
    }
}
