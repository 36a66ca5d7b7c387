//! The command line as scripts at bureaus use it.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use sync_server::access::{Access, Visitor};
use tempfile::TempDir;
use wire::sync::Invitation;

struct Office {
    folder: TempDir,
}

impl Office {
    fn empty() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn of_donghui() -> Self {
        let office = Self::empty();
        for (what, file) in [
            ("divisions", "divisions-350211.csv"),
            ("boundaries", "boundaries-350211.geojson"),
            ("ledger", "ledger-donghui.csv"),
        ] {
            office.done(&["import", what, shared(file).to_str().unwrap()]);
        }
        office
    }

    fn run(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_sync-server"))
            .arg("--data")
            .arg(self.folder.path().join("data"))
            .args(arguments)
            .output()
            .unwrap()
    }

    /// Expects success and gives standard output.
    fn done(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// Expects failure with nothing on standard output, and gives standard error.
    fn failed(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        assert_eq!(String::from_utf8_lossy(&output.stdout), "", "{arguments:?}");
        String::from_utf8(output.stderr).unwrap()
    }

    fn totals(&self, grid: &str) -> serde_json::Value {
        serde_json::from_str(&self.done(&["totals", "--grid", grid, "--json"])).unwrap()
    }

    fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }
}

fn shared(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data").join(name);
    assert!(path.exists(), "the shared data must lie beside the project: {}", path.display());
    path
}

#[test]
fn the_totals_of_donghui_are_the_published_ones() {
    let office = Office::of_donghui();
    let totals = office.totals("350211102207");
    assert_eq!(totals["surveyed"], 180);
    assert_eq!(totals["polluting"], 158);
    assert_eq!(totals["upgrade"], serde_json::json!({ "all": 128, "done": 108 }));
    assert_eq!(totals["relocate"], serde_json::json!({ "all": 30, "done": 22 }));
    assert_eq!(totals["shut_down"], serde_json::json!({ "all": 0, "done": 0 }));
    for grid in ["35", "3502", "350211", "350211102"] {
        assert_eq!(office.totals(grid)["surveyed"], 180, "{grid}");
    }
    assert_eq!(office.totals("350211102208")["surveyed"], 0, "a village without sites");
}

#[test]
fn an_export_opens_in_excel_and_imports_without_a_change() {
    let office = Office::of_donghui();
    let text = office.done(&["export", "ledger", "--grid", "350211102207", "--format", "csv"]);
    assert!(text.starts_with("\u{feff}序号,区县,镇街,村居,村居代码,企业名称,"));
    assert_eq!(text.matches("\r\n").count(), 181);
    assert_eq!(text.matches('\n').count(), 181);
    let out = office.folder.path().join("out.csv");
    office.done(&[
        "export",
        "ledger",
        "--grid",
        "350211102207",
        "--format",
        "csv",
        "--out",
        out.to_str().unwrap(),
    ]);
    assert_eq!(std::fs::read_to_string(&out).unwrap(), text);
    let said = office.done(&["import", "ledger", out.to_str().unwrap()]);
    assert_eq!(said, "180 rows: 0 added, 0 changed, 180 unchanged\n");
}

#[test]
fn a_bad_row_is_named_and_nothing_is_written_unless_it_is_left_out() {
    let office = Office::of_donghui();
    let ledger = "村居代码,企业名称,经度,纬度,是否散乱污\n\
        350211102207,好厂,118.09,24.66,否\n\
        350211102207,坏厂,118.09,北纬二十四度,否\n\
        350211999999,没有的村,,,否\n";
    let file = office.file("bad.csv", ledger);
    let file = file.to_str().unwrap();
    for arguments in [vec!["import", "ledger", file], vec!["import", "ledger", file, "--dry-run"]] {
        let said = office.failed(&arguments);
        assert!(said.contains("row 3, column 纬度: \"北纬二十四度\""), "{said}");
        assert!(said.contains("row 4, column 村居代码: \"350211999999\""), "{said}");
        assert_eq!(office.totals("350211102207")["surveyed"], 180);
    }
    let would = office.done(&["import", "ledger", file, "--dry-run", "--skip-bad-rows"]);
    assert_eq!(would, "would be: 1 rows: 1 added, 0 changed, 0 unchanged\n");
    assert_eq!(office.totals("350211102207")["surveyed"], 180);
    office.done(&["import", "ledger", file, "--skip-bad-rows"]);
    assert_eq!(office.totals("350211102207")["surveyed"], 181);
}

