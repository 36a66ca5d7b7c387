//! Problems as lists show them, and how many there are. A page begins after the last row of the page before.

use chrono::{DateTime, NaiveDate, Utc};
use domain::{GridCode, LatLon, ProblemId, SiteId};
use rusqlite::{Row, ToSql};
use wire::message::ProblemFilter;

use super::sites::{Names, day};
use crate::{Reader, StoreError};

/// A problem as the tables show it.
#[derive(Debug, Clone, PartialEq)]
pub struct ProblemRow {
    /// The problem.
    pub id: ProblemId,
    /// The site.
    pub site: SiteId,
    /// The name of the site.
    pub site_name: String,
    /// Its village.
    pub grid: GridCode,
    /// The name of the village.
    pub village: String,
    /// Where the site stands.
    pub place: Option<LatLon>,
    /// What is wrong.
    pub description: String,
    /// How bad it is.
    pub severity: domain::Severity,
    /// How far it has come.
    pub stage: domain::Stage,
    /// What was said when it came to this stage.
    pub comment: String,
    /// Who brought it there.
    pub by: String,
    /// Since when it is there.
    pub since: DateTime<Utc>,
    /// By when it must be mended.
    pub deadline: Option<NaiveDate>,
    /// When it was found.
    pub found_at: DateTime<Utc>,
    /// Who found it.
    pub found_by: String,
    /// Whether it waits to be settled.
    pub contested: bool,
}

/// A page of problems.
#[derive(Debug, Clone, PartialEq)]
pub struct ProblemsPage {
    /// The problems.
    pub problems: Vec<ProblemRow>,
    /// Where the next page begins; `None` at the end.
    pub next: Option<String>,
}

struct Condition {
    terms: Vec<String>,
    values: Vec<Box<dyn ToSql>>,
    /// The column that pages go by, before the row number.
    order: &'static str,
}

impl Condition {
    fn of(filter: &ProblemFilter, today: NaiveDate) -> Self {
        let ProblemFilter { grid, site, stages, severity, overdue, contested, task, list } = filter;
        let mut condition = Self { terms: Vec::new(), values: Vec::new(), order: "problem.since" };
        if let Some(grid) = grid {
            // All codes with this prefix: ':' comes after '9'.
            condition.bind("problem.grid >= ?", grid.to_string());
            condition.bind("problem.grid < ?", format!("{grid}:"));
        }
        if let Some(site) = site {
            condition.bind("problem.site = ?", site.0);
        }
        if !stages.is_empty() {
            let stages: Vec<String> = stages.iter().map(|stage| format!("'{stage}'")).collect();
            condition.terms.push(format!("problem.stage IN ({})", stages.join(", ")));
        }
        if let Some(severity) = severity {
            condition.bind("problem.severity = ?", severity.as_str());
        }
        const OVERDUE: &str =
            "problem.stage <> 'closed_out' AND problem.deadline IS NOT NULL AND problem.deadline < ?";
        match overdue {
            Some(true) => {
                condition.bind(OVERDUE, today.to_string());
                condition.order = "problem.deadline";
            }
            Some(false) => condition.bind(&format!("NOT ({OVERDUE})"), today.to_string()),
            None => {}
        }
        if let Some(task) = task {
            condition.bind("problem.inspection IN (SELECT id FROM visit WHERE task = ?)", task.0);
        }
        if let Some(list) = list {
            condition.bind(
                "problem.inspection IN
                    (SELECT visit.id FROM visit JOIN task ON task.id = visit.task WHERE task.list = ?)",
                list.clone(),
            );
        }
        if let Some(contested) = contested {
            condition.terms.push(format!("problem.contested = {}", u8::from(*contested)));
        }
        condition
    }

    fn bind(&mut self, term: &str, value: impl ToSql + 'static) {
        self.values.push(Box::new(value));
        self.terms.push(term.replacen('?', &format!("?{}", self.values.len()), 1));
    }

    fn sql(&self) -> String {
        if self.terms.is_empty() { "1".to_owned() } else { self.terms.join(" AND ") }
    }

    fn values(&self) -> Vec<&dyn ToSql> {
        self.values.iter().map(AsRef::as_ref).collect()
    }
}

