//! Fetching photos, piece by piece. What arrived stays; the next sync goes on from there.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use domain::PhotoHash;
use store::{Incoming, Store, StoreError};
use wire::message::SyncPhase;
use wire::sync::{PHOTO_PIECE, ProtocolError, SyncProtocol};
use wire::{ApiError, ErrorCode};

use super::SyncWatch;
use super::leave::photos_held;
use super::pause::Question;
use crate::arrival;
use crate::error::{from_protocol, to_api_error};

/// How long one fetch waits while another writes a piece of the same photo.
const PATIENCE: Duration = Duration::from_secs(5);

/// What became of a photo that was to be fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fetched {
    /// It is here.
    Here,
    /// The server does not have it.
    Lacking,
    /// It arrived damaged and was thrown away.
    Damaged,
}

/// Fetches all that is missing and that the server holds, the newest first. What it lacks is asked for again after a
/// growing pause.
pub(super) async fn fetch(
    store: &Arc<Store>,
    protocol: &impl SyncProtocol,
    now: DateTime<Utc>,
    watch: &SyncWatch,
) -> Result<(), ApiError> {
    let mut missing = store.read::<_, StoreError>(|reader| reader.photos_missing()).map_err(to_api_error)?;
    watch.keep_only_missing(&missing);
    missing.retain(|hash| watch.is_due(&Question::Fetch(hash.clone()), now));
    let mut held = Vec::new();
    for (hash, answer) in missing.iter().zip(photos_held(protocol, &missing).await?) {
        // What lies here whole and was not noted needs no server.
        if answer || store.unfinished(hash).map_err(to_api_error)? {
            held.push(hash);
        } else {
            watch.fruitless(Question::Fetch(hash.clone()), now);
        }
    }
    let total = held.len() as u64;
    for (done, hash) in held.into_iter().enumerate() {
        let at = || watch.at(SyncPhase::FetchingPhotos, done as u64, total, protocol.traffic());
        at()?;
        let question = Question::Fetch(hash.clone());
        match fetch_one(store, protocol, hash, &at).await {
            Ok(Fetched::Here) => watch.settled(&question),
            Ok(Fetched::Lacking | Fetched::Damaged) => watch.fruitless(question, now),
            // A photo that cannot be decoded holds up nobody.
            Err(error) if error.code == ErrorCode::Photo => watch.fruitless(question, now),
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Fetches a photo; one that the server lacks stays missing and is listed as such.
pub(crate) async fn fetch_one(
    store: &Arc<Store>,
    protocol: &impl SyncProtocol,
    hash: &PhotoHash,
    alive: &impl Fn() -> Result<(), ApiError>,
) -> Result<Fetched, ApiError> {
    loop {
        if store.proven_photo(hash).map_err(to_api_error)?.is_some() {
            return Ok(Fetched::Here);
        }
        if store.unfinished(hash).map_err(to_api_error)? {
            let mut incoming = store.incoming(hash, PATIENCE).map_err(to_api_error)?;
            let noted = store.proven_photo(hash).map_err(to_api_error)?.is_some();
            let fetched = finish(store, &mut incoming)?;
            if !noted {
                // Nobody was asked: the next exchange shows whether the server holds it.
                store
                    .write::<_, StoreError>(|writer| writer.mark_photo_unsent(hash))
                    .map_err(to_api_error)?;
            }
            return Ok(fetched);
        }
        let here = store.part_size(hash);
        alive()?;
        let piece = match protocol.photo_fetch(hash, here, PHOTO_PIECE as u64).await {
            Ok(piece) => piece,
            Err(ProtocolError::Refused(error)) if error.code == ErrorCode::NotFound => None,
            Err(error) => return Err(from_protocol(error)),
        };
        let Some((piece, total)) = piece else { return Ok(Fetched::Lacking) };
        if piece.is_empty() && here < total {
            return Err(ApiError::new(ErrorCode::Malformed, "the server sent an empty piece of a photo"));
        }
        let mut incoming = store.incoming(hash, PATIENCE).map_err(to_api_error)?;
        if incoming.size() != here {
            // Somebody else fetches the same photo: go on from where it is now.
            continue;
        }
        if here + piece.len() as u64 > total {
            // What lies here does not fit what the server has: begin again next time.
            incoming.discard().map_err(to_api_error)?;
            return Ok(Fetched::Damaged);
        }
        let added = incoming.announce(total).and_then(|()| incoming.add(&piece));
        added.and_then(|()| incoming.flush()).map_err(to_api_error)?;
        if incoming.size() == total {
            return finish(store, &mut incoming);
        }
    }
}

fn finish(store: &Store, incoming: &mut Incoming) -> Result<Fetched, ApiError> {
    // Whoever held it before may have finished it.
    if store.proven_photo(incoming.hash()).map_err(to_api_error)?.is_some() {
        return Ok(Fetched::Here);
    }
    match arrival::keep(store, incoming) {
        Ok(_) => Ok(Fetched::Here),
        Err(error) if error.reason.as_deref() == Some("differs") => Ok(Fetched::Damaged),
        Err(error) => Err(error),
    }
}
