//! The sync engine. It does no I/O of its own: it is given a store, a protocol and a clock.

mod clock;
mod compare;
mod identity;
mod leave;
mod pause;
mod photo_fetch;
mod photo_proof;
mod photo_send;
pub(crate) mod record;
pub(crate) mod report;
mod thumbnail;
mod watch;

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use domain::GridCode;
use store::{Reader, Store, StoreError};
use wire::message::{SyncPhase, Verification};
use wire::sync::{Digest, SyncProtocol};
use wire::{ApiError, ErrorCode};

use crate::error::{SERVER_FULL, to_api_error};
use pause::Question;

pub(crate) use clock::{CLOCK, clock_of};
pub(crate) use identity::{note as note_identity, note_enrolment, question as who_am_i};
pub(crate) use leave::{photos_held, proven, stays};
pub(crate) use photo_fetch::{Fetched, fetch_one};
pub(crate) use report::{SENT_SINCE, VERIFIED, note_sent_since};
pub use watch::SyncWatch;

/// What a sync that ended well has proven.
#[derive(Debug, Clone, PartialEq)]
pub struct SyncOutcome {
    /// What both sides hold alike; `None` where they differ or something is still waiting.
    pub verified: Option<Verification>,
    /// Grid units in which both sides hold different documents although nothing is waiting.
    pub differing: Vec<GridCode>,
    /// Why a photo was not taken or fetched, or what differs not mended; everything else was done.
    pub left_undone: Option<ApiError>,
}

/// Sends and fetches everything: first records, then the thumbnails of photos, then photos; then says what was proven.
/// It may be dropped or fail at any point and goes on from there the next time.
pub async fn sync(
    store: &Arc<Store>,
    protocol: &impl SyncProtocol,
    clock: &(dyn Fn() -> DateTime<Utc> + Send + Sync),
    watch: &SyncWatch,
) -> Result<SyncOutcome, ApiError> {
    let now = clock();
    let mut exchanged = record::exchange(store, protocol, false, clock, watch).await?;
    leave::leave(store, protocol, &exchanged.scope).await?;
    if watch.is_due(&Question::Refused, now) && offer_refused(store).map_err(to_api_error)? {
        exchanged = record::exchange(store, protocol, false, clock, watch).await?;
        watch.fruitless(Question::Refused, now);
    }
    if photo_proof::ask(store, protocol, now).await? {
        exchanged = record::exchange(store, protocol, false, clock, watch).await?;
    }
    let differ = store
        .read(|reader| differing(reader, &exchanged, &reader.digests(|_| true)?))
        .map_err(to_api_error)?;
    watch.keep_only_differing(&differ);
    let is_due = |grid: &&GridCode| watch.is_due(&Question::Difference((*grid).clone()), now);
    let apart: Vec<GridCode> = differ.iter().filter(is_due).cloned().collect();
    let mut unmended = None;
    if !apart.is_empty() {
        // One of the two was restored from a backup, or lost something.
        for grid in &apart {
            watch.at(SyncPhase::Records, 0, 0, protocol.traffic())?;
            let own = exchanged.scope.iter().any(|unit| unit.contains(grid));
            unmended = unless_of_one(compare::mend(store, protocol, grid, own, now).await)?.or(unmended);
        }
        exchanged = record::exchange(store, protocol, false, clock, watch).await?;
        leave::leave(store, protocol, &exchanged.scope).await?;
        // What differs still is not asked again at every sync.
        let differ = store
            .read(|reader| differing(reader, &exchanged, &reader.digests(|_| true)?))
            .map_err(to_api_error)?;
        for grid in differ.iter().filter(is_due) {
            unmended = unless_of_one(compare::note(store, protocol, grid).await)?.or(unmended);
            watch.fruitless(Question::Difference(grid.clone()), now);
        }
    }
    thumbnail::send(store, protocol, &exchanged.photos_wanted, watch).await?;
    let no_room = unless_full(thumbnail::fetch(store, protocol, now, watch).await)?;
    let refused_photo = photo_send::send(store, protocol, &exchanged.photos_wanted, now, watch).await?;
    let no_room = no_room.or(unless_full(photo_fetch::fetch(store, protocol, now, watch).await)?);
    let left_undone = refused_photo.or(no_room).or(unmended);
    conclude(store, exchanged, left_undone, now).map_err(to_api_error)
}

