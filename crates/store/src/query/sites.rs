//! Pages of sites. A page begins after the last row of the page before, so that the hundredth costs what the first
//! costs.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use domain::ledger::GridNames;
use domain::{GridCode, LatLon, LedgerRow, SiteId, Standing};
use rusqlite::{OptionalExtension as _, Row};
use uuid::Uuid;
use wire::message::SiteFilter;

use super::filter::{Condition, Order};
use crate::{Reader, StoreError};

/// A site as the tables show it.
#[derive(Debug, Clone, PartialEq)]
pub struct SiteRow {
    /// The site.
    pub id: SiteId,
    /// Its row in the ledger.
    pub row: LedgerRow,
    /// Whether a field holds several values.
    pub conflict: bool,
    /// When the next recheck is due.
    pub recheck_on: Option<NaiveDate>,
    /// Whether it was found polluting again, and not done anew since.
    pub relapsed: bool,
    /// How many resettlement alerts nobody has answered.
    pub alerts: u64,
    /// How far the plan has come, 0 to 100, as somebody last noted.
    pub plan_percent: Option<u8>,
    /// When it was last inspected.
    pub last_inspection_at: Option<DateTime<Utc>>,
}

impl SiteRow {
    /// Where the site stands.
    pub fn standing(&self) -> Standing {
        Standing {
            verdict: self.row.verdict,
            deadline: self.row.deadline,
            done: self.row.done == Some(true),
            done_on: self.row.done_on,
            open_problems: self.row.open_problems,
        }
    }
}

/// A page of sites.
#[derive(Debug, Clone, PartialEq)]
pub struct SitesPage {
    /// The sites.
    pub sites: Vec<SiteRow>,
    /// Where the next page begins; `None` at the end.
    pub next: Option<String>,
}

const COLUMNS: &str = "site.n, site.id, site.grid, site.name, site.credit_code, site.address, site.latitude, \
    site.longitude, site.industry, site.operator, site.telephone, site.landlord, site.landlord_telephone, site.source, \
    site.remark, site.verdict, site.problem, site.measures, site.deadline, site.done, site.done_on, \
    site.responsible_unit, site.responsible_person, site.open_problems, site.photos, site.last_inspection_at, \
    site.inspector, site.conflict, site.recheck_on, site.relapsed, site.alerts, site.plan_percent";

impl Reader<'_> {
    /// A page of sites: in the order of grid codes and registration, of arrival on this replica for a search, or of
    /// deadlines for what is overdue. `after` is what the page before gave as `next`; one that this function did not
    /// write begins anew.
    pub fn sites(
        &self,
        filter: &SiteFilter,
        today: NaiveDate,
        after: Option<&str>,
        limit: u32,
    ) -> Result<SitesPage, StoreError> {
        let mut condition = Condition::of(filter, today);
        match (condition.order, after.and_then(Place::parse)) {
            (Order::Arrival, Some(Place::Number(n))) => condition.bind("site_search.rowid > ?", n),
            (Order::Ledger | Order::Deadline | Order::Recheck, Some(Place::Site(first, id))) => {
                condition.values.push(Box::new(first));
                condition.values.push(Box::new(id));
                let last = condition.values.len();
                condition.terms.push(format!("({}) > (?{}, ?{last})", condition.order.sql(), last - 1));
            }
            _ => {}
        }
        let Condition { from, order, .. } = condition;
        let sql = format!(
            "SELECT {COLUMNS} FROM {from} WHERE {} ORDER BY {} LIMIT {}",
            condition.sql(),
            order.sql(),
            u64::from(limit) + 1
        );
        let mut statement = self.connection.prepare_cached(&sql)?;
        let mut rows = statement.query(condition.values().as_slice())?;
        let mut names = Names::new(self);
        let mut sites = Vec::new();
        let mut next = None;
        let mut last_number = 0;
        while let Some(row) = rows.next()? {
            if sites.len() >= limit as usize {
                next = sites.last().map(|last: &SiteRow| {
                    match order {
                        Order::Arrival => Place::Number(last_number),
                        Order::Ledger => Place::Site(last.row.village_code.to_string(), last.id.0),
                        Order::Deadline | Order::Recheck => {
                            let due =
                                if order == Order::Deadline { last.row.deadline } else { last.recheck_on };
                            Place::Site(due.map(|day| day.to_string()).unwrap_or_default(), last.id.0)
                        }
                    }
                    .to_string()
                });
                break;
            }
            last_number = row.get(0)?;
            sites.push(site_row(row, &mut names)?);
        }
        Ok(SitesPage { sites, next })
    }

    /// How many sites a filter leaves.
    pub fn count_sites(&self, filter: &SiteFilter, today: NaiveDate) -> Result<u64, StoreError> {
        let condition = Condition::of(filter, today);
        let sql = format!("SELECT count(*) FROM {} WHERE {}", condition.from, condition.sql());
        Ok(self
            .connection
            .prepare_cached(&sql)?
            .query_row(condition.values().as_slice(), |row| row.get(0))?)
    }

    /// How many sites a grid unit has.
    pub fn count_in(&self, grid: &GridCode) -> Result<u64, StoreError> {
        let within = SiteFilter { grid: Some(grid.clone()), ..SiteFilter::default() };
        self.count_sites(&within, NaiveDate::default())
    }

    /// One site.
    pub fn site(&self, id: SiteId) -> Result<Option<SiteRow>, StoreError> {
        let mut statement =
            self.connection.prepare_cached(&format!("SELECT {COLUMNS} FROM site WHERE site.id = ?1"))?;
        let mut rows = statement.query([id.0])?;
        rows.next()?.map(|row| site_row(row, &mut Names::new(self))).transpose()
    }

    /// Gives every site of a grid unit to `each`, in the order of the ledger, without holding them all.
    pub fn each_site<E: From<StoreError>>(
        &self,
        grid: &GridCode,
        mut each: impl FnMut(SiteRow) -> Result<(), E>,
    ) -> Result<(), E> {
        let within = SiteFilter { grid: Some(grid.clone()), ..SiteFilter::default() };
        let condition = Condition::of(&within, NaiveDate::default());
        let sql = format!("SELECT {COLUMNS} FROM site WHERE {} ORDER BY site.grid, site.id", condition.sql());
        let mut statement = self.connection.prepare_cached(&sql).map_err(StoreError::from)?;
        let mut rows = statement.query(condition.values().as_slice()).map_err(StoreError::from)?;
        let mut names = Names::new(self);
        while let Some(row) = rows.next().map_err(StoreError::from)? {
            each(site_row(row, &mut names)?)?;
        }
        Ok(())
    }

    /// The site with this credit code.
    pub fn site_by_credit_code(&self, credit_code: &str) -> Result<Option<SiteId>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT id FROM site WHERE credit_code = ?1 AND credit_code <> '' ORDER BY id LIMIT 1",
        )?;
        Ok(statement.query_row([credit_code], |row| row.get(0)).optional()?.map(SiteId))
    }

    /// The sites of this name in a village, in the order of registration.
    pub fn sites_by_name(&self, village: &GridCode, name: &str) -> Result<Vec<SiteId>, StoreError> {
        // Left to itself SQLite takes the index that gives the order, and reads the whole village.
        let mut statement = self.connection.prepare_cached(
            "SELECT id FROM site INDEXED BY site_by_name WHERE grid = ?1 AND name = ?2 ORDER BY id",
        )?;
        let rows = statement.query_map([village.as_str(), name], |row| row.get(0).map(SiteId))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

/// Where a page begins.
enum Place {
    Number(i64),
    /// After a site, by its grid code or deadline and its id.
    Site(String, Uuid),
}

impl Place {
    fn parse(text: &str) -> Option<Self> {
        match text.split_once(':')? {
            ("n", n) => n.parse().ok().map(Self::Number),
            (grid, id) => id.parse().ok().map(|id| Self::Site(grid.to_owned(), id)),
        }
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Number(n) => write!(formatter, "n:{n}"),
            Self::Site(grid, id) => write!(formatter, "{grid}:{id}"),
        }
    }
}

