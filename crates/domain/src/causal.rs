//! Facts that name those they were made upon. What two people stated apart stands side by side until somebody who saw
//! both states another one.

use std::collections::{BTreeMap, BTreeSet};

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
/// left out. Facts that do not say what they build on come after all that were stated earlier, if those can ever come.
pub fn in_order<F: Causal>(facts: &[F]) -> Vec<(&F, Vec<F::Id>)> {
    // One id under two keys of a document counts once.
    let known: BTreeMap<F::Id, &F> = facts.iter().rev().map(|fact| (fact.id(), fact)).collect();
    // How many facts each waits for, and who waits for each.
    let mut lacks: BTreeMap<F::Id, usize> = BTreeMap::new();
    let mut waiting_for: BTreeMap<F::Id, Vec<F::Id>> = BTreeMap::new();
    let mut ready: BTreeSet<(DateTime<Utc>, F::Id)> = BTreeSet::new();
    let mut silent: BTreeSet<(DateTime<Utc>, F::Id)> = BTreeSet::new();
    for fact in known.values() {
        let Some(after) = fact.after() else {
            silent.insert((fact.at(), fact.id()));
            continue;
        };
        let named: BTreeSet<F::Id> = after.iter().copied().collect();
        if named.is_empty() {
            ready.insert((fact.at(), fact.id()));
        }
        lacks.insert(fact.id(), named.len());
        for id in named {
            waiting_for.entry(id).or_default().push(fact.id());
        }
    }
    let mut placed: Vec<F::Id> = Vec::with_capacity(known.len());
    let mut ordered = Vec::with_capacity(known.len());
    loop {
        // A silent one comes in its turn by time, and where nothing else can come any more.
        let next = match (ready.first().copied(), silent.first().copied()) {
            (Some(one), Some(other)) => one.min(other),
            (Some(one), None) | (None, Some(one)) => one,
            (None, None) => return ordered,
        };
        let (_, id) = next;
        ready.remove(&next);
        silent.remove(&next);
        let Some(fact) = known.get(&id) else { continue };
        let after = fact.after().map_or_else(|| placed.clone(), <[F::Id]>::to_vec);
        placed.push(id);
        ordered.push((*fact, after));
        for waiting in waiting_for.remove(&id).unwrap_or_default() {
            let Some(left) = lacks.get_mut(&waiting) else { continue };
            *left = left.saturating_sub(1);
            if *left == 0
                && let Some(fact) = known.get(&waiting)
            {
                ready.insert((fact.at(), waiting));
            }
        }
    }
}

/// Those that nothing else builds on, in order: one where all agree.
pub fn tips<'a, F: Causal>(ordered: &[(&'a F, Vec<F::Id>)]) -> Vec<&'a F> {
    let built_upon: BTreeSet<F::Id> = ordered.iter().flat_map(|(_, after)| after.iter().copied()).collect();
    ordered.iter().map(|(fact, _)| *fact).filter(|fact| !built_upon.contains(&fact.id())).collect()
}
