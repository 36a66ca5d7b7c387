//! Making a backup.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use chrono::{DateTime, Utc};

use super::copying::{copy_database, create_folders, flush_folders, folder_of, read_and_copy, room_for};
use super::{BackupError, BackupProgress, BackupStep, Complaints, FileEntry, MANIFEST, Manifest, REPLICA};
use crate::connection::{Mode, connect_reading};
use crate::photo::{file_size, flush_folder};
use crate::{Store, StoreError};

/// Held while a backup is written; whatever is left without it was interrupted.
const LOCK: &str = "being-written";
/// How many earlier backups are looked through for photos that need no copy.
const EARLIER: usize = 3;

/// What is to be backed up, and where to.
#[derive(Debug, Clone)]
pub struct BackupJob<'a> {
    /// The data folder.
    pub data: &'a Path,
    /// The folder that the backup becomes. Those that it lies in are made where they are missing.
    pub out: &'a Path,
    /// Databases beside the records, by name; those that are not there are left out.
    pub databases: &'a [&'a str],
    /// Further files, by their path in the data folder; those that are not there are left out.
    pub files: &'a [&'a str],
    /// Files that must be there and that never change under their name, by their path in the data folder.
    pub archives: &'a [String],
    /// The version of the program.
    pub program: &'a str,
    /// The time.
    pub now: DateTime<Utc>,
    /// Whether to go on without photos that are missing or damaged. They are named in the manifest.
    pub without_lacking: bool,
}

/// A backup that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// What it holds.
    pub manifest: Manifest,
    /// How many of its files it shares with an earlier backup.
    pub shared: u64,
}

/// Makes a backup.
///
/// # Errors
/// When a file that the records speak of is missing or is not what it should be: then there is no backup, unless the job
/// says otherwise. When the target is there already, or has no room.
pub fn back_up(job: &BackupJob<'_>, progress: &mut dyn FnMut(BackupProgress)) -> Result<Made, BackupError> {
    // Before anything is written: whether this version can read what it is to keep.
    drop(Store::open_reading(job.data)?);
    if job.out.symlink_metadata().is_ok() {
        return Err(BackupError::Exists(job.out.to_owned()));
    }
    let parent = folder_of(job.out);
    create_folders(parent)?;
    let partial = partial_of(job.out);
    let lock = begin(&partial)?;
    let made = Making::new(job, &partial, progress).run();
    let made = made.and_then(|made| {
        drop(lock);
        let _ = fs::remove_file(partial.join(LOCK));
        flush_folders(&partial)?;
        fs::rename(&partial, job.out).map_err(StoreError::file(job.out))?;
        flush_folder(parent).map_err(StoreError::file(parent))?;
        Ok(made)
    });
    if made.is_err() {
        // Half a backup is of no use, and takes room.
        let _ = fs::remove_dir_all(&partial);
    }
    made
}

fn partial_of(out: &Path) -> PathBuf {
    let mut name = out.file_name().unwrap_or_default().to_owned();
    name.push(".partial");
    out.with_file_name(name)
}

/// Makes the folder for what is not whole yet, in place of one that was interrupted.
fn begin(partial: &Path) -> Result<File, BackupError> {
    if partial.exists() {
        // Whoever writes there holds it.
        drop(hold(partial)?);
        fs::remove_dir_all(partial).map_err(StoreError::file(partial))?;
    }
    fs::create_dir(partial).map_err(StoreError::file(partial))?;
    #[cfg(unix)]
    {
        // It holds what opens doors.
        use std::os::unix::fs::PermissionsExt as _;
        let only_owner = fs::Permissions::from_mode(0o700);
        fs::set_permissions(partial, only_owner).map_err(StoreError::file(partial))?;
    }
    hold(partial)
}

