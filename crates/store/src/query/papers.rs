//! The register of papers, and what of it has no number yet.

use chrono::{DateTime, NaiveDate, Utc};
use domain::{EnforcementStep, GridCode, PaperId, SiteId};
use rusqlite::{Row, ToSql, params};
use uuid::Uuid;

use super::sites::{Names, day};
use crate::{Reader, StoreError};

const BAD: StoreError = StoreError::Row("paper");

/// A paper as the tables show it.
#[derive(Debug, Clone, PartialEq)]
pub struct PaperRow {
    /// The paper.
    pub id: PaperId,
    /// The site.
    pub site: SiteId,
    /// The name of the site.
    pub site_name: String,
    /// Its village.
    pub grid: GridCode,
    /// The name of the town in which it is numbered: its site may have been moved to another one since.
    pub town: String,
    /// The name of the village.
    pub village: String,
    /// The step.
    pub step: EnforcementStep,
    /// The year that it is numbered in.
    pub year: i32,
    /// Its number; `None` until the office has given it one.
    pub number: Option<u64>,
    /// By when something must be done, or answered.
    pub deadline: Option<NaiveDate>,
    /// Whether the site's person refused to sign.
    pub refused: bool,
    /// Whether it is void.
    pub void: bool,
    /// When it was written.
    pub at: DateTime<Utc>,
    /// Who wrote it.
    pub by: String,
}

/// A page of papers.
#[derive(Debug, Clone, PartialEq)]
pub struct PapersPage {
    /// The papers.
    pub papers: Vec<PaperRow>,
    /// Where the next page begins; `None` at the end.
    pub next: Option<String>,
}

/// The papers that are numbered 1, 2, 3 …
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PaperSeries {
    /// Those of this town,
    pub town: GridCode,
    /// written in this year, in China,
    pub year: i32,
    /// for this step.
    pub step: EnforcementStep,
}

/// A paper that has no number yet.
#[derive(Debug, Clone, PartialEq)]
pub struct PaperToNumber {
    /// The paper.
    pub id: PaperId,
    /// Its site.
    pub site: SiteId,
    /// The series that it belongs to.
    pub series: PaperSeries,
    /// When it was written.
    pub at: DateTime<Utc>,
}

