//! The sync engine. It does no I/O of its own: it is given a store, a protocol and a moment.

mod photo;
mod record;
mod watch;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use domain::GridCode;
use store::{Store, StoreError};
use wire::message::Verification;
use wire::sync::SyncProtocol;
use wire::{ApiError, ErrorCode};

use crate::error::to_api_error;

pub use watch::SyncWatch;

/// What a sync that ended well has proven.
#[derive(Debug, Clone, PartialEq)]
pub struct SyncOutcome {
    /// What both sides hold alike; `None` where they differ or something is still waiting.
    pub verified: Option<Verification>,
    /// Grid units in which both sides hold different documents although nothing is waiting.
    pub differing: Vec<GridCode>,
}

/// Sends and fetches everything: first records, then photos; then says what was proven. It may be dropped or fail at
/// any point and goes on from there the next time.
pub async fn sync(
    store: &Arc<Store>,
    protocol: &impl SyncProtocol,
    now: DateTime<Utc>,
    watch: &SyncWatch,
) -> Result<SyncOutcome, ApiError> {
    let exchanged = record::exchange(store, protocol, watch).await?;
    photo::send(store, protocol, &exchanged.photos_wanted, watch).await?;
    photo::fetch(store, protocol, watch).await?;
    prove(store, exchanged, now).map_err(to_api_error)
}

/// Compares what both sides hold. Nothing is called verified that was not compared.
fn prove(store: &Store, exchanged: record::Exchanged, now: DateTime<Utc>) -> Result<SyncOutcome, StoreError> {
    store.read(|reader| {
        let waiting = reader.unsent_grids()?;
        let here = reader.digests()?;
        let mut dossiers = 0;
        let mut differing = Vec::new();
        for there in &exchanged.digests {
            let same = here.iter().any(|here| here == there);
            if same {
                dossiers += if there.grid.as_str().len() == 12 { there.documents } else { 0 };
            } else if !waiting.contains(&there.grid) {
                differing.push(there.grid.clone());
            }
        }
        let in_scope = |grid: &GridCode| exchanged.scope.iter().any(|unit| unit.contains(grid));
        let unknown_there = |grid: &GridCode| !exchanged.digests.iter().any(|there| there.grid == *grid);
        differing.extend(
            here.iter()
                .map(|here| &here.grid)
                .filter(|grid| in_scope(grid) && unknown_there(grid) && !waiting.contains(grid))
                .cloned(),
        );
        let (photos, stored) = reader.photo_counts()?;
        let missing = reader.photos_missing()?.len() as u64;
        let everything = waiting.is_empty() && differing.is_empty() && photos == stored + missing;
        let verified = everything.then_some(Verification { at: now, dossiers, photos: stored });
        Ok(SyncOutcome { verified, differing })
    })
}

/// The error of a sync that somebody stopped.
fn stopped() -> ApiError {
    ApiError::new(ErrorCode::Cancelled, "stopped; it goes on from here next time")
}
