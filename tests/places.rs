//! Positions as evidence, what the map shows, and the tile archive behind it: through the commands, and over HTTP.

use chrono::{TimeDelta, Utc};
use domain::{
    ClockDeviation, ClockReference, Datum, LatLon, PhotoHash, Position, PositionFlag, ProblemId, Provider,
    Severity, SiteFields, SiteId,
};
use office::{DONGHUI, Inspector, TestOffice, sample, visit};
use reqwest::{Client, StatusCode};
use uuid::Uuid;
use wire::message::*;
use wire::{ApiError, ErrorCode};

const ALL: MapBounds = MapBounds { west: 70.0, south: 10.0, east: 140.0, north: 60.0 };

/// A device that knows Donghui, and a site that stands in it.
fn in_donghui() -> (Inspector, SiteId, LatLon) {
    let ahua = Inspector::alone();
    sample::import_donghui(ahua.device.app());
    let placed = ahua.call::<MapSitePage>("map.sites", within(ALL, 5_000)).sites;
    let locate = |place| ahua.call::<Located>("grid.locate", Locate { place });
    let inside = placed
        .into_iter()
        .find(|site| locate(site.place).village.is_some_and(|village| village.code.as_str() == DONGHUI))
        .unwrap();
    (ahua, inside.id, inside.place)
}

fn within(bounds: MapBounds, limit: u32) -> MapSites {
    MapSites { filter: SiteFilter::default(), bounds, limit }
}

fn gps(place: LatLon) -> Position {
    Position { accuracy_m: Some(8.0), fixed_at: Some(Utc::now()), ..Position::bare(place, Provider::Gps) }
}

fn north_of(place: LatLon, metres: f64) -> LatLon {
    LatLon::new(place.latitude() + metres / 111_195.0, place.longitude()).unwrap()
}

fn refusal(outcome: Result<RecordedInspection, ApiError>) -> (String, String) {
    let error = outcome.unwrap_err();
    (error.field.unwrap_or_default(), error.reason.unwrap_or_default())
}

#[test]
fn a_visit_says_how_far_off_and_in_which_village_it_was() {
    let (ahua, site, there) = in_donghui();
    let compare =
        |position| ahua.call::<ComparedPosition>("positions.compare", ComparePosition { position, site });
    let near = compare(gps(there));
    assert_eq!((near.whereabouts.distance_m, near.whereabouts.flags), (Some(0.0), vec![]));
    assert_eq!(near.path.last().map(String::as_str), Some("东辉村委会"), "{:?}", near.path);
    let far = compare(gps(north_of(there, 20_000.0)));
    assert!(far.whereabouts.flags.contains(&PositionFlag::FarFromSite));
    assert_ne!(far.whereabouts.village.map(|village| village.to_string()).as_deref(), Some(DONGHUI));

    for position in [None, Some(gps(there)), Some(Position { mock: true, ..gps(north_of(there, 300.0)) })] {
        ahua.call::<RecordedInspection>("inspections.record", RecordInspection { position, ..visit(site) });
    }
    let view = ahua.dossier(site);
    assert_eq!(view.inspections.len(), 3);
    let flags: Vec<_> = view.whereabouts.iter().map(|visit| visit.whereabouts.flags.clone()).collect();
    assert_eq!(flags[0], vec![]);
    assert!(flags[1].contains(&PositionFlag::FarFromSite) && flags[1].contains(&PositionFlag::Mock));
    assert_eq!(flags.len(), 2, "a visit without a position has no whereabouts");
}

#[test]
fn other_datums_are_converted() {
    let ahua = Inspector::alone();
    let place = LatLon::new(39.9075, 116.3913).unwrap();
    let convert =
        |place, from, to| ahua.call::<LatLon>("positions.convert", ConvertPlace { place, from, to });
    let shown = convert(place, Datum::Wgs84, Datum::Gcj02);
    assert!((400.0..700.0).contains(&shown.distance_m(place)));
    assert!(convert(shown, Datum::Gcj02, Datum::Wgs84).distance_m(place) < 0.01);
    assert_eq!(convert(shown, Datum::Gcj02, Datum::Gcj02).distance_m(shown).round(), 0.0);
}

