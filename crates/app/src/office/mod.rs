//! The server's side of the sync protocol, over its own replica.

mod compare;
mod feed;
mod follow_up;
mod photo;
mod thumbnail;

use std::sync::Arc;

use domain::{GridCode, PhotoHash, Role, Scope, SiteId};
use serde_bytes::ByteBuf;
use store::{Reader, Reserve, Rights, Sender, Store, StoreError};
use uuid::Uuid;
use wire::sync::{
    DocumentKind, Documents, ExchangeReply, ExchangeRequest, HeadsPage, Judged, MAX_CHANGES_NAMED,
    MAX_PHOTOS_OFFERED, PROTOCOL, PhotoState, ProtocolError, Refused, SyncProtocol, Thumbnail, Thumbnails,
};
use wire::{ApiError, ErrorCode};

use crate::app::{Clock, system_clock};
use crate::error::to_api_error;
use feed::News;

pub(crate) const GENERATION: &str = "generation";

pub(crate) use follow_up::follow_up;
pub use photo::{Receiving, Reception};

/// The office as one device sees it.
#[derive(Clone)]
pub struct Office {
    store: Arc<Store>,
    scope: Scope,
    person: String,
    role: Role,
    /// Every name that the person has or had.
    names: Vec<String>,
    /// What the device is called.
    device: String,
    /// To whom bundles for this office are encrypted; empty if it takes none.
    key: String,
    clock: Clock,
    trust: Trust,
}

/// How far the office goes along with a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trust {
    Full,
    /// It was revoked: what it sends is taken in, and it is told what became of that and nothing else.
    Revoked,
    /// Its person was removed, too: all that it sends waits for a lead.
    Removed,
}

impl Office {
    /// The office as the device of somebody sees it who may do what their role may within this scope.
    pub fn new(store: Arc<Store>, scope: Scope, person: String, role: Role) -> Self {
        let names = vec![person.clone()];
        Self {
            store,
            scope,
            person,
            role,
            names,
            device: String::new(),
            key: String::new(),
            clock: system_clock(),
            trust: Trust::Full,
        }
    }

    /// The same for a device of this name, whose person had these names before.
    pub fn with_names(self, device: String, former: Vec<String>) -> Self {
        let mut names = former;
        names.retain(|name| *name != self.person);
        names.insert(0, self.person.clone());
        Self { device, names, ..self }
    }

    /// The same with the recipient to whom bundles for this office are encrypted.
    pub fn with_key(self, key: String) -> Self {
        Self { key, ..self }
    }

    /// The same for a device that was revoked, and whose person may have been removed.
    pub fn with_revoked(self, person_removed: bool) -> Self {
        let trust = if person_removed { Trust::Removed } else { Trust::Revoked };
        Self { trust, ..self }
    }

    /// Whether the device is told what is new.
    pub(crate) fn tells(&self) -> bool {
        self.trust == Trust::Full
    }

    /// The same by another clock.
    pub fn with_clock(self, clock: Clock) -> Self {
        Self { clock, ..self }
    }

    pub(crate) fn exchange_now(&self, request: &ExchangeRequest) -> Result<ExchangeReply, ApiError> {
        if request.protocol != PROTOCOL {
            let message = format!(
                "this server speaks version {PROTOCOL} of the sync protocol; update the app or the server"
            );
            return Err(ApiError::new(ErrorCode::Invalid, message).because("protocol"));
        }
        bounded("photos", request.photos.len(), MAX_PHOTOS_OFFERED)?;
        bounded("changes", request.held.len(), MAX_CHANGES_NAMED)?;
        let generation = self.generation().map_err(to_api_error)?;
        let scope = self.scope.codes().to_vec();
        if request.generation.is_some_and(|known| known != generation) {
            // The device knew another store: it begins anew before anything is taken from it.
            return Ok(ExchangeReply {
                generation,
                scope,
                person: self.person.clone(),
                names: self.names.clone(),
                role: self.role,
                judged: Vec::new(),
                answered: 0,
                refused: Vec::new(),
                feeds: Vec::new(),
                more: true,
                to_come: 0,
                key: self.key.clone(),
                photos_wanted: Vec::new(),
                digests: Vec::new(),
                now: (self.clock)(),
            });
        }
        let (answered, refused) = self.take(request).map_err(to_api_error)?;
        let read = self.store.read(|reader| {
            let news = if self.tells() { self.news(reader, request)? } else { News::untold() };
            let digests = if news.more { Vec::new() } else { reader.digests(|grid| self.reads(grid))? };
            let judged = judged(reader, request)?;
            Ok::<_, StoreError>((news, digests, judged))
        });
        let (News { feeds, more, to_come }, digests, judged) = read.map_err(to_api_error)?;
        // Before the last page it is of no use yet.
        let photos_wanted = if more { Vec::new() } else { self.wanted(&request.photos)? };
        let now = (self.clock)();
        let (person, names, role) = (self.person.clone(), self.names.clone(), self.role);
        Ok(ExchangeReply {
            generation,
            scope,
            person,
            names,
            role,
            judged,
            answered,
            refused,
            feeds,
            more,
            to_come,
            key: self.key.clone(),
            photos_wanted,
            digests,
            now,
        })
    }

