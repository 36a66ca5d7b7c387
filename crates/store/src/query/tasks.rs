//! Tasks and what came of them. Every figure is a count of rows: visits, problems and cases that name the task.

use chrono::{DateTime, NaiveDate, Utc};
use domain::{GridCode, InspectionId, SiteId, TaskFigures, TaskId, TaskKind};
use rusqlite::{Row, ToSql, params};
use uuid::Uuid;
use wire::message::{TaskFilter, TaskState};

use super::sites::day;
use crate::{Reader, StoreError};

/// A task as the tables show it.
#[derive(Debug, Clone, PartialEq)]
pub struct TaskRow {
    /// The task.
    pub id: TaskId,
    /// Where it comes from.
    pub kind: TaskKind,
    /// Whom it is for.
    pub grid: GridCode,
    /// The list that it came with.
    pub list: String,
    /// Its number.
    pub number: String,
    /// What it is about.
    pub title: String,
    /// By when.
    pub deadline: Option<NaiveDate>,
    /// How far it has come.
    pub state: TaskState,
    /// The site, where it is about one.
    pub site: Option<SiteId>,
    /// What came of it so far.
    pub figures: TaskFigures,
    /// The day on which it was answered.
    pub replied_on: Option<NaiveDate>,
    /// Whether the petitioner was satisfied.
    pub satisfied: Option<bool>,
}

/// A visit that was made for a task.
#[derive(Debug, Clone, PartialEq)]
pub struct TaskVisitRow {
    /// The site.
    pub site: SiteId,
    /// The name of the site.
    pub site_name: String,
    /// Its village.
    pub grid: GridCode,
    /// The visit.
    pub inspection: InspectionId,
    /// When.
    pub at: DateTime<Utc>,
    /// Who.
    pub by: String,
    /// Problems that were found on it.
    pub problems: u64,
    /// Those among them that are major.
    pub major: u64,
}

/// Tasks with their figures. A campaign counts its sites; any other task counts once, wherever it was visited for. `?1` is
/// today.
const TASKS: &str = "
    WITH visited AS (
        SELECT visit.task, visit.site,
            EXISTS (SELECT 1 FROM task_site WHERE task_site.task = visit.task AND task_site.site = visit.site) AS named,
            count(problem.n) AS problems,
            count(problem.n) FILTER (WHERE problem.severity = 'major') AS major,
            count(problem.n) FILTER (WHERE problem.stage = 'closed_out') AS closed_out
        FROM visit LEFT JOIN problem ON problem.inspection = visit.id AND problem.site = visit.site
        WHERE visit.task IS NOT NULL GROUP BY visit.task, visit.site
    ), result AS (
        SELECT task, count(*) AS sites, count(*) FILTER (WHERE named) AS named,
            count(*) FILTER (WHERE problems > 0) AS sites_with, count(*) FILTER (WHERE named AND problems > 0) AS named_with,
            -- Of a campaign only what was found at its own sites counts, so that it is the sum of its villages.
            sum(problems) AS problems, sum(major) AS major, sum(closed_out) AS closed_out,
            coalesce(sum(problems) FILTER (WHERE named), 0) AS named_problems,
            coalesce(sum(major) FILTER (WHERE named), 0) AS named_major,
            coalesce(sum(closed_out) FILTER (WHERE named), 0) AS named_closed_out
        FROM visited GROUP BY task
    ), figure AS (
        SELECT task.*,
            CASE kind WHEN 'campaign' THEN (SELECT count(*) FROM task_site WHERE task_site.task = task.id) ELSE 1 END
                AS assigned,
            coalesce(CASE kind WHEN 'campaign' THEN result.named ELSE min(result.sites, 1) END, 0) AS checked,
            coalesce(CASE kind WHEN 'campaign' THEN result.named_with ELSE min(result.sites_with, 1) END, 0)
                AS with_problems,
            coalesce(CASE kind WHEN 'campaign' THEN named_problems ELSE result.problems END, 0) AS problems,
            coalesce(CASE kind WHEN 'campaign' THEN named_major ELSE result.major END, 0) AS major,
            coalesce(CASE kind WHEN 'campaign' THEN named_closed_out ELSE result.closed_out END, 0) AS closed_out,
            (SELECT count(*) FROM filed_case WHERE filed_case.task = task.id) AS cases,
            (SELECT coalesce(sum(fine_yuan), 0) FROM filed_case WHERE filed_case.task = task.id) AS fines,
            (SELECT site FROM task_site WHERE task_site.task = task.id AND kind <> 'campaign' LIMIT 1) AS site
        FROM task LEFT JOIN result ON result.task = task.id
    ), standing AS (
        SELECT *,
            CASE WHEN ended THEN 'ended' WHEN checked >= assigned THEN 'checked' ELSE 'open' END AS state,
            NOT ended AND deadline IS NOT NULL AND deadline < ?1
                AND CASE kind WHEN 'petition' THEN replied_on IS NULL ELSE checked < assigned END AS overdue
        FROM figure
    )";

