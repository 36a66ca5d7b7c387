//! Thumbnails, both ways, before the photos: on a slow link people see all of a visit long before its last photo is
//! there.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use store::{Store, StoreError};
use wire::message::SyncPhase;
use wire::sync::{MAX_THUMBNAIL, SyncProtocol, THUMBNAIL_BYTES, Thumbnail, WantedPhoto};
use wire::{ApiError, ErrorCode};

use super::SyncWatch;
use super::pause::Question;
use crate::arrival;
use crate::error::{from_protocol, to_api_error};
use crate::photo::thumbnail::thumbnail;

/// How many thumbnails are asked for at once. Many times what one answer holds would only be named in vain.
const ASKED: usize = 64;

/// Sends those that the server wants, in the order given.
pub(super) async fn send(
    store: &Arc<Store>,
    protocol: &impl SyncProtocol,
    wanted: &[WantedPhoto],
    watch: &SyncWatch,
) -> Result<(), ApiError> {
    let total = wanted.len() as u64;
    let mut batch = Vec::new();
    let mut size = 0;
    for photo in wanted.iter().filter(|photo| photo.thumbnail) {
        let jpeg = thumbnail(store, &photo.hash).map_err(to_api_error)?;
        let Some(jpeg) = jpeg.filter(|jpeg| jpeg.len() <= MAX_THUMBNAIL) else { continue };
        if size + jpeg.len() > THUMBNAIL_BYTES && !batch.is_empty() {
            watch.at(SyncPhase::SendingPhotos, 0, total, protocol.traffic())?;
            protocol.thumbnails_send(std::mem::take(&mut batch)).await.map_err(from_protocol)?;
            size = 0;
        }
        size += jpeg.len();
        batch.push(Thumbnail { hash: photo.hash.clone(), jpeg: jpeg.into() });
    }
    if !batch.is_empty() {
        watch.at(SyncPhase::SendingPhotos, 0, total, protocol.traffic())?;
        protocol.thumbnails_send(batch).await.map_err(from_protocol)?;
    }
    Ok(())
}

/// Fetches those that are missing here, the newest first. What the server lacks is asked for again after a growing
/// pause.
pub(super) async fn fetch(
    store: &Arc<Store>,
    protocol: &impl SyncProtocol,
    now: DateTime<Utc>,
    watch: &SyncWatch,
) -> Result<(), ApiError> {
    let missing = store.read::<_, StoreError>(|reader| reader.thumbnails_missing());
    let mut missing = missing.map_err(to_api_error)?;
    missing.retain(|hash| watch.is_due(&Question::Thumbnail(hash.clone()), now));
    let total = missing.len() as u64;
    let mut rest = missing.as_slice();
    while !rest.is_empty() {
        watch.at(SyncPhase::FetchingPhotos, 0, total, protocol.traffic())?;
        let (asked, _) = rest.split_at(rest.len().min(ASKED));
        let reply = protocol.thumbnails_fetch(asked.to_vec()).await.map_err(from_protocol)?;
        let answered = usize::try_from(reply.answered).unwrap_or_default().min(asked.len());
        if answered == 0 {
            return Err(ApiError::new(ErrorCode::Malformed, "the server answered for no thumbnail"));
        }
        let (asked, later) = rest.split_at(answered);
        for thumbnail in reply.thumbnails.iter().filter(|thumbnail| asked.contains(&thumbnail.hash)) {
            arrival::keep_thumbnail(store, thumbnail)?;
        }
        for hash in asked {
            let question = Question::Thumbnail(hash.clone());
            if store.has_thumbnail(hash).map_err(to_api_error)? {
                watch.settled(&question);
            } else {
                watch.fruitless(question, now);
            }
        }
        rest = later;
    }
    Ok(())
}
