//! What a backup holds, as it says itself.

use std::fs::{self, File};
use std::io::{BufReader, BufWriter, Write as _};
use std::path::{Component, Path};

use chrono::{DateTime, Utc};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};

use super::{BackupError, MANIFEST};
use crate::photo::hex;
use crate::{Store, StoreError};

/// The version of this form.
const FORMAT: u32 = 1;
/// No manifest is larger, in bytes: ten million files.
const LARGEST: u64 = 2 << 30;

/// What a backup holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The version of this form.
    pub format: u32,
    /// The version of the program that made it.
    pub program: String,
    /// When the copy of the records was taken.
    pub made_at: DateTime<Utc>,
    /// How much it holds.
    pub counts: Counts,
    /// What the documents of each grid unit were: the digest that devices compare in a sync.
    pub grid_units: Vec<VillageDigest>,
    /// Files that were missing or damaged when it was made, and left out because whoever made it said so.
    pub lacking: Vec<String>,
    /// Every file.
    pub files: Vec<FileEntry>,
}

/// How much a backup holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Documents of all kinds.
    pub documents: u64,
    /// Those of them that are dossiers.
    pub dossiers: u64,
    /// Changes to documents.
    pub changes: u64,
    /// Photos whose bytes are there.
    pub photos: u64,
}

/// The documents of a grid unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VillageDigest {
    /// The unit's code.
    pub grid: String,
    /// How many documents belong to it.
    pub documents: u64,
    /// The digest of their heads, in hexadecimal digits.
    pub digest: String,
}

/// One file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileEntry {
    /// Where it lies in the backup, and in the data folder that it is restored to; with slashes.
    pub path: String,
    /// Its size.
    pub bytes: u64,
    /// Its SHA-256, in hexadecimal digits.
    pub sha256: String,
}

impl Manifest {
    /// Of a copied database that lies in this folder; the files are still to be named.
    pub(super) fn of(folder: &Path, program: &str, made_at: DateTime<Utc>) -> Result<Self, StoreError> {
        let store = Store::open_copy(folder)?;
        store.read(|reader| {
            let digests = reader.digests(|_| true)?;
            let grid_units = digests.into_iter().map(|digest| VillageDigest {
                grid: digest.grid.to_string(),
                documents: digest.documents,
                digest: hex(&digest.digest),
            });
            Ok(Self {
                format: FORMAT,
                program: program.to_owned(),
                made_at,
                counts: Counts::of(reader.connection)?,
                grid_units: grid_units.collect(),
                lacking: Vec::new(),
                files: Vec::new(),
            })
        })
    }

    /// Reads the manifest of a backup.
    pub(super) fn read(folder: &Path) -> Result<Self, BackupError> {
        let refuse = |reason: String| BackupError::NoBackup { folder: folder.to_owned(), reason };
        let path = folder.join(MANIFEST);
        let bytes = fs::metadata(&path).map_err(|error| refuse(format!("{MANIFEST}: {error}")))?.len();
        if bytes > LARGEST {
            return Err(refuse(format!("{MANIFEST} has {bytes} bytes")));
        }
        let file = File::open(&path).map_err(|error| refuse(format!("{MANIFEST}: {error}")))?;
        let manifest: Self = serde_json::from_reader(BufReader::new(file))
            .map_err(|error| refuse(format!("{MANIFEST}: {error}")))?;
        if manifest.format != FORMAT {
            let format = manifest.format;
            return Err(refuse(format!("it is of form {format}, and this program reads form {FORMAT}")));
        }
        if let Some(entry) = manifest.files.iter().find(|entry| !is_plain(&entry.path)) {
            return Err(refuse(format!("it names a file outside of itself: {:?}", entry.path)));
        }
        Ok(manifest)
    }

    /// Writes the manifest and flushes it to the medium.
    pub(super) fn write(&self, folder: &Path) -> Result<(), StoreError> {
        let path = folder.join(MANIFEST);
        let written = File::create(&path).and_then(|file| {
            let mut file = BufWriter::new(file);
            serde_json::to_writer_pretty(&mut file, self)?;
            file.flush()?;
            file.get_ref().sync_all()
        });
        written.map_err(StoreError::file(path))
    }

    /// How many files and bytes.
    pub fn size(&self) -> (u64, u64) {
        (self.files.len() as u64, self.files.iter().map(|entry| entry.bytes).sum())
    }
}

impl Counts {
    /// Of a database.
    pub(super) fn of(connection: &Connection) -> Result<Self, StoreError> {
        let count = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, u64>(0));
        Ok(Self {
            documents: count("SELECT count(*) FROM document")?,
            dossiers: count("SELECT count(*) FROM document WHERE kind = 'dossier'")?,
            changes: count("SELECT count(*) FROM change")?,
            photos: count("SELECT count(*) FROM photo_file WHERE removed = 0")?,
        })
    }
}

/// Whether a path leads to a file within a folder.
fn is_plain(path: &str) -> bool {
    let mut parts = Path::new(path).components().peekable();
    parts.peek().is_some()
        && parts.all(|part| matches!(part, Component::Normal(_)))
        && !path.contains('\\')
        && path != MANIFEST
}

#[cfg(test)]
mod tests {
    use super::is_plain;

    #[test]
    fn a_manifest_names_files_of_its_own_folder_only() {
        assert!(is_plain("photos/ab/abc.jpg") && is_plain("tls/key.pem"));
        for path in ["", "/etc/passwd", "../a", "photos/../../a", "a\\b", "./a", "manifest.json"] {
            assert!(!is_plain(path), "{path:?}");
        }
    }
}
