//! The logs of the grid units: at the office each position, from 1 to the last, is taken by one change, or was by
//! one that went to another log with its document.

use super::Report;
use crate::{Reader, Role, StoreError};

pub(super) fn walk(reader: &Reader<'_>, report: &mut Report) -> Result<(), StoreError> {
    if reader.store.role() == Role::Device {
        let with: u64 =
            reader
                .connection
                .query_row("SELECT count(*) FROM change WHERE seq IS NOT NULL", [], |row| row.get(0))?;
        if with > 0 {
            report.fault(
                "log",
                "table change",
                format!("{with} changes of a device have a position in a log"),
            );
        }
        return Ok(());
    }
    let without: u64 =
        reader.connection.query_row("SELECT count(*) FROM change WHERE seq IS NULL", [], |row| row.get(0))?;
    if without > 0 {
        report.fault("log", "table change", format!("{without} changes have no position in a log"));
    }
    let mut statement = reader.connection.prepare(
        "SELECT coalesce(log_position.grid, logged.grid), coalesce(log_position.seq, 0), coalesce(logged.many, 0),
            coalesce(logged.different, 0), coalesce(logged.first, 1), coalesce(logged.last, 0)
         FROM log_position FULL JOIN (
            SELECT grid, count(*) AS many, count(DISTINCT seq) AS different, min(seq) AS first, max(seq) AS last
            -- A position whose change went with its document to another log stays taken.
            FROM (SELECT grid, seq FROM change WHERE seq IS NOT NULL UNION ALL SELECT grid, seq FROM departure)
            GROUP BY grid) AS logged ON logged.grid = log_position.grid
         ORDER BY 1",
    )?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let grid: String = row.get(0)?;
        let (position, many, different, first, last): (i64, i64, i64, i64, i64) =
            (row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?);
        let place = format!("log of {grid}");
        if different != many {
            report.fault("log", &place, format!("{} positions are taken twice", many - different));
        }
        if first != 1 || last != different {
            report.fault("log", &place, format!("of the positions 1 to {last} only {different} are taken"));
        }
        if last != position {
            report.fault("log", &place, format!("its last position is {last}, and {position} is noted"));
        }
    }
    Ok(())
}
