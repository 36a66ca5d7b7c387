//! Exchanging records until neither side has news.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use domain::{GridCode, PhotoHash};
use store::{LogEntry, Reader, Store, StoreError, Unsent};
use uuid::Uuid;
use wire::message::SyncPhase;
use wire::sync::{
    Cursor, DeviceReport, Digest, DocumentChanges, ExchangeReply, ExchangeRequest, Feed, MAX_PHOTOS_OFFERED,
    PAGE_BYTES, PROTOCOL, Push, SyncProtocol, WantedPhoto,
};
use wire::{ApiError, ErrorCode};

use super::report::{note_sent_since, report};
use super::{SyncWatch, clock, identity};
use crate::error::{from_protocol, to_api_error};

/// The server's generation that the cursors here belong to.
const SERVER_GENERATION: &str = "server_generation";
const INSTALL: &str = "install";

/// What both sides know when neither has news.
pub(crate) struct Exchanged {
    pub scope: Vec<GridCode>,
    pub digests: Vec<Digest>,
    pub photos_wanted: Vec<WantedPhoto>,
}

/// `own_too` fetches what this store made itself as well.
pub(super) async fn exchange(
    store: &Arc<Store>,
    protocol: &impl SyncProtocol,
    own_too: bool,
    clock: &(dyn Fn() -> DateTime<Utc> + Send + Sync),
    watch: &SyncWatch,
) -> Result<Exchanged, ApiError> {
    // Each change is offered once in a sync; one that is refused is not offered again before the scope changes.
    let mut offered_to = 0;
    let (mut done, mut to_come) = (0, 0);
    // Counting takes a while, and an enrolment has many pages.
    let report = report(store).map_err(to_api_error)?;
    loop {
        let waiting = store.read::<_, StoreError>(|reader| reader.unsent_count()).map_err(to_api_error)?;
        watch.at(SyncPhase::Records, done, done + waiting + to_come, protocol.traffic())?;
        let offer = offer(store, offered_to, own_too, report.clone()).map_err(to_api_error)?;
        let before = clock();
        let reply = protocol.exchange(offer.request.clone()).await.map_err(from_protocol)?;
        clock::judge(store, before, clock(), reply.now).map_err(to_api_error)?;
        let known = offer.request.generation;
        if known != Some(reply.generation) && begin_anew(store, known, &reply).map_err(to_api_error)? {
            offered_to = 0;
            continue;
        }
        take(store, &offer.numbers, &reply, clock())?;
        let arrived: usize = reply.feeds.iter().map(|feed| feed.snapshots.len()).sum();
        done += (offer.numbers.len() + arrived) as u64;
        to_come = reply.to_come;
        offered_to = offer.numbers.iter().copied().max().unwrap_or(offered_to);
        if !reply.judged.is_empty() {
            // What was set aside may have left something to be written anew, under numbers that are free again.
            offered_to = 0;
        }
        let anything_moved = !offer.numbers.is_empty() || !reply.judged.is_empty();
        let more_to_send = anything_moved
            && !store
                .read::<_, StoreError>(|reader| reader.unsent_after(offered_to, 1))
                .map_err(to_api_error)?
                .is_empty();
        if !reply.more && !more_to_send {
            watch.at(SyncPhase::Records, done, done, protocol.traffic())?;
            let photos_wanted =
                note_photos(store, &offer.request.photos, reply.photos_wanted).map_err(to_api_error)?;
            let (scope, digests) = (reply.scope, reply.digests);
            return Ok(Exchanged { scope, digests, photos_wanted });
        }
    }
}

/// What is sent, and the numbers of its changes in the order in which they are written.
pub(crate) struct Offer {
    pub request: ExchangeRequest,
    pub numbers: Vec<i64>,
}

/// What waits to be sent after the change with this number, as much of it as one message carries.
pub(crate) fn offer(
    store: &Store,
    offered_to: i64,
    own_too: bool,
    report: DeviceReport,
) -> Result<Offer, StoreError> {
    let install = install(store)?;
    store.read(|reader| {
        let (push, numbers) = by_grid(reader.unsent_after(offered_to, PAGE_BYTES)?);
        let generation = generation(reader)?;
        let cursors = reader.log_cursors()?;
        let mut photos = reader.photos_to_send()?;
        photos.extend(reader.removed_unproven()?);
        photos.truncate(MAX_PHOTOS_OFFERED);
        let request = ExchangeRequest {
            protocol: PROTOCOL,
            install,
            own_too,
            generation,
            cursors,
            push,
            photos,
            held: reader.held_there()?.into_iter().map(Into::into).collect(),
            report,
        };
        Ok(Offer { request, numbers })
    })
}

/// The server's store as it is known here.
pub(crate) fn generation(reader: &Reader<'_>) -> Result<Option<Uuid>, StoreError> {
    Ok(reader.setting(SERVER_GENERATION)?.and_then(|text| text.parse().ok()))
}

