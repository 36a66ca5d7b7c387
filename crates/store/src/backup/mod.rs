//! Backups of a replica, made while others write it: copies of the databases first, then every file that the copied
//! database says is there, and last a manifest by which all of it can be proven. A backup is a folder; it has its name
//! only when all of it is on the medium.
//!
//! Not in a backup: thumbnails, which are made again from the photos when somebody looks at them, and what is on its way
//! in or out (uploads, downloads, photos that are still arriving).

mod check;
mod copying;
mod making;
mod manifest;
mod restore;

use std::path::PathBuf;

use crate::StoreError;

pub use check::{Checked, check};
pub(crate) use copying::read_and_copy;
pub use making::{BackupJob, Made, back_up};
pub use manifest::{Counts, FileEntry, Manifest, VillageDigest};
pub use restore::{Restored, restore};

/// The database of records, as it is called in a data folder and in a backup.
pub(crate) const REPLICA: &str = "replica.sqlite";
const MANIFEST: &str = "manifest.json";
/// How many complaints are kept; more say nothing new.
const MOST_NAMED: usize = 1_000;

/// How far a backup, its check or a restoration is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BackupProgress {
    /// What is being done.
    pub step: BackupStep,
    /// How much of it is done: pages of a database, files, or documents.
    pub done: u64,
    /// Of how much.
    pub total: u64,
}

/// What is being done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BackupStep {
    /// A database is copied; in pages.
    Database,
    /// Files are copied, or read and compared.
    Files,
    /// Documents are loaded and compared.
    Documents,
}

/// Why there is no backup, why it proves nothing, or why it was not restored.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The target is there already.
    #[error("{} is there already; a backup never writes over anything: choose another name", .0.display())]
    Exists(PathBuf),
    /// Somebody else writes the same backup.
    #[error("another backup is being written to {}; wait for it", .0.display())]
    Busy(PathBuf),
    /// There is no room for it.
    #[error(
        "the backup needs about {needed} bytes and {free} are free where it is to lie; nothing was written"
    )]
    NoRoom {
        /// In bytes.
        needed: u64,
        /// In bytes.
        free: u64,
    },
    /// Files are missing or damaged; each is named.
    #[error("{} missing or damaged:\n{}", files(.0.len()), .0.join("\n"))]
    Faults(Vec<String>),
    /// The folder is no backup that this version can read.
    #[error("{} is no backup that can be read: {reason}", folder.display())]
    NoBackup {
        /// The folder.
        folder: PathBuf,
        /// Why.
        reason: String,
    },
    /// A backup is restored into a folder of its own.
    #[error("{} is not empty; a backup is restored into a folder of its own: choose another one", .0.display())]
    NotEmpty(PathBuf),
    /// The store or a file cannot be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<rusqlite::Error> for BackupError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}

fn files(count: usize) -> String {
    if count == 1 { "1 file or record is".to_owned() } else { format!("{count} files or records are") }
}

/// Notes what is wrong, and how much more there is than is named.
#[derive(Debug, Default)]
struct Complaints {
    named: Vec<String>,
    more: u64,
}

impl Complaints {
    fn add(&mut self, complaint: String) {
        if self.named.len() < MOST_NAMED { self.named.push(complaint) } else { self.more += 1 }
    }

    fn settle(mut self) -> Result<(), BackupError> {
        if self.more > 0 {
            self.named.push(format!("and {} more", self.more));
        }
        if self.named.is_empty() { Ok(()) } else { Err(BackupError::Faults(self.named)) }
    }
}
