//! Each kind of thing is broken by hand, and named.

use std::fs;
use std::path::Path;

use store::{Role, Store, StoreError};

use crate::sample::*;

fn untouched() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    office(folder.path());
    folder
}

#[test]
fn what_is_right_is_called_right_with_its_counts() {
    let folder = untouched();
    let report = looked_at(folder.path());
    assert_eq!(report.faults, vec![]);
    assert_eq!(report.leftovers, vec![]);
    assert_eq!((report.documents, report.dossiers), (SITES as u64 + 1, SITES as u64));
    assert_eq!(report.changes, 1 + 2 * SITES as u64 + PHOTOS as u64 + 30 + 1);
    assert_eq!((report.photos, report.awaited_photos), (PHOTOS as u64 + 1, 0));
    assert_eq!((report.forms, report.held), (1, 1));
    // Sites with a place each, photos without one, two units, a boundary with its box, a visit and its problem.
    assert_eq!(report.rows, 2 * SITES as u64 + PHOTOS as u64 + 2 + 2 + 2);
}

#[test]
fn it_reads_beside_a_writer_and_writes_nothing() {
    let folder = untouched();
    let store = Store::open(folder.path(), Role::Office).unwrap();
    let begun = fs::read(folder.path().join("replica.sqlite")).unwrap();
    std::thread::scope(|scope| {
        let writer = scope.spawn(|| (0..40).map(|n| register(&store, &format!("新厂{n}")).unwrap()).count());
        for _ in 0..3 {
            assert_eq!(looked_at(folder.path()).faults, vec![]);
        }
        assert_eq!(writer.join().unwrap(), 40);
    });
    drop(store);
    let report = looked_at(folder.path());
    assert_eq!((report.faults, report.dossiers), (vec![], SITES as u64 + 40));
    assert_ne!(fs::read(folder.path().join("replica.sqlite")).unwrap(), begun, "there was something to see");
}