/// The name of this store, made at its first sync.
fn install(store: &Store) -> Result<Uuid, StoreError> {
    let named = store.read::<_, StoreError>(|reader| reader.setting(INSTALL))?;
    if let Some(install) = named.and_then(|text| text.parse().ok()) {
        return Ok(install);
    }
    let install = Uuid::new_v4();
    store.write::<_, StoreError>(|writer| writer.set_setting(INSTALL, &install.to_string()))?;
    Ok(install)
}

fn by_grid(unsent: Vec<Unsent>) -> (Vec<Push>, Vec<i64>) {
    let mut grids: BTreeMap<GridCode, BTreeMap<Uuid, (DocumentChanges, Vec<i64>)>> = BTreeMap::new();
    for Unsent { n, grid, entry: LogEntry { document, kind, bytes } } in unsent {
        let begin = || (DocumentChanges { document, kind, changes: Vec::new() }, Vec::new());
        let (changes, numbers) = grids.entry(grid).or_default().entry(document).or_insert_with(begin);
        changes.changes.push(bytes.into());
        numbers.push(n);
    }
    let mut numbers = Vec::new();
    let mut push = Vec::new();
    for (grid, documents) in grids {
        let mut of_grid = Push { grid, documents: Vec::new() };
        for (changes, of_document) in documents.into_values() {
            of_grid.documents.push(changes);
            numbers.extend(of_document);
        }
        push.push(of_grid);
    }
    (push, numbers)
}

/// Notes the server's generation. Where the device knew another store, which is `known`, it forgets what that one had and
/// offers all it has; says whether it did.
pub(crate) fn begin_anew(
    store: &Store,
    known: Option<Uuid>,
    reply: &ExchangeReply,
) -> Result<bool, StoreError> {
    store.write(|writer| {
        writer.set_setting(SERVER_GENERATION, &reply.generation.to_string())?;
        if known.is_some() {
            writer.forget_server(&reply.scope)?;
        }
        Ok(known.is_some())
    })
}

/// Takes in the answer, all in one transaction: what was stored of the changes with these numbers, and news with the
/// positions that they reach to.
pub(crate) fn take(
    store: &Store,
    numbers: &[i64],
    reply: &ExchangeReply,
    now: DateTime<Utc>,
) -> Result<(), ApiError> {
    if reply.answered != numbers.len() as u64 {
        return Err(ApiError::new(ErrorCode::Malformed, "the server did not answer for every change"));
    }
    let refused: BTreeMap<u64, &str> =
        reply.refused.iter().map(|refused| (refused.change, refused.reason.as_str())).collect();
    store
        .write::<_, StoreError>(|writer| {
            // First: what this answer refuses was judged by it.
            identity::note(writer, reply)?;
            for (place, n) in numbers.iter().enumerate() {
                match refused.get(&(place as u64)) {
                    None if writer.mark_sent(*n)? => note_sent_since(writer)?,
                    None => {}
                    Some(reason) => writer.mark_refused(*n, reason)?,
                }
            }
            for feed in &reply.feeds {
                for snapshot in &feed.snapshots {
                    writer.ingest_snapshot(snapshot, now)?;
                    writer.has_arrived(snapshot.document, &feed.grid)?;
                }
                for news in &feed.documents {
                    writer.ingest_news(&feed.grid, news, now)?;
                    writer.has_arrived(news.document, &feed.grid)?;
                }
                for document in &feed.left {
                    writer.note_departed(*document, &feed.grid)?;
                }
                // Read past what could not be taken in, too: it must not hold up the rest at every sync. The store notes
                // it, and the comparison shows that both sides differ.
                let Feed { grid, to_seq, after, .. } = feed;
                writer.set_log_cursor(&Cursor { grid: grid.clone(), seq: *to_seq, after: *after })?;
            }
            identity::judged(writer, reply, now)
        })
        .map_err(to_api_error)
}

/// Photos that were offered and not wanted are on the server. Of those that are wanted, the ones that were removed here
/// cannot be sent: they are missing from now on. Gives the others.
pub(crate) fn note_photos(
    store: &Store,
    offered: &[PhotoHash],
    mut wanted: Vec<WantedPhoto>,
) -> Result<Vec<WantedPhoto>, StoreError> {
    let lacking: BTreeSet<PhotoHash> = wanted.iter().map(|photo| photo.hash.clone()).collect();
    store.write(|writer| {
        let mut gone = BTreeSet::new();
        for hash in offered {
            if !lacking.contains(hash) {
                writer.mark_photo_stored(hash)?;
            } else if writer.photo_known(hash)?.is_some_and(|file| file.removed) {
                writer.forget_photo(hash)?;
                gone.insert(hash.clone());
            }
        }
        wanted.retain(|photo| offered.contains(&photo.hash) && !gone.contains(&photo.hash));
        for photo in &wanted {
            writer.note_photo_there(&photo.hash, photo.arrived, !photo.thumbnail)?;
        }
        Ok(wanted)
    })
}
