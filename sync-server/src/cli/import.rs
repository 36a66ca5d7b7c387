//! `import`

use std::path::Path;

use app::{ImportFailure, ImportOptions, import};
use store::Author;
use wire::message::{BadRow, ImportKind, ImportReport};

use super::{Complaint, What, open_or_create};

pub(super) fn run(
    data: &Path,
    what: What,
    file: &Path,
    dry_run: bool,
    skip_bad_rows: bool,
) -> Result<(), Complaint> {
    let bytes = std::fs::read(file).map_err(|error| Complaint(format!("{}: {error}", file.display())))?;
    let app = open_or_create(data)?;
    let what = match what {
        What::Divisions => ImportKind::Divisions,
        What::Boundaries => ImportKind::Boundaries,
        What::Ledger => ImportKind::Ledger,
    };
    let author = Author { person: "导入".to_owned(), command: "files.import", at: app.now() };
    let options = ImportOptions { what, dry_run, skip_bad_rows };
    let report =
        import(app.store(), &bytes, options, &author, &|_, _, _| Ok(())).map_err(
            |failure| match failure {
                ImportFailure::File { message, .. } => Complaint(format!("{}: {message}", file.display())),
                ImportFailure::Store(error) => error.into(),
                ImportFailure::Stopped(error) => error.into(),
            },
        )?;
    tell(&report, file, dry_run, skip_bad_rows)
}

fn tell(report: &ImportReport, file: &Path, dry_run: bool, skip_bad_rows: bool) -> Result<(), Complaint> {
    let ImportReport { rows, added, changed, unchanged, bad, bad_rows, written, what: _ } = report;
    for BadRow { row, column, value, message, reason: _ } in bad {
        let column = column.as_ref().map(|column| format!(", column {column}")).unwrap_or_default();
        eprintln!("{}: row {row}{column}: {value:?}: {message}", file.display());
    }
    if *bad_rows > 0 && !skip_bad_rows {
        let rows = if *bad_rows == 1 {
            "1 row cannot be read".to_owned()
        } else {
            format!("{bad_rows} rows cannot be read")
        };
        return Err(Complaint(format!(
            "{}: {rows}; nothing was written. Mend the file, or use --skip-bad-rows to leave such rows out",
            file.display()
        )));
    }
    if *bad_rows > 0 {
        eprintln!("{}: {bad_rows} left out", file.display());
    }
    let done = if *written {
        ""
    } else if dry_run {
        "would be: "
    } else {
        "nothing written: "
    };
    println!("{done}{rows} rows: {added} added, {changed} changed, {unchanged} unchanged");
    Ok(())
}
