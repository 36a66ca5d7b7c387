//! Second looks (回头看): when a site that is done must be visited again, and when it is polluting again (回潮).

use chrono::{DateTime, Days, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::problem::day_in_china;
use crate::{Dossier, InspectionSource};

/// After how many days a done site is to be visited again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<u16>", into = "Vec<u16>")]
pub struct RecheckDays(Vec<u16>);

/// Why a list of days cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("rechecks need 1 to 12 numbers of days from 1 to 3650, each larger than the one before")]
pub struct RecheckDaysError;

impl Default for RecheckDays {
    fn default() -> Self {
        Self(vec![30, 90, 180])
    }
}

impl RecheckDays {
    /// Days since the site was done, rising.
    pub fn days(&self) -> &[u16] {
        &self.0
    }

    /// The day of the next recheck of a site that is done since a day, was visited so often since then, and last on a
    /// day. Each visit answers for one appointment, and for all that had passed by its day. `None` after the last.
    pub fn next(&self, done_on: NaiveDate, visits: u64, last: Option<NaiveDate>) -> Option<NaiveDate> {
        let appointment = |days: &u16| done_on.checked_add_days(Days::new(u64::from(*days)));
        let appointments: Vec<NaiveDate> = self.0.iter().filter_map(appointment).collect();
        let passed = last.map_or(0, |last| appointments.iter().filter(|day| **day <= last).count());
        let answered = usize::try_from(visits).unwrap_or(usize::MAX).max(passed);
        appointments.get(answered).copied()
    }
}

impl TryFrom<Vec<u16>> for RecheckDays {
    type Error = RecheckDaysError;

    fn try_from(days: Vec<u16>) -> Result<Self, Self::Error> {
        let rising = days.windows(2).all(|pair| matches!(pair, [one, next] if one < next));
        let sensible = (1..=12).contains(&days.len()) && days.iter().all(|days| (1..=3650).contains(days));
        if rising && sensible { Ok(Self(days)) } else { Err(RecheckDaysError) }
    }
}

impl From<RecheckDays> for Vec<u16> {
    fn from(days: RecheckDays) -> Self {
        days.0
    }
}

impl Dossier {
    /// The day on which the site counts as done: the one stated, or else that of the statement.
    pub fn done_since(&self) -> Option<NaiveDate> {
        let standing = self.standing();
        if !standing.done {
            return None;
        }
        standing.done_on.or_else(|| self.completion().map(|completion| day_in_china(completion.at)))
    }

    /// The rechecks since the site was done: how many, and the day of the last.
    pub fn rechecks(&self) -> (u64, Option<NaiveDate>) {
        let Some(done_on) = self.done_since() else { return (0, None) };
        let visits = self
            .inspections
            .iter()
            .filter(|visit| visit.source == InspectionSource::Recheck && !visit.relapse);
        // A visit on the very day is how it was seen to be done.
        let days = visits.map(|visit| day_in_china(visit.at)).filter(|day| *day > done_on);
        days.fold((0, None), |(count, last), day| (count + 1, last.max(Some(day))))
    }

    /// The day of the next recheck; `None` while the site is not done, or after the last one.
    pub fn recheck_on(&self, days: &RecheckDays) -> Option<NaiveDate> {
        let (count, last) = self.rechecks();
        days.next(self.done_since()?, count, last)
    }

    /// The latest visit that found the site polluting again, unless it was done anew since.
    pub fn relapsed_at(&self) -> Option<DateTime<Utc>> {
        let relapse =
            self.inspections.iter().filter(|inspection| inspection.relapse).map(|visit| visit.at).max()?;
        (!self.standing().done).then_some(relapse)
    }
}
