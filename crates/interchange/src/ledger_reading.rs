//! Reading a ledger.

use domain::ledger::PROBLEM_SEPARATOR;
use domain::{
    CreditCode, Datum, GridCode, GridLevel, InspectionSource, LatLon, LedgerColumn, LedgerRow, PositionError,
    SiteId,
};

use crate::cell::Cell;
use crate::heading_datum::Note;
use crate::ledger_duplicates::{Seen, Subject};
use crate::ledger_verdict::{Outcome, outcome};
use crate::table::{self, Row};
use crate::{BadRow, GridDirectory, MAX_LONG_TEXT, MAX_PROBLEMS, MAX_TEXT, ReadError, Reading, Reason};

/// Reads a ledger from CSV or XLSX, told apart by content.
///
/// The headings are those of [`LedgerColumn`] or their aliases, in any order, within the first 20 rows; 企业名称 and
/// one of 村居代码 and 村居 must be among them. Columns that are not known, and those that the product computes, are
/// left out. Empty rows, rows that are only numbered, and totals are skipped. A village is found by its code, or by
/// its name where there is no code; the names of the row then come from the directory. Of a workbook all visible sheets
/// that have the headings are read.
///
/// Coordinates are WGS-84, unless both headings say GCJ-02 (经度(GCJ-02), 高德经度 …): those are converted. BD-09 is
/// refused.
///
/// An empty cell says nothing: `done` is `None` where neither the progress nor a day of completion is told. Two rows
/// that both name their site by its id are the same site if the ids are; any others, if the credit codes are, or if
/// village and name are and at least one of the two has no credit code.
///
/// # Errors
/// When the file is no ledger; a wrong cell is reported in [`Reading::bad`], and its row is not among the items.
pub fn read_ledger(bytes: &[u8], directory: &GridDirectory) -> Result<Reading<LedgerRow>, ReadError> {
    let mut reading = Reading::default();
    let mut seen = Seen::default();
    table::read::<LedgerColumn>(bytes, |row| {
        if let Some(fault) = row.torn() {
            return reading.push(row.number, Err(vec![fault]));
        }
        if is_no_site(row) {
            return Ok(());
        }
        let outcome = match row.cell_beyond_headings() {
            Some(fault) => Err(vec![fault]),
            None => ledger_row(row, directory, &mut seen),
        };
        reading.push(row.number, outcome)
    })?;
    Ok(reading)
}

/// Whether a row is only numbered, for somebody to fill in, or adds up the rows above.
fn is_no_site(row: &Row<'_, LedgerColumn>) -> bool {
    if !row.cell(LedgerColumn::Name).text().is_empty() {
        return false;
    }
    let mut filled = row.filled();
    let Some((column, first)) = filled.next() else { return true };
    let is_number = first.bytes().all(|byte| byte.is_ascii_digit());
    if column == Some(LedgerColumn::Serial) && is_number && filled.next().is_none() {
        return true;
    }
    let label: String =
        first.chars().filter(|character| !character.is_whitespace() && !":：".contains(*character)).collect();
    matches!(label.as_str(), "合计" | "总计" | "小计" | "累计")
}

/// Reads the cells of one row and keeps what is wrong with them.
struct Cells<'r, 's> {
    row: &'s Row<'r, LedgerColumn>,
    bad: Vec<BadRow>,
}

fn ledger_row(
    row: &Row<'_, LedgerColumn>,
    directory: &GridDirectory,
    seen: &mut Seen,
) -> Result<LedgerRow, Vec<BadRow>> {
    let mut cells = Cells { row, bad: Vec::new() };
    let village = cells.village(directory);
    let name = cells.text(LedgerColumn::Name);
    if name.is_empty() {
        cells.refuse::<()>(LedgerColumn::Name, Reason::Missing);
    }
    let credit_code = cells.credit_code();
    let address = cells.text(LedgerColumn::Address);
    let place = cells.place();
    let industry = cells.text(LedgerColumn::Industry);
    let operator = cells.text(LedgerColumn::Operator);
    let telephone = cells.text(LedgerColumn::Telephone);
    let landlord = cells.text(LedgerColumn::Landlord);
    let landlord_telephone = cells.text(LedgerColumn::LandlordTelephone);
    let problem = cells.problems();
    let Outcome { verdict, done, done_on } = outcome(row, &mut cells.bad);
    let measures = cells.text(LedgerColumn::Measures);
    let deadline = row.cell(LedgerColumn::Deadline).date();
    let deadline = deadline.unwrap_or_else(|reason| cells.refuse(LedgerColumn::Deadline, reason));
    let responsible_unit = cells.text(LedgerColumn::ResponsibleUnit);
    let responsible_person = cells.text(LedgerColumn::ResponsiblePerson);
    let source = cells.source();
    let remark = cells.text(LedgerColumn::Remark);

    let site = cells.site();

    let subject = Subject { site, credit_code: &credit_code, village: village.as_ref(), name: &name };
    if let Some((column, row)) = seen.take(&subject, row.reference()) {
        cells.refuse::<()>(column, Reason::DuplicateInFile { row: row.to_string() });
    }
    let (Some(village_code), true) = (village, cells.bad.is_empty()) else { return Err(cells.bad) };
    let names = directory.names(&village_code);
    Ok(LedgerRow {
        county: names.county,
        town: names.town,
        village: names.village,
        village_code,
        name,
        credit_code,
        address,
        place,
        industry,
        operator,
        telephone,
        landlord,
        landlord_telephone,
        verdict,
        problem,
        measures,
        deadline,
        done,
        done_on,
        responsible_unit,
        responsible_person,
        source,
        remark,
        last_inspection: None,
        inspector: String::new(),
        photos: 0,
        open_problems: 0,
        site,
    })
}

