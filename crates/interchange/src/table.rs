//! Rows and columns, whether they come from CSV or from a workbook.

use std::borrow::Cow;
use std::fmt;
use std::rc::Rc;

use chrono::NaiveDate;

use crate::cell::Cell;
use crate::heading::{Column, Layout, Search};
use crate::heading_datum::Note;
use crate::kind::Kind;
use crate::{BadRow, MAX_BYTES, MAX_CELL, MAX_ROWS, ReadError, Reason, csv_table, kind, workbook};

/// The cells of one row.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Cells<'r> {
    /// All fields in one text, and where each ends.
    Csv {
        text: &'r str,
        ends: &'r [usize],
        /// The cell that a quotation mark opens without closing it properly.
        fault: Option<usize>,
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
            Self::Csv { text, ends, .. } => {
                let start = index.checked_sub(1).and_then(|before| ends.get(before)).copied().unwrap_or(0);
                let field = ends.get(index).and_then(|end| text.get(start..*end)).unwrap_or_default();
                if field.is_empty() { Cell::Empty } else { Cell::Text(field) }
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

    fn fault(self) -> Option<usize> {
        match self {
            Self::Csv { fault, .. } => fault,
            Self::Sheet(_) => None,
        }
    }

    fn iter(self) -> impl Iterator<Item = Cell<'r>> {
        (0..self.len()).map(move |index| self.get(index))
    }
}

/// Which row it was, for a message about a later one: `3`, or `东辉!3` where several sheets are read.
#[derive(Debug, Clone)]
pub(crate) struct RowRef {
    sheet: Option<Rc<str>>,
    number: u64,
}

impl fmt::Display for RowRef {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.sheet {
            Some(sheet) => write!(formatter, "{sheet}!{}", self.number),
            None => write!(formatter, "{}", self.number),
        }
    }
}

/// One row beneath the headings.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row<'r, C> {
    /// As a spreadsheet counts, from 1.
    pub number: u64,
    /// Its sheet, where several are read.
    sheet: Option<&'r Rc<str>>,
    cells: Cells<'r>,
    layout: &'r Layout<C>,
}

impl<'r, C: Column> Row<'r, C> {
    pub(crate) fn cell(&self, column: C) -> Cell<'r> {
        self.layout.index(column).map_or(Cell::Empty, |index| self.cells.get(index))
    }

    /// The datum that the heading of a coordinate names.
    pub(crate) fn note(&self, column: C) -> Note {
        self.layout.note(column)
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
        self.bad_under(self.layout.heading(column), cell, reason)
    }

    /// That a quotation mark tears the row, or that a cell has more text than any spreadsheet keeps in one: nothing else
    /// can be said of it.
    pub(crate) fn torn(&self) -> Option<BadRow> {
        if let Some(index) = self.cells.fault() {
            return Some(self.bad_at(index, Reason::QuoteMisplaced));
        }
        let is_too_long = |index: &usize| self.cells.get(*index).size() > MAX_CELL * char::MAX.len_utf8();
        let index = (0..self.cells.len()).find(is_too_long)?;
        Some(self.bad_at(index, Reason::TooLong { limit: MAX_CELL }))
    }

    /// That there is text to the right of the last heading. The cells before it may be shifted.
    pub(crate) fn cell_beyond_headings(&self) -> Option<BadRow> {
        let mut beyond = self.layout.width()..self.cells.len();
        let index = beyond.find(|index| !self.cells.get(*index).text().is_empty())?;
        Some(self.bad_at(index, Reason::CellBeyondHeadings))
    }

    /// Which row this is.
    pub(crate) fn reference(&self) -> RowRef {
        RowRef { sheet: self.sheet.cloned(), number: self.number }
    }

    fn bad_at(&self, index: usize, reason: Reason) -> BadRow {
        self.bad_under(self.layout.heading_at(index), self.cells.get(index), reason)
    }

    fn bad_under(&self, heading: String, cell: Cell<'_>, reason: Reason) -> BadRow {
        let column = match self.sheet {
            Some(sheet) => format!("{sheet}!{heading}"),
            None => heading,
        };
        BadRow::new(self.number, Some(column), &cell.text(), reason)
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
    sheet: Option<Rc<str>>,
    each: &'e mut dyn FnMut(&Row<'_, C>) -> Result<(), ReadError>,
}

impl<'e, C: Column> Intake<'e, C> {
    /// The sheet is named where several are read.
    pub(crate) fn new(
        sheet: Option<Rc<str>>,
        each: &'e mut dyn FnMut(&Row<'_, C>) -> Result<(), ReadError>,
    ) -> Self {
        Self { search: Search::new(), layout: None, sheet, each }
    }

    /// Takes one row.
    ///
    /// # Errors
    /// [`ReadError::NoHeader`] when the headings should have come by now, [`ReadError::QuoteMisplaced`] when their row
    /// is torn, and what is wrong with the whole table.
    pub(crate) fn row(&mut self, number: u64, cells: Cells<'_>) -> Result<(), ReadError> {
        if let Some(layout) = &self.layout {
            return (self.each)(&Row { number, sheet: self.sheet.as_ref(), cells, layout });
        }
        self.layout = self.search.look_at(cells);
        match &self.layout {
            Some(_) if cells.fault().is_some() => Err(ReadError::QuoteMisplaced { row: number }),
            Some(layout) => C::check(layout),
            None if self.search.is_over() => Err(self.search.failure()),
            _ => Ok(()),
        }
    }

    /// # Errors
    /// [`ReadError::NoHeader`] when no headings were found at all.
    pub(crate) fn finish(&self) -> Result<(), ReadError> {
        if self.layout.is_some() { Ok(()) } else { Err(self.search.failure()) }
    }
}
