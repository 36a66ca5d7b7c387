//! Copying databases and files so that each is proven by what was read, and on the medium when it is said to be.

use std::fs::{self, File};
use std::io::{ErrorKind, Read, Write as _};
use std::path::Path;
use std::time::Duration;

use rusqlite::Connection;
use rusqlite::backup::{Backup, StepResult};
use sha2::{Digest as _, Sha256};

use super::BackupError;
use crate::StoreError;
use crate::connection::{Mode, connect_reading};
use crate::photo::{flush_folder, hex};

/// How many pages are copied at a time, 4 KiB each.
const PAGES: i32 = 1_024;
/// A source that is locked is asked again after this.
const PAUSE: Duration = Duration::from_millis(50);
const BLOCK: usize = 1 << 20;

/// Copies a database that others may be writing, as it is now, into one plain file on the medium. `progress` is told how
/// many pages are copied, of how many.
///
/// # Errors
/// When it cannot be read or written, or SQLite finds the copy damaged.
pub(super) fn copy_database(
    from: &Path,
    to: &Path,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<(), StoreError> {
    let source = connect_reading(from, Mode::Reading)?;
    // While this reads, writers go on, and what they write is not seen: otherwise each of their commits would begin the
    // copy anew.
    source.execute_batch("BEGIN")?;
    source.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
    let mut copy = Connection::open(to)?;
    // It is flushed once, at the end.
    copy.pragma_update(None, "synchronous", "OFF")?;
    {
        let backup = Backup::new(&source, &mut copy)?;
        loop {
            let step = backup.step(PAGES)?;
            let at = backup.progress();
            let total = u64::try_from(at.pagecount).unwrap_or_default();
            progress(total - u64::try_from(at.remaining).unwrap_or_default().min(total), total);
            match step {
                StepResult::Done => break,
                StepResult::More => {}
                _ => std::thread::sleep(PAUSE),
            }
        }
    }
    // Nothing of it in other files.
    copy.pragma_update(None, "journal_mode", "DELETE")?;
    let found: String = copy.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
    if found != "ok" {
        return Err(StoreError::Damaged(found));
    }
    copy.close().map_err(|(_, error)| error)?;
    File::open(to).and_then(|file| file.sync_all()).map_err(StoreError::file(to))
}

/// Reads a file to its end, and writes it to `to` where that is given, flushed to the medium. Gives its size and its
/// SHA-256; `None` if there is no such file.
pub(crate) fn read_and_copy(from: &Path, to: Option<&Path>) -> Result<Option<(u64, String)>, StoreError> {
    let mut source = match File::open(from) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(StoreError::file(from)(error)),
    };
    let mut target = match to {
        Some(to) => Some(create(to, &source).map_err(StoreError::file(to))?),
        None => None,
    };
    let (mut sha, mut bytes, mut block) = (Sha256::new(), 0, vec![0; BLOCK]);
    loop {
        let read = source.read(&mut block).map_err(StoreError::file(from))?;
        let Some(block) = block.get(..read).filter(|block| !block.is_empty()) else { break };
        sha.update(block);
        bytes += read as u64;
        if let (Some(target), Some(to)) = (&mut target, to) {
            target.write_all(block).map_err(StoreError::file(to))?;
        }
    }
    if let (Some(target), Some(to)) = (target, to) {
        target.sync_all().map_err(StoreError::file(to))?;
    }
    Ok(Some((bytes, hex(&sha.finalize()))))
}

/// A new file that others may do no more with than with the one it is copied from: a key stays secret from the first
/// byte on.
fn create(to: &Path, source: &File) -> std::io::Result<File> {
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
        options.mode(source.metadata()?.permissions().mode() & 0o777);
    }
    #[cfg(not(unix))]
    let _ = source;
    options.open(to)
}

/// That a folder's disk has room for so many bytes more.
pub(super) fn room_for(needed: u64, folder: &Path) -> Result<(), BackupError> {
    match fs4::available_space(folder) {
        Ok(free) if free < needed => Err(BackupError::NoRoom { needed, free }),
        // Where nobody can tell, writing shows it.
        _ => Ok(()),
    }
}

/// The folder that a file or folder lies in.
pub(super) fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Makes a folder and those that it lies in, as far as they are missing; their names are on the medium then.
pub(super) fn create_folders(folder: &Path) -> Result<(), StoreError> {
    let missing = |folder: &&Path| !folder.as_os_str().is_empty() && !folder.is_dir();
    let missing: Vec<&Path> = folder.ancestors().take_while(missing).collect();
    for folder in missing.into_iter().rev() {
        fs::create_dir_all(folder)
            .and_then(|()| flush_folder(folder_of(folder)))
            .map_err(StoreError::file(folder))?;
    }
    Ok(())
}

/// Flushes the names of all files in a folder and in those within it.
pub(super) fn flush_folders(folder: &Path) -> Result<(), StoreError> {
    for entry in fs::read_dir(folder).map_err(StoreError::file(folder))? {
        let entry = entry.map_err(StoreError::file(folder))?;
        if entry.file_type().map_err(StoreError::file(folder))?.is_dir() {
            flush_folders(&entry.path())?;
        }
    }
    flush_folder(folder).map_err(StoreError::file(folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_made_as_far_as_they_are_missing() {
        let folder = tempfile::tempdir().unwrap();
        let deep = folder.path().join("a/b/c");
        for _ in 0..2 {
            create_folders(&deep).unwrap();
            assert!(deep.is_dir());
        }
        create_folders(Path::new("")).unwrap();
        let file = folder.path().join("a/file");
        fs::write(&file, "x").unwrap();
        let error = create_folders(&file.join("below")).unwrap_err();
        assert!(error.to_string().contains("a/file"), "{error}");
        assert_eq!(fs::read(&file).unwrap(), b"x");
    }

    #[test]
    fn what_no_disk_holds_has_no_room() {
        let folder = tempfile::tempdir().unwrap();
        room_for(0, folder.path()).unwrap();
        let refused = room_for(u64::MAX, folder.path());
        assert!(matches!(refused, Err(BackupError::NoRoom { needed: u64::MAX, .. })), "{refused:?}");
    }

    #[test]
    fn a_path_without_a_folder_lies_in_the_one_of_the_process() {
        assert_eq!(folder_of(Path::new("monday")), Path::new("."));
        assert_eq!(folder_of(Path::new("backups/monday")), Path::new("backups"));
        assert_eq!(folder_of(Path::new("/monday")), Path::new("/"));
    }
}
