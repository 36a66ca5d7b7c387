//! A device that the office revoked: it syncs nothing more, and erases what it holds if that was ordered and the office has
//! proved that it has everything.

use store::{Reader, Store, StoreError};
use wire::ApiError;
use wire::sync::{Connect, SyncProtocol};

use super::Core;
use super::server::{Revocation, Server};
use crate::error::{from_protocol, to_api_error};
use crate::sync::{proven, who_am_i};

/// Whether an error says that the office revoked this device, and if so whether it is to erase what it holds.
pub(super) fn revoked_by(error: &ApiError) -> Option<bool> {
    match (error.code, error.reason.as_deref()) {
        (wire::ErrorCode::Unauthorized, Some("revoked")) => Some(false),
        (wire::ErrorCode::Unauthorized, Some("revoked_erase")) => Some(true),
        _ => None,
    }
}

impl<C: Connect> Core<C> {
    /// Whether the office revoked this device.
    pub(super) fn is_revoked(&self) -> Result<bool, StoreError> {
        self.app.store.read(|reader| Ok(Revocation::read(reader)?.is_some()))
    }

    /// Asks only whether the revocation still holds; nothing is pushed or pulled for that.
    ///
    /// # Errors
    /// When it holds, or nobody answers.
    pub(super) async fn ask_whether_revoked(&self, protocol: &C::Protocol) -> Result<(), ApiError> {
        protocol.exchange(who_am_i()).await.map_err(from_protocol)?;
        self.app.store.write::<_, StoreError>(Revocation::forget).map_err(to_api_error)
    }

    /// Notes that the office said so, and erases what is here if that was ordered and can be.
    pub(super) async fn take_revocation(&self, protocol: &C::Protocol, erase: bool) -> Result<(), ApiError> {
        let now = self.app.now();
        let note = |writer: &store::Writer<'_>| Revocation::note(writer, erase, now);
        self.app.store.write::<_, StoreError>(note).map_err(to_api_error)?;
        if erase && erase_proven(&self.app.store, protocol).await? {
            protocol.erased().await.map_err(from_protocol)?;
            self.app.store.write::<_, StoreError>(Server::forget).map_err(to_api_error)?;
            tracing::info!("the office had this device erase what it held");
        }
        Ok(())
    }
}

/// Erases a store of which the office has proved, just now, that it has every change and every photo. Gives whether it
/// did: not while anything is unsent, or the office lacks anything.
async fn erase_proven(store: &Store, protocol: &impl SyncProtocol) -> Result<bool, ApiError> {
    let waits = |reader: &Reader<'_>| -> Result<bool, StoreError> {
        // Photos of a dossier that cannot be read are not known.
        Ok(reader.unsent_count()? > 0 || reader.unsent_photo_count()? > 0 || reader.any_unreadable(None)?)
    };
    if store.read(waits).map_err(to_api_error)? {
        return Ok(false);
    }
    let documents = store.read::<_, StoreError>(|reader| reader.documents()).map_err(to_api_error)?;
    let all = documents.len();
    if proven(store, protocol, documents).await?.len() < all {
        tracing::warn!("this device is to erase what it holds, and the office lacks some of it");
        return Ok(false);
    }
    store.erase(Server::KEPT).map_err(to_api_error)
}
