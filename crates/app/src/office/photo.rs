//! Photos that devices send: received byte by byte, proven, kept, and only then called stored.

use std::sync::Arc;
use std::time::Duration;

use domain::{PhotoHash, SiteId};
use store::{Incoming, Store, StoreError};
use uuid::Uuid;
use wire::sync::{MAX_PHOTOS_NAMED, PhotoState, WantedPhoto};
use wire::{ApiError, ErrorCode};

use super::{Office, bounded};
use crate::arrival;
use crate::error::to_api_error;

/// The largest photo, in bytes.
const LARGEST: u64 = 64 << 20;
/// How long one request waits for another that is busy with the same photo.
const PATIENCE: Duration = Duration::from_secs(5);

/// How it stands with a photo that a device wants to send.
#[derive(Debug)]
pub enum Reception {
    /// It is on record, with so many bytes.
    Stored(u64),
    /// Its bytes can be added.
    Ready(Receiving),
}

/// A photo of which bytes are received. Nobody else receives the same one meanwhile; what was added stays.
#[derive(Debug)]
pub struct Receiving {
    store: Arc<Store>,
    incoming: Incoming,
    total: u64,
}

impl Receiving {
    /// How many bytes are here from the beginning.
    pub fn size(&self) -> u64 {
        self.incoming.size()
    }

    /// How many bytes the photo has.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// Adds bytes at the end.
    ///
    /// # Errors
    /// When that were more than the photo has, or they cannot be written; then none of them is kept.
    pub fn add(&mut self, bytes: &[u8]) -> Result<(), ApiError> {
        if self.size() + bytes.len() as u64 > self.total {
            let message = format!("the photo was announced with {} bytes, and more are sent", self.total);
            return Err(ApiError::new(ErrorCode::Photo, message).because("too_many_bytes"));
        }
        self.incoming.add(bytes).map_err(to_api_error)
    }

    /// Throws away what is here beyond the first `size` bytes.
    pub fn cut_back(&mut self, size: u64) -> Result<(), ApiError> {
        self.incoming.cut_back(size).map_err(to_api_error)
    }

    /// Waits until what was added is on the medium, and makes it a photo of the office if that is all of it.
    ///
    /// # Errors
    /// When the whole does not hash to the photo's name or cannot be decoded: then all of it is thrown away.
    pub fn finish(&mut self) -> Result<PhotoState, ApiError> {
        if self.size() == self.total {
            arrival::keep(&self.store, &mut self.incoming)?;
            return Ok(PhotoState::Stored);
        }
        self.incoming.flush().map_err(to_api_error)?;
        Ok(partial(self.size()))
    }
}

impl Office {
    /// Takes hold of a photo to receive bytes of it. `total` announces its size; `None` goes by what was announced
    /// before, and gives `None` if nothing was.
    ///
    /// # Errors
    /// When no record mentions the photo, when it is too large, or while another request is busy with it.
    pub fn photo_receive(&self, hash: &PhotoHash, total: Option<u64>) -> Result<Option<Reception>, ApiError> {
        if let Some(file) = self.store.proven_photo(hash).map_err(to_api_error)? {
            return Ok(Some(Reception::Stored(file.bytes)));
        }
        if let Some(total) = total.filter(|total| !(1..=LARGEST).contains(total)) {
            let message = format!("a photo has 1 to {LARGEST} bytes, not {total}");
            return Err(ApiError::new(ErrorCode::Photo, message).because("too_many_bytes"));
        }
        if !self.expected(hash).map_err(to_api_error)? {
            return Err(ApiError::new(ErrorCode::NotFound, "no record here mentions this photo"));
        }
        let mut incoming = self.store.incoming(hash, PATIENCE).map_err(to_api_error)?;
        // Whoever held it before may have finished it.
        if let Some(file) = self.store.proven_photo(hash).map_err(to_api_error)? {
            return Ok(Some(Reception::Stored(file.bytes)));
        }
        if let Some(bytes) = self.finish_unfinished(&mut incoming)? {
            return Ok(Some(Reception::Stored(bytes)));
        }
        if let Some(total) = total {
            incoming.announce(total).map_err(to_api_error)?;
            // A crash may have lost what was announced before, and all the bytes be here: they are no photo yet.
            if let Some(bytes) = self.finish_unfinished(&mut incoming)? {
                return Ok(Some(Reception::Stored(bytes)));
            }
            incoming.announce(total).map_err(to_api_error)?;
        }
        let store = Arc::clone(&self.store);
        let receiving = |total| Reception::Ready(Receiving { store, incoming, total });
        Ok(total.or_else(|| self.store.announced_size(hash)).map(receiving))
    }

    /// Throws away what has arrived of a photo; says whether there was anything.
    ///
    /// # Errors
    /// When the photo is on record: evidence stays. When no record of this device's scope mentions it, or none that its
    /// person recorded: others may be sending it.
    pub fn photo_terminate(&self, hash: &PhotoHash) -> Result<bool, ApiError> {
        if !self.own_photo(hash).map_err(to_api_error)? {
            let message = "somebody else recorded this photo";
            return Err(ApiError::new(ErrorCode::Forbidden, message).because("not_yours"));
        }
        let mut incoming = self.store.incoming(hash, PATIENCE).map_err(to_api_error)?;
        if self.store.proven_photo(hash).map_err(to_api_error)?.is_some() {
            let message = "the photo is on record and cannot be taken back";
            return Err(ApiError::new(ErrorCode::Forbidden, message).because("stored"));
        }
        let began = incoming.announced().is_some() || incoming.size() > 0;
        incoming.discard().map_err(to_api_error)?;
        Ok(began)
    }

