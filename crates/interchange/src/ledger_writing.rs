//! Writing a ledger.

use std::borrow::Cow;
use std::io::{self, Write};

use chrono::NaiveDate;
use csv::{Terminator, WriterBuilder};
use domain::ledger::PROBLEM_SEPARATOR;
use domain::{LedgerColumn, LedgerRow, Verdict};

use crate::MAX_PROBLEMS;
use crate::guard::guarded;

/// Without it, Excel in China takes a CSV file for GB18030.
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// Writes a ledger as CSV, row by row: UTF-8 with a byte-order mark, CRLF, quoted where RFC 4180 asks for it.
///
/// Text cells are made safe to open in a spreadsheet, and [`crate::read_ledger`] takes that back: one apostrophe in
/// front of what begins like a formula, one tab behind long rows of digits. Control characters other than line breaks
/// are left out, a tab within a text becomes a blank, and blanks around it go. Of a site whose problems together are
/// longer than [`MAX_PROBLEMS`], those that do not fit into the cell are left out: Excel would tear the row.
pub struct CsvLedger<W: Write> {
    csv: csv::Writer<W>,
    rows: u64,
}

impl<W: Write> CsvLedger<W> {
    /// Begins a ledger: writes the byte-order mark and the headings, those of [`LedgerColumn::ALL`].
    ///
    /// # Errors
    /// What the writer gives.
    pub fn new(mut writer: W) -> io::Result<Self> {
        writer.write_all(BYTE_ORDER_MARK)?;
        let mut csv = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(writer);
        csv.write_record(LedgerColumn::ALL.iter().map(|column| column.zh()))?;
        Ok(Self { csv, rows: 0 })
    }

    /// Writes one row; [`LedgerColumn::Serial`] counts them from 1.
    ///
    /// # Errors
    /// What the writer gives.
    pub fn write(&mut self, row: &LedgerRow) -> io::Result<()> {
        self.rows += 1;
        for column in LedgerColumn::ALL {
            self.csv.write_field(cell(row, *column, self.rows).as_bytes())?;
        }
        Ok(self.csv.write_record(None::<&[u8]>)?)
    }

    /// Ends the ledger: flushes, and returns the writer and the number of rows.
    ///
    /// # Errors
    /// What the writer gives; without this call the last rows may not have been written.
    pub fn finish(self) -> io::Result<(W, u64)> {
        let Self { mut csv, rows } = self;
        csv.flush()?;
        let writer = csv.into_inner().map_err(|error| error.into_error())?;
        Ok((writer, rows))
    }
}

fn cell(row: &LedgerRow, column: LedgerColumn, serial: u64) -> Cow<'_, str> {
    let coordinate = |degrees: Option<f64>| Cow::Owned(degrees.map(decimals).unwrap_or_default());
    let day = |date: Option<NaiveDate>| Cow::Owned(date.map(|date| date.to_string()).unwrap_or_default());
    let polluting = row.verdict.map(Verdict::is_polluting);
    match column {
        LedgerColumn::Serial => Cow::Owned(serial.to_string()),
        LedgerColumn::County => guarded(&row.county),
        LedgerColumn::Town => guarded(&row.town),
        LedgerColumn::Village => guarded(&row.village),
        LedgerColumn::VillageCode => guarded(row.village_code.as_str()),
        LedgerColumn::Name => guarded(&row.name),
        LedgerColumn::CreditCode => guarded(&row.credit_code),
        LedgerColumn::Address => guarded(&row.address),
        LedgerColumn::Longitude => coordinate(row.place.map(|place| place.longitude())),
        LedgerColumn::Latitude => coordinate(row.place.map(|place| place.latitude())),
        LedgerColumn::Industry => guarded(&row.industry),
        LedgerColumn::Operator => guarded(&row.operator),
        LedgerColumn::Telephone => guarded(&row.telephone),
        LedgerColumn::Landlord => guarded(&row.landlord),
        LedgerColumn::LandlordTelephone => guarded(&row.landlord_telephone),
        LedgerColumn::Polluting => Cow::Borrowed(match polluting {
            Some(true) => "是",
            Some(false) => "否",
            None => "",
        }),
        LedgerColumn::Problem => fitting(&row.problem),
        // 否 has said it already, and the official form leaves this empty.
        LedgerColumn::Verdict => {
            Cow::Borrowed(row.verdict.filter(|verdict| verdict.is_polluting()).map_or("", Verdict::zh))
        }
        LedgerColumn::Measures => guarded(&row.measures),
        LedgerColumn::Deadline => day(row.deadline),
        LedgerColumn::Progress => Cow::Borrowed(match row.done {
            Some(true) => "已完成",
            Some(false) => "整治中",
            None => "",
        }),
        LedgerColumn::DoneOn => day(row.done_on),
        LedgerColumn::ResponsibleUnit => guarded(&row.responsible_unit),
        LedgerColumn::ResponsiblePerson => guarded(&row.responsible_person),
        LedgerColumn::Source => Cow::Borrowed(row.source.map_or("", domain::InspectionSource::zh)),
        LedgerColumn::Remark => guarded(&row.remark),
        LedgerColumn::LastInspection => day(row.last_inspection),
        LedgerColumn::Inspector => guarded(&row.inspector),
        LedgerColumn::Photos => Cow::Owned(row.photos.to_string()),
        LedgerColumn::OpenProblems => Cow::Owned(row.open_problems.to_string()),
        LedgerColumn::Site => Cow::Owned(row.site.map(|site| site.to_string()).unwrap_or_default()),
    }
}

/// The problems that fit into one cell. Excel counts UTF-16 units, and the guard adds at most one.
fn fitting(problems: &str) -> Cow<'_, str> {
    const ROOM: usize = MAX_PROBLEMS - 1;
    let units = |text: &str| text.chars().map(char::len_utf16).sum::<usize>();
    // A UTF-16 unit has at least one byte in UTF-8, so most texts need not be counted.
    if problems.len() <= ROOM || units(problems) <= ROOM {
        return guarded(problems);
    }
    let (mut kept, mut left) = (String::new(), ROOM);
    for problem in problems.split(PROBLEM_SEPARATOR) {
        let length = units(problem) + usize::from(!kept.is_empty());
        if length <= left {
            left -= length;
            if !kept.is_empty() {
                kept.push(PROBLEM_SEPARATOR);
            }
            kept.push_str(problem);
        }
    }
    Cow::Owned(guarded(&kept).into_owned())
}

/// Six decimals are a tenth of a metre.
fn decimals(degrees: f64) -> String {
    let text = format!("{degrees:.6}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}
