//! Ledgers that come back from offices: what they say is taken over, what they do not say stays.

use app::{App, ImportOptions, import, system_clock};
use domain::{Problem, ProblemId, Severity, SiteField, Totals, Verdict};
use office::{DONGHUI, Inspector, decision, sample, visit};
use store::{Author, Role};
use wire::message::*;

fn donghui() -> Inspector {
    let lin = Inspector::alone();
    sample::import_donghui(lin.device.app());
    lin
}

/// Imports a text and gives how many rows were added, changed, unchanged and bad.
fn import_text(app: &App, text: &str) -> (u64, u64, u64, u64) {
    let author = Author { person: "林志燕".into(), command: "files.import", at: app.now() };
    let options =
        ImportOptions { scope: None, what: ImportKind::Ledger, dry_run: false, skip_bad_rows: false };
    let report = import(app.store(), text.as_bytes(), options, &author, &|_, _, _| Ok(())).unwrap();
    (report.added, report.changed, report.unchanged, report.bad_rows)
}

fn exported(lin: &Inspector) -> String {
    let app = lin.device.app();
    let grid = DONGHUI.parse().unwrap();
    let written =
        app.store().read(|reader| app::export_ledger(reader, &grid, Vec::new(), |_, _| Ok(()))).unwrap();
    String::from_utf8(written.0).unwrap()
}

/// The ledger of Donghui with some columns only.
fn columns(names: &[&str]) -> String {
    let text = std::fs::read_to_string(sample::path("ledger-donghui.csv")).unwrap();
    let text = text.trim_start_matches('\u{feff}');
    let mut lines = text.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let heading = lines.next().unwrap();
    // The columns up to the problem hold no commas.
    let places: Vec<usize> =
        names.iter().map(|name| heading.iter().position(|one| one == name).unwrap()).collect();
    let row = |cells: Vec<&str>| places.iter().map(|place| cells[*place]).collect::<Vec<_>>().join(",");
    let rows: Vec<String> = lines.map(row).collect();
    format!("{}\n{}\n", names.join(","), rows.join("\n"))
}

#[test]
fn a_ledger_without_the_progress_leaves_the_progress() {
    let lin = donghui();
    let before: Totals = lin.totals();
    let few = columns(&["村居代码", "企业名称", "统一社会信用代码", "联系电话", "负责人"]);
    assert_eq!(import_text(lin.device.app(), &few), (0, 0, 180, 0));
    assert_eq!(lin.totals(), before);
}

#[test]
fn the_weekly_ledger_moves_sites_from_in_progress_to_done() {
    let lin = donghui();
    let finished = exported(&lin).replace("整治中", "已完成");
    assert_eq!(import_text(lin.device.app(), &finished), (0, 28, 152, 0));
    let totals = lin.totals();
    assert_eq!((totals.upgrade.done, totals.relocate.done, totals.problems.done), (128, 30, 158));
    assert_eq!(import_text(lin.device.app(), &finished), (0, 0, 180, 0));
}

#[test]
fn a_ledger_neither_closes_what_an_inspector_found_nor_revokes_what_was_done() {
    let lin = donghui();
    let site = lin.find("万丰金辉")[0].id;
    let mut inspection = visit(site);
    let id = ProblemId::new();
    inspection.problems =
        vec![NewProblem {
            id, description: "新的问题".into(), severity: Severity::Ordinary, deadline: None
        }];
    lin.call::<RecordedInspection>("inspections.record", inspection);
    let text = exported(&lin);
    let row = text.lines().find(|line| line.contains("万丰金辉塑料制品厂")).unwrap();
    let heading = text.lines().next().unwrap();
    let other_telephone = format!("{heading}\r\n{}\r\n", row.replace("12934012442", "12934012443"));
    assert_eq!(import_text(lin.device.app(), &other_telephone), (0, 1, 0, 0));
    let dossier = lin.dossier(site);
    assert_eq!(dossier.completions.len(), 1, "the statement that it was done is not revoked");
    let done = other_telephone.replace("整治中", "已完成");
    assert_eq!(
        import_text(lin.device.app(), &done),
        (0, 0, 1, 0),
        "there is nothing that a ledger could write"
    );
    let open: Vec<Problem> = lin
        .dossier(site)
        .problems
        .into_iter()
        .filter(|problem| problem.stage != domain::Stage::ClosedOut)
        .map(|problem| problem.problem)
        .collect();
    assert_eq!(open.iter().map(|problem| problem.id).collect::<Vec<_>>(), [id]);
}

