//! Files on their way in and out: uploads wait here until a command takes them, exports until they are fetched.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use store::StoreError;
use uuid::Uuid;
use wire::{ApiError, ErrorCode};

use crate::error::{not_found, to_api_error};

/// The largest file that can be uploaded, in bytes.
pub(crate) const UPLOAD_LIMIT: u64 = 64 << 20;
/// How long a file that nobody took is kept at least.
const KEPT: Duration = Duration::from_secs(24 * 3600);

/// The folders for uploads and downloads.
#[derive(Debug)]
pub struct Uploads {
    uploads: PathBuf,
    downloads: PathBuf,
}

impl Uploads {
    pub(crate) fn open(folder: &Path) -> Result<Self, StoreError> {
        let these = Self { uploads: folder.join("uploads"), downloads: folder.join("downloads") };
        for path in [&these.uploads, &these.downloads] {
            fs::create_dir_all(path).map_err(|source| StoreError::File { path: path.clone(), source })?;
            forget_old(path);
        }
        Ok(these)
    }

    /// Keeps an uploaded file until a command takes it. What nobody took within a day goes at the next start.
    ///
    /// # Errors
    /// When it is larger than 64 MiB or cannot be written.
    pub fn add(&self, bytes: &[u8]) -> Result<Uuid, ApiError> {
        if bytes.len() as u64 > UPLOAD_LIMIT {
            let message = format!("the file has {} bytes; at most {UPLOAD_LIMIT} are taken", bytes.len());
            return Err(ApiError::new(ErrorCode::File, message).because("too_large"));
        }
        let id = Uuid::new_v4();
        write(&self.upload_path(id), bytes)?;
        Ok(id)
    }

    pub(crate) fn bytes(&self, upload: Uuid) -> Result<Vec<u8>, ApiError> {
        let path = self.upload_path(upload);
        fs::read(&path).map_err(|source| match source.kind() {
            ErrorKind::NotFound => not_found("upload"),
            _ => to_api_error(StoreError::File { path, source }),
        })
    }

    /// The file of an upload, and its size in bytes: for what is too large to be read at once.
    pub(crate) fn open_upload(&self, upload: Uuid) -> Result<(fs::File, u64), ApiError> {
        let path = self.upload_path(upload);
        let opened = fs::File::open(&path).and_then(|file| {
            let bytes = file.metadata()?.len();
            Ok((file, bytes))
        });
        opened.map_err(|source| match source.kind() {
            ErrorKind::NotFound => not_found("upload"),
            _ => to_api_error(StoreError::File { path, source }),
        })
    }

    pub(crate) fn remove(&self, upload: Uuid) {
        let _ = fs::remove_file(self.upload_path(upload));
    }

    /// A new place for a file that can be fetched under this name.
    pub(crate) fn new_download(&self, file_name: &str) -> Result<(Uuid, PathBuf), ApiError> {
        let id = Uuid::new_v4();
        let folder = self.downloads.join(id.to_string());
        fs::create_dir_all(&folder)
            .map_err(|source| to_api_error(StoreError::File { path: folder.clone(), source }))?;
        Ok((id, folder.join(file_name)))
    }

    /// The path of a file that can be fetched; its name is what it should be called.
    pub fn download(&self, id: Uuid) -> Result<PathBuf, ApiError> {
        let entry =
            fs::read_dir(self.downloads.join(id.to_string())).ok().and_then(|mut entries| entries.next());
        match entry {
            Some(Ok(entry)) => Ok(entry.path()),
            _ => Err(not_found("download")),
        }
    }

    fn upload_path(&self, id: Uuid) -> PathBuf {
        self.uploads.join(id.to_string())
    }
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
        let modified = entry.metadata().and_then(|metadata| metadata.modified());
        let age = modified.ok().and_then(|modified| SystemTime::now().duration_since(modified).ok());
        if age.is_some_and(|age| age > KEPT) {
            let _ = fs::remove_file(entry.path());
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}