/// Those with the nearest deadline first, then in the order of their lists: 2 comes before 10.
const ORDER: &str = "coalesce(deadline, '9999-12-31'), list, length(number), number, id";

impl Reader<'_> {
    /// A page of tasks, those with the nearest deadline first, and where the next page begins.
    pub fn tasks(
        &self,
        filter: &TaskFilter,
        today: NaiveDate,
        after: Option<&str>,
        limit: u32,
    ) -> Result<(Vec<TaskRow>, Option<String>), StoreError> {
        let (mut terms, mut values) = condition(filter, today);
        if let Some(last) = after.and_then(|after| after.parse::<Uuid>().ok()) {
            values.push(Box::new(last));
            let n = values.len();
            terms.push(format!("({ORDER}) > (SELECT {ORDER} FROM task WHERE id = ?{n})"));
        }
        let sql = format!(
            "{TASKS} SELECT id, kind, grid, list, number, title, deadline, state, site, assigned, checked, with_problems,
                problems, major, closed_out, cases, fines, replied_on, satisfied, overdue
             FROM standing WHERE {} ORDER BY {ORDER} LIMIT {}",
            terms.join(" AND "),
            u64::from(limit) + 1
        );
        let mut statement = self.connection.prepare_cached(&sql)?;
        let values: Vec<&dyn ToSql> = values.iter().map(AsRef::as_ref).collect();
        let mut rows = statement.query(values.as_slice())?;
        let mut tasks: Vec<TaskRow> = Vec::new();
        while let Some(row) = rows.next()? {
            if tasks.len() >= limit as usize {
                let next = tasks.last().map(|last| last.id.to_string());
                return Ok((tasks, next));
            }
            tasks.push(task_row(row)?);
        }
        Ok((tasks, None))
    }

    /// One task as the tables show it.
    pub fn task_row(&self, task: TaskId, today: NaiveDate) -> Result<Option<TaskRow>, StoreError> {
        let sql = format!(
            "{TASKS} SELECT id, kind, grid, list, number, title, deadline, state, site, assigned, checked, with_problems,
                problems, major, closed_out, cases, fines, replied_on, satisfied, overdue
             FROM standing WHERE id = ?2"
        );
        let mut statement = self.connection.prepare_cached(&sql)?;
        let mut rows = statement.query(params![today.to_string(), task.0])?;
        rows.next()?.map(task_row).transpose()
    }

    /// How many tasks a filter leaves.
    pub fn count_tasks(&self, filter: &TaskFilter, today: NaiveDate) -> Result<u64, StoreError> {
        let (terms, values) = condition(filter, today);
        let sql = format!("{TASKS} SELECT count(*) FROM standing WHERE {}", terms.join(" AND "));
        let values: Vec<&dyn ToSql> = values.iter().map(AsRef::as_ref).collect();
        Ok(self.connection.prepare_cached(&sql)?.query_row(values.as_slice(), |row| row.get(0))?)
    }

    /// What came of each list: its kind, its name, how many tasks it has, and their figures.
    pub fn task_lists(
        &self,
        grid: Option<&GridCode>,
        today: NaiveDate,
    ) -> Result<Vec<(TaskKind, String, u64, TaskFigures)>, StoreError> {
        let filter = TaskFilter { grid: grid.cloned(), ..TaskFilter::default() };
        let (terms, values) = condition(&filter, today);
        let sql = format!(
            "{TASKS} SELECT kind, list, count(*), sum(assigned), sum(checked), sum(with_problems), sum(problems),
                sum(major), sum(closed_out), sum(cases), sum(fines), count(replied_on),
                count(*) FILTER (WHERE satisfied), sum(overdue)
             FROM standing WHERE {} GROUP BY kind, list ORDER BY max(at) DESC, kind, list",
            terms.join(" AND ")
        );
        let mut statement = self.connection.prepare_cached(&sql)?;
        let values: Vec<&dyn ToSql> = values.iter().map(AsRef::as_ref).collect();
        let mut rows = statement.query(values.as_slice())?;
        let mut lists = Vec::new();
        while let Some(row) = rows.next()? {
            let kind = row.get::<_, String>(0)?.parse().map_err(|_| StoreError::Row("task"))?;
            let figures = TaskFigures {
                assigned: row.get(3)?,
                checked: row.get(4)?,
                with_problems: row.get(5)?,
                problems: row.get(6)?,
                major: row.get(7)?,
                closed_out: row.get(8)?,
                cases: row.get(9)?,
                fines_yuan: row.get(10)?,
                replied: row.get(11)?,
                satisfied: row.get(12)?,
                overdue: row.get(13)?,
            };
            lists.push((kind, row.get(1)?, row.get(2)?, figures));
        }
        Ok(lists)
    }

    /// What came of a campaign in each village that is here.
    pub fn task_villages(&self, task: TaskId) -> Result<Vec<(GridCode, TaskFigures)>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "WITH named AS (
                SELECT site.grid, site.id,
                    EXISTS (SELECT 1 FROM visit WHERE visit.task = ?1 AND visit.site = site.id) AS visited
                FROM task_site JOIN site ON site.id = task_site.site WHERE task_site.task = ?1
             ), found AS (
                SELECT visit.site, count(*) AS problems, count(*) FILTER (WHERE severity = 'major') AS major,
                    count(*) FILTER (WHERE stage = 'closed_out') AS closed_out
                FROM visit JOIN problem ON problem.inspection = visit.id AND problem.site = visit.site
                WHERE visit.task = ?1 GROUP BY visit.site
             )
             SELECT grid, count(*), sum(visited), count(found.site), coalesce(sum(problems), 0),
                coalesce(sum(major), 0), coalesce(sum(closed_out), 0)
             FROM named LEFT JOIN found ON found.site = named.id GROUP BY grid ORDER BY grid",
        )?;
        let mut rows = statement.query([task.0])?;
        let mut villages = Vec::new();
        while let Some(row) = rows.next()? {
            let grid = row.get::<_, String>(0)?.parse().map_err(|_| StoreError::Row("task"))?;
            let figures = TaskFigures {
                assigned: row.get(1)?,
                checked: row.get(2)?,
                with_problems: row.get(3)?,
                problems: row.get(4)?,
                major: row.get(5)?,
                closed_out: row.get(6)?,
                ..TaskFigures::default()
            };
            villages.push((grid, figures));
        }
        Ok(villages)
    }

    /// The latest visits that were made for a task.
    pub fn task_visits(&self, task: TaskId, limit: u32) -> Result<Vec<TaskVisitRow>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT visit.site, site.name, visit.grid, visit.id, visit.at, visit.by, count(problem.n),
                count(problem.n) FILTER (WHERE problem.severity = 'major')
             FROM visit JOIN site ON site.id = visit.site
                LEFT JOIN problem ON problem.inspection = visit.id AND problem.site = visit.site
             WHERE visit.task = ?1 GROUP BY visit.site, visit.id ORDER BY visit.at DESC, visit.id LIMIT ?2",
        )?;
        let mut rows = statement.query(params![task.0, limit])?;
        let mut visits = Vec::new();
        while let Some(row) = rows.next()? {
            const BAD: StoreError = StoreError::Row("visit");
            visits.push(TaskVisitRow {
                site: SiteId(row.get(0)?),
                site_name: row.get(1)?,
                grid: row.get::<_, String>(2)?.parse().map_err(|_| BAD)?,
                inspection: InspectionId(row.get(3)?),
                at: DateTime::from_timestamp_millis(row.get(4)?).ok_or(BAD)?,
                by: row.get(5)?,
                problems: row.get(6)?,
                major: row.get(7)?,
            });
        }
        Ok(visits)
    }
}