/// A way to break it, and the kinds of fault that it is named by.
type Break = (&'static str, &'static [&'static str], fn(&Path));

fn on_first_photo(folder: &Path, work: fn(&Path)) {
    work(&photo_path(folder, &photo(0).0));
}

const BREAKS: &[Break] = &[
    ("a bit of a photo", &["photo_hash"], |folder| {
        on_first_photo(folder, |path| {
            let mut bytes = fs::read(path).unwrap();
            bytes[20_000] ^= 1;
            fs::write(path, bytes).unwrap();
        });
    }),
    ("the end of a photo", &["photo_size"], |folder| {
        on_first_photo(folder, |path| fs::write(path, &fs::read(path).unwrap()[..100]).unwrap());
    }),
    ("a photo's file", &["photo_missing"], |folder| {
        on_first_photo(folder, |path| fs::remove_file(path).unwrap());
    }),
    ("a photo's row", &["photo_row_missing"], |folder| {
        sql(folder, &format!("DELETE FROM photo_file WHERE hash = '{}'", photo(0).0));
    }),
    ("a file among photos", &["photo_name"], |folder| {
        on_first_photo(folder, |path| fs::write(path.with_file_name("x.jpg"), "x").unwrap());
    }),
    ("the bytes of a change", &["change_unreadable", "document_unreadable"], |folder| {
        sql(
            folder,
            "UPDATE change SET bytes = CAST(substr(bytes, 1, 30) || x'00' || substr(bytes, 32) AS BLOB) WHERE n = 5",
        );
    }),
    ("the bytes of a change that a snapshot holds", &["change_unreadable"], |folder| {
        sql(folder, "UPDATE change SET bytes = x'00' WHERE n = (SELECT min(n) FROM change WHERE loose = 0)");
    }),
    ("the hash of a change", &["change_hash"], |folder| {
        sql(folder, "UPDATE change SET hash = randomblob(32) WHERE n = 5");
    }),
    ("a change that others build on", &["change_dependency", "log"], |folder| {
        sql(folder, "DELETE FROM change WHERE n = (SELECT min(n) FROM change WHERE loose = 0)");
    }),
    ("the last change", &["document_heads", "log"], |folder| {
        sql(folder, "DELETE FROM change WHERE n = (SELECT max(n) FROM change)");
    }),
    ("a document's row", &["change_without_document", "table_row_extra", "search"], |folder| {
        sql(folder, "DELETE FROM document WHERE n = 4");
    }),
    ("a document's kind", &["document_row"], |folder| {
        sql(folder, "UPDATE document SET kind = 'letter' WHERE n = 4");
    }),
    ("a snapshot", &["document_unreadable"], |folder| {
        sql(
            folder,
            "UPDATE document SET snapshot = substr(snapshot, 1, length(snapshot) - 9) WHERE snapshot <> x''",
        );
    }),
    ("what a snapshot holds", &["document_heads", "document_changes"], |folder| {
        // The changes beside it are taken to be in it.
        sql(folder, "UPDATE change SET loose = 0 WHERE n = (SELECT max(n) FROM change)");
    }),
    ("the heads", &["document_heads"], |folder| {
        sql(folder, "UPDATE document SET heads = x'00' WHERE n = 3");
    }),
    ("whose a change is", &["change_grid", "log"], |folder| {
        sql(folder, "UPDATE change SET grid = '35' WHERE n = 5");
    }),
    ("a position in a log", &["log"], |folder| {
        sql(folder, "UPDATE change SET seq = 4 WHERE seq = 5");
    }),
    ("the last position of a log", &["log"], |folder| {
        sql(folder, "UPDATE log_position SET seq = seq + 1");
    }),
    ("a column of a site", &["table_row"], |folder| {
        sql(folder, "UPDATE site SET operator = '' WHERE operator <> ''");
    }),
    ("a site's row", &["table_row_missing", "search"], |folder| sql(folder, "DELETE FROM site WHERE n = 2")),
    ("a row that nobody wrote", &["table_row_extra"], |folder| {
        sql(folder, "INSERT INTO visit SELECT randomblob(16), id, grid, NULL, 0, '' FROM site WHERE n = 2");
    }),
    ("a problem's stage", &["table_row"], |folder| sql(folder, "UPDATE problem SET stage = 'closed_out'")),
    ("a place on the map", &["table_row"], |folder| {
        sql(folder, "UPDATE site_place SET west = west - 1 WHERE n = 2");
    }),
    ("the box of a boundary", &["table_row_missing"], |folder| sql(folder, "DELETE FROM boundary_box")),
    ("the name of a unit", &["table_row"], |folder| sql(folder, "UPDATE grid_unit SET name = ''")),
    ("words of the search", &["search"], |folder| {
        sql(
            folder,
            "DELETE FROM site_search WHERE rowid = 3;
             INSERT INTO site_search (rowid, words, grids) VALUES (3, '别的 的', 'g35');",
        );
    }),
    ("a site that is not found", &["search"], |folder| {
        sql(folder, "DELETE FROM site_search WHERE rowid = 3")
    }),
    ("the version of the tables", &["table_version"], |folder| {
        sql(folder, "UPDATE setting SET value = '0' WHERE key = 'view_version'");
    }),
    ("a form's photo", &["form_photo", "photo_leftover"], |folder| {
        sql(folder, &format!("DELETE FROM photo_file WHERE hash = '{}'", photo(PHOTOS).0));
    }),
    ("held work", &["held"], |folder| sql(folder, "UPDATE held_change SET bytes = x'00'")),
    ("the state of held work", &["held"], |folder| sql(folder, "UPDATE held SET state = 'lost'")),
    ("whose held work it is", &["held"], |folder| sql(folder, "DELETE FROM held")),
    ("poison", &["poison"], |folder| {
        sql(
            folder,
            "INSERT INTO poison (sha256, document, kind, grid, work, install, person, role, device, reason, rules,
                arrived_at, state, comment, bytes)
             VALUES (x'00', x'00', 'dossier', '35', x'00', x'00', '', '', '', 'damaged', 1, 0, 'waiting', '', x'00')",
        );
    }),
];

#[test]
fn whatever_is_broken_is_named() {
    let whole = untouched();
    for (what, kinds, breaks) in BREAKS {
        let folder = tempfile::tempdir().unwrap();
        copied(whole.path(), folder.path());
        breaks(folder.path());
        let report = looked_at(folder.path());
        let found: Vec<&str> =
            report.faults.iter().chain(&report.leftovers).map(|fault| fault.kind).collect();
        for kind in *kinds {
            assert!(found.contains(kind), "{what} was broken: {kind} is not among {:?}", report.faults);
        }
        assert!(!report.is_right(), "{what} was broken");
    }
}

#[test]
fn what_is_broken_is_named_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let sites = office(folder.path());
    let (hash, _) = photo(0);
    fs::write(photo_path(folder.path(), &hash), "no photo").unwrap();
    sql(folder.path(), "UPDATE problem SET severity = ''");
    let report = looked_at(folder.path());
    let places: Vec<&str> = report.faults.iter().map(|fault| fault.place.as_str()).collect();
    assert_eq!(places.len(), 2, "{places:?}");
    assert!(places[0].starts_with(&format!("table problem, row {}", sites[1])), "{places:?}");
    assert_eq!(places[1], format!("photos/{}/{hash}.jpg", &hash.as_str()[..2]));
    assert!(report.faults[0].what.contains("severity"), "{}", report.faults[0]);
}

