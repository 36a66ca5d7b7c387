//! One photograph into one form: decoded, written, flushed, and only then noted.

use domain::{PhotoHash, ProblemId};
use photos::{Intake, Options};
use uuid::Uuid;
use wire::message::{AttachedPhoto, IntakeOptions};
use wire::{ApiError, ErrorCode};

use super::decoding;
use crate::App;
use crate::error::Failure;

/// What the long side of a stored photo may be set to, in pixels.
const LONG_SIDES: std::ops::RangeInclusive<u32> = photos::MIN_LONG_SIDE..=photos::MAX_LONG_SIDE;

/// Takes a photo into a form. Everything is on the medium when this returns; where it fails, the form is as it was.
pub(crate) fn take_in(
    app: &App,
    bytes: &[u8],
    draft: Uuid,
    options: Option<&IntakeOptions>,
    found_for: Option<ProblemId>,
) -> Result<AttachedPhoto, Failure> {
    let long_side = options.map_or(Options::default().long_side, |options| options.long_side);
    if !LONG_SIDES.contains(&long_side) {
        let message = format!(
            "the long side of a photo is {} to {} pixels, not {long_side}",
            LONG_SIDES.start(),
            LONG_SIDES.end()
        );
        return Err(ApiError::invalid("options.long_side", message).because("out_of_range").into());
    }
    let intake = {
        let _alone = decoding::alone();
        photos::take_in(bytes, &Options { long_side }).map_err(refused)?
    };
    let Intake {
        hash,
        jpeg,
        thumbnail,
        width,
        height,
        taken_at,
        position,
        camera,
        direction_deg,
        fingerprint,
    } = intake;
    app.store.put_photo_files(&hash, &jpeg, &thumbnail)?;
    if options.is_some_and(|options| options.keep_original) {
        app.store.put_original(&hash, photos::extension(bytes), bytes)?;
    }
    let photo = AttachedPhoto {
        hash,
        bytes: jpeg.len() as u64,
        width,
        height,
        taken_at,
        position,
        direction_deg,
        camera,
        found_for,
    };
    let facts = serde_json::to_string(&photo)
        .map_err(|error| ApiError::new(ErrorCode::Internal, format!("the photo cannot be noted: {error}")))?;
    app.store.write::<_, Failure>(|writer| {
        writer.note_photo(&photo.hash, photo.bytes, false)?;
        writer.note_fingerprint(&photo.hash, Some(fingerprint))?;
        Ok(writer.attach_photo(draft, &photo.hash, &facts)?)
    })?;
    Ok(photo)
}

/// A photo of which nothing is known but that it is here: it was never attached to a form of this replica.
pub(crate) fn bare(hash: &PhotoHash, bytes: u64) -> AttachedPhoto {
    AttachedPhoto {
        hash: hash.clone(),
        bytes,
        width: 0,
        height: 0,
        taken_at: None,
        position: None,
        direction_deg: None,
        camera: String::new(),
        found_for: None,
    }
}

/// What a caller is told of a photo that cannot be taken in.
pub(crate) fn refused(error: photos::PhotoError) -> ApiError {
    ApiError::new(ErrorCode::Photo, error.to_string()).because(error.code())
}
