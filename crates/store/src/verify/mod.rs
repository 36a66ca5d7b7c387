//! Walks all that a replica holds and names each thing that is not as it must be: photos against their names and rows,
//! changes against their hashes, documents against their changes, tables against the documents, held work, forms.
//!
//! It reads only, and sees one state however long it takes; others may write meanwhile.

mod documents;
mod forms;
mod log;
mod photos;
mod search;
mod views;

use std::fmt;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row};

use crate::connection::{connect_reading, temporary};
use crate::{Reader, Store, StoreError};

/// How many faults are named; more say nothing new.
const MOST_NAMED: usize = 10_000;

/// What is to be looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// Whether every photo is read and hashed; otherwise only its size is compared.
    pub read_photos: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { read_photos: true }
    }
}

/// What is being looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VerifyStep {
    /// The database as SQLite sees it.
    Database,
    /// Documents and their changes.
    Documents,
    /// The tables that screens query.
    Tables,
    /// Photos.
    Photos,
}

/// Something that is not as it must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What kind of thing, as a word.
    pub kind: &'static str,
    /// Where: a file in the data folder, a document and change, a table and its row. Names nothing that people wrote.
    pub place: String,
    /// What is wrong, in English.
    pub what: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} ({})", self.place, self.what, self.kind)
    }
}

/// What was looked at, and what was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Documents that were loaded and built again from their changes.
    pub documents: u64,
    /// Those of them that are dossiers.
    pub dossiers: u64,
    /// Changes whose bytes were read and hashed.
    pub changes: u64,
    /// Rows of tables that were compared with the documents.
    pub rows: u64,
    /// Photos whose files were compared.
    pub photos: u64,
    /// Photos that records mention and that are not here: not yet arrived, or removed to make room.
    pub awaited_photos: u64,
    /// Forms that are being filled in.
    pub forms: u64,
    /// Changes that are held, set aside or poisonous.
    pub held: u64,
    /// Each thing that is wrong.
    pub faults: Vec<Fault>,
    /// How many more than are named.
    pub more_faults: u64,
    /// What an interrupted write left: harmless, and taken up or removed in the course of things.
    pub leftovers: Vec<Fault>,
}

impl Report {
    /// Whether everything is right.
    pub fn is_right(&self) -> bool {
        self.faults.is_empty()
    }

    /// Notes something that is wrong.
    pub fn fault(&mut self, kind: &'static str, place: impl Into<String>, what: impl Into<String>) {
        if self.faults.len() < MOST_NAMED {
            self.faults.push(Fault { kind, place: place.into(), what: what.into() });
        } else {
            self.more_faults += 1;
        }
    }

    fn leftover(&mut self, kind: &'static str, place: impl Into<String>, what: impl Into<String>) {
        self.leftovers.push(Fault { kind, place: place.into(), what: what.into() });
    }
}

/// Told what is being looked at, how much of it is done, and of how much.
pub type Progress<'a> = &'a mut dyn FnMut(VerifyStep, u64, u64);

/// Walks everything. What cannot be read is a fault, too; the rest is looked at nevertheless.
///
/// # Errors
/// When the database cannot be opened at all.
pub fn verify(store: &Store, options: Options, progress: Progress<'_>) -> Result<Report, StoreError> {
    let (path, mode) = store.database.place();
    let connection = connect_reading(path, mode)?;
    search::prepare(&connection)?;
    connection.execute_batch("BEGIN")?;
    let mut report = Report::default();
    progress(VerifyStep::Database, 0, 1);
    attempt(&mut report, "the database", |report| sound(&connection, report));
    let reader = Reader { connection: &connection, store, scope: None };
    let mut rebuilt = temporary()?;
    let showing = rebuilt.transaction()?;
    attempt(&mut report, "the documents", |report| {
        documents::walk(&reader, &showing, report, &mut *progress)
    });
    attempt(&mut report, "the logs", |report| log::walk(&reader, report));
    attempt(&mut report, "the tables", |report| views::compare(&reader, &showing, report, &mut *progress));
    attempt(&mut report, "the search", |report| search::compare(&connection, &showing, report));
    attempt(&mut report, "forms and held work", |report| forms::walk(&reader, report));
    attempt(&mut report, "the photos", |report| {
        photos::walk(&reader, options.read_photos, report, &mut *progress)
    });
    Ok(report)
}

/// The bytes of a column, whatever somebody put there.
fn bytes(row: &Row<'_>, column: usize) -> Result<Vec<u8>, StoreError> {
    Ok(match row.get_ref(column)? {
        ValueRef::Blob(bytes) | ValueRef::Text(bytes) => bytes.to_vec(),
        _ => Vec::new(),
    })
}

/// What fails in the middle is one more fault.
fn attempt(report: &mut Report, what: &str, work: impl FnOnce(&mut Report) -> Result<(), StoreError>) {
    if let Err(error) = work(report) {
        report.fault("unreadable", what, error.to_string());
    }
}

/// As SQLite sees it, search and map indexes among it.
fn sound(connection: &Connection, report: &mut Report) -> Result<(), StoreError> {
    for (pragma, kind) in [("integrity_check", "database"), ("foreign_key_check", "foreign_key")] {
        let mut statement = connection.prepare(&format!("PRAGMA {pragma}"))?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let found: String = row.get(0)?;
            if found != "ok" {
                report.fault(kind, "replica.sqlite", found);
            }
        }
    }
    Ok(())
}
