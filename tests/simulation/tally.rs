//! What was done and what was suffered, counted over all seasons.

use std::collections::BTreeMap;

#[derive(Debug, Default)]
pub struct Tally {
    /// Commands by name: how many succeeded, how many were refused with a reason.
    pub commands: BTreeMap<String, (u64, u64)>,
    /// Faults by kind.
    pub faults: BTreeMap<&'static str, u64>,
    /// Crashes by place and side.
    pub crashes: BTreeMap<(&'static str, &'static str), u64>,
    /// What was checked, by kind.
    pub checks: BTreeMap<&'static str, u64>,
}

impl Tally {
    pub fn add(&mut self, other: Self) {
        for (name, (done, refused)) in other.commands {
            let of = self.commands.entry(name).or_default();
            of.0 += done;
            of.1 += refused;
        }
        for (kind, count) in other.faults {
            *self.faults.entry(kind).or_default() += count;
        }
        for (place, count) in other.crashes {
            *self.crashes.entry(place).or_default() += count;
        }
        for (kind, count) in other.checks {
            *self.checks.entry(kind).or_default() += count;
        }
    }

    /// As a table for people.
    pub fn print(&self, seasons: u64) {
        println!("\n{seasons} seasons");
        println!("\n{:<36}{:>10}{:>10}", "command", "done", "refused");
        for (name, (done, refused)) in &self.commands {
            println!("{name:<36}{done:>10}{refused:>10}");
        }
        println!("\n{:<46}{:>10}", "fault", "times");
        for (kind, count) in &self.faults {
            println!("{kind:<46}{count:>10}");
        }
        for ((point, side), count) in &self.crashes {
            println!("{:<46}{count:>10}", format!("crash of the {side} at {point}"));
        }
        println!("\n{:<46}{:>10}", "checked", "times");
        for (kind, count) in &self.checks {
            println!("{kind:<46}{count:>10}");
        }
    }
}
