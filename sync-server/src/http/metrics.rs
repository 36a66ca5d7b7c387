//! Figures for whoever operates the server, in the text form of Prometheus: `/metrics`. They count and measure, and say
//! no name of anybody or anything. Read from this machine, or with a bearer token.

use std::path::Path;

use axum::extract::State;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Extension, Router};
use chrono::{DateTime, Utc};
use prometheus::core::Collector;
use prometheus::{
    Encoder as _, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge, IntGaugeVec, Opts,
    Registry, TextEncoder,
};
use sha2::{Digest as _, Sha256};
use store::{Figures, StoreError};
use wire::sync::ExchangeReply;
use wire::{ApiError, ErrorCode};

use super::error::{Failed, access_error, blocking};
use super::security::is_local;
use crate::access::{Access, AccessError};
use crate::connection::Connection;

/// Upper bounds of durations, in seconds. An exchange over a slow link takes minutes.
const SECONDS: &[f64] = &[0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0];
/// How long ago a device synced, in hours: less than this.
const SINCE: &[(&str, i64)] = &[("hour", 1), ("day", 24), ("week", 24 * 7), ("month", 24 * 30)];
/// The databases, as they lie in the server's folder.
const DATABASES: &[&str] = &["replica.sqlite", "replica.sqlite-wal", "access.sqlite", "access.sqlite-wal"];

pub(super) fn routes() -> Router<super::State> {
    Router::new().route("/metrics", get(metrics))
}

async fn metrics(
    State(state): State<super::State>,
    Extension(connection): Extension<Connection>,
    headers: HeaderMap,
) -> Result<Response, Failed> {
    if !is_local(connection, &headers) && !state.metrics.opens_with(&headers) {
        let message = "metrics are read from the server's own machine, or with the token of --metrics-token";
        return Err(ApiError::new(ErrorCode::Forbidden, message).into());
    }
    let text = blocking(move || {
        let store = state.app.store();
        let figures = store.read::<_, StoreError>(|reader| reader.figures()).map_err(app::to_api_error)?;
        let free = store.space().map(|space| space.free).unwrap_or_default();
        state.metrics.measured(&figures, free, store.folder());
        state.metrics.reached(&state.access, state.app.now()).map_err(access_error)?;
        state.metrics.text()
    });
    Ok((StatusCode::OK, [(CONTENT_TYPE, TextEncoder::new().format_type().to_owned())], text.await?)
        .into_response())
}

/// What is counted and measured.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    /// The SHA-256 of the token with which other machines may read.
    token: Option<[u8; 32]>,
    seconds: HistogramVec,
    bytes: IntCounterVec,
    exchanges: IntCounter,
    changes: IntCounterVec,
    sign_in_failures: IntCounter,
    documents: IntGaugeVec,
    log_entries: IntGauge,
    photos: IntGauge,
    photo_bytes: IntGauge,
    open_uploads: IntGauge,
    held: IntGaugeVec,
    poison: IntGauge,
    poison_bytes: IntGauge,
    devices: IntGaugeVec,
    sessions: IntGauge,
    disk_free: IntGauge,
    database_bytes: IntGauge,
}

impl Metrics {
    /// Nothing counted yet. `token` lets other machines read.
    ///
    /// # Errors
    /// When two of the figures have one name.
    pub fn new(token: Option<String>) -> Result<Self, prometheus::Error> {
        let registry = Registry::new();
        let name = |name: &str| format!("village_ledger_{name}");
        let counter = |what: &str, help: &str| add(&registry, IntCounter::new(name(what), help)?);
        let counters = |what: &str, help: &str, labels: &[&str]| {
            add(&registry, IntCounterVec::new(Opts::new(name(what), help), labels)?)
        };
        let gauge = |what: &str, help: &str| add(&registry, IntGauge::new(name(what), help)?);
        let gauges = |what: &str, help: &str, label: &str| {
            add(&registry, IntGaugeVec::new(Opts::new(name(what), help), &[label])?)
        };
        let seconds =
            HistogramOpts::new(name("http_request_seconds"), "Requests, to the last byte of the answer")
                .buckets(SECONDS.to_vec());
        let metrics = Self {
            token: token.map(|token| Sha256::digest(token).into()),
            seconds: add(&registry, HistogramVec::new(seconds, &["method", "route", "status"])?)?,
            bytes: counters(
                "http_body_bytes_total",
                "Bytes of requests and answers, without heads",
                &["direction"],
            )?,
            exchanges: counter("exchanges_total", "Exchanges of records that devices made")?,
            changes: counters(
                "changes_total",
                "Changes that devices sent, by what became of them",
                &["result"],
            )?,
            sign_in_failures: counter(
                "sign_in_failures_total",
                "Attempts to sign in or to enrol that were refused",
            )?,
            documents: gauges("documents", "Documents on record", "kind")?,
            log_entries: gauge("log_entries", "Entries in the logs of all grid units")?,
            photos: gauge("photos", "Photos that are stored")?,
            photo_bytes: gauge("photo_bytes", "Bytes of the photos that are stored")?,
            open_uploads: gauge("open_uploads", "Photos of which a part has arrived")?,
            held: gauges("held", "Pieces of work that wait for a lead", "reason")?,
            poison: gauge("poison_changes", "Changes that are kept although nobody can read them")?,
            poison_bytes: gauge("poison_bytes", "Bytes of these changes")?,
            devices: gauges("devices", "Devices that may sync, by when they last did", "last_contact")?,
            sessions: gauge("sessions", "Open sessions of the console")?,
            disk_free: gauge("disk_free_bytes", "Free bytes on the disk of the data, without the reserve")?,
            database_bytes: gauge("database_bytes", "Bytes of the databases and their logs")?,
            registry: registry.clone(),
        };
        #[cfg(target_os = "linux")]
        registry.register(Box::new(prometheus::process_collector::ProcessCollector::for_self()))?;
        Ok(metrics)
    }

