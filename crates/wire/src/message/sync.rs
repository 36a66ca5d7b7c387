//! Where sync stands.

use chrono::{DateTime, Utc};
use domain::{ClockDeviation, GridUnit, PhotoHash, SiteId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Enrolment, Revoked, messages};
use crate::ApiError;

/// How sure it is that the office has something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
// The user interface has one name for one type, and `Receipt` is what somebody did with a paper.
#[ts(rename = "SyncReceipt")]
pub enum Receipt {
    /// It is on this device; the server has not said that it has it.
    OnDevice,
    /// Of a record: the server has said that it is on its disk. Of a photo: part of it has arrived there.
    Sent,
    /// Of a photo: its bytes hashed right on the server's disk. A record that is sent is stored.
    Stored,
    /// Both sides compared what they hold of its village, and it was the same.
    Verified,
}

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
        /// Its address, such as `https://192.168.1.5:8770`.
        address: String,
        /// The SHA-256 of its own certificate in hexadecimal digits, if it has one that no authority vouches for.
        certificate: Option<String>,
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
    /// How sure it is that the office has a photo.
    struct PhotoReceipt {
        /// The photo.
        hash: PhotoHash,
        /// How sure.
        receipt: Receipt,
    }
    /// How sure it is that the office has all that this device knows of a site.
    struct SiteReceipts {
        /// Of the record.
        record: Receipt,
        /// When that was last proven, if it was.
        verified_at: Option<DateTime<Utc>>,
        /// Of each photo, in the order of the dossier.
        photos: Vec<PhotoReceipt>,
    }
    /// A document that both sides hold differently.
    struct DifferingDocument {
        /// The site, if it is one that is known here.
        site: Option<SiteId>,
        /// Its name, or that of the task; empty if it is not known here.
        name: String,
        /// The device has something of it that the office lacks.
        lacking_there: bool,
        /// The office has something of it that the device lacks.
        lacking_here: bool,
        /// Something of it arrived here that cannot be read; it was set aside.
        damaged: bool,
    }
    /// A grid unit in which both sides differed when they last compared.
    struct Difference {
        /// The unit.
        unit: GridUnit,
        /// How many documents differ.
        documents: u64,
        /// The first of them, at most 50.
        first: Vec<DifferingDocument>,
    }
    /// A grid unit that the device is no longer for and of which it still holds documents: until the office has proved
    /// that it has them all.
    struct LeavingUnit {
        /// The unit.
        unit: GridUnit,
        /// How many documents are still here.
        documents: u64,
        /// Changes to them that the office does not have.
        unsent_changes: u64,
    }
    /// What is left of the disk.
    struct DiskSpace {
        /// What is free, in bytes, without the reserve.
        free_bytes: u64,
        /// Whether that is little: time to free space.
        low: bool,
        /// Whether only the reserve is left: new photos are refused, records and sync go on as long as they can.
        full: bool,
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
        /// The server that the device belongs to, if it does.
        server: Option<Enrolment>,
        /// That the office revoked this device: it syncs nothing more.
        revoked: Option<Revoked>,
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
        differing: Vec<Difference>,
        /// Grid units that the device is to hold no longer.
        leaving: Vec<LeavingUnit>,
        /// What is left of the disk; `None` where that is not known.
        space: Option<DiskSpace>,
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
