//! `totals`

use std::io::Write as _;
use std::path::Path;

use chrono::Utc;
use domain::problem::day_in_china;
use domain::{GridCode, GridUnit, Progress, Totals};
use serde::Serialize;
use store::StoreError;

use super::{Complaint, known, open};

#[derive(Serialize)]
struct Json<'a> {
    grid: &'a GridCode,
    name: &'a str,
    #[serde(flatten)]
    totals: Totals,
}

pub(super) fn run(data: &Path, grid: &GridCode, json: bool) -> Result<(), Complaint> {
    let store = open(data)?;
    let GridUnit { code, name } = known(&store, grid)?;
    let mut totals = Totals::default();
    let today = day_in_china(Utc::now());
    for unit in store.read::<_, StoreError>(|reader| reader.totals(grid, grid.level(), today, None))?.values()
    {
        totals.add(unit);
    }
    if json {
        writeln!(
            std::io::stdout(),
            "{}",
            serde_json::to_string(&Json { grid: &code, name: &name, totals })?
        )?;
        return Ok(());
    }
    let Totals {
        surveyed,
        polluting,
        clean,
        unjudged,
        upgrade,
        relocate,
        shut_down,
        problems,
        problems_overdue,
        inspections,
        photos,
    } = totals;
    writeln!(std::io::stdout(), "{code} {name}")?;
    for (label, number) in [("surveyed 摸排", surveyed), ("polluting 散乱污", polluting)] {
        writeln!(std::io::stdout(), "{label}: {number}")?;
    }
    for (label, Progress { all, done }) in
        [("upgrade 提升改造", upgrade), ("relocate 整合搬迁", relocate), ("shut down 关停取缔", shut_down)]
    {
        writeln!(std::io::stdout(), "{label}: {all}, done 已完成 {done}")?;
    }
    writeln!(std::io::stdout(), "not polluting 非散乱污: {clean}")?;
    writeln!(std::io::stdout(), "not judged 未定性: {unjudged}")?;
    writeln!(std::io::stdout(), "problems 问题: {}, closed out 已销号 {}", problems.all, problems.done)?;
    writeln!(std::io::stdout(), "problems overdue 逾期问题: {problems_overdue}")?;
    writeln!(std::io::stdout(), "inspections 检查: {inspections}")?;
    writeln!(std::io::stdout(), "photos 照片: {photos}")?;
    Ok(())
}
