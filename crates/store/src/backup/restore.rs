//! Restoring a backup into a folder of its own.

use std::fs;
use std::path::Path;

use rusqlite::Connection;

use super::check::{compare_files, prove_databases};
use super::copying::{create_folders, flush_folders, folder_of, room_for};
use super::{BackupError, BackupProgress, Manifest, REPLICA};
use crate::StoreError;
use crate::photo::flush_folder;
use crate::replica::create_private;

/// The setting by which devices know a store: without it they get to know this one as a new one, and offer all they have.
const GENERATION: &str = "generation";

/// What was restored, and proven.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// What the backup holds.
    pub manifest: Manifest,
}

/// Restores a backup into a folder that is empty or not there. Every file is proven while it is copied. The store becomes
/// a new one to devices, so that they offer again all that they have, and nothing is lost that came after the backup.
///
/// # Errors
/// When the folder holds something, or the backup is not what its manifest says: then the folder is as it was.
pub fn restore(
    from: &Path,
    to: &Path,
    progress: &mut dyn FnMut(BackupProgress),
) -> Result<Restored, BackupError> {
    let manifest = Manifest::read(from)?;
    let was_there = to.exists();
    if was_there && fs::read_dir(to).map_err(StoreError::file(to))?.next().is_some() {
        return Err(BackupError::NotEmpty(to.to_owned()));
    }
    create_folders(folder_of(to))?;
    create_private(to).and_then(|()| flush_folder(folder_of(to))).map_err(StoreError::file(to))?;
    if let Err(error) = copy(from, to, &manifest, progress) {
        clear(to, was_there);
        return Err(error);
    }
    Ok(Restored { manifest })
}

fn copy(
    from: &Path,
    to: &Path,
    manifest: &Manifest,
    progress: &mut dyn FnMut(BackupProgress),
) -> Result<(), BackupError> {
    room_for(manifest.size().1, to)?;
    compare_files(from, Some(to), manifest, progress)?.settle()?;
    prove_databases(to, manifest)?;
    begin_anew(&to.join(REPLICA))?;
    Ok(flush_folders(to)?)
}

fn begin_anew(database: &Path) -> Result<(), StoreError> {
    let connection = Connection::open(database)?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.execute("DELETE FROM setting WHERE key = ?1", [GENERATION])?;
    connection.close().map_err(|(_, error)| error.into())
}

/// Leaves the folder as it was: nothing was in it.
fn clear(folder: &Path, was_there: bool) {
    if !was_there {
        let _ = fs::remove_dir_all(folder);
        return;
    }
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        let _ = if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
    }
}
