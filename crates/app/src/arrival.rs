//! Photos and thumbnails that arrived from the other side: proven by decoding them, then kept.

use store::{Incoming, Store, StoreError};
use wire::ApiError;
use wire::sync::{MAX_THUMBNAIL, Thumbnail};

use crate::error::{Failure, to_api_error};
use crate::photo::decoding;
use crate::photo::intake::refused;

/// The longest side that a thumbnail may have, in pixels; ours have half of it.
const LARGEST_THUMBNAIL: u32 = 2 * photos::THUMBNAIL_SIDE;

/// Makes a photo of this replica out of what arrived, which must be all of it. Gives its size in bytes.
///
/// # Errors
/// When it does not hash to its name or cannot be decoded; then what arrived is thrown away.
pub(crate) fn keep(store: &Store, incoming: &mut Incoming) -> Result<u64, ApiError> {
    let kept = incoming.keep(store, |jpeg| decoded(jpeg).map_err(Failure::from));
    kept.map_err(ApiError::from)?.ok_or_else(|| to_api_error(StoreError::PhotoDiffers))
}

/// Keeps a thumbnail that came ahead of its photo. What is kept was drawn anew from what came, so that nothing hides in
/// it. Says whether it could be used.
pub(crate) fn keep_thumbnail(store: &Store, thumbnail: &Thumbnail) -> Result<bool, ApiError> {
    let Thumbnail { hash, jpeg } = thumbnail;
    if jpeg.len() > MAX_THUMBNAIL || store.has_thumbnail(hash).map_err(to_api_error)? {
        return Ok(false);
    }
    // Nobody makes others wait by what claims to be small and is not.
    if photos::declared_size(jpeg).is_none_or(|(width, height)| width.max(height) > LARGEST_THUMBNAIL) {
        return Ok(false);
    }
    match decoded(jpeg) {
        Ok(jpeg) => store.put_provisional_thumbnail(hash, &jpeg).map(|()| true).map_err(to_api_error),
        Err(_) => Ok(false),
    }
}

fn decoded(jpeg: &[u8]) -> Result<Vec<u8>, ApiError> {
    let _alone = decoding::alone();
    photos::thumbnail(jpeg).map_err(refused)
}
