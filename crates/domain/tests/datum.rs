//! GCJ-02: the same figures as a library that others use, an exact way back, and nothing shifted abroad.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use domain::{Datum, LatLon};
use proptest::prelude::*;

fn place(longitude: f64, latitude: f64) -> LatLon {
    LatLon::new(latitude, longitude).unwrap()
}

fn is_shifted(place: LatLon) -> bool {
    Datum::Gcj02.from_wgs84(place) != place
}

#[test]
fn a_thousand_places_are_shifted_as_gcoord_shifts_them() {
    let table = include_str!("gcj02.csv");
    let rows: Vec<Vec<f64>> = table
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.split(',').map(|cell| cell.parse().unwrap()).collect())
        .collect();
    assert_eq!(rows.len(), 1_000);
    for row in rows {
        let (wgs84, gcj02) = (place(row[0], row[1]), place(row[2], row[3]));
        let off = Datum::Gcj02.from_wgs84(wgs84).distance_m(gcj02);
        assert!(off < 0.01, "{off} m at {wgs84:?}");
        let back = Datum::Gcj02.to_wgs84(gcj02).distance_m(wgs84);
        assert!(back < 0.01, "{back} m back at {wgs84:?}");
        let shift = wgs84.distance_m(gcj02);
        assert!((20.0..800.0).contains(&shift), "{shift} m at {wgs84:?}");
    }
}

#[test]
fn tiananmen_is_where_gaode_shows_it() {
    let shown = Datum::Gcj02.from_wgs84(place(116.3913, 39.9075));
    assert!(shown.distance_m(place(116.397_541_181_6, 39.908_901_276_2)) < 0.01);
    assert_eq!(Datum::Wgs84.from_wgs84(shown), shown);
    assert_eq!(Datum::Wgs84.to_wgs84(shown), shown);
}

#[test]
fn towns_on_this_side_of_the_border_are_shifted() {
    for (town, longitude, latitude) in [
        ("北京", 116.39, 39.9),
        ("集美", 118.1, 24.6),
        ("鼓浪屿", 118.067, 24.447),
        ("大嶝", 118.33, 24.56),
        ("罗湖", 114.118, 22.548),
        ("蛇口", 113.92, 22.485),
        ("拱北", 113.548, 22.222),
        ("横琴", 113.53, 22.13),
        ("丹东", 124.38, 40.13),
        ("珲春", 130.36, 42.86),
        ("黑河", 127.49, 50.25),
        ("满洲里", 117.43, 49.59),
        ("二连浩特", 111.97, 43.65),
        ("东兴", 107.97, 21.54),
        ("河口", 103.96, 22.51),
        ("霍尔果斯", 80.41, 44.21),
        ("喀什", 75.99, 39.47),
        ("樟木", 85.98, 27.99),
        ("三亚", 109.5, 18.25),
        ("舟山", 122.2, 30.0),
        ("平潭", 119.79, 25.5),
        ("瑞丽", 97.85, 24.01),
    ] {
        assert!(is_shifted(place(longitude, latitude)), "{town}");
    }
}

#[test]
fn towns_on_the_other_side_are_not() {
    for (town, longitude, latitude) in [
        ("香港", 114.158, 22.281),
        ("上水", 114.128, 22.502),
        ("澳门", 113.543, 22.19),
        ("台北", 121.56, 25.04),
        ("金门", 118.32, 24.43),
        ("马祖", 119.94, 26.16),
        ("澎湖", 119.57, 23.57),
        ("新义州", 124.40, 40.09),
        ("首尔", 126.98, 37.57),
        ("河内", 105.85, 21.03),
        ("老街", 103.975, 22.486),
        ("乌兰巴托", 106.92, 47.92),
        ("扎门乌德", 111.91, 43.71),
        ("布拉戈维申斯克", 127.53, 50.27),
        ("海参崴", 131.9, 43.12),
        ("阿拉木图", 76.9, 43.24),
        ("加德满都", 85.32, 27.71),
        ("密支那", 97.4, 25.4),
        ("东京", 139.7, 35.7),
        ("伦敦", -0.1, 51.5),
        ("南极", 0.0, -90.0),
    ] {
        let abroad = place(longitude, latitude);
        assert!(!is_shifted(abroad), "{town}");
        assert_eq!(Datum::Gcj02.to_wgs84(abroad), abroad, "{town}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn there_and_back_is_where_it_was(longitude in 73.0..136.0_f64, latitude in 17.0..54.0_f64) {
        let there = place(longitude, latitude);
        let shown = Datum::Gcj02.from_wgs84(there);
        if shown == there {
            // Abroad: only what is shifted across the border is taken for a place within.
            let back = Datum::Gcj02.to_wgs84(shown);
            prop_assert!(back == there || is_shifted(back));
        } else {
            prop_assert!(Datum::Gcj02.to_wgs84(shown).distance_m(there) < 0.01);
            let shift = shown.distance_m(there);
            prop_assert!((20.0..800.0).contains(&shift), "{} m", shift);
        }
    }

    #[test]
    fn every_place_on_earth_has_coordinates(longitude in -180.0..=180.0_f64, latitude in -90.0..=90.0_f64) {
        let there = place(longitude, latitude);
        let shown = Datum::Gcj02.from_wgs84(there);
        prop_assert!(shown.distance_m(there) < 800.0);
        prop_assert!(Datum::Gcj02.to_wgs84(there).distance_m(there) < 800.0);
    }
}
