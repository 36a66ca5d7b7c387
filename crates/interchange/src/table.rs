//! Rows and columns, whether they come from CSV or from a workbook.

use std::borrow::Cow;

use chrono::NaiveDate;

use crate::cell::Cell;
use crate::heading::{Column, Layout, Search};
use crate::kind::Kind;
use crate::{BadRow, MAX_BYTES, MAX_ROWS, ReadError, Reason, csv_table, kind, workbook};

/// The cells of one row.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Cells<'r> {
    /// All fields in one text, and where each ends.
    Csv {
        text: &'r [u8],
        ends: &'r [usize],
    },
    Sheet(&'r [Stored]),
}

/// A cell of a workbook, while its row is gathered.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Stored {
    Empty,
    Text(String),
    Number(f64),
    Date(Option<NaiveDate>),
    Error(String),
}

impl<'r> Cells<'r> {
    pub(crate) fn len(self) -> usize {
        match self {
            Self::Csv { ends, .. } => ends.len(),
            Self::Sheet(cells) => cells.len(),
        }
    }

    /// The cell at this place; empty where the row is shorter.
    pub(crate) fn get(self, index: usize) -> Cell<'r> {
        match self {
            Self::Csv { text, ends } => {
                let start = index.checked_sub(1).and_then(|before| ends.get(before)).copied().unwrap_or(0);
                let field = ends.get(index).and_then(|end| text.get(start..*end)).unwrap_or_default();
                match std::str::from_utf8(field) {
                    Ok("") | Err(_) => Cell::Empty,
                    Ok(text) => Cell::Text(text),
                }
            }
            Self::Sheet(cells) => match cells.get(index) {
                None | Some(Stored::Empty) => Cell::Empty,
                Some(Stored::Text(text)) => Cell::Text(text),
                Some(Stored::Number(number)) => Cell::Number(*number),
                Some(Stored::Date(date)) => Cell::Date(*date),
                Some(Stored::Error(text)) => Cell::Error(text),
            },
        }
    }

    fn iter(self) -> impl Iterator<Item = Cell<'r>> {
        (0..self.len()).map(move |index| self.get(index))
    }
}

/// One row beneath the headings.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row<'r, C> {
    /// As a spreadsheet counts, from 1.
    pub number: u64,
    cells: Cells<'r>,
    layout: &'r Layout<C>,
}

impl<'r, C: Column> Row<'r, C> {
    pub(crate) fn cell(&self, column: C) -> Cell<'r> {
        self.layout.index(column).map_or(Cell::Empty, |index| self.cells.get(index))
    }

    /// Whether the table has this column at all.
    pub(crate) fn has(&self, column: C) -> bool {
        self.layout.index(column).is_some()
    }

    /// The texts of the cells that have one, each with its column if that is a known one.
    pub(crate) fn filled(&self) -> impl Iterator<Item = (Option<C>, Cow<'r, str>)> {
        let (cells, layout) = (self.cells, self.layout);
        (0..cells.len())
            .map(move |index| {
                let column = C::ALL.iter().copied().find(|column| layout.index(*column) == Some(index));
                (column, cells.get(index).text())
            })
            .filter(|(_, text)| !text.is_empty())
    }

    /// That the cell in this column is wrong.
    pub(crate) fn bad(&self, column: C, reason: Reason) -> BadRow {
        let cell = self.cell(column);
        let reason = if matches!(cell, Cell::Error(_)) { Reason::SpreadsheetError } else { reason };
        BadRow::new(self.number, self.layout.heading(column).map(str::to_owned), &cell.text(), reason)
    }
}

/// Reads a table and hands over each row beneath its headings that is not wholly empty.
pub(crate) fn read<C: Column>(
    bytes: &[u8],
    mut each: impl FnMut(&Row<'_, C>) -> Result<(), ReadError>,
) -> Result<(), ReadError> {
    if bytes.is_empty() {
        return Err(ReadError::Empty);
    }
    if bytes.len() > MAX_BYTES {
        return Err(ReadError::TooManyBytes { limit: MAX_BYTES as u64 });
    }
    let mut rows = 0;
    let mut counted = |row: &Row<'_, C>| {
        if row.cells.iter().all(|cell| cell.text().is_empty()) {
            return Ok(());
        }
        rows += 1;
        if rows > MAX_ROWS { Err(ReadError::TooManyRows { limit: MAX_ROWS }) } else { each(row) }
    };
    match kind::of(bytes)? {
        Kind::Text => csv_table::read(bytes, &mut counted),
        Kind::Workbook => workbook::read(bytes, &mut counted),
    }
}

/// Takes rows from a file: looks for the headings first, then hands over.
pub(crate) struct Intake<'e, C> {
    search: Search<C>,
    layout: Option<Layout<C>>,
    each: &'e mut dyn FnMut(&Row<'_, C>) -> Result<(), ReadError>,
}

impl<'e, C: Column> Intake<'e, C> {
    pub(crate) fn new(each: &'e mut dyn FnMut(&Row<'_, C>) -> Result<(), ReadError>) -> Self {
        Self { search: Search::new(), layout: None, each }
    }

    /// Takes one row.
    ///
    /// # Errors
    /// [`ReadError::NoHeader`] when the headings should have come by now, and what is wrong with the whole table.
    pub(crate) fn row(&mut self, number: u64, cells: Cells<'_>) -> Result<(), ReadError> {
        if let Some(layout) = &self.layout {
            return (self.each)(&Row { number, cells, layout });
        }
        self.layout = self.search.look_at(cells);
        if self.layout.is_none() && self.search.is_over() { Err(self.search.failure()) } else { Ok(()) }
    }

    /// Whether the headings were found.
    pub(crate) fn has_headings(&self) -> bool {
        self.layout.is_some()
    }

    /// Forgets the rows of a sheet that was another one.
    pub(crate) fn start_over(&mut self) {
        self.search = Search::new();
    }

    /// # Errors
    /// [`ReadError::NoHeader`] when no headings were found at all.
    pub(crate) fn finish(&self) -> Result<(), ReadError> {
        if self.has_headings() { Ok(()) } else { Err(self.search.failure()) }
    }
}
