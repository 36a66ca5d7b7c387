//! How long each call took, and how many gave no answer.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use domain::{GridCode, PhotoHash};
use serde_bytes::ByteBuf;
use sync_client::{HttpConnector, HttpProtocol};
use uuid::Uuid;
use wire::ApiError;
use wire::sync::*;

#[derive(Debug, Default)]
pub struct Measures(Mutex<BTreeMap<&'static str, (Vec<Duration>, u64)>>);

impl Measures {
    fn note(&self, call: &'static str, took: Duration, answered: bool) {
        let mut all = self.0.lock().unwrap();
        let (times, failed) = all.entry(call).or_default();
        times.push(took);
        *failed += u64::from(!answered);
    }

    /// Notes something that happened beside the calls, such as a sync that was tried again.
    pub fn happened(&self, what: &'static str) {
        self.note(what, Duration::ZERO, false);
    }

    pub fn forget(&self) {
        self.0.lock().unwrap().clear();
    }

    pub fn print(&self) {
        for (call, (times, failed)) in self.0.lock().unwrap().iter_mut() {
            times.sort_unstable();
            let at = |part: f64| times[((times.len() - 1) as f64 * part) as usize].as_secs_f64() * 1e3;
            println!(
                "{call:<20}{:>9}{:>10.0}{:>10.0}{:>10.0}{failed:>10}",
                times.len(),
                at(0.5),
                at(0.99),
                at(1.0)
            );
        }
    }
}

/// The real connector, whose calls are timed.
pub struct Timed {
    pub connector: HttpConnector,
    pub measures: Arc<Measures>,
}

pub struct TimedProtocol {
    inner: HttpProtocol,
    measures: Arc<Measures>,
}

impl TimedProtocol {
    async fn time<T>(
        &self,
        call: &'static str,
        answer: impl Future<Output = Result<T, ProtocolError>>,
    ) -> Result<T, ProtocolError> {
        let began = Instant::now();
        let answer = answer.await;
        self.measures.note(call, began.elapsed(), answer.is_ok());
        answer
    }
}

impl Connect for Timed {
    type Protocol = TimedProtocol;

    fn connect(&self, server: &ServerAddress, token: &str) -> Result<TimedProtocol, ApiError> {
        let inner = self.connector.connect(server, token)?;
        Ok(TimedProtocol { inner, measures: Arc::clone(&self.measures) })
    }

    async fn enrol(
        &self,
        server: &ServerAddress,
        request: EnrolRequest,
    ) -> Result<EnrolReply, ProtocolError> {
        self.connector.enrol(server, request).await
    }

    async fn discover(&self, _: &Pin) -> Vec<String> {
        Vec::new()
    }
}

impl SyncProtocol for TimedProtocol {
    async fn exchange(&self, request: ExchangeRequest) -> Result<ExchangeReply, ProtocolError> {
        self.time("exchange", self.inner.exchange(request)).await
    }

    async fn photo_state(&self, hash: &PhotoHash) -> Result<PhotoState, ProtocolError> {
        self.time("photo_state", self.inner.photo_state(hash)).await
    }

    async fn photo_send(
        &self,
        hash: &PhotoHash,
        total: u64,
        offset: u64,
        bytes: Vec<u8>,
    ) -> Result<PhotoState, ProtocolError> {
        self.time("photo_send", self.inner.photo_send(hash, total, offset, bytes)).await
    }

    async fn photo_fetch(
        &self,
        hash: &PhotoHash,
        offset: u64,
        limit: u64,
    ) -> Result<Option<(Vec<u8>, u64)>, ProtocolError> {
        self.time("photo_fetch", self.inner.photo_fetch(hash, offset, limit)).await
    }

    async fn photos_held(&self, hashes: Vec<PhotoHash>) -> Result<Vec<bool>, ProtocolError> {
        self.time("photos_held", self.inner.photos_held(hashes)).await
    }

    async fn thumbnails_send(&self, thumbnails: Vec<Thumbnail>) -> Result<(), ProtocolError> {
        self.time("thumbnails_send", self.inner.thumbnails_send(thumbnails)).await
    }

    async fn thumbnails_fetch(&self, hashes: Vec<PhotoHash>) -> Result<Thumbnails, ProtocolError> {
        self.time("thumbnails_fetch", self.inner.thumbnails_fetch(hashes)).await
    }

    async fn changes_held(&self, hashes: Vec<ByteBuf>) -> Result<Vec<bool>, ProtocolError> {
        self.time("changes_held", self.inner.changes_held(hashes)).await
    }

    async fn heads(&self, grid: &GridCode, after: Option<Uuid>) -> Result<HeadsPage, ProtocolError> {
        self.time("heads", self.inner.heads(grid, after)).await
    }

    async fn documents_fetch(&self, documents: Vec<Uuid>) -> Result<Documents, ProtocolError> {
        self.time("documents_fetch", self.inner.documents_fetch(documents)).await
    }

    async fn erased(&self) -> Result<(), ProtocolError> {
        self.inner.erased().await
    }

    fn traffic(&self) -> u64 {
        self.inner.traffic()
    }
}
