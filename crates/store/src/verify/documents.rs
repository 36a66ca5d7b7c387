//! Documents against their changes: every change has the bytes of its hash and what it builds on is here; the snapshot
//! with the changes beside it is the same document as one built from the changes alone.

use automerge::Change;
use rusqlite::{Transaction, params};
use uuid::Uuid;
use wire::sync::DocumentKind;

use super::{Progress, Report, VerifyStep, bytes};
use crate::change::{Stored, joined, word_kind};
use crate::document::{Document, caught, read_change};
use crate::quarantine::Content;
use crate::{Reader, StoreError, Writer};

/// Walks all documents, and writes what they show into the tables of `showing`.
pub(super) fn walk(
    reader: &Reader<'_>,
    showing: &Transaction<'_>,
    report: &mut Report,
    progress: Progress<'_>,
) -> Result<(), StoreError> {
    let connection = reader.connection;
    let total = connection.query_row("SELECT count(*) FROM document", [], |row| row.get(0))?;
    let mut statement = connection.prepare("SELECT id, kind, heads FROM document ORDER BY n")?;
    let mut rows = statement.query([])?;
    let mut done = 0;
    while let Some(row) = rows.next()? {
        if u64::is_multiple_of(done, 50) {
            progress(VerifyStep::Documents, done, total);
        }
        done += 1;
        let id: Uuid = row.get(0)?;
        let (kind, heads): (String, _) = (row.get(1)?, bytes(row, 2)?);
        let place = format!("document {id}");
        let Ok(kind) = word_kind(&kind) else {
            report.fault("document_row", place, format!("its kind {kind:?} is none"));
            continue;
        };
        report.documents += 1;
        report.dossiers += u64::from(kind == DocumentKind::Dossier);
        let changes = changes(reader, id, kind, report)?;
        let loaded = caught(|| Ok(reader.load(id, kind))).unwrap_or_else(|error| Err(error.into()));
        let Stored { mut document, grid, .. } = match loaded {
            Ok(stored) => stored,
            Err(error) => {
                report.fault("document_unreadable", place, error.to_string());
                continue;
            }
        };
        if joined(&document.heads()) != heads {
            report.fault("document_heads", &place, "its latest changes are not those that are noted of it");
        }
        let content = match Content::read(&document, id) {
            Ok(content) => content,
            Err(error) => {
                report.fault("document_unreadable", place, error.to_string());
                continue;
            }
        };
        if let Some(changes) = changes {
            alone(&mut document, &content, id, changes, report);
        }
        let writer = Writer {
            reader: Reader { connection: showing, store: reader.store, scope: None },
            transaction: showing,
        };
        if let Some(grid) = grid {
            writer.show(&grid, &content)?;
        }
    }
    progress(VerifyStep::Documents, total, total);
    let without: u64 = connection.query_row(
        "SELECT count(*) FROM change WHERE NOT EXISTS (SELECT 1 FROM document WHERE document.id = change.document)",
        [],
        |row| row.get(0),
    )?;
    if without > 0 {
        report.fault("change_without_document", "table change", format!("{without} belong to no document"));
    }
    let elsewhere: u64 = connection.query_row(
        "SELECT count(*) FROM change JOIN document ON document.id = change.document WHERE change.grid <> document.grid",
        [],
        |row| row.get(0),
    )?;
    if elsewhere > 0 {
        let what = format!("{elsewhere} belong to another grid unit than their documents");
        report.fault("change_grid", "table change", what);
    }
    Ok(())
}

/// The changes of a document, if all of them can be read. Each that is wrong is named.
fn changes(
    reader: &Reader<'_>,
    id: Uuid,
    kind: DocumentKind,
    report: &mut Report,
) -> Result<Option<Vec<Change>>, StoreError> {
    let mut statement = reader
        .connection
        .prepare_cached("SELECT n, hash, bytes FROM change WHERE document = ?1 ORDER BY n")?;
    let mut rows = statement.query(params![id])?;
    let (mut changes, mut whole) = (Vec::new(), true);
    while let Some(row) = rows.next()? {
        let n: i64 = row.get(0)?;
        let (hash, bytes) = (bytes(row, 1)?, bytes(row, 2)?);
        report.changes += 1;
        let place = || format!("document {id}, change {n}");
        match read_change(&bytes) {
            Ok(change) if change.hash().0.as_slice() == hash => changes.push((n, change)),
            Ok(_) => {
                report.fault("change_hash", place(), "its bytes are not those of its hash");
                whole = false;
            }
            Err(error) => {
                report.fault("change_unreadable", place(), error.to_string());
                whole = false;
            }
        }
    }
    if reader.is_compacted(id)? {
        // Its older changes are in its snapshot only. Loading shows whether the others fit.
        return Ok(None);
    }
    let mut known = Document::begin(kind);
    let here: std::collections::HashSet<_> = changes.iter().map(|(_, change)| change.hash()).collect();
    for (n, change) in &changes {
        for missing in change.deps().iter().filter(|dep| !here.contains(dep) && !known.holds(dep)) {
            let place = format!("document {id}, change {n}");
            report.fault("change_dependency", place, format!("it builds on {missing}, which is not here"));
            whole = false;
        }
    }
    Ok(whole.then(|| changes.into_iter().map(|(_, change)| change).collect()))
}

/// Compares a document with one that is built from its changes alone.
fn alone(document: &mut Document, content: &Content, id: Uuid, changes: Vec<Change>, report: &mut Report) {
    let mut built = Document::begin(document.kind());
    let same = built
        .apply(changes)
        .and_then(|()| Ok(built.heads() == document.heads() && Content::read(&built, id)? == *content));
    let what = match same {
        Ok(true) => return,
        Ok(false) => "built from its changes alone it is another document".to_owned(),
        Err(error) => format!("it cannot be built from its changes alone: {error}"),
    };
    report.fault("document_changes", format!("document {id}"), what);
}
