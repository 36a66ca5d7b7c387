//! Photos: every row has a file of its size and hash, and every file has a row.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::time::Duration;

use domain::PhotoHash;

use super::{Progress, Report, VerifyStep};
use crate::backup::read_and_copy;
use crate::photo::file_size;
use crate::{Reader, Store, StoreError};

/// Somebody who has just written a file writes its row within this time.
const PATIENCE: Duration = Duration::from_secs(1);

/// Something about one photo that may be as it should by now: others may be writing.
struct Suspicion {
    hash: PhotoHash,
    kind: &'static str,
    what: &'static str,
}

pub(super) fn walk(
    reader: &Reader<'_>,
    read: bool,
    report: &mut Report,
    progress: Progress<'_>,
) -> Result<(), StoreError> {
    let store = reader.store;
    let mut suspicions = Vec::new();
    rows(reader, read, report, &mut suspicions, progress)?;
    files(reader, report, &mut suspicions)?;
    if !suspicions.is_empty() {
        std::thread::sleep(PATIENCE);
    }
    for Suspicion { hash, kind, what } in suspicions {
        if let Some(what) = still(store, &hash, kind, what, read)? {
            let place = place_of(&hash);
            match kind {
                "photo_leftover" => report.leftover(kind, place, what),
                _ => report.fault(kind, place, what),
            }
        }
    }
    report.awaited_photos = reader.connection.query_row(
        "SELECT count(DISTINCT photo.hash) FROM photo LEFT JOIN photo_file ON photo_file.hash = photo.hash
         WHERE coalesce(photo_file.removed, 1) = 1",
        [],
        |row| row.get(0),
    )?;
    Ok(())
}

fn rows(
    reader: &Reader<'_>,
    read: bool,
    report: &mut Report,
    suspicions: &mut Vec<Suspicion>,
    progress: Progress<'_>,
) -> Result<(), StoreError> {
    let connection = reader.connection;
    let total =
        connection.query_row("SELECT count(*) FROM photo_file WHERE removed = 0", [], |row| row.get(0))?;
    let mut statement =
        connection.prepare("SELECT hash, bytes FROM photo_file WHERE removed = 0 ORDER BY hash")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        progress(VerifyStep::Photos, report.photos, total);
        report.photos += 1;
        let hash: String = row.get(0)?;
        let Ok(hash) = hash.parse::<PhotoHash>() else {
            report.fault("photo_row", "table photo_file", format!("{hash:?} is no photo's hash"));
            continue;
        };
        if let Some((kind, what)) = wrong(reader.store, &hash, row.get(1)?, read)? {
            suspicions.push(Suspicion { hash, kind, what });
        }
    }
    progress(VerifyStep::Photos, total, total);
    Ok(())
}

/// What is wrong with the file of a photo that is said to be here.
fn wrong(
    store: &Store,
    hash: &PhotoHash,
    bytes: u64,
    read: bool,
) -> Result<Option<(&'static str, &'static str)>, StoreError> {
    let path = store.photo_path(hash);
    Ok(match file_size(&path)? {
        None => Some(("photo_missing", "a row says that it is here, and there is no file")),
        Some(size) if size != bytes => Some(("photo_size", "it has another size than its row says")),
        Some(_) if read && digest(&path)?.is_none_or(|digest| digest != hash.as_str()) => {
            Some(("photo_hash", "its bytes are not those of its name"))
        }
        Some(_) => None,
    })
}

fn files(
    reader: &Reader<'_>,
    report: &mut Report,
    suspicions: &mut Vec<Suspicion>,
) -> Result<(), StoreError> {
    let folder = reader.store.folder().join("photos");
    let shards = match fs::read_dir(&folder) {
        Ok(shards) => shards,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(StoreError::file(&folder)(error)),
    };
    for shard in shards {
        let shard = shard.map_err(StoreError::file(&folder))?;
        let names = fs::read_dir(shard.path()).map_err(StoreError::file(shard.path()))?;
        for entry in names {
            let entry = entry.map_err(StoreError::file(shard.path()))?;
            let (shard, name) = (shard.file_name(), entry.file_name());
            let (shard, name) = (shard.to_string_lossy(), name.to_string_lossy());
            let hash = name.strip_suffix(".jpg").and_then(|hash| hash.parse::<PhotoHash>().ok());
            let Some(hash) = hash.filter(|hash| hash.as_str().starts_with(&*shard) && shard.len() == 2)
            else {
                report.fault("photo_name", format!("photos/{shard}/{name}"), "no photo is called so");
                continue;
            };
            if reader.photo_file(&hash)?.is_some() {
                continue;
            }
            let known = reader.photo_known(&hash)?.is_some();
            let (kind, what) = if digest(&entry.path())?.is_some_and(|digest| digest != hash.as_str()) {
                ("photo_hash", "its bytes are not those of its name, and no row speaks of it")
            } else if !known && reader.site_of_photo(&hash)?.is_some() {
                ("photo_row_missing", "a record mentions it and its file is here, and no row says so")
            } else {
                ("photo_leftover", "no row speaks of it: an interrupted write or removal left it")
            };
            suspicions.push(Suspicion { hash, kind, what });
        }
    }
    Ok(())
}

/// Whether it is so by now.
fn still(
    store: &Store,
    hash: &PhotoHash,
    kind: &str,
    what: &'static str,
    read: bool,
) -> Result<Option<&'static str>, StoreError> {
    let row = store.read::<_, StoreError>(|reader| reader.photo_file(hash))?;
    let here = file_size(&store.photo_path(hash))?.is_some();
    Ok(match (row, kind) {
        (Some(row), "photo_missing" | "photo_size" | "photo_hash") => {
            wrong(store, hash, row.bytes, read)?.map(|(_, what)| what)
        }
        // Whoever wrote the file has written the row since.
        (Some(_), _) => None,
        (None, "photo_missing" | "photo_size") => None,
        (None, _) => here.then_some(what),
    })
}

fn place_of(hash: &PhotoHash) -> String {
    let shard = hash.as_str().get(..2).unwrap_or_default();
    format!("photos/{shard}/{hash}.jpg")
}

/// The SHA-256 of a file; `None` if there is none.
fn digest(path: &Path) -> Result<Option<String>, StoreError> {
    Ok(read_and_copy(path, None)?.map(|(_, sha256)| sha256))
}
