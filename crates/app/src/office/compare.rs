//! What a device asks to compare document by document, and to be sure before it removes its copies.

use domain::GridCode;
use serde_bytes::ByteBuf;
use store::StoreError;
use uuid::Uuid;
use wire::sync::{Documents, HeadsPage, MAX_CHANGES_NAMED, MAX_DOCUMENTS_NAMED, PAGE_BYTES};
use wire::{ApiError, ErrorCode};

use super::{Office, bounded};
use crate::error::to_api_error;

/// How many documents one page of heads names: about 60 bytes for each.
const HEADS: usize = 1_000;

impl Office {
    /// Whether these changes are on record here, whichever grid unit they belong to: a device that leaves a scope asks
    /// about what lies outside of it.
    pub(super) fn changes_held_now(&self, hashes: &[ByteBuf]) -> Result<Vec<bool>, ApiError> {
        bounded("changes", hashes.len(), MAX_CHANGES_NAMED)?;
        self.store.read::<_, StoreError>(|reader| reader.changes_here(hashes)).map_err(to_api_error)
    }

    pub(super) fn heads_now(&self, grid: &GridCode, after: Option<Uuid>) -> Result<HeadsPage, ApiError> {
        if !self.reads(grid) {
            let message = format!("{grid} is outside of what this device is for");
            return Err(ApiError::new(ErrorCode::Forbidden, message).because("scope"));
        }
        self.store
            .read::<_, StoreError>(|reader| reader.heads_after(grid, after, HEADS))
            .map_err(to_api_error)
    }

    pub(super) fn documents_now(&self, documents: &[Uuid]) -> Result<Documents, ApiError> {
        bounded("documents", documents.len(), MAX_DOCUMENTS_NAMED)?;
        let mut found = Documents::default();
        let mut size = 0;
        let read = self.store.read::<_, StoreError>(|reader| {
            for document in documents {
                let snapshot = match reader.snapshot(*document) {
                    Err(StoreError::Document(error)) => {
                        tracing::error!(%document, %error, "a document cannot be loaded and is not sent");
                        None
                    }
                    read => read?.filter(|snapshot| self.reads(&snapshot.grid)),
                };
                if let Some(snapshot) = snapshot {
                    size += snapshot.bytes.len();
                    if size > PAGE_BYTES && !found.snapshots.is_empty() {
                        break;
                    }
                    found.snapshots.push(snapshot);
                }
                found.answered += 1;
            }
            Ok(())
        });
        read.map_err(to_api_error)?;
        Ok(found)
    }
}