fn hold(partial: &Path) -> Result<File, BackupError> {
    let path = partial.join(LOCK);
    let file = File::create(&path).map_err(StoreError::file(&path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(BackupError::Busy(partial.to_owned())),
        Err(TryLockError::Error(error)) => Err(StoreError::file(&path)(error).into()),
    }
}

/// A file that is to come along.
struct Wanted {
    path: String,
    /// What its bytes must be: the size and, where its name says it, the hash.
    bytes: Option<u64>,
    sha256: Option<String>,
    /// Whether the file of that name never changes, so that an earlier backup's is as good.
    unchanging: bool,
}

struct Making<'a> {
    job: &'a BackupJob<'a>,
    partial: &'a Path,
    progress: &'a mut dyn FnMut(BackupProgress),
    earlier: Vec<PathBuf>,
    complaints: Complaints,
    /// What is left out because the job says so: each, for a backup is proven by what it does not hold, too.
    lacking: Vec<String>,
    files: Vec<FileEntry>,
    shared: u64,
}

impl<'a> Making<'a> {
    fn new(job: &'a BackupJob<'a>, partial: &'a Path, progress: &'a mut dyn FnMut(BackupProgress)) -> Self {
        let (earlier, complaints) = (earlier(job.out), Complaints::default());
        let (lacking, files) = (Vec::new(), Vec::new());
        Self { job, partial, progress, earlier, complaints, lacking, files, shared: 0 }
    }

    fn run(mut self) -> Result<Made, BackupError> {
        let mut databases = vec![REPLICA];
        databases.extend(self.job.databases);
        let mut needed = 0;
        for name in &databases {
            needed += file_size(&self.job.data.join(name))?.unwrap_or_default();
        }
        room_for(needed, self.partial)?;
        for name in &databases {
            self.database(name)?;
        }
        let wanted = self.wanted()?;
        room_for(self.bytes_to_copy(&wanted)?, self.partial)?;
        let total = wanted.len() as u64;
        for (done, wanted) in wanted.into_iter().enumerate() {
            (self.progress)(BackupProgress { step: BackupStep::Files, done: done as u64, total });
            self.file(&wanted)?;
        }
        (self.progress)(BackupProgress { step: BackupStep::Files, done: total, total });
        let mut manifest = Manifest::of(self.partial, self.job.program, self.job.now)?;
        self.complaints.settle()?;
        manifest.lacking = self.lacking;
        manifest.files = self.files;
        manifest.write(self.partial)?;
        Ok(Made { manifest, shared: self.shared })
    }

    fn database(&mut self, name: &str) -> Result<(), BackupError> {
        let from = self.job.data.join(name);
        if !from.exists() {
            return Ok(());
        }
        let to = self.partial.join(name);
        let progress = &mut *self.progress;
        copy_database(&from, &to, &mut |done, total| {
            progress(BackupProgress { step: BackupStep::Database, done, total });
        })?;
        if let Some((bytes, sha256)) = read_and_copy(&to, None)? {
            self.files.push(FileEntry { path: name.to_owned(), bytes, sha256 });
        }
        Ok(())
    }

