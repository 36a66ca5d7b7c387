//! What can go wrong inside the store.

use std::path::PathBuf;

use crate::document::DocumentError;

/// What went wrong.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// SQLite says no.
    #[error("the database: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// The database was written by a newer version, or cannot be brought up to date.
    #[error("the database cannot be opened by this version: {}", last_line(&.0.to_string()))]
    Migration(#[from] rusqlite_migration::Error),
    /// The database is not of this version; only a server or app that starts brings it up to date.
    #[error(
        "the database is of version {0} and this program of version {1}: start the server of this version once, or use the program that wrote it"
    )]
    OtherVersion(usize, usize),
    /// SQLite finds the database damaged.
    #[error("the database is damaged: {0}")]
    Damaged(String),
    /// A document is damaged, or refuses the change.
    #[error(transparent)]
    Document(#[from] DocumentError),
    /// A file cannot be read or written.
    #[error("{path}: {source}")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A row that this program wrote cannot be read.
    #[error("a row of {0} cannot be read")]
    Row(&'static str),
    /// The photo that arrived is not the one that was announced.
    #[error("the bytes that arrived do not hash to the photo's name")]
    PhotoDiffers,
    /// Somebody else is adding to the photo.
    #[error("another request is busy with this photo")]
    PhotoBusy,
    /// The folder holds the data of an office, and a device wants to open it, or the other way round.
    #[error(
        "the folder holds the data of the other kind of program: an app's and a server's are never the same"
    )]
    OtherRole,
    /// A file of so many bytes would take what is kept for records.
    #[error("there is no room for {0} bytes beside what is kept for records")]
    NoRoom(u64),
    /// A change that no other replica would take.
    #[error("the change has {0} bytes, which is more than can be synced")]
    ChangeTooLarge(usize),
    /// Another thread failed while it held the database.
    #[error("an earlier failure left the store locked")]
    Poisoned,
}

/// SQLite has a word of its own for a full disk, but for the memory that its connections share.
const FULL: &[i32] = &[rusqlite::ffi::SQLITE_IOERR_SHMSIZE];

impl StoreError {
    /// Whether there is no room left on the disk.
    pub fn is_disk_full(&self) -> bool {
        match self {
            Self::Sqlite(error) => error.sqlite_error().is_some_and(|error| {
                error.code == rusqlite::ErrorCode::DiskFull || FULL.contains(&error.extended_code)
            }),
            Self::File { source, .. } => source.kind() == std::io::ErrorKind::StorageFull,
            Self::NoRoom(_) => true,
            _ => false,
        }
    }

    pub(crate) fn file(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { path, source }
    }
}

/// The end of a migration error: before it stands the whole statement.
fn last_line(text: &str) -> &str {
    text.lines().last().unwrap_or_default().trim_start_matches("': ")
}
