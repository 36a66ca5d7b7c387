//! Facts that name those they were made upon. What two people stated apart stands side by side until somebody who saw
//! both states another one.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

/// A fact that builds on others of its kind.
pub trait Causal {
    /// Names it.
    type Id: Copy + Ord;

    /// Its id.
    fn id(&self) -> Self::Id;
    /// When it was stated.
    fn at(&self) -> DateTime<Utc>;
    /// Those that it builds on: what its author saw and it takes the place of. `None` where it does not say, in records
    /// of before this was noted: then all that were stated earlier.
    fn after(&self) -> Option<&[Self::Id]>;
}

/// The facts in an order in which each comes after those it builds on, each with those; by time and then id where that
/// leaves a choice, so that every replica gets the same. A fact that builds on one that is not here, or on itself, is
/// left out.
pub fn in_order<F: Causal>(facts: &[F]) -> Vec<(&F, Vec<F::Id>)> {
    let mut waiting: Vec<&F> = facts.iter().collect();
    waiting.sort_by_key(|fact| (fact.at(), fact.id()));
    let mut placed: Vec<F::Id> = Vec::with_capacity(facts.len());
    let mut ordered = Vec::with_capacity(facts.len());
    loop {
        // One that does not say is placed once all that were stated earlier are, or can never be.
        let is_ready = |(place, fact): (usize, &&F)| match fact.after() {
            Some(after) => after.iter().all(|id| placed.contains(id)),
            None => place == 0,
        };
        let ready = waiting
            .iter()
            .enumerate()
            .position(is_ready)
            .or_else(|| waiting.iter().position(|fact| fact.after().is_none()));
        let Some(place) = ready else { return ordered };
        let fact = waiting.remove(place);
        // One id under two keys of a document counts once.
        if !placed.contains(&fact.id()) {
            let after = fact.after().map_or_else(|| placed.clone(), <[F::Id]>::to_vec);
            placed.push(fact.id());
            ordered.push((fact, after));
        }
    }
}

/// Those that nothing else builds on, in order: one where all agree.
pub fn tips<'a, F: Causal>(ordered: &[(&'a F, Vec<F::Id>)]) -> Vec<&'a F> {
    let built_upon: BTreeSet<F::Id> = ordered.iter().flat_map(|(_, after)| after.iter().copied()).collect();
    ordered.iter().map(|(fact, _)| *fact).filter(|fact| !built_upon.contains(&fact.id())).collect()
}
