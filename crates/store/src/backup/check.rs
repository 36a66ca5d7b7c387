//! Proving a backup where it lies.

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use super::copying::read_and_copy;
use super::{BackupError, BackupProgress, BackupStep, Complaints, FileEntry, MANIFEST, Manifest, REPLICA};
use crate::connection::{Mode, connect_reading};
use crate::verify::{Options, VerifyStep, verify};
use crate::{Store, StoreError};

/// A backup of which everything was right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// What it holds.
    pub manifest: Manifest,
    /// Whether its documents were loaded, too. Those of an older version can only be compared as files.
    pub documents: bool,
}

/// Proves a backup: every file has the bytes of the manifest and there is no other one, the databases are whole, and all
/// documents load and fit their changes and tables. Nothing is written.
///
/// # Errors
/// Names each thing that is wrong.
pub fn check(folder: &Path, progress: &mut dyn FnMut(BackupProgress)) -> Result<Checked, BackupError> {
    let manifest = Manifest::read(folder)?;
    let mut complaints = compare_files(folder, None, &manifest, progress)?;
    let known: HashSet<&str> = manifest.files.iter().map(|entry| entry.path.as_str()).collect();
    for path in files_of(folder, "")? {
        if !known.contains(path.as_str()) && path != MANIFEST {
            complaints.add(format!("{path}: is no part of the backup"));
        }
    }
    // A damaged database would only say the same again.
    complaints.settle()?;
    prove_databases(folder, &manifest)?;
    let store = Store::open_copy(folder)?;
    if !store.database.is_current()? {
        return Ok(Checked { manifest, documents: false });
    }
    let options = Options { read_photos: false };
    let report = verify(&store, options, &mut |step, done, total| {
        if step == VerifyStep::Documents {
            progress(BackupProgress { step: BackupStep::Documents, done, total });
        }
    })?;
    // A photo that was missing when the backup was made was said to be.
    let lacking = manifest.lacking.iter().filter_map(|lacking| lacking.split_once(": "));
    let mut lacking: HashSet<&str> = lacking.map(|(place, _)| place).collect();
    let mut complaints = Complaints::default();
    for fault in &report.faults {
        if !lacking.remove(fault.place.as_str()) {
            complaints.add(fault.to_string());
        }
    }
    // Of what is not named any more, only the rest of them is no fault.
    let more = report.more_faults.saturating_sub(lacking.len() as u64);
    if more > 0 {
        complaints.add(format!("and {more} more"));
    }
    complaints.settle()?;
    Ok(Checked { manifest, documents: true })
}

/// Reads each file that the manifest names, and copies it to `to` where that is given. Says which are not as they were.
pub(super) fn compare_files(
    folder: &Path,
    to: Option<&Path>,
    manifest: &Manifest,
    progress: &mut dyn FnMut(BackupProgress),
) -> Result<Complaints, StoreError> {
    let mut complaints = Complaints::default();
    let total = manifest.files.len() as u64;
    for (done, entry) in manifest.files.iter().enumerate() {
        progress(BackupProgress { step: BackupStep::Files, done: done as u64, total });
        let to = to.map(|to| to.join(&entry.path));
        match read_and_copy(&folder.join(&entry.path), to.as_deref())? {
            None => complaints.add(format!("{}: is not there", entry.path)),
            Some((bytes, sha256)) if (bytes, &sha256) != (entry.bytes, &entry.sha256) => {
                complaints.add(format!("{}: its bytes are not those that were backed up", entry.path));
            }
            Some(_) => {}
        }
    }
    if !manifest.files.iter().any(|entry| entry.path == REPLICA) {
        complaints.add(format!("{REPLICA}: the manifest does not name it"));
    }
    Ok(complaints)
}

/// That SQLite finds nothing wrong with the databases that lie in a folder, and that they hold what the manifest says.
pub(super) fn prove_databases(folder: &Path, manifest: &Manifest) -> Result<(), BackupError> {
    for FileEntry { path, .. } in manifest.files.iter().filter(|entry| entry.path.ends_with(".sqlite")) {
        let connection = connect_reading(&folder.join(path), Mode::Copy)?;
        let found: String = connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
        if found != "ok" {
            return Err(BackupError::Faults(vec![format!("{path}: {found}")]));
        }
    }
    let found = Manifest::of(folder, &manifest.program, manifest.made_at)?;
    if (found.counts, &found.grid_units) != (manifest.counts, &manifest.grid_units) {
        return Err(BackupError::Faults(vec![format!("{REPLICA}: does not hold what the manifest says")]));
    }
    Ok(())
}

/// All files in a folder, with slashes.
fn files_of(folder: &Path, prefix: &str) -> Result<Vec<String>, StoreError> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(StoreError::file(folder))? {
        let entry = entry.map_err(StoreError::file(folder))?;
        let path = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type().map_err(StoreError::file(folder))?.is_dir() {
            files.extend(files_of(&entry.path(), &format!("{path}/"))?);
        } else {
            files.push(path);
        }
    }
    Ok(files)
}
