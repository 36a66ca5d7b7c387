//! What the product is to keep in speed and size, on the real path: `cargo bench -p village-tests`.
//!
//! Times depend on the machine and its disk, so each is printed beside what it is to be compared with.

use std::fs::File;
use std::io::Write;
use std::process::Command;
use std::time::{Duration, Instant};

use app::{App, Caller, ImportOptions, Office, SyncWatch, export_ledger, import, sync, system_clock};
use domain::{GridCode, Scope, SiteField, SiteId};
use office::{DONGHUI, JIMEI, sample, visit};
use serde::Serialize;
use serde_json::Value;
use std::sync::Mutex;
use store::{Author, Role, StoreError};
use wire::message::*;
use wire::sync::*;

fn main() {
    let folder = tempfile::tempdir().unwrap();
    let app = App::open(folder.path(), Role::Device, system_clock()).unwrap();
    sample::import_file(&app, ImportKind::Divisions, "divisions-350211.csv");
    let rows = ledger_of(100_000);
    println!("ledger of 100,000 rows, {:.1} MB", rows.len() as f64 / 1e6);
    line("import", once(|| import_rows(&app, &rows)), "");
    line("import again, nothing changes", once(|| import_rows(&app, &rows)), "");
    let exported = once(|| export(&app));
    line("export to CSV", exported, "");
    match sqlite_shell(&folder.path().join("replica.sqlite")) {
        Some(peer) => {
            let ratio = exported.as_secs_f64() / peer.as_secs_f64();
            line("the same rows by the sqlite3 shell", peer, &format!("ratio {ratio:.2}, bar: 0.5"));
        }
        None => println!("  (the sqlite3 shell is not installed: nothing to compare the export with)"),
    }
    line("views dropped and rebuilt", once(|| app.store().rebuild_views(|_, _| {}).unwrap()), "");

    println!("\n100,000 sites, through the commands");
    let of = |filter: SiteFilter| ListSites { filter, after: None, limit: 50 };
    let text = |text: &str| SiteFilter { text: Some(text.to_owned()), ..SiteFilter::default() };
    let within = SiteFilter { grid: Some(DONGHUI.parse().unwrap()), ..SiteFilter::default() };
    let upgrade =
        SiteFilter { standing: Some(Standing::Upgrade), done: Some(false), ..SiteFilter::default() };
    for (name, filter) in [
        ("first page", SiteFilter::default()),
        ("one village", within.clone()),
        ("to upgrade and not done", upgrade),
        ("with open problems", SiteFilter { open_problems: Some(true), ..SiteFilter::default() }),
        ("search, two characters, frequent", text("塑料")),
        ("search, two characters in one village", SiteFilter { text: Some("曾美".into()), ..within }),
        ("search, a telephone's end", text("50904066")),
        ("search, one character", text("曾")),
    ] {
        line(name, median(200, || drop(call(&app, "sites.list", of(filter.clone())))), "bar: 2 ms");
    }
    let page: SitePage =
        read(call(&app, "sites.list", ListSites { limit: 500, ..of(SiteFilter::default()) }));
    let mut after = page.next.clone();
    for _ in 0..100 {
        let list = ListSites { filter: SiteFilter::default(), after: after.clone(), limit: 500 };
        after = read::<SitePage>(call(&app, "sites.list", list)).next;
    }
    let deep = ListSites { filter: SiteFilter::default(), after, limit: 50 };
    line(
        "a page after 50,000 sites",
        median(200, || drop(call(&app, "sites.list", deep.clone()))),
        "bar: 2 ms",
    );
    let county = LedgerOf { grid: JIMEI.parse().unwrap(), period: None };
    line("totals of the county", median(20, || drop(call(&app, "ledger.totals", county.clone()))), "");
    let site = page.sites[0].id;
    line(
        "a dossier",
        median(200, || drop(call(&app, "sites.dossier", OneSite { site }))),
        "bar: one screen in 16 ms",
    );

    println!("\nsaving, on the medium when the command returns");
    let sites: Vec<SiteId> = page.sites.iter().map(|site| site.id).collect();
    let mut next = sites.iter().cycle();
    let fdatasync = fdatasync(folder.path());
    let save = median(200, || drop(call(&app, "inspections.record", visit(*next.next().unwrap()))));
    line("one fdatasync on this disk", fdatasync, "");
    let bar = Duration::from_millis(5).max(fdatasync * 3);
    line("inspections.record", save, &format!("bar: {bar:.1?}"));

    sync_of_a_thousand();
}

