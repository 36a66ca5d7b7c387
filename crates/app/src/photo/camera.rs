//! Photos that the camera app leaves in a folder. Android may close this app while the camera is open; the photo is
//! there all the same, and the form that waits for it was written down before.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::time::SystemTime;

use domain::ProblemId;
use serde::{Deserialize, Serialize};
use store::{Reader, Writer};
use uuid::Uuid;
use wire::message::{AttachedPhoto, ExpectPhoto, IntakeOptions, RecoveredPhoto, TakePhoto};
use wire::{ApiError, ErrorCode};

use super::intake;
use crate::App;
use crate::error::Failure;

/// The setting that lists for which forms the camera was opened, in that order.
const EXPECTED: &str = "expected_photos";
/// The most openings of the camera that are remembered.
const MOST: usize = 20;

#[derive(Debug, Serialize, Deserialize)]
struct Expected {
    id: Uuid,
    draft: Uuid,
    problem: Option<ProblemId>,
    options: Option<IntakeOptions>,
    /// The files that were in the camera's folder already. Their times would prove nothing: clocks are set.
    known: BTreeSet<String>,
    /// The launch of the app that opened the camera.
    launch: Uuid,
}

/// Writes down, on the medium, which form the camera is opened for.
pub(crate) fn expect(
    app: &App,
    folder: Option<&Path>,
    launch: Uuid,
    request: ExpectPhoto,
) -> Result<(), Failure> {
    let ExpectPhoto { id, draft, problem, options } = request;
    let known = folder.map(photos_in).unwrap_or_default().into_iter().map(|(_, name)| name).collect();
    app.store.write(|writer| {
        let mut all = expected(writer)?;
        all.retain(|other| other.id != id);
        all.push(Expected { id, draft, problem, options, known, launch });
        let surplus = all.len().saturating_sub(MOST);
        all.drain(..surplus);
        keep(writer, &all)
    })
}

/// The camera came back to the app that opened it, and its photo, if there is one, is in the form.
pub(crate) fn done(app: &App, id: Uuid) -> Result<(), Failure> {
    app.store.write(|writer| {
        let mut all = expected(writer)?;
        let before = all.len();
        all.retain(|other| other.id != id);
        if all.len() == before { Ok(()) } else { keep(writer, &all) }
    })
}

fn expected(reader: &Reader<'_>) -> Result<Vec<Expected>, Failure> {
    let text = reader.setting(EXPECTED)?;
    Ok(text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default())
}

fn keep(writer: &Writer<'_>, all: &[Expected]) -> Result<(), Failure> {
    let text = serde_json::to_string(all)
        .map_err(|error| ApiError::new(ErrorCode::Internal, format!("the form cannot be noted: {error}")))?;
    Ok(writer.set_setting(EXPECTED, &text)?)
}

/// Takes in a photo that the camera left, by name. `None` if there is no such file of that size.
pub(crate) fn take(
    app: &App,
    folder: Option<&Path>,
    request: TakePhoto,
) -> Result<Option<AttachedPhoto>, Failure> {
    let TakePhoto { file_name, bytes, draft, options } = request;
    let Some(path) = folder.and_then(|folder| within(folder, &file_name)) else { return Ok(None) };
    let Ok(found) = fs::read(&path) else { return Ok(None) };
    if found.len() as u64 != bytes {
        return Ok(None);
    }
    let photo = intake::take_in(app, &found, draft, options.as_ref(), None)?;
    let _ = fs::remove_file(&path);
    Ok(Some(photo))
}

/// Looks for photos that were taken while the app was closed. Leaves alone what the camera was opened for by this launch:
/// the camera will come back to it.
pub(crate) fn recover(
    app: &App,
    folder: Option<&Path>,
    launch: Uuid,
) -> Result<Vec<RecoveredPhoto>, Failure> {
    let mut waiting = app.store.read(expected)?;
    waiting.retain(|expected| expected.launch != launch);
    let Some(folder) = folder.filter(|_| !waiting.is_empty()) else { return Ok(Vec::new()) };
    let mut recovered = Vec::new();
    for (path, name) in photos_in(folder) {
        // The latest opening of the camera at which the file was not there yet.
        let Some(expected) = waiting.iter().rev().find(|expected| !expected.known.contains(&name)) else {
            continue;
        };
        let Ok(bytes) = fs::read(&path) else { continue };
        match intake::take_in(app, &bytes, expected.draft, expected.options.as_ref(), expected.problem) {
            Ok(photo) => {
                let _ = fs::remove_file(&path);
                recovered.push(RecoveredPhoto { draft: expected.draft, photo });
            }
            // The camera was interrupted in the middle of writing. The file stays where it is.
            Err(Failure(error)) if error.code == ErrorCode::Photo => {
                tracing::warn!(%error, "a photo that the camera left cannot be read");
            }
            Err(failure) => return Err(failure),
        }
    }
    app.store.write(|writer| {
        // The camera may have been opened for another form meanwhile.
        let mut all = expected(writer)?;
        all.retain(|other| other.launch == launch);
        keep(writer, &all)
    })?;
    Ok(recovered)
}

/// The file of this name in the folder; nothing for a name that leads elsewhere.
fn within(folder: &Path, file_name: &str) -> Option<PathBuf> {
    let name = Path::new(file_name);
    let mut components = name.components();
    match (components.next(), components.next()) {
        (Some(Component::Normal(only)), None) if only == file_name => Some(folder.join(only)),
        _ => None,
    }
}

/// The photos in the folder by path and name, the oldest first. A camera that was left without a photo leaves an empty
/// file, which is none.
fn photos_in(folder: &Path) -> Vec<(PathBuf, String)> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut found: Vec<(SystemTime, PathBuf, String)> = entries
        .flatten()
        .filter_map(|entry| {
            let path = entry.path();
            let name = entry.file_name().into_string().ok()?;
            let metadata = entry.metadata().ok()?;
            let is_photo = path.extension().is_some_and(|extension| {
                extension.eq_ignore_ascii_case("jpg") || extension.eq_ignore_ascii_case("jpeg")
            });
            let written = metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH);
            (metadata.is_file() && metadata.len() > 0 && is_photo).then_some((written, path, name))
        })
        .collect();
    found.sort();
    found.into_iter().map(|(_, path, name)| (path, name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_never_leads_out_of_the_folder() {
        let folder = Path::new("/pictures");
        assert_eq!(within(folder, "JPEG_1.jpg"), Some(PathBuf::from("/pictures/JPEG_1.jpg")));
        for name in ["", ".", "..", "../secret.jpg", "/etc/passwd", "a/b.jpg", "a/../b.jpg", "a/"] {
            assert_eq!(within(folder, name), None, "{name}");
        }
    }
}
