//! Division codes: which grid units there are.

use std::collections::HashMap;

use domain::{GridCode, GridLevel, GridUnit};

use crate::heading::Column;
use crate::table::{self, Row, RowRef};
use crate::{BadRow, MAX_TEXT, ReadError, Reading, Reason};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum DivisionColumn {
    Code,
    Name,
    Level,
    Parent,
}

impl Column for DivisionColumn {
    const ALL: &'static [Self] = &[Self::Code, Self::Name, Self::Level, Self::Parent];

    fn headings(self) -> Vec<&'static str> {
        match self {
            Self::Code => vec!["code", "代码", "区划代码", "行政区划代码", "统计用区划代码"],
            Self::Name => vec!["name", "名称", "单位名称", "区划名称"],
            Self::Level => vec!["level", "级别", "层级"],
            Self::Parent => vec!["parent", "上级", "上级代码"],
        }
    }

    fn missing(found: &[Self]) -> Vec<String> {
        [(Self::Code, "code / 代码"), (Self::Name, "name / 名称")]
            .into_iter()
            .filter(|(column, _)| !found.contains(column))
            .map(|(_, heading)| heading.to_owned())
            .collect()
    }
}

/// Reads a table of grid units: columns `code`, `name` and, if they are there, `level` and `parent` (or 代码, 名称,
/// 级别, 上级). Level and parent follow from the code; where they are given, they must agree with it. Of a workbook all
/// visible sheets that have the headings are read.
///
/// # Errors
/// When the file is no such table; a wrong cell is reported in [`Reading::bad`].
pub fn read_divisions(bytes: &[u8]) -> Result<Reading<GridUnit>, ReadError> {
    let mut reading = Reading::default();
    let mut seen = HashMap::new();
    table::read::<DivisionColumn>(bytes, |row| reading.push(row.number, unit(row, &mut seen)))?;
    Ok(reading)
}

fn unit(
    row: &Row<'_, DivisionColumn>,
    seen: &mut HashMap<GridCode, RowRef>,
) -> Result<GridUnit, Vec<BadRow>> {
    use DivisionColumn::{Code, Level, Name, Parent};
    if let Some(fault) = row.torn().or_else(|| row.cell_beyond_headings()) {
        return Err(vec![fault]);
    }
    let mut bad = Vec::new();
    let name = row.cell(Name).text().into_owned();
    if name.is_empty() {
        bad.push(row.bad(Name, Reason::Missing));
    } else if name.chars().count() > MAX_TEXT {
        bad.push(row.bad(Name, Reason::TooLong { limit: MAX_TEXT }));
    }
    let code = match &*row.cell(Code).word() {
        "" => Err(Reason::Missing),
        word => word.parse::<GridCode>().map_err(Reason::from),
    };
    match code {
        Err(reason) => bad.push(row.bad(Code, reason)),
        Ok(code) => {
            if let Some(reason) = level_error(&row.cell(Level).word(), code.level()) {
                bad.push(row.bad(Level, reason));
            }
            let parent = row.cell(Parent).word();
            if !parent.is_empty() && code.parent().is_none_or(|above| above.as_str() != parent) {
                bad.push(row.bad(Parent, Reason::ParentContradictsCode));
            }
            match seen.get(&code) {
                Some(earlier) => {
                    bad.push(row.bad(Code, Reason::DuplicateInFile { row: earlier.to_string() }))
                }
                None => drop(seen.insert(code.clone(), row.reference())),
            }
            if bad.is_empty() {
                return Ok(GridUnit { code, name });
            }
        }
    }
    Err(bad)
}

fn level_error(word: &str, level: GridLevel) -> Option<Reason> {
    if word.is_empty() {
        return None;
    }
    let given = word.parse().ok().or_else(|| GridLevel::from_zh(word)).or(match word {
        "省级" => Some(GridLevel::Province),
        "市级" | "地级" => Some(GridLevel::City),
        "县" | "区" | "县级" => Some(GridLevel::County),
        "镇" | "乡" | "街道" | "乡镇" | "乡级" => Some(GridLevel::Town),
        "村" | "居" | "社区" | "村级" => Some(GridLevel::Village),
        _ => None,
    });
    match given {
        None => Some(Reason::LevelUnknown),
        Some(given) if given != level => Some(Reason::LevelContradictsCode),
        Some(_) => None,
    }
}
