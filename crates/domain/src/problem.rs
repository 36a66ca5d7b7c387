//! A finding and its way from discovery to being closed out.

use chrono::{DateTime, Days, FixedOffset, NaiveDate, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::words::words;
use crate::{InspectionId, Position, ProblemId, StageChangeId};

words! {
    /// How bad a problem is, which decides its deadline.
    Severity, "severity" {
        /// To be mended at once: by the end of the day it was found.
        Immediate = "immediate", "立行立改";
        /// Seven days.
        Ordinary = "ordinary", "一般";
        /// A day that must be given.
        Major = "major", "重大";
    }
}

impl Severity {
    /// The deadline of a problem for which this day was given: what follows from the severity, or an earlier day.
    pub fn deadline_given(self, found_at: DateTime<Utc>, given: Option<NaiveDate>) -> Option<NaiveDate> {
        match (self.deadline(found_at), given) {
            (Some(latest), Some(given)) => Some(latest.min(given)),
            (latest, given) => latest.or(given),
        }
    }

    /// The deadline that follows from the day of discovery in China; `None` where a day must be given.
    pub fn deadline(self, found_at: DateTime<Utc>) -> Option<NaiveDate> {
        let found_on = day_in_china(found_at);
        match self {
            Self::Immediate => Some(found_on),
            Self::Ordinary => found_on.checked_add_days(Days::new(7)),
            Self::Major => None,
        }
    }
}

/// The calendar day in China (UTC+8, no summer time) at a moment.
pub fn day_in_china(at: DateTime<Utc>) -> NaiveDate {
    in_china(at).date_naive()
}

/// A moment by the clocks of China.
pub fn in_china(at: DateTime<Utc>) -> DateTime<FixedOffset> {
    const EIGHT_HOURS: i32 = 8 * 3600;
    // At the ends of what can be counted there is no room for an offset.
    let day = TimeDelta::days(1);
    let at = at.clamp(DateTime::<Utc>::MIN_UTC + day, DateTime::<Utc>::MAX_UTC - day);
    match FixedOffset::east_opt(EIGHT_HOURS) {
        Some(china) => at.with_timezone(&china),
        None => at.fixed_offset(),
    }
}

words! {
    /// How far a problem has come.
    Stage, "stage" {
        /// Found by an inspector.
        Discovered = "discovered", "发现";
        /// A lead agrees that it is one.
        Confirmed = "confirmed", "确认";
        /// In the list of problems, with a deadline.
        Registered = "registered", "入库";
        /// Being mended.
        Rectifying = "rectifying", "整改";
        /// The mending is being watched over.
        Supervised = "supervised", "督导";
        /// Proven to be mended.
        ClosedOut = "closed_out", "销号";
        /// Returned with a comment.
        SentBack = "sent_back", "退回";
    }
}

/// A finding. Written once; what becomes of it stands in its stage changes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Problem {
    /// Its id.
    pub id: ProblemId,
    /// The visit on which it was found, if it was on one.
    pub inspection: Option<InspectionId>,
    /// What is wrong.
    pub description: String,
    /// How bad it is.
    pub severity: Severity,
    /// By when it must be mended.
    pub deadline: Option<NaiveDate>,
    /// When it was found.
    pub at: DateTime<Utc>,
    /// Who found it.
    pub by: String,
}

/// One step of a problem. Written once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct StageChange {
    /// Its id.
    pub id: StageChangeId,
    /// The problem that it moves.
    pub problem: ProblemId,
    /// Where it moves to.
    pub stage: Stage,
    /// The changes that its author saw and that it builds on; `None` in records of before this was noted.
    pub after: Option<Vec<StageChangeId>>,
    /// Why.
    pub comment: String,
    /// The deadline that is set by registering the problem.
    pub deadline: Option<NaiveDate>,
    /// Where its author stood.
    pub position: Option<Position>,
    /// When.
    pub at: DateTime<Utc>,
    /// Who.
    pub by: String,
}

impl Problem {
    /// By how many days the deadline of a problem at this stage has passed; `None` if it has not, or if the problem is
    /// closed out.
    pub fn days_overdue(stage: Stage, deadline: Option<NaiveDate>, now: DateTime<Utc>) -> Option<i64> {
        let deadline = deadline.filter(|_| stage != Stage::ClosedOut)?;
        let days = (day_in_china(now) - deadline).num_days();
        (days > 0).then_some(days)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeZone;

    #[test]
    fn the_day_is_the_day_in_china() {
        let late = Utc.with_ymd_and_hms(2026, 3, 1, 17, 0, 0).unwrap();
        let second = NaiveDate::from_ymd_opt(2026, 3, 2).unwrap();
        assert_eq!(Severity::Immediate.deadline(late), Some(second));
        assert_eq!(Severity::Ordinary.deadline(late), NaiveDate::from_ymd_opt(2026, 3, 9));
        assert_eq!(Severity::Major.deadline(late), None);
        let given = NaiveDate::from_ymd_opt(2030, 1, 1);
        assert_eq!(Severity::Immediate.deadline_given(late, given), Some(second));
        assert_eq!(Severity::Major.deadline_given(late, given), given);
    }
}
