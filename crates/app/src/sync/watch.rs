//! How far a sync is, and whether it shall stop.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use wire::ApiError;
use wire::message::SyncPhase;

use super::stopped;

/// How far a sync is, and whether it shall stop.
#[derive(Debug)]
pub struct SyncWatch {
    step: Mutex<(SyncPhase, u64, u64)>,
    bytes: AtomicU64,
    stop: AtomicBool,
}

impl Default for SyncWatch {
    fn default() -> Self {
        Self {
            step: Mutex::new((SyncPhase::Idle, 0, 0)),
            bytes: AtomicU64::new(0),
            stop: AtomicBool::new(false),
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
