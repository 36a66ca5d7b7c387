//! The sync protocol as a trait: a client and a server implement it, and the sync engine is given either.

use std::future::Future;

use domain::{GridCode, PhotoHash};
use serde_bytes::ByteBuf;
use uuid::Uuid;

use super::{
    Documents, EnrolReply, EnrolRequest, ExchangeReply, ExchangeRequest, HeadsPage, PhotoState, Pin,
    ServerAddress, Thumbnail, Thumbnails,
};
use crate::ApiError;

/// Why a call of the protocol gave no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProtocolError {
    /// Nobody answered. Whether the call had an effect is not known; it can be made again.
    #[error("the server cannot be reached: {0}")]
    Unreachable(String),
    /// The server answered that it will not.
    #[error(transparent)]
    Refused(#[from] ApiError),
    /// The answer cannot be understood.
    #[error("the server's answer cannot be understood: {0}")]
    Malformed(String),
}

/// Reaches servers. Nothing is sent before a call of what it makes.
pub trait Connect: Send + Sync + 'static {
    /// What it makes.
    type Protocol: SyncProtocol + Send + Sync;

    /// Checks the address and makes a protocol for a device with this token.
    ///
    /// # Errors
    /// When the address or the token is none.
    fn connect(&self, server: &ServerAddress, token: &str) -> Result<Self::Protocol, ApiError>;

    /// Takes a one-time code to the server that gave it. May be made again with the same token when the answer was lost.
    fn enrol(
        &self,
        server: &ServerAddress,
        request: EnrolRequest,
    ) -> impl Future<Output = Result<EnrolReply, ProtocolError>> + Send;

    /// Looks for a server with this certificate on the local network, and gives the addresses at which one says it is.
    /// Whoever answers there must still show the certificate.
    fn discover(&self, pin: &Pin) -> impl Future<Output = Vec<String>> + Send;
}

/// What a device asks of a server. Every call may be made again when its answer was lost.
pub trait SyncProtocol {
    /// Pushes and pulls changes in one round trip.
    fn exchange(
        &self,
        request: ExchangeRequest,
    ) -> impl Future<Output = Result<ExchangeReply, ProtocolError>> + Send;

    /// How much of a photo the server has.
    fn photo_state(&self, hash: &PhotoHash)
    -> impl Future<Output = Result<PhotoState, ProtocolError>> + Send;

    /// Sends the bytes of a photo of `total` bytes from `offset` on. The answer says what the server has then; a
    /// server that has another number of bytes than `offset` takes nothing.
    fn photo_send(
        &self,
        hash: &PhotoHash,
        total: u64,
        offset: u64,
        bytes: Vec<u8>,
    ) -> impl Future<Output = Result<PhotoState, ProtocolError>> + Send;

    /// Fetches at most `limit` bytes of a photo from `offset` on, and its whole size; `None` if the server lacks it.
    /// Fewer bytes come where the connection was cut.
    fn photo_fetch(
        &self,
        hash: &PhotoHash,
        offset: u64,
        limit: u64,
    ) -> impl Future<Output = Result<Option<(Vec<u8>, u64)>, ProtocolError>> + Send;

    /// Says of each of these photos whether the server holds it: it looked at its records and at the file on its disk.
    /// At most [`super::MAX_PHOTOS_NAMED`].
    fn photos_held(
        &self,
        hashes: Vec<PhotoHash>,
    ) -> impl Future<Output = Result<Vec<bool>, ProtocolError>> + Send;

    /// Sends thumbnails ahead of their photos. One that the server cannot use it leaves out: nothing hangs on it.
    fn thumbnails_send(
        &self,
        thumbnails: Vec<Thumbnail>,
    ) -> impl Future<Output = Result<(), ProtocolError>> + Send;

    /// Fetches thumbnails; as many as fit into one message. At most [`super::MAX_PHOTOS_NAMED`].
    fn thumbnails_fetch(
        &self,
        hashes: Vec<PhotoHash>,
    ) -> impl Future<Output = Result<Thumbnails, ProtocolError>> + Send;

    /// Says of each of these changes, by hash, whether the server has it on its disk. At most
    /// [`super::MAX_CHANGES_NAMED`]. A device that was revoked may still ask this.
    fn changes_held(
        &self,
        hashes: Vec<ByteBuf>,
    ) -> impl Future<Output = Result<Vec<bool>, ProtocolError>> + Send;

    /// What the documents of a grid unit consist of, in the order of ids, after one of them.
    fn heads(
        &self,
        grid: &GridCode,
        after: Option<Uuid>,
    ) -> impl Future<Output = Result<HeadsPage, ProtocolError>> + Send;

    /// Whole documents, as many as fit into one message. At most [`super::MAX_DOCUMENTS_NAMED`].
    fn documents_fetch(
        &self,
        documents: Vec<Uuid>,
    ) -> impl Future<Output = Result<Documents, ProtocolError>> + Send;

    /// Says that this device, which was revoked and told so, has erased what it held.
    fn erased(&self) -> impl Future<Output = Result<(), ProtocolError>> + Send;

    /// Bytes sent and received so far.
    fn traffic(&self) -> u64 {
        0
    }
}
