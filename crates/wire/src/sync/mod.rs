//! The sync messages, how they are written on the wire, and the protocol as a trait.

mod enrolment;
mod frame;
mod invitation;
mod protocol;

use chrono::{DateTime, Utc};
use domain::{GridCode, PhotoHash, Role};
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;
use uuid::Uuid;

pub use enrolment::{EnrolReply, EnrolRequest};
pub use frame::{FrameError, decode, encode};
pub use invitation::{Invitation, InvitationError, Pin, PinError, ServerAddress};
pub use protocol::{Connect, ProtocolError, SyncProtocol};

/// The version of the messages in this module.
pub const PROTOCOL: u32 = 4;
/// The largest message before it is compressed, in bytes; both sides refuse more.
pub const MAX_MESSAGE: usize = 16 << 20;
/// How many bytes of changes one message carries at most, unless a single change is larger.
pub const PAGE_BYTES: usize = 1 << 20;
/// The largest single change, in bytes.
pub const MAX_CHANGE: usize = 4 << 20;
/// How many bytes of a photo one request carries at most.
pub const PHOTO_PIECE: usize = 256 << 10;
/// The largest thumbnail, in bytes.
pub const MAX_THUMBNAIL: usize = 64_000;
/// How many bytes of thumbnails one message carries, unless the first alone is larger. Much smaller than a page of
/// changes: a message counts only when all of it arrived, and a link that is cut every few seconds must get one through.
pub const THUMBNAIL_BYTES: usize = 64 << 10;
/// How many changes one question names at most.
pub const MAX_CHANGES_NAMED: usize = 10_000;
/// How many documents one question names at most.
pub const MAX_DOCUMENTS_NAMED: usize = 1_000;
/// How many photos one question or one message of thumbnails names at most.
pub const MAX_PHOTOS_NAMED: usize = 1_000;
/// How many photos one exchange offers at most.
pub const MAX_PHOTOS_OFFERED: usize = 20_000;

/// What kind of document a change belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DocumentKind {
    /// The dossier of a site.
    Dossier,
    /// The units, boundaries and rules of a county.
    County,
    /// A petition, an assigned task or a campaign.
    Task,
}

/// How far a device has read the log of one grid unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    /// The grid unit.
    pub grid: GridCode,
    /// The last position that was read. 0: nothing yet, so the server begins with compacted documents.
    pub seq: u64,
    /// While compacted documents arrive: the last of them, in the order of ids. `seq` is then the position of the log when
    /// the first was sent.
    pub after: Option<Uuid>,
}

/// Changes to one document, in an order in which they can be applied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentChanges {
    /// The document.
    pub document: Uuid,
    /// Its kind.
    pub kind: DocumentKind,
    /// Raw Automerge changes.
    pub changes: Vec<ByteBuf>,
}

/// Changes made on the device, by grid unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Push {
    /// The grid unit that the documents belong to.
    pub grid: GridCode,
    /// The documents.
    pub documents: Vec<DocumentChanges>,
}

/// What a device sends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExchangeRequest {
    /// [`PROTOCOL`].
    pub protocol: u32,
    /// Names the device's store, so that it is not sent what it made itself.
    pub install: Uuid,
    /// Send it that all the same: the store was restored from a backup, or differs for another reason.
    pub own_too: bool,
    /// The server's generation that the cursors belong to; `None` before the first exchange.
    pub generation: Option<Uuid>,
    /// How far the device has read. A grid unit that is not listed was never read.
    pub cursors: Vec<Cursor>,
    /// What the device made.
    pub push: Vec<Push>,
    /// Photos that the device can send, so that the server says which it lacks; at most [`MAX_PHOTOS_OFFERED`].
    pub photos: Vec<PhotoHash>,
    /// Hashes of changes that the server said it holds until a lead has decided; at most [`MAX_CHANGES_NAMED`].
    pub held: Vec<ByteBuf>,
    /// How the device is, for whoever looks after devices at the office.
    pub report: DeviceReport,
}

/// How a device is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceReport {
    /// The version of the app.
    pub version: String,
    /// To whom bundles for this device are encrypted: an age recipient; empty if it has none.
    pub key: String,
    /// Changes that it has not sent, refused and held ones among them.
    pub pending_changes: u64,
    /// Photos that it has and that the server has not proved it holds.
    pub pending_photos: u64,
    /// Photos that its records mention and that are not on it.
    pub missing_photos: u64,
    /// What its data takes, in bytes.
    pub used_bytes: u64,
    /// What is free on its disk, in bytes, as far as it knows.
    pub free_bytes: Option<u64>,
    /// When it last proved that both sides hold the same.
    pub verified_at: Option<DateTime<Utc>>,
}