    pub(super) fn request(
        &self,
        method: &str,
        route: &str,
        status: StatusCode,
        seconds: f64,
        bytes: (u64, u64),
    ) {
        self.seconds.with_label_values(&[method, route, status.as_str()]).observe(seconds);
        self.bytes.with_label_values(&["received"]).inc_by(bytes.0);
        self.bytes.with_label_values(&["sent"]).inc_by(bytes.1);
    }

    /// Counts an exchange and what became of the changes in it.
    pub fn exchanged(&self, reply: &ExchangeReply) {
        self.exchanges.inc();
        for refused in &reply.refused {
            // Reasons are words of ours.
            self.changes.with_label_values(&[refused.reason.as_str()]).inc();
        }
        self.changes
            .with_label_values(&["taken"])
            .inc_by(reply.answered.saturating_sub(reply.refused.len() as u64));
    }

    /// Counts an attempt to sign in or to enrol that was refused.
    pub fn sign_in_failed(&self) {
        self.sign_in_failures.inc();
    }

    /// Whether a request has the token with which other machines may read.
    fn opens_with(&self, headers: &HeaderMap) -> bool {
        let given = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
        // Hashes are compared: how long that takes says nothing of the token.
        given.is_some_and(|given| self.token == Some(Sha256::digest(given).into()))
    }

    fn measured(&self, figures: &Figures, free: u64, folder: &Path) {
        let Figures { documents, log_entries, photos, held, poison } = figures;
        for (kind, count) in documents {
            self.documents.with_label_values(&[kind.as_str()]).set(whole(*count));
        }
        // What waits no more is not to stay.
        self.held.reset();
        for (reason, count) in held {
            self.held.with_label_values(&[reason.as_str()]).set(whole(*count));
        }
        self.log_entries.set(whole(*log_entries));
        self.photos.set(whole(photos.0));
        self.photo_bytes.set(whole(photos.1));
        self.poison.set(whole(poison.0));
        self.poison_bytes.set(whole(poison.1));
        self.open_uploads.set(whole(open_uploads(folder)));
        self.disk_free.set(whole(free));
        let sizes = DATABASES.iter().filter_map(|name| std::fs::metadata(folder.join(name)).ok());
        self.database_bytes.set(whole(sizes.map(|file| file.len()).sum()));
    }

    /// Who may reach the office, and how long ago devices did.
    fn reached(&self, access: &Access, now: DateTime<Utc>) -> Result<(), AccessError> {
        self.sessions.set(whole(access.open_sessions(now)?));
        let mut counts: Vec<(&str, i64)> = SINCE.iter().map(|(word, _)| (*word, 0)).collect();
        counts.extend([("older", 0), ("never", 0)]);
        for device in access.devices()?.iter().filter(|device| device.revoked.is_none()) {
            let since = device.last_sync_at.map(|at| (now - at).num_hours());
            let word = match since {
                None => "never",
                Some(hours) => SINCE.iter().find(|(_, most)| hours < *most).map_or("older", |(word, _)| word),
            };
            counts.iter_mut().filter(|(name, _)| *name == word).for_each(|(_, count)| *count += 1);
        }
        for (word, count) in counts {
            self.devices.with_label_values(&[word]).set(count);
        }
        Ok(())
    }

    fn text(&self) -> Result<Vec<u8>, ApiError> {
        let mut text = Vec::new();
        TextEncoder::new()
            .encode(&self.registry.gather(), &mut text)
            .map_err(|error| ApiError::new(ErrorCode::Internal, error.to_string()))?;
        Ok(text)
    }
}

fn add<C: Collector + Clone + 'static>(registry: &Registry, collector: C) -> Result<C, prometheus::Error> {
    registry.register(Box::new(collector.clone()))?;
    Ok(collector)
}

fn whole(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// How many photos have arrived in part.
fn open_uploads(folder: &Path) -> u64 {
    let Ok(files) = std::fs::read_dir(folder.join("incoming")) else { return 0 };
    files
        .flatten()
        .filter(|file| file.path().extension().is_some_and(|extension| extension == "part"))
        .count() as u64
}
