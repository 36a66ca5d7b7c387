//! How this device is, as the office is told with each exchange.

use store::{Store, StoreError};
use wire::message::Verification;
use wire::sync::DeviceReport;

use crate::bundle::device as bundle;

/// The setting that holds what was last proven.
pub(crate) const VERIFIED: &str = "verified";

/// The report.
pub(crate) fn report(store: &Store) -> Result<DeviceReport, StoreError> {
    let key = bundle::key(store)?;
    let free_bytes = store.space().ok().map(|space| space.free);
    store.read(|reader| {
        let verified = reader.setting(VERIFIED)?;
        let verified: Option<Verification> = verified.and_then(|text| serde_json::from_str(&text).ok());
        Ok(DeviceReport {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            key,
            pending_changes: reader.unsent_count()?,
            pending_photos: reader.photos_to_send()?.len() as u64,
            missing_photos: reader.photos_missing()?.len() as u64,
            used_bytes: reader.bytes_used()?,
            free_bytes,
            verified_at: verified.map(|verified| verified.at),
        })
    })
}
