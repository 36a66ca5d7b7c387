//! Whether this device's clock is right, as the server's answers show.

use chrono::{DateTime, TimeDelta, Utc};
use domain::{ClockDeviation, ClockReference};
use store::{Reader, Store, StoreError};

/// The setting that holds the deviation as it was last found, as JSON of an option.
pub(crate) const CLOCK: &str = "clock";
/// An answer that took longer says too little about the moment at which it was written.
const QUICK: TimeDelta = TimeDelta::seconds(30);

/// By how much this device's clock was wrong when it was last compared with the server's; `None` if it was right or was
/// never compared.
pub(crate) fn clock_of(reader: &Reader<'_>) -> Result<Option<ClockDeviation>, StoreError> {
    Ok(reader.setting(CLOCK)?.and_then(|text| serde_json::from_str(&text).ok()).flatten())
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
    let known = store.read::<_, StoreError>(|reader| reader.setting(CLOCK))?;
    let text = serde_json::to_string(&found).unwrap_or_default();
    if known.as_deref() == Some(text.as_str()) {
        return Ok(());
    }
    store.write(|writer| writer.set_setting(CLOCK, &text))
}
