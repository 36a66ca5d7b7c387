//! How a device comes to belong to somebody.

use domain::{GridCode, Role};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Pin;

/// What a device says when it takes a one-time code to the server.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnrolRequest {
    /// [`super::PROTOCOL`].
    pub protocol: u32,
    /// The one-time code.
    pub code: String,
    /// The token that the device made for itself: 256 random bits as text. The server keeps its hash. Because the device
    /// made it, asking again after a lost answer is harmless.
    pub token: String,
    /// What to call the device.
    pub device: String,
    /// To whom bundles for this device are encrypted: an age recipient; empty if it has none.
    pub key: String,
}

impl std::fmt::Debug for EnrolRequest {
    /// Without the secrets.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("EnrolRequest").field("protocol", &self.protocol).finish_non_exhaustive()
    }
}

/// What the server answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnrolReply {
    /// Names the device.
    pub id: Uuid,
    /// What the device is called.
    pub device: String,
    /// The whole hash of the server's own certificate, to be pinned from now on; `None` where it has one that authorities
    /// vouch for.
    pub certificate: Option<Pin>,
    /// Whom the device belongs to.
    pub person: String,
    /// Every name that they have or had.
    pub names: Vec<String>,
    /// What they are to the team.
    pub role: Role,
    /// The grid units that the device is for.
    pub scope: Vec<GridCode>,
    /// To whom bundles for the office are encrypted: an age recipient.
    pub key: String,
}