fn sync_of_a_thousand() {
    println!("\nsync of 1,000 changed dossiers");
    let office_folder = tempfile::tempdir().unwrap();
    let office = App::open(office_folder.path(), Role::Office, system_clock()).unwrap();
    sample::import_file(&office, ImportKind::Divisions, "divisions-350211.csv");
    sample::import_file(&office, ImportKind::Ledger, "ledger-jimei.csv");
    let device_folder = tempfile::tempdir().unwrap();
    let device = App::open(device_folder.path(), Role::Device, system_clock()).unwrap();
    let scope = Scope::new(vec![JIMEI.parse().unwrap()]);
    let lead = Office::new(office.store().clone(), scope, "阿华".to_owned(), domain::Role::Lead);
    let counted = Counted { office: lead, seen: Mutex::new((0, 0, 0)) };
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let synced = || {
        *counted.seen.lock().unwrap() = (0, 0, 0);
        let started = Instant::now();
        let outcome = runtime
            .block_on(sync(device.store(), &counted, &|| device.now(), &SyncWatch::default()))
            .unwrap();
        assert!(outcome.verified.is_some());
        let (trips, up, down) = *counted.seen.lock().unwrap();
        (started.elapsed(), trips, up, down)
    };
    let (time, trips, up, down) = synced();
    println!(
        "  enrolment, 1,506 dossiers: {time:.0?}, {trips} round trips, {:.1} kB up, {:.1} kB down ({:.2} kB a dossier)",
        kb(up),
        kb(down),
        kb(down) / 1_506.0
    );
    let page = |after: Option<String>| {
        let list = ListSites { filter: SiteFilter::default(), after, limit: 500 };
        read::<SitePage>(call(&device, "sites.list", list))
    };
    let first = page(None);
    let second = page(first.next.clone());
    let sites: Vec<SiteId> = first.sites.iter().chain(&second.sites).map(|site| site.id).collect();
    for (n, site) in sites.iter().enumerate() {
        let edits =
            vec![FieldEdit {
                field: SiteField::Remark, was: String::new(), value: format!("核查第{n}家")
            }];
        call(&device, "sites.edit", EditSite { site: *site, edits });
    }
    let unsent = device.store().read::<_, StoreError>(|reader| reader.unsent_after(0, usize::MAX)).unwrap();
    let raw: Vec<u8> = unsent.iter().flat_map(|unsent| unsent.entry.bytes.iter().copied()).collect();
    let compressed = zstd::encode_all(raw.as_slice(), 9).unwrap().len();
    let (time, trips, up, down) = synced();
    println!(
        "  push of {}: {time:.0?}, {trips} round trips (bar: 2), {:.1} kB up, {:.1} kB down",
        sites.len(),
        kb(up),
        kb(down)
    );
    println!(
        "  the changes alone: {:.1} kB, compressed {:.1} kB; sent {:.2} of that (bar: 1.15)",
        kb(raw.len()),
        kb(compressed),
        up as f64 / compressed as f64
    );
}

/// The office, with round trips and bytes counted as they go over the wire.
struct Counted {
    office: Office,
    seen: Mutex<(u32, usize, usize)>,
}

impl SyncProtocol for Counted {
    async fn exchange(&self, request: ExchangeRequest) -> Result<ExchangeReply, ProtocolError> {
        let up = encode(&request).unwrap().len();
        let reply = self.office.exchange(request).await?;
        let down = encode(&reply).unwrap().len();
        let mut seen = self.seen.lock().unwrap();
        *seen = (seen.0 + 1, seen.1 + up, seen.2 + down);
        Ok(reply)
    }

