//! Why to go where: what is sent back, what must be mended, plans, rechecks and tasks.

use chrono::NaiveDate;
use domain::{GridCode, LatLon, ProblemId, SiteId, TaskId};
use rusqlite::{Row, ToSql};
use uuid::Uuid;
use wire::message::VisitReason;

use super::sites::{Names, day};
use crate::{Reader, StoreError};

/// One reason to go to a site, or somewhere in a unit where no site is known.
#[derive(Debug, Clone, PartialEq)]
pub struct ErrandRow {
    /// The reason.
    pub reason: VisitReason,
    /// The site.
    pub site: Option<SiteId>,
    /// The name of the site, or what the task is about.
    pub name: String,
    /// The name of the village, as far as the task is for one.
    pub village: String,
    /// Where the site stands.
    pub place: Option<LatLon>,
    /// The problem, the task or the measures in words; what was said where it was sent back.
    pub text: String,
    /// By when.
    pub deadline: Option<NaiveDate>,
    /// The problem, if it is one.
    pub problem: Option<ProblemId>,
    /// The task, if it is one.
    pub task: Option<TaskId>,
}

/// Each gives: site, name, grid, latitude, longitude, text, deadline, problem, task. `?1` and `?2` are the bounds of the
/// grid codes, `?3` the last deadline that matters.
const SOURCES: &[(VisitReason, &str)] = &[
    (
        VisitReason::SentBack,
        "SELECT site.id, site.name, site.grid, latitude, longitude,
            CASE comment WHEN '' THEN description ELSE comment END, problem.deadline, problem.id, NULL
         FROM problem JOIN site ON site.id = problem.site
         WHERE stage = 'sent_back' AND problem.grid >= ?1 AND problem.grid < ?2 AND ?3 IS NOT NULL
         ORDER BY problem.deadline IS NULL, problem.deadline, problem.n",
    ),
    (
        VisitReason::Problem,
        "SELECT site.id, site.name, site.grid, latitude, longitude, description, problem.deadline, problem.id, NULL
         FROM problem JOIN site ON site.id = problem.site
         WHERE stage IN ('registered', 'rectifying') AND problem.deadline <= ?3
            AND problem.grid >= ?1 AND problem.grid < ?2
         ORDER BY problem.deadline, problem.n",
    ),
    (
        VisitReason::Plan,
        "SELECT id, name, grid, latitude, longitude, measures, deadline, NULL, NULL FROM site
         WHERE done = 0 AND verdict IN ('upgrade', 'relocate', 'shut_down') AND deadline IS NOT NULL AND deadline <= ?3
            AND grid >= ?1 AND grid < ?2
         ORDER BY deadline, id",
    ),
    (
        VisitReason::Recheck,
        "SELECT id, name, grid, latitude, longitude, '', recheck_on, NULL, NULL FROM site
         WHERE recheck_on IS NOT NULL AND recheck_on <= ?3 AND grid >= ?1 AND grid < ?2
         ORDER BY recheck_on, id",
    ),
    (
        // The sites of campaigns, lists and petitions that were not visited for them.
        VisitReason::Task,
        "SELECT site.id, site.name, site.grid, latitude, longitude, task.title, task.deadline, NULL, task.id
         FROM task JOIN task_site ON task_site.task = task.id JOIN site ON site.id = task_site.site
         WHERE NOT task.ended AND site.grid >= ?1 AND site.grid < ?2 AND ?3 IS NOT NULL
            AND NOT EXISTS (SELECT 1 FROM visit WHERE visit.task = task.id AND visit.site = site.id)
         ORDER BY task.deadline IS NULL, task.deadline, site.id",
    ),
    (
        // Those whose site is not known.
        VisitReason::Task,
        "SELECT NULL, task.title, task.grid, NULL, NULL, task.list, task.deadline, NULL, task.id FROM task
         WHERE NOT task.ended AND ?3 IS NOT NULL AND (grid >= ?1 AND grid < ?2 OR substr(?1, 1, length(grid)) = grid)
            AND NOT EXISTS (SELECT 1 FROM task_site WHERE task_site.task = task.id)
            AND NOT EXISTS (SELECT 1 FROM visit WHERE visit.task = task.id)
         ORDER BY task.deadline IS NULL, task.deadline, task.id",
    ),
];

