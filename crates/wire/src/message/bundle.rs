//! Sync without a network: a file, encrypted for the other side, carried by hand.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use uuid::Uuid;

use super::{Download, messages};

messages! {
    /// An uploaded bundle.
    struct TakeBundle {
        /// The uploaded file.
        upload: Uuid,
    }
    /// A bundle for the office that was written on a device.
    struct WrittenBundle {
        /// The file.
        file: Download,
        /// How many changes are in it.
        changes: u64,
        /// How many photos are in it.
        photos: u64,
        /// Photos that wait to be sent and did not fit; another bundle will carry them.
        photos_left: u64,
    }
    /// What the office made of a device's bundle.
    struct TakenBundle {
        /// The device.
        device: String,
        /// Whose it is.
        person: String,
        /// When the bundle was written, by the device's clock.
        written_at: DateTime<Utc>,
        /// Changes that are on record now, or were before.
        taken: u64,
        /// Changes that wait for a lead or cannot be taken.
        refused: u64,
        /// Photos of it that are stored.
        photos: u64,
        /// Photos that could not be used.
        photos_refused: u64,
        /// The answer that goes back to the device: what became of its work, and news.
        answer: Download,
    }
    /// What an answer of the office brought to a device.
    struct ReadBundle {
        /// When the office wrote it.
        written_at: DateTime<Utc>,
        /// Changes of this device that the office has on its disk.
        sent: u64,
        /// Changes of others that came with it.
        received: u64,
        /// Photos that came with it.
        photos: u64,
        /// Whether there is more: write another bundle.
        more: bool,
    }
}
