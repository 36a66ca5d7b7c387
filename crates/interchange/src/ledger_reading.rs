//! Reading a ledger.

use std::collections::HashMap;

use domain::{
    CreditCode, GridCode, GridLevel, InspectionSource, LatLon, LedgerColumn, LedgerRow, PositionError,
};

use crate::cell::Cell;
use crate::ledger_verdict::{Outcome, outcome};
use crate::table::{self, Row};
use crate::{BadRow, GridDirectory, MAX_LONG_TEXT, MAX_TEXT, ReadError, Reading, Reason};

/// Reads a ledger from CSV or XLSX, told apart by content.
///
/// The headings are those of [`LedgerColumn`] or their aliases, in any order, within the first 20 rows; 企业名称 and
/// one of 村居代码 and 村居 must be among them. Columns that are not known, and those that the product computes, are
/// left out. Empty rows, rows that are only numbered, and totals are skipped. A village is found by its code, or by
/// its name where there is no code; the names of the row then come from the directory.
///
/// # Errors
/// When the file is no ledger; a wrong cell is reported in [`Reading::bad`], and its row is not among the items.
pub fn read_ledger(bytes: &[u8], directory: &GridDirectory) -> Result<Reading<LedgerRow>, ReadError> {
    let mut reading = Reading::default();
    let mut seen = Seen::default();
    table::read::<LedgerColumn>(bytes, |row| {
        if is_no_site(row) {
            return Ok(());
        }
        reading.push(row.number, ledger_row(row, directory, &mut seen))
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

/// By what a later import matches sites: no two rows may say the same.
#[derive(Default)]
struct Seen {
    credit_codes: HashMap<String, u64>,
    names: HashMap<(GridCode, String), u64>,
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
    let problem = cells.text(LedgerColumn::Problem);
    let Outcome { verdict, done, done_on } = outcome(row, &mut cells.bad);
    let measures = cells.text(LedgerColumn::Measures);
    let deadline = row.cell(LedgerColumn::Deadline).date();
    let deadline = deadline.unwrap_or_else(|reason| cells.refuse(LedgerColumn::Deadline, reason));
    let responsible_unit = cells.text(LedgerColumn::ResponsibleUnit);
    let responsible_person = cells.text(LedgerColumn::ResponsiblePerson);
    let source = cells.source();
    let remark = cells.text(LedgerColumn::Remark);

    cells.compare(seen, village.as_ref(), &name, &credit_code);
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
    })
}

impl Cells<'_, '_> {
    fn refuse<T: Default>(&mut self, column: LedgerColumn, reason: Reason) -> T {
        self.bad.push(self.row.bad(column, reason));
        T::default()
    }

    fn text(&mut self, column: LedgerColumn) -> String {
        let cell = self.row.cell(column);
        let limit = match column {
            LedgerColumn::Problem | LedgerColumn::Measures | LedgerColumn::Remark => MAX_LONG_TEXT,
            _ => MAX_TEXT,
        };
        if matches!(cell, Cell::Error(_)) {
            return self.refuse(column, Reason::SpreadsheetError);
        }
        let text = cell.text();
        // A character has at least one byte, so most texts need not be counted.
        if text.len() > limit && text.chars().count() > limit {
            return self.refuse(column, Reason::TooLong { limit });
        }
        text.into_owned()
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
                Ok(place) => Some(place),
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

    fn compare(&mut self, seen: &mut Seen, village: Option<&GridCode>, name: &str, credit_code: &str) {
        let number = self.row.number;
        if !credit_code.is_empty() {
            match seen.credit_codes.get(credit_code) {
                Some(row) => self.refuse(LedgerColumn::CreditCode, Reason::DuplicateInFile { row: *row }),
                None => drop(seen.credit_codes.insert(credit_code.to_owned(), number)),
            }
        }
        if let Some(village) = village
            && !name.is_empty()
        {
            let key = (village.clone(), name.to_owned());
            match seen.names.get(&key) {
                Some(row) => self.refuse(LedgerColumn::Name, Reason::DuplicateInFile { row: *row }),
                None => drop(seen.names.insert(key, number)),
            }
        }
    }
}
