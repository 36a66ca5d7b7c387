//! Tables in XLSX workbooks.

use std::io::{Cursor, Read};
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use calamine::{DataRef, ExcelDateTime, Reader, SheetType, SheetVisible, Xlsx, XlsxError};
use chrono::NaiveDate;

use crate::heading::{Column, Search};
use crate::table::{Cells, Intake, Row, Stored};
use crate::{MAX_COLUMNS, ReadError};

/// The most bytes that the parts of a workbook may have once they are unpacked.
const MAX_UNPACKED: u64 = 384 * 1024 * 1024;

/// The most parts of a workbook.
const MAX_PARTS: usize = 10_000;

/// The most visible sheets of a workbook.
const MAX_SHEETS: usize = 1000;

/// The longest name of a sheet, in characters, by the format itself; of a longer one the beginning is told.
const MAX_SHEET_NAME: usize = 31;

/// The most different texts of a workbook. The reader makes room for as many as the workbook claims.
const MAX_STRINGS: u64 = 10_000_000;

/// Reads all visible sheets that have the headings, in their order, as if they were one table.
pub(crate) fn read<C: Column>(
    bytes: &[u8],
    each: &mut dyn FnMut(&Row<'_, C>) -> Result<(), ReadError>,
) -> Result<(), ReadError> {
    check_package(bytes)?;
    // The reader panics on some malformed workbooks.
    catch_unwind(AssertUnwindSafe(|| read_sheets(bytes, each)))
        .unwrap_or_else(|_| Err(ReadError::BrokenWorkbook("the reader gave up on it".to_owned())))
}

fn read_sheets<C: Column>(
    bytes: &[u8],
    each: &mut dyn FnMut(&Row<'_, C>) -> Result<(), ReadError>,
) -> Result<(), ReadError> {
    let mut workbook = Xlsx::new(Cursor::new(bytes)).map_err(broken)?;
    let sheets: Vec<String> = workbook
        .sheets_metadata()
        .iter()
        .filter(|sheet| sheet.typ == SheetType::WorkSheet && sheet.visible == SheetVisible::Visible)
        .map(|sheet| sheet.name.clone())
        .collect();
    if sheets.len() > MAX_SHEETS {
        return Err(ReadError::BrokenWorkbook(format!("it has more than {MAX_SHEETS} sheets")));
    }
    let (mut tables, mut failure) = (Vec::new(), None);
    for sheet in sheets {
        match lack_of_headings::<C>(&mut workbook, &sheet)? {
            None => tables.push(sheet),
            Some(lack) => failure = failure.or(Some(lack)),
        }
    }
    if tables.is_empty() {
        return Err(failure.unwrap_or(ReadError::Empty));
    }
    let are_several = tables.len() > 1;
    for sheet in tables {
        let name = are_several.then(|| Rc::from(sheet.chars().take(MAX_SHEET_NAME).collect::<String>()));
        let mut intake = Intake::new(name, &mut *each);
        rows_of(&mut workbook, &sheet, |row, cells| {
            intake.row(row, cells)?;
            Ok(ControlFlow::Continue(()))
        })?;
        intake.finish()?;
    }
    Ok(())
}

/// What a sheet lacks to be a table, if anything. Looks no further than the headings.
fn lack_of_headings<C: Column>(
    workbook: &mut Xlsx<Cursor<&[u8]>>,
    sheet: &str,
) -> Result<Option<ReadError>, ReadError> {
    let mut search = Search::<C>::new();
    let mut has_headings = false;
    rows_of(workbook, sheet, |_, cells| {
        has_headings = search.look_at(cells).is_some();
        Ok(if has_headings || search.is_over() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    })?;
    Ok((!has_headings).then(|| search.failure()))
}

/// Hands over the rows of a sheet that are not empty, each with its number, until that is enough. The cells are
/// streamed: the whole range at once would be as large as its corners claim.
fn rows_of(
    workbook: &mut Xlsx<Cursor<&[u8]>>,
    sheet: &str,
    mut take: impl FnMut(u64, Cells<'_>) -> Result<ControlFlow<()>, ReadError>,
) -> Result<(), ReadError> {
    let mut hand_over = |row: u32, cells: &mut Vec<Stored>| {
        if cells.is_empty() {
            return Ok(ControlFlow::Continue(()));
        }
        let flow = take(u64::from(row) + 1, Cells::Sheet(cells))?;
        cells.clear();
        Ok(flow)
    };
    let mut cells = workbook.worksheet_cells_reader(sheet).map_err(broken)?;
    let (mut current, mut gathered) = (0, Vec::new());
    while let Some(cell) = cells.next_cell().map_err(broken)? {
        let value = stored(cell.get_value());
        let (row, column) = cell.get_position();
        if row != current {
            if hand_over(current, &mut gathered)?.is_break() {
                return Ok(());
            }
            current = row;
        }
        if value == Stored::Empty {
            continue;
        }
        let column = column as usize;
        if column >= MAX_COLUMNS {
            return Err(ReadError::TooManyColumns { limit: MAX_COLUMNS });
        }
        if gathered.len() <= column {
            gathered.resize(column + 1, Stored::Empty);
        }
        if let Some(place) = gathered.get_mut(column) {
            *place = value;
        }
    }
    hand_over(current, &mut gathered).map(|_| ())
}

fn stored(value: &DataRef<'_>) -> Stored {
    match value {
        DataRef::Empty => Stored::Empty,
        DataRef::Int(number) => Stored::Number(*number as f64),
        DataRef::Float(number) => Stored::Number(*number),
        DataRef::String(text) => Stored::Text(text.clone()),
        DataRef::SharedString(text) => Stored::Text((*text).to_owned()),
        DataRef::Bool(truth) => Stored::Text(if *truth { "TRUE" } else { "FALSE" }.to_owned()),
        DataRef::DateTime(serial) => Stored::Date(day(*serial)),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => Stored::Text(text.clone()),
        DataRef::Error(error) => Stored::Error(error.to_string()),
    }
}

/// The day of a serial number, by the workbook's own date system (1900 or 1904).
fn day(serial: ExcelDateTime) -> Option<NaiveDate> {
    // A span of time is no day, and NaN is none either.
    if serial.is_duration() || !serial.as_f64().is_finite() {
        return None;
    }
    serial.as_datetime().map(|at| at.date())
}

fn broken(error: XlsxError) -> ReadError {
    match error {
        XlsxError::Password => ReadError::ProtectedWorkbook,
        error => ReadError::BrokenWorkbook(error.to_string()),
    }
}

/// Unpacks every part once, keeping nothing, to know what the reader is about to face: declared sizes can lie.
fn check_package(bytes: &[u8]) -> Result<(), ReadError> {
    let damaged = |error: &dyn std::fmt::Display| ReadError::BrokenWorkbook(error.to_string());
    let mut package = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|error| damaged(&error))?;
    if package.len() > MAX_PARTS {
        return Err(ReadError::BrokenWorkbook(format!("it has more than {MAX_PARTS} parts")));
    }
    let names: Vec<String> =
        package.file_names().filter_map(|name| Some(name.ok()?.to_ascii_lowercase())).collect();
    if !names.iter().any(|name| name.ends_with("workbook.xml")) {
        let is_document = names.iter().any(|name| name.starts_with("word/"));
        let looks_like = if is_document { "a Word document" } else { "a ZIP archive" };
        return Err(ReadError::NotATable { looks_like });
    }
    let mut left = MAX_UNPACKED;
    let mut buffer = vec![0; 64 * 1024];
    for index in 0..package.len() {
        let mut part = package.by_index(index).map_err(|error| damaged(&error))?;
        let name = part.name().map_err(|error| damaged(&error))?.to_ascii_lowercase();
        let holds_strings = name.ends_with("sharedstrings.xml");
        let mut head = Vec::new();
        loop {
            let count = part.read(&mut buffer).map_err(|error| damaged(&error))?;
            if count == 0 {
                break;
            }
            left = left.checked_sub(count as u64).ok_or(ReadError::TooManyBytes { limit: MAX_UNPACKED })?;
            if holds_strings && head.len() < 4096 {
                head.extend_from_slice(buffer.get(..count.min(4096)).unwrap_or_default());
            }
        }
        if holds_strings && !claims_few_strings(&head) {
            return Err(ReadError::BrokenWorkbook("its texts are not told plainly".to_owned()));
        }
    }
    Ok(())
}

/// Whether a list of texts begins with its own element, which claims no absurd number of them.
fn claims_few_strings(head: &[u8]) -> bool {
    let head = String::from_utf8_lossy(head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head));
    let mut rest = head.trim_start();
    if rest.starts_with("<?xml") {
        rest = rest.split_once("?>").map_or("", |(_, rest)| rest.trim_start());
    }
    let Some((tag, _)) = rest.strip_prefix('<').and_then(|rest| rest.split_once('>')) else { return false };
    let name = tag.split([' ', '\t', '\r', '\n', '/']).next().unwrap_or_default();
    let is_list = name.rsplit(':').next() == Some("sst");
    let claims = tag.match_indices("uniqueCount").map(|(at, found)| {
        let value = tag.get(at + found.len()..).unwrap_or_default();
        let digits: String =
            value.chars().filter(|c| !c.is_whitespace()).skip(2).take_while(char::is_ascii_digit).collect();
        digits.parse().unwrap_or(u64::MAX)
    });
    is_list && claims.max().unwrap_or(0) <= MAX_STRINGS
}