/// Names of villages, each looked up once.
pub(super) struct Names<'a> {
    reader: &'a Reader<'a>,
    known: HashMap<String, GridNames>,
}

impl<'a> Names<'a> {
    pub fn new(reader: &'a Reader<'a>) -> Self {
        Self { reader, known: HashMap::new() }
    }

    pub fn of(&mut self, village: &GridCode) -> Result<GridNames, StoreError> {
        if let Some(names) = self.known.get(village.as_str()) {
            return Ok(names.clone());
        }
        let names = self.reader.grid_names(village)?;
        self.known.insert(village.to_string(), names.clone());
        Ok(names)
    }
}

fn site_row(row: &Row<'_>, names: &mut Names<'_>) -> Result<SiteRow, StoreError> {
    const BAD: StoreError = StoreError::Row("site");
    let village_code: GridCode = row.get::<_, String>(2)?.parse().map_err(|_| BAD)?;
    let GridNames { county, town, village } = names.of(&village_code)?;
    let place = match (row.get(6)?, row.get(7)?) {
        (Some(latitude), Some(longitude)) => Some(LatLon::new(latitude, longitude).map_err(|_| BAD)?),
        _ => None,
    };
    let verdict: Option<domain::Verdict> = word(row, 15)?;
    let done: bool = row.get(19)?;
    let last_inspection_at = row
        .get::<_, Option<i64>>(25)?
        .map(|at| DateTime::from_timestamp_millis(at).ok_or(BAD))
        .transpose()?;
    let id = SiteId(row.get(1)?);
    Ok(SiteRow {
        id,
        row: LedgerRow {
            county,
            town,
            village,
            village_code,
            name: row.get(3)?,
            credit_code: row.get(4)?,
            address: row.get(5)?,
            place,
            industry: row.get(8)?,
            operator: row.get(9)?,
            telephone: row.get(10)?,
            landlord: row.get(11)?,
            landlord_telephone: row.get(12)?,
            source: word(row, 13)?,
            remark: row.get(14)?,
            verdict,
            problem: row.get(16)?,
            measures: row.get(17)?,
            deadline: day(row, 18)?,
            done: verdict.is_some_and(domain::Verdict::is_polluting).then_some(done),
            done_on: day(row, 20)?,
            responsible_unit: row.get(21)?,
            responsible_person: row.get(22)?,
            last_inspection: last_inspection_at.map(domain::problem::day_in_china),
            inspector: row.get(26)?,
            photos: row.get(24)?,
            open_problems: row.get(23)?,
            site: Some(id),
        },
        conflict: row.get(27)?,
        recheck_on: day(row, 28)?,
        relapsed: row.get(29)?,
        alerts: row.get(30)?,
        plan_percent: row.get(31)?,
        last_inspection_at,
    })
}

pub(super) fn word<T: std::str::FromStr>(row: &Row<'_>, column: usize) -> Result<Option<T>, StoreError> {
    match row.get_ref(column)?.as_str().map_err(rusqlite::Error::from)? {
        "" => Ok(None),
        word => word.parse().map(Some).map_err(|_| StoreError::Row("site")),
    }
}

pub(super) fn day(row: &Row<'_>, column: usize) -> Result<Option<NaiveDate>, StoreError> {
    let text: Option<String> = row.get(column)?;
    text.map(|text| text.parse().map_err(|_| StoreError::Row("site"))).transpose()
}
