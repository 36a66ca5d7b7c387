//! One photo is decoded at a time in this process: each may need two hundred megabytes for a moment.

use std::sync::{Mutex, MutexGuard, PoisonError};

static DECODING: Mutex<()> = Mutex::new(());

/// Waits until no other photo is being decoded. Held for as long as one is.
pub(crate) fn alone() -> MutexGuard<'static, ()> {
    DECODING.lock().unwrap_or_else(PoisonError::into_inner)
}
