//! Only one thing at a time takes in what the office says: what one answer settled another would count for something else.

use std::sync::atomic::Ordering;
use std::thread;
use std::time::{Duration, Instant};

use wire::{ApiError, ErrorCode};

use super::Core;

/// How often it is looked whether a sync that is to stop has ended.
const LOOK: Duration = Duration::from_millis(20);

/// A sync that is running, or whatever keeps syncs away. Ends with this, however it ends; whoever asked for a sync
/// meanwhile gets one then.
pub(super) struct Running<'a, C>(&'a Core<C>);

impl<C> Drop for Running<'_, C> {
    fn drop(&mut self) {
        self.0.watch.end();
        self.0.running.store(false, Ordering::Release);
        if self.0.asked.load(Ordering::Acquire) {
            self.0.bell.notify_one();
        }
    }
}

impl<C> Core<C> {
    /// Begins; `None` while something runs.
    pub(super) fn begin(&self) -> Option<Running<'_, C>> {
        (!self.running.swap(true, Ordering::AcqRel)).then(|| Running(self))
    }

    /// Stops the sync that is running, if one is, and begins when it has ended.
    ///
    /// # Errors
    /// When it has not ended after `patience`.
    pub(super) fn begin_instead(&self, patience: Duration) -> Result<Running<'_, C>, ApiError> {
        let until = Instant::now() + patience;
        loop {
            if let Some(running) = self.begin() {
                return Ok(running);
            }
            if Instant::now() >= until {
                let message = "a sync is running and has not stopped yet; try again in a moment";
                return Err(ApiError::new(ErrorCode::Busy, message));
            }
            self.watch.stop();
            thread::sleep(LOOK);
        }
    }
}
