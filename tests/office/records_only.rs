//! A sync in which records arrive and photos do not: the link was cut in between.

use app::{App, Office, SyncWatch, sync};
use wire::ErrorCode;
use wire::sync::*;

struct RecordsOnly(Office);

impl RecordsOnly {
    /// No call but the exchange is made.
    async fn cut<T>(
        &self,
        _: &'static str,
        _: impl Future<Output = Result<T, ProtocolError>>,
    ) -> Result<T, ProtocolError> {
        Err(ProtocolError::Unreachable("cut".to_owned()))
    }
}

impl SyncProtocol for RecordsOnly {
    async fn exchange(&self, request: ExchangeRequest) -> Result<ExchangeReply, ProtocolError> {
        self.0.exchange(request).await
    }

    crate::forward!(0 through cut: rest);
}

/// Syncs a device's records with an office, and is cut before anything of a photo is sent.
pub async fn records_only(device: &App, office: Office) {
    let clock = || device.now();
    let cut = sync(device.store(), &RecordsOnly(office), &clock, &SyncWatch::default()).await;
    assert_eq!(cut.unwrap_err().code, ErrorCode::Unreachable);
}
