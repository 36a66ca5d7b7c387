//! Where things are: villages by place, and what a map shows.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::path::Path;

use chrono::{DateTime, NaiveDate, Utc};
use domain::{
    Boundary, GridCode, GridUnit, LatLon, PhotoHash, PhotoId, PhotoReference, Position, Provider, SiteField,
    SiteId,
};
use geo::{Coord, Intersects, LineString, MultiPolygon, Polygon};
use proptest::prelude::*;
use store::{Author, CountyWrite, DossierWrite, Role, Store, StoreError, stored_position};
use wire::message::{MapBounds, SiteFilter};

const ALL: MapBounds = MapBounds { west: 70.0, south: 10.0, east: 140.0, north: 60.0 };

fn author() -> Author {
    let at = DateTime::<Utc>::from_timestamp(1_700_000_000, 0).unwrap();
    Author { person: "阿华".to_owned(), command: "test", at }
}

fn open(folder: &Path) -> Store {
    Store::open(folder, Role::Device).unwrap()
}

fn place(longitude: f64, latitude: f64) -> LatLon {
    LatLon::new(latitude, longitude).unwrap()
}

fn village(number: usize) -> GridCode {
    format!("350211102{number:03}").parse().unwrap()
}

fn write_villages(store: &Store, outlines: &[(GridCode, MultiPolygon<f64>)]) {
    let county: GridCode = "350211".parse().unwrap();
    let writes: Vec<CountyWrite> = outlines
        .iter()
        .flat_map(|(code, outline)| {
            let unit = GridUnit { code: code.clone(), name: format!("村{code}") };
            let boundary = Boundary::new(code.clone(), outline.clone()).unwrap();
            [CountyWrite::SetUnit(unit), CountyWrite::SetBoundary(boundary)]
        })
        .collect();
    for writes in writes.chunks(40) {
        store.write::<_, StoreError>(|writer| writer.edit_county(&county, &author(), writes)).unwrap();
    }
}

fn ring(corners: &[(f64, f64)]) -> LineString<f64> {
    Polygon::new(corners.to_vec().into(), vec![]).exterior().clone()
}

fn square(west: f64, south: f64, side: f64) -> MultiPolygon<f64> {
    let (east, north) = (west + side, south + side);
    Polygon::new(ring(&[(west, south), (east, south), (east, north), (west, north)]), vec![]).into()
}

fn at(store: &Store, place: LatLon) -> Option<GridCode> {
    store.read::<_, StoreError>(|reader| reader.village_code_at(place)).unwrap()
}

#[test]
fn a_place_on_a_shared_border_belongs_to_the_lower_code() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    write_villages(
        &store,
        &[(village(208), square(118.0, 24.0, 1.0)), (village(207), square(119.0, 24.0, 1.0))],
    );
    assert_eq!(at(&store, place(118.5, 24.5)), Some(village(208)));
    assert_eq!(at(&store, place(119.5, 24.5)), Some(village(207)));
    for latitude in [24.0, 24.3, 24.5, 25.0] {
        assert_eq!(at(&store, place(119.0, latitude)), Some(village(207)));
    }
    assert_eq!(
        at(&store, place(118.0, 24.0)),
        Some(village(208)),
        "the outer border belongs to the village too"
    );
    assert_eq!(at(&store, place(117.999, 24.5)), None);
    let named = store.read::<_, StoreError>(|reader| reader.village_at(place(118.5, 24.5))).unwrap().unwrap();
    assert_eq!(named.name, "村350211102208");
}

#[test]
fn an_outline_of_many_corners_keeps_its_hole() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let circle = |radius: f64, corners: usize| {
        let corner = |n: usize| {
            let angle = std::f64::consts::TAU * n as f64 / corners as f64;
            (118.0 + radius * angle.cos(), 24.0 + radius * angle.sin())
        };
        ring(&(0..corners).map(corner).collect::<Vec<_>>())
    };
    // Both rings run the same way round.
    let outline = Polygon::new(circle(1.0, 3_000), vec![circle(0.5, 1_000)]);
    write_villages(&store, &[(village(207), outline.clone().into())]);
    assert_eq!(at(&store, place(118.75, 24.0)), Some(village(207)));
    assert_eq!(at(&store, place(118.0, 24.0)), None, "in the hole");
    assert_eq!(at(&store, place(119.01, 24.0)), None);
    let corner = outline.interiors()[0].0[17];
    assert_eq!(at(&store, place(corner.x, corner.y)), Some(village(207)), "on the edge of the hole");
}

