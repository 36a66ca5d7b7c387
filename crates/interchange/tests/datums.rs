//! Ledgers whose coordinates are those of Chinese maps.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // helpers of tests, where a panic is the point

mod common;

use common::{jimei, rows};
use domain::LatLon;
use interchange::{ReadError, read_ledger};

/// The place in a ledger with these two headings.
fn place(longitude: &str, latitude: &str) -> LatLon {
    let cells = "118.0943770836,24.4771532320";
    let table = format!("企业名称,村居代码,{longitude},{latitude}\n曾美服装厂,350211102207,{cells}\n");
    rows(read_ledger(table.as_bytes(), &jimei()).unwrap())[0].place.unwrap()
}

fn refused(headings: &str) -> ReadError {
    let table = format!("企业名称,村居代码,{headings}\n曾美服装厂,350211102207,118.1,24.6\n");
    read_ledger(table.as_bytes(), &jimei()).unwrap_err()
}

#[test]
fn coordinates_of_gaode_become_wgs84() {
    // gcoord 1.0.7 shifts 118.0894 east, 24.4798 north to what stands in the ledger.
    let there = LatLon::new(24.4798, 118.0894).unwrap();
    for (longitude, latitude) in [
        ("经度(GCJ-02)", "纬度(GCJ-02)"),
        ("经度（火星坐标）", "纬度（火星坐标）"),
        ("经度(高德)", "纬度(高德)"),
        ("经度 (gcj02)", "纬度(高德坐标系)"),
        ("高德经度", "高德纬度"),
        ("东经(腾讯地图)", "北纬(腾讯地图)"),
        ("经度GCJ-02", "纬度GCJ-02"),
    ] {
        let off = place(longitude, latitude).distance_m(there);
        assert!(off < 0.05, "{longitude}: {off} m");
    }
}

#[test]
fn coordinates_of_satellites_stay_as_they_are() {
    let there = LatLon::new(24.477_153_232, 118.094_377_083_6).unwrap();
    for (longitude, latitude) in [
        ("经度", "纬度"),
        ("经度(度)", "纬度(度)"),
        ("经度(WGS84)", "纬度(WGS-84)"),
        ("经度(CGCS2000)", "纬度"),
        ("东经", "北纬"),
    ] {
        assert_eq!(place(longitude, latitude), there, "{longitude}");
    }
}

#[test]
fn of_two_datums_the_one_that_needs_no_conversion_is_read() {
    let table =
        "企业名称,村居代码,经度(高德),纬度(高德),经度,纬度\n曾美服装厂,350211102207,118.2,24.7,118.1,24.6\n";
    let read = rows(read_ledger(table.as_bytes(), &jimei()).unwrap())[0].place;
    assert_eq!(read, Some(LatLon::new(24.6, 118.1).unwrap()));
}

#[test]
fn two_columns_in_different_datums_are_refused_by_name() {
    for headings in ["经度(高德),纬度", "经度,纬度(火星坐标)", "经度(GCJ-02),纬度(WGS84)"] {
        let error = refused(headings);
        assert_eq!(error.code(), "file_datums_disagree", "{headings}");
        let (longitude, latitude) = headings.split_once(',').unwrap();
        assert!(error.to_string().contains(longitude) && error.to_string().contains(latitude), "{error}");
    }
}

#[test]
fn coordinates_of_baidu_are_refused_with_a_sentence() {
    for headings in ["经度(BD-09),纬度(BD-09)", "百度经度,百度纬度", "经度(百度坐标),纬度"]
    {
        let error = refused(headings);
        assert_eq!(error.code(), "file_bd09", "{headings}");
        assert!(error.to_string().contains("BD-09"), "{error}");
    }
}

#[test]
fn a_datum_makes_no_other_column_a_coordinate() {
    let table = "企业名称,村居代码,高德地址\n曾美服装厂,350211102207,灌口\n";
    assert_eq!(rows(read_ledger(table.as_bytes(), &jimei()).unwrap())[0].address, "");
}
