//! Tables in CSV (RFC 4180, and what Excel makes of it).

use csv_core::ReadRecordResult;

use crate::heading::{Column, Search};
use crate::table::{Cells, Intake, Row};
use crate::{MAX_COLUMNS, ReadError, encoding};

const DELIMITERS: [u8; 3] = [b',', b'\t', b';'];

/// Reads a CSV table. The delimiter is the one with which the headings can be found.
pub(crate) fn read<C: Column>(
    bytes: &[u8],
    each: &mut dyn FnMut(&Row<'_, C>) -> Result<(), ReadError>,
) -> Result<(), ReadError> {
    let mut text = encoding::decode(bytes)?;
    if !text.ends_with('\n') {
        text.push('\n');
    }
    let delimiter = delimiter::<C>(&text)?;
    let mut records = Records::new(&text, delimiter);
    let mut intake = Intake::new(each);
    while let Some((number, cells)) = records.next()? {
        intake.row(number, cells)?;
    }
    intake.finish()
}

fn delimiter<C: Column>(text: &str) -> Result<u8, ReadError> {
    let mut failures = Vec::new();
    for delimiter in DELIMITERS {
        let mut records = Records::new(text, delimiter);
        let mut search = Search::<C>::new();
        let failure = loop {
            if search.is_over() {
                break search.failure();
            }
            match records.next() {
                Ok(Some((_, cells))) if search.look_at(cells).is_some() => return Ok(delimiter),
                Ok(Some(_)) => {}
                Ok(None) => break search.failure(),
                Err(error) => break error,
            }
        };
        failures.push((search.closeness(), failure));
    }
    // The first of the closest: a comma, where no delimiter finds anything.
    failures.reverse();
    let closest = failures.into_iter().max_by_key(|(closeness, _)| *closeness);
    Err(closest.map_or(ReadError::Empty, |(_, failure)| failure))
}

/// The records of a CSV text. Not the `csv` crate's reader: this one has room for [`MAX_COLUMNS`] fields and refuses
/// more, and it numbers records as a spreadsheet numbers rows.
struct Records<'t> {
    core: csv_core::Reader,
    rest: &'t [u8],
    row: u64,
    text: Vec<u8>,
    ends: Vec<usize>,
}

impl<'t> Records<'t> {
    fn new(text: &'t str, delimiter: u8) -> Self {
        let core = csv_core::ReaderBuilder::new().delimiter(delimiter).build();
        Self { core, rest: text.as_bytes(), row: 0, text: vec![0; 4096], ends: vec![0; MAX_COLUMNS + 1] }
    }

    /// The next record and its row.
    fn next(&mut self) -> Result<Option<(u64, Cells<'_>)>, ReadError> {
        let (line, mut length, mut fields) = (self.core.line(), 0, 0);
        loop {
            let text = self.text.get_mut(length..).unwrap_or_default();
            let ends = self.ends.get_mut(fields..).unwrap_or_default();
            let (result, read, written, ended) = self.core.read_record(self.rest, text, ends);
            self.rest = self.rest.get(read..).unwrap_or_default();
            length += written;
            fields += ended;
            match result {
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull => self.text.resize(self.text.len() * 2, 0),
                ReadRecordResult::OutputEndsFull => {
                    return Err(ReadError::TooManyColumns { limit: MAX_COLUMNS });
                }
                ReadRecordResult::Record => break,
                ReadRecordResult::End => return Ok(None),
            }
        }
        let text = self.text.get(..length).unwrap_or_default();
        let ends = self.ends.get(..fields).unwrap_or_default();
        // Empty lines are no records, but they are rows; a line break within quotes is neither.
        let breaks = text.iter().filter(|byte| **byte == b'\n').count() as u64;
        self.row += (self.core.line() - line).saturating_sub(breaks).max(1);
        Ok(Some((self.row, Cells::Csv { text, ends })))
    }
}
