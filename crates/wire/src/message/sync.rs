//! Where sync stands.

use chrono::{DateTime, Utc};
use domain::{ClockDeviation, GridUnit, SiteId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::messages;
use crate::ApiError;

/// What a sync is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum SyncPhase {
    /// Nothing.
    Idle,
    /// Exchanging records.
    Records,
    /// Sending photos.
    SendingPhotos,
    /// Fetching photos.
    FetchingPhotos,
}

messages! {
    /// A server to connect to.
    struct ConnectServer {
        /// Its address, such as `http://192.168.1.5:8770`.
        address: String,
        /// The device's token.
        token: String,
        /// The name of the person who uses the device. The server's answer says whose device it is, and stands over this.
        person: String,
    }
    /// What was proven when both sides compared what they hold.
    struct Verification {
        /// When.
        at: DateTime<Utc>,
        /// How many dossiers both sides hold alike.
        dossiers: u64,
        /// How many photos of these dossiers the server has proved it holds.
        photos: u64,
    }
    /// A record that the server would not take.
    struct RefusedChange {
        /// The site that it is about.
        site: Option<SiteId>,
        /// The name of the site.
        site_name: Option<String>,
        /// Why, as a word. `role`, `scope` and `rule` wait for a lead at the office.
        reason: String,
        /// What the lead said who refused it; empty otherwise.
        comment: String,
    }
    /// Where sync stands.
    struct SyncStatus {
        /// The server's address, if the device is connected to one.
        server: Option<String>,
        /// What the sync that runs now is doing.
        phase: SyncPhase,
        /// How many of that are done.
        done: u64,
        /// Of how many.
        total: u64,
        /// Bytes sent and received by the sync that runs now, or by the last.
        bytes: u64,
        /// Changes that the server does not have.
        unsent_changes: u64,
        /// Photos that records here mention and the server has not proved it holds.
        unsent_photos: u64,
        /// Photos that records here mention and that are not on this device.
        missing_photos: u64,
        /// When the last sync ended well.
        last_success_at: Option<DateTime<Utc>>,
        /// What was last proven; `None` once anything has changed here since.
        verified: Option<Verification>,
        /// Grid units in which both sides differed when they last compared.
        differing: Vec<GridUnit>,
        /// That this device's clock was wrong when it was last compared with the server's.
        clock: Option<ClockDeviation>,
        /// Changes that the server would not take. They stay here.
        refused: Vec<RefusedChange>,
        /// Why the last sync failed, if it did.
        error: Option<ApiError>,
        /// When that was.
        error_at: Option<DateTime<Utc>>,
    }
}
