//! Sending photos, piece by piece. What arrived stays at the server; the next sync goes on from there.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use domain::PhotoHash;
use store::{Store, StoreError};
use wire::message::SyncPhase;
use wire::sync::{PHOTO_PIECE, PhotoState, SyncProtocol, WantedPhoto};
use wire::{ApiError, ErrorCode};

use super::SyncWatch;
use super::pause::Question;
use super::report::note_sent_since;
use crate::error::{from_protocol, to_api_error};

/// Sends photos in the order given. Gives the error of one that the server will not take: the others are sent all the
/// same, and that one is tried again after a growing pause.
pub(super) async fn send(
    store: &Arc<Store>,
    protocol: &impl SyncProtocol,
    wanted: &[WantedPhoto],
    now: DateTime<Utc>,
    watch: &SyncWatch,
) -> Result<Option<ApiError>, ApiError> {
    let total = wanted.len() as u64;
    let mut refused = None;
    for (done, photo) in wanted.iter().enumerate() {
        let at = || watch.at(SyncPhase::SendingPhotos, done as u64, total, protocol.traffic());
        at()?;
        let question = Question::Send(photo.hash.clone());
        if let Some(error) = watch.refused_before(&question, now) {
            refused = Some(error);
            continue;
        }
        match send_one(store, protocol, photo, &at).await {
            Ok(()) => watch.settled(&question),
            Err(error) if error.code == ErrorCode::Photo => {
                forget_if_damaged(store, &photo.hash).map_err(to_api_error)?;
                watch.refused(question, error.clone(), now);
                refused = Some(error);
            }
            // The record waits for a lead at the office, and its photo here with it.
            Err(error)
                if error.code == ErrorCode::NotFound && waits_for_a_lead(store).map_err(to_api_error)? => {}
            // The server lacks the record, or is busy with the photo: next time.
            Err(error) if matches!(error.code, ErrorCode::NotFound | ErrorCode::Busy) => {
                refused = Some(error)
            }
            Err(error) => return Err(error),
        }
    }
    Ok(refused)
}

async fn send_one(
    store: &Arc<Store>,
    protocol: &impl SyncProtocol,
    photo: &WantedPhoto,
    alive: &impl Fn() -> Result<(), ApiError>,
) -> Result<(), ApiError> {
    let WantedPhoto { hash, arrived, .. } = photo;
    // Without its bytes it counts as missing from now on.
    let Some(file) = store.proven_photo(hash).map_err(to_api_error)? else { return Ok(()) };
    let mut state = if *arrived == 0 { PhotoState::Absent } else { PhotoState::Partial(*arrived) };
    // A server that keeps answering with the same offset makes no progress; that is its fault, not a reason to spin.
    let mut stalled = 0;
    loop {
        let offset = match state {
            PhotoState::Stored => break,
            PhotoState::Absent => 0,
            PhotoState::Partial(offset) => offset,
        };
        note_sent(store, hash, offset).map_err(to_api_error)?;
        alive()?;
        let piece = store.photo_piece(hash, offset, PHOTO_PIECE as u64).map_err(to_api_error)?;
        let Some((piece, _)) = piece else { return Ok(()) };
        let next = protocol.photo_send(hash, file.bytes, offset, piece).await.map_err(from_protocol)?;
        stalled = if next == state { stalled + 1 } else { 0 };
        if stalled > 3 {
            return Err(ApiError::new(ErrorCode::Malformed, "the server does not take the photo"));
        }
        state = next;
    }
    let stored = store.write::<_, StoreError>(|writer| {
        writer.mark_photo_stored(hash)?;
        note_sent_since(writer)
    });
    stored.map_err(to_api_error)
}

fn waits_for_a_lead(store: &Store) -> Result<bool, StoreError> {
    store.read(|reader| Ok(!reader.held_there()?.is_empty()))
}

fn note_sent(store: &Store, hash: &PhotoHash, sent: u64) -> Result<(), StoreError> {
    store.write(|writer| writer.note_photo_sent(hash, sent))
}

/// What the server calls damaged may have been damaged here, on the disk: then it is no photo any more, and missing.
fn forget_if_damaged(store: &Store, hash: &PhotoHash) -> Result<(), StoreError> {
    match store.photo_bytes(hash)? {
        Some(bytes) if photos::hash(&bytes) != *hash => store.write(|writer| writer.forget_photo(hash)),
        _ => Ok(()),
    }
}
