//! Space for the time when the disk is full. SQLite needs room even to delete, so a ballast file is laid down while there
//! is room, and released when there is hardly any: then photos can be removed, records saved and synced.
//!
//! Who goes first: files (photos, thumbnails, uploads, exports) are refused while they would leave less than
//! [`MARGIN`] outside of the reserve. Records go on. Once less than [`FLOOR`] is free, or a write failed for lack of
//! space, the reserve is released for them. They leave the [`LAST`] of it for what makes room again.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use fs4::FileExt as _;

use crate::photo::flush_folder;
use crate::{Role, Store, StoreError};

/// The size of the ballast, in bytes.
const RESERVE: u64 = 16 << 20;
/// When less than this is free, in bytes, the reserve is released before anything is written: more than one message of
/// a sync needs, with the rows that follow from it.
const FLOOR: u64 = 8 << 20;
/// What files leave free outside of the reserve, in bytes.
const MARGIN: u64 = 12 << 20;
/// The last bytes, which records leave for removing photos and for what a sync notes.
const LAST: u64 = 4 << 20;
/// When so much is free, in bytes, the reserve is laid down again.
const ENOUGH: u64 = RESERVE + 2 * MARGIN;
/// Below this people are told, in bytes: a phone takes some hundred photos of half a megabyte a day.
const LOW_ON_DEVICE: u64 = 512 << 20;
const LOW_AT_OFFICE: u64 = 2 << 30;
/// Where the reserve could not be laid down, that is tried again after this: not at each write, which comes before it.
const AGAIN: Duration = Duration::from_secs(60);
/// A file that is being written asks again after so many bytes.
const ASKED_AGAIN: u64 = 1 << 20;

/// What is left of the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Space {
    /// What is free, in bytes, without the reserve.
    pub free: u64,
    /// The size of the disk, in bytes.
    pub total: u64,
    /// Whether the reserve lies there.
    pub reserve_intact: bool,
    /// Whether little is free: time to free space.
    pub low: bool,
    /// Whether hardly more than the reserve is free: files are refused, records and sync go on as long as they can.
    pub full: bool,
}

/// The ballast of one replica. Cheap to share behind an `Arc`.
#[derive(Debug)]
pub struct Reserve {
    folder: PathBuf,
    low: u64,
    /// Whether this process lays it down. Not a command that runs beside a server, which does.
    kept: AtomicBool,
    /// When it could last not be laid down. Locked while somebody does.
    failed: Mutex<Option<Instant>>,
}

impl Reserve {
    pub(crate) fn of(folder: &Path, role: Role) -> Self {
        let low = match role {
            Role::Device => LOW_ON_DEVICE,
            Role::Office => LOW_AT_OFFICE,
        };
        Self { folder: folder.to_owned(), low, kept: AtomicBool::new(false), failed: Mutex::new(None) }
    }

    /// What is left of the disk.
    ///
    /// # Errors
    /// When the platform does not tell.
    pub fn space(&self) -> Result<Space, StoreError> {
        let disk = fs4::statvfs(&self.folder).map_err(StoreError::file(&self.folder))?;
        let reserve_intact = self.is_intact();
        let available = disk.available_space();
        let free = if reserve_intact { available } else { available.saturating_sub(RESERVE) };
        Ok(Space {
            free,
            total: disk.total_space(),
            reserve_intact,
            low: free < self.low,
            full: free < MARGIN,
        })
    }

    /// That a file of so many bytes leaves enough for records.
    ///
    /// # Errors
    /// [`StoreError::NoRoom`] when it does not.
    pub fn room_for(&self, bytes: u64) -> Result<(), StoreError> {
        match self.space() {
            Ok(space) if space.free < bytes.saturating_add(MARGIN) => Err(StoreError::NoRoom(bytes)),
            // Where nobody can tell, writing shows it.
            _ => Ok(()),
        }
    }

    /// That a record leaves enough for making room again.
    ///
    /// # Errors
    /// [`StoreError::NoRoom`] when the reserve is used up.
    pub(crate) fn room_to_record(&self) -> Result<(), StoreError> {
        match fs4::available_space(&self.folder) {
            Ok(available) if available < LAST && !self.is_intact() => Err(StoreError::NoRoom(LAST)),
            _ => Ok(()),
        }
    }

