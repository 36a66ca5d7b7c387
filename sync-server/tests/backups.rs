//! Backups, restoring and looking at everything, as an operator does it: by the program, while the server runs.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use rusqlite::Connection;
use tempfile::TempDir;

fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sync-server"));
    command.env_remove("VILLAGE_LEDGER_DATA_DIR");
    command
}

fn run(arguments: &[&str]) -> Output {
    program().args(arguments).output().unwrap()
}

fn done(arguments: &[&str]) -> String {
    let output = run(arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// What was said to both streams by a command that must fail.
fn failed(arguments: &[&str]) -> String {
    let output = run(arguments);
    assert_eq!(output.status.code(), Some(1), "{arguments:?}: {}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap()
}

struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The server, when it says that it listens.
fn serve(data: &str) -> Running {
    let mut command = program();
    command.args(["--data", data, "serve", "--listen", "127.0.0.1:0"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert!(line.contains("listens"), "{line}");
    Running(child)
}

struct Place(TempDir);

impl Place {
    /// With the ledger of Donghui in `data`.
    fn new() -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        for (what, file) in [("divisions", "divisions-350211.csv"), ("ledger", "ledger-donghui.csv")] {
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data").join(file);
            done(&["--data", &place.at("data"), "import", what, path.to_str().unwrap()]);
        }
        place
    }

    fn at(&self, name: &str) -> String {
        self.0.path().join(name).to_str().unwrap().to_owned()
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }
}

fn rows(database: &Path, table: &str) -> u64 {
    let connection = Connection::open(database).unwrap();
    connection.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap()
}

#[test]
fn a_running_server_is_backed_up_proven_and_restored() {
    let place = Place::new();
    let (data, backup, new) = (place.at("data"), place.at("monday"), place.at("new"));
    let server = serve(&data);
    let said = done(&["--data", &data, "backup", "--out", &backup]);
    assert!(said.contains("180 dossiers, ") && said.contains("0 photos"), "{said}");
    // The backup says all that is needed.
    let said = done(&["backup", "--check", &backup]);
    assert!(
        said.contains("180 dossiers") && said.contains("have the right hash, all documents load"),
        "{said}"
    );
    let said = done(&["--data", &data, "verify"]);
    assert!(said.starts_with("All is right: 180 dossiers (183 documents)"), "{said}");
    let again = failed(&["--data", &data, "backup", "--out", &backup]);
    assert!(again.contains("is there already"), "{again}");
    let into = failed(&["--data", &data, "restore", "--from", &backup]);
    assert!(into.contains("is not empty"), "{into}");
    drop(server);

    let said = done(&["restore", "--from", &backup, "--data", &new]);
    assert!(said.contains("180 dossiers") && said.contains("have the right hash"), "{said}");
    assert!(said.contains("Nobody is signed in"), "{said}");
    assert_eq!(rows(&place.path("monday/access.sqlite"), "sign_in_code"), 1, "the link of the start");
    assert_eq!(rows(&place.path("new/access.sqlite"), "sign_in_code"), 0);
    assert_eq!(
        rows(&place.path("new/access.sqlite"), "person"),
        rows(&place.path("data/access.sqlite"), "person")
    );
    for file in ["tls/certificate.pem", "tls/key.pem"] {
        let of = |folder: &str| fs::read(place.path(folder).join(file)).unwrap();
        assert_eq!(of("new"), of("data"), "{file}: devices know the server by it");
    }
    assert!(done(&["--data", &new, "verify"]).starts_with("All is right: 180 dossiers"));
    let _restored = serve(&new);
    assert!(done(&["--data", &new, "verify"]).starts_with("All is right: 180 dossiers"));
}

#[test]
fn what_is_wrong_is_named_and_the_exit_code_says_so() {
    let place = Place::new();
    let data = place.at("data");
    drop(serve(&data));
    let database = place.path("data/replica.sqlite");
    Connection::open(&database)
        .unwrap()
        .execute_batch("UPDATE site SET operator = '别人' WHERE n = 7")
        .unwrap();
    let access = Connection::open(place.path("data/access.sqlite")).unwrap();
    access
        .execute_batch("UPDATE sign_in_code SET person = x'00'; UPDATE person SET scope = '35,xx'")
        .unwrap();
    drop(access);
    let said = failed(&["--data", &data, "verify"]);
    assert!(said.contains("table site, row ") && said.contains("operator"), "{said}");
    assert!(said.contains("access.sqlite, person ") && said.contains("2 things are wrong"), "{said}");
    assert!(!said.contains("别人"), "what people wrote is not told");
    let output = run(&["--data", &data, "verify", "--json"]);
    assert_eq!(output.status.code(), Some(1));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&report["right"], &report["wrong"]), (&false.into(), &2.into()));
    assert_eq!(report["dossiers"], 180);
    assert_eq!(report["faults"][0]["kind"], "table_row");
}

#[test]
fn a_damaged_backup_is_named_and_leaves_nothing() {
    let place = Place::new();
    let (data, backup, new) = (place.at("data"), place.at("monday"), place.at("new"));
    done(&["--data", &data, "backup", "--out", &backup]);
    let copy = place.path("monday/replica.sqlite");
    let mut bytes = fs::read(&copy).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&copy, bytes).unwrap();
    for arguments in [vec!["backup", "--check", &backup], vec!["--data", &new, "restore", "--from", &backup]]
    {
        let said = failed(&arguments);
        assert!(said.contains("replica.sqlite: its bytes are not those that were backed up"), "{said}");
    }
    assert!(!place.path("new").exists());
}

#[test]
fn what_cannot_be_done_is_said() {
    let place = Place(tempfile::tempdir().unwrap());
    let nowhere = place.at("nowhere");
    for arguments in [vec!["backup", "--out", "x"], vec!["verify"]] {
        let mut all = vec!["--data", nowhere.as_str()];
        all.extend(arguments);
        assert!(failed(&all).contains("there is no data"), "{all:?}");
    }
    assert!(failed(&["--data", &nowhere, "restore", "--from", &nowhere]).contains("manifest.json"));
    assert!(failed(&["backup", "--check", &nowhere]).contains("is no backup"));
    assert!(!place.path("nowhere").exists(), "asking leaves nothing behind");
    for arguments in [vec!["--data", "x", "backup"], vec!["verify"], vec!["backup", "--out", "x"]] {
        assert_eq!(run(&arguments).status.code(), Some(2), "{arguments:?}");
    }
}