#[test]
fn a_wrong_clock_is_recorded_and_the_larger_error_counts() {
    let (ahua, site, _) = in_donghui();
    let app = ahua.device.app();
    let recorded = |fix_clock_ahead_s| {
        let request = RecordInspection { fix_clock_ahead_s, ..visit(site) };
        let id = ahua.call::<RecordedInspection>("inspections.record", request).inspection;
        ahua.dossier(site).inspections.into_iter().find(|inspection| inspection.id == id).unwrap().clock
    };
    let wrong = |against, ahead_s| Some(ClockDeviation { against, ahead_s });
    assert_eq!(recorded(None), None);
    assert_eq!(recorded(Some(120)), None);
    assert_eq!(recorded(Some(-121)), wrong(ClockReference::Fix, -121));
    assert_eq!(recorded(Some(i64::MIN)), wrong(ClockReference::Fix, i64::MIN));
    let found = serde_json::json!({ "deviation": wrong(ClockReference::Server, 300), "at": Utc::now() });
    let server = found.to_string();
    app.store().write::<_, store::StoreError>(|writer| writer.set_setting("clock", &server)).unwrap();
    assert_eq!(recorded(None), wrong(ClockReference::Server, 300));
    assert_eq!(recorded(Some(-200)), wrong(ClockReference::Server, 300));
    assert_eq!(recorded(Some(-301)), wrong(ClockReference::Fix, -301));
}

#[test]
fn a_position_that_nothing_can_have_measured_is_refused() {
    let (ahua, site, there) = in_donghui();
    let record = |position| {
        let request = RecordInspection { position: Some(position), ..visit(site) };
        ahua.try_call("inspections.record", request)
    };
    let accuracy = ("position.accuracy_m".to_owned(), "accuracy".to_owned());
    assert_eq!(refusal(record(Position { accuracy_m: Some(-1.0), ..gps(there) })), accuracy);
    let later = Some(Utc::now() + TimeDelta::hours(25));
    assert!(record(Position { fixed_at: later, ..gps(there) }).is_ok(), "flagged by the clock, not refused");
    let nowhere =
        serde_json::json!({ "position": { "place": { "latitude": 91, "longitude": 0 } }, "site": site });
    assert_eq!(
        ahua.try_call::<ComparedPosition>("positions.compare", nowhere).unwrap_err().code,
        ErrorCode::Invalid
    );
    assert_eq!(ahua.dossier(site).inspections.len(), 1, "what was refused is not on record");
}

#[test]
fn a_photo_may_name_what_is_on_record_and_nothing_else() {
    let (ahua, site, _) = in_donghui();
    let draft = Uuid::now_v7();
    let photographed = |name: &str| ahua.photograph(draft, &sample::path(name)).hash;
    let before = photographed("photos/gps-DSCN0012.jpg");
    let problem = ProblemId::new();
    let photo = |hash: &PhotoHash| NewPhoto {
        hash: hash.clone(),
        problem: Some(problem),
        rectified: false,
        sketch_of: None,
        compare_with: None,
    };
    let record = |photo: NewPhoto, problems| {
        ahua.try_call(
            "inspections.record",
            RecordInspection { draft: Some(draft), photos: vec![photo], problems, ..visit(site) },
        )
    };
    let named = |field: &str, reason: &str| (format!("photos.0.{field}"), reason.to_owned());
    assert_eq!(refusal(record(photo(&before), vec![])), named("problem", "unknown_problem"));
    let found = NewProblem {
        id: problem,
        description: "粉尘无收集".to_owned(),
        severity: Severity::Ordinary,
        deadline: None,
    };
    record(photo(&before), vec![found]).unwrap();
    let after = photographed("photos/gps-DSCN0021.jpg");
    // On the next visit the problem is on record, and so is the photo of it.
    let of = |sketch_of: Option<&PhotoHash>, compare_with: Option<&PhotoHash>| NewPhoto {
        rectified: true,
        sketch_of: sketch_of.cloned(),
        compare_with: compare_with.cloned(),
        ..photo(&after)
    };
    let stranger: PhotoHash = "0".repeat(64).parse().unwrap();
    assert_eq!(refusal(record(of(Some(&stranger), None), vec![])), named("sketch_of", "unknown_photo"));
    assert_eq!(refusal(record(of(None, Some(&stranger)), vec![])), named("compare_with", "unknown_photo"));
    assert_eq!(refusal(record(of(Some(&after), None), vec![])), named("sketch_of", "same_photo"));
    record(of(None, Some(&before)), vec![]).unwrap();
    let shown = ahua.dossier(site).photos;
    assert_eq!(shown.len(), 2);
    assert_eq!(
        (shown[1].photo.problem, shown[1].photo.compare_with.as_ref()),
        (Some(problem), Some(&before))
    );

    let photos: Vec<MapPhoto> = ahua.call("map.photos", MapPhotos { bounds: WORLD, limit: 1_000 });
    assert_eq!(photos.len(), 2, "both say where they were taken");
    assert!(photos.iter().all(|photo| photo.site == site && photo.present));
}

