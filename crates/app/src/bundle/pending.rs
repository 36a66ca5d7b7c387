//! The bundles that a device wrote and that may still be answered.

use std::collections::VecDeque;

use chrono::{DateTime, Utc};
use domain::PhotoHash;
use serde::{Deserialize, Serialize};
use store::{Reader, StoreError, Writer};
use uuid::Uuid;

/// The setting that holds them.
const PENDING: &str = "bundles_pending";
/// How many are remembered. An answer to an older one is refused; a new bundle carries the same again.
const MOST: usize = 8;

/// Stands for the number of a change that is not here any more; no change has it.
pub(super) const GONE: i64 = i64::MIN;

/// A bundle that was written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Pending {
    /// Its name.
    pub nonce: Uuid,
    /// When it was written, by this device's clock.
    pub at: DateTime<Utc>,
    /// The changes in it, exchange by exchange: document, and hash in hexadecimal digits.
    pub changes: Vec<Vec<(Uuid, String)>>,
    /// The photos that it said the device has, whether or not they fitted.
    pub photos: Vec<PhotoHash>,
}

impl Pending {
    /// Those that are remembered, the oldest first.
    fn all(reader: &Reader<'_>) -> Result<VecDeque<Self>, StoreError> {
        let text = reader.setting(PENDING)?;
        Ok(text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default())
    }

    /// The one of this name.
    pub fn find(reader: &Reader<'_>, nonce: Uuid) -> Result<Option<Self>, StoreError> {
        Ok(Self::all(reader)?.into_iter().find(|pending| pending.nonce == nonce))
    }

    /// Remembers it.
    pub fn remember(self, writer: &Writer<'_>) -> Result<(), StoreError> {
        let mut all = Self::all(writer)?;
        all.push_back(self);
        while all.len() > MOST {
            all.pop_front();
        }
        writer.set_setting(PENDING, &serde_json::to_string(&all).unwrap_or_default())
    }

    /// The numbers of the changes of one of its exchanges; [`GONE`] for those that are not here any more. None for an
    /// exchange that it does not have.
    pub fn numbers(&self, reader: &Reader<'_>, exchange: usize) -> Result<Vec<i64>, StoreError> {
        let changes = self.changes.get(exchange).map(Vec::as_slice).unwrap_or_default();
        let number = |(document, hash): &(Uuid, String)| {
            let hash = hex::decode(hash).unwrap_or_default();
            Ok(reader.change_number(*document, &hash)?.unwrap_or(GONE))
        };
        changes.iter().map(number).collect()
    }
}