    /// What files leave free here.
    pub(crate) fn reserve(&self) -> &Arc<Reserve> {
        self.store.reserve()
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
        let nowhere = Scope::new(Vec::new());
        let scope = if self.trust == Trust::Removed { &nowhere } else { &self.scope };
        let sender = Sender {
            install: request.install,
            rights: Rights { role: self.role, scope, names: &self.names },
            person: &self.person,
            device: &self.device,
            at: (self.clock)(),
        };
        self.store.write(|writer| {
            let mut answered = 0;
            let mut refused = Vec::new();
            let mut touched = Vec::new();
            for (grid, news) in
                request.push.iter().flat_map(|push| push.documents.iter().map(|news| (&push.grid, news)))
            {
                let answers = writer.ingest_judged(grid, news, &sender)?;
                if news.kind == DocumentKind::Dossier && answers.iter().any(Result::is_ok) {
                    touched.push(SiteId(news.document));
                }
                for answer in answers {
                    if let Err(refusal) = answer {
                        refused.push(Refused { change: answered, reason: refusal.code().to_owned() });
                    }
                    answered += 1;
                }
            }
            follow_up(writer, &touched, (self.clock)())?;
            Ok((answered, refused))
        })
    }

    /// Whether the device reads the log of this grid unit: one in its scope, or one above it, which holds what is
    /// shared.
    fn reads(&self, grid: &GridCode) -> bool {
        self.scope.covers(grid) || self.scope.codes().iter().any(|code| grid.contains(code))
    }
}

/// Refuses a message that names too many.
fn bounded(what: &str, named: usize, most: usize) -> Result<(), ApiError> {
    if named > most {
        let message = format!("one message names at most {most} {what}, not {named}");
        return Err(ApiError::new(ErrorCode::Malformed, message));
    }
    Ok(())
}

/// What a lead decided about the changes that the device named as held.
fn judged(reader: &Reader<'_>, request: &ExchangeRequest) -> Result<Vec<Judged>, StoreError> {
    let hashes = request.held.iter().map(|hash| hash.as_slice());
    let judged = reader.judged(request.install, hashes)?;
    Ok(judged
        .into_iter()
        .map(|row| Judged { hash: row.hash.into(), accepted: row.accepted, comment: row.comment })
        .collect())
}

impl SyncProtocol for Office {
    async fn exchange(&self, request: ExchangeRequest) -> Result<ExchangeReply, ProtocolError> {
        Ok(self.exchange_now(&request)?)
    }

    async fn photo_state(&self, hash: &PhotoHash) -> Result<PhotoState, ProtocolError> {
        Ok(self.photo_state_now(hash)?)
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
        Ok(self.photo_piece_now(hash, offset, limit).map_err(to_api_error)?)
    }

    async fn photos_held(&self, hashes: Vec<PhotoHash>) -> Result<Vec<bool>, ProtocolError> {
        Ok(self.photos_held_now(&hashes)?)
    }

    async fn thumbnails_send(&self, thumbnails: Vec<Thumbnail>) -> Result<(), ProtocolError> {
        Ok(self.take_thumbnails(&thumbnails)?)
    }

    async fn thumbnails_fetch(&self, hashes: Vec<PhotoHash>) -> Result<Thumbnails, ProtocolError> {
        Ok(self.thumbnails_of(&hashes)?)
    }

    async fn changes_held(&self, hashes: Vec<ByteBuf>) -> Result<Vec<bool>, ProtocolError> {
        Ok(self.changes_held_now(&hashes)?)
    }

    async fn heads(&self, grid: &GridCode, after: Option<Uuid>) -> Result<HeadsPage, ProtocolError> {
        Ok(self.heads_now(grid, after)?)
    }

    async fn documents_fetch(&self, documents: Vec<Uuid>) -> Result<Documents, ProtocolError> {
        Ok(self.documents_now(&documents)?)
    }

    /// Noted by whoever keeps the list of devices.
    async fn erased(&self) -> Result<(), ProtocolError> {
        Ok(())
    }
}
