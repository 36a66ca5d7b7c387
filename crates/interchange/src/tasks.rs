//! Lists of petitions and assigned tasks.

use chrono::NaiveDate;
use domain::{GridCode, GridLevel, TaskKind};

use crate::cell::Cell;
use crate::heading::Column;
use crate::table::{self, Row};
use crate::{BadRow, GridDirectory, MAX_LONG_TEXT, MAX_TEXT, ReadError, Reading, Reason};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum TaskColumn {
    Kind,
    List,
    Number,
    Code,
    County,
    Town,
    Village,
    Title,
    Content,
    Petitioner,
    From,
    Deadline,
    Name,
    CreditCode,
}

impl Column for TaskColumn {
    const ALL: &'static [Self] = &[
        Self::Kind,
        Self::List,
        Self::Number,
        Self::Code,
        Self::County,
        Self::Town,
        Self::Village,
        Self::Title,
        Self::Content,
        Self::Petitioner,
        Self::From,
        Self::Deadline,
        Self::Name,
        Self::CreditCode,
    ];

    fn headings(self) -> Vec<&'static str> {
        match self {
            Self::Kind => vec!["类型", "来源", "任务类型"],
            Self::List => vec!["批次", "名单", "交办批次"],
            Self::Number => vec!["编号", "信访编号", "件号", "受理编号"],
            Self::Code => vec!["村居代码", "区划代码", "行政区划代码"],
            Self::County => vec!["区县", "县区"],
            Self::Town => vec!["镇街", "乡镇", "街道", "属地"],
            Self::Village => vec!["村居", "村(居)", "所属村居"],
            Self::Title => vec!["事项", "信访事项", "交办事项", "标题"],
            Self::Content => vec!["内容", "信访内容", "具体内容"],
            Self::Petitioner => vec!["信访人", "来信人", "联系方式"],
            Self::From => vec!["受理日期", "交办日期", "来件日期"],
            Self::Deadline => vec!["办理期限", "办结期限", "完成时限"],
            Self::Name => vec!["企业名称", "单位名称"],
            Self::CreditCode => vec!["统一社会信用代码", "信用代码"],
        }
    }

    fn missing(found: &[Self]) -> Vec<String> {
        let any = |columns: &[Self]| columns.iter().any(|column| found.contains(column));
        let mut missing = Vec::new();
        if !any(&[Self::Title, Self::Name]) {
            missing.push("事项 / 企业名称".to_owned());
        }
        if !any(&[Self::Code, Self::Village, Self::Town]) {
            missing.push("村居代码 / 村居 / 镇街".to_owned());
        }
        missing
    }
}

/// One petition or assigned task as a list tells it. An empty text is an empty cell.
#[derive(Debug, Clone, PartialEq)]
pub struct ListedTask {
    /// Petition or assigned.
    pub kind: TaskKind,
    /// The grid unit whose inspectors it is for: a village, or a town where no village is told.
    pub grid: GridCode,
    /// The list that it came with.
    pub list: String,
    /// Its number.
    pub number: String,
    /// What it is about: 事项, or else the name of the company.
    pub title: String,
    /// More about it.
    pub content: String,
    /// Who asks.
    pub petitioner: String,
    /// The day from which it counts.
    pub from: Option<NaiveDate>,
    /// By when it must be done.
    pub deadline: Option<NaiveDate>,
    /// The name of the company.
    pub name: String,
    /// Its credit code.
    pub credit_code: String,
}

/// Reads a list of petitions and assigned tasks from CSV or XLSX, told apart by content. 事项 or 企业名称, and one of
/// 村居代码, 村居 and 镇街, must be among the headings; 类型 says 信访 or 上级交办, the latter where there is none.
///
/// # Errors
/// When the file is no such list; a wrong cell is reported in [`Reading::bad`], and its row is not among the items.
pub fn read_tasks(bytes: &[u8], directory: &GridDirectory) -> Result<Reading<ListedTask>, ReadError> {
    let mut reading = Reading::default();
    table::read::<TaskColumn>(bytes, |row| {
        let fault = row.torn().or_else(|| row.cell_beyond_headings());
        let outcome = match fault {
            Some(fault) => Err(vec![fault]),
            None => listed(row, directory),
        };
        reading.push(row.number, outcome)
    })?;
    Ok(reading)
}

