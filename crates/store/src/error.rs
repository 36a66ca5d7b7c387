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
    /// A change that no other replica would take.
    #[error("the change has {0} bytes, which is more than can be synced")]
    ChangeTooLarge(usize),
    /// Another thread failed while it held the database.
    #[error("an earlier failure left the store locked")]
    Poisoned,
}

impl StoreError {
    /// Whether there is no room left on the disk.
    pub fn is_disk_full(&self) -> bool {
        match self {
            Self::Sqlite(error) => error.sqlite_error_code() == Some(rusqlite::ErrorCode::DiskFull),
            Self::File { source, .. } => source.kind() == std::io::ErrorKind::StorageFull,
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
