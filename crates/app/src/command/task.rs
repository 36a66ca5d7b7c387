//! Petitions, assigned lists and campaigns as they are looked at.

use chrono::{DateTime, Utc};
use domain::GridUnit;
use domain::problem::day_in_china;
use store::{Reader, StoreError, TaskRow, TaskVisitRow};
use wire::message::{
    ListTasks, OneTask, TaskLine, TaskList, TaskListsOf, TaskPage, TaskView, TaskVisit, VillageProgress,
};

use super::grid::path;
use super::site::MOST_ROWS;
use crate::app::Ask;
use crate::error::{Failure, not_found};

/// How many visits one view of a task lists.
const MOST_VISITS: u32 = 200;

pub(super) fn list(app: Ask<'_>, request: ListTasks) -> Result<TaskPage, Failure> {
    let ListTasks { filter, after, limit } = request;
    let now = app.now();
    app.store.read(|reader| {
        let limit = limit.clamp(1, MOST_ROWS);
        let (tasks, next) = reader.tasks(&filter, day_in_china(now), after.as_deref(), limit)?;
        let tasks = tasks.into_iter().map(|task| line(reader, task, now)).collect::<Result<_, _>>()?;
        Ok(TaskPage { tasks, next })
    })
}

pub(super) fn lists(app: Ask<'_>, request: TaskListsOf) -> Result<Vec<TaskList>, Failure> {
    let today = day_in_china(app.now());
    app.store.read(|reader| {
        let lists = reader.task_lists(request.grid.as_ref(), today)?;
        let list = |(kind, list, tasks, figures)| TaskList { kind, list, tasks, figures };
        Ok(lists.into_iter().map(list).collect())
    })
}

pub(super) fn get(app: Ask<'_>, request: OneTask) -> Result<TaskView, Failure> {
    let now = app.now();
    app.store.read(|reader| {
        let task = reader.task(request.task)?.ok_or_else(|| not_found("task"))?;
        let row = reader.task_row(request.task, day_in_china(now))?.ok_or_else(|| not_found("task"))?;
        let mut villages = Vec::new();
        for (code, figures) in reader.task_villages(task.id)? {
            let name = reader.unit(&code)?.map(|unit| unit.name).unwrap_or_default();
            villages.push(VillageProgress { unit: GridUnit { code, name }, figures });
        }
        let mut visits = Vec::new();
        for visit in reader.task_visits(task.id, MOST_VISITS)? {
            let TaskVisitRow { site, site_name, grid, inspection, at, by, problems, major } = visit;
            let village = reader.unit(&grid)?.map(|unit| unit.name).unwrap_or_default();
            visits.push(TaskVisit { site, site_name, village, inspection, at, by, problems, major });
        }
        let path = path(reader, &task.grid)?;
        let days_overdue = days_overdue(&row, now);
        let TaskRow { state, figures, .. } = row;
        Ok(TaskView { task, state, days_overdue, path, figures, villages, visits })
    })
}

/// A task as a line of a list.
pub(super) fn line(reader: &Reader<'_>, task: TaskRow, now: DateTime<Utc>) -> Result<TaskLine, StoreError> {
    let unit = reader.unit(&task.grid)?.map(|unit| unit.name).unwrap_or_default();
    let days_overdue = days_overdue(&task, now);
    let TaskRow {
        id,
        kind,
        grid,
        list,
        number,
        title,
        deadline,
        state,
        site,
        figures,
        replied_on,
        satisfied,
    } = task;
    Ok(TaskLine {
        id,
        kind,
        grid,
        unit,
        list,
        number,
        title,
        deadline,
        days_overdue,
        state,
        site,
        figures,
        replied_on,
        satisfied,
    })
}

fn days_overdue(task: &TaskRow, now: DateTime<Utc>) -> Option<i64> {
    let deadline = task.deadline.filter(|_| task.figures.overdue > 0)?;
    Some((day_in_china(now) - deadline).num_days())
}