#[test]
fn a_changed_boundary_counts_at_once_and_one_taken_back_never() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let there = place(118.5, 24.5);
    assert_eq!(at(&store, there), None);
    write_villages(&store, &[(village(207), square(118.0, 24.0, 1.0))]);
    assert_eq!(at(&store, there), Some(village(207)));
    let county: GridCode = "350211".parse().unwrap();
    let moved = Boundary::new(village(207), square(110.0, 24.0, 1.0)).unwrap();
    let undone = store.write::<(), StoreError>(|writer| {
        writer.edit_county(&county, &author(), &[CountyWrite::SetBoundary(moved.clone())])?;
        assert_eq!(writer.village_code_at(there)?, None, "within the transaction it is moved");
        Err(StoreError::PhotoDiffers)
    });
    assert!(undone.is_err());
    assert_eq!(at(&store, there), Some(village(207)));
    write_villages(
        &store,
        &[(village(207), square(110.0, 24.0, 1.0)), (village(209), square(118.0, 24.0, 1.0))],
    );
    assert_eq!(at(&store, there), Some(village(209)));
    std::thread::scope(|threads| {
        for _ in 0..4 {
            threads.spawn(|| (0..200).for_each(|_| assert_eq!(at(&store, there), Some(village(209)))));
        }
    });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Villages that tile a square, with corners moved at random: every place belongs to exactly one of them.
    #[test]
    fn no_place_falls_between_villages(
        moves in prop::collection::vec((-0.04..0.04_f64, -0.04..0.04_f64), 36),
        places in prop::collection::vec((0.001..0.499_f64, 0.001..0.499_f64), 60),
        on_side in prop::collection::vec((0..36_usize, 0.0..1.0_f64), 30),
    ) {
        let corner = |column: usize, row: usize| {
            // The outer corners stay, so that the square does.
            let inner = |n: usize| (1..5).contains(&n);
            let (east, north) = moves[row * 6 + column];
            let moved = |n: usize, by: f64| n as f64 * 0.1 + if inner(column) && inner(row) { by } else { 0.0 };
            (118.0 + moved(column, east), 24.0 + moved(row, north))
        };
        let mut outlines = Vec::new();
        for row in 0..5 {
            for column in 0..5 {
                let corners = [corner(column, row), corner(column + 1, row), corner(column + 1, row + 1), corner(column, row + 1)];
                // Neighbours run different ways round, as in files of several hands.
                let corners: Vec<_> = if (row + column) % 2 == 0 { corners.to_vec() } else { corners.into_iter().rev().collect() };
                outlines.push((village(500 - row * 5 - column), Polygon::new(ring(&corners), vec![]).into()));
            }
        }
        let folder = tempfile::tempdir().unwrap();
        let store = open(folder.path());
        write_villages(&store, &outlines);
        // As they are on record: numbers that were written as text may come back with another last bit.
        let county: GridCode = "350211".parse().unwrap();
        let outlines = store.read::<_, StoreError>(|reader| reader.county(&county)).unwrap().boundaries;
        let mut all: Vec<LatLon> = places.iter().map(|(east, north)| place(118.0 + east, 24.0 + north)).collect();
        for (index, along) in on_side {
            let (column, row) = (index % 5, (index / 6).min(4));
            let ((x1, y1), (x2, y2)) = (corner(column, row), corner(column + 1, row));
            all.push(place(x1 + (x2 - x1) * along, y1 + (y2 - y1) * along));
            all.push(place(x1, y1));
        }
        for place in all {
            let found = at(&store, place);
            prop_assert!(found.is_some(), "{:?} falls between villages", place);
            let point = Coord { x: place.longitude(), y: place.latitude() };
            let meets = outlines.iter().filter(|boundary| boundary.outline().intersects(&point)).map(Boundary::code);
            let lowest = meets.min();
            prop_assert_eq!(found.as_ref(), lowest, "the outlines do not overlap, so only a border is shared");
        }
    }
}

fn register(store: &Store, position: Option<LatLon>) -> SiteId {
    let site = SiteId::new();
    let author = author();
    let mut writes = vec![
        DossierWrite::Register { grid: village(207), at: author.at, by: author.person.clone() },
        DossierWrite::SetField(SiteField::Name, format!("厂{site}")),
    ];
    if let Some(place) = position {
        let position = stored_position(&Position::bare(place, Provider::Map));
        writes.push(DossierWrite::SetField(SiteField::Position, position));
    }
    store.write(|writer| writer.edit_dossier::<StoreError>(site, &author, |_| Ok(writes))).unwrap();
    site
}

fn edit(store: &Store, site: SiteId, write: DossierWrite) {
    store.write(|writer| writer.edit_dossier::<StoreError>(site, &author(), |_| Ok(vec![write]))).unwrap();
}

