//! Division codes and boundaries.

use std::collections::{BTreeMap, HashMap};

use domain::{GridCode, GridLevel};
use interchange::{BadRow, Reading, Reason, read_boundaries, read_divisions};
use store::{Author, CountyWrite, Store, StoreError};
use wire::message::{ImportReport, WorkStep};

use super::{ImportFailure, ImportOptions, Progress, Tally, keep_within, may_write, report};

pub(super) fn divisions(
    store: &Store,
    bytes: &[u8],
    options: ImportOptions<'_>,
    author: &Author,
    progress: Progress<'_>,
) -> Result<ImportReport, ImportFailure> {
    let mut reading = read_divisions(bytes)?;
    keep_within(&mut reading, options.scope, "code", |unit| &unit.code);
    let known: HashMap<GridCode, String> = store.read::<_, StoreError>(|reader| {
        Ok(reader.units()?.into_iter().map(|unit| (unit.code, unit.name)).collect())
    })?;
    let mut tally = Tally::default();
    let mut writes: BTreeMap<GridCode, Vec<CountyWrite>> = BTreeMap::new();
    for unit in reading.items.iter().map(|item| &item.value) {
        match known.get(&unit.code) {
            Some(name) if *name == unit.name => {
                tally.unchanged += 1;
                continue;
            }
            Some(_) => tally.changed += 1,
            None => tally.added += 1,
        }
        writes.entry(county(&unit.code)).or_default().push(CountyWrite::SetUnit(unit.clone()));
    }
    let written = may_write(options, &reading) && write(store, author, writes, progress)?;
    Ok(report(options, &reading, tally, written))
}

pub(super) fn boundaries(
    store: &Store,
    bytes: &[u8],
    options: ImportOptions<'_>,
    author: &Author,
    progress: Progress<'_>,
) -> Result<ImportReport, ImportFailure> {
    let mut reading = read_boundaries(bytes)?;
    keep_within(&mut reading, options.scope, "code", |boundary| boundary.code());
    store
        .read::<_, StoreError>(|reader| keep_known(&mut reading, |code| Ok(reader.unit(code)?.is_some())))?;
    refuse_large(&mut reading);
    let mut tally = Tally::default();
    let mut writes: BTreeMap<GridCode, Vec<CountyWrite>> = BTreeMap::new();
    let mut on_record = HashMap::new();
    for boundary in reading.items.iter().map(|item| &item.value) {
        let county = county(boundary.code());
        if !on_record.contains_key(&county) {
            let known = store.read::<_, StoreError>(|reader| reader.county(&county))?;
            on_record.insert(county.clone(), known.boundaries);
        }
        let known = on_record
            .get(&county)
            .and_then(|known| known.iter().find(|other| other.code() == boundary.code()));
        match known {
            Some(known) if known == boundary => {
                tally.unchanged += 1;
                continue;
            }
            Some(_) => tally.changed += 1,
            None => tally.added += 1,
        }
        writes.entry(county).or_default().push(CountyWrite::SetBoundary(boundary.clone()));
    }
    let written = may_write(options, &reading) && write(store, author, writes, progress)?;
    Ok(report(options, &reading, tally, written))
}

/// Moves outlines to the bad rows that are too large to be synced as one change.
fn refuse_large(reading: &mut Reading<domain::Boundary>) {
    const LARGEST: usize = 2 << 20;
    let (kept, large) = std::mem::take(&mut reading.items)
        .into_iter()
        .partition(|item| CountyWrite::SetBoundary(item.value.clone()).size() <= LARGEST);
    reading.items = kept;
    reading.bad.extend(large.into_iter().map(|item| BadRow {
        row: item.row,
        column: None,
        value: item.value.code().to_string(),
        reason: Reason::OutlineTooLarge { limit: LARGEST },
    }));
}

/// Moves boundaries of units that nobody knows to the bad rows.
fn keep_known(
    reading: &mut Reading<domain::Boundary>,
    is_known: impl Fn(&GridCode) -> Result<bool, StoreError>,
) -> Result<(), StoreError> {
    let mut kept = Vec::new();
    for item in std::mem::take(&mut reading.items) {
        if is_known(item.value.code())? {
            kept.push(item);
        } else {
            let value = item.value.code().to_string();
            reading.bad.push(BadRow {
                row: item.row,
                column: Some("code".to_owned()),
                reason: Reason::GridCodeUnknown,
                value,
            });
        }
    }
    reading.items = kept;
    Ok(())
}

/// The unit whose document holds this one.
fn county(code: &GridCode) -> GridCode {
    code.at(GridLevel::County).unwrap_or_else(|| code.clone())
}

/// Splits the writes so that each part becomes a change that can be synced in one message.
fn in_parts(mut writes: &[CountyWrite]) -> Vec<&[CountyWrite]> {
    const PART: usize = 512 << 10;
    let mut parts = Vec::new();
    while !writes.is_empty() {
        let mut size = 0;
        let fitting = writes.iter().take_while(|write| {
            size += write.size();
            size <= PART
        });
        let (part, rest) = writes.split_at(fitting.count().max(1));
        parts.push(part);
        writes = rest;
    }
    parts
}

fn write(
    store: &Store,
    author: &Author,
    writes: BTreeMap<GridCode, Vec<CountyWrite>>,
    progress: Progress<'_>,
) -> Result<bool, ImportFailure> {
    let total = writes.len() as u64;
    store.write(|writer| {
        for (done, (county, writes)) in writes.iter().enumerate() {
            progress(WorkStep::Writing, done as u64, total).map_err(ImportFailure::Stopped)?;
            for part in in_parts(writes) {
                writer.edit_county(county, author, part)?;
            }
        }
        Ok::<_, ImportFailure>(())
    })?;
    Ok(true)
}
