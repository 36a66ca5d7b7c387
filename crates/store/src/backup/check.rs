//! Proving a backup where it lies.

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use super::copying::read_and_copy;
use super::making::fits;
use super::{BackupError, BackupProgress, BackupStep, Complaints, MANIFEST, Manifest, REPLICA};
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
    let mut complaints = Complaints::default();
    let total = manifest.files.len() as u64;
    for (done, entry) in manifest.files.iter().enumerate() {
        progress(BackupProgress { step: BackupStep::Files, done: done as u64, total });
        match read_and_copy(&folder.join(&entry.path), None)? {
            None => complaints.add(format!("{}: is not there", entry.path)),
            Some((bytes, sha256)) if (bytes, &sha256) != (entry.bytes, &entry.sha256) => {
                complaints.add(format!("{}: its bytes are not those that were backed up", entry.path));
            }
            Some(_) => {}
        }
    }
    let known: HashSet<&str> = manifest.files.iter().map(|entry| entry.path.as_str()).collect();
    for path in files_of(folder, "")? {
        if !known.contains(path.as_str()) && path != MANIFEST {
            complaints.add(format!("{path}: is no part of the backup"));
        }
    }
    if !known.contains(REPLICA) {
        complaints.add(format!("{REPLICA}: the manifest does not name it"));
    }
    // A damaged database would only say the same again.
    complaints.settle()?;
    let mut complaints = Complaints::default();
    for entry in manifest.files.iter().filter(|entry| entry.path.ends_with(".sqlite")) {
        sound(folder, &entry.path)?;
    }
    if !fits(folder, &manifest)? {
        complaints.add(format!("{REPLICA}: does not hold what the manifest says"));
    }
    let store = Store::open_copy(folder)?;
    if !store.database.is_current()? {
        complaints.settle()?;
        return Ok(Checked { manifest, documents: false });
    }
    let options = Options { read_photos: false };
    let report = verify(&store, options, &mut |step, done, total| {
        if step == VerifyStep::Documents {
            progress(BackupProgress { step: BackupStep::Documents, done, total });
        }
    })?;
    // A photo that was missing when the backup was made was said to be.
    let lacking = |place: &str| manifest.lacking.iter().any(|lacking| lacking.starts_with(place));
    for fault in report.faults.iter().filter(|fault| !lacking(&fault.place)) {
        complaints.add(fault.to_string());
    }
    complaints.settle()?;
    Ok(Checked { manifest, documents: true })
}

/// That SQLite finds nothing wrong with a copied database.
pub(super) fn sound(folder: &Path, name: &str) -> Result<(), BackupError> {
    let connection = connect_reading(&folder.join(name), Mode::Copy)?;
    let found: String = connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
    if found == "ok" { Ok(()) } else { Err(BackupError::Faults(vec![format!("{name}: {found}")])) }
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
