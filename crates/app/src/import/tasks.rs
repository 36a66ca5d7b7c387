//! Lists of petitions and assigned tasks. A row is known again by its kind, list, number and text, so that importing
//! twice adds nothing.

use chrono::{DateTime, Utc};
use domain::problem::day_in_china;
use domain::{GridLevel, LedgerColumn, SiteId, Task, TaskId};
use interchange::{GridDirectory, Item, ListedTask, read_tasks};
use store::{Author, Reader, Store, StoreError, TaskWrite};
use uuid::Uuid;
use wire::message::{ImportReport, WorkStep};

use super::{ImportFailure, ImportOptions, Progress, Tally, keep_within, may_write, report};

/// Ids of imported tasks are made from what the row says, within this name space.
const ROWS: Uuid = Uuid::from_bytes(*b"village-task-row");

pub(super) fn tasks(
    store: &Store,
    bytes: &[u8],
    options: ImportOptions<'_>,
    author: &Author,
    progress: Progress<'_>,
) -> Result<ImportReport, ImportFailure> {
    let directory = GridDirectory::new(store.read::<_, StoreError>(|reader| reader.units())?);
    let mut reading = read_tasks(bytes, &directory)?;
    keep_within(&mut reading, options.scope, LedgerColumn::VillageCode.zh(), |row| &row.grid);
    let total = reading.items.len() as u64;
    let step = |step, done: usize| match done.is_multiple_of(200) {
        true => progress(step, done as u64, total).map_err(ImportFailure::Stopped),
        false => Ok(()),
    };
    if !may_write(options, &reading) {
        let tally = store.read(|reader| {
            let mut tally = Tally::default();
            for (done, item) in reading.items.iter().enumerate() {
                step(WorkStep::Comparing, done)?;
                tally.count_task(reader.task(task_id(&item.value))?.is_some());
            }
            Ok::<_, ImportFailure>(tally)
        })?;
        return Ok(report(options, &reading, tally, false));
    }
    let tally = store.write(|writer| {
        let mut tally = Tally::default();
        for (done, Item { value: row, .. }) in reading.items.iter().enumerate() {
            step(WorkStep::Writing, done)?;
            let sites = site(writer, row)?.into_iter().collect();
            writer.edit_task::<StoreError>(task_id(row), author, |before| {
                tally.count_task(before.is_some());
                Ok(match before {
                    Some(_) => Vec::new(),
                    None => vec![TaskWrite::HandOut(task(row, sites, author.at, &author.person))],
                })
            })?;
        }
        Ok::<_, ImportFailure>(tally)
    })?;
    Ok(report(options, &reading, tally, true))
}

impl Tally {
    fn count_task(&mut self, known: bool) {
        if known {
            self.unchanged += 1;
        } else {
            self.added += 1;
        }
    }
}

fn task_id(row: &ListedTask) -> TaskId {
    let ListedTask { kind, grid, list, number, title, content, .. } = row;
    // One that is numbered is known by its number within its town, because every town counts from 1; the others by all
    // that they say.
    let town = grid.at(GridLevel::Town).unwrap_or_else(|| grid.clone());
    let said =
        if number.is_empty() { [title.as_str(), content, grid.as_str()].join("\n") } else { String::new() };
    let name = [kind.as_str(), town.as_str(), list, number, &said].join("\n");
    TaskId(Uuid::new_v5(&ROWS, name.as_bytes()))
}

/// The site that a row is about: by its credit code, or by village and name where only one is called so.
fn site(reader: &Reader<'_>, row: &ListedTask) -> Result<Option<SiteId>, StoreError> {
    if !row.credit_code.is_empty()
        && let Some(site) = reader.site_by_credit_code(&row.credit_code)?
    {
        return Ok(Some(site));
    }
    if row.name.is_empty() {
        return Ok(None);
    }
    match reader.sites_by_name(&row.grid, &row.name)?.as_slice() {
        [site] => Ok(Some(*site)),
        _ => Ok(None),
    }
}

fn task(row: &ListedTask, sites: Vec<SiteId>, at: DateTime<Utc>, by: &str) -> Task {
    let ListedTask {
        kind,
        grid,
        list,
        number,
        title,
        content,
        petitioner,
        from,
        deadline,
        name: _,
        credit_code: _,
    } = row;
    Task {
        id: task_id(row),
        kind: *kind,
        grid: grid.clone(),
        list: list.clone(),
        number: number.clone(),
        title: title.clone(),
        content: content.clone(),
        petitioner: petitioner.clone(),
        from: from.unwrap_or_else(|| day_in_china(at)),
        deadline: *deadline,
        sites,
        checklist: Vec::new(),
        at,
        by: by.to_owned(),
        replies: Vec::new(),
    }
}
