//! The tables that screens query are a view: dropped and rebuilt they are what they were.

use app::{App, system_clock};
use domain::SiteField;
use office::{Inspector, sample, visit};
use rusqlite::Connection;
use rusqlite::types::Value;
use store::Role;
use wire::message::{ImportKind, RecordedInspection};

#[test]
fn rebuilt_views_are_what_they_were() {
    let ahua = Inspector::alone();
    sample::import_donghui(ahua.device.app());
    let site = ahua.find("曾美")[0].id;
    ahua.edit(site, SiteField::Name, "曾美制衣厂");
    ahua.call::<RecordedInspection>("inspections.record", visit(site));
    let database = ahua.folder.path().join("replica.sqlite");
    let before = dump(&database);
    assert_eq!(before[0].len(), 180);
    Connection::open(&database).unwrap().execute_batch("DELETE FROM site; DELETE FROM grid_unit;").unwrap();
    let mut told = Vec::new();
    ahua.device.app().store().rebuild_views(|done, total| told.push((done, total))).unwrap();
    assert_eq!(dump(&database), before);
    assert_eq!(
        told.last(),
        Some(&(183, 183)),
        "180 dossiers, and the documents of county, city and province"
    );
    assert_eq!(ahua.find("曾美制衣").len(), 1);
    assert_eq!(ahua.find("曾美服装").len(), 0);
}

/// The rows of each view, without the numbers that SQLite gave them.
fn dump(database: &std::path::Path) -> Vec<Vec<Vec<Value>>> {
    let connection = Connection::open(database).unwrap();
    let tables =
        ["site ORDER BY id", "photo ORDER BY id", "grid_unit ORDER BY code", "boundary ORDER BY code"];
    tables
        .iter()
        .map(|table| {
            let mut statement = connection.prepare(&format!("SELECT * FROM {table}")).unwrap();
            let columns: Vec<usize> =
                (0..statement.column_count()).filter(|i| statement.column_name(*i).unwrap() != "n").collect();
            statement
                .query_map([], |row| columns.iter().map(|i| row.get::<_, Value>(*i)).collect())
                .unwrap()
                .collect::<Result<_, _>>()
                .unwrap()
        })
        .collect()
}

#[test]
fn the_whole_county_imports_once_and_finds_donghui_again() {
    let folder = tempfile::tempdir().unwrap();
    let app = App::open(folder.path(), Role::Office, system_clock()).unwrap();
    sample::import_donghui(&app);
    let report = sample::import_file(&app, ImportKind::Ledger, "ledger-jimei.csv");
    assert_eq!((report.added, report.changed, report.unchanged), (1_326, 0, 180));
    let again = sample::import_file(&app, ImportKind::Ledger, "ledger-donghui.xlsx");
    assert_eq!((again.added, again.changed, again.unchanged), (0, 0, 180));
    let county: domain::GridCode = office::JIMEI.parse().unwrap();
    let of = |level| {
        let units = app
            .store()
            .read::<_, store::StoreError>(|reader| {
                reader.totals(&county, level, chrono::NaiveDate::default(), None)
            })
            .unwrap();
        units.values().fold(domain::Totals::default(), |mut sum, unit| {
            sum.add(unit);
            sum
        })
    };
    let totals = of(domain::GridLevel::County);
    assert_eq!((totals.surveyed, totals.polluting), (1_506, 371));
    assert_eq!(of(domain::GridLevel::Town), totals);
    assert_eq!(of(domain::GridLevel::Village), totals);
}