#[test]
fn what_cannot_be_done_is_said_and_fails() {
    let office = Office::empty();
    assert!(office.failed(&["totals", "--grid", "350211"]).contains("there is no data"));
    assert!(!office.folder.path().join("data").exists(), "asking leaves no folder behind");
    let office = Office::of_donghui();
    assert!(office.failed(&["totals", "--grid", "440305"]).contains("440305"));
    assert!(office.failed(&["import", "ledger", "no-such-file.csv"]).contains("no-such-file.csv"));
    let picture = shared("photos/gps-DSCN0010.jpg");
    for what in ["divisions", "boundaries", "ledger"] {
        let said = office.failed(&["import", what, picture.to_str().unwrap()]);
        assert!(said.contains("gps-DSCN0010.jpg: "), "{said}");
    }
    assert!(office.failed(&["device", "add", "--name", " ", "--grid", "350211"]).contains("name"));
    let usage = office.run(&["totals", "--grid", "35021"]);
    assert_eq!(usage.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&usage.stderr).contains("5 digits"));
    let nowhere = office.folder.path().join("no-folder/out.csv");
    let said = office.failed(&[
        "export",
        "ledger",
        "--grid",
        "350211",
        "--format",
        "csv",
        "--out",
        nowhere.to_str().unwrap(),
    ]);
    assert!(said.contains("out.csv"), "{said}");
}

#[test]
fn what_a_running_server_is_writing_is_left_alone_by_all_that_only_reads() {
    let office = Office::of_donghui();
    let data = office.folder.path().join("data");
    let unfinished = [data.join("incoming/1-0.new"), data.join("tiles/incoming.part")];
    std::fs::create_dir_all(data.join("tiles")).unwrap();
    for file in &unfinished {
        std::fs::write(file, "the first half").unwrap();
    }
    let (grid, name) = ("350211102207", "林志燕");
    office.totals(grid);
    office.done(&["export", "ledger", "--grid", grid, "--format", "csv"]);
    office.done(&["person", "add", "--name", name, "--role", "inspector", "--grid", grid]);
    office.done(&["person", "change", "--name", name, "--role", "lead"]);
    office.done(&["device", "add", "--name", "平板", "--person", name, "--grid", grid]);
    office.done(&["device", "list"]);
    office.done(&["sign-in-link", "--person", name, "--address", "https://office.example"]);
    office.done(&["person", "remove", "--name", name]);
    for file in &unfinished {
        assert!(file.exists(), "{}", file.display());
    }
}

#[test]
fn the_data_of_an_app_is_not_taken_for_an_office() {
    let office = Office::empty();
    let data = office.folder.path().join("data");
    drop(store::Store::open(&data, store::Role::Device).unwrap());
    assert!(office.failed(&["totals", "--grid", "350211"]).contains("other kind of program"));
    assert!(office.failed(&["person", "list"]).contains("other kind of program"));
    assert!(!data.join("access.sqlite").exists());
}

#[test]
fn a_device_gets_a_token_and_every_call_another() {
    let office = Office::of_donghui();
    let add = || office.done(&["device", "add", "--name", "阿华的手机", "--grid", "350211102207"]);
    let (one, two) = (add(), add());
    assert!(one.starts_with("vl_") && one.trim_end().len() > 40 && one != two);
}