/// What cannot be read or written of one grid unit holds up neither the others nor the photos.
fn unless_of_one(mended: Result<(), ApiError>) -> Result<Option<ApiError>, ApiError> {
    match mended {
        Err(error) if matches!(error.code, ErrorCode::Storage | ErrorCode::Malformed) => Ok(Some(error)),
        mended => mended.map(|()| None),
    }
}

/// Where there is no room for what comes, what is here is sent all the same.
fn unless_full(fetched: Result<(), ApiError>) -> Result<Option<ApiError>, ApiError> {
    match fetched {
        Ok(()) => Ok(None),
        Err(error) if error.code == ErrorCode::DiskFull && error.reason.as_deref() != Some(SERVER_FULL) => {
            Ok(Some(error))
        }
        Err(error) => Err(error),
    }
}

/// Offers once more what the server would not take, if there is any: it says what became of what it holds, but one that
/// was restored from a backup of before that does not know that it held anything.
fn offer_refused(store: &Store) -> Result<bool, StoreError> {
    if store.read(|reader| reader.refused())?.is_empty() {
        return Ok(false);
    }
    store.write(|writer| writer.offer_refused()).map(|()| true)
}

/// The grid units in which both sides hold different documents, or a document cannot be read here, although nothing is
/// waiting to be sent.
fn differing(
    reader: &Reader<'_>,
    exchanged: &record::Exchanged,
    here: &[Digest],
) -> Result<Vec<GridCode>, StoreError> {
    let in_scope = |grid: &GridCode| exchanged.scope.iter().any(|unit| unit.contains(grid));
    let unlike_here = exchanged.digests.iter().filter(|there| !here.contains(there)).map(|there| &there.grid);
    let unknown_there = here
        .iter()
        .map(|here| &here.grid)
        .filter(|grid| in_scope(grid) && !exchanged.digests.iter().any(|there| there.grid == **grid));
    let unreadable = reader.unreadable_documents()?;
    let unreadable: BTreeSet<&GridCode> =
        unreadable.iter().map(|(_, grid)| grid).filter(|grid| in_scope(grid)).collect();
    let mut waiting = reader.unsent_grids()?;
    waiting.extend(reader.departed_grids()?);
    let differing: BTreeSet<&GridCode> = unlike_here.chain(unknown_there).chain(unreadable).collect();
    Ok(differing.into_iter().filter(|grid| !waiting.contains(grid)).cloned().collect())
}

/// Compares what both sides hold. Nothing is called verified that was not compared.
pub(crate) fn conclude(
    store: &Store,
    exchanged: record::Exchanged,
    left_undone: Option<ApiError>,
    now: DateTime<Utc>,
) -> Result<SyncOutcome, StoreError> {
    store.write(|writer| {
        let here = writer.digests(|_| true)?;
        let differing = differing(writer, &exchanged, &here)?;
        let alike: Vec<Digest> =
            exchanged.digests.iter().filter(|there| here.contains(there)).cloned().collect();
        writer.note_proven(&alike, now)?;
        writer.keep_differences_of(&differing)?;
        // Both sides hold the same, so what is here is there. Tasks are documents too, and no dossiers.
        let dossiers = writer.dossiers_of(exchanged.digests.iter().map(|there| &there.grid))?;
        let (photos, stored) = writer.photo_counts()?;
        let missing = writer.missing_photo_count()?;
        // Who reads nothing there compared nothing.
        let compared = !exchanged.scope.is_empty();
        let everything = compared
            && writer.unsent_count()? == 0
            && differing.is_empty()
            && writer.departed_grids()?.is_empty()
            && !writer.any_unreadable(None)?
            && photos == stored + missing;
        let verified = everything.then_some(Verification { at: now, dossiers, photos: stored });
        Ok(SyncOutcome { verified, differing, left_undone })
    })
}

/// The error of a sync that somebody stopped.
fn stopped() -> ApiError {
    ApiError::new(ErrorCode::Cancelled, "stopped; it goes on from here next time")
}
