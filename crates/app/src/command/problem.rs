//! Problems as lists show them.

use chrono::{DateTime, Utc};
use domain::Problem;
use domain::problem::day_in_china;
use store::ProblemRow;
use wire::message::{Count, ListProblems, ProblemFilter, ProblemLine, ProblemPage};

use super::site::MOST_ROWS;
use crate::app::Ask;
use crate::error::Failure;

pub(super) fn list(app: Ask<'_>, request: ListProblems) -> Result<ProblemPage, Failure> {
    let ListProblems { filter, after, limit } = request;
    let now = app.now();
    app.store.read(|reader| {
        let page =
            reader.problems(&filter, day_in_china(now), after.as_deref(), limit.clamp(1, MOST_ROWS))?;
        Ok(ProblemPage {
            problems: page.problems.into_iter().map(|problem| line(problem, now)).collect(),
            next: page.next,
        })
    })
}

pub(super) fn count(app: Ask<'_>, filter: ProblemFilter) -> Result<Count, Failure> {
    let today = day_in_china(app.now());
    app.store.read(|reader| Ok(Count { count: reader.count_problems(&filter, today)? }))
}

fn line(problem: ProblemRow, now: DateTime<Utc>) -> ProblemLine {
    let ProblemRow {
        id,
        site,
        site_name,
        grid,
        village,
        place,
        description,
        severity,
        stage,
        comment,
        by,
        since,
        deadline,
        found_at,
        found_by,
        contested,
    } = problem;
    ProblemLine {
        id,
        site,
        site_name,
        grid,
        village,
        place,
        description,
        severity,
        stage,
        comment,
        by,
        since,
        deadline,
        days_overdue: Problem::days_overdue(stage, deadline, now),
        found_at,
        found_by,
        contested,
    }
}
