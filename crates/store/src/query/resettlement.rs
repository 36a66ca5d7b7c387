//! Sites that look like one that was shut down or relocated.

use std::collections::BTreeSet;

use domain::resettlement::{MOST_SHARING, is_telephone};
use domain::{AlertId, SiteId};
use rusqlite::{OptionalExtension as _, Row, ToSql};

use crate::{Reader, StoreError};

/// What of a site decides whom it can be an alert about.
struct Trace {
    id: SiteId,
    county: String,
    credit_code: String,
    telephone: String,
    operator: String,
    industry: String,
    registered_at: i64,
    gone_since: Option<i64>,
}

impl Trace {
    /// Whether one of both is gone, and the other, which is not, was registered after that.
    fn may_resettle(&self, registered_at: i64, gone_since: Option<i64>) -> bool {
        match (self.gone_since, gone_since) {
            (Some(gone), None) => registered_at > gone,
            (None, Some(gone)) => self.registered_at > gone,
            _ => false,
        }
    }
}

impl Reader<'_> {
    /// The sites about which there may have to be an alert together with this one, either being the new one. Those whose
    /// alert stands in both dossiers are left out.
    pub fn look_alikes(&self, site: SiteId) -> Result<Vec<SiteId>, StoreError> {
        let Some(trace) = self.trace(site)? else { return Ok(Vec::new()) };
        let mut alike = BTreeSet::new();
        // A company may have many sites; its code names it all the same.
        if !trace.credit_code.is_empty() {
            let found =
                self.sharing("site_by_credit_code", &["credit_code"], &[&trace.credit_code], &trace)?;
            alike.extend(found.unwrap_or_default());
        }
        if is_telephone(&trace.telephone) {
            let found = self.sharing("site_by_telephone", &["telephone"], &[&trace.telephone], &trace)?;
            alike.extend(found.unwrap_or_default());
        }
        if !trace.operator.is_empty() && !trace.industry.is_empty() {
            let keys: [&dyn ToSql; 2] = [&trace.operator, &trace.industry];
            let found = self.sharing("site_by_operator", &["operator", "industry"], &keys, &trace)?;
            alike.extend(found.unwrap_or_default());
        }
        if !alike.is_empty() {
            let mut noted = self.connection.prepare_cached(
                "SELECT here.other FROM alert AS here
                 JOIN alert AS there ON there.site = here.other AND there.id = here.id
                 WHERE here.site = ?1",
            )?;
            let mut rows = noted.query([site.0])?;
            while let Some(row) = rows.next()? {
                alike.remove(&SiteId(row.get(0)?));
            }
        }
        Ok(alike.into_iter().collect())
    }

    fn trace(&self, site: SiteId) -> Result<Option<Trace>, StoreError> {
        let read = |row: &Row<'_>| {
            Ok(Trace {
                id: site,
                county: row.get(0)?,
                credit_code: row.get(1)?,
                telephone: row.get(2)?,
                operator: row.get(3)?,
                industry: row.get(4)?,
                registered_at: row.get(5)?,
                gone_since: row.get(6)?,
            })
        };
        let mut statement = self.connection.prepare_cached(
            "SELECT substr(grid, 1, 6), credit_code, telephone, operator, industry, registered_at, gone_since
             FROM site WHERE id = ?1",
        )?;
        Ok(statement.query_row([site.0], read).optional()?)
    }

    /// The sites of the county that share something with this one and of which one may resettle the other; `None` where
    /// so many share it that it names nobody.
    fn sharing(
        &self,
        index: &str,
        columns: &[&str],
        keys: &[&dyn ToSql],
        of: &Trace,
    ) -> Result<Option<Vec<SiteId>>, StoreError> {
        let most = if columns == ["credit_code"] { usize::MAX } else { MOST_SHARING };
        // The indexes leave out what is empty, which has to be said to use them.
        let equal = |(key, column)| format!("{column} = ?{} AND {column} <> ''", key + 4);
        let equal: Vec<String> = columns.iter().enumerate().map(equal).collect();
        let sql = format!(
            "SELECT id, registered_at, gone_since FROM site INDEXED BY {index}
             WHERE {} AND grid >= ?1 AND grid < ?2 AND id <> ?3 LIMIT {}",
            equal.join(" AND "),
            most.saturating_add(1).min(1_000)
        );
        let past = format!("{}:", of.county);
        let mut values: Vec<&dyn ToSql> = vec![&of.county, &past, &of.id.0];
        values.extend(keys);
        let mut statement = self.connection.prepare_cached(&sql)?;
        let mut rows = statement.query(values.as_slice())?;
        let mut found = 0;
        let mut alike = Vec::new();
        while let Some(row) = rows.next()? {
            found += 1;
            if found > most {
                return Ok(None);
            }
            if of.may_resettle(row.get(1)?, row.get(2)?) {
                alike.push(SiteId(row.get(0)?));
            }
        }
        Ok(Some(alike))
    }

    /// The alerts of a site that were answered otherwise in the dossier of the other site, each with that site.
    pub fn alerts_answered_apart(&self, site: SiteId) -> Result<Vec<(AlertId, SiteId)>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT here.id, here.other FROM alert AS here
             JOIN alert AS there ON there.site = here.other AND there.id = here.id
             WHERE here.site = ?1 AND here.answers <> there.answers",
        )?;
        let rows = statement.query_map([site.0], |row| Ok((AlertId(row.get(0)?), SiteId(row.get(1)?))))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
