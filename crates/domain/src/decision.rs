//! What is to become of a site (一企一策), and whether it was done.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::words::words;
use crate::{CompletionId, DecisionId, InspectionId};

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
    /// When it was decided.
    pub at: DateTime<Utc>,
    /// Who decided.
    pub by: String,
}

/// A statement that the latest decision was carried out, or that it was not after all.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Completion {
    /// Its id.
    pub id: CompletionId,
    /// Whether it was carried out.
    pub done: bool,
    /// On which day.
    pub done_on: Option<NaiveDate>,
    /// When this was stated.
    pub at: DateTime<Utc>,
    /// Who stated it.
    pub by: String,
}
