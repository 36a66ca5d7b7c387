//! Places at the size of a large county: `cargo bench -p village-tests --bench places`.
//!
//! 10,000 villages of 60 corners and 100,000 sites, written into the tables directly; asked through the store and
//! through the commands. Times depend on the machine.

use std::hint::black_box;
use std::time::{Duration, Instant};

use app::{App, Caller, system_clock};
use domain::{Datum, LatLon};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use rusqlite::{Connection, params};
use serde::Serialize;
use store::{Role, StoreError};
use wire::message::*;

const VILLAGES: usize = 10_000;
const SITES: usize = 100_000;
/// The county: a square of a degree, 100 by 100 villages.
const WEST: f64 = 117.6;
const SOUTH: f64 = 24.2;

fn main() {
    let folder = tempfile::tempdir().unwrap();
    drop(App::open(folder.path(), Role::Office, system_clock()).unwrap());
    let mut random = StdRng::seed_from_u64(7);
    fill(&folder.path().join("replica.sqlite"), &mut random);
    let app = App::open(folder.path(), Role::Office, system_clock()).unwrap();

    println!("{VILLAGES} villages of 60 corners");
    let mut place = || {
        let (east, north) = (random.random_range(0.0..1.0), random.random_range(0.0..1.0));
        LatLon::new(SOUTH + north, WEST + east).unwrap()
    };
    let first = place();
    let read = |place| app.store().read::<_, StoreError>(|reader| reader.village_code_at(place)).unwrap();
    line("the index is made, once", once(|| drop(black_box(read(first)))), "");
    let places: Vec<LatLon> = (0..20_000).map(|_| place()).collect();
    let mut within = 0;
    app.store()
        .read::<_, StoreError>(|reader| {
            let times = places.iter().map(|place| {
                once(|| within += usize::from(black_box(reader.village_code_at(*place).unwrap()).is_some()))
            });
            line("point to village, in one read", median_of(times.collect()), "bar: 5 µs");
            Ok(())
        })
        .unwrap();
    assert!(within > places.len() * 9 / 10, "{within} of {} places lie in a village", places.len());
    let times = places.iter().map(|place| once(|| drop(black_box(read(*place)))));
    line("point to village, a read each", median_of(times.collect()), "");
    let times = places
        .iter()
        .take(2_000)
        .map(|place| once(|| drop(call(&app, "grid.locate", Locate { place: *place }))));
    line("grid.locate, with names", median_of(times.collect()), "");
    let times = places.iter().map(|place| once(|| _ = black_box(Datum::Gcj02.to_wgs84(*place))));
    line("GCJ-02 to WGS-84", median_of(times.collect()), "");

    println!("\n{SITES} sites, through the commands");
    let part = |side: f64| MapBounds {
        west: WEST + 0.4,
        south: SOUTH + 0.4,
        east: WEST + 0.4 + side,
        north: SOUTH + 0.4 + side,
    };
    let county = MapBounds { west: WEST, south: SOUTH, east: WEST + 1.0, north: SOUTH + 1.0 };
    let sites = |filter: &SiteFilter, bounds: &MapBounds| MapSites {
        filter: filter.clone(),
        bounds: bounds.clone(),
        limit: 2_000,
    };
    let any = SiteFilter::default();
    let upgrade =
        SiteFilter { standing: Some(Standing::Upgrade), done: Some(false), ..SiteFilter::default() };
    for (name, filter, bounds) in [
        ("map.sites, 2 km", &any, part(0.02)),
        ("map.sites, 5 km", &any, part(0.05)),
        ("map.sites, 2 km, to upgrade", &upgrade, part(0.02)),
        ("map.sites, 10 km, a sample", &any, part(0.3)),
        ("map.sites, the county, a sample", &any, county.clone()),
        ("map.sites, the county, to upgrade", &upgrade, county.clone()),
    ] {
        let reply = call(&app, "map.sites", sites(filter, &bounds));
        let (shown, total) = (reply["sites"].as_array().unwrap().len(), reply["total"].as_u64().unwrap());
        let time = median(50, || drop(call(&app, "map.sites", sites(filter, &bounds))));
        line(name, time, &format!("{shown} of {total}; bar for one screen: 2 ms"));
    }
    for (name, bounds) in [("map.villages, 5 km", part(0.05)), ("map.villages, the county", county)] {
        let request = || MapVillages { bounds: bounds.clone(), limit: 1_000 };
        let reply = call(&app, "map.villages", request());
        let shown = reply.as_array().unwrap().len();
        let bytes = reply.to_string().len() / 1_000;
        line(
            name,
            median(10, || drop(call(&app, "map.villages", request()))),
            &format!("{shown} villages, {bytes} kB"),
        );
    }
    line("map.extent", median(20, || drop(call(&app, "map.extent", Nothing {}))), "");
}

