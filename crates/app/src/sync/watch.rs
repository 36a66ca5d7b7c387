//! How far a sync is, and whether it shall stop.

use std::collections::HashSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use chrono::{DateTime, Utc};
use domain::{GridCode, PhotoHash};
use wire::ApiError;
use wire::message::SyncPhase;

use super::pause::{Pauses, Question};
use super::stopped;

/// How far a sync is, and whether it shall stop. It outlives the single sync: it also knows what was asked in vain and
/// need not be asked again yet.
#[derive(Debug)]
pub struct SyncWatch {
    step: Mutex<(SyncPhase, u64, u64)>,
    bytes: AtomicU64,
    stop: AtomicBool,
    pauses: Mutex<Pauses>,
}

impl Default for SyncWatch {
    fn default() -> Self {
        Self {
            step: Mutex::new((SyncPhase::Idle, 0, 0)),
            bytes: AtomicU64::new(0),
            stop: AtomicBool::new(false),
            pauses: Mutex::default(),
        }
    }
}

impl SyncWatch {
    /// What is being done, how much of it is done, of how much.
    pub fn step(&self) -> (SyncPhase, u64, u64) {
        self.step.lock().map(|step| *step).unwrap_or((SyncPhase::Idle, 0, 0))
    }

    /// Bytes sent and received.
    pub fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    /// Asks the sync to stop at the next opportunity.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    /// Lets the next sync ask everything, also what was asked in vain a moment ago: a person wants to know.
    pub fn ask_everything(&self) {
        self.with(|pauses| *pauses = Pauses::default());
    }

    pub(super) fn is_due(&self, question: &Question, now: DateTime<Utc>) -> bool {
        self.with(|pauses| pauses.is_due(question, now)).unwrap_or(true)
    }

    pub(super) fn refused_before(&self, question: &Question, now: DateTime<Utc>) -> Option<ApiError> {
        self.with(|pauses| pauses.refusal(question, now)).flatten()
    }

    pub(super) fn fruitless(&self, question: Question, now: DateTime<Utc>) {
        self.with(|pauses| pauses.fruitless(question, None, now));
    }

    pub(super) fn refused(&self, question: Question, error: ApiError, now: DateTime<Utc>) {
        self.with(|pauses| pauses.fruitless(question, Some(error), now));
    }

    pub(super) fn settled(&self, question: &Question) {
        self.with(|pauses| pauses.settled(question));
    }

    /// Forgets questions about photos that arrived by another way.
    pub(super) fn keep_only_missing(&self, missing: &[PhotoHash]) {
        let missing: HashSet<&PhotoHash> = missing.iter().collect();
        self.with(|pauses| {
            pauses.retain(|question| !matches!(question, Question::Fetch(hash) if !missing.contains(hash)));
        });
    }

    /// Forgets differences that are gone.
    pub(super) fn keep_only_differing(&self, differing: &[GridCode]) {
        self.with(|pauses| {
            pauses.retain(
                |question| !matches!(question, Question::Difference(grid) if !differing.contains(grid)),
            );
        });
    }

    fn with<T>(&self, work: impl FnOnce(&mut Pauses) -> T) -> Option<T> {
        self.pauses.lock().ok().map(|mut pauses| work(&mut pauses))
    }

    pub(crate) fn begin(&self) {
        self.stop.store(false, Ordering::Relaxed);
        self.bytes.store(0, Ordering::Relaxed);
        self.set(SyncPhase::Records, 0, 0);
    }

    pub(crate) fn end(&self) {
        self.set(SyncPhase::Idle, 0, 0);
    }

    pub(super) fn at(&self, phase: SyncPhase, done: u64, total: u64, bytes: u64) -> Result<(), ApiError> {
        self.set(phase, done, total);
        self.bytes.store(bytes, Ordering::Relaxed);
        if self.stop.load(Ordering::Relaxed) { Err(stopped()) } else { Ok(()) }
    }

    fn set(&self, phase: SyncPhase, done: u64, total: u64) {
        if let Ok(mut step) = self.step.lock() {
            *step = (phase, done, total);
        }
    }
}
