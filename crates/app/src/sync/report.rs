//! How this device is, as the office is told with each exchange.

use store::{Store, StoreError, Writer};
use wire::message::Verification;
use wire::sync::DeviceReport;

use crate::bundle::device as bundle;

/// The setting that holds what was last proven.
pub(crate) const VERIFIED: &str = "verified";
/// The setting that is there once anything was sent after that: what was proven then says nothing of it.
pub(crate) const SENT_SINCE: &str = "sent_since_verified";

/// Notes that something was sent.
pub(crate) fn note_sent_since(writer: &Writer<'_>) -> Result<(), StoreError> {
    writer.set_setting(SENT_SINCE, "1")
}

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
            pending_photos: reader.unsent_photo_count()?,
            missing_photos: reader.missing_photo_count()?,
            used_bytes: reader.bytes_used()?,
            free_bytes,
            verified_at: verified.map(|verified| verified.at),
        })
    })
}
