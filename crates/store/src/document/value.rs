//! Reading one fact of a document: a flat map of scalars, read in one pass.

use std::collections::HashMap;
use std::str::FromStr;

use automerge::{AutoCommit, ObjId, ReadDoc, ScalarValueRef, ValueRef};
use chrono::{DateTime, Datelike as _, NaiveDate, Utc};
use uuid::Uuid;

/// The scalars of one map. What is missing or of another type reads as absent, so that a newer writer cannot fail
/// the whole dossier.
pub(super) struct Fact {
    values: HashMap<String, Scalar>,
}

enum Scalar {
    Text(String),
    Number(i64),
    Flag(bool),
    Bytes(Vec<u8>),
    Other,
}

impl Fact {
    pub fn read(doc: &AutoCommit, map: &ObjId) -> Self {
        let values = doc
            .map_range(map, ..)
            .map(|item| {
                let value = match item.value {
                    ValueRef::Scalar(ScalarValueRef::Str(text)) => Scalar::Text(text.into_owned()),
                    ValueRef::Scalar(ScalarValueRef::Int(number) | ScalarValueRef::Timestamp(number)) => {
                        Scalar::Number(number)
                    }
                    ValueRef::Scalar(ScalarValueRef::Uint(number)) => {
                        i64::try_from(number).map_or(Scalar::Other, Scalar::Number)
                    }
                    ValueRef::Scalar(ScalarValueRef::Boolean(flag)) => Scalar::Flag(flag),
                    ValueRef::Scalar(ScalarValueRef::Bytes(bytes)) => Scalar::Bytes(bytes.into_owned()),
                    _ => Scalar::Other,
                };
                (item.key.into_owned(), value)
            })
            .collect();
        Self { values }
    }

    pub fn text(&self, key: &str) -> &str {
        match self.values.get(key) {
            Some(Scalar::Text(text)) => text,
            _ => "",
        }
    }

    pub fn number(&self, key: &str) -> Option<i64> {
        match self.values.get(key) {
            Some(Scalar::Number(number)) => Some(*number),
            _ => None,
        }
    }

    /// A number that is not negative; 0 where there is none.
    pub fn count(&self, key: &str) -> u64 {
        self.number(key).and_then(|number| u64::try_from(number).ok()).unwrap_or_default()
    }

    pub fn flag(&self, key: &str) -> bool {
        matches!(self.values.get(key), Some(Scalar::Flag(true)))
    }

    /// A moment that a person could mean: between the years 1900 and 2200, so that every sum with it stays in range.
    pub fn moment(&self, key: &str) -> Option<DateTime<Utc>> {
        let moment = DateTime::from_timestamp_millis(self.number(key)?)?;
        (1900..2200).contains(&moment.year()).then_some(moment)
    }

    /// A list of ids, 16 bytes each; `None` where there is none, which is another thing than an empty one.
    pub fn ids<T: From<Uuid>>(&self, key: &str) -> Result<Option<Vec<T>>, NotUnderstood> {
        let Some(Scalar::Bytes(bytes)) = self.values.get(key) else { return Ok(None) };
        let (ids, rest) = bytes.as_chunks::<16>();
        if rest.is_empty() {
            Ok(Some(ids.iter().map(|id| T::from(Uuid::from_bytes(*id))).collect()))
        } else {
            Err(NotUnderstood)
        }
    }

    /// A text that must be a value of its type if it is there at all.
    pub fn parsed<T: FromStr>(&self, key: &str) -> Result<Option<T>, NotUnderstood> {
        match self.text(key) {
            "" => Ok(None),
            text => text.parse().map(Some).map_err(|_| NotUnderstood),
        }
    }

    pub fn required<T: FromStr>(&self, key: &str) -> Result<T, NotUnderstood> {
        self.parsed(key)?.ok_or(NotUnderstood)
    }

    /// A day between the years 1900 and 2200.
    pub fn day(&self, key: &str) -> Result<Option<NaiveDate>, NotUnderstood> {
        match self.parsed::<NaiveDate>(key)? {
            Some(day) if !(1900..=2200).contains(&day.year()) => Err(NotUnderstood),
            day => Ok(day),
        }
    }

    pub fn json<T: serde::de::DeserializeOwned>(&self, key: &str) -> Result<Option<T>, NotUnderstood> {
        match self.text(key) {
            "" => Ok(None),
            text => serde_json::from_str(text).map(Some).map_err(|_| NotUnderstood),
        }
    }
}

/// A value that this version does not know: the fact is left out and the dossier can only be looked at.
#[derive(Debug)]
pub(super) struct NotUnderstood;
