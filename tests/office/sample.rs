//! The real data: division codes, boundaries, ledgers and photos beside the project.

use std::path::PathBuf;

use app::{App, ImportOptions, import};
use store::Author;
use wire::message::{ImportKind, ImportReport};

/// A file of the shared data.
pub fn path(name: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/data").join(name);
    assert!(path.exists(), "the shared data must lie beside the project: {}", path.display());
    path
}

/// Imports one file and expects every row to be read.
pub fn import_file(app: &App, what: ImportKind, name: &str) -> ImportReport {
    let bytes = std::fs::read(path(name)).unwrap();
    let author = Author { person: "林志燕".to_owned(), command: "files.import", at: app.now() };
    let options = ImportOptions { scope: None, what, dry_run: false, skip_bad_rows: false };
    let report = import(app.store(), &bytes, options, &author, &|_, _, _| Ok(())).unwrap();
    assert_eq!(report.bad, vec![], "{name}");
    report
}

/// Imports divisions, boundaries and the ledger of Donghui.
pub fn import_donghui(app: &App) {
    import_file(app, ImportKind::Divisions, "divisions-350211.csv");
    import_file(app, ImportKind::Boundaries, "boundaries-350211.geojson");
    import_file(app, ImportKind::Ledger, "ledger-donghui.csv");
}
