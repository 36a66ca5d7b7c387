//! The sync engine. It does no I/O of its own: it is given a store, a protocol and a clock.

mod clock;
mod identity;
mod pause;
mod photo_fetch;
mod photo_send;
mod record;
mod thumbnail;
mod watch;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use domain::{GridCode, GridLevel};
use store::{Reader, Store, StoreError};
use wire::message::Verification;
use wire::sync::SyncProtocol;
use wire::{ApiError, ErrorCode};

use crate::error::to_api_error;
use pause::Question;

pub(crate) use clock::{CLOCK, clock_of};
pub(crate) use identity::{note as note_identity, question as who_am_i};
pub(crate) use photo_fetch::{Fetched, fetch_one};
pub use watch::SyncWatch;

/// What a sync that ended well has proven.
#[derive(Debug, Clone, PartialEq)]
pub struct SyncOutcome {
    /// What both sides hold alike; `None` where they differ or something is still waiting.
    pub verified: Option<Verification>,
    /// Grid units in which both sides hold different documents although nothing is waiting.
    pub differing: Vec<GridCode>,
    /// Why the server would not take a photo; everything else was done.
    pub refused_photo: Option<ApiError>,
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
    let differ = store.read(|reader| differing(reader, &exchanged)).map_err(to_api_error)?;
    watch.keep_only_differing(&differ);
    let is_due = |grid: &&GridCode| watch.is_due(&Question::Difference((*grid).clone()), now);
    let apart: Vec<GridCode> = differ.iter().filter(is_due).cloned().collect();
    if !apart.is_empty() {
        // One of the two was restored from a backup, or lost something: both tell each other all they have.
        store.write(|writer| writer.compare_anew(&apart, &exchanged.scope)).map_err(to_api_error)?;
        exchanged = record::exchange(store, protocol, true, clock, watch).await?;
        // What differs still is not told again at every sync.
        for grid in store.read(|reader| differing(reader, &exchanged)).map_err(to_api_error)? {
            watch.fruitless(Question::Difference(grid), now);
        }
    }
    if let Some(grid) = exchanged.damaged.first() {
        let message = format!("records of {grid} arrived that cannot be read; what is here is unharmed");
        return Err(ApiError::new(ErrorCode::Malformed, message).because("damaged"));
    }
    thumbnail::send(store, protocol, &exchanged.photos_wanted, watch).await?;
    thumbnail::fetch(store, protocol, now, watch).await?;
    let refused_photo = photo_send::send(store, protocol, &exchanged.photos_wanted, now, watch).await?;
    photo_fetch::fetch(store, protocol, now, watch).await?;
    prove(store, exchanged, refused_photo, now).map_err(to_api_error)
}

/// The grid units in which both sides hold different documents although nothing is waiting to be sent.
fn differing(reader: &Reader<'_>, exchanged: &record::Exchanged) -> Result<Vec<GridCode>, StoreError> {
    if !exchanged.damaged.is_empty() {
        return Ok(exchanged.damaged.iter().cloned().collect());
    }
    let here = reader.digests()?;
    let in_scope = |grid: &GridCode| exchanged.scope.iter().any(|unit| unit.contains(grid));
    let unlike_here = exchanged.digests.iter().filter(|there| !here.contains(there)).map(|there| &there.grid);
    let unknown_there = here
        .iter()
        .map(|here| &here.grid)
        .filter(|grid| in_scope(grid) && !exchanged.digests.iter().any(|there| there.grid == **grid));
    let waiting = reader.unsent_grids()?;
    Ok(unlike_here.chain(unknown_there).filter(|grid| !waiting.contains(grid)).cloned().collect())
}

/// Compares what both sides hold. Nothing is called verified that was not compared.
fn prove(
    store: &Store,
    exchanged: record::Exchanged,
    refused_photo: Option<ApiError>,
    now: DateTime<Utc>,
) -> Result<SyncOutcome, StoreError> {
    store.read(|reader| {
        let differing = differing(reader, &exchanged)?;
        let alike = exchanged.digests.iter().filter(|there| there.grid.level() == GridLevel::Village);
        let dossiers = alike.map(|there| there.documents).sum();
        let (photos, stored) = reader.photo_counts()?;
        let missing = reader.photos_missing()?.len() as u64;
        // Who reads nothing there compared nothing.
        let compared = !exchanged.scope.is_empty();
        let everything =
            compared && reader.unsent_count()? == 0 && differing.is_empty() && photos == stored + missing;
        let verified = everything.then_some(Verification { at: now, dossiers, photos: stored });
        Ok(SyncOutcome { verified, differing, refused_photo })
    })
}

/// The error of a sync that somebody stopped.
fn stopped() -> ApiError {
    ApiError::new(ErrorCode::Cancelled, "stopped; it goes on from here next time")
}