fn condition(filter: &TaskFilter, today: NaiveDate) -> (Vec<String>, Vec<Box<dyn ToSql>>) {
    let TaskFilter { grid, kind, list, state, overdue } = filter;
    let mut values: Vec<Box<dyn ToSql>> = vec![Box::new(today.to_string())];
    let mut terms = vec!["1".to_owned()];
    let mut bind = |value: String| {
        values.push(Box::new(value));
        values.len()
    };
    if let Some(grid) = grid {
        let (n, end) = (bind(grid.to_string()), bind(format!("{grid}:")));
        // Within it, or above it: ':' comes after '9'.
        terms.push(format!("(grid >= ?{n} AND grid < ?{end} OR substr(?{n}, 1, length(grid)) = grid)"));
    }
    if let Some(kind) = kind {
        terms.push(format!("kind = '{kind}'"));
    }
    if let Some(list) = list {
        terms.push(format!("list = ?{}", bind(list.clone())));
    }
    if let Some(state) = state {
        terms.push(format!("state = '{}'", state_word(*state)));
    }
    if let Some(overdue) = overdue {
        terms.push(format!("overdue = {}", u8::from(*overdue)));
    }
    (terms, values)
}

fn state_word(state: TaskState) -> &'static str {
    match state {
        TaskState::Open => "open",
        TaskState::Checked => "checked",
        TaskState::Ended => "ended",
    }
}

