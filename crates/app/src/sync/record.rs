//! Exchanging records until neither side has news.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use domain::{GridCode, PhotoHash};
use store::{LogEntry, Store, StoreError, Unsent};
use uuid::Uuid;
use wire::message::SyncPhase;
use wire::sync::{
    Cursor, Digest, DocumentChanges, ExchangeReply, ExchangeRequest, Outcome, PAGE_BYTES, PROTOCOL, Push,
    SyncProtocol,
};
use wire::{ApiError, ErrorCode};

use super::SyncWatch;
use crate::app::SCOPE;
use crate::error::{from_protocol, to_api_error};

/// The server's generation that the cursors here belong to.
const SERVER_GENERATION: &str = "server_generation";

/// What both sides know when neither has news.
pub(super) struct Exchanged {
    pub scope: Vec<GridCode>,
    pub digests: Vec<Digest>,
    pub photos_wanted: Vec<PhotoHash>,
}

pub(super) async fn exchange(
    store: &Arc<Store>,
    protocol: &impl SyncProtocol,
    watch: &SyncWatch,
) -> Result<Exchanged, ApiError> {
    // A change that the server refuses again stays behind; each change is offered once in a sync.
    let mut offered_to = 0;
    let mut done = 0;
    loop {
        let waiting = store.read::<_, StoreError>(|reader| reader.unsent_count()).map_err(to_api_error)?;
        watch.at(SyncPhase::Records, done, done + waiting, protocol.traffic())?;
        let (request, last) = request(store, offered_to).map_err(to_api_error)?;
        let pushed = request.push.iter().map(|push| push.documents.len()).sum::<usize>();
        let reply = protocol.exchange(request.clone()).await.map_err(from_protocol)?;
        if request.generation != Some(reply.generation)
            && begin_anew(store, &request, &reply).map_err(to_api_error)?
        {
            offered_to = 0;
            continue;
        }
        done += pushed as u64;
        offered_to = last.unwrap_or(offered_to);
        take(store, &request, &reply)?;
        let more_to_send = last.is_some()
            && !store
                .read::<_, StoreError>(|reader| reader.unsent_after(offered_to, 1))
                .map_err(to_api_error)?
                .is_empty();
        if !reply.more && !more_to_send {
            watch.at(SyncPhase::Records, done, done, protocol.traffic())?;
            let photos_wanted =
                note_photos(store, &request.photos, reply.photos_wanted).map_err(to_api_error)?;
            return Ok(Exchanged { scope: reply.scope, digests: reply.digests, photos_wanted });
        }
    }
}

fn request(store: &Store, offered_to: i64) -> Result<(ExchangeRequest, Option<i64>), StoreError> {
    store.read(|reader| {
        let unsent = reader.unsent_after(offered_to, PAGE_BYTES)?;
        let last = unsent.last().map(|unsent| unsent.n);
        let generation = reader.setting(SERVER_GENERATION)?.and_then(|text| text.parse().ok());
        let cursors = reader.log_positions()?.into_iter().map(|(grid, seq)| Cursor { grid, seq }).collect();
        let photos = reader.photos_to_send()?;
        Ok((ExchangeRequest { protocol: PROTOCOL, generation, cursors, push: by_grid(unsent), photos }, last))
    })
}

fn by_grid(unsent: Vec<Unsent>) -> Vec<Push> {
    let mut grids: BTreeMap<GridCode, BTreeMap<Uuid, DocumentChanges>> = BTreeMap::new();
    for Unsent { grid, entry: LogEntry { document, kind, bytes }, .. } in unsent {
        grids
            .entry(grid)
            .or_default()
            .entry(document)
            .or_insert_with(|| DocumentChanges { document, kind, changes: Vec::new() })
            .changes
            .push(bytes.into());
    }
    grids
        .into_iter()
        .map(|(grid, documents)| Push { grid, documents: documents.into_values().collect() })
        .collect()
}

/// Notes the server's generation. Where the device knew another store, it forgets what that one had and offers all it
/// has; says whether it did.
fn begin_anew(store: &Store, request: &ExchangeRequest, reply: &ExchangeReply) -> Result<bool, StoreError> {
    store.write(|writer| {
        writer.set_setting(SERVER_GENERATION, &reply.generation.to_string())?;
        if request.generation.is_some() {
            writer.forget_server(&reply.scope)?;
        }
        Ok(request.generation.is_some())
    })
}

/// Takes in the answer, all in one transaction: what was stored, and news with the positions that they reach to.
fn take(store: &Store, request: &ExchangeRequest, reply: &ExchangeReply) -> Result<(), ApiError> {
    let offered: usize =
        request.push.iter().flat_map(|push| &push.documents).map(|document| document.changes.len()).sum();
    if reply.results.len() != offered {
        return Err(ApiError::new(ErrorCode::Malformed, "the server did not answer for every change"));
    }
    let damaged = store
        .write::<_, StoreError>(|writer| {
            for result in &reply.results {
                match &result.outcome {
                    Outcome::Stored => writer.mark_sent(&result.hash)?,
                    Outcome::Refused(reason) => writer.mark_refused(&result.hash, reason)?,
                }
            }
            let mut damaged = BTreeSet::new();
            for feed in &reply.feeds {
                let mut whole = true;
                for news in &feed.documents {
                    let answers = writer.ingest(&feed.grid, news, None)?;
                    whole &= answers.iter().all(|answer| answer.result.is_ok());
                }
                if whole {
                    writer.set_log_position(&feed.grid, feed.to_seq)?;
                } else {
                    // Not read past: it is asked for again, and the comparison shows the difference.
                    damaged.insert(feed.grid.clone());
                }
            }
            let scope: Vec<&str> = reply.scope.iter().map(GridCode::as_str).collect();
            writer.set_setting(SCOPE, &scope.join(","))?;
            Ok(damaged)
        })
        .map_err(to_api_error)?;
    match damaged.first() {
        None => Ok(()),
        Some(grid) => {
            let message = format!("records of {grid} arrived that cannot be read; what is here is unharmed");
            Err(ApiError::new(ErrorCode::Malformed, message).because("damaged"))
        }
    }
}

/// Photos that were offered and not wanted are on the server.
fn note_photos(
    store: &Store,
    offered: &[PhotoHash],
    wanted: Vec<PhotoHash>,
) -> Result<Vec<PhotoHash>, StoreError> {
    store.write(|writer| {
        for hash in offered.iter().filter(|hash| !wanted.contains(hash)) {
            if let Some(file) = writer.photo_file(hash)? {
                writer.note_photo(hash, file.bytes, true)?;
            }
        }
        Ok(wanted)
    })
}
