//! Files that photos came as, where a person wants to keep them. They stay on this replica and are never sent.

use std::path::PathBuf;

use domain::PhotoHash;

use crate::{Store, StoreError};

impl Store {
    /// Keeps the file that a photo came as, flushed to the medium. `extension` is that of its kind, such as `jpg`.
    pub fn put_original(&self, hash: &PhotoHash, extension: &str, bytes: &[u8]) -> Result<(), StoreError> {
        self.put_file(&self.original_path(hash, extension), bytes)
    }

    fn original_path(&self, hash: &PhotoHash, extension: &str) -> PathBuf {
        let shard = hash.as_str().get(..2).unwrap_or_default();
        self.folder.join("originals").join(shard).join(format!("{hash}.{extension}"))
    }
}
