//! Photos on their way into a form.

use photos::{Intake, Options, PhotoError};
use wire::message::{AttachPhoto, AttachedPhoto, DetachPhoto, Nothing};
use wire::{ApiError, ErrorCode};

use crate::App;
use crate::error::Failure;

pub(super) fn attach(app: &App, request: AttachPhoto) -> Result<AttachedPhoto, Failure> {
    let AttachPhoto { upload, draft } = request;
    let bytes = app.uploads.bytes(upload)?;
    let taken_in = photos::take_in(&bytes, &Options::default()).map_err(refused);
    if taken_in.is_err() {
        app.uploads.remove(upload);
    }
    let Intake { hash, jpeg, thumbnail, width, height, taken_at, position } = taken_in?;
    app.store.put_photo_files(&hash, &jpeg, &thumbnail)?;
    let photo = AttachedPhoto { hash, bytes: jpeg.len() as u64, width, height, taken_at, position };
    let facts = serde_json::to_string(&photo)
        .map_err(|error| ApiError::new(ErrorCode::Internal, format!("the photo cannot be noted: {error}")))?;
    app.store.write::<_, Failure>(|writer| {
        writer.note_photo(&photo.hash, photo.bytes, false)?;
        Ok(writer.attach_photo(draft, &photo.hash, &facts)?)
    })?;
    app.uploads.remove(upload);
    Ok(photo)
}

pub(super) fn detach(app: &App, request: DetachPhoto) -> Result<Nothing, Failure> {
    app.store.write::<_, Failure>(|writer| Ok(writer.detach_photo(request.draft, &request.hash)?))?;
    Ok(Nothing {})
}

pub(crate) fn refused(error: PhotoError) -> ApiError {
    ApiError::new(ErrorCode::Photo, error.to_string()).because(error.code())
}
