//! The key with which bundles for this office are decrypted. It stands here and not among the records, so that a copy of
//! the records reads nobody's bundles.

use super::{Access, AccessError};

/// The setting that holds it.
const IDENTITY: &str = "bundle_identity";

impl Access {
    /// The identity, as age writes it; made when it is first asked for.
    pub fn bundle_identity(&self) -> Result<String, AccessError> {
        let identity = self.setting(IDENTITY, || app::new_identity().into_bytes())?;
        Ok(String::from_utf8_lossy(&identity).into_owned())
    }
}
