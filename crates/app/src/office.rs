//! The server's side of the sync protocol, over its own replica.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::{GridCode, PhotoHash, Scope};
use store::{PartProgress, Reader, Refusal, Store, StoreError};
use uuid::Uuid;
use wire::sync::{
    Digest, DocumentChanges, ExchangeReply, ExchangeRequest, Feed, PAGE_BYTES, PROTOCOL, PhotoState,
    ProtocolError, Refused, SyncProtocol,
};
use wire::{ApiError, ErrorCode};

use crate::command::photo_refused;
use crate::error::to_api_error;

pub(crate) const GENERATION: &str = "generation";

/// The office as one device sees it.
#[derive(Debug, Clone)]
pub struct Office {
    store: Arc<Store>,
    scope: Scope,
}

impl Office {
    /// The office as a device sees it that may read and write within this scope.
    pub fn new(store: Arc<Store>, scope: Scope) -> Self {
        Self { store, scope }
    }

    fn exchange_now(&self, request: &ExchangeRequest) -> Result<ExchangeReply, ApiError> {
        if request.protocol != PROTOCOL {
            let message = format!(
                "this server speaks version {PROTOCOL} of the sync protocol; update the app or the server"
            );
            return Err(ApiError::new(ErrorCode::Invalid, message).because("protocol"));
        }
        let generation = self.generation().map_err(to_api_error)?;
        let scope = self.scope.codes().to_vec();
        if request.generation.is_some_and(|known| known != generation) {
            // The device knew another store: it begins anew before anything is taken from it.
            return Ok(ExchangeReply {
                generation,
                scope,
                answered: 0,
                refused: Vec::new(),
                feeds: Vec::new(),
                more: true,
                photos_wanted: Vec::new(),
                digests: Vec::new(),
            });
        }
        let (answered, refused) = self.take(request).map_err(to_api_error)?;
        let read = self.store.read(|reader| {
            let (feeds, more) = self.feeds(reader, request)?;
            let digests = if more { Vec::new() } else { self.digests(reader)? };
            let mut photos_wanted = Vec::new();
            for hash in &request.photos {
                if reader.photo_file(hash)?.is_none() {
                    photos_wanted.push(hash.clone());
                }
            }
            Ok::<_, StoreError>((feeds, more, digests, photos_wanted))
        });
        let (feeds, more, digests, photos_wanted) = read.map_err(to_api_error)?;
        Ok(ExchangeReply { generation, scope, answered, refused, feeds, more, photos_wanted, digests })
    }

    fn generation(&self) -> Result<Uuid, StoreError> {
        let parse = |text: String| text.parse().map_err(|_| StoreError::Row("setting"));
        if let Some(generation) = self.store.read::<_, StoreError>(|reader| reader.setting(GENERATION))? {
            return parse(generation);
        }
        self.store.write::<_, StoreError>(|writer| {
            // Another thread may have been first.
            if let Some(generation) = writer.setting(GENERATION)? {
                return parse(generation);
            }
            let generation = Uuid::new_v4();
            writer.set_setting(GENERATION, &generation.to_string())?;
            Ok(generation)
        })
    }

    /// Takes in what the device made, all in one transaction. Says how many changes that were, and which are refused.
    fn take(&self, request: &ExchangeRequest) -> Result<(u64, Vec<Refused>), StoreError> {
        if request.push.is_empty() {
            return Ok((0, Vec::new()));
        }
        self.store.write(|writer| {
            let mut answered = 0;
            let mut refused = Vec::new();
            for (grid, news) in
                request.push.iter().flat_map(|push| push.documents.iter().map(|news| (&push.grid, news)))
            {
                let answers: Vec<Result<(), Refusal>> = if self.scope.covers(grid) {
                    writer.ingest(grid, news, Some(request.install))?
                } else {
                    vec![Err(Refusal::OutOfScope); news.changes.len()]
                };
                for answer in answers {
                    if let Err(refusal) = answer {
                        refused.push(Refused { change: answered, reason: refusal.code().to_owned() });
                    }
                    answered += 1;
                }
            }
            Ok((answered, refused))
        })
    }

    /// Whether the device reads the log of this grid unit: one in its scope, or one above it, which holds what is
    /// shared.
    fn reads(&self, grid: &GridCode) -> bool {
        self.scope.covers(grid) || self.scope.codes().iter().any(|code| grid.contains(code))
    }