impl Reader<'_> {
    /// A page of papers of a grid unit, a step and a year, the latest first. `after` is what the page before gave as
    /// `next`; one that this function did not write begins anew.
    pub fn papers(
        &self,
        grid: Option<&GridCode>,
        step: Option<EnforcementStep>,
        year: Option<i32>,
        after: Option<&str>,
        limit: u32,
    ) -> Result<PapersPage, StoreError> {
        let mut terms = vec!["1".to_owned()];
        let mut values: Vec<Box<dyn ToSql>> = Vec::new();
        let mut bind = |term: &str, value: Box<dyn ToSql>| {
            values.push(value);
            terms.push(format!("{term} ?{}", values.len()));
        };
        if let Some(grid) = grid {
            // All codes with this prefix: ':' comes after '9'.
            bind("paper.grid >=", Box::new(grid.to_string()));
            bind("paper.grid <", Box::new(format!("{grid}:")));
        }
        if let Some(step) = step {
            bind("paper.step =", Box::new(step.as_str()));
        }
        if let Some(year) = year {
            bind("paper.year =", Box::new(year));
        }
        if let Some((at, id)) = after.and_then(parsed) {
            values.push(Box::new(at));
            values.push(Box::new(id));
            terms.push(format!("(paper.at, paper.id) < (?{}, ?{})", values.len() - 1, values.len()));
        }
        let sql = format!(
            "SELECT paper.id, paper.site, site.name, paper.grid, paper.step, paper.year, paper.number, paper.deadline,
                paper.refused, paper.void, paper.at, paper.by, paper.town
             FROM paper JOIN site ON site.id = paper.site
             WHERE {} ORDER BY paper.at DESC, paper.id DESC LIMIT {}",
            terms.join(" AND "),
            u64::from(limit) + 1
        );
        let mut statement = self.connection.prepare_cached(&sql)?;
        let values: Vec<&dyn ToSql> = values.iter().map(AsRef::as_ref).collect();
        let mut rows = statement.query(values.as_slice())?;
        let mut names = Names::new(self);
        let mut papers: Vec<PaperRow> = Vec::new();
        while let Some(row) = rows.next()? {
            if papers.len() >= limit as usize {
                let next = papers.last().map(|last| format!("{}:{}", last.at.timestamp_millis(), last.id));
                return Ok(PapersPage { papers, next });
            }
            papers.push(paper_row(row, &mut names)?);
        }
        Ok(PapersPage { papers, next: None })
    }

    /// The papers of a site that have no number.
    pub fn papers_without_number(&self, site: SiteId) -> Result<Vec<PaperToNumber>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT town, year, step, id, at FROM paper WHERE site = ?1 AND number IS NULL",
        )?;
        let mut rows = statement.query([site.0])?;
        let mut papers = Vec::new();
        while let Some(row) = rows.next()? {
            papers.push(PaperToNumber {
                id: PaperId(row.get(3)?),
                site,
                series: series(row)?,
                at: DateTime::from_timestamp_millis(row.get(4)?).ok_or(BAD)?,
            });
        }
        Ok(papers)
    }

    /// The highest number of a series; 0 while it has none.
    pub fn highest_number(&self, series: &PaperSeries) -> Result<u64, StoreError> {
        let PaperSeries { town, year, step } = series;
        let highest: Option<u64> = self
            .connection
            .prepare_cached("SELECT max(number) FROM paper WHERE town = ?1 AND year = ?2 AND step = ?3")?
            .query_row(params![town.as_str(), year, step.as_str()], |row| row.get(0))?;
        Ok(highest.unwrap_or_default())
    }

    /// The numbers of a site's papers that other papers have too.
    pub fn doubled_numbers(&self, site: SiteId) -> Result<Vec<(PaperSeries, u64)>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT DISTINCT town, year, step, number FROM paper AS one
             WHERE site = ?1 AND number IS NOT NULL AND EXISTS (
                SELECT 1 FROM paper AS other
                WHERE other.town = one.town AND other.year = one.year AND other.step = one.step
                    AND other.number = one.number AND other.n <> one.n)
             ORDER BY town, year, step, number",
        )?;
        let mut rows = statement.query([site.0])?;
        let mut doubled = Vec::new();
        while let Some(row) = rows.next()? {
            doubled.push((series(row)?, row.get(3)?));
        }
        Ok(doubled)
    }

    /// The papers that have this number, each with its site.
    pub fn papers_of_number(
        &self,
        series: &PaperSeries,
        number: u64,
    ) -> Result<Vec<(SiteId, PaperId)>, StoreError> {
        let PaperSeries { town, year, step } = series;
        let mut statement = self.connection.prepare_cached(
            "SELECT site, id FROM paper WHERE town = ?1 AND year = ?2 AND step = ?3 AND number = ?4",
        )?;
        let rows = statement.query_map(params![town.as_str(), year, step.as_str(), number], |row| {
            Ok((SiteId(row.get(0)?), PaperId(row.get(1)?)))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

/// Where a page begins: after the paper that was written then and has this id.
fn parsed(after: &str) -> Option<(i64, Uuid)> {
    let (at, id) = after.split_once(':')?;
    Some((at.parse().ok()?, id.parse().ok()?))
}

/// Town, year and step, the first columns of a row.
fn series(row: &Row<'_>) -> Result<PaperSeries, StoreError> {
    Ok(PaperSeries {
        town: row.get::<_, String>(0)?.parse().map_err(|_| BAD)?,
        year: row.get(1)?,
        step: row.get::<_, String>(2)?.parse().map_err(|_| BAD)?,
    })
}

fn paper_row(row: &Row<'_>, names: &mut Names<'_>) -> Result<PaperRow, StoreError> {
    let grid: GridCode = row.get::<_, String>(3)?.parse().map_err(|_| BAD)?;
    let numbered_in: GridCode = row.get::<_, String>(12)?.parse().map_err(|_| BAD)?;
    let village = names.of(&grid)?.village;
    Ok(PaperRow {
        id: PaperId(row.get(0)?),
        site: SiteId(row.get(1)?),
        site_name: row.get(2)?,
        grid,
        town: names.of(&numbered_in)?.town,
        village,
        step: row.get::<_, String>(4)?.parse().map_err(|_| BAD)?,
        year: row.get(5)?,
        number: row.get(6)?,
        deadline: day(row, 7)?,
        refused: row.get(8)?,
        void: row.get(9)?,
        at: DateTime::from_timestamp_millis(row.get(10)?).ok_or(BAD)?,
        by: row.get(11)?,
    })
}
