//! One entry that is to be written into a map of facts: flat, and without what is empty.

use std::collections::HashMap;

use automerge::{ScalarValue, hydrate};
use chrono::{DateTime, Utc};
use domain::Position;
use uuid::Uuid;

use super::dossier_keys::{AFTER, AT, BY, POSITION};

/// An entry that is to be written. What is empty is not written at all.
pub(super) struct NewFact {
    pub values: HashMap<String, hydrate::Value>,
}

impl NewFact {
    pub fn signed(at: DateTime<Utc>, by: &str) -> Self {
        Self { values: HashMap::new() }.put(AT, moment(at)).text(BY, by)
    }

    pub fn put(mut self, key: &str, value: impl Into<ScalarValue>) -> Self {
        self.values.insert(key.to_owned(), hydrate::Value::Scalar(value.into()));
        self
    }

    /// A list of ids, 16 bytes each. One that is empty is written too.
    pub fn ids(self, key: &str, ids: impl Iterator<Item = Uuid>) -> Self {
        let bytes: Vec<u8> = ids.flat_map(|id| *id.as_bytes()).collect();
        self.put(key, ScalarValue::Bytes(bytes))
    }

    /// What a fact builds on; nothing is written where that is not known.
    pub fn after(self, after: Option<impl Iterator<Item = Uuid>>) -> Self {
        match after {
            Some(after) => self.ids(AFTER, after),
            None => self,
        }
    }

    pub fn number(self, key: &str, number: u64) -> Self {
        self.put(key, ScalarValue::Uint(number))
    }

    pub fn text(self, key: &str, text: &str) -> Self {
        if text.is_empty() { self } else { self.put(key, text) }
    }

    pub fn word(self, key: &str, word: Option<&impl ToString>) -> Self {
        match word {
            Some(word) => self.put(key, word.to_string()),
            None => self,
        }
    }

    pub fn flag(self, key: &str, flag: bool) -> Self {
        if flag { self.put(key, true) } else { self }
    }

    pub fn json(self, key: &str, value: Option<&impl serde::Serialize>) -> Self {
        self.text(key, &value.and_then(|value| serde_json::to_string(value).ok()).unwrap_or_default())
    }

    pub fn position(self, position: Option<&Position>) -> Self {
        self.json(POSITION, position)
    }
}

/// A moment as documents keep it: milliseconds since 1970.
pub(super) fn moment(at: DateTime<Utc>) -> ScalarValue {
    ScalarValue::Timestamp(at.timestamp_millis())
}
