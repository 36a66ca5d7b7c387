//! The rows of one task.

use domain::Task;
use rusqlite::params;

use crate::{StoreError, Writer};

impl Writer<'_> {
    /// Writes what the tables show of a task, in place of what they showed before.
    pub(crate) fn show_task(&self, task: &Task) -> Result<(), StoreError> {
        let replied_on = task.replies.iter().rev().find_map(|reply| reply.replied_on);
        let satisfied = task.replies.iter().rev().find_map(|reply| reply.satisfied);
        self.transaction
            .prepare_cached(
                "INSERT INTO task (id, kind, grid, list, number, title, from_day, deadline, ended, replied_on, satisfied,
                    at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
                 ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, grid = excluded.grid, list = excluded.list,
                    number = excluded.number, title = excluded.title, from_day = excluded.from_day,
                    deadline = excluded.deadline, ended = excluded.ended, replied_on = excluded.replied_on,
                    satisfied = excluded.satisfied, at = excluded.at",
            )?
            .execute(params![
                task.id.0,
                task.kind.as_str(),
                task.grid.as_str(),
                task.list,
                task.number,
                task.title,
                task.from.to_string(),
                task.deadline.map(|day| day.to_string()),
                task.ended(),
                replied_on.map(|day| day.to_string()),
                satisfied,
                task.at.timestamp_millis(),
            ])?;
        self.transaction.prepare_cached("DELETE FROM task_site WHERE task = ?1")?.execute([task.id.0])?;
        let mut insert = self
            .transaction
            .prepare_cached("INSERT INTO task_site VALUES (?1, ?2) ON CONFLICT (task, site) DO NOTHING")?;
        for site in &task.sites {
            insert.execute([task.id.0, site.0])?;
        }
        Ok(())
    }
}
