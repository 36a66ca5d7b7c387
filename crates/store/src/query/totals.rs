//! The figures of a grid unit. Each is a sum over the rows that a person can open.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use domain::{GridCode, GridLevel, Progress, Standing, Totals, Verdict};
use rusqlite::{Row, params};

use crate::{Reader, StoreError};

impl Reader<'_> {
    /// The totals of every unit of a level within a grid unit that has sites, by code. `today` decides what is overdue.
    /// With a period, inspections, photos and problems are those of its days in China, the first and the last counted;
    /// verdicts, and which problems are overdue, are always as of now.
    pub fn totals(
        &self,
        within: &GridCode,
        level: GridLevel,
        today: NaiveDate,
        period: Option<(NaiveDate, NaiveDate)>,
    ) -> Result<BTreeMap<GridCode, Totals>, StoreError> {
        let mut totals = self.totals_of_all_time(within, level)?;
        let end = format!("{within}:");
        let mut overdue = self.connection.prepare_cached(
            "SELECT substr(grid, 1, ?3), count(*) FROM problem WHERE grid >= ?1 AND grid < ?2
                AND stage <> 'closed_out' AND deadline IS NOT NULL AND deadline < ?4 GROUP BY 1",
        )?;
        let mut rows = overdue.query(params![within.as_str(), end, level.digits(), today.to_string()])?;
        while let Some(row) = rows.next()? {
            if let Some(totals) = totals.get_mut(&unit(row)?) {
                totals.problems_overdue = row.get(1)?;
            }
        }
        if let Some((first, last)) = period {
            self.restrict(
                &mut totals,
                within,
                level,
                start_in_china(first),
                start_in_china(last.checked_add_days(Days::new(1)).unwrap_or(last)),
            )?;
        }
        Ok(totals)
    }

    /// Replaces what is counted by time with what happened from one moment until before another.
    fn restrict(
        &self,
        totals: &mut BTreeMap<GridCode, Totals>,
        within: &GridCode,
        level: GridLevel,
        from: i64,
        until: i64,
    ) -> Result<(), StoreError> {
        for totals in totals.values_mut() {
            (totals.inspections, totals.photos, totals.problems) = (0, 0, Progress::default());
        }
        const SOURCES: [&str; 3] = [
            "SELECT substr(grid, 1, ?3), count(*), 0 FROM visit
             WHERE grid >= ?1 AND grid < ?2 AND at >= ?4 AND at < ?5 GROUP BY 1",
            "SELECT substr(grid, 1, ?3), count(*), 0 FROM photo JOIN site ON site.id = photo.site
             WHERE grid >= ?1 AND grid < ?2 AND photo.at >= ?4 AND photo.at < ?5 GROUP BY 1",
            "SELECT substr(grid, 1, ?3), count(*), sum(stage = 'closed_out') FROM problem
             WHERE grid >= ?1 AND grid < ?2 AND found_at >= ?4 AND found_at < ?5 GROUP BY 1",
        ];
        for (source, sql) in SOURCES.into_iter().enumerate() {
            let mut statement = self.connection.prepare_cached(sql)?;
            let end = format!("{within}:");
            let mut rows = statement.query(params![within.as_str(), end, level.digits(), from, until])?;
            while let Some(row) = rows.next()? {
                let Some(totals) = totals.get_mut(&unit(row)?) else { continue };
                let count = row.get(1)?;
                match source {
                    0 => totals.inspections = count,
                    1 => totals.photos = count,
                    _ => totals.problems = Progress { all: count, done: row.get(2)? },
                }
            }
        }
        Ok(())
    }

    fn totals_of_all_time(
        &self,
        within: &GridCode,
        level: GridLevel,
    ) -> Result<BTreeMap<GridCode, Totals>, StoreError> {
        let mut statement = self.connection.prepare_cached(&format!(
            "SELECT substr(grid, 1, ?3), verdict, done, count(*), sum(problems), sum(open_problems), sum(inspections),
                sum(photos)
             FROM site {} WHERE grid >= ?1 AND grid < ?2 GROUP BY 1, 2, 3",
            self.indexed_by("site_totals")
        ))?;
        let mut rows = statement.query(params![within.as_str(), format!("{within}:"), level.digits()])?;
        let mut totals: BTreeMap<GridCode, Totals> = BTreeMap::new();
        while let Some(row) = rows.next()? {
            const BAD: StoreError = StoreError::Row("site");
            let unit = unit(row)?;
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

fn unit(row: &Row<'_>) -> Result<GridCode, StoreError> {
    row.get::<_, String>(0)?.parse().map_err(|_| StoreError::Row("site"))
}

/// The moment at which a day begins in China, in milliseconds since 1970.
fn start_in_china(day: NaiveDate) -> i64 {
    const EIGHT_HOURS: i64 = 8 * 3600 * 1000;
    day.and_time(chrono::NaiveTime::MIN).and_utc().timestamp_millis() - EIGHT_HOURS
}
