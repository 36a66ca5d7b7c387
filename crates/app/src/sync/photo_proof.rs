//! Asking the office again, now and then, whether it still has the photos that it said it stored: disks fail there, too.

use chrono::{DateTime, TimeDelta, Utc};
use store::{Store, StoreError};
use wire::sync::SyncProtocol;
use wire::{ApiError, ErrorCode};

use super::leave::photos_held;
use crate::error::to_api_error;

/// How often it is asked.
const PERIOD: TimeDelta = TimeDelta::hours(6);
/// How many photos it is asked about at a time, in the order of their hashes.
const ASKED: u32 = 500;
/// When it was asked, and the last photo that it was asked about.
const SETTING: &str = "photos_asked";

/// Asks if it is time to. Gives whether the office lacks any; those wait to be sent again.
pub(super) async fn ask(
    store: &Store,
    protocol: &impl SyncProtocol,
    now: DateTime<Utc>,
) -> Result<bool, ApiError> {
    let noted = store.read::<_, StoreError>(|reader| reader.setting(SETTING)).map_err(to_api_error)?;
    let noted = noted.as_deref().and_then(|text| text.split_once(' '));
    let asked = noted.and_then(|(at, after)| Some((at.parse::<DateTime<Utc>>().ok()?, after)));
    let note = |after: &str| format!("{} {after}", now.to_rfc3339());
    let Some((at, after)) = asked else {
        // What it stored so far it stored just now.
        let first = store.write::<_, StoreError>(|writer| writer.set_setting(SETTING, &note("")));
        return first.map(|()| false).map_err(to_api_error);
    };
    // A clock that was set back shall not put it off for ever.
    if (TimeDelta::zero()..PERIOD).contains(&(now - at)) {
        return Ok(false);
    }
    let photos =
        store.read::<_, StoreError>(|reader| reader.stored_photos(after, ASKED)).map_err(to_api_error)?;
    let held = match photos_held(protocol, &photos).await {
        // It holds up nothing else; they are asked about again in the next round.
        Err(error)
            if matches!(error.code, ErrorCode::Storage | ErrorCode::DiskFull | ErrorCode::Internal) =>
        {
            tracing::warn!(%error, "the office cannot say whether it has photos");
            vec![true; photos.len()]
        }
        held => held?,
    };
    let next = photos.last().filter(|_| photos.len() == ASKED as usize);
    let next = note(next.map_or("", |hash| hash.as_str()));
    let lost = photos.iter().zip(held).filter_map(|(hash, held)| (!held).then_some(hash));
    let lost: Vec<_> = lost.collect();
    if !lost.is_empty() {
        tracing::warn!(photos = lost.len(), "the office lost photos that it had");
    }
    let write = store.write::<_, StoreError>(|writer| {
        lost.iter().try_for_each(|hash| writer.mark_photo_unsent(hash))?;
        writer.set_setting(SETTING, &next)
    });
    write.map(|()| !lost.is_empty()).map_err(to_api_error)
}
