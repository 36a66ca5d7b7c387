//! Forms and their photos, and changes that are kept apart from the documents.

use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::{Report, bytes};
use crate::document::read_change;
use crate::{Reader, StoreError};

pub(super) fn walk(reader: &Reader<'_>, report: &mut Report) -> Result<(), StoreError> {
    forms(reader, report)?;
    held(reader, report)?;
    changes(reader, "held_change", report)?;
    changes(reader, "set_aside", report)?;
    poison(reader, report)
}

fn forms(reader: &Reader<'_>, report: &mut Report) -> Result<(), StoreError> {
    match reader.drafts() {
        Ok(drafts) => report.forms = drafts.len() as u64,
        Err(error) => report.fault("form", "table draft", error.to_string()),
    }
    let mut statement = reader.connection.prepare(
        "SELECT draft_photo.draft, draft_photo.hash FROM draft_photo
         LEFT JOIN photo_file ON photo_file.hash = draft_photo.hash
         WHERE coalesce(photo_file.removed, 1) = 1 ORDER BY draft_photo.n",
    )?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (form, hash): (Uuid, String) = (row.get(0)?, row.get(1)?);
        report.fault("form_photo", format!("form {form}"), format!("its photo {hash} is not here"));
    }
    Ok(())
}

fn held(reader: &Reader<'_>, report: &mut Report) -> Result<(), StoreError> {
    let mut statement = reader.connection.prepare("SELECT id FROM held ORDER BY id")?;
    let ids: Vec<Uuid> = statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    for id in ids {
        if let Err(error) = reader.held_work(id) {
            report.fault("held", format!("held work {id}"), error.to_string());
        }
    }
    let stray: u64 = reader.connection.query_row(
        "SELECT count(*) FROM held_change WHERE NOT EXISTS (SELECT 1 FROM held WHERE held.id = held_change.held)",
        [],
        |row| row.get(0),
    )?;
    if stray > 0 {
        report.fault("held", "table held_change", format!("{stray} changes belong to no held work"));
    }
    Ok(())
}

/// Changes with a hash of their own, which could be read when they came.
fn changes(reader: &Reader<'_>, table: &'static str, report: &mut Report) -> Result<(), StoreError> {
    let mut statement =
        reader.connection.prepare(&format!("SELECT n, hash, bytes FROM {table} ORDER BY n"))?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (n, hash, bytes): (i64, _, _) = (row.get(0)?, bytes(row, 1)?, bytes(row, 2)?);
        report.held += 1;
        let place = || format!("table {table}, change {n}");
        match read_change(&bytes) {
            Ok(change) if change.hash().0.as_slice() == hash => {}
            Ok(_) => report.fault("held", place(), "its bytes are not those of its hash"),
            Err(error) => report.fault("held", place(), error.to_string()),
        }
    }
    Ok(())
}

/// What could not be read when it came is known by the hash of its bytes.
fn poison(reader: &Reader<'_>, report: &mut Report) -> Result<(), StoreError> {
    let mut statement = reader.connection.prepare("SELECT n, sha256, bytes FROM poison ORDER BY n")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (n, sha256, bytes): (i64, _, _) = (row.get(0)?, bytes(row, 1)?, bytes(row, 2)?);
        report.held += 1;
        if Sha256::digest(&bytes).as_slice() != sha256 {
            let place = format!("table poison, change {n}");
            report.fault("poison", place, "its bytes are not those of its hash");
        }
    }
    Ok(())
}