const WORLD: MapBounds = MapBounds { west: -180.0, south: -90.0, east: 180.0, north: 90.0 };

#[test]
fn the_map_shows_donghui() {
    let (ahua, site, there) = in_donghui();
    let all: MapSitePage = ahua.call("map.sites", within(ALL, 5_000));
    let extent: MapExtent = ahua.call("map.extent", Nothing {});
    assert_eq!(all.total + extent.sites_without_place, 180);
    assert_eq!(all.sites.len() as u64, all.total);
    let bounds = extent.bounds.unwrap();
    assert!(all.sites.iter().all(|site| {
        (bounds.west..=bounds.east).contains(&site.place.longitude())
            && (bounds.south..=bounds.north).contains(&site.place.latitude())
    }));
    let d = 0.001;
    let around = MapBounds {
        west: there.longitude() - d,
        south: there.latitude() - d,
        east: there.longitude() + d,
        north: there.latitude() + d,
    };
    let near: MapSitePage = ahua.call("map.sites", within(around.clone(), 5_000));
    assert!(near.sites.iter().any(|mark| mark.id == site) && near.total < all.total);
    let summary = ahua.dossier(site).summary;
    let mark = near.sites.iter().find(|mark| mark.id == site).unwrap();
    assert_eq!(
        (&mark.name, mark.verdict, mark.done, mark.deadline),
        (&summary.name, summary.verdict, summary.done, summary.deadline)
    );
    assert_eq!(mark.days_overdue, summary.days_overdue);
    let villages: Vec<VillageOutline> =
        ahua.call("map.villages", MapVillages { bounds: around, limit: 1_000 });
    let donghui = villages.iter().find(|village| village.unit.code.as_str() == DONGHUI).unwrap();
    assert_eq!(donghui.unit.name, "东辉村委会");
    assert!(
        donghui.geometry.starts_with(r#"{"type":"MultiPolygon""#)
            || donghui.geometry.contains("MultiPolygon")
    );

    let done = SiteFilter { grid: Some(DONGHUI.parse().unwrap()), done: Some(true), ..SiteFilter::default() };
    let count: Count = ahua.call("sites.count", done.clone());
    let marks: MapSitePage = ahua.call("map.sites", MapSites { filter: done, bounds: ALL, limit: 5_000 });
    assert!(marks.total <= count.count && marks.sites.iter().all(|site| site.done));

    let upside_down = MapBounds { south: 60.0, north: 10.0, ..ALL };
    for command in ["map.sites", "map.villages", "map.photos"] {
        let request =
            serde_json::json!({ "filter": SiteFilter::default(), "bounds": upside_down, "limit": 10 });
        let error = ahua.try_call::<serde_json::Value>(command, request).unwrap_err();
        assert_eq!((error.code, error.field.as_deref()), (ErrorCode::Invalid, Some("bounds")), "{command}");
    }
}

#[test]
fn a_registered_site_appears_on_the_map() {
    let ahua = Inspector::alone();
    sample::import_donghui(ahua.device.app());
    let mut fields = SiteFields::named(DONGHUI.parse().unwrap(), "新厂");
    fields.position = Some(gps(LatLon::new(24.0, 110.0).unwrap()));
    let request = RegisterSite { id: SiteId::new(), fields, draft: None };
    let site = ahua.call::<OneSite>("sites.register", request).site;
    let bounds = MapBounds { west: 109.9, south: 23.9, east: 110.1, north: 24.1 };
    let page: MapSitePage = ahua.call("map.sites", within(bounds, 10));
    assert_eq!(page.sites.iter().map(|mark| mark.id).collect::<Vec<_>>(), vec![site]);
}

/// A PMTiles archive of one tile, as the specification lays it out; `change` spoils it.
fn archive(change: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let directory = [1, 0, 1, 5, 1];
    let mut bytes = b"PMTiles\x03".to_vec();
    let (root, data) = (127_u64, 127 + directory.len() as u64);
    for number in [root, directory.len() as u64, data, 0, data, 0, data, 5, 1, 1, 1] {
        bytes.extend(number.to_le_bytes());
    }
    bytes.extend([1, 1, 1, 2, 0, 14]);
    for degrees in [117.9_f64, 24.4, 118.2, 24.8] {
        bytes.extend(((degrees * 1e7) as i32).to_le_bytes());
    }
    bytes.push(10);
    bytes.extend([0; 8]);
    assert_eq!(bytes.len(), 127);
    bytes.extend(directory);
    bytes.extend(b"TILE!");
    change(&mut bytes);
    bytes
}

fn import(ahua: &Inspector, pieces: &[&[u8]]) -> Result<TileArchive, ApiError> {
    let uploads = pieces.iter().map(|piece| ahua.device.upload(piece).unwrap()).collect();
    ahua.try_call("tiles.import", ImportTiles { uploads, file_name: "xiamen.pmtiles".to_owned() })
}

#[test]
fn a_tile_archive_comes_in_pieces_and_stays_until_another_comes() {
    let ahua = Inspector::alone();
    let get = |ahua: &Inspector| ahua.call::<Option<TileArchive>>("tiles.get", Nothing {});
    assert_eq!(get(&ahua), None);
    assert_eq!(ahua.device.tiles_piece(0, 10).unwrap(), None);
    let bytes = archive(|_| {});
    let kept = import(&ahua, &[&bytes[..3], &bytes[3..130], &bytes[130..]]).unwrap();
    assert_eq!((kept.tile_type.as_str(), kept.min_zoom, kept.max_zoom), ("png", 0, 14));
    assert_eq!((kept.file_name.as_str(), kept.bytes), ("xiamen.pmtiles", bytes.len() as u64));
    assert_eq!(kept.bounds, MapBounds { west: 117.9, south: 24.4, east: 118.2, north: 24.8 });
    let total = bytes.len() as u64;
    let piece = |offset, length| ahua.device.tiles_piece(offset, length).unwrap().unwrap();
    assert_eq!(piece(0, u64::MAX), (bytes.clone(), total));
    assert_eq!(piece(total - 5, 5), (b"TILE!".to_vec(), total));
    assert_eq!(piece(total - 1, 100), (b"!".to_vec(), total));
    assert_eq!(piece(total, 1), (vec![], total));
    assert_eq!(piece(u64::MAX, 1), (vec![], total));

    assert!(import(&ahua, &[b"nonsense"]).is_err());
    assert_eq!(get(&ahua), Some(kept.clone()), "a wrong file leaves the archive as it was");
    let again = import(&ahua, &[&bytes]).unwrap();
    assert_ne!(again.version, kept.version);
    let folder = ahua.folder.path().join("tiles");
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 1, "the archive before is gone");
    std::fs::write(folder.join("incoming.part"), b"left by a crash").unwrap();
    let ahua = ahua.restarted();
    assert_eq!(get(&ahua), Some(again));
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 1);
    ahua.call::<Nothing>("tiles.remove", Nothing {});
    assert_eq!(get(&ahua), None);
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0);
}