impl Reader<'_> {
    /// A page of problems: those that have been waiting longest at their stage first, or those that are longest overdue.
    /// `after` is what the page before gave as `next`; one that this function did not write begins anew.
    pub fn problems(
        &self,
        filter: &ProblemFilter,
        today: NaiveDate,
        after: Option<&str>,
        limit: u32,
    ) -> Result<ProblemsPage, StoreError> {
        let mut condition = Condition::of(filter, today);
        let order = condition.order;
        let place = after.and_then(|after| after.split_once(':')).and_then(|(key, n)| {
            let key: Box<dyn ToSql> = match order {
                "problem.since" => Box::new(key.parse::<i64>().ok()?),
                _ => Box::new(key.to_owned()),
            };
            Some((key, n.parse::<i64>().ok()?))
        });
        if let Some((key, n)) = place {
            condition.values.push(key);
            condition.values.push(Box::new(n));
            let last = condition.values.len();
            condition.terms.push(format!("({order}, problem.n) > (?{}, ?{last})", last - 1));
        }
        let sql = format!(
            "SELECT problem.n, problem.id, problem.site, site.name, problem.grid, site.latitude, site.longitude,
                problem.description, problem.severity, problem.stage, problem.comment, problem.by, problem.since,
                problem.deadline, problem.found_at, problem.found_by, problem.contested
             FROM problem JOIN site ON site.id = problem.site
             WHERE {} ORDER BY {order}, problem.n LIMIT {}",
            condition.sql(),
            u64::from(limit) + 1
        );
        let mut statement = self.connection.prepare_cached(&sql)?;
        let mut rows = statement.query(condition.values().as_slice())?;
        let mut names = Names::new(self);
        let mut problems: Vec<ProblemRow> = Vec::new();
        let mut last_number = 0;
        while let Some(row) = rows.next()? {
            if problems.len() >= limit as usize {
                let next = problems.last().map(|last| match order {
                    "problem.since" => format!("{}:{last_number}", last.since.timestamp_millis()),
                    _ => format!("{}:{last_number}", last.deadline.unwrap_or_default()),
                });
                return Ok(ProblemsPage { problems, next });
            }
            last_number = row.get::<_, i64>(0)?;
            problems.push(problem_row(row, &mut names)?);
        }
        Ok(ProblemsPage { problems, next: None })
    }

    /// How many problems a filter leaves.
    pub fn count_problems(&self, filter: &ProblemFilter, today: NaiveDate) -> Result<u64, StoreError> {
        let condition = Condition::of(filter, today);
        let sql = format!("SELECT count(*) FROM problem WHERE {}", condition.sql());
        Ok(self
            .connection
            .prepare_cached(&sql)?
            .query_row(condition.values().as_slice(), |row| row.get(0))?)
    }
}

fn problem_row(row: &Row<'_>, names: &mut Names<'_>) -> Result<ProblemRow, StoreError> {
    const BAD: StoreError = StoreError::Row("problem");
    let moment = |column| {
        let at = row.get::<_, i64>(column)?;
        DateTime::from_timestamp_millis(at).ok_or(BAD)
    };
    let grid: GridCode = row.get::<_, String>(4)?.parse().map_err(|_| BAD)?;
    let place = match (row.get(5)?, row.get(6)?) {
        (Some(latitude), Some(longitude)) => Some(LatLon::new(latitude, longitude).map_err(|_| BAD)?),
        _ => None,
    };
    Ok(ProblemRow {
        id: ProblemId(row.get(1)?),
        site: SiteId(row.get(2)?),
        site_name: row.get(3)?,
        village: names.of(&grid)?.village,
        grid,
        place,
        description: row.get(7)?,
        severity: row.get::<_, String>(8)?.parse().map_err(|_| BAD)?,
        stage: row.get::<_, String>(9)?.parse().map_err(|_| BAD)?,
        comment: row.get(10)?,
        by: row.get(11)?,
        since: moment(12)?,
        deadline: day(row, 13)?,
        found_at: moment(14)?,
        found_by: row.get(15)?,
        contested: row.get(16)?,
    })
}
