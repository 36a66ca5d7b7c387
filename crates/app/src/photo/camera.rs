//! Photos that the camera app leaves in a folder. Android may close this app while the camera is open; the photo is
//! there all the same, and the form that waits for it was written down before.

use std::fs;
use std::path::{Component, Path, PathBuf};
use std::time::{Duration, SystemTime};

use chrono::{DateTime, Utc};
use domain::ProblemId;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use wire::message::{AttachedPhoto, ExpectPhoto, RecoveredPhoto, TakePhoto};
use wire::{ApiError, ErrorCode};

use super::intake;
use crate::App;
use crate::error::Failure;

/// The setting that names the form for which the camera was opened.
const EXPECTED: &str = "expected_photo";
/// File times may be coarser than the clock.
const COARSENESS: Duration = Duration::from_secs(3);

#[derive(Debug, Serialize, Deserialize)]
struct Expected {
    draft: Uuid,
    problem: Option<ProblemId>,
    since: DateTime<Utc>,
    /// The launch of the app that opened the camera.
    launch: Uuid,
}

/// Writes down, on the medium, which form the camera is opened for.
pub(crate) fn expect(app: &App, launch: Uuid, request: ExpectPhoto) -> Result<(), Failure> {
    let ExpectPhoto { draft, problem } = request;
    let mut expected = Expected { draft, problem, since: app.now(), launch };
    app.store.write::<_, Failure>(|writer| {
        // The photo before may still be on its way into the same form: it is not to be forgotten for this one.
        let before = writer.setting(EXPECTED)?.and_then(|text| serde_json::from_str::<Expected>(&text).ok());
        if let Some(before) = before.filter(|before| before.draft == draft) {
            expected.since = expected.since.min(before.since);
            // Of two problems nobody could tell which photo shows which.
            expected.problem = problem.filter(|_| before.problem == problem);
        }
        let text = serde_json::to_string(&expected).map_err(|error| {
            ApiError::new(ErrorCode::Internal, format!("the form cannot be noted: {error}"))
        })?;
        Ok(writer.set_setting(EXPECTED, &text)?)
    })
}

/// The camera came back to the app that opened it.
pub(crate) fn done(app: &App) -> Result<(), Failure> {
    app.store.write::<_, Failure>(|writer| Ok(writer.clear_setting(EXPECTED)?))
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

/// Looks for photos that were taken while the app was closed. Does nothing while the launch that opened the camera
/// lives on: the camera will come back to it.
pub(crate) fn recover(
    app: &App,
    folder: Option<&Path>,
    launch: Uuid,
) -> Result<Vec<RecoveredPhoto>, Failure> {
    let text = app.store.read::<_, Failure>(|reader| Ok(reader.setting(EXPECTED)?))?;
    let Some(text) = text else { return Ok(Vec::new()) };
    let Ok(expected) = serde_json::from_str::<Expected>(&text) else { return Ok(Vec::new()) };
    if expected.launch == launch {
        return Ok(Vec::new());
    }
    let mut recovered = Vec::new();
    for path in folder.map(|folder| left_since(folder, expected.since)).unwrap_or_default() {
        let Ok(bytes) = fs::read(&path) else { continue };
        match intake::take_in(app, &bytes, expected.draft, None, expected.problem) {
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
    app.store.write::<_, Failure>(|writer| {
        // The camera may have been opened for another form meanwhile.
        if writer.setting(EXPECTED)?.as_deref() == Some(text.as_str()) {
            writer.clear_setting(EXPECTED)?;
        }
        Ok(())
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

/// Photos in the folder that were written since a moment, the oldest first. A camera that was left without a photo
/// leaves an empty file.
fn left_since(folder: &Path, since: DateTime<Utc>) -> Vec<PathBuf> {
    let since = SystemTime::from(since).checked_sub(COARSENESS).unwrap_or(SystemTime::UNIX_EPOCH);
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut found: Vec<(SystemTime, PathBuf)> = entries
        .flatten()
        .filter_map(|entry| {
            let path = entry.path();
            let metadata = entry.metadata().ok()?;
            let modified = metadata.modified().ok()?;
            let is_photo = path.extension().is_some_and(|extension| {
                extension.eq_ignore_ascii_case("jpg") || extension.eq_ignore_ascii_case("jpeg")
            });
            (metadata.is_file() && metadata.len() > 0 && is_photo && modified >= since)
                .then_some((modified, path))
        })
        .collect();
    found.sort();
    found.into_iter().map(|(_, path)| path).collect()
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
