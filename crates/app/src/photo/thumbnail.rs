//! Thumbnails that are made again from the photo when somebody asks for one: a backup has none.

use domain::PhotoHash;
use store::{Store, StoreError};

use super::decoding;

/// A photo's thumbnail; while the photo is not here, the one that came ahead of it.
pub(crate) fn thumbnail(store: &Store, hash: &PhotoHash) -> Result<Option<Vec<u8>>, StoreError> {
    if store.has_own_thumbnail(hash)? {
        return store.thumbnail_bytes(hash);
    }
    let Some(photo) = store.photo_bytes(hash)? else { return store.thumbnail_bytes(hash) };
    let made = {
        let _alone = decoding::alone();
        photos::thumbnail(&photo)
    };
    let Ok(made) = made else { return store.thumbnail_bytes(hash) };
    if let Err(error) = store.put_thumbnail(hash, &made) {
        // It is shown all the same, and made once more the next time.
        tracing::warn!(%error, "a thumbnail cannot be kept");
    }
    Ok(Some(made))
}
