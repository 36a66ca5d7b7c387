//! Copying databases and files so that each is proven by what was read, and on the medium when it is said to be.

use std::fs::{self, File};
use std::io::{ErrorKind, Read, Write as _};
use std::path::Path;
use std::time::Duration;

use rusqlite::Connection;
use rusqlite::backup::{Backup, StepResult};
use sha2::{Digest as _, Sha256};

use super::manifest::hex;
use crate::StoreError;
use crate::connection::{Mode, connect_reading};

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
pub(super) fn read_and_copy(from: &Path, to: Option<&Path>) -> Result<Option<(u64, String)>, StoreError> {
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

/// Flushes the names of all files in a folder and in those within it.
pub(super) fn flush_folders(folder: &Path) -> Result<(), StoreError> {
    for entry in fs::read_dir(folder).map_err(StoreError::file(folder))? {
        let entry = entry.map_err(StoreError::file(folder))?;
        if entry.file_type().map_err(StoreError::file(folder))?.is_dir() {
            flush_folders(&entry.path())?;
        }
    }
    crate::photo::flush_folder(folder).map_err(StoreError::file(folder))
}
