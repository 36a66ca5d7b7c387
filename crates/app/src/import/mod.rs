//! Files of division codes, boundaries and ledger rows. First everything is read, then everything is written in one
//! transaction, or nothing.

mod ledger;
mod tasks;
mod units;

use domain::{GridCode, Scope};
use interchange::{BadRow, ReadError, Reading, Reason};
use store::{Author, Store, StoreError};
use wire::ApiError;
use wire::message::{self, ImportKind, ImportReport, WorkStep};

/// How many reasons a report lists.
const MOST_REASONS: usize = 1_000;

/// What to import, and how.
#[derive(Debug, Clone, Copy)]
pub struct ImportOptions<'a> {
    /// The grid units that whoever imports may write to; `None` for all.
    pub scope: Option<&'a Scope>,
    /// What the file holds.
    pub what: ImportKind,
    /// Only tell what would be done.
    pub dry_run: bool,
    /// Leave out the rows that cannot be read instead of writing nothing.
    pub skip_bad_rows: bool,
}

/// Why an import came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum ImportFailure {
    /// The file cannot be used at all.
    #[error("{message}")]
    File {
        /// A word for the reason.
        code: &'static str,
        /// A sentence.
        message: String,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Somebody stopped it.
    #[error(transparent)]
    Stopped(ApiError),
}

impl From<ReadError> for ImportFailure {
    fn from(error: ReadError) -> Self {
        Self::File { code: error.code(), message: error.to_string() }
    }
}

/// Told what is being done, how much of it is done, of how much; an error stops the work.
pub(crate) type Progress<'a> = &'a dyn Fn(WorkStep, u64, u64) -> Result<(), ApiError>;

/// What an import found to do.
#[derive(Debug, Default, Clone, Copy)]
struct Tally {
    added: u64,
    changed: u64,
    unchanged: u64,
}

/// Reads a file and puts on record what it says. With rows that cannot be read nothing is written, unless they are to
/// be left out.
pub fn import(
    store: &Store,
    bytes: &[u8],
    options: ImportOptions<'_>,
    author: &Author,
    progress: Progress<'_>,
) -> Result<ImportReport, ImportFailure> {
    progress(WorkStep::Reading, 0, 0).map_err(ImportFailure::Stopped)?;
    match options.what {
        ImportKind::Divisions => units::divisions(store, bytes, options, author, progress),
        ImportKind::Boundaries => units::boundaries(store, bytes, options, author, progress),
        ImportKind::Ledger => ledger::ledger(store, bytes, options, author, progress),
        ImportKind::Tasks => tasks::tasks(store, bytes, options, author, progress),
    }
}

/// Moves what lies outside of the scope to the bad rows. `grid` gives the code of an item and the column that holds it.
fn keep_within<T>(
    reading: &mut Reading<T>,
    scope: Option<&Scope>,
    column: &str,
    grid: impl Fn(&T) -> &GridCode,
) {
    let Some(scope) = scope else { return };
    let (kept, outside) =
        std::mem::take(&mut reading.items).into_iter().partition(|item| scope.covers(grid(&item.value)));
    reading.items = kept;
    let outside: Vec<interchange::Item<T>> = outside;
    reading.bad.extend(outside.into_iter().map(|item| BadRow {
        row: item.row,
        column: Some(column.to_owned()),
        value: grid(&item.value).to_string(),
        reason: Reason::OutsideScope,
    }));
}

/// Whether anything may be written, given what could not be read.
fn may_write<T>(options: ImportOptions<'_>, reading: &Reading<T>) -> bool {
    !options.dry_run && (reading.bad.is_empty() || options.skip_bad_rows)
}

fn report<T>(options: ImportOptions<'_>, reading: &Reading<T>, tally: Tally, written: bool) -> ImportReport {
    // Sheets count their rows each for itself; which one it is stands before the heading.
    let sheet =
        |bad: &BadRow| bad.column.as_ref().and_then(|column| Some(column.split_once('!')?.0.to_owned()));
    let mut rows: Vec<(u64, Option<String>)> = reading.bad.iter().map(|bad| (bad.row, sheet(bad))).collect();
    rows.sort_unstable();
    rows.dedup();
    ImportReport {
        what: options.what,
        rows: reading.items.len() as u64,
        added: tally.added,
        changed: tally.changed,
        unchanged: tally.unchanged,
        bad: reading.bad.iter().take(MOST_REASONS).map(bad_row).collect(),
        bad_rows: rows.len() as u64,
        written,
    }
}

fn bad_row(bad: &BadRow) -> message::BadRow {
    let BadRow { row, column, value, reason } = bad;
    message::BadRow {
        row: *row,
        column: column.clone(),
        value: value.clone(),
        reason: reason.code().to_owned(),
        message: reason.to_string(),
    }
}