#[test]
fn what_a_crash_leaves_is_no_fault() {
    let folder = untouched();
    let store = Store::open(folder.path(), Role::Office).unwrap();
    let (hash, bytes) = photo(99);
    // The file is there before its row.
    store.put_photo_files(&hash, &bytes, b"thumbnail").unwrap();
    drop(store);
    let report = looked_at(folder.path());
    assert_eq!(report.faults, vec![]);
    assert_eq!(report.leftovers.len(), 1);
    assert_eq!(report.leftovers[0].kind, "photo_leftover");
}

#[test]
fn a_torn_database_is_named_and_the_rest_is_looked_at() {
    let folder = untouched();
    let path = folder.path().join("replica.sqlite");
    let mut bytes = fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..middle + 8_192].fill(0x5a);
    fs::write(&path, bytes).unwrap();
    fs::remove_file(photo_path(folder.path(), &photo(1).0)).unwrap();
    match Store::open_reading(folder.path()) {
        Ok(store) => {
            let report = store::verify(&store, Default::default(), &mut |_, _, _| {}).unwrap();
            assert!(!report.is_right());
        }
        Err(StoreError::Sqlite(_)) => {}
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn a_folder_of_another_version_is_not_looked_at() {
    let folder = untouched();
    let connection = rusqlite::Connection::open(folder.path().join("replica.sqlite")).unwrap();
    connection.pragma_update(None, "user_version", 3).unwrap();
    drop(connection);
    let error = Store::open_reading(folder.path()).unwrap_err();
    assert!(matches!(error, StoreError::OtherVersion(3, _)), "{error}");
    let nothing = tempfile::tempdir().unwrap();
    assert!(Store::open_reading(nothing.path()).is_err());
    assert_eq!(fs::read_dir(nothing.path()).unwrap().count(), 0, "looking creates nothing");
}

#[test]
fn a_document_that_cannot_be_read_keeps_nobody_from_the_others() {
    let folder = tempfile::tempdir().unwrap();
    let sites = office(folder.path());
    let connection = rusqlite::Connection::open(folder.path().join("replica.sqlite")).unwrap();
    connection.execute("UPDATE document SET snapshot = x'00' WHERE id = ?1", [sites[0].0]).unwrap();
    connection.execute("UPDATE setting SET value = 'older' WHERE key = 'view_version'", []).unwrap();
    drop(connection);
    let store = Store::open(folder.path(), Role::Office).unwrap();
    let shown = |site| store.read::<_, StoreError>(|reader| reader.site(site)).unwrap().is_some();
    assert_eq!((shown(sites[0]), shown(sites[1])), (false, true));
    let unreadable = |grid: &str| {
        let grid = grid.parse().unwrap();
        store.read::<_, StoreError>(|reader| reader.any_unreadable(Some(&grid))).unwrap()
    };
    assert_eq!((unreadable("350211102"), unreadable("350211103")), (true, false));
    assert!(store.read::<_, StoreError>(|reader| reader.any_unreadable(None)).unwrap());
}

#[test]
fn only_what_can_be_read_is_called_held() {
    let folder = tempfile::tempdir().unwrap();
    let sites = office(folder.path());
    let store = Store::open(folder.path(), Role::Office).unwrap();
    let heads = store.read::<_, StoreError>(|reader| reader.heads_of(sites[0].0)).unwrap().unwrap();
    let held = || store.read::<_, StoreError>(|reader| reader.changes_here(&[&heads])).unwrap();
    let connection = rusqlite::Connection::open(folder.path().join("replica.sqlite")).unwrap();
    let bytes: Vec<u8> =
        connection.query_row("SELECT bytes FROM change WHERE hash = ?1", [&heads], |row| row.get(0)).unwrap();
    let set =
        |bytes: &[u8]| connection.execute("UPDATE change SET bytes = ?2 WHERE hash = ?1", (&heads, bytes));
    assert_eq!(held(), [true]);
    set(&bytes[..bytes.len() - 1]).unwrap();
    assert_eq!(held(), [false]);
    set(&bytes).unwrap();
    assert_eq!(held(), [true]);
    connection.execute("UPDATE document SET snapshot = x'00' WHERE id = ?1", [sites[0].0]).unwrap();
    assert_eq!(held(), [false]);
}
