//! The one long piece of work that may be running: how far it is, and whether somebody wants it stopped.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use chrono::{DateTime, Utc};
use wire::message::{WorkProgress, WorkStep};
use wire::{ApiError, ErrorCode};

/// The one long piece of work that may be running.
#[derive(Debug, Default)]
pub struct Work {
    progress: Mutex<Option<WorkProgress>>,
    cancelled: AtomicBool,
}

/// A piece of work that is running. It ends when this is dropped.
#[derive(Debug)]
pub struct Running<'a> {
    work: &'a Work,
}

impl Work {
    /// Begins a piece of work.
    ///
    /// # Errors
    /// When another one is running.
    pub fn begin(&self, now: DateTime<Utc>) -> Result<Running<'_>, ApiError> {
        let mut progress = self.progress.lock().map_err(|_| poisoned())?;
        if progress.is_some() {
            return Err(ApiError::new(
                ErrorCode::Busy,
                "another import or export is running; wait for it or stop it",
            ));
        }
        *progress = Some(WorkProgress { step: WorkStep::Reading, done: 0, total: 0, started_at: now });
        self.cancelled.store(false, Ordering::Relaxed);
        Ok(Running { work: self })
    }

    /// How far the running work is.
    pub fn progress(&self) -> Option<WorkProgress> {
        self.progress.lock().ok().and_then(|progress| progress.clone())
    }

    /// Asks the running work to stop.
    pub fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }
}

impl Running<'_> {
    /// Tells how far it is.
    ///
    /// # Errors
    /// When somebody wants it stopped.
    pub fn at(&self, step: WorkStep, done: u64, total: u64) -> Result<(), ApiError> {
        if self.work.cancelled.load(Ordering::Relaxed) {
            return Err(ApiError::new(ErrorCode::Cancelled, "stopped; nothing was written"));
        }
        if let Some(progress) = self.work.progress.lock().map_err(|_| poisoned())?.as_mut() {
            (progress.step, progress.done, progress.total) = (step, done, total);
        }
        Ok(())
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        if let Ok(mut progress) = self.work.progress.lock() {
            *progress = None;
        }
    }
}

fn poisoned() -> ApiError {
    ApiError::new(ErrorCode::Internal, "an earlier piece of work failed")
}
