//! WGS-84 and GCJ-02. Chinese maps shift every place within China by some hundred metres (30 to 700); what is stored
//! here is never shifted.
//!
//! The law gives no formula; this is the one that all public libraries use (eviltransform, gcoord). They shift whatever
//! lies in a box around China, and so displace Mongolia, Korea and half of Vietnam. Here a place is shifted where
//! `is_shifted` says so: within the outline of the mainland and its coastal waters. Hong Kong, Macau and
//! Taiwan are not shifted.

use crate::LatLon;
use crate::mainland::is_shifted;
use crate::words::words;

words! {
    /// What a pair of coordinates is measured in.
    Datum, "datum" {
        /// As satellites give them.
        Wgs84 = "wgs84", "WGS-84";
        /// As Gaode and Tencent maps give them.
        Gcj02 = "gcj02", "GCJ-02";
    }
}

/// The Krasovsky ellipsoid: half its longer axis in metres.
const A: f64 = 6_378_245.0;
/// The square of its eccentricity.
const EE: f64 = 0.006_693_421_622_965_823;
/// Below this many degrees, 0.1 mm, the inverse is found.
const CLOSE: f64 = 1e-9;

impl Datum {
    /// The place that a pair of coordinates of this datum names.
    ///
    /// The inverse is found to within a millimetre. It is the identity for what no place within China is shifted to.
    /// Where the shift leads across the border, up to 600 metres beyond it, the same pair names a place within and
    /// one without; then the one within is meant.
    pub fn to_wgs84(self, place: LatLon) -> LatLon {
        match self {
            Self::Wgs84 => place,
            Self::Gcj02 => unshifted(place).filter(|found| is_shifted(*found)).unwrap_or(place),
        }
    }

    /// The coordinates of a place in this datum; outside China those of WGS-84.
    pub fn from_wgs84(self, place: LatLon) -> LatLon {
        match self {
            Self::Gcj02 if is_shifted(place) => shifted(place).unwrap_or(place),
            Self::Gcj02 | Self::Wgs84 => place,
        }
    }
}

fn shifted(place: LatLon) -> Option<LatLon> {
    let (east, north) = shift(place.longitude(), place.latitude());
    LatLon::new(place.latitude() + north, place.longitude() + east).ok()
}

/// The place that is shifted to this one, wherever it lies.
fn unshifted(place: LatLon) -> Option<LatLon> {
    let (mut longitude, mut latitude) = (place.longitude(), place.latitude());
    // The shift hardly changes over its own length, so that each step gains three decimals.
    for _ in 0..10 {
        let (east, north) = shift(longitude, latitude);
        let (off_east, off_north) =
            (longitude + east - place.longitude(), latitude + north - place.latitude());
        if off_east.abs() < CLOSE && off_north.abs() < CLOSE {
            break;
        }
        longitude -= off_east;
        latitude -= off_north;
    }
    LatLon::new(latitude, longitude).ok()
}

/// By how many degrees a place is shifted, to the east and to the north.
fn shift(longitude: f64, latitude: f64) -> (f64, f64) {
    use std::f64::consts::PI;
    let (x, y) = (longitude - 105.0, latitude - 35.0);
    let waves = (20.0 * (6.0 * x * PI).sin() + 20.0 * (2.0 * x * PI).sin()) * 2.0 / 3.0;
    let east = 300.0
        + x
        + 2.0 * y
        + 0.1 * x * x
        + 0.1 * x * y
        + 0.1 * x.abs().sqrt()
        + waves
        + (20.0 * (x * PI).sin() + 40.0 * (x / 3.0 * PI).sin()) * 2.0 / 3.0
        + (150.0 * (x / 12.0 * PI).sin() + 300.0 * (x / 30.0 * PI).sin()) * 2.0 / 3.0;
    let north = -100.0
        + 2.0 * x
        + 3.0 * y
        + 0.2 * y * y
        + 0.1 * x * y
        + 0.2 * x.abs().sqrt()
        + waves
        + (20.0 * (y * PI).sin() + 40.0 * (y / 3.0 * PI).sin()) * 2.0 / 3.0
        + (160.0 * (y / 12.0 * PI).sin() + 320.0 * (y * PI / 30.0).sin()) * 2.0 / 3.0;
    let radians = latitude.to_radians();
    let magic = 1.0 - EE * radians.sin() * radians.sin();
    let per_degree_east = A / magic.sqrt() * radians.cos() * PI / 180.0;
    let per_degree_north = A * (1.0 - EE) / (magic * magic.sqrt()) * PI / 180.0;
    (east / per_degree_east, north / per_degree_north)
}