impl Reader<'_> {
    /// Why to go where within a grid unit (everywhere if none is given): what is due by a day, at most `limit` of each
    /// kind, the most urgent of each first.
    pub fn errands(
        &self,
        grid: Option<&GridCode>,
        due_by: NaiveDate,
        limit: u32,
    ) -> Result<Vec<ErrandRow>, StoreError> {
        let first = grid.map(GridCode::to_string).unwrap_or_default();
        let end = format!("{first}:");
        let due_by = due_by.to_string();
        let bounds: [&dyn ToSql; 3] = [&first, &end, &due_by];
        let mut names = Names::new(self);
        let mut errands = Vec::new();
        for (reason, source) in SOURCES {
            let mut statement = self.connection.prepare_cached(&format!("{source} LIMIT {limit}"))?;
            let mut rows = statement.query(&bounds[..])?;
            while let Some(row) = rows.next()? {
                errands.push(errand(*reason, row, &mut names)?);
            }
        }
        Ok(errands)
    }

    /// What is late in each village: problems past their deadline, and sites past that of their plan.
    pub fn overdue_villages(
        &self,
        grid: Option<&GridCode>,
        today: NaiveDate,
    ) -> Result<Vec<(GridCode, u64, u64)>, StoreError> {
        let first = grid.map(GridCode::to_string).unwrap_or_default();
        let mut statement = self.connection.prepare_cached(
            "SELECT grid, sum(problems), sum(sites) FROM (
                SELECT grid, count(*) AS problems, 0 AS sites FROM problem
                WHERE stage <> 'closed_out' AND deadline IS NOT NULL AND deadline < ?3 AND grid >= ?1 AND grid < ?2
                GROUP BY grid
                UNION ALL
                SELECT grid, 0, count(*) FROM site
                WHERE done = 0 AND verdict IN ('upgrade', 'relocate', 'shut_down') AND deadline IS NOT NULL
                    AND deadline < ?3 AND grid >= ?1 AND grid < ?2
                GROUP BY grid
             ) GROUP BY grid ORDER BY sum(problems) + sum(sites) DESC, grid",
        )?;
        let mut rows = statement.query([&first, &format!("{first}:"), &today.to_string()])?;
        let mut villages = Vec::new();
        while let Some(row) = rows.next()? {
            let grid = row.get::<_, String>(0)?.parse().map_err(|_| StoreError::Row("problem"))?;
            villages.push((grid, row.get(1)?, row.get(2)?));
        }
        Ok(villages)
    }
}

fn errand(reason: VisitReason, row: &Row<'_>, names: &mut Names<'_>) -> Result<ErrandRow, StoreError> {
    const BAD: StoreError = StoreError::Row("errand");
    let grid: GridCode = row.get::<_, String>(2)?.parse().map_err(|_| BAD)?;
    let named = names.of(&grid)?;
    let village = [named.village, named.town, named.county].into_iter().find(|name| !name.is_empty());
    let place = match (row.get(3)?, row.get(4)?) {
        (Some(latitude), Some(longitude)) => Some(LatLon::new(latitude, longitude).map_err(|_| BAD)?),
        _ => None,
    };
    Ok(ErrandRow {
        reason,
        site: row.get::<_, Option<Uuid>>(0)?.map(SiteId),
        name: row.get(1)?,
        village: village.unwrap_or_default(),
        place,
        text: row.get(5)?,
        deadline: day(row, 6)?,
        problem: row.get::<_, Option<Uuid>>(7)?.map(ProblemId),
        task: row.get::<_, Option<Uuid>>(8)?.map(TaskId),
    })
}
