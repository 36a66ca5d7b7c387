//! Files that go in and out: division codes, boundaries, ledgers, lists of tasks.
//!
//! Pure: bytes to domain values and back. Absent on purpose: the store, files, clocks, and what becomes of a row that
//! was read. A file that cannot be used at all is a [`ReadError`]; one that has wrong cells is a [`Reading`], which
//! holds the good rows and says of every wrong cell what is wrong with it.
//!
//! All input is bounded before it is decoded, decompression included, and no input panics.

mod bad_row;
mod boundaries;
mod cell;
mod csv_table;
mod directory;
mod divisions;
mod encoding;
mod error;
mod guard;
mod heading;
mod heading_datum;
mod kind;
mod ledger_columns;
mod ledger_duplicates;
mod ledger_reading;
mod ledger_verdict;
mod ledger_writing;
mod rings;
mod table;
mod tasks;
mod workbook;

pub use bad_row::{BadRow, Reason};
pub use boundaries::read_boundaries;
pub use directory::GridDirectory;
pub use divisions::read_divisions;
pub use error::ReadError;
pub use ledger_reading::read_ledger;
pub use ledger_writing::CsvLedger;
pub use tasks::{ListedTask, read_tasks};

/// The largest file that is read, in bytes.
pub const MAX_BYTES: usize = 64 * 1024 * 1024;

/// The largest GeoJSON file that is read, in bytes: it takes many times its size in memory.
pub const MAX_GEOJSON_BYTES: usize = 32 * 1024 * 1024;

/// The most rows that are read from a table.
pub const MAX_ROWS: u64 = 300_000;

/// The most columns that a table may have.
pub const MAX_COLUMNS: usize = 500;

/// The most wrong cells that are reported of a file.
pub const MAX_BAD: usize = 20_000;

/// The most characters of a text cell.
pub const MAX_TEXT: usize = 500;

/// The most characters of a running text: one problem, measures, remarks.
pub const MAX_LONG_TEXT: usize = 4000;

/// The most characters of a cell: no spreadsheet keeps more in one.
pub const MAX_CELL: usize = 32_767;

/// The most characters of the cell that holds all problems of a site.
pub const MAX_PROBLEMS: usize = MAX_CELL;

/// What was read from a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading<T> {
    /// The rows without a wrong cell, in the order of the file.
    pub items: Vec<Item<T>>,
    /// The wrong cells, in the order of the file. A row can have several.
    pub bad: Vec<BadRow>,
}

/// What one row says.
#[derive(Debug, Clone, PartialEq)]
pub struct Item<T> {
    /// The row, counted as in [`BadRow::row`].
    pub row: u64,
    /// What it says.
    pub value: T,
}

impl<T> Default for Reading<T> {
    fn default() -> Self {
        Self { items: Vec::new(), bad: Vec::new() }
    }
}

impl<T> Reading<T> {
    /// Takes the outcome of one row.
    ///
    /// # Errors
    /// [`ReadError::TooManyBad`] once more than [`MAX_BAD`] cells are wrong: such a file is something else.
    pub(crate) fn push(&mut self, row: u64, outcome: Result<T, Vec<BadRow>>) -> Result<(), ReadError> {
        match outcome {
            Ok(value) => self.items.push(Item { row, value }),
            Err(bad) => self.bad.extend(bad),
        }
        match self.bad.first() {
            Some(first) if self.bad.len() > MAX_BAD => {
                Err(ReadError::TooManyBad { limit: MAX_BAD, first: Box::new(first.clone()) })
            }
            _ => Ok(()),
        }
    }
}