fn listed(row: &Row<'_, TaskColumn>, directory: &GridDirectory) -> Result<ListedTask, Vec<BadRow>> {
    use TaskColumn::*;
    let mut bad = Vec::new();
    let mut text = |column: TaskColumn, limit: usize| {
        let cell = row.cell(column);
        let text = cell.text();
        if matches!(cell, Cell::Error(_)) {
            bad.push(row.bad(column, Reason::SpreadsheetError));
        } else if text.chars().count() > limit {
            bad.push(row.bad(column, Reason::TooLong { limit }));
        }
        text.into_owned()
    };
    let (list, number, name) = (text(List, MAX_TEXT), text(Number, MAX_TEXT), text(Name, MAX_TEXT));
    let (title, content) = (text(Title, MAX_TEXT), text(Content, MAX_LONG_TEXT));
    let petitioner = text(Petitioner, MAX_TEXT);
    let title = if title.is_empty() { name.clone() } else { title };
    if title.is_empty() {
        bad.push(row.bad(Title, Reason::Missing));
    }
    let kind = match &*row.cell(Kind).word() {
        "" => TaskKind::Assigned,
        word => match TaskKind::from_zh(word).filter(|kind| *kind != TaskKind::Campaign) {
            Some(kind) => kind,
            None => {
                bad.push(row.bad(Kind, Reason::TaskKindUnknown));
                TaskKind::Assigned
            }
        },
    };
    let mut date = |column: TaskColumn| {
        row.cell(column).date().unwrap_or_else(|reason| {
            bad.push(row.bad(column, reason));
            None
        })
    };
    let (from, deadline) = (date(From), date(Deadline));
    let credit_code = match &*row.cell(CreditCode).word() {
        "" => String::new(),
        word => match word.parse::<domain::CreditCode>() {
            Ok(code) => code.into(),
            Err(error) => {
                bad.push(row.bad(CreditCode, error.into()));
                String::new()
            }
        },
    };
    match unit(row, directory) {
        Err((column, reason)) => bad.push(row.bad(column, reason)),
        Ok(grid) if bad.is_empty() => {
            return Ok(ListedTask {
                kind,
                grid,
                list,
                number,
                title,
                content,
                petitioner,
                from,
                deadline,
                name,
                credit_code,
            });
        }
        Ok(_) => {}
    }
    Err(bad)
}

/// The unit that a task is for: by its code, else by the name of the village, else by that of the town.
fn unit(row: &Row<'_, TaskColumn>, directory: &GridDirectory) -> Result<GridCode, (TaskColumn, Reason)> {
    let word = row.cell(TaskColumn::Code).word();
    if !word.is_empty() {
        let code: GridCode =
            word.parse().map_err(|error: domain::GridCodeError| (TaskColumn::Code, error.into()))?;
        return match directory.unit(&code) {
            Some(_) => Ok(code),
            None => Err((TaskColumn::Code, Reason::GridCodeUnknown)),
        };
    }
    let name = |column| row.cell(column).word();
    let (county, town, village) =
        (name(TaskColumn::County), name(TaskColumn::Town), name(TaskColumn::Village));
    if !village.is_empty() {
        let found = directory.find(&county, &town, &village);
        return found.cloned().map_err(|reason| (TaskColumn::Village, reason));
    }
    if town.is_empty() {
        return Err((TaskColumn::Code, Reason::Missing));
    }
    let found = directory.find_at(GridLevel::Town, &town);
    found.cloned().ok_or((TaskColumn::Town, Reason::GridCodeUnknown))
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::GridUnit;

    fn directory() -> GridDirectory {
        let units = [("350211", "集美区"), ("350211102", "灌口镇"), ("350211102207", "东辉村委会")];
        let unit = |(code, name): (&str, &str)| GridUnit { code: code.parse().unwrap(), name: name.into() };
        GridDirectory::new(units.into_iter().map(unit).collect())
    }

    #[test]
    fn a_list_says_what_for_whom_and_until_when() {
        let text = "\u{feff}2026年第3批交办件\r\n类型,批次,编号,镇街,村居,事项,受理日期,办理期限\r\n\
            信访,第3批,XF-1,灌口镇,东辉村,夜间喷漆异味扰民,2026-03-01,2026年3月31日\r\n\
            上级交办,第3批,2,灌口,,集中排查,,\r\n";
        let reading = read_tasks(text.as_bytes(), &directory()).unwrap();
        assert_eq!(reading.bad, []);
        let [petition, assigned] = &reading.items[..] else { panic!("{reading:?}") };
        assert_eq!(petition.row, 3);
        assert_eq!(petition.value.kind, TaskKind::Petition);
        assert_eq!(petition.value.grid.as_str(), "350211102207");
        assert_eq!(petition.value.deadline, NaiveDate::from_ymd_opt(2026, 3, 31));
        assert_eq!((assigned.value.kind, assigned.value.grid.as_str()), (TaskKind::Assigned, "350211102"));
    }

    #[test]
    fn a_wrong_cell_is_named() {
        let text = "类型,村居代码,企业名称,办理期限\r\n举报,350211102207,某厂,三月\r\n信访,350299,,\r\n";
        let reading = read_tasks(text.as_bytes(), &directory()).unwrap();
        assert_eq!(reading.items, []);
        let told: Vec<_> = reading
            .bad
            .iter()
            .map(|bad| (bad.row, bad.column.as_deref().unwrap(), bad.reason.code()))
            .collect();
        assert_eq!(
            told,
            [
                (2, "类型", "task_kind_unknown"),
                (2, "办理期限", "not_a_date"),
                (3, "事项", "missing"),
                (3, "村居代码", "grid_code_unknown"),
            ]
        );
    }
}
