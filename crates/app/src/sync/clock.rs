//! Whether this device's clock is right, as the server's answers show.

use chrono::{DateTime, TimeDelta, Utc};
use domain::{ClockDeviation, ClockReference};
use serde::{Deserialize, Serialize};
use store::{Reader, Store, StoreError};

/// The setting that holds what the last comparison found.
pub(crate) const CLOCK: &str = "clock";
/// Older comparisons say nothing: somebody may have set the clock right since.
const VALID: TimeDelta = TimeDelta::hours(24);
/// An answer that took longer says too little about the moment at which it was written.
const QUICK: TimeDelta = TimeDelta::seconds(30);

/// A comparison of this device's clock with the server's.
#[derive(Debug, Serialize, Deserialize)]
struct Comparison {
    deviation: ClockDeviation,
    /// When, by this device's clock.
    at: DateTime<Utc>,
}

/// By how much this device's clock was wrong when it was last compared with the server's; `None` if it was right, or was
/// not compared within a day, or was set back since.
pub(crate) fn clock_of(
    reader: &Reader<'_>,
    now: DateTime<Utc>,
) -> Result<Option<ClockDeviation>, StoreError> {
    let text = reader.setting(CLOCK)?;
    let comparison: Option<Comparison> = text.and_then(|text| serde_json::from_str(&text).ok()).flatten();
    Ok(comparison
        .filter(|comparison| (TimeDelta::zero()..VALID).contains(&(now - comparison.at)))
        .map(|comparison| comparison.deviation))
}

/// Compares this device's clock before a question and after its answer with what the server's clock showed in between.
pub(super) fn judge(
    store: &Store,
    before: DateTime<Utc>,
    after: DateTime<Utc>,
    server: DateTime<Utc>,
) -> Result<(), StoreError> {
    let took = after - before;
    if took < TimeDelta::zero() || took >= QUICK {
        return Ok(());
    }
    let found = ClockDeviation::beyond_tolerance(ClockReference::Server, before + took / 2, server);
    let found = found.map(|deviation| Comparison { deviation, at: after });
    if found.is_none() && store.read::<_, StoreError>(|reader| reader.setting(CLOCK))?.is_none() {
        return Ok(());
    }
    let text = serde_json::to_string(&found).unwrap_or_default();
    store.write(|writer| writer.set_setting(CLOCK, &text))
}