/// Writes what a county would show, without its documents.
fn fill(database: &std::path::Path, random: &mut StdRng) {
    let mut connection = Connection::open(database).unwrap();
    let transaction = connection.transaction().unwrap();
    for n in 0..VILLAGES {
        let (west, south) = (WEST + (n % 100) as f64 * 0.01, SOUTH + (n / 100) as f64 * 0.01);
        // A square of 15 corners a side, so that neighbours share corners.
        let side = |n: usize| n as f64 * 0.01 / 15.0;
        let mut corners: Vec<[f64; 2]> = Vec::new();
        corners.extend((0..15).map(|n| [west + side(n), south]));
        corners.extend((0..15).map(|n| [west + 0.01, south + side(n)]));
        corners.extend((0..15).map(|n| [west + 0.01 - side(n), south + 0.01]));
        corners.extend((0..15).map(|n| [west, south + 0.01 - side(n)]));
        corners.push(corners[0]);
        let geometry = serde_json::json!({ "type": "MultiPolygon", "coordinates": [[corners]] }).to_string();
        let code = format!("3502{:08}", n);
        transaction
            .execute(
                "INSERT INTO boundary (code, geometry) VALUES (?1, ?2)",
                params![code, geometry.as_bytes()],
            )
            .unwrap();
        transaction.execute("INSERT INTO grid_unit VALUES (?1, ?1)", [code]).unwrap();
    }
    let mut insert = transaction
        .prepare(
            "INSERT INTO site (id, grid, name, credit_code, address, latitude, longitude, industry, operator, telephone,
                landlord, landlord_telephone, source, remark, verdict, problem, measures, done, responsible_unit,
                responsible_person, problems, open_problems, photos, inspections, inspector, conflict)
             VALUES (?1, ?2, '曾美服装厂', '', '东辉村 12 号', ?3, ?4, '服装', '', '', '', '', '', '', ?5, '', '', 0, '', '', 0, 0,
                0, 0, '', 0)",
        )
        .unwrap();
    for n in 0..SITES {
        let village = random.random_range(0..VILLAGES);
        let east = WEST + (village % 100) as f64 * 0.01 + random.random_range(0.0..0.01);
        let north = SOUTH + (village / 100) as f64 * 0.01 + random.random_range(0.0..0.01);
        let verdict = ["", "clean", "clean", "clean", "upgrade", "shut_down"][n % 6];
        let code = format!("3502{village:08}");
        insert.execute(params![uuid::Uuid::now_v7(), code, north, east, verdict]).unwrap();
    }
    drop(insert);
    transaction.commit().unwrap();
}

fn call(app: &App, command: &str, request: impl Serialize) -> serde_json::Value {
    let request = serde_json::to_value(request).unwrap();
    wire::dispatch(app, &Caller::everything(), command, request).unwrap().unwrap()
}

fn once(work: impl FnOnce()) -> Duration {
    let started = Instant::now();
    work();
    started.elapsed()
}

fn median(times: usize, mut work: impl FnMut()) -> Duration {
    median_of((0..times).map(|_| once(&mut work)).collect())
}

fn median_of(mut measured: Vec<Duration>) -> Duration {
    measured.sort();
    measured[measured.len() / 2]
}

fn line(name: &str, time: Duration, beside: &str) {
    println!("  {name:<40} {time:>10.2?}  {beside}");
}
