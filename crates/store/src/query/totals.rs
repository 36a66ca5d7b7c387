//! The figures of a grid unit. Each is a sum over the rows that a person can open.

use std::collections::BTreeMap;

use domain::{GridCode, GridLevel, Progress, Standing, Totals, Verdict};
use rusqlite::params;

use crate::{Reader, StoreError};

impl Reader<'_> {
    /// The totals of every unit of a level within a grid unit that has sites, by code.
    pub fn totals(
        &self,
        within: &GridCode,
        level: GridLevel,
    ) -> Result<BTreeMap<GridCode, Totals>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT substr(grid, 1, ?3), verdict, done, count(*), sum(problems), sum(open_problems), sum(inspections),
                sum(photos)
             FROM site INDEXED BY site_totals WHERE grid >= ?1 AND grid < ?2 GROUP BY 1, 2, 3",
        )?;
        let mut rows = statement.query(params![within.as_str(), format!("{within}:"), level.digits()])?;
        let mut totals: BTreeMap<GridCode, Totals> = BTreeMap::new();
        while let Some(row) = rows.next()? {
            const BAD: StoreError = StoreError::Row("site");
            let unit: GridCode = row.get::<_, String>(0)?.parse().map_err(|_| BAD)?;
            let verdict: Option<Verdict> = match row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)? {
                "" => None,
                word => Some(word.parse().map_err(|_| BAD)?),
            };
            let standing = Standing { verdict, done: row.get(2)?, ..Standing::default() };
            let (problems, open): (u64, u64) = (row.get(4)?, row.get(5)?);
            let unit_totals = totals.entry(unit).or_default();
            unit_totals.add_sites(&standing, row.get(3)?);
            unit_totals.problems.add(&Progress { all: problems, done: problems.saturating_sub(open) });
            unit_totals.inspections += row.get::<_, u64>(6)?;
            unit_totals.photos += row.get::<_, u64>(7)?;
        }
        Ok(totals)
    }
}
