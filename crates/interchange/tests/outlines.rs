//! Outlines of villages: what is refused, by name and number.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // helpers of tests, where a panic is the point

use domain::LatLon;
use interchange::read_boundaries;
use proptest::prelude::*;

fn feature(name: &str, code: &str, geometry: &str) -> String {
    format!(r#"{{"type":"Feature","properties":{{"code":"{code}","name":"{name}"}},"geometry":{geometry}}}"#)
}

fn collection(features: &[String]) -> Vec<u8> {
    format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, features.join(",")).into_bytes()
}

/// What is wrong with a polygon of these rings, which stands behind a sound one.
fn wrong(coordinates: &str, kind: &str) -> String {
    let sound = r#"{"type":"Polygon","coordinates":[[[117,24],[118,24],[118,25],[117,24]]]}"#;
    let geometry = format!(r#"{{"type":"{kind}","coordinates":{coordinates}}}"#);
    let file = [feature("三社村", "350211102206", sound), feature("东辉村", "350211102207", &geometry)];
    let reading = read_boundaries(&collection(&file)).unwrap();
    assert_eq!(reading.items.len(), 1);
    let bad = &reading.bad[0];
    assert_eq!((bad.row, bad.value.as_str()), (2, "东辉村"), "the number and the name of the feature");
    bad.reason.code().to_owned()
}

#[test]
fn rings_that_enclose_nothing_sound_are_refused() {
    let polygon = |ring: &str| wrong(&format!("[{ring}]"), "Polygon");
    assert_eq!(polygon("[[118,24],[119,24],[119,25],[118,25]]"), "ring_open");
    assert_eq!(polygon("[[118,24],[119,24],[118,24]]"), "ring_empty");
    assert_eq!(polygon("[[118,24],[119,25],[119,24],[118,25],[118,24]]"), "ring_crosses_itself");
    assert_eq!(polygon("[[118,24],[119,24],[119,91],[118,24]]"), "position_out_of_range");
    assert_eq!(polygon("[[118,24],[181,24],[119,25],[118,24]]"), "position_out_of_range");
    assert_eq!(polygon("[[118,24],[119,null],[119,25],[118,24]]"), "feature_malformed");
}

#[test]
fn swapped_numbers_are_called_swapped() {
    // Latitude 118 is on no earth; latitude 76 is, in the Arctic.
    assert_eq!(wrong("[[[24,118],[24,119],[25,119],[24,118]]]", "Polygon"), "axes_swapped");
    assert_eq!(wrong("[[[39.4,75.9],[39.5,75.9],[39.5,76],[39.4,75.9]]]", "Polygon"), "axes_swapped");
}

#[test]
fn holes_and_parts_lie_to_each_other_as_they_must() {
    let shell = "[[118,24],[119,24],[119,25],[118,25],[118,24]]";
    let square = |x: f64, y: f64, side: f64| {
        let (e, n) = (x + side, y + side);
        format!("[[{x},{y}],[{e},{y}],[{e},{n}],[{x},{n}],[{x},{y}]]")
    };
    let holed = |holes: &[String]| wrong(&format!("[{shell},{}]", holes.join(",")), "Polygon");
    assert_eq!(holed(&[square(120.0, 24.4, 0.2)]), "hole_outside");
    assert_eq!(holed(&[square(118.9, 24.4, 0.2)]), "hole_outside");
    assert_eq!(holed(&[square(118.2, 24.2, 0.3), square(118.4, 24.4, 0.3)]), "rings_overlap");
    let parts = format!("[[{shell}],[{}]]", square(118.5, 24.5, 1.0));
    assert_eq!(wrong(&parts, "MultiPolygon"), "rings_overlap");
    let many = vec![format!("[{}]", square(118.0, 24.0, 0.1)); 1_001].join(",");
    assert_eq!(wrong(&format!("[{many}]"), "MultiPolygon"), "too_many_rings");
}

#[test]
fn sound_holes_and_parts_are_read() {
    let geometry = r#"{"type":"MultiPolygon","coordinates":[
        [[[118,24],[119,24],[119,25],[118,25],[118,24]],[[118.4,24.4],[118.6,24.4],[118.6,24.6],[118.4,24.6],[118.4,24.4]]],
        [[[118.45,24.45],[118.55,24.45],[118.55,24.55],[118.45,24.45]]],
        [[[119,24],[120,24],[120,25],[119,24]]]]}"#;
    let reading = read_boundaries(&collection(&[feature("东辉村", "350211102207", geometry)])).unwrap();
    assert_eq!(reading.bad, vec![]);
    let village = &reading.items[0].value;
    let contains = |latitude, longitude| village.contains(LatLon::new(latitude, longitude).unwrap());
    assert!(contains(24.1, 118.1) && contains(24.47, 118.53) && contains(24.1, 119.5));
    assert!(!contains(24.42, 118.42), "in the hole, beside the part within it");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// A star around a centre never crosses itself, whatever its spokes.
    #[test]
    fn stars_are_sound_and_contain_their_centre(
        spokes in prop::collection::vec(0.01..0.5_f64, 5..60), longitude in 80.0..120.0_f64, latitude in 20.0..45.0_f64,
    ) {
        let corner = |(index, spoke): (usize, &f64)| {
            let angle = std::f64::consts::TAU * index as f64 / spokes.len() as f64;
            format!("[{:.9},{:.9}]", longitude + spoke * angle.cos(), latitude + spoke * angle.sin())
        };
        let mut corners: Vec<String> = spokes.iter().enumerate().map(corner).collect();
        corners.push(corners[0].clone());
        let geometry = format!(r#"{{"type":"Polygon","coordinates":[[{}]]}}"#, corners.join(","));
        let reading = read_boundaries(&collection(&[feature("东辉村", "350211102207", &geometry)])).unwrap();
        prop_assert_eq!(&reading.bad, &vec![]);
        let village = &reading.items[0].value;
        prop_assert!(village.contains(LatLon::new(latitude, longitude).unwrap()));
        prop_assert!(!village.contains(LatLon::new(latitude + 0.51, longitude).unwrap()));
    }
}
