//! How a device comes to its server, and how it is told to go.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use uuid::Uuid;

use super::messages;

messages! {
    /// What was scanned or typed.
    struct InvitationText {
        /// The address in the QR code, or the typed code.
        text: String,
        /// The server's address, which is typed beside a code.
        address: String,
    }
    /// A picture of a QR code.
    struct ScanInvitation {
        /// The uploaded file.
        upload: Uuid,
    }
    /// What an invitation says, before anything is sent.
    struct InvitationView {
        /// The text that was read.
        text: String,
        /// The server's address.
        address: String,
        /// The beginning of the certificate's hash, in groups of four; empty where authorities vouch for the server.
        certificate: String,
    }
    /// Takes an invitation.
    struct Enrol {
        /// The address in the QR code, or the typed code.
        text: String,
        /// The server's address, which is typed beside a code.
        address: String,
        /// What to call this device; empty for what the invitation says.
        device: String,
    }
    /// The server that a device belongs to.
    struct Enrolment {
        /// Its address.
        address: String,
        /// Another address at which it was last found on the local network.
        found_at: Option<String>,
        /// The beginning of its certificate's hash, in groups of four; empty where authorities vouch for it.
        certificate: String,
        /// What this device is called there; empty if it does not say.
        device: String,
    }
    /// That the office revoked this device.
    struct Revoked {
        /// When the device was told.
        at: DateTime<Utc>,
        /// Whether it is to erase what it holds.
        erase: bool,
        /// Changes here that the office does not have. Nothing is erased while there are any.
        unsent_changes: u64,
        /// Photos here that the office does not have.
        unsent_photos: u64,
    }
}
