//! The figures that a grid unit reports.

use serde::{Deserialize, Serialize};

use crate::{Standing, Verdict};

/// How many, and how many of them done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Progress {
    /// All of them.
    pub all: u64,
    /// Those that are done.
    pub done: u64,
}

/// The totals of a grid unit. The totals of a unit are the sum over the units beneath it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Totals {
    /// Sites on record.
    pub surveyed: u64,
    /// Sites with a polluting verdict: the sum of the three below.
    pub polluting: u64,
    /// Sites judged not to be polluting.
    pub clean: u64,
    /// Sites without a verdict.
    pub unjudged: u64,
    /// To be upgraded.
    pub upgrade: Progress,
    /// To be relocated.
    pub relocate: Progress,
    /// To be shut down.
    pub shut_down: Progress,
    /// Problems; done means closed out.
    pub problems: Progress,
    /// Problems past their deadline and not closed out.
    pub problems_overdue: u64,
    /// Visits on record.
    pub inspections: u64,
    /// Photos that records refer to.
    pub photos: u64,
}

impl Totals {
    /// Counts sites that stand alike.
    pub fn add_sites(&mut self, standing: &Standing, count: u64) {
        self.surveyed += count;
        let progress = Progress { all: count, done: if standing.done { count } else { 0 } };
        match standing.verdict {
            None => self.unjudged += count,
            Some(Verdict::Clean) => self.clean += count,
            Some(Verdict::Upgrade) => self.upgrade.add(&progress),
            Some(Verdict::Relocate) => self.relocate.add(&progress),
            Some(Verdict::ShutDown) => self.shut_down.add(&progress),
        }
        self.polluting = self.upgrade.all + self.relocate.all + self.shut_down.all;
    }

    /// Counts all that another unit counts.
    pub fn add(&mut self, other: &Self) {
        let Self {
            surveyed,
            polluting,
            clean,
            unjudged,
            upgrade,
            relocate,
            shut_down,
            problems,
            problems_overdue,
            inspections,
            photos,
        } = other;
        self.surveyed += surveyed;
        self.polluting += polluting;
        self.clean += clean;
        self.unjudged += unjudged;
        self.upgrade.add(upgrade);
        self.relocate.add(relocate);
        self.shut_down.add(shut_down);
        self.problems.add(problems);
        self.problems_overdue += problems_overdue;
        self.inspections += inspections;
        self.photos += photos;
    }
}

impl Progress {
    /// Counts more of them.
    pub fn add(&mut self, more: &Self) {
        self.all += more.all;
        self.done += more.done;
    }
}
