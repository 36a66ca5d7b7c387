//! Whether a change can follow those that a document holds. Automerge takes what is not so, and then panics at the next
//! edit or saves what it cannot load.

use std::collections::HashMap;

use automerge::{ActorId, Change, ChangeHash};

use super::{Document, DocumentError};
use crate::Refusal;

/// The changes of a document, as far as it matters for those that follow.
pub(crate) struct History {
    /// The number of the last operation of each change.
    ends: HashMap<ChangeHash, u64>,
    /// How many changes each actor made, and the number of its last operation.
    actors: HashMap<ActorId, (u64, u64)>,
}

impl History {
    fn of(document: &mut Document) -> Self {
        let mut history = Self { ends: HashMap::new(), actors: HashMap::new() };
        for change in document.doc.get_changes_meta(&[]) {
            history.note(change.hash, &change.actor, change.seq, change.max_op);
        }
        history
    }

    fn note(&mut self, hash: ChangeHash, actor: &ActorId, seq: u64, max_op: u64) {
        self.ends.insert(hash, max_op);
        match self.actors.get_mut(actor) {
            Some(last) => *last = (seq.max(last.0), max_op.max(last.1)),
            None => {
                self.actors.insert(actor.clone(), (seq, max_op));
            }
        }
    }

    fn follows(&self, change: &Change) -> Result<(), DocumentError> {
        let misfit = |what: &str| Err(DocumentError::Damaged(what.to_owned()));
        let mut before = 0;
        for hash in change.deps() {
            before = before.max(*self.ends.get(hash).ok_or(DocumentError::MissingDependencies)?);
        }
        // Whoever writes a change counts on from all that it knows.
        if change.start_op().get() != before + 1 {
            return misfit("its operations are not numbered on from those that it builds on");
        }
        let (seq, max_op) = self.actors.get(change.actor_id()).copied().unwrap_or_default();
        if change.seq() <= seq {
            return misfit("another change of its actor has its number");
        }
        if change.seq() != seq + 1 {
            return Err(DocumentError::MissingDependencies);
        }
        if change.start_op().get() <= max_op {
            return misfit("its operations have numbers that its actor has given before");
        }
        if change.other_actor_ids().iter().any(|actor| !self.actors.contains_key(actor)) {
            return misfit("it refers to an actor that it does not build on");
        }
        Ok(())
    }
}

impl Document {
    /// Whether a change can follow what is in the document.
    ///
    /// # Errors
    /// `MissingDependencies` where it may once others are here; else it never can.
    pub(crate) fn fits(&mut self, change: &Change) -> Result<(), DocumentError> {
        History::of(self).follows(change)
    }

    /// Those of the changes that can follow what is in the document and each other, in the order given; the others are
    /// refused.
    pub(crate) fn fitting(
        &mut self,
        changes: Vec<Change>,
        refuse: &mut dyn FnMut(&Change, Refusal),
    ) -> Vec<Change> {
        let mut history = History::of(self);
        let fits = |change: &Change| match history.follows(change) {
            Ok(()) => {
                history.note(change.hash(), change.actor_id(), change.seq(), change.max_op());
                true
            }
            Err(DocumentError::MissingDependencies) => {
                refuse(change, Refusal::MissingDependencies);
                false
            }
            Err(_) => {
                refuse(change, Refusal::Damaged);
                false
            }
        };
        changes.into_iter().filter(fits).collect()
    }
}