impl Cells<'_, '_> {
    fn refuse<T: Default>(&mut self, column: LedgerColumn, reason: Reason) -> T {
        self.bad.push(self.row.bad(column, reason));
        T::default()
    }

    fn text(&mut self, column: LedgerColumn) -> String {
        let limit = match column {
            LedgerColumn::Measures | LedgerColumn::Remark => MAX_LONG_TEXT,
            _ => MAX_TEXT,
        };
        self.text_of(column, |text| is_longer(text, limit).then_some(limit))
    }

    /// The problems, which share one cell: each may be as long as a running text.
    fn problems(&mut self) -> String {
        self.text_of(LedgerColumn::Problem, |text| {
            let mut problems = text.split(PROBLEM_SEPARATOR);
            if problems.any(|problem| is_longer(problem.trim(), MAX_LONG_TEXT)) {
                return Some(MAX_LONG_TEXT);
            }
            is_longer(text, MAX_PROBLEMS).then_some(MAX_PROBLEMS)
        })
    }

    /// The text of a cell, unless it exceeds a limit.
    fn text_of(&mut self, column: LedgerColumn, exceeds: impl FnOnce(&str) -> Option<usize>) -> String {
        let cell = self.row.cell(column);
        if matches!(cell, Cell::Error(_)) {
            return self.refuse(column, Reason::SpreadsheetError);
        }
        let text = cell.text();
        match exceeds(&text) {
            Some(limit) => self.refuse(column, Reason::TooLong { limit }),
            None => text.into_owned(),
        }
    }

    fn village(&mut self, directory: &GridDirectory) -> Option<GridCode> {
        let word = self.row.cell(LedgerColumn::VillageCode).word();
        if word.is_empty() {
            return self.village_by_name(directory);
        }
        let code = match word.parse::<GridCode>() {
            Ok(code) => code,
            Err(error) => return self.refuse(LedgerColumn::VillageCode, error.into()),
        };
        if code.level() != GridLevel::Village {
            return self.refuse(LedgerColumn::VillageCode, Reason::GridCodeNotAVillage);
        }
        match directory.unit(&code) {
            Some(_) => Some(code),
            None => self.refuse(LedgerColumn::VillageCode, Reason::GridCodeUnknown),
        }
    }

    fn village_by_name(&mut self, directory: &GridDirectory) -> Option<GridCode> {
        let name = |column| self.row.cell(column).word();
        let village = name(LedgerColumn::Village);
        if village.is_empty() {
            let has_code_column = self.row.has(LedgerColumn::VillageCode);
            let column = if has_code_column { LedgerColumn::VillageCode } else { LedgerColumn::Village };
            return self.refuse(column, Reason::Missing);
        }
        match directory.find(&name(LedgerColumn::County), &name(LedgerColumn::Town), &village) {
            Ok(code) => Some(code.clone()),
            Err(reason) => self.refuse(LedgerColumn::Village, reason),
        }
    }

    fn credit_code(&mut self) -> String {
        let word = self.row.cell(LedgerColumn::CreditCode).word();
        if word.is_empty() {
            return String::new();
        }
        match word.parse::<CreditCode>() {
            Ok(code) => code.into(),
            Err(error) => self.refuse(LedgerColumn::CreditCode, error.into()),
        }
    }

    fn place(&mut self) -> Option<LatLon> {
        let mut degrees = |column| {
            let number = self.row.cell(column).number();
            number.map_err(|reason| self.refuse::<()>(column, reason))
        };
        let (longitude, latitude) = (degrees(LedgerColumn::Longitude), degrees(LedgerColumn::Latitude));
        match (longitude.ok()?, latitude.ok()?) {
            (None, None) => None,
            (Some(_), None) => self.refuse(LedgerColumn::Latitude, Reason::PositionIncomplete),
            (None, Some(_)) => self.refuse(LedgerColumn::Longitude, Reason::PositionIncomplete),
            (Some(longitude), Some(latitude)) => match LatLon::new(latitude, longitude) {
                Ok(place) => Some(match self.row.note(LedgerColumn::Longitude) {
                    Note::Gcj02 => Datum::Gcj02.to_wgs84(place),
                    Note::Plain | Note::Wgs84 | Note::Bd09 => place,
                }),
                Err(error) => {
                    let column = match error {
                        PositionError::Latitude(_) => LedgerColumn::Latitude,
                        PositionError::Longitude(_) => LedgerColumn::Longitude,
                    };
                    self.refuse(column, error.into())
                }
            },
        }
    }

    fn source(&mut self) -> Option<InspectionSource> {
        let word = self.row.cell(LedgerColumn::Source).word();
        match InspectionSource::from_zh(&word) {
            None if !word.is_empty() => self.refuse(LedgerColumn::Source, Reason::SourceUnknown),
            source => source,
        }
    }

    fn site(&mut self) -> Option<SiteId> {
        let word = self.row.cell(LedgerColumn::Site).word();
        if word.is_empty() {
            return None;
        }
        word.parse().map_err(|_| self.refuse::<()>(LedgerColumn::Site, Reason::SiteIdMalformed)).ok()
    }
}

/// A character has at least one byte, so most texts need not be counted.
fn is_longer(text: &str, limit: usize) -> bool {
    text.len() > limit && text.chars().count() > limit
}
