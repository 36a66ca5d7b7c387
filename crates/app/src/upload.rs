//! Files on their way in and out: uploads wait here until a command takes them, exports until they are fetched.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use sha2::{Digest as _, Sha256};
use store::{Reserve, Sparing, StoreError};
use uuid::Uuid;
use wire::{ApiError, ErrorCode};

use crate::error::{not_found, to_api_error};

/// The largest file that can be uploaded, in bytes.
pub(crate) const UPLOAD_LIMIT: u64 = 64 << 20;
/// How long a file that nobody took is kept at least.
const KEPT: Duration = Duration::from_secs(24 * 3600);

/// What the folder of a person's files begins with.
const OF: &str = "of-";

/// The folders for uploads and downloads. On a device all files are its holder's; at the office each person has their own,
/// which nobody else can name.
#[derive(Debug)]
pub struct Uploads {
    uploads: PathBuf,
    downloads: PathBuf,
    /// What these files leave free.
    reserve: Arc<Reserve>,
}

/// The files of one person.
#[derive(Debug, Clone, Copy)]
pub struct OwnFiles<'a> {
    all: &'a Uploads,
    /// Whose; empty for files that belong to nobody in particular.
    person: &'a str,
}

impl Uploads {
    pub(crate) fn open(folder: &Path, reserve: Arc<Reserve>) -> Result<Self, StoreError> {
        let (uploads, downloads) = (folder.join("uploads"), folder.join("downloads"));
        let these = Self { uploads, downloads, reserve };
        for path in [&these.uploads, &these.downloads] {
            fs::create_dir_all(path).map_err(|source| StoreError::File { path: path.clone(), source })?;
            forget_old(path);
        }
        Ok(these)
    }

    /// The files of a person of this name; of nobody in particular where it is empty.
    pub fn of<'a>(&'a self, person: &'a str) -> OwnFiles<'a> {
        OwnFiles { all: self, person }
    }

    /// Keeps an uploaded file of nobody in particular: whoever knows its id can use it.
    ///
    /// # Errors
    /// As [`OwnFiles::add`].
    pub fn add(&self, bytes: &[u8]) -> Result<Uuid, ApiError> {
        self.of("").add(bytes)
    }

    /// The path of a file of nobody in particular that can be fetched; its name is what it should be called.
    ///
    /// # Errors
    /// When there is none.
    pub fn download(&self, id: Uuid) -> Result<PathBuf, ApiError> {
        self.of("").download(id)
    }

    pub(crate) fn bytes(&self, upload: Uuid) -> Result<Vec<u8>, ApiError> {
        self.of("").bytes(upload)
    }

    pub(crate) fn path_of(&self, upload: Uuid) -> Result<PathBuf, ApiError> {
        self.of("").path_of(upload)
    }

    pub(crate) fn new_download(&self, file_name: &str) -> Result<(Uuid, PathBuf), ApiError> {
        self.of("").new_download(file_name)
    }

    pub(crate) fn remove(&self, upload: Uuid) {
        self.of("").remove(upload);
    }
}

