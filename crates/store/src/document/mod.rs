//! Automerge documents: how each kind is laid out, and the one place that knows their keys.

mod column;
mod county;
mod cursor;
mod dossier_entries;
mod dossier_facts;
mod dossier_keys;
mod dossier_read;
mod dossier_write;
mod fit;
mod genesis;
mod new_fact;
mod prescan;
mod task;
mod value;
mod whole;

use automerge::transaction::CommitOptions;
use automerge::{ActorId, AutoCommit, AutomergeError, Change, ChangeHash, ReadDoc as _};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use wire::sync::DocumentKind;

pub use county::{County, CountyWrite, county_id};
pub(crate) use county::{geometry_bytes, read_geometry};
pub use dossier_write::{DossierWrite, stored_field, stored_position};
pub use genesis::genesis;
pub use task::TaskWrite;

/// The schema that this version writes and understands.
pub const SCHEMA: u64 = 2;

/// The most values of one field that stand side by side.
const MAX_SIDE_BY_SIDE: usize = 256;

/// Who changes a document, when, and by which command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Author {
    /// The person.
    pub person: String,
    /// The command.
    pub command: &'static str,
    /// The moment.
    pub at: DateTime<Utc>,
}

/// What a change says of its author; the message of the Automerge change.
#[derive(Serialize, Deserialize)]
pub(crate) struct ChangeNote {
    #[serde(rename = "c")]
    pub command: String,
    #[serde(rename = "by")]
    pub person: String,
}

/// Why a document cannot be read or changed.
#[derive(Debug, thiserror::Error)]
pub enum DocumentError {
    /// The bytes are damaged or hostile.
    #[error("a document or change cannot be read: {0}")]
    Damaged(String),
    /// A change builds on changes that are not here.
    #[error("a change builds on changes that are not here")]
    MissingDependencies,
    /// The document was written by a newer version.
    #[error("the document was written by a newer version and can only be looked at")]
    ReadOnly,
    /// What a write refers to is not in the document.
    #[error("{0} is not in the document")]
    Unknown(String),
    /// Automerge refused an operation.
    #[error("the document cannot be changed: {0}")]
    Automerge(#[from] AutomergeError),
}

/// A document in memory.
#[derive(Debug)]
pub struct Document {
    kind: DocumentKind,
    doc: AutoCommit,
}

impl Document {
    /// The document from which every document of this kind begins, not yet changed by anyone.
    pub fn begin(kind: DocumentKind) -> Self {
        Self { kind, doc: genesis(kind).clone() }
    }

    /// Loads a snapshot that this replica wrote itself, or begins anew where it is empty.
    pub fn load(kind: DocumentKind, snapshot: &[u8]) -> Result<Self, DocumentError> {
        if snapshot.is_empty() {
            return Ok(Self::begin(kind));
        }
        caught(|| {
            let mut doc =
                AutoCommit::load(snapshot).map_err(|error| DocumentError::Damaged(error.to_string()))?;
            // One that was saved by an older version begins with less.
            genesis::complete(kind, &mut doc)?;
            Ok(Self { kind, doc })
        })
    }

    /// What kind of document this is.
    pub fn kind(&self) -> DocumentKind {
        self.kind
    }

    /// Applies changes, in any order as long as nothing is missing in the end.
    ///
    /// Automerge panics on some crafted changes; that is caught here and the document must then be thrown away.
    pub fn apply(&mut self, changes: Vec<Change>) -> Result<(), DocumentError> {
        caught(|| {
            self.doc.apply_changes(changes)?;
            if self.doc.get_missing_deps(&[]).is_empty() {
                Ok(())
            } else {
                Err(DocumentError::MissingDependencies)
            }
        })
    }

    /// The document with everything in it, compressed.
    pub fn save(&mut self) -> Vec<u8> {
        self.doc.save()
    }

    /// The same, once it has been loaded again and is what it was; and what was loaded.
    ///
    /// # Errors
    /// When it cannot be loaded again: some crafted changes do that.
    pub(crate) fn proven(&mut self) -> Result<(Vec<u8>, Self), DocumentError> {
        let kind = self.kind;
        caught(|| {
            let bytes = self.save();
            let mut again = Self::load(kind, &bytes)?;
            if again.heads() == self.heads() {
                Ok((bytes, again))
            } else {
                Err(DocumentError::Damaged("it loads differently".to_owned()))
            }
        })
    }

    /// Whether some field or entry holds more values side by side than people can have written apart. Whoever writes
    /// over them must name them all.
    pub(crate) fn is_crowded(&self) -> Result<bool, DocumentError> {
        let maps: &[&str] = match self.kind {
            DocumentKind::Dossier => &[dossier_keys::SITE],
            DocumentKind::County => &[county::UNITS, county::BOUNDARIES, county::RULES],
            DocumentKind::Task => &[],
        };
        for map in maps {
            let map = self.map(map)?;
            for item in self.doc.map_range(&map, ..).filter(|item| item.conflict) {
                if self.doc.get_all(&map, item.key.as_ref())?.len() > MAX_SIDE_BY_SIDE {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    /// The hashes of the latest changes, sorted.
    pub fn heads(&mut self) -> Vec<ChangeHash> {
        let mut heads = self.doc.get_heads();
        heads.sort();
        heads
    }

    /// Whether the document holds this change.
    pub fn holds(&mut self, hash: &ChangeHash) -> bool {
        self.doc.get_change_meta_by_hash(hash).is_some()
    }

    /// Commits what was put since the last commit; `None` where that was nothing.
    fn commit(&mut self, author: &Author) -> Option<Change> {
        let note = ChangeNote { command: author.command.to_owned(), person: author.person.clone() };
        let message = serde_json::to_string(&note).unwrap_or_default();
        let options = CommitOptions::default().with_time(author.at.timestamp()).with_message(message);
        self.doc.commit_with(options)?;
        self.doc.get_last_local_change()
    }

    fn set_actor(&mut self, actor: &ActorId) {
        self.doc.set_actor(actor.clone());
    }
}

/// Reads one change from bytes that nothing is known of yet.
///
/// # Errors
/// When they are damaged, or hostile: [`prescan`] says what it lets through.
pub fn read_change(bytes: &[u8]) -> Result<Change, DocumentError> {
    prescan::prescan(bytes).map_err(|wrong| DocumentError::Damaged(wrong.to_string()))?;
    read_kept_change(bytes)
}

/// Reads a change that was taken in before, or made here: what is refused from now on stays readable.
pub(crate) fn read_kept_change(bytes: &[u8]) -> Result<Change, DocumentError> {
    caught(|| Change::from_bytes(bytes.to_vec()).map_err(|error| DocumentError::Damaged(error.to_string())))
}

/// Whether these bytes are the change with this hash.
pub(crate) fn is_change(bytes: &[u8], hash: ChangeHash) -> bool {
    read_kept_change(bytes).is_ok_and(|change| change.hash() == hash)
}

/// Runs code that may panic on crafted input, and turns a panic into an error.
pub(crate) fn caught<T>(work: impl FnOnce() -> Result<T, DocumentError>) -> Result<T, DocumentError> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(work))
        .unwrap_or_else(|_| Err(DocumentError::Damaged("reading it failed".to_owned())))
}
