//! Who may reach the office: people, their devices, and the account of whoever is signed in.

use chrono::{DateTime, Utc};
use domain::{GridCode, GridUnit, Role};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use uuid::Uuid;

use super::messages;

/// What may become of a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum DeviceState {
    /// It may sync.
    Active,
    /// It was revoked and syncs nothing more.
    Revoked,
    /// It was revoked and is to erase what it holds, and has not said yet that it did.
    Erasing,
    /// It was revoked and said that it has erased what it held.
    Erased,
}

messages! {
    /// A session of the console.
    struct SessionInfo {
        /// Names it.
        id: Uuid,
        /// Whether it is the one that asks.
        own: bool,
        /// When somebody signed in.
        began_at: DateTime<Utc>,
        /// When it was last used, to ten minutes.
        used_at: DateTime<Utc>,
        /// What the browser calls itself, shortened; empty if it did not say.
        browser: String,
        /// From which address somebody signed in.
        peer: String,
    }
    /// Whoever is signed in.
    struct Account {
        /// Names them.
        id: Uuid,
        /// Their name.
        name: String,
        /// Their role.
        role: Role,
        /// Whether they have a password; otherwise they sign in by links only.
        has_password: bool,
        /// Whether the password that stands must be given to set another: not after signing in by a link.
        needs_current: bool,
        /// Their open sessions, the latest used first.
        sessions: Vec<SessionInfo>,
    }
    /// A new password.
    struct ChangePassword {
        /// The one that stands; empty where none is needed.
        current: String,
        /// The new one: 10 to 200 characters.
        new: String,
    }
    /// Which session is to end.
    struct EndSession {
        /// The session; `None` for all but the one that asks.
        id: Option<Uuid>,
    }
    /// Somebody who may reach the office.
    struct PersonInfo {
        /// Names them.
        id: Uuid,
        /// Their name, under which they record.
        name: String,
        /// Their role.
        role: Role,
        /// The units that they are responsible for; empty for all that the office holds.
        scope: Vec<GridUnit>,
        /// Whether they have a password for the console.
        has_password: bool,
        /// How many devices they have that may sync.
        devices: u64,
        /// When they or a device of theirs last reached the office.
        seen_at: Option<DateTime<Utc>>,
        /// Whether whoever asks may change them.
        changeable: bool,
    }
    /// Names one person.
    struct OnePerson {
        /// The person.
        id: Uuid,
    }
    /// A new person.
    struct AddPerson {
        /// Their name: one line, 1 to 60 characters, of nobody else.
        name: String,
        /// Their role; nobody can give more than they have.
        role: Role,
        /// The units that they are responsible for, within those of whoever adds them. Only an administrator may have
        /// none, which means all.
        grids: Vec<GridCode>,
    }
    /// What is to change of a person.
    struct ChangePerson {
        /// The person.
        id: Uuid,
        /// Their name. What they recorded keeps the old one.
        name: String,
        /// Their role.
        role: Role,
        /// The units that they are responsible for.
        grids: Vec<GridCode>,
    }
    /// A link that signs somebody in to the console.
    struct SignInLink {
        /// The link, which works once.
        url: String,
        /// Until when.
        expires_at: DateTime<Utc>,
    }
    /// A device of somebody.
    struct DeviceInfo {
        /// Names it.
        id: Uuid,
        /// What it is called.
        name: String,
        /// Whose it is.
        person: Uuid,
        /// Their name.
        person_name: String,
        /// Their role.
        role: Role,
        /// The units that it is for; empty for all that the office holds.
        scope: Vec<GridUnit>,
        /// What became of it.
        state: DeviceState,
        /// When it was enrolled.
        added_at: DateTime<Utc>,
        /// When it was revoked.
        revoked_at: Option<DateTime<Utc>>,
        /// When it last exchanged records, or brought a bundle.
        last_sync_at: Option<DateTime<Utc>>,
        /// When it last proved that both sides hold the same, as it says.
        verified_at: Option<DateTime<Utc>>,
        /// The version of its app, as it says; empty if unknown.
        version: String,
        /// Changes that it had not sent when it last said so.
        pending_changes: u64,
        /// Photos that it had not sent.
        pending_photos: u64,
        /// Photos that its records mention and that were not on it.
        missing_photos: u64,
        /// What its data took, in bytes.
        used_bytes: u64,
        /// What was free on its disk, in bytes.
        free_bytes: Option<u64>,
        /// Whether whoever asks may revoke it.
        changeable: bool,
    }
    /// Who is to have a device.
    struct InviteDevice {
        /// The person.
        person: Uuid,
        /// What to call the device; the device may give another name.
        device: String,
        /// Keeps it to these units, within those of its person; empty for all of them.
        grids: Vec<GridCode>,
        /// The address at which the device will reach this server; the one that it knows of itself if not given.
        address: Option<String>,
    }
    /// An invitation that was made. Its secret is told only this once.
    struct Invited {
        /// Names it.
        id: Uuid,
        /// What the QR code says.
        url: String,
        /// The QR code: rows of `0` (light) and `1` (dark), without the quiet zone.
        qr: Vec<String>,
        /// What is typed where nothing can be scanned.
        typed: String,
        /// The address that is typed beside it.
        address: String,
        /// Other addresses of this server, for another invitation.
        addresses: Vec<String>,
        /// Until when it works.
        expires_at: DateTime<Utc>,
    }
    /// An invitation that nobody has used yet.
    struct OpenInvitation {
        /// Names it.
        id: Uuid,
        /// For whom.
        person_name: String,
        /// What to call the device.
        device: String,
        /// When it was made.
        made_at: DateTime<Utc>,
        /// Until when it works.
        expires_at: DateTime<Utc>,
    }
    /// The devices of an office.
    struct Devices {
        /// The devices that whoever asks may see: those that may sync first, by name; then the others, the latest first.
        devices: Vec<DeviceInfo>,
        /// Invitations that nobody has used yet.
        invitations: Vec<OpenInvitation>,
    }
    /// Names one invitation.
    struct OneInvitation {
        /// The invitation.
        id: Uuid,
    }
    /// Which device is to sync no more.
    struct RevokeDevice {
        /// The device.
        id: Uuid,
        /// Whether it is to erase what it holds, once the office has all of it. May be asked for afterwards too.
        erase: bool,
    }
}
