//! How long each call took, and how many gave no answer.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use sync_client::{HttpConnector, HttpProtocol};
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

    office::forward!(inner through time: rest);

    fn traffic(&self) -> u64 {
        self.inner.traffic()
    }
}