    office::forward!(office: rest);
}

/// The ledger of the county, again and again under other names.
fn ledger_of(rows: usize) -> Vec<u8> {
    let text = std::fs::read_to_string(sample::path("ledger-jimei.csv")).unwrap();
    let mut lines = text.lines();
    let mut ledger = format!("{}\r\n", lines.next().unwrap());
    let lines: Vec<&str> = lines.collect();
    for n in 0..rows {
        let mut cells = lines[n % lines.len()].splitn(8, ',').map(str::to_owned).collect::<Vec<_>>();
        cells[5] = format!("{}{}", cells[5], n / lines.len());
        cells[6] = String::new();
        ledger.push_str(&cells.join(","));
        ledger.push_str("\r\n");
    }
    ledger.into_bytes()
}

fn import_rows(app: &App, rows: &[u8]) {
    let options =
        ImportOptions { scope: None, what: ImportKind::Ledger, dry_run: false, skip_bad_rows: false };
    let author = Author { person: "林志燕".into(), command: "files.import", at: app.now() };
    let report = import(app.store(), rows, options, &author, &|_, _, _| Ok(())).unwrap();
    assert_eq!((report.bad_rows, report.rows), (0, 100_000));
}

fn export(app: &App) {
    let grid: GridCode = JIMEI.parse().unwrap();
    let file = tempfile::tempfile().unwrap();
    let (_, rows) = app
        .store()
        .read(|reader| export_ledger(reader, &grid, std::io::BufWriter::new(file), |_, _| Ok(())))
        .unwrap();
    assert_eq!(rows, 100_000);
}

fn call(app: &App, command: &str, request: impl Serialize) -> Value {
    let request = serde_json::to_value(request).unwrap();
    wire::dispatch(app, &Caller::everything(), command, request).unwrap().unwrap()
}

fn read<T: serde::de::DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).unwrap()
}

/// The time that SQLite's own shell takes to write the rows of the ledger as CSV: 30 columns, in the same order.
fn sqlite_shell(database: &std::path::Path) -> Option<Duration> {
    const QUERY: &str = "SELECT site.n, county.name, town.name, village.name, grid, site.name, credit_code, address, \
        longitude, latitude, industry, operator, telephone, landlord, landlord_telephone, verdict <> 'clean', problem, \
        verdict, measures, deadline, done, done_on, responsible_unit, responsible_person, source, remark, \
        last_inspection_at, inspector, photos, open_problems FROM site \
        LEFT JOIN grid_unit village ON village.code = grid \
        LEFT JOIN grid_unit town ON town.code = substr(grid, 1, 9) \
        LEFT JOIN grid_unit county ON county.code = substr(grid, 1, 6) ORDER BY grid, id";
    let started = Instant::now();
    let output = Command::new("sqlite3").arg("-header").arg("-csv").arg(database).arg(QUERY).output().ok()?;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.stdout.iter().filter(|byte| **byte == b'\n').count() > 100_000);
    Some(started.elapsed())
}

fn fdatasync(folder: &std::path::Path) -> Duration {
    let mut file = File::create(folder.join("fdatasync")).unwrap();
    median(200, || {
        file.write_all(&[7; 4096]).unwrap();
        file.sync_data().unwrap();
    })
}

fn once(work: impl FnOnce()) -> Duration {
    let started = Instant::now();
    work();
    started.elapsed()
}

fn median(times: usize, mut work: impl FnMut()) -> Duration {
    let mut measured: Vec<Duration> = (0..times).map(|_| once(&mut work)).collect();
    measured.sort();
    measured[times / 2]
}

fn line(name: &str, time: Duration, beside: &str) {
    println!("  {name:<40} {time:>10.2?}  {beside}");
}

fn kb(bytes: usize) -> f64 {
    bytes as f64 / 1e3
}