#[test]
fn a_password_comes_from_standard_input_and_opens_the_console() {
    let office = Office::of_donghui();
    let with = |arguments: &[&str], password: &str| {
        let mut child = Command::new(env!("CARGO_BIN_EXE_sync-server"))
            .arg("--data")
            .arg(office.folder.path().join("data"))
            .args(arguments)
            .stdin(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(format!("{password}\n").as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        (output.status.success(), String::from_utf8(output.stderr).unwrap())
    };
    let add = ["person", "add", "--name", "县管理员", "--role", "admin", "--password-stdin"];
    assert!(with(&add, "第一个密码 2025").0);
    let set = ["person", "set-password", "--name", "县管理员"];
    let (done, said) = with(&set, "短");
    assert!(!done && said.contains("10 to 200 characters"), "{said}");
    assert!(!with(&["person", "set-password", "--name", "没有这个人"], "第二个密码 2026").0);
    assert!(with(&set, "第二个密码 2026").0);
    let access = Access::open(&office.folder.path().join("data")).unwrap();
    let visitor = Visitor { peer: [127, 0, 0, 1].into(), browser: String::new() };
    let signed_in = |password| access.sign_in_by_password("县管理员", password, &visitor, chrono::Utc::now());
    assert!(signed_in("第一个密码 2025").is_err());
    signed_in("第二个密码 2026").unwrap();
    let said = office.failed(&["person", "remove", "--name", "县管理员"]);
    assert!(said.contains("last administrator"), "{said}");
}

#[test]
fn devices_are_invited_listed_and_revoked() {
    let office = Office::of_donghui();
    office.done(&["person", "add", "--name", "林志燕", "--role", "inspector", "--grid", "350211102207"]);
    let invite = ["device", "invite", "--person", "林志燕", "--name", "红米"];
    assert!(office.failed(&invite).contains("start the server once"));
    // What the server notes when it starts.
    let data = office.folder.path().join("data");
    let pin = wire::sync::Pin::of_certificate(b"a certificate");
    let app = app::App::open(&data, store::Role::Office, app::system_clock()).unwrap();
    app.store()
        .write::<_, store::StoreError>(|writer| {
            writer.set_setting("console_address", "https://192.168.1.5:8770")?;
            writer.set_setting("console_certificate", &pin.to_string())
        })
        .unwrap();
    let said = office.done(&invite);
    let lines: Vec<&str> = said.lines().collect();
    let (url, address, typed, code) = (lines[0], lines[1], lines[2], &lines[3..]);
    let (scanned, typed) = (Invitation::read(url, "").unwrap(), Invitation::read(typed, address).unwrap());
    assert_eq!((&scanned.code, scanned.server.pin.as_ref()), (&typed.code, Some(&pin)));
    assert!(code.len() > 20 && code.iter().all(|line| line.chars().all(|block| " █▀▄".contains(block))));
    let elsewhere = office.done(&["device", "invite", "--person", "林志燕", "--address", "10.0.0.7:8770"]);
    assert!(elsewhere.starts_with("https://10.0.0.7:8770/enrol#pin="));
    let outside = ["device", "invite", "--person", "林志燕", "--grid", "350211103"];
    assert!(office.failed(&outside).contains("outside"));

    assert_eq!(office.done(&["device", "list"]), "");
    office.done(&["device", "add", "--name", "平板", "--person", "林志燕"]);
    let listed = office.done(&["device", "list"]);
    let fields: Vec<&str> = listed.trim_end().split('\t').collect();
    assert_eq!(fields[1..], ["平板", "林志燕", "active", "never", "0", "0"]);
    office.done(&["device", "revoke", "--id", fields[0]]);
    assert!(office.done(&["device", "list"]).contains("\trevoked\t"));
    office.done(&["device", "revoke", "--id", fields[0], "--erase"]);
    assert!(office.done(&["device", "list"]).contains("\terasing\t"));
    let unknown = ["device", "revoke", "--id", "00000000-0000-0000-0000-000000000000"];
    assert!(office.failed(&unknown).contains("no device"));
}
