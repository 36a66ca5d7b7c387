//! What waits for whoever asks: where to go next, and for a lead what to decide.

use std::collections::BTreeMap;

use chrono::{DateTime, Days, NaiveDate, Utc};
use domain::problem::day_in_china;
use domain::{GridCode, GridUnit, LatLon, Permission, SiteId, Stage, TaskId, TaskKind};
use store::{ErrandRow, Reader, StoreError};
use wire::message::{
    Errand, LeadWaiting, ProblemFilter, SiteFilter, TaskFilter, TaskState, Today, TodayOf, TodayOrder,
    TodayPlace, VillageOverdue, VisitReason,
};

use crate::app::Ask;
use crate::error::Failure;

/// What is due within a week is on the list too: a round is planned ahead.
const AHEAD: Days = Days::new(7);
/// How many reasons of one kind are looked at, so that a county's console answers at once.
const MOST_ERRANDS: u32 = 2_000;
const MOST_PLACES: u32 = 200;
/// How many villages the list of what is late has.
const MOST_VILLAGES: usize = 50;

pub(super) fn get(app: Ask<'_>, request: TodayOf) -> Result<Today, Failure> {
    let TodayOf { order, from, grid, limit } = request;
    let now = app.now();
    let today = day_in_china(now);
    app.store.read(|reader| {
        let grid = grid.as_ref();
        let due_by = today.checked_add_days(AHEAD).unwrap_or(today);
        let mut places = places(reader.errands(grid, due_by, MOST_ERRANDS)?, from, now);
        match order {
            TodayOrder::Deadline => places.sort_by_cached_key(urgency),
            TodayOrder::Distance => places.sort_by(|one, other| {
                let far = |place: &TodayPlace| place.distance_m.unwrap_or(f64::INFINITY);
                far(one).total_cmp(&far(other)).then_with(|| urgency(one).cmp(&urgency(other)))
            }),
        }
        let places_total = places.len() as u64;
        places.truncate(limit.clamp(1, MOST_PLACES) as usize);
        let problems = |stages: &[Stage], overdue| {
            let filter = ProblemFilter {
                grid: grid.cloned(),
                stages: stages.to_vec(),
                overdue,
                ..ProblemFilter::default()
            };
            reader.count_problems(&filter, tomorrow(today))
        };
        let sites =
            |filter: SiteFilter, day| reader.count_sites(&SiteFilter { grid: grid.cloned(), ..filter }, day);
        let open = TaskFilter { grid: grid.cloned(), state: Some(TaskState::Open), ..TaskFilter::default() };
        let lead = match app.caller.may(Permission::Supervise) {
            true => Some(waiting(reader, grid, today)?),
            false => None,
        };
        Ok(Today {
            role: app.role(),
            places,
            places_total,
            sent_back: problems(&[Stage::SentBack], None)?,
            problems_due: problems(&[Stage::Registered, Stage::Rectifying], Some(true))?,
            plans_due: sites(SiteFilter { overdue: Some(true), ..SiteFilter::default() }, tomorrow(today))?,
            rechecks_due: sites(SiteFilter { recheck_due: Some(true), ..SiteFilter::default() }, today)?,
            tasks_open: reader.count_tasks(&open, today)?,
            lead,
        })
    })
}

/// What is overdue tomorrow is due today.
fn tomorrow(today: NaiveDate) -> NaiveDate {
    today.succ_opt().unwrap_or(today)
}

/// Sites and tasks by what there is to do, from errands by what there is to do.
fn places(errands: Vec<ErrandRow>, from: Option<LatLon>, now: DateTime<Utc>) -> Vec<TodayPlace> {
    let today = day_in_china(now);
    let mut places: BTreeMap<(Option<SiteId>, Option<TaskId>), TodayPlace> = BTreeMap::new();
    for ErrandRow { reason, site, name, village, place, text, deadline, problem, task } in errands {
        let key = (site, task.filter(|_| site.is_none()));
        let late = deadline.map(|deadline| (today - deadline).num_days()).filter(|days| *days > 0);
        let at = places.entry(key).or_insert_with(|| TodayPlace {
            site,
            name,
            village,
            place,
            distance_m: from.zip(place).map(|(from, place)| from.distance_m(place)),
            errands: Vec::new(),
        });
        at.errands.push(Errand { reason, text, deadline, days_overdue: late, problem, task });
    }
    let mut places: Vec<TodayPlace> = places.into_values().collect();
    for place in &mut places {
        place.errands.sort_by_key(|errand| (errand.reason != VisitReason::SentBack, due(errand)));
    }
    places
}

fn due(errand: &Errand) -> NaiveDate {
    errand.deadline.unwrap_or(NaiveDate::MAX)
}

/// What a list by deadline goes by: what was sent back, because somebody waits for an answer; then the earliest day, and
/// the name.
fn urgency(place: &TodayPlace) -> (bool, NaiveDate, String) {
    let first = place.errands.iter().map(due).min().unwrap_or(NaiveDate::MAX);
    let sent_back = place.errands.iter().any(|errand| errand.reason == VisitReason::SentBack);
    (!sent_back, first, place.name.clone())
}

fn waiting(
    reader: &Reader<'_>,
    grid: Option<&GridCode>,
    today: NaiveDate,
) -> Result<LeadWaiting, StoreError> {
    let at = |stage| {
        let filter = ProblemFilter { grid: grid.cloned(), stages: vec![stage], ..ProblemFilter::default() };
        reader.count_problems(&filter, today)
    };
    let sites = |filter: SiteFilter| reader.count_sites(&SiteFilter { grid: grid.cloned(), ..filter }, today);
    let tasks = |filter: TaskFilter| reader.count_tasks(&TaskFilter { grid: grid.cloned(), ..filter }, today);
    let mut overdue = Vec::new();
    for (code, problems, sites) in reader.overdue_villages(grid, today)?.into_iter().take(MOST_VILLAGES) {
        let name = reader.unit(&code)?.map(|unit| unit.name).unwrap_or_default();
        overdue.push(VillageOverdue { unit: GridUnit { code, name }, problems, sites });
    }
    Ok(LeadWaiting {
        to_confirm: at(Stage::Discovered)?,
        to_register: at(Stage::Confirmed)?,
        to_verify: at(Stage::Rectifying)?,
        to_close: at(Stage::Supervised)?,
        held: reader.held_waiting()?,
        contested: sites(SiteFilter { conflict: Some(true), ..SiteFilter::default() })?,
        alerts: sites(SiteFilter { alert: Some(true), ..SiteFilter::default() })?,
        to_answer: tasks(TaskFilter {
            kind: Some(TaskKind::Petition),
            state: Some(TaskState::Checked),
            ..TaskFilter::default()
        })?,
        tasks_overdue: tasks(TaskFilter { overdue: Some(true), ..TaskFilter::default() })?,
        overdue,
    })
}