    pub(super) fn photo_state_now(&self, hash: &PhotoHash) -> Result<PhotoState, ApiError> {
        if self.store.proven_photo(hash).map_err(to_api_error)?.is_some() {
            return Ok(PhotoState::Stored);
        }
        let unfinished = self.store.unfinished(hash).map_err(to_api_error)?;
        if unfinished && self.expected(hash).map_err(to_api_error)? {
            let mut incoming = self.store.incoming(hash, PATIENCE).map_err(to_api_error)?;
            let proven = self.store.proven_photo(hash).map_err(to_api_error)?.is_some();
            if proven || self.finish_unfinished(&mut incoming)?.is_some() {
                return Ok(PhotoState::Stored);
            }
        }
        Ok(partial(self.store.part_size(hash)))
    }

    /// All of it arrived once, and something ended before it was on record. Only what is on record is stored.
    fn finish_unfinished(&self, incoming: &mut Incoming) -> Result<Option<u64>, ApiError> {
        if !self.store.unfinished(incoming.hash()).map_err(to_api_error)? {
            return Ok(None);
        }
        match arrival::keep(&self.store, incoming) {
            Ok(bytes) => Ok(Some(bytes)),
            // Thrown away; it may come again.
            Err(error) if error.code == ErrorCode::Photo => Ok(None),
            Err(error) => Err(error),
        }
    }

    pub(super) fn photo_send_now(
        &self,
        hash: &PhotoHash,
        total: u64,
        offset: u64,
        piece: &[u8],
    ) -> Result<PhotoState, ApiError> {
        match self.photo_receive(hash, Some(total))? {
            None | Some(Reception::Stored(_)) => Ok(PhotoState::Stored),
            Some(Reception::Ready(receiving)) if receiving.size() != offset => Ok(partial(receiving.size())),
            Some(Reception::Ready(mut receiving)) => {
                receiving.add(piece)?;
                receiving.finish()
            }
        }
    }

    /// The photos that a dossier of the device's scope mentions, without those that its person recorded.
    pub(crate) fn photos_of_others(&self, document: Uuid) -> Result<Vec<PhotoHash>, StoreError> {
        self.store.read_within(Some(&self.scope), |reader| {
            let dossier = reader.dossier(SiteId(document))?;
            let photos = dossier.into_iter().flat_map(|dossier| dossier.photos);
            Ok(photos.filter(|photo| !self.names.contains(&photo.by)).map(|photo| photo.hash).collect())
        })
    }

    pub(crate) fn photo_piece_now(
        &self,
        hash: &PhotoHash,
        offset: u64,
        limit: u64,
    ) -> Result<Option<(Vec<u8>, u64)>, StoreError> {
        match self.store.proven_photo(hash)? {
            Some(_) if self.mentioned(hash)? => self.store.photo_piece(hash, offset, limit),
            _ => Ok(None),
        }
    }

    /// Those of the photos that a device can send and that are not here.
    pub(super) fn wanted(&self, offered: &[PhotoHash]) -> Result<Vec<WantedPhoto>, ApiError> {
        let mut wanted = Vec::new();
        for hash in offered {
            let arrived = match self.photo_state_now(hash) {
                Ok(PhotoState::Stored) => continue,
                Ok(PhotoState::Partial(arrived)) => arrived,
                Ok(PhotoState::Absent) => 0,
                // Another request is proving it: that holds up no records.
                Err(error) if error.code == ErrorCode::Busy => self.store.part_size(hash),
                Err(error) => return Err(error),
            };
            let thumbnail = !self.store.has_thumbnail(hash).map_err(to_api_error)?;
            wanted.push(WantedPhoto { hash: hash.clone(), arrived, thumbnail });
        }
        Ok(wanted)
    }

    pub(super) fn photos_held_now(&self, hashes: &[PhotoHash]) -> Result<Vec<bool>, ApiError> {
        bounded("photos", hashes.len(), MAX_PHOTOS_NAMED)?;
        hashes
            .iter()
            .map(|hash| self.store.proven_photo(hash).map(|file| file.is_some()).map_err(to_api_error))
            .collect()
    }

    /// Whether the device's person recorded a photo, or nobody did.
    fn own_photo(&self, hash: &PhotoHash) -> Result<bool, StoreError> {
        let by = self.recorded_by(hash)?;
        Ok(by.is_empty() || by.iter().any(|by| by.is_empty() || self.names.contains(by)))
    }

    /// Who recorded a photo.
    fn recorded_by(&self, hash: &PhotoHash) -> Result<Vec<String>, StoreError> {
        self.store.read(|reader| {
            let mut by = Vec::new();
            for site in reader.sites_of_photo(hash)? {
                let photos = reader.dossier(site)?.into_iter().flat_map(|dossier| dossier.photos);
                by.extend(photos.filter(|photo| photo.hash == *hash).map(|photo| photo.by));
            }
            Ok(by)
        })
    }

    /// Whether a photo is taken from the device: a record within its scope mentions it, or its person recorded it while the
    /// site was in their scope.
    fn expected(&self, hash: &PhotoHash) -> Result<bool, StoreError> {
        if self.mentioned(hash)? {
            return Ok(true);
        }
        let known = self.store.read::<_, StoreError>(|reader| reader.site_of_photo(hash))?.is_some();
        Ok(known && self.own_photo(hash)?)
    }

    /// Whether a record within the device's scope mentions a photo.
    pub(super) fn mentioned(&self, hash: &PhotoHash) -> Result<bool, StoreError> {
        self.store.read_within::<_, StoreError>(Some(&self.scope), |reader| {
            Ok(reader.site_of_photo(hash)?.is_some())
        })
    }
}

fn partial(size: u64) -> PhotoState {
    if size == 0 { PhotoState::Absent } else { PhotoState::Partial(size) }
}