    /// A file that is refused further bytes before it takes what records need.
    pub fn sparing(&self, file: File) -> Sparing<'_> {
        Sparing { file, reserve: self, unasked: ASKED_AGAIN }
    }

    /// Releases the reserve, or lays it down, as the disk has room: called before each write, and after one that failed.
    pub(crate) fn tend(&self) {
        let Ok(available) = fs4::available_space(&self.folder) else { return };
        let done = match self.is_intact() {
            true if available < FLOOR => self.release(),
            false if available >= ENOUGH && self.kept.load(Ordering::Relaxed) => self.lay_again(),
            _ => return,
        };
        if let Err(error) = done {
            tracing::warn!(%error, "the space that is kept for a full disk cannot be changed");
        }
    }

    fn keep(&self) {
        self.kept.store(true, Ordering::Relaxed);
        self.tend();
    }

    fn path(&self) -> PathBuf {
        self.folder.join("reserve")
    }

    fn is_intact(&self) -> bool {
        fs::metadata(self.path()).is_ok_and(|file| file.len() == RESERVE)
    }

    fn release(&self) -> io::Result<()> {
        match fs::remove_file(self.path()) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        tracing::warn!("the disk is full: the space that was kept for this is released");
        // Some file systems give space back only when the removal is on the medium.
        flush_folder(&self.folder)
    }

    /// Lays it down, unless somebody else does or it failed a moment ago.
    fn lay_again(&self) -> io::Result<()> {
        let Ok(mut failed) = self.failed.try_lock() else { return Ok(()) };
        if self.is_intact() || failed.is_some_and(|at| at.elapsed() < AGAIN) {
            return Ok(());
        }
        let laid = self.lay();
        *failed = laid.is_err().then(Instant::now);
        laid
    }

    /// Under another name first: a crash leaves all of it or what the next start removes.
    fn lay(&self) -> io::Result<()> {
        let new = self.folder.join("reserve.new");
        let laid = File::create(&new).and_then(|mut file| {
            if file.allocate(RESERVE).is_err() || file.metadata()?.len() != RESERVE {
                file.set_len(0)?;
                file.seek(SeekFrom::Start(0))?;
                write_ballast(&mut file)?;
            }
            file.sync_all()?;
            fs::rename(&new, self.path())
        });
        if laid.is_err() {
            let _ = fs::remove_file(&new);
        }
        laid
    }
}

/// Where space cannot be set aside by asking, it is filled: with what no file system can compress.
fn write_ballast(file: &mut File) -> io::Result<()> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut block = Vec::with_capacity(1 << 20);
    for _ in 0..RESERVE >> 20 {
        block.clear();
        while block.len() < 1 << 20 {
            // xorshift64
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            block.extend_from_slice(&state.to_le_bytes());
        }
        file.write_all(&block)?;
    }
    Ok(())
}

impl Store {
    /// What is left of the disk.
    ///
    /// # Errors
    /// When the platform does not tell.
    pub fn space(&self) -> Result<Space, StoreError> {
        self.reserve.space()
    }

    /// Keeps 16 MiB in reserve for a full disk from now on. For whoever runs for long: the app, the server.
    pub fn keep_reserve(&self) {
        self.reserve.keep();
    }

    /// Looks after the reserve; writing does so too.
    pub fn tend_reserve(&self) {
        self.reserve.tend();
    }

    /// The reserve itself.
    pub fn reserve(&self) -> &std::sync::Arc<Reserve> {
        &self.reserve
    }
}

/// A file that takes no byte that records may need.
#[derive(Debug)]
pub struct Sparing<'a> {
    file: File,
    reserve: &'a Reserve,
    /// What was written since it was last asked whether there is room.
    unasked: u64,
}

impl Sparing<'_> {
    /// The file.
    pub fn into_file(self) -> File {
        self.file
    }
}

impl Write for Sparing<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.unasked >= ASKED_AGAIN {
            self.reserve
                .room_for(bytes.len() as u64)
                .map_err(|error| io::Error::new(ErrorKind::StorageFull, error))?;
            self.unasked = 0;
        }
        let written = self.file.write(bytes)?;
        self.unasked += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Seek for Sparing<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reserve_takes_what_it_says_and_is_released() {
        let folder = tempfile::tempdir().unwrap();
        let reserve = Reserve::of(folder.path(), Role::Device);
        reserve.tend();
        assert!(!reserve.space().unwrap().reserve_intact, "nobody asked for it");
        reserve.keep();
        assert!(reserve.space().unwrap().reserve_intact);
        let file = File::open(reserve.path()).unwrap();
        assert!(file.allocated_size().unwrap() >= RESERVE, "a sparse file would reserve nothing");
        reserve.release().unwrap();
        assert!(!reserve.space().unwrap().reserve_intact);
        assert!(reserve.room_for(u64::MAX).unwrap_err().is_disk_full());
    }

    #[test]
    fn what_cannot_be_laid_down_is_not_tried_at_each_write() {
        let folder = tempfile::tempdir().unwrap();
        let reserve = Reserve::of(folder.path(), Role::Device);
        let in_the_way = folder.path().join("reserve.new");
        fs::create_dir(&in_the_way).unwrap();
        reserve.keep();
        assert!(reserve.failed.lock().unwrap().is_some());
        fs::remove_dir(&in_the_way).unwrap();
        reserve.tend();
        assert!(!reserve.is_intact(), "it failed a moment ago");
        *reserve.failed.lock().unwrap() = None;
        reserve.tend();
        assert!(reserve.is_intact());
    }

    #[test]
    fn what_is_written_as_ballast_does_not_repeat() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ballast");
        write_ballast(&mut File::create(&path).unwrap()).unwrap();
        let bytes = fs::read(&path).unwrap();
        assert_eq!(bytes.len() as u64, RESERVE);
        let mut words: Vec<&[u8]> = bytes.chunks(8).collect();
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), bytes.len() / 8);
    }
}