    /// What the copied records speak of, and what stands beside them.
    fn wanted(&self) -> Result<Vec<Wanted>, StoreError> {
        let copy = connect_reading(&self.partial.join(REPLICA), Mode::Copy)?;
        let mut wanted = Vec::new();
        let mut statement =
            copy.prepare("SELECT hash, bytes FROM photo_file WHERE removed = 0 ORDER BY hash")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let hash: String = row.get(0)?;
            let shard = hash.get(..2).unwrap_or_default();
            wanted.push(Wanted {
                path: format!("photos/{shard}/{hash}.jpg"),
                bytes: Some(row.get(1)?),
                sha256: Some(hash),
                unchanging: true,
            });
        }
        for path in self.job.archives {
            wanted.push(Wanted::file(path.clone(), true));
        }
        for path in originals(self.job.data)? {
            wanted.push(Wanted::file(path, false));
        }
        for path in self.job.files {
            if self.job.data.join(path).exists() {
                wanted.push(Wanted::file((*path).to_owned(), false));
            }
        }
        Ok(wanted)
    }

    /// How many bytes the files have that no earlier backup holds.
    fn bytes_to_copy(&self, wanted: &[Wanted]) -> Result<u64, StoreError> {
        let mut bytes = 0;
        for wanted in wanted {
            if self.earlier_of(wanted)?.is_none() {
                bytes += file_size(&self.job.data.join(&wanted.path))?.unwrap_or_default();
            }
        }
        Ok(bytes)
    }

    fn file(&mut self, wanted: &Wanted) -> Result<(), BackupError> {
        let (from, to) = (self.job.data.join(&wanted.path), self.partial.join(&wanted.path));
        if let (Some(earlier), Some(bytes)) = (self.earlier_of(wanted)?, file_size(&from)?)
            && file_size(&earlier)? == Some(bytes)
            && link(&earlier, &to)
        {
            let sha256 = match &wanted.sha256 {
                Some(sha256) => sha256.clone(),
                None => read_and_copy(&to, None)?.map(|(_, sha256)| sha256).unwrap_or_default(),
            };
            self.shared += 1;
            self.files.push(FileEntry { path: wanted.path.clone(), bytes, sha256 });
            return Ok(());
        }
        let path = &wanted.path;
        let Some((bytes, sha256)) = read_and_copy(&from, Some(&to))? else {
            self.lacks(format!("{path}: the records speak of it, and it is not there"));
            return Ok(());
        };
        if wanted.sha256.as_ref().is_some_and(|expected| *expected != sha256) {
            self.lacks(format!("{path}: its bytes are not those of its name"));
            fs::remove_file(&to).map_err(StoreError::file(&to))?;
            return Ok(());
        }
        self.files.push(FileEntry { path: path.clone(), bytes, sha256 });
        Ok(())
    }

    fn lacks(&mut self, what: String) {
        if self.job.without_lacking { self.lacking.push(what) } else { self.complaints.add(what) }
    }

    /// The same file in an earlier backup.
    fn earlier_of(&self, wanted: &Wanted) -> Result<Option<PathBuf>, StoreError> {
        if !wanted.unchanging {
            return Ok(None);
        }
        for earlier in &self.earlier {
            let path = earlier.join(&wanted.path);
            let size = file_size(&path)?;
            if size.is_some() && (wanted.bytes.is_none() || size == wanted.bytes) {
                return Ok(Some(path));
            }
        }
        Ok(None)
    }
}

impl Wanted {
    fn file(path: String, unchanging: bool) -> Self {
        Self { path, bytes: None, sha256: None, unchanging }
    }
}

/// Gives a file another name; where the medium has no such thing, it is copied.
fn link(from: &Path, to: &Path) -> bool {
    fs::create_dir_all(folder_of(to)).is_ok() && fs::hard_link(from, to).is_ok()
}

/// The latest backups that lie beside this one.
fn earlier(out: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder_of(out)) else { return Vec::new() };
    let whole = |path: &Path| path.extension().is_none_or(|extension| extension != "partial");
    let mut earlier: Vec<(SystemTime, PathBuf)> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| whole(path))
        .filter_map(|path| Some((fs::metadata(path.join(MANIFEST)).ok()?.modified().ok()?, path)))
        .collect();
    earlier.sort();
    earlier.into_iter().rev().take(EARLIER).map(|(_, path)| path).collect()
}

/// The files that photos came as, where people keep them.
fn originals(data: &Path) -> Result<Vec<String>, StoreError> {
    let mut paths = Vec::new();
    let folder = data.join("originals");
    let Ok(shards) = fs::read_dir(&folder) else { return Ok(paths) };
    for shard in shards {
        let shard = shard.map_err(StoreError::file(&folder))?;
        for file in fs::read_dir(shard.path()).map_err(StoreError::file(shard.path()))? {
            let file = file.map_err(StoreError::file(shard.path()))?;
            let (shard, name) = (shard.file_name(), file.file_name());
            paths.push(format!("originals/{}/{}", shard.to_string_lossy(), name.to_string_lossy()));
        }
    }
    paths.sort();
    Ok(paths)
}