#[test]
fn a_wrong_tile_archive_is_refused_with_what_is_wrong() {
    let ahua = Inspector::alone();
    let set = |at: usize, value: u8| move |bytes: &mut Vec<u8>| bytes[at] = value;
    let refused = |bytes: Vec<u8>| {
        let error = import(&ahua, &[&bytes]).unwrap_err();
        assert_eq!(error.code, ErrorCode::File);
        error.reason.unwrap()
    };
    assert_eq!(refused(vec![]), "tiles_empty");
    assert_eq!(refused(b"PK\x03\x04 a zip".to_vec()), "tiles_not_pmtiles");
    assert_eq!(refused(archive(set(0, b'p'))), "tiles_not_pmtiles");
    assert_eq!(refused(archive(set(7, 2))), "tiles_version");
    for length in [8, 60, 126, 127, 131, 134, 136] {
        assert_eq!(refused(archive(|bytes| bytes.truncate(length))), "tiles_truncated", "{length}");
    }
    assert_eq!(refused(archive(set(63, 0xff))), "tiles_truncated");
    assert_eq!(refused(archive(|bytes| bytes[8..16].fill(0xff))), "tiles_truncated");
    assert_eq!(refused(archive(|bytes| bytes[64..72].fill(0))), "tiles_none");
    assert_eq!(refused(archive(set(97, 3))), "tiles_compression");
    assert_eq!(refused(archive(set(98, 4))), "tiles_compression");
    assert_eq!(refused(archive(set(99, 0))), "tiles_type");
    assert_eq!(refused(archive(set(99, 9))), "tiles_type");
    assert_eq!(refused(archive(set(101, 32))), "tiles_zoom");
    assert_eq!(refused(archive(set(100, 15))), "tiles_zoom");
    assert_eq!(refused(archive(|bytes| bytes[102..106].fill(0x7f))), "tiles_bounds");
    assert_eq!(refused(archive(set(97, 2))), "tiles_damaged", "said to be gzip");
    assert_eq!(refused(archive(set(127, 0))), "tiles_damaged", "no entries");
    assert_eq!(refused(archive(set(127, 200))), "tiles_damaged", "more entries than bytes");
    assert_eq!(refused(archive(set(130, 6))), "tiles_damaged", "a tile beyond the end");
    assert_eq!(ahua.call::<Option<TileArchive>>("tiles.get", Nothing {}), None);
    let none = ImportTiles { uploads: vec![], file_name: "x".to_owned() };
    assert_eq!(
        ahua.try_call::<TileArchive>("tiles.import", none).unwrap_err().field.as_deref(),
        Some("uploads")
    );
    let unknown = ImportTiles { uploads: vec![Uuid::nil()], file_name: "x".to_owned() };
    assert_eq!(ahua.try_call::<TileArchive>("tiles.import", unknown).unwrap_err().code, ErrorCode::NotFound);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_console_reads_tiles_by_ranges() {
    let office = TestOffice::of_donghui().await;
    let bytes = archive(|_| {});
    let upload = office.app.uploads().add(&bytes).unwrap();
    let request = ImportTiles { uploads: vec![upload], file_name: "xiamen.pmtiles".to_owned() };
    let reply = wire::dispatch(
        &*office.app,
        &app::Caller::everything(),
        "tiles.import",
        serde_json::to_value(request).unwrap(),
    );
    let kept: TileArchive = serde_json::from_value(reply.unwrap().unwrap()).unwrap();
    let session = office.admin_session();
    let get = |version: &str, header: Option<(&'static str, String)>| {
        let url = format!("{}/api/tiles/{version}", office.address);
        let request = Client::new().get(url).header("cookie", format!("village_ledger_session={session}"));
        match header {
            Some((name, value)) => request.header(name, value),
            None => request,
        }
        .send()
    };
    let tag = format!("\"{}\"", kept.version);
    let whole = get(&kept.version, None).await.unwrap();
    assert_eq!((whole.status(), whole.headers()["etag"].to_str().unwrap()), (StatusCode::OK, tag.as_str()));
    assert_eq!(whole.bytes().await.unwrap(), bytes);
    let range = |range: &str| get(&kept.version, Some(("range", range.to_owned())));
    let some = range("bytes=0-6").await.unwrap();
    assert_eq!(some.status(), StatusCode::PARTIAL_CONTENT);
    assert_eq!(some.headers()["content-range"], format!("bytes 0-6/{}", bytes.len()));
    assert_eq!(some.headers()["etag"], tag);
    assert_eq!(some.bytes().await.unwrap(), "PMTiles");
    assert_eq!(range("bytes=132-999999").await.unwrap().bytes().await.unwrap(), "TILE!");
    assert_eq!(range("bytes=-5").await.unwrap().bytes().await.unwrap(), "TILE!");
    for beyond in [format!("bytes={}-", bytes.len()), "bytes=9-3".to_owned()] {
        assert_eq!(range(&beyond).await.unwrap().status(), StatusCode::RANGE_NOT_SATISFIABLE, "{beyond}");
    }
    let held = get(&kept.version, Some(("if-none-match", tag))).await.unwrap();
    assert_eq!(held.status(), StatusCode::NOT_MODIFIED);
    for other in [Uuid::nil().simple().to_string(), "..%2freplica.sqlite".to_owned()] {
        assert_eq!(get(&other, None).await.unwrap().status(), StatusCode::NOT_FOUND, "{other}");
    }
    let stranger =
        Client::new().get(format!("{}/api/tiles/{}", office.address, kept.version)).send().await.unwrap();
    assert_eq!(stranger.status(), StatusCode::UNAUTHORIZED);
}
