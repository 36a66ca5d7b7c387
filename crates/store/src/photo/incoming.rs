//! Photos that are arriving, byte by byte. What arrived stays, whatever ends the process; the whole becomes a photo of
//! this replica only after it hashed to its name and was decoded.

use std::collections::HashSet;
use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use domain::PhotoHash;

use super::file::{file_size, hex_digest, place, read_file, remove_file};
use crate::{Reserve, Store, StoreError};

/// The photos that somebody is adding to.
#[derive(Debug, Default)]
pub(crate) struct Claims {
    taken: Mutex<HashSet<PhotoHash>>,
    freed: Condvar,
}

/// A photo that is arriving. While this lives nobody else adds to it, finishes it or throws it away.
#[derive(Debug)]
pub struct Incoming {
    claims: Arc<Claims>,
    reserve: Arc<Reserve>,
    hash: PhotoHash,
    part: PathBuf,
    announced: PathBuf,
    file: Option<File>,
    size: u64,
}

impl Drop for Incoming {
    fn drop(&mut self) {
        if let Ok(mut taken) = self.claims.taken.lock() {
            taken.remove(&self.hash);
        }
        self.claims.freed.notify_all();
    }
}

impl Store {
    /// Takes hold of what has arrived of a photo, which may be nothing.
    ///
    /// # Errors
    /// [`StoreError::PhotoBusy`] when somebody else still holds it after `patience`.
    pub fn incoming(&self, hash: &PhotoHash, patience: Duration) -> Result<Incoming, StoreError> {
        let end = Instant::now() + patience;
        let mut taken = self.claims.taken.lock().map_err(|_| StoreError::Poisoned)?;
        while taken.contains(hash) {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(StoreError::PhotoBusy);
            }
            taken = self.claims.freed.wait_timeout(taken, left).map_err(|_| StoreError::Poisoned)?.0;
        }
        taken.insert(hash.clone());
        drop(taken);
        let (part, announced) = (self.part_path(hash), self.announced_path(hash));
        let claims = Arc::clone(&self.claims);
        // From here on the claim ends with this, whatever fails.
        let reserve = Arc::clone(&self.reserve);
        let hash = hash.clone();
        let mut incoming = Incoming { claims, reserve, hash, part, announced, file: None, size: 0 };
        incoming.size = file_size(&incoming.part)?.unwrap_or_default();
        Ok(incoming)
    }

    /// How many bytes of a photo have arrived from the beginning.
    pub fn part_size(&self, hash: &PhotoHash) -> u64 {
        file_size(&self.part_path(hash)).ok().flatten().unwrap_or_default()
    }

    /// Of how many bytes a photo will be that is arriving, if that was announced.
    pub fn announced_size(&self, hash: &PhotoHash) -> Option<u64> {
        fs::read_to_string(self.announced_path(hash)).ok()?.parse().ok()
    }

    /// Whether all bytes of a photo lie here although no row says so: something ended in between.
    pub fn unfinished(&self, hash: &PhotoHash) -> Result<bool, StoreError> {
        let part = self.part_size(hash);
        let whole = part > 0 && self.announced_size(hash).is_some_and(|total| part >= total);
        Ok(whole || file_size(&self.photo_path(hash))?.is_some())
    }

    fn part_path(&self, hash: &PhotoHash) -> PathBuf {
        self.folder.join("incoming").join(format!("{hash}.part"))
    }

    fn announced_path(&self, hash: &PhotoHash) -> PathBuf {
        self.folder.join("incoming").join(format!("{hash}.size"))
    }
}

impl Incoming {
    /// The photo.
    pub fn hash(&self) -> &PhotoHash {
        &self.hash
    }

    /// How many bytes have arrived from the beginning.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Of how many bytes it will be, if that was announced.
    pub fn announced(&self) -> Option<u64> {
        fs::read_to_string(&self.announced).ok()?.parse().ok()
    }

