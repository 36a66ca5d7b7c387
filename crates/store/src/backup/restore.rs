//! Restoring a backup into a folder of its own.

use std::fs;
use std::path::Path;

use rusqlite::Connection;

use super::check::sound;
use super::copying::{flush_folders, read_and_copy};
use super::making::fits;
use super::{BackupError, BackupProgress, BackupStep, Complaints, Manifest, REPLICA};
use crate::StoreError;

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
    fs::create_dir_all(to).map_err(StoreError::file(to))?;
    let restored = copy(from, to, &manifest, progress).and_then(|()| {
        if !fits(to, &manifest)? {
            let wrong = format!("{REPLICA}: does not hold what the manifest says");
            return Err(BackupError::Faults(vec![wrong]));
        }
        begin_anew(&to.join(REPLICA))?;
        flush_folders(to)?;
        Ok(())
    });
    if let Err(error) = restored {
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
    let needed = manifest.size().1;
    if let Ok(free) = fs4::available_space(to)
        && free < needed
    {
        return Err(BackupError::NoRoom { needed, free });
    }
    let mut complaints = Complaints::default();
    let total = manifest.files.len() as u64;
    for (done, entry) in manifest.files.iter().enumerate() {
        progress(BackupProgress { step: BackupStep::Files, done: done as u64, total });
        let (from, to) = (from.join(&entry.path), to.join(&entry.path));
        match read_and_copy(&from, Some(&to))? {
            None => complaints.add(format!("{}: is not in the backup", entry.path)),
            Some((bytes, sha256)) if (bytes, &sha256) != (entry.bytes, &entry.sha256) => {
                complaints.add(format!("{}: its bytes are not those that were backed up", entry.path));
            }
            Some(_) => {}
        }
    }
    if !manifest.files.iter().any(|entry| entry.path == REPLICA) {
        complaints.add(format!("{REPLICA}: the manifest does not name it"));
    }
    complaints.settle()?;
    for entry in manifest.files.iter().filter(|entry| entry.path.ends_with(".sqlite")) {
        sound(to, &entry.path)?;
    }
    Ok(())
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
