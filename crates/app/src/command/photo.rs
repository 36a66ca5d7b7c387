//! Photos on their way into a form.

use wire::message::{AttachPhoto, AttachedPhoto, DetachPhoto, Nothing};

use crate::app::Ask;
use crate::error::Failure;
use crate::photo::intake;

pub(super) fn attach(app: Ask<'_>, request: AttachPhoto) -> Result<AttachedPhoto, Failure> {
    let AttachPhoto { upload, draft, options } = request;
    let bytes = app.uploads.bytes(upload)?;
    let photo = intake::take_in(&app, &bytes, draft, options.as_ref(), None);
    // Kept only where trying again could help: the bytes of a photo that is refused stay what they are.
    if !matches!(&photo, Err(failure) if failure.0.code != wire::ErrorCode::Photo) {
        app.uploads.remove(upload);
    }
    photo
}

pub(super) fn detach(app: Ask<'_>, request: DetachPhoto) -> Result<Nothing, Failure> {
    app.store.write::<_, Failure>(|writer| Ok(writer.detach_photo(request.draft, &request.hash)?))?;
    Ok(Nothing {})
}