    /// Notes of how many bytes it will be. More than that cannot have arrived.
    ///
    /// # Errors
    /// When there is no room for the rest of it; what has arrived stays.
    pub fn announce(&mut self, total: u64) -> Result<(), StoreError> {
        if self.size > total {
            self.discard()?;
        }
        if self.size < total {
            self.reserve.room_for(total - self.size)?;
        }
        if self.announced() == Some(total) {
            return Ok(());
        }
        fs::write(&self.announced, total.to_string()).map_err(StoreError::file(&self.announced))?;
        fail::fail_point!("incoming.announced");
        Ok(())
    }

    /// Adds bytes at the end. They outlast the process at once, and the machine after [`Self::flush`].
    pub fn add(&mut self, bytes: &[u8]) -> Result<(), StoreError> {
        self.reserve.room_for(bytes.len() as u64)?;
        if self.file.is_none() {
            let opened = OpenOptions::new().create(true).append(true).open(&self.part);
            self.file = Some(opened.map_err(StoreError::file(&self.part))?);
        }
        let Some(file) = &mut self.file else { return Ok(()) };
        if let Err(error) = file.write_all(bytes) {
            // A piece of it may have been written before the disk was full.
            let _ = file.set_len(self.size);
            return Err(StoreError::file(&self.part)(error));
        }
        fail::fail_point!("incoming.added");
        self.size += bytes.len() as u64;
        Ok(())
    }

    /// Waits until what was added is on the medium.
    pub fn flush(&mut self) -> Result<(), StoreError> {
        match &self.file {
            Some(file) => file.sync_data().map_err(StoreError::file(&self.part)),
            None => Ok(()),
        }
    }

    /// Throws away what arrived beyond the first `size` bytes.
    pub fn cut_back(&mut self, size: u64) -> Result<(), StoreError> {
        if self.size > size {
            let file = OpenOptions::new().write(true).open(&self.part);
            let cut = file.and_then(|file| file.set_len(size).and_then(|()| file.sync_data()));
            cut.map_err(StoreError::file(&self.part))?;
            self.size = size;
        }
        Ok(())
    }

    /// Throws away all that arrived, and what was announced.
    pub fn discard(&mut self) -> Result<(), StoreError> {
        self.file = None;
        remove_file(&self.part)?;
        fail::fail_point!("incoming.discarded");
        self.size = 0;
        remove_file(&self.announced)
    }

    /// Makes what arrived a photo of this replica: files first, then the row that says so, so that a crash leaves a
    /// whole photo or none. `thumbnail` proves that the photo decodes, and gives its thumbnail. Gives the photo's size;
    /// `None` if the bytes do not hash to its name: then they are thrown away.
    ///
    /// Finishes what a crash left unfinished at any of its steps.
    pub fn keep<E: From<StoreError>>(
        &mut self,
        store: &Store,
        thumbnail: impl FnOnce(&[u8]) -> Result<Vec<u8>, E>,
    ) -> Result<Option<u64>, E> {
        self.file = None;
        let hash = self.hash.clone();
        let fits = |bytes: &Vec<u8>| hex_digest(bytes) == hash.as_str();
        let path = store.photo_path(&hash);
        let arrived = read_file(&self.part)?.filter(fits);
        let from_part = arrived.is_some();
        let whole = match arrived {
            Some(whole) => Some(whole),
            None => read_file(&path)?.filter(fits),
        };
        let Some(jpeg) = whole else {
            // Neither is the photo, so neither is worth anything.
            remove_file(&path)?;
            self.discard()?;
            return Ok(None);
        };
        let thumbnail = match thumbnail(&jpeg) {
            Ok(thumbnail) => thumbnail,
            Err(error) => {
                remove_file(&path)?;
                self.discard()?;
                return Err(error);
            }
        };
        store.put_thumbnail(&hash, &thumbnail)?;
        fail::fail_point!("incoming.thumbnail");
        if from_part {
            let flushed = OpenOptions::new().write(true).open(&self.part).and_then(|part| part.sync_all());
            flushed.map_err(StoreError::file(&self.part))?;
            place(&self.part, &path)?;
            fail::fail_point!("incoming.placed");
        }
        let size = jpeg.len() as u64;
        // A file that lay here already may be this device's own: that the server holds it too is not proven by it.
        store.write::<_, StoreError>(|writer| writer.note_photo(&hash, size, from_part))?;
        self.discard()?;
        Ok(Some(size))
    }
}
