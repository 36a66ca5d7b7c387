//! Work that its author lacked the right for. At the office each pushed change is examined before it is taken in: what
//! it puts on record, against what its author may do. What they may not, and what builds on it, is kept whole until a
//! lead decides. A device sets refused work aside and writes the honest part of it anew. What cannot be read at all is kept
//! apart ([`poison`]).

mod content;
mod examine;
mod hold;
mod judge;
mod poison;
mod row;
mod set_aside;
mod unreadable;

use domain::{Role, Scope};
use uuid::Uuid;

pub(crate) use content::Content;
pub use content::{Fact, new_facts};
pub(crate) use examine::in_order;
pub use judge::judge;
pub(crate) use poison::Origin;
pub use row::{HeldChangeRow, HeldRow, HeldStatus, JudgedRow, SetAsideRow};

/// Why work is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// The author's role may not do it, or it is signed with a name that is not theirs.
    Role,
    /// The grid unit is outside of the author's scope.
    Scope,
    /// A rule does not allow it: something that it needs is missing, or it overwrites what is on record.
    Rule,
}

impl Reason {
    const ALL: [Self; 3] = [Self::Role, Self::Scope, Self::Rule];

    /// The word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Role => "role",
            Self::Scope => "scope",
            Self::Rule => "rule",
        }
    }

    pub(crate) fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == word)
    }
}

/// What somebody may put on record.
#[derive(Debug, Clone, Copy)]
pub struct Rights<'a> {
    /// What they are to the team.
    pub role: Role,
    /// For which grid units.
    pub scope: &'a Scope,
    /// The names that they have or had: what they record is signed with one.
    pub names: &'a [String],
}

/// The device that sends changes, and whose it is.
#[derive(Debug, Clone, Copy)]
pub struct Sender<'a> {
    /// Names the device's store.
    pub install: Uuid,
    /// What its person may put on record.
    pub rights: Rights<'a>,
    /// Its person's name.
    pub person: &'a str,
    /// What the device is called.
    pub device: &'a str,
    /// When this arrived.
    pub at: chrono::DateTime<chrono::Utc>,
}