/// A pushed change that the server will not take. The device keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// Which of the pushed changes, counted from 0 in the order in which they were written.
    pub change: u64,
    /// Why, as a word.
    pub reason: String,
}

/// What a lead decided about a change that was held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judged {
    /// The change.
    pub hash: ByteBuf,
    /// Whether it was let in.
    pub accepted: bool,
    /// What the lead said.
    pub comment: String,
}

/// A stretch of the log of one grid unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Feed {
    /// The grid unit.
    pub grid: GridCode,
    /// The position up to which this stretch goes, whether or not anything in it was for this device.
    pub to_seq: u64,
    /// The changes that the device did not make itself.
    pub documents: Vec<DocumentChanges>,
    /// Compacted documents, in the order of ids, for a device that never read this log.
    pub snapshots: Vec<Snapshot>,
    /// The last of them if more are to come; `None` where all have been sent.
    pub after: Option<Uuid>,
    /// Documents that belong to another grid unit now.
    pub left: Vec<Uuid>,
}

/// A document with everything in it, compacted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// The document.
    pub document: Uuid,
    /// Its kind.
    pub kind: DocumentKind,
    /// The grid unit that it belongs to.
    pub grid: GridCode,
    /// What Automerge saves, not compressed: the message is.
    pub bytes: ByteBuf,
}

/// Whole documents that were asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Documents {
    /// How many of the documents that were named this answers for, from the first on. The rest did not fit.
    pub answered: u64,
    /// Those of them that the server has and that the device may read.
    pub snapshots: Vec<Snapshot>,
}

/// What a document consists of, for comparing one by one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentHeads {
    /// The document.
    pub document: Uuid,
    /// Its kind.
    pub kind: DocumentKind,
    /// The hashes of its latest changes, sorted, 32 bytes each.
    pub heads: ByteBuf,
}

/// The documents of one grid unit, in the order of ids.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeadsPage {
    /// The documents.
    pub documents: Vec<DocumentHeads>,
    /// Whether there are more after the last.
    pub more: bool,
}

/// A summary of all documents of one grid unit, for comparison.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Digest {
    /// The grid unit.
    pub grid: GridCode,
    /// The number of documents.
    pub documents: u64,
    /// SHA-256 over the id and the sorted heads of each document, in the order of ids.
    pub digest: ByteBuf,
}

/// What the server answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExchangeReply {
    /// Names the server's store. A device that knew another one starts its cursors anew and offers all it has.
    pub generation: Uuid,
    /// The grid units that the device is for.
    pub scope: Vec<GridCode>,
    /// Whom the device belongs to, as the office knows them.
    pub person: String,
    /// Every name that they have or had: what the device signs with one is theirs.
    pub names: Vec<String>,
    /// What they are to the team.
    pub role: Role,
    /// What became of the changes that were named as held, as far as a lead has decided.
    pub judged: Vec<Judged>,
    /// How many pushed changes the server took note of: all of them, or the answer is worth nothing. Those that are
    /// not refused are on its disk, now or since an earlier exchange. Naming only the others saves a hash for each.
    pub answered: u64,
    /// Those that it will not take.
    pub refused: Vec<Refused>,
    /// News.
    pub feeds: Vec<Feed>,
    /// Whether there is more news than fitted.
    pub more: bool,
    /// How many compacted documents are still to come after this answer.
    pub to_come: u64,
    /// To whom bundles for the office are encrypted: an age recipient; empty if it takes none.
    pub key: String,
    /// Those of the offered photos that the server lacks.
    pub photos_wanted: Vec<WantedPhoto>,
    /// A digest of every grid unit in scope that has documents, as of this reply; empty while there is more.
    pub digests: Vec<Digest>,
    /// What the server's clock showed when it answered.
    pub now: DateTime<Utc>,
}

/// A photo that the server lacks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WantedPhoto {
    /// The photo.
    pub hash: PhotoHash,
    /// How many bytes of it have arrived from the beginning.
    pub arrived: u64,
    /// Whether its thumbnail is wanted too.
    pub thumbnail: bool,
}

/// A thumbnail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Thumbnail {
    /// The photo.
    pub hash: PhotoHash,
    /// The thumbnail as JPEG, at most [`MAX_THUMBNAIL`] bytes.
    pub jpeg: ByteBuf,
}

/// Thumbnails that were asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Thumbnails {
    /// How many of the photos that were named this answers for, from the first on. The rest did not fit.
    pub answered: u64,
    /// The thumbnails of those that the server has.
    pub thumbnails: Vec<Thumbnail>,
}

/// How much of a photo the server has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum PhotoState {
    /// Nothing.
    Absent,
    /// So many bytes from the beginning.
    Partial(u64),
    /// All of it, and its bytes hash to its name.
    Stored,
}
