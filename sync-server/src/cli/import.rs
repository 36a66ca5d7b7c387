//! `import`

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::path::Path;

use app::{ImportFailure, ImportOptions, import};
use chrono::Utc;
use store::Author;
use wire::message::{BadRow, ImportKind, ImportReport};

use super::{Complaint, What, open_to_write};

pub(super) fn run(
    data: &Path,
    what: What,
    file: &Path,
    dry_run: bool,
    skip_bad_rows: bool,
) -> Result<(), Complaint> {
    let unreadable = |error: std::io::Error| Complaint(format!("{}: {error}", file.display()));
    let mut bytes = Vec::new();
    // One byte more than is taken, so that a file without end is told to be too large.
    let most = app::LARGEST_IMPORT as u64 + 1;
    File::open(file).map_err(unreadable)?.take(most).read_to_end(&mut bytes).map_err(unreadable)?;
    let store = open_to_write(data)?;
    let what = match what {
        What::Divisions => ImportKind::Divisions,
        What::Boundaries => ImportKind::Boundaries,
        What::Ledger => ImportKind::Ledger,
        What::Tasks => ImportKind::Tasks,
    };
    let author = Author { person: "导入".to_owned(), command: "files.import", at: Utc::now() };
    let options = ImportOptions { scope: None, what, dry_run, skip_bad_rows };
    let report =
        import(&store, &bytes, options, &author, &|_, _, _| Ok(())).map_err(|failure| match failure {
            ImportFailure::File { message, .. } => Complaint(format!("{}: {message}", file.display())),
            ImportFailure::Store(error) => error.into(),
            ImportFailure::Stopped(error) => error.into(),
        })?;
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
    writeln!(
        std::io::stdout(),
        "{done}{rows} rows: {added} added, {changed} changed, {unchanged} unchanged"
    )?;
    Ok(())
}