impl OwnFiles<'_> {
    /// Keeps an uploaded file until a command takes it. What nobody took within a day goes at the next start.
    ///
    /// # Errors
    /// When it is larger than 64 MiB or cannot be written.
    pub fn add(&self, bytes: &[u8]) -> Result<Uuid, ApiError> {
        if bytes.len() as u64 > UPLOAD_LIMIT {
            let message = format!("the file has {} bytes; at most {UPLOAD_LIMIT} are taken", bytes.len());
            return Err(ApiError::new(ErrorCode::File, message).because("too_large"));
        }
        self.all.reserve.room_for(bytes.len() as u64).map_err(to_api_error)?;
        let folder = self.within(&self.all.uploads);
        create(&folder)?;
        let id = Uuid::new_v4();
        write(&folder.join(id.to_string()), bytes)?;
        fail::fail_point!("upload.written");
        Ok(id)
    }

    pub(crate) fn bytes(&self, upload: Uuid) -> Result<Vec<u8>, ApiError> {
        let path = self.upload(upload);
        fs::read(&path).map_err(|source| match source.kind() {
            ErrorKind::NotFound => not_found("upload"),
            _ => to_api_error(StoreError::File { path, source }),
        })
    }

    /// The file of an upload, and its size in bytes: for what is too large to be read at once.
    pub(crate) fn open_upload(&self, upload: Uuid) -> Result<(fs::File, u64), ApiError> {
        let path = self.upload(upload);
        let opened = fs::File::open(&path).and_then(|file| {
            let bytes = file.metadata()?.len();
            Ok((file, bytes))
        });
        opened.map_err(|source| match source.kind() {
            ErrorKind::NotFound => not_found("upload"),
            _ => to_api_error(StoreError::File { path, source }),
        })
    }

    /// The path of an upload.
    ///
    /// # Errors
    /// When this person has none of that id.
    pub fn path_of(&self, upload: Uuid) -> Result<PathBuf, ApiError> {
        let path = self.upload(upload);
        if path.exists() { Ok(path) } else { Err(not_found("upload")) }
    }

    fn within(&self, folder: &Path) -> PathBuf {
        match self.person {
            "" => folder.to_owned(),
            // Names may hold anything, and are nobody's business here.
            person => folder.join(format!("{OF}{}", hex::encode(Sha256::digest(person.as_bytes())))),
        }
    }

    fn upload(&self, upload: Uuid) -> PathBuf {
        let own = self.within(&self.all.uploads).join(upload.to_string());
        // What belongs to nobody in particular is everybody's who knows its id.
        if own.exists() { own } else { self.all.uploads.join(upload.to_string()) }
    }

    /// Forgets an upload that was used.
    pub fn remove(&self, upload: Uuid) {
        fail::fail_point!("upload.before_removal");
        let _ = fs::remove_file(self.upload(upload));
    }

    /// A new place for a file that can be fetched under this name.
    ///
    /// # Errors
    /// When there is no room for it.
    pub fn new_download(&self, file_name: &str) -> Result<(Uuid, PathBuf), ApiError> {
        self.all.reserve.room_for(0).map_err(to_api_error)?;
        let id = Uuid::new_v4();
        let folder = self.within(&self.all.downloads).join(id.to_string());
        create(&folder)?;
        Ok((id, folder.join(file_name)))
    }

    /// Creates the file of a new download and lets `write` fill it; see [`whole_or_gone`].
    pub(crate) fn filled<T, E: From<StoreError>>(
        &self,
        path: &Path,
        write: impl FnOnce(Sparing<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let created = fs::File::create(path)
            .map_err(|source| E::from(StoreError::File { path: path.to_owned(), source }));
        whole_or_gone(path, created.and_then(|file| write(self.all.reserve.sparing(file))))
    }

    /// The path of a file that can be fetched; its name is what it should be called.
    ///
    /// # Errors
    /// When this person has none of that id.
    pub fn download(&self, id: Uuid) -> Result<PathBuf, ApiError> {
        let folder = self.within(&self.all.downloads).join(id.to_string());
        match fs::read_dir(folder).ok().and_then(|mut entries| entries.next()) {
            Some(Ok(entry)) => Ok(entry.path()),
            _ => Err(not_found("download")),
        }
    }
}

/// Removes the file of a new download that could not be written whole: it would only take room.
pub(crate) fn whole_or_gone<T, E>(path: &Path, written: Result<T, E>) -> Result<T, E> {
    if written.is_err()
        && let Some(folder) = path.parent()
    {
        let _ = fs::remove_dir_all(folder);
    }
    written
}

fn create(folder: &Path) -> Result<(), ApiError> {
    fs::create_dir_all(folder)
        .map_err(|source| to_api_error(StoreError::File { path: folder.to_owned(), source }))
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), ApiError> {
    fs::write(path, bytes).map_err(|source| {
        let _ = fs::remove_file(path);
        to_api_error(StoreError::File { path: path.to_owned(), source })
    })
}

fn forget_old(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        if entry.file_name().to_string_lossy().starts_with(OF) {
            forget_old(&entry.path());
            // One that is not empty stays.
            let _ = fs::remove_dir(entry.path());
            continue;
        }
        let modified = entry.metadata().and_then(|metadata| metadata.modified());
        let age = modified.ok().and_then(|modified| SystemTime::now().duration_since(modified).ok());
        if age.is_some_and(|age| age > KEPT) {
            let _ = fs::remove_file(entry.path());
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}
