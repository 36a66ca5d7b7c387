//! Sending and fetching photos, piece by piece. What arrived stays; the next sync goes on from there.

use std::sync::Arc;

use domain::PhotoHash;
use store::{PartProgress, Store, StoreError};
use wire::message::SyncPhase;
use wire::sync::{PHOTO_PIECE, PhotoState, ProtocolError, SyncProtocol};
use wire::{ApiError, ErrorCode};

use super::SyncWatch;
use crate::command::photo_refused;
use crate::error::{from_protocol, to_api_error};

/// Sends photos. Gives the error of one that the server will not take: the others are sent all the same.
pub(super) async fn send(
    store: &Arc<Store>,
    protocol: &impl SyncProtocol,
    wanted: &[PhotoHash],
    watch: &SyncWatch,
) -> Result<Option<ApiError>, ApiError> {
    let total = wanted.len() as u64;
    let mut failed = None;
    for (done, hash) in wanted.iter().enumerate() {
        watch.at(SyncPhase::SendingPhotos, done as u64, total, protocol.traffic())?;
        match send_one(store, protocol, hash, &|| {
            watch.at(SyncPhase::SendingPhotos, done as u64, total, protocol.traffic())
        })
        .await
        {
            Ok(()) => {}
            // The server will not take this one; the others are not to suffer for it.
            Err(error) if matches!(error.code, ErrorCode::Photo | ErrorCode::NotFound) => {
                failed = Some(error)
            }
            Err(error) => return Err(error),
        }
    }
    Ok(failed)
}

async fn send_one(
    store: &Arc<Store>,
    protocol: &impl SyncProtocol,
    hash: &PhotoHash,
    alive: &impl Fn() -> Result<(), ApiError>,
) -> Result<(), ApiError> {
    let Some(bytes) = store.photo_bytes(hash).map_err(to_api_error)? else { return Ok(()) };
    let total = bytes.len() as u64;
    let mut state = protocol.photo_state(hash).await.map_err(from_protocol)?;
    // A server that keeps answering with the same offset makes no progress; that is its fault, not a reason to spin.
    let mut stalled = 0;
    loop {
        let offset = match state {
            PhotoState::Stored => break,
            PhotoState::Absent => 0,
            PhotoState::Partial(offset) => offset,
        };
        alive()?;
        let from = usize::try_from(offset).unwrap_or(usize::MAX);
        let piece = bytes.get(from..).unwrap_or_default();
        let piece = piece.get(..PHOTO_PIECE.min(piece.len())).unwrap_or_default().to_vec();
        let next = protocol.photo_send(hash, total, offset, piece).await.map_err(from_protocol)?;
        stalled = if next == state { stalled + 1 } else { 0 };
        if stalled > 3 {
            return Err(ApiError::new(ErrorCode::Malformed, "the server does not take the photo"));
        }
        state = next;
    }
    store.write::<_, StoreError>(|writer| writer.note_photo(hash, total, true)).map_err(to_api_error)
}

pub(super) async fn fetch(
    store: &Arc<Store>,
    protocol: &impl SyncProtocol,
    watch: &SyncWatch,
) -> Result<(), ApiError> {
    let missing = store.read::<_, StoreError>(|reader| reader.photos_missing()).map_err(to_api_error)?;
    let total = missing.len() as u64;
    for (done, hash) in missing.iter().enumerate() {
        watch.at(SyncPhase::FetchingPhotos, done as u64, total, protocol.traffic())?;
        fetch_one(store, protocol, hash, &|| {
            watch.at(SyncPhase::FetchingPhotos, done as u64, total, protocol.traffic())
        })
        .await?;
    }
    Ok(())
}

/// Fetches a photo; one that the server lacks stays missing and is listed as such.
async fn fetch_one(
    store: &Arc<Store>,
    protocol: &impl SyncProtocol,
    hash: &PhotoHash,
    alive: &impl Fn() -> Result<(), ApiError>,
) -> Result<(), ApiError> {
    if let Some(jpeg) = store.whole_part(hash).map_err(to_api_error)? {
        return keep(store, hash, &jpeg);
    }
    let mut here = store.part_size(hash);
    loop {
        alive()?;
        let piece = match protocol.photo_fetch(hash, here, PHOTO_PIECE as u64).await {
            Ok(piece) => piece,
            Err(ProtocolError::Refused(error)) if error.code == ErrorCode::NotFound => None,
            Err(error) => return Err(from_protocol(error)),
        };
        let Some((piece, total)) = piece else { return Ok(()) };
        if piece.is_empty() && here < total {
            return Err(ApiError::new(ErrorCode::Malformed, "the server sent an empty piece of a photo"));
        }
        match store.add_part(hash, total, here, &piece) {
            Ok(PartProgress::Partial(size)) if size > here && size < total => here = size,
            Ok(PartProgress::Partial(_)) => {
                // What lies here does not fit what the server has: begin again next time.
                store.discard_part(hash).map_err(to_api_error)?;
                return Ok(());
            }
            Ok(PartProgress::Whole(jpeg)) => return keep(store, hash, &jpeg),
            // Damaged on the way, and thrown away: the next sync fetches it anew.
            Err(StoreError::PhotoDiffers) => return Ok(()),
            Err(error) => return Err(to_api_error(error)),
        }
    }
}

fn keep(store: &Store, hash: &PhotoHash, jpeg: &[u8]) -> Result<(), ApiError> {
    let thumbnail = photos::thumbnail(jpeg).map_err(|error| {
        let _ = store.discard_part(hash);
        photo_refused(error)
    })?;
    let keep = || {
        store.put_photo_files(hash, jpeg, &thumbnail)?;
        store.write::<_, StoreError>(|writer| writer.note_photo(hash, jpeg.len() as u64, true))?;
        store.discard_part(hash)
    };
    keep().map_err(to_api_error)
}