fn photo(longitude: f64, latitude: f64, digit: char) -> PhotoReference {
    let hash: PhotoHash = digit.to_string().repeat(64).parse().unwrap();
    PhotoReference {
        position: Some(Position::bare(place(longitude, latitude), Provider::Photo)),
        direction_deg: Some(90.0),
        ..PhotoReference::new(PhotoId::new(), hash, 1, author().at, author().person)
    }
}

/// The sites of a part of the map, and how many there are.
fn sites(store: &Store, filter: &SiteFilter, bounds: &MapBounds, limit: u32) -> (Vec<SiteId>, u64) {
    let (marks, total) = store
        .read::<_, StoreError>(|reader| reader.sites_on_map(filter, NaiveDate::default(), bounds, limit))
        .unwrap();
    let mut ids: Vec<SiteId> = marks.into_iter().map(|mark| mark.id).collect();
    ids.sort();
    (ids, total)
}

#[test]
fn a_map_shows_sites_where_they_stand_now() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let any = SiteFilter::default();
    let (here, nowhere) = (register(&store, Some(place(118.0, 24.6))), register(&store, None));
    assert_eq!(sites(&store, &any, &ALL, 10), (vec![here], 1));
    let part = MapBounds { west: 117.9, south: 24.5, east: 118.0, north: 24.6 };
    assert_eq!(sites(&store, &any, &part, 10).1, 1, "edges belong to the part");
    let beside = MapBounds { west: 118.000_001, ..ALL };
    assert_eq!(sites(&store, &any, &beside, 10).1, 0, "a tenth of a metre beside it");
    let position = |place| stored_position(&Position::bare(place, Provider::Map));
    edit(&store, here, DossierWrite::SetField(SiteField::Position, position(place(100.0, 30.0))));
    assert_eq!(sites(&store, &any, &part, 10).1, 0);
    edit(&store, nowhere, DossierWrite::SetField(SiteField::Position, position(place(118.0, 24.6))));
    assert_eq!(sites(&store, &any, &part, 10).0, vec![nowhere]);
    edit(&store, nowhere, DossierWrite::SetField(SiteField::Position, String::new()));
    assert_eq!(sites(&store, &any, &ALL, 10).0, vec![here]);
    assert_eq!(store.read::<_, StoreError>(|reader| reader.sites_without_place()).unwrap(), 1);
    let named = SiteFilter { text: Some(format!("厂{here}")), ..SiteFilter::default() };
    assert_eq!(sites(&store, &named, &ALL, 10), (vec![here], 1));
    assert_eq!(sites(&store, &named, &part, 10), (vec![], 0));
    let elsewhere = SiteFilter { grid: Some("3502".parse().unwrap()), conflict: Some(true), ..any };
    assert_eq!(sites(&store, &elsewhere, &ALL, 10).1, 0);
}

#[test]
fn too_many_sites_become_a_sample_and_the_whole_number() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    for n in 0..64 {
        register(&store, Some(place(118.0 + f64::from(n) * 0.01, 24.6)));
    }
    for filter in [SiteFilter::default(), SiteFilter { done: Some(false), ..SiteFilter::default() }] {
        let (shown, total) = sites(&store, &filter, &ALL, 16);
        assert!((8..=16).contains(&shown.len()), "{} marks", shown.len());
        assert_eq!(total, 64);
        let (west, _) = sites(&store, &filter, &MapBounds { east: 118.325, ..ALL }, 16);
        assert!((4..=14).contains(&west.len()), "33 sites, about every fourth: {}", west.len());
        let stayed = shown.iter().filter(|site| west.contains(site)).count();
        assert!(stayed + 3 >= west.len(), "marks stay when the map moves: {stayed} of {}", west.len());
    }
}

#[test]
fn extent_and_photos() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let extent = || store.read::<_, StoreError>(|reader| reader.map_extent()).unwrap();
    assert_eq!(extent(), None);
    write_villages(&store, &[(village(207), square(118.0, 24.0, 1.0))]);
    assert_eq!(extent(), Some(MapBounds { west: 118.0, south: 24.0, east: 119.0, north: 25.0 }));
    let site = register(&store, Some(place(120.0, 24.6)));
    let east = extent().unwrap().east;
    assert!((120.0..120.001).contains(&east), "{east}");
    edit(&store, site, DossierWrite::AddPhoto(photo(118.5, 24.5, 'a')));
    edit(&store, site, DossierWrite::AddPhoto(photo(118.6, 24.5, 'b')));
    let photos =
        |bounds: &MapBounds| store.read::<_, StoreError>(|reader| reader.photos_on_map(bounds, 10)).unwrap();
    assert_eq!(photos(&ALL).len(), 2);
    let found = photos(&MapBounds { east: 118.55, ..ALL });
    assert_eq!((found.len(), found[0].site, found[0].direction_deg), (1, site, Some(90.0)));
    assert_eq!((found[0].place, found[0].present), (place(118.5, 24.5), false));
}

