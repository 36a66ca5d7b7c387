//! Documents that the device is to hold no longer go once the office has proved that it has all of them.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use domain::{GridCode, PhotoHash};
use store::{LeavingDocument, Store, StoreError};
use wire::sync::{MAX_PHOTOS_NAMED, SyncProtocol};
use wire::{ApiError, ErrorCode};

use super::compare::all_held;
use crate::error::{from_protocol, to_api_error};

/// How many documents are removed in one go.
const AT_ONCE: usize = 50;

/// Whether documents of a grid unit are to be on a device with this scope: those within it, and those above, which hold
/// what is shared. Where there is none, nothing goes: an office that lost all it had says so of everybody.
pub(crate) fn stays(scope: &[GridCode], grid: &GridCode) -> bool {
    scope.is_empty() || scope.iter().any(|unit| unit.contains(grid) || grid.contains(unit))
}

/// Removes what is to be here no longer, as far as the office proves that it has it and nothing of it is unsent.
pub(super) async fn leave(
    store: &Arc<Store>,
    protocol: &impl SyncProtocol,
    scope: &[GridCode],
) -> Result<(), ApiError> {
    let leaving = store.read(|reader| reader.leaving(|grid| stays(scope, grid))).map_err(to_api_error)?;
    let sent: Vec<LeavingDocument> = leaving.into_iter().filter(|leaving| leaving.unsent == 0).collect();
    if !sent.is_empty() {
        let proven = proven(store, protocol, sent).await?;
        for some in proven.chunks(AT_ONCE) {
            store.write(|writer| writer.remove_documents(some)).map_err(to_api_error)?;
        }
    }
    let none_read = store.read::<_, StoreError>(|reader| {
        Ok(reader.log_cursors()?.iter().all(|cursor| stays(scope, &cursor.grid)))
    });
    if !none_read.map_err(to_api_error)? {
        let forget = |writer: &store::Writer<'_>| writer.forget_log_positions(|grid| stays(scope, grid));
        store.write(forget).map_err(to_api_error)?;
    }
    store.unlink_unmentioned().map_err(to_api_error)
}

/// Those of the documents of which the office has every change, and every photo that is here.
pub(crate) async fn proven(
    store: &Store,
    protocol: &impl SyncProtocol,
    documents: Vec<LeavingDocument>,
) -> Result<Vec<LeavingDocument>, ApiError> {
    let proofs: Vec<Vec<[u8; 32]>> = documents.iter().map(LeavingDocument::proof).collect();
    let held = all_held(protocol, &proofs).await?;
    let documents: Vec<LeavingDocument> =
        documents.into_iter().zip(held).filter_map(|(document, held)| held.then_some(document)).collect();
    let photos = store
        .read::<_, StoreError>(|reader| {
            documents
                .iter()
                .map(|document| reader.photos_here_of(document.document))
                .collect::<Result<Vec<_>, _>>()
        })
        .map_err(to_api_error)?;
    let named: BTreeSet<&PhotoHash> = photos.iter().flatten().collect();
    let named: Vec<PhotoHash> = named.into_iter().cloned().collect();
    let answers = photos_held(protocol, &named).await?;
    let stored: HashSet<&PhotoHash> =
        named.iter().zip(answers).filter_map(|(hash, held)| held.then_some(hash)).collect();
    let all_stored = |photos: &Vec<PhotoHash>| photos.iter().all(|hash| stored.contains(hash));
    Ok(documents
        .into_iter()
        .zip(&photos)
        .filter_map(|(document, photos)| all_stored(photos).then_some(document))
        .collect())
}

/// Says of each photo whether the office holds it, asked now.
pub(crate) async fn photos_held(
    protocol: &impl SyncProtocol,
    photos: &[PhotoHash],
) -> Result<Vec<bool>, ApiError> {
    let mut held = Vec::with_capacity(photos.len());
    for batch in photos.chunks(MAX_PHOTOS_NAMED) {
        let answers = protocol.photos_held(batch.to_vec()).await.map_err(from_protocol)?;
        if answers.len() != batch.len() {
            let message = "the server did not answer for every photo";
            return Err(ApiError::new(ErrorCode::Malformed, message));
        }
        held.extend(answers);
    }
    Ok(held)
}