fn task_row(row: &Row<'_>) -> Result<TaskRow, StoreError> {
    const BAD: StoreError = StoreError::Row("task");
    let state = match row.get_ref(7)?.as_str().map_err(rusqlite::Error::from)? {
        "ended" => TaskState::Ended,
        "checked" => TaskState::Checked,
        _ => TaskState::Open,
    };
    let (replied_on, satisfied): (_, Option<bool>) = (day(row, 17)?, row.get(18)?);
    Ok(TaskRow {
        id: TaskId(row.get(0)?),
        kind: row.get::<_, String>(1)?.parse().map_err(|_| BAD)?,
        grid: row.get::<_, String>(2)?.parse().map_err(|_| BAD)?,
        list: row.get(3)?,
        number: row.get(4)?,
        title: row.get(5)?,
        deadline: day(row, 6)?,
        state,
        site: row.get::<_, Option<Uuid>>(8)?.map(SiteId),
        figures: TaskFigures {
            assigned: row.get(9)?,
            checked: row.get(10)?,
            with_problems: row.get(11)?,
            problems: row.get(12)?,
            major: row.get(13)?,
            closed_out: row.get(14)?,
            cases: row.get(15)?,
            fines_yuan: row.get(16)?,
            replied: u64::from(replied_on.is_some()),
            satisfied: u64::from(satisfied == Some(true)),
            overdue: u64::from(row.get::<_, bool>(19)?),
        },
        replied_on,
        satisfied,
    })
}
