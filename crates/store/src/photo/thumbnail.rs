//! Thumbnails. One that came ahead of its photo is provisional: it stands apart, and goes once the photo is here and
//! its own thumbnail was made from it.

use std::path::PathBuf;

use domain::PhotoHash;

use super::file::{file_size, read_file, remove_file};
use crate::{Store, StoreError};

impl Store {
    /// The bytes of a photo's thumbnail; of the provisional one while its own is not here.
    pub fn thumbnail_bytes(&self, hash: &PhotoHash) -> Result<Option<Vec<u8>>, StoreError> {
        match read_file(&self.thumbnail_path(hash))? {
            Some(own) => Ok(Some(own)),
            None => read_file(&self.provisional_path(hash)),
        }
    }

    /// Whether a thumbnail is here, its own or a provisional one.
    pub fn has_thumbnail(&self, hash: &PhotoHash) -> Result<bool, StoreError> {
        Ok(self.has_own_thumbnail(hash)? || file_size(&self.provisional_path(hash))?.is_some())
    }

    /// Whether the thumbnail that is here was made from the photo itself.
    pub fn has_own_thumbnail(&self, hash: &PhotoHash) -> Result<bool, StoreError> {
        Ok(file_size(&self.thumbnail_path(hash))?.is_some())
    }

    /// Keeps a thumbnail that came ahead of its photo. It says nothing about the photo. The caller decoded it.
    pub fn put_provisional_thumbnail(&self, hash: &PhotoHash, jpeg: &[u8]) -> Result<(), StoreError> {
        if self.has_own_thumbnail(hash)? {
            return Ok(());
        }
        self.put_file(&self.provisional_path(hash), jpeg)
    }

    /// Keeps the thumbnail that was made from the photo itself.
    pub fn put_thumbnail(&self, hash: &PhotoHash, jpeg: &[u8]) -> Result<(), StoreError> {
        self.put_file(&self.thumbnail_path(hash), jpeg)?;
        fail::fail_point!("thumbnail.own");
        remove_file(&self.provisional_path(hash))
    }

    /// Removes both.
    pub(crate) fn remove_thumbnails(&self, hash: &PhotoHash) -> Result<(), StoreError> {
        remove_file(&self.thumbnail_path(hash))?;
        remove_file(&self.provisional_path(hash))
    }

    fn thumbnail_path(&self, hash: &PhotoHash) -> PathBuf {
        self.sharded("thumbnails", hash)
    }

    fn provisional_path(&self, hash: &PhotoHash) -> PathBuf {
        self.sharded("provisional", hash)
    }
}
