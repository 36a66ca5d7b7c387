//! Questions that were asked in vain. Each is asked again after a pause that grows, so that a link is not filled with
//! what helps nobody.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use domain::{GridCode, PhotoHash};
use wire::ApiError;

/// The first pause. A sync that nobody asked for comes every half minute.
const FIRST: TimeDelta = TimeDelta::minutes(1);

/// What can be asked in vain.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Question {
    /// What differs in a grid unit, by telling each other all.
    Difference(GridCode),
    /// Whether the server has a photo that is missing here.
    Fetch(PhotoHash),
    /// Whether it has its thumbnail.
    Thumbnail(PhotoHash),
    /// Whether it takes a photo that it refused.
    Send(PhotoHash),
    /// Whether it takes changes that it refused, or knows at least that it holds them.
    Refused,
}

impl Question {
    fn longest(&self) -> TimeDelta {
        match self {
            Self::Difference(_) | Self::Send(_) | Self::Refused => TimeDelta::hours(6),
            Self::Fetch(_) | Self::Thumbnail(_) => TimeDelta::minutes(16),
        }
    }
}

#[derive(Debug, Clone)]
struct Pause {
    since: DateTime<Utc>,
    length: TimeDelta,
    refusal: Option<ApiError>,
}

/// The questions that were asked in vain, and for how long each rests.
#[derive(Debug, Default)]
pub(super) struct Pauses(HashMap<Question, Pause>);

impl Pauses {
    /// Whether it is worth asking now. A clock that was set back ends every pause.
    pub fn is_due(&self, question: &Question, now: DateTime<Utc>) -> bool {
        self.resting(question, now).is_none()
    }

    /// Why a question rests that was answered with an error.
    pub fn refusal(&self, question: &Question, now: DateTime<Utc>) -> Option<ApiError> {
        self.resting(question, now)?.refusal.clone()
    }

    fn resting(&self, question: &Question, now: DateTime<Utc>) -> Option<&Pause> {
        self.0.get(question).filter(|pause| pause.since <= now && now - pause.since < pause.length)
    }

    /// It was asked in vain: it rests, twice as long as the last time.
    pub fn fruitless(&mut self, question: Question, refusal: Option<ApiError>, now: DateTime<Utc>) {
        let length = self.0.get(&question).map_or(FIRST, |pause| pause.length * 2).min(question.longest());
        self.0.insert(question, Pause { since: now, length, refusal });
    }

    /// It need not be asked again.
    pub fn settled(&mut self, question: &Question) {
        self.0.remove(question);
    }

    /// Forgets the questions that this does not hold for.
    pub fn retain(&mut self, keep: impl Fn(&Question) -> bool) {
        self.0.retain(|question, _| keep(question));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_in_vain_rests_longer_each_time_and_a_clock_set_back_ends_that() {
        let mut pauses = Pauses::default();
        let question = || Question::Difference("350211102207".parse().unwrap());
        let mut now = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
        let began = now;
        let mut asked = 0;
        while now - began < TimeDelta::days(1) {
            if pauses.is_due(&question(), now) {
                pauses.fruitless(question(), None, now);
                asked += 1;
            }
            now += TimeDelta::seconds(30);
        }
        // 1, 2, 4 … 256 minutes are 8.5 hours; then every 6 hours.
        assert_eq!(asked, 12);
        assert!(!pauses.is_due(&question(), now - TimeDelta::hours(1)));
        assert!(pauses.is_due(&question(), began));
        pauses.settled(&question());
        assert!(pauses.is_due(&question(), now));
    }
}