#[test]
fn two_companies_of_one_name_are_two() {
    let lin = donghui();
    let row = "村居代码,企业名称,统一社会信用代码,负责人\n350211102207,万丰金辉塑料制品厂,92350211HCQKY12Y6D,别人\n";
    // That credit code belongs to another company on record: its row, under a new name.
    assert_eq!(import_text(lin.device.app(), row), (0, 1, 0, 0));
    let unknown =
        "村居代码,企业名称,统一社会信用代码,负责人\n350211102207,曾美服装厂,91350200M0001XU435,别人\n";
    let (added, changed, ..) = import_text(lin.device.app(), unknown);
    assert_eq!((added, changed), (1, 0));
    assert_eq!(lin.find("曾美服装厂").len(), 2);
}

#[test]
fn an_own_ledger_imports_without_a_change_whatever_is_in_it() {
    let lin = donghui();
    let two = [lin.register("无名作坊"), lin.register("无名作坊")];
    let position = r#"{"place":{"latitude":24.66010149,"longitude":118.09045151},"accuracy_m":8.0,"fixed_at":null,"provider":"gps","mock":false}"#;
    let edits = vec![FieldEdit { field: SiteField::Position, was: String::new(), value: position.into() }];
    lin.call::<OneSite>("sites.edit", EditSite { site: two[0], edits });
    let mut inspection = visit(two[1]);
    inspection.decision = Some(decision(Verdict::ShutDown));
    let long = |character: &str| NewProblem {
        id: ProblemId::new(),
        description: character.repeat(3_000),
        severity: Severity::Ordinary,
        deadline: None,
    };
    inspection.problems = vec![long("长"), long("短")];
    lin.call::<RecordedInspection>("inspections.record", inspection);
    assert_eq!(import_text(lin.device.app(), &exported(&lin)), (0, 0, 182, 0));
    // Another office that knows the villages gets the very same sites.
    let folder = tempfile::tempdir().unwrap();
    let other = App::open(folder.path(), Role::Office, system_clock()).unwrap();
    sample::import_file(&other, ImportKind::Divisions, "divisions-350211.csv");
    assert_eq!(import_text(&other, &exported(&lin)), (182, 0, 0, 0));
    let there = other.store().read::<_, store::StoreError>(|reader| reader.site(two[0])).unwrap();
    assert_eq!(there.unwrap().row.name, "无名作坊");
}

#[test]
fn large_boundaries_are_split_so_that_devices_can_read_them() {
    let lin = donghui();
    let app = lin.device.app();
    let text = std::fs::read_to_string(sample::path("boundaries-350211.geojson")).unwrap();
    let mut file: serde_json::Value = serde_json::from_str(&text).unwrap();
    for feature in file["features"].as_array_mut().unwrap() {
        // The same outline with many corners on each side.
        let ring = feature["geometry"]["coordinates"][0].as_array().unwrap().clone();
        let corner = |value: &serde_json::Value| (value[0].as_f64().unwrap(), value[1].as_f64().unwrap());
        let mut dense = Vec::new();
        for side in ring.windows(2) {
            let ((west, south), (east, north)) = (corner(&side[0]), corner(&side[1]));
            dense.extend((0..200).map(|n| {
                let part = f64::from(n) / 200.0;
                serde_json::json!([west + (east - west) * part, south + (north - south) * part])
            }));
        }
        dense.push(ring[ring.len() - 1].clone());
        feature["geometry"]["coordinates"] = serde_json::json!([dense]);
    }
    let author = Author { person: "林志燕".into(), command: "files.import", at: app.now() };
    let options =
        ImportOptions { scope: None, what: ImportKind::Boundaries, dry_run: false, skip_bad_rows: false };
    let report =
        import(app.store(), file.to_string().as_bytes(), options, &author, &|_, _, _| Ok(())).unwrap();
    assert_eq!((report.changed, report.bad_rows), (69, 0), "{:?}", report.bad.first());
    let unsent =
        app.store().read::<_, store::StoreError>(|reader| reader.unsent_after(0, usize::MAX)).unwrap();
    let largest = unsent.iter().map(|change| change.entry.bytes.len()).max().unwrap();
    assert!(largest < 1 << 20, "{largest}");
}
