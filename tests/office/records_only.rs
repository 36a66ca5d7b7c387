//! A sync in which records arrive and photos do not: the link was cut in between.

use app::{App, Office, SyncWatch, sync};
use domain::{GridCode, PhotoHash};
use wire::ErrorCode;
use wire::sync::*;

struct RecordsOnly(Office);

impl RecordsOnly {
    fn cut<T>() -> Result<T, ProtocolError> {
        Err(ProtocolError::Unreachable("cut".to_owned()))
    }
}

impl SyncProtocol for RecordsOnly {
    async fn exchange(&self, request: ExchangeRequest) -> Result<ExchangeReply, ProtocolError> {
        self.0.exchange(request).await
    }

    async fn photo_state(&self, _: &PhotoHash) -> Result<PhotoState, ProtocolError> {
        Self::cut()
    }

    async fn photo_send(
        &self,
        _: &PhotoHash,
        _: u64,
        _: u64,
        _: Vec<u8>,
    ) -> Result<PhotoState, ProtocolError> {
        Self::cut()
    }

    async fn photo_fetch(
        &self,
        _: &PhotoHash,
        _: u64,
        _: u64,
    ) -> Result<Option<(Vec<u8>, u64)>, ProtocolError> {
        Self::cut()
    }

    async fn photos_held(&self, _: Vec<PhotoHash>) -> Result<Vec<bool>, ProtocolError> {
        Self::cut()
    }

    async fn thumbnails_send(&self, _: Vec<Thumbnail>) -> Result<(), ProtocolError> {
        Self::cut()
    }

    async fn thumbnails_fetch(&self, _: Vec<PhotoHash>) -> Result<Thumbnails, ProtocolError> {
        Self::cut()
    }

    async fn changes_held(&self, _: Vec<serde_bytes::ByteBuf>) -> Result<Vec<bool>, ProtocolError> {
        Self::cut()
    }

    async fn heads(&self, _: &GridCode, _: Option<uuid::Uuid>) -> Result<HeadsPage, ProtocolError> {
        Self::cut()
    }

    async fn documents_fetch(&self, _: Vec<uuid::Uuid>) -> Result<Documents, ProtocolError> {
        Self::cut()
    }

    async fn erased(&self) -> Result<(), ProtocolError> {
        Self::cut()
    }
}

/// Syncs a device's records with an office, and is cut before anything of a photo is sent.
pub async fn records_only(device: &App, office: Office) {
    let clock = || device.now();
    let cut = sync(device.store(), &RecordsOnly(office), &clock, &SyncWatch::default()).await;
    assert_eq!(cut.unwrap_err().code, ErrorCode::Unreachable);
}
