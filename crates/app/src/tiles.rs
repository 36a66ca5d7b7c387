//! The tile archive behind the map: one PMTiles file that a person imports, kept beside the records and never sent.
//!
//! The file lies under a name of its own, and a setting says which one counts, so that a crash at any moment leaves
//! either the old archive or the new one.

use std::fs::{self, File};
use std::io::{ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use store::{Store, StoreError};
use uuid::Uuid;
use wire::ApiError;
use wire::message::{MapBounds, TileArchive};

use crate::App;
use crate::error::to_api_error;
use crate::pmtiles::{self, Header};

const SETTING: &str = "tiles";
/// The most that one question gets, in bytes: directories and tiles are far smaller.
const PIECE: u64 = 16 << 20;
/// How much is copied at a time.
const BLOCK: usize = 1 << 20;

/// The file of the tile archive that counts, by its path in the data folder, and its size in bytes: for backups, and for
/// looking whether it is there.
///
/// # Errors
/// When the store cannot be read.
pub fn tile_archive_file(store: &Store) -> Result<Option<(String, u64)>, StoreError> {
    Ok(noted(store)?.map(|archive| (format!("tiles/{}.pmtiles", archive.version), archive.bytes)))
}

fn noted(store: &Store) -> Result<Option<TileArchive>, StoreError> {
    let text = store.read::<_, StoreError>(|reader| reader.setting(SETTING))?;
    Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
}

/// The folder of the archive.
#[derive(Debug)]
pub(crate) struct Tiles {
    folder: PathBuf,
}

impl Tiles {
    /// Opens the folder, and removes what a crash left in it.
    pub(crate) fn open(store: &Store) -> Result<Self, StoreError> {
        let these = Self { folder: store.folder().join("tiles") };
        fs::create_dir_all(&these.folder).map_err(file_error(&these.folder))?;
        let kept = these.archive(store)?.map(|archive| these.path(&archive.version));
        for entry in fs::read_dir(&these.folder).map_err(file_error(&these.folder))?.flatten() {
            if Some(entry.path()) != kept {
                let _ = fs::remove_file(entry.path());
            }
        }
        Ok(these)
    }

    /// The archive that counts, if its file is there.
    pub(crate) fn archive(&self, store: &Store) -> Result<Option<TileArchive>, StoreError> {
        Ok(noted(store)?.filter(|archive| self.path(&archive.version).is_file()))
    }

    /// Keeps the bytes of `pieces`, one after the other, in place of the archive before. `total` is their size, and
    /// `progress` is told how many are copied and may stop it.
    ///
    /// # Errors
    /// When they are no archive that the map can show; then the archive before stays.
    pub(crate) fn replace(
        &self,
        store: &Store,
        file_name: &str,
        pieces: &mut dyn Read,
        total: u64,
        progress: &dyn Fn(u64) -> Result<(), ApiError>,
    ) -> Result<TileArchive, ApiError> {
        let part = self.folder.join("incoming.part");
        let imported = self.take(store, &part, pieces, total, progress).and_then(|header| {
            let version = Uuid::new_v4().simple().to_string();
            let archive = described(&header, file_name, total, version);
            let path = self.path(&archive.version);
            fs::rename(&part, &path).map_err(|error| to_api_error(file_error(&path)(error)))?;
            self.flush_folder()?;
            Ok(archive)
        });
        if imported.is_err() {
            let _ = fs::remove_file(&part);
        }
        let archive = imported?;
        let noted = serde_json::to_string(&archive).unwrap_or_default();
        store
            .write::<_, StoreError>(|writer| writer.set_setting(SETTING, &noted))
            .inspect_err(|_| drop(fs::remove_file(self.path(&archive.version))))
            .map_err(to_api_error)?;
        self.sweep(Some(&archive));
        Ok(archive)
    }

    fn take(
        &self,
        store: &Store,
        part: &Path,
        pieces: &mut dyn Read,
        total: u64,
        progress: &dyn Fn(u64) -> Result<(), ApiError>,
    ) -> Result<Header, ApiError> {
        let unwritable = |error| to_api_error(file_error(part)(error));
        let mut start = Vec::new();
        pieces.take(pmtiles::START).read_to_end(&mut start).map_err(unwritable)?;
        // Before anything is copied: most wrong files are wrong from the first byte on.
        let header = pmtiles::check(&start, total)?;
        store.reserve().room_for(total).map_err(to_api_error)?;
        let mut file = store.reserve().sparing(File::create(part).map_err(unwritable)?);
        file.write_all(&start).map_err(unwritable)?;
        let (mut copied, mut block) = (start.len() as u64, vec![0; BLOCK]);
        loop {
            progress(copied)?;
            let read = pieces.read(&mut block).map_err(unwritable)?;
            let Some(block) = block.get(..read).filter(|block| !block.is_empty()) else { break };
            file.write_all(block).map_err(unwritable)?;
            copied += read as u64;
        }
        if copied != total {
            return Err(pmtiles::truncated(copied));
        }
        file.into_file().sync_all().map_err(unwritable)?;
        Ok(header)
    }

    /// Forgets the archive and removes its file.
    pub(crate) fn remove(&self, store: &Store) -> Result<(), StoreError> {
        store.write::<_, StoreError>(|writer| writer.clear_setting(SETTING))?;
        self.sweep(None);
        Ok(())
    }

    /// At most `length` bytes from `offset` on, and the size of the archive; `None` if there is none.
    fn piece(&self, store: &Store, offset: u64, length: u64) -> Result<Option<(Vec<u8>, u64)>, StoreError> {
        let Some(archive) = self.archive(store)? else { return Ok(None) };
        let path = self.path(&archive.version);
        let mut file = match File::open(&path) {
            Ok(file) => file,
            // Replaced just now.
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(file_error(&path)(error)),
        };
        let mut piece = Vec::new();
        file.seek(SeekFrom::Start(offset.min(archive.bytes))).map_err(file_error(&path))?;
        file.take(length.min(PIECE)).read_to_end(&mut piece).map_err(file_error(&path))?;
        Ok(Some((piece, archive.bytes)))
    }

    fn sweep(&self, kept: Option<&TileArchive>) {
        let kept = kept.map(|archive| self.path(&archive.version));
        let Ok(entries) = fs::read_dir(&self.folder) else { return };
        for entry in entries.flatten().filter(|entry| Some(entry.path()) != kept) {
            if let Err(error) = fs::remove_file(entry.path()) {
                tracing::warn!(%error, "an old tile archive stays until the next start");
            }
        }
    }

    fn flush_folder(&self) -> Result<(), ApiError> {
        // Windows cannot flush a folder.
        if cfg!(windows) {
            return Ok(());
        }
        let flushed = File::open(&self.folder).and_then(|folder| folder.sync_all());
        flushed.map_err(|error| to_api_error(file_error(&self.folder)(error)))
    }

    fn path(&self, version: &str) -> PathBuf {
        self.folder.join(format!("{version}.pmtiles"))
    }
}

impl App {
    /// At most `length` bytes of the tile archive from `offset` on, never more than 16 MiB, and its size; `None` if
    /// there is no archive. Empty beyond its end.
    pub fn tiles_piece(&self, offset: u64, length: u64) -> Result<Option<(Vec<u8>, u64)>, ApiError> {
        self.tiles.piece(&self.store, offset, length).map_err(to_api_error)
    }

    /// The file of the tile archive of this version; `None` if another one counts, or none.
    pub fn tiles_file(&self, version: &str) -> Result<Option<PathBuf>, ApiError> {
        let archive = self.tiles.archive(&self.store).map_err(to_api_error)?;
        Ok(archive
            .filter(|archive| archive.version == version)
            .map(|archive| self.tiles.path(&archive.version)))
    }
}

fn described(header: &Header, file_name: &str, bytes: u64, version: String) -> TileArchive {
    let Header { tile_type, min_zoom, max_zoom, bounds: [west, south, east, north] } = *header;
    TileArchive {
        file_name: file_name.to_owned(),
        bytes,
        tile_type: tile_type.to_owned(),
        min_zoom,
        max_zoom,
        bounds: MapBounds { west, south, east, north },
        version,
    }
}

fn file_error(path: &Path) -> impl FnOnce(std::io::Error) -> StoreError + use<> {
    let path = path.to_owned();
    move |source| StoreError::File { path, source }
}
