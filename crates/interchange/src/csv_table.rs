//! Tables in CSV (RFC 4180, and what Excel makes of it).

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
    let mut intake = Intake::new(None, each);
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

/// The records of a CSV text. Not the `csv` crate's reader: this one refuses more than [`MAX_COLUMNS`] fields, numbers
/// records as a spreadsheet numbers rows, and does not lose rows behind a stray quotation mark.
///
/// A field that begins with a quotation mark ends with one in front of a delimiter or the end of the line; within, two
/// stand for one. Where that does not hold, the mark is taken for text and the record for ended with the line, and the
/// field is told as [`Cells::Csv::fault`]. No line is read more than twice, however many marks are wrong: only a line
/// with a mark that would end the field stops the search for that end, and such a line is the last of the search.
struct Records<'t> {
    text: &'t str,
    at: usize,
    delimiter: u8,
    row: u64,
    cells: String,
    ends: Vec<usize>,
}

impl<'t> Records<'t> {
    fn new(text: &'t str, delimiter: u8) -> Self {
        Self { text, at: 0, delimiter, row: 0, cells: String::new(), ends: Vec::new() }
    }

    /// The next record and its row. Empty lines are no records, but they are rows; a line break within quotes is
    /// neither.
    fn next(&mut self) -> Result<Option<(u64, Cells<'_>)>, ReadError> {
        self.cells.clear();
        self.ends.clear();
        self.row += 1;
        while self.byte(self.at) == Some(b'\n') {
            self.at += 1;
            self.row += 1;
        }
        if self.byte(self.at).is_none() {
            return Ok(None);
        }
        let mut fault = None;
        loop {
            if self.byte(self.at) != Some(b'"') || fault.is_some() {
                self.plain_field();
            } else if !self.quoted_field() {
                fault = Some(self.ends.len());
                self.plain_field();
            }
            if self.ends.len() == MAX_COLUMNS {
                return Err(ReadError::TooManyColumns { limit: MAX_COLUMNS });
            }
            self.ends.push(self.cells.len());
            let ended_by = self.byte(self.at);
            self.at += 1;
            if ended_by != Some(self.delimiter) {
                break;
            }
        }
        Ok(Some((self.row, Cells::Csv { text: &self.cells, ends: &self.ends, fault })))
    }

    fn byte(&self, at: usize) -> Option<u8> {
        self.text.as_bytes().get(at).copied()
    }

    fn rest(&self, from: usize) -> &'t str {
        self.text.get(from..).unwrap_or_default()
    }

    /// Takes what stands before the next delimiter or the end of the line.
    fn plain_field(&mut self) {
        let rest = self.rest(self.at);
        let length = rest.bytes().position(|byte| byte == self.delimiter || byte == b'\n');
        let field = length.and_then(|length| rest.get(..length)).unwrap_or(rest);
        self.cells.push_str(field);
        self.at += field.len();
    }

    /// Takes a field in quotation marks, or nothing where it does not end as it should.
    fn quoted_field(&mut self) -> bool {
        let before = self.cells.len();
        let mut from = self.at + 1;
        loop {
            let rest = self.rest(from);
            let Some((part, _)) = rest.split_once('"') else { break };
            self.cells.push_str(part);
            from += part.len() + 1;
            match self.byte(from) {
                Some(b'"') => {
                    self.cells.push('"');
                    from += 1;
                }
                Some(byte) if byte != self.delimiter && byte != b'\n' => break,
                _ => {
                    self.at = from;
                    return true;
                }
            }
        }
        self.cells.truncate(before);
        false
    }
}
