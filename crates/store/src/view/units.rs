//! The rows of a county: grid units and boundaries.

use chrono::NaiveDate;
use domain::{Boundary, GridCode, GridLevel, RecheckDays};
use rusqlite::{OptionalExtension as _, params};

use crate::document::{County, geometry_bytes};
use crate::{Reader, StoreError, Writer};

impl Writer<'_> {
    /// Writes what the tables show of a county.
    pub(crate) fn show_county(&self, code: &GridCode, county: &County) -> Result<(), StoreError> {
        self.show_rules(code, county.recheck_days.as_ref())?;
        for unit in &county.units {
            self.transaction
                .prepare_cached("INSERT INTO grid_unit VALUES (?1, ?2) ON CONFLICT (code) DO UPDATE SET name = excluded.name")?
                .execute([unit.code.as_str(), &unit.name])?;
        }
        for boundary in &county.boundaries {
            self.show_boundary(boundary)?;
        }
        Ok(())
    }

    /// Writes what follows from the rules of a county: the days of all its rechecks, where the rules are others now.
    pub(crate) fn show_rules(&self, county: &GridCode, days: Option<&RecheckDays>) -> Result<(), StoreError> {
        let before = self.recheck_days(county)?;
        // A county without rules has the usual ones, also where it had others that a lead refused.
        let days = &days.cloned().unwrap_or_default();
        if *days == before {
            return Ok(());
        }
        self.transaction.execute(
            "INSERT INTO county_rule VALUES (?1, ?2)
             ON CONFLICT (county) DO UPDATE SET recheck_days = excluded.recheck_days",
            params![county.as_str(), serde_json::to_string(days).unwrap_or_default()],
        )?;
        let mut done = self.transaction.prepare(
            "SELECT n, done_since, rechecks, last_recheck FROM site
             WHERE grid >= ?1 AND grid < ?2 AND done_since IS NOT NULL",
        )?;
        let mut update = self.transaction.prepare("UPDATE site SET recheck_on = ?2 WHERE n = ?1")?;
        let rows: Vec<(i64, String, u64, Option<String>)> = done
            .query_map([county.as_str(), &format!("{county}:")], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
            })?
            .collect::<Result<_, _>>()?;
        for (n, done_since, rechecks, last) in rows {
            let day = |text: &str| text.parse::<NaiveDate>().map_err(|_| StoreError::Row("site"));
            let last = last.as_deref().map(day).transpose()?;
            let next = days.next(day(&done_since)?, rechecks, last);
            update.execute(params![n, next.map(|day| day.to_string())])?;
        }
        Ok(())
    }

    fn show_boundary(&self, boundary: &Boundary) -> Result<(), StoreError> {
        let Some(((west, south), (east, north))) = boundary.bounds() else { return Ok(()) };
        let n: i64 = self
            .transaction
            .prepare_cached(
                "INSERT INTO boundary (code, geometry) VALUES (?1, ?2)
                 ON CONFLICT (code) DO UPDATE SET geometry = excluded.geometry RETURNING n",
            )?
            .query_row(params![boundary.code().as_str(), geometry_bytes(boundary)], |row| row.get(0))?;
        self.transaction
            .prepare_cached("INSERT OR REPLACE INTO boundary_box VALUES (?1, ?2, ?3, ?4, ?5)")?
            .execute(params![n, west, east, south, north])?;
        Ok(())
    }
}

impl Reader<'_> {
    /// After how many days done sites of this unit are to be visited again.
    pub fn recheck_days(&self, grid: &GridCode) -> Result<RecheckDays, StoreError> {
        let county = grid.at(GridLevel::County).unwrap_or_else(|| grid.clone());
        let days: Option<String> = self
            .connection
            .prepare_cached("SELECT recheck_days FROM county_rule WHERE county = ?1")?
            .query_row([county.as_str()], |row| row.get(0))
            .optional()?;
        Ok(days.and_then(|days| serde_json::from_str(&days).ok()).unwrap_or_default())
    }
}