    fn feeds(&self, reader: &Reader<'_>, request: &ExchangeRequest) -> Result<(Vec<Feed>, bool), StoreError> {
        let skipped = (!request.own_too).then_some(request.install);
        let mut feeds = Vec::new();
        let mut budget = PAGE_BYTES;
        for (grid, last) in reader.log_positions()? {
            let read_to =
                request.cursors.iter().find(|cursor| cursor.grid == grid).map_or(0, |cursor| cursor.seq);
            if read_to >= last || !self.reads(&grid) {
                continue;
            }
            if budget == 0 {
                return Ok((feeds, true));
            }
            let page = reader.log_after(&grid, read_to, skipped, budget)?;
            let size: usize = page.entries.iter().map(|entry| entry.bytes.len()).sum();
            budget = budget.saturating_sub(size);
            let mut documents: BTreeMap<Uuid, DocumentChanges> = BTreeMap::new();
            for entry in page.entries {
                documents
                    .entry(entry.document)
                    .or_insert_with(|| DocumentChanges {
                        document: entry.document,
                        kind: entry.kind,
                        changes: Vec::new(),
                    })
                    .changes
                    .push(entry.bytes.into());
            }
            feeds.push(Feed { grid, to_seq: page.to_seq, documents: documents.into_values().collect() });
            if page.more {
                return Ok((feeds, true));
            }
        }
        Ok((feeds, false))
    }

    fn digests(&self, reader: &Reader<'_>) -> Result<Vec<Digest>, StoreError> {
        let mut digests = reader.digests()?;
        digests.retain(|digest| self.reads(&digest.grid));
        Ok(digests)
    }

    fn photo_state_now(&self, hash: &PhotoHash) -> Result<PhotoState, StoreError> {
        if self.store.read::<_, StoreError>(|reader| reader.photo_file(hash))?.is_some() {
            return Ok(PhotoState::Stored);
        }
        let here = self.store.part_size(hash);
        if here > 0 && self.store.announced_size(hash).is_some_and(|total| here >= total) {
            // All of it arrived once, and something failed before it was on record. Only what is on record is stored.
            let kept = match self.store.whole_part(hash)? {
                Some(jpeg) => self.keep(hash, &jpeg).is_ok(),
                None => false,
            };
            if !kept {
                self.store.discard_part(hash)?;
            }
            return Ok(if kept { PhotoState::Stored } else { PhotoState::Absent });
        }
        Ok(if here == 0 { PhotoState::Absent } else { PhotoState::Partial(here) })
    }

    fn photo_send_now(
        &self,
        hash: &PhotoHash,
        total: u64,
        offset: u64,
        piece: &[u8],
    ) -> Result<PhotoState, ApiError> {
        const LARGEST: u64 = 64 << 20;
        let state = self.photo_state_now(hash).map_err(to_api_error)?;
        if state == PhotoState::Stored {
            return Ok(state);
        }
        if total > LARGEST {
            let message = format!("a photo of {total} bytes is too large");
            return Err(ApiError::new(ErrorCode::Photo, message).because("too_many_bytes"));
        }
        let mentioned =
            self.store.read::<_, StoreError>(|reader| reader.site_of_photo(hash)).map_err(to_api_error)?;
        if mentioned.is_none() {
            return Err(ApiError::new(ErrorCode::NotFound, "no record here mentions this photo"));
        }
        if self.store.announced_size(hash) != Some(total) {
            self.store.announce_part(hash, total).map_err(to_api_error)?;
        }
        match self.store.add_part(hash, total, offset, piece).map_err(to_api_error)? {
            PartProgress::Partial(0) => Ok(PhotoState::Absent),
            PartProgress::Partial(size) => Ok(PhotoState::Partial(size)),
            PartProgress::Whole(jpeg) => self.keep(hash, &jpeg).map(|()| PhotoState::Stored),
        }
    }

    /// Puts a photo on record whose bytes hash right: files first, then the row that says so.
    fn keep(&self, hash: &PhotoHash, jpeg: &[u8]) -> Result<(), ApiError> {
        let thumbnail = photos::thumbnail(jpeg).map_err(|error| {
            let _ = self.store.discard_part(hash);
            photo_refused(error)
        })?;
        let keep = || {
            self.store.put_photo_files(hash, jpeg, &thumbnail)?;
            self.store.write::<_, StoreError>(|writer| writer.note_photo(hash, jpeg.len() as u64, true))?;
            self.store.discard_part(hash)
        };
        keep().map_err(to_api_error)
    }
}

impl SyncProtocol for Office {
    async fn exchange(&self, request: ExchangeRequest) -> Result<ExchangeReply, ProtocolError> {
        Ok(self.exchange_now(&request)?)
    }

    async fn photo_state(&self, hash: &PhotoHash) -> Result<PhotoState, ProtocolError> {
        Ok(self.photo_state_now(hash).map_err(to_api_error)?)
    }

    async fn photo_send(
        &self,
        hash: &PhotoHash,
        total: u64,
        offset: u64,
        bytes: Vec<u8>,
    ) -> Result<PhotoState, ProtocolError> {
        Ok(self.photo_send_now(hash, total, offset, &bytes)?)
    }

    async fn photo_fetch(
        &self,
        hash: &PhotoHash,
        offset: u64,
        limit: u64,
    ) -> Result<Option<(Vec<u8>, u64)>, ProtocolError> {
        Ok(self.store.photo_piece(hash, offset, limit).map_err(to_api_error)?)
    }
}
