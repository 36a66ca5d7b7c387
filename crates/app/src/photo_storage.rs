//! What photos take of a device's disk: making room by removing what the server holds, and fetching it again.

use chrono::{DateTime, TimeDelta, Utc};
use domain::PhotoHash;
use store::{PhotoSpace, StoreError};
use wire::message::{FreeSpace, FreedSpace, OnePhoto, PhotoStorage};
use wire::sync::SyncProtocol;
use wire::{ApiError, ErrorCode};

use crate::App;
use crate::error::{not_found, to_api_error};
use crate::sync::{Fetched, fetch_one, photos_held};

/// How many photos the server is asked about at once. What it answers is acted upon at once, so that it is fresh.
const ASKED: usize = 250;

/// What photos take of the disk.
pub(crate) fn storage(app: &App) -> Result<PhotoStorage, ApiError> {
    let space = app.store.read::<_, StoreError>(|reader| reader.photo_space()).map_err(to_api_error)?;
    let PhotoSpace { photos, removable, removable_bytes, removed } = space;
    Ok(PhotoStorage {
        photos,
        bytes: app.store.photo_bytes_on_disk(),
        removable_photos: removable,
        removable_bytes,
        removed_photos: removed,
        free_bytes: app.store.space().ok().map(|space| space.free),
    })
}

/// Removes photos that the server, asked just before, has on its disk. What it no longer has is sent again.
pub(crate) async fn free_space(
    app: &App,
    protocol: &impl SyncProtocol,
    request: FreeSpace,
) -> Result<FreedSpace, ApiError> {
    let before = (request.older_than_days > 0).then(|| {
        let age = TimeDelta::days(i64::from(request.older_than_days));
        app.now().checked_sub_signed(age).unwrap_or(DateTime::<Utc>::UNIX_EPOCH)
    });
    let read = app.store.read::<_, StoreError>(|reader| reader.removable_photos(before));
    let candidates = read.map_err(to_api_error)?;
    let mut freed = FreedSpace { photos: 0, bytes: 0, kept: 0 };
    for batch in candidates.chunks(ASKED) {
        let held = photos_held(protocol, batch).await?;
        remove(app, batch.iter().zip(held), &mut freed).map_err(to_api_error)?;
    }
    Ok(freed)
}

fn remove<'a>(
    app: &App,
    answers: impl Iterator<Item = (&'a PhotoHash, bool)>,
    freed: &mut FreedSpace,
) -> Result<(), StoreError> {
    let removed = app.store.write::<_, StoreError>(|writer| {
        let mut removed = Vec::new();
        for (hash, held) in answers {
            if !held {
                writer.mark_photo_unsent(hash)?;
                freed.kept += 1;
            } else if app.store.has_own_thumbnail(hash)?
                // A form may have taken it since.
                && let Some(bytes) = writer.mark_photo_removed(hash)?
            {
                removed.push(hash.clone());
                freed.bytes += bytes;
            }
        }
        Ok(removed)
    })?;
    freed.photos += removed.len() as u64;
    app.store.unlink_removed(&removed)
}

/// Fetches a photo that is not on this device, and waits for it.
pub(crate) async fn fetch(
    app: &App,
    protocol: &impl SyncProtocol,
    request: OnePhoto,
) -> Result<(), ApiError> {
    let OnePhoto { hash } = request;
    let mentioned = app.store.read::<_, StoreError>(|reader| reader.site_of_photo(&hash));
    if mentioned.map_err(to_api_error)?.is_none() {
        return Err(not_found("photo"));
    }
    match fetch_one(&app.store, protocol, &hash, &|| Ok(())).await? {
        Fetched::Here => Ok(()),
        Fetched::Damaged => Err(to_api_error(StoreError::PhotoDiffers)),
        Fetched::Lacking => {
            // If it was removed here, nobody has it any more: that is to be seen.
            let forget = app.store.write::<_, StoreError>(|writer| match writer.photo_known(&hash)? {
                Some(file) if file.removed => writer.forget_photo(&hash),
                _ => Ok(()),
            });
            forget.map_err(to_api_error)?;
            let message = "the server does not have this photo yet";
            Err(ApiError::new(ErrorCode::NotFound, message).because("photo_not_on_server"))
        }
    }
}