#[test]
fn outlines_are_drawn_as_coarse_as_they_are_seen_and_stay_under_a_mebibyte() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let star = |west: f64, south: f64| {
        let corner = |n: usize| {
            let angle = std::f64::consts::TAU * n as f64 / 500.0;
            let radius = if n.is_multiple_of(2) { 0.05 } else { 0.049 };
            (west + radius * angle.cos(), south + radius * angle.sin())
        };
        MultiPolygon::from(Polygon::new(ring(&(0..500).map(corner).collect::<Vec<_>>()), vec![]))
    };
    let outlines: Vec<_> = (0..100)
        .map(|n| (village(n), star(118.0 + (n % 10) as f64 * 0.1, 24.0 + (n / 10) as f64 * 0.1)))
        .collect();
    write_villages(&store, &outlines);
    let drawn = |bounds: &MapBounds, limit| {
        store.read::<_, StoreError>(|reader| reader.villages_on_map(bounds, limit)).unwrap()
    };
    let all = drawn(&ALL, 1_000);
    assert_eq!(all.len(), 100, "every village is there, however small it is drawn");
    assert!(all.iter().map(|(_, geometry)| geometry.len()).sum::<usize>() <= 1 << 20);
    assert!(all.iter().all(|(_, geometry)| geometry.contains("MultiPolygon")));
    let near = drawn(&MapBounds { west: 118.0, south: 24.0, east: 118.02, north: 24.02 }, 1_000);
    assert_eq!(near.len(), 1);
    assert_eq!(near[0].1.matches('[').count(), 501 + 3, "near by, every corner");
    let middle = MapBounds { west: 118.0, south: 24.0, east: 118.49, north: 24.49 };
    assert!(drawn(&middle, 1_000).iter().map(|(_, geometry)| geometry.len()).sum::<usize>() <= 1 << 20);
    assert_eq!(drawn(&ALL, 7).len(), 7);
}

/// A database as the first version left it: its views know nothing of photos' places, and nothing says who wrote them.
#[test]
fn the_views_of_an_older_database_are_written_anew_before_anybody_looks() {
    let folder = tempfile::tempdir().unwrap();
    let site;
    {
        let store = open(folder.path());
        write_villages(&store, &[(village(207), square(118.0, 24.0, 1.0))]);
        site = register(&store, Some(place(118.5, 24.5)));
        edit(&store, site, DossierWrite::AddPhoto(photo(118.6, 24.5, 'a')));
    }
    let older = tempfile::tempdir().unwrap();
    {
        let connection = rusqlite::Connection::open(older.path().join("replica.sqlite")).unwrap();
        connection.execute_batch(include_str!("../src/schema/0001-replica.sql")).unwrap();
        connection.execute_batch(include_str!("../src/schema/0002-views.sql")).unwrap();
        let newer = folder.path().join("replica.sqlite");
        connection.execute("ATTACH ?1 AS newer", [newer.to_str().unwrap()]).unwrap();
        connection
            .execute_batch(
                "INSERT INTO document SELECT * FROM newer.document; INSERT INTO change SELECT * FROM newer.change;
                 INSERT INTO setting VALUES ('role', 'device'); PRAGMA user_version = 2;",
            )
            .unwrap();
    }
    let store = open(older.path());
    assert_eq!(sites(&store, &SiteFilter::default(), &ALL, 10), (vec![site], 1));
    let photos = store.read::<_, StoreError>(|reader| reader.photos_on_map(&ALL, 10)).unwrap();
    assert_eq!((photos.len(), photos[0].place), (1, place(118.6, 24.5)));
    assert_eq!(at(&store, place(118.5, 24.5)), Some(village(207)));
    // Written by this version: the next start leaves them alone.
    drop(store);
    let connection = rusqlite::Connection::open(older.path().join("replica.sqlite")).unwrap();
    connection.execute_batch("UPDATE site SET name = 'untouched'").unwrap();
    let store = open(older.path());
    assert_eq!(
        store.read::<_, StoreError>(|reader| reader.site(site)).unwrap().unwrap().row.name,
        "untouched"
    );
    // And rebuilt views are what they were.
    store.rebuild_views(|_, _| {}).unwrap();
    assert_eq!(sites(&store, &SiteFilter::default(), &ALL, 10), (vec![site], 1));
    assert_eq!(store.read::<_, StoreError>(|reader| reader.photos_on_map(&ALL, 10)).unwrap(), photos);
}
