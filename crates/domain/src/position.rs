//! Where somebody stood. Always WGS-84; other datums are converted at the edge.

use chrono::{DateTime, Utc};
use geo::{Distance, Haversine, Point};
use serde::{Deserialize, Serialize};

use crate::words::words;

/// Why two numbers are no place on earth.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum PositionError {
    /// Not a finite number within -90 to 90 degrees.
    #[error("latitude {0} is not between -90 and 90 degrees")]
    Latitude(f64),
    /// Not a finite number within -180 to 180 degrees.
    #[error("longitude {0} is not between -180 and 180 degrees")]
    Longitude(f64),
}

/// A checked latitude and longitude in degrees, WGS-84.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(try_from = "Degrees", into = "Degrees")]
#[cfg_attr(feature = "typescript", ts(type = "{ latitude: number, longitude: number }"))]
pub struct LatLon {
    latitude: f64,
    longitude: f64,
}

#[derive(Serialize, Deserialize)]
struct Degrees {
    latitude: f64,
    longitude: f64,
}

impl LatLon {
    /// Checks that the numbers name a place on earth.
    pub fn new(latitude: f64, longitude: f64) -> Result<Self, PositionError> {
        if !(-90.0..=90.0).contains(&latitude) {
            return Err(PositionError::Latitude(latitude));
        }
        if !(-180.0..=180.0).contains(&longitude) {
            return Err(PositionError::Longitude(longitude));
        }
        Ok(Self { latitude, longitude })
    }

    /// Degrees north.
    pub fn latitude(self) -> f64 {
        self.latitude
    }

    /// Degrees east.
    pub fn longitude(self) -> f64 {
        self.longitude
    }

    /// The distance along a great circle, in metres.
    pub fn distance_m(self, other: Self) -> f64 {
        Haversine.distance(self.point(), other.point())
    }

    pub(crate) fn point(self) -> Point<f64> {
        Point::new(self.longitude, self.latitude)
    }
}

impl TryFrom<Degrees> for LatLon {
    type Error = PositionError;

    fn try_from(degrees: Degrees) -> Result<Self, Self::Error> {
        Self::new(degrees.latitude, degrees.longitude)
    }
}

impl From<LatLon> for Degrees {
    fn from(place: LatLon) -> Self {
        Self { latitude: place.latitude, longitude: place.longitude }
    }
}

words! {
    /// What said where we are.
    Provider, "provider" {
        /// A satellite fix.
        Gps = "gps", "卫星";
        /// Cells or wireless networks.
        Network = "network", "网络";
        /// The platform's own mixture, or a platform that does not tell.
        Platform = "platform", "系统";
        /// Typed by a person.
        Typed = "typed", "手工输入";
        /// Picked on a map.
        Map = "map", "地图选点";
        /// Read from a photo.
        Photo = "photo", "照片";
        /// Read from an imported ledger.
        Import = "import", "导入";
    }
}

/// A place, and how far it can be believed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Position {
    /// The place.
    pub place: LatLon,
    /// The radius in metres within which the platform believes the true place to lie.
    pub accuracy_m: Option<f64>,
    /// When the fix was made, by the clock of whatever made it.
    pub fixed_at: Option<DateTime<Utc>>,
    /// What made it.
    pub provider: Provider,
    /// Whether the platform calls it a mock position.
    pub mock: bool,
}

impl Position {
    /// A position of which nothing is known but the place and where it comes from.
    pub fn bare(place: LatLon, provider: Provider) -> Self {
        Self { place, accuracy_m: None, fixed_at: None, provider, mock: false }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_degree_of_latitude_is_111_km() {
        let south = LatLon::new(24.0, 118.0).unwrap();
        let north = LatLon::new(25.0, 118.0).unwrap();
        assert!((south.distance_m(north) - 111_195.0).abs() < 100.0);
    }

    #[test]
    fn no_place_is_made_of_nan_or_91_degrees() {
        assert!(LatLon::new(f64::NAN, 0.0).is_err());
        assert_eq!(LatLon::new(91.0, 0.0), Err(PositionError::Latitude(91.0)));
        assert!(LatLon::new(0.0, f64::INFINITY).is_err());
        assert!(serde_json::from_str::<LatLon>(r#"{"latitude":91,"longitude":0}"#).is_err());
    }
}
