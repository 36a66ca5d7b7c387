//! The verdict of a row, which several columns tell together, and whether it was carried out.

use chrono::NaiveDate;
use domain::{LedgerColumn, Verdict};

use crate::table::Row;
use crate::{BadRow, Reason};

/// The columns that make no sense for a site without a verdict.
const PLAN: [LedgerColumn; 6] = [
    LedgerColumn::Measures,
    LedgerColumn::Deadline,
    LedgerColumn::Progress,
    LedgerColumn::DoneOn,
    LedgerColumn::ResponsibleUnit,
    LedgerColumn::ResponsiblePerson,
];

/// What became of a site, as a row tells it.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Outcome {
    pub verdict: Option<Verdict>,
    pub done: Option<bool>,
    pub done_on: Option<NaiveDate>,
}

/// Reads the columns 是否散乱污, 整治类型, 整治进展 and 完成日期 together.
///
/// A verdict alone says that the site is polluting; 否 alone says that it is clean. What is said of the progress of a
/// clean site is left out: there is nothing to carry out. An empty progress says nothing, unless there is a day of
/// completion: that says of a polluting site that it is done.
pub(crate) fn outcome(row: &Row<'_, LedgerColumn>, bad: &mut Vec<BadRow>) -> Outcome {
    let polluting = polluting(row).map_err(|reason| bad.push(row.bad(LedgerColumn::Polluting, reason)));
    let verdict = verdict(row).map_err(|reason| bad.push(row.bad(LedgerColumn::Verdict, reason)));
    let done = done(row).map_err(|reason| bad.push(row.bad(LedgerColumn::Progress, reason)));
    let done_on = row.cell(LedgerColumn::DoneOn).date();
    let done_on = done_on.map_err(|reason| bad.push(row.bad(LedgerColumn::DoneOn, reason)));
    let (Ok(polluting), Ok(verdict), Ok(done), Ok(done_on)) = (polluting, verdict, done, done_on) else {
        return Outcome::default();
    };

    let verdict = match (polluting, verdict) {
        (Some(true), None) => {
            bad.push(row.bad(LedgerColumn::Verdict, Reason::VerdictMissing));
            return Outcome::default();
        }
        (Some(says), Some(verdict)) if says != verdict.is_polluting() => {
            bad.push(row.bad(LedgerColumn::Verdict, Reason::PollutingContradictsVerdict));
            return Outcome::default();
        }
        (Some(false), None) => Some(Verdict::Clean),
        (_, verdict) => verdict,
    };
    if verdict.is_none() {
        let plan = PLAN.into_iter().find(|column| !row.cell(*column).word().is_empty());
        bad.extend(plan.map(|column| row.bad(column, Reason::PlanWithoutVerdict)));
        return Outcome::default();
    }
    let is_polluting = verdict.is_some_and(Verdict::is_polluting);
    let done = done.or(done_on.map(|_| true)).filter(|_| is_polluting);
    if done_on.is_some() && done != Some(true) {
        bad.push(row.bad(LedgerColumn::DoneOn, Reason::DoneOnWithoutDone));
    }
    Outcome { verdict, done, done_on }
}

fn polluting(row: &Row<'_, LedgerColumn>) -> Result<Option<bool>, Reason> {
    match &*row.cell(LedgerColumn::Polluting).word() {
        "" => Ok(None),
        "是" | "散乱污" => Ok(Some(true)),
        "否" | "不是" | "非散乱污" => Ok(Some(false)),
        _ => Err(Reason::PollutingUnknown),
    }
}

fn verdict(row: &Row<'_, LedgerColumn>) -> Result<Option<Verdict>, Reason> {
    let word = row.cell(LedgerColumn::Verdict).word();
    match word.strip_suffix('类').unwrap_or(&word) {
        "" => Ok(None),
        "升级改造" => Ok(Some(Verdict::Upgrade)),
        term => Verdict::from_zh(term).map(Some).ok_or(Reason::VerdictUnknown),
    }
}

fn done(row: &Row<'_, LedgerColumn>) -> Result<Option<bool>, Reason> {
    match &*row.cell(LedgerColumn::Progress).word() {
        "" => Ok(None),
        "已完成" | "完成" | "已整治" | "已整改" | "整治完成" | "整改完成" => {
            Ok(Some(true))
        }
        "整治中" | "未完成" | "推进中" | "整改中" | "进行中" | "未整治" | "未整改" => {
            Ok(Some(false))
        }
        _ => Err(Reason::ProgressUnknown),
    }
}
