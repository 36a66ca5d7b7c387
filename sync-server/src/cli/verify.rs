//! `verify`

use std::collections::HashSet;
use std::io::Write as _;
use std::path::Path;

use app::tile_archive_file;
use domain::GridCode;
use rusqlite::{Connection, OpenFlags};
use serde_json::json;
use store::{Report, Store, VerifyOptions, VerifyStep, verify};
use uuid::Uuid;

use super::progress::{Progress, count};
use super::{Complaint, must_be_there};

const ACCESS: &str = "access.sqlite";

pub(super) fn run(data: &Path, json: bool) -> Result<(), Complaint> {
    must_be_there(data)?;
    let store = Store::open_reading(data)?;
    let mut progress = Progress::new();
    let mut report = verify(&store, VerifyOptions::default(), &mut |step, done, total| {
        let what = match step {
            VerifyStep::Database => "the database",
            VerifyStep::Documents => "documents",
            VerifyStep::Tables => "tables",
            VerifyStep::Photos => "photos",
        };
        progress.at(what, done, total);
    })?;
    drop(progress);
    if let Err(error) = access(data, &mut report) {
        report.fault("access", ACCESS, error.to_string());
    }
    if let Some((path, bytes)) = tile_archive_file(&store)?
        && std::fs::metadata(data.join(&path)).map(|file| file.len()).ok() != Some(bytes)
    {
        report.fault("tiles", path, "the archive of map tiles is not there, or has another size");
    }
    tell(&report, json)
}

fn tell(report: &Report, json: bool) -> Result<(), Complaint> {
    let Report {
        documents,
        dossiers,
        changes,
        rows,
        photos,
        awaited_photos,
        forms,
        held,
        faults,
        more_faults,
        leftovers,
    } = report;
    let wrong = faults.len() as u64 + more_faults;
    let mut out = std::io::stdout();
    if json {
        let named =
            |fault: &store::Fault| json!({ "kind": fault.kind, "place": fault.place, "what": fault.what });
        let faults: Vec<_> = faults.iter().map(named).collect();
        let leftovers: Vec<_> = leftovers.iter().map(named).collect();
        let object = json!({
            "right": wrong == 0, "wrong": wrong, "documents": documents, "dossiers": dossiers, "changes": changes,
            "rows": rows, "photos": photos, "awaited_photos": awaited_photos, "forms": forms, "held": held,
            "faults": faults, "leftovers": leftovers,
        });
        writeln!(out, "{object}")?;
    } else {
        for fault in faults {
            writeln!(out, "{fault}")?;
        }
        if *more_faults > 0 {
            writeln!(out, "and {more_faults} more")?;
        }
    }
    for leftover in leftovers {
        eprintln!("harmless: {leftover}");
    }
    if wrong > 0 {
        return Err(Complaint(format!(
            "{} wrong. Keep this folder as it is, restore the last good backup beside it, and let the devices sync",
            if wrong == 1 { "1 thing is".to_owned() } else { format!("{wrong} things are") }
        )));
    }
    if !json {
        let awaited = match awaited_photos {
            0 => String::new(),
            awaited => format!(" {} that records mention have not arrived.", count(*awaited, "photo")),
        };
        writeln!(
            out,
            "All is right: {} ({}), {} with the right hash, {} of tables as in their documents, {} with the right hash, {}, \
             {} that are held or set aside.{awaited}",
            count(*dossiers, "dossier"),
            count(*documents, "document"),
            count(*changes, "change"),
            count(*rows, "row"),
            count(*photos, "photo"),
            count(*forms, "form"),
            count(*held, "change"),
        )?;
    }
    Ok(())
}

/// The list of who may reach the server, read beside it.
fn access(data: &Path, report: &mut Report) -> Result<(), rusqlite::Error> {
    let path = data.join(ACCESS);
    if !path.exists() {
        // Nobody was ever let in.
        return Ok(());
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.pragma_update(None, "query_only", "ON")?;
    connection.execute_batch("BEGIN")?;
    for pragma in ["integrity_check", "foreign_key_check"] {
        let mut statement = connection.prepare(&format!("PRAGMA {pragma}"))?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let found: String = row.get(0)?;
            if found != "ok" {
                report.fault("access", ACCESS, found);
            }
        }
    }
    let mut statement = connection.prepare("SELECT id FROM person")?;
    let people: HashSet<Uuid> = statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    let mut statement = connection.prepare(
        "SELECT 'device', id, person, scope FROM device UNION ALL SELECT 'invitation', id, person, scope FROM invitation
         UNION ALL SELECT 'session', id, person, '' FROM session UNION ALL SELECT 'person', id, id, scope FROM person",
    )?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (table, id, person, scope): (String, Uuid, Uuid, String) =
            (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?);
        let place = format!("{ACCESS}, {table} {id}");
        if !people.contains(&person) {
            report.fault("access", &place, "whose it is, is on no list");
        }
        if scope.split(',').filter(|code| !code.is_empty()).any(|code| code.parse::<GridCode>().is_err()) {
            report.fault("access", place, "its grid units cannot be read");
        }
    }
    Ok(())
}
