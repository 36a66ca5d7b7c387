//! Boundaries: where grid units lie.

use std::collections::HashMap;

use domain::{Boundary, BoundaryError, GridCode};
use geo::{MultiPolygon, Polygon};
use geojson::{Feature, GeometryValue, Position};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::guard::clean;
use crate::{BadRow, MAX_GEOJSON_BYTES, ReadError, Reading, Reason, rings};

/// The most corners of all outlines of a file together.
const MAX_CORNERS: usize = 500_000;

const CODE_PROPERTIES: [&str; 4] = ["code", "代码", "村居代码", "区划代码"];
const NAME_PROPERTIES: [&str; 3] = ["name", "名称", "村居"];

/// The datums that are WGS-84 or, like China's CGCS2000, differ from it by less than a metre.
const WGS84: [&str; 3] = ["CRS84", "4326", "4490"];

#[derive(Deserialize)]
struct Collection<'a> {
    #[serde(rename = "type")]
    kind: String,
    // Each feature is parsed alone, so that one bad feature does not spoil the file.
    #[serde(borrow)]
    features: Vec<&'a RawValue>,
    crs: Option<Value>,
}

/// Reads the outlines of grid units from a GeoJSON feature collection (RFC 7946) of polygons and multipolygons, each
/// with the unit's code in the property `code`, 代码, 村居代码 or 区划代码, as text or number. Longitude first,
/// WGS-84. A height is left out. Holes must lie within their outline, and parts of one unit must not overlap.
///
/// # Errors
/// When the file is no such collection; a wrong feature is reported in [`Reading::bad`], by its name.
pub fn read_boundaries(bytes: &[u8]) -> Result<Reading<Boundary>, ReadError> {
    if bytes.trim_ascii().is_empty() {
        return Err(ReadError::Empty);
    }
    if bytes.len() > MAX_GEOJSON_BYTES {
        return Err(ReadError::TooManyBytes { limit: MAX_GEOJSON_BYTES as u64 });
    }
    let text = std::str::from_utf8(bytes).map_err(|_| ReadError::UnknownEncoding)?;
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let collection: Collection<'_> =
        serde_json::from_str(text).map_err(|error| ReadError::NotGeoJson(error.to_string()))?;
    if collection.kind != "FeatureCollection" {
        return Err(ReadError::NotGeoJson(format!("it is a {:.40}", collection.kind)));
    }
    check_datum(collection.crs.as_ref())?;

    let mut reading = Reading::default();
    let mut seen = HashMap::new();
    let mut corners = 0;
    for (number, feature) in (1..).zip(collection.features) {
        let outcome = boundary(number, feature.get(), &mut seen, &mut corners);
        if corners > MAX_CORNERS {
            return Err(ReadError::TooManyCorners { limit: MAX_CORNERS });
        }
        reading.push(number, outcome.map_err(|bad| vec![bad]))?;
    }
    Ok(reading)
}

/// The `crs` member of old GeoJSON (2008).
fn check_datum(crs: Option<&Value>) -> Result<(), ReadError> {
    let name = crs.and_then(|crs| crs.pointer("/properties/name")).and_then(Value::as_str);
    match name {
        Some(name) if !WGS84.iter().any(|known| name.contains(known)) => {
            Err(ReadError::NotWgs84(name.chars().take(80).collect()))
        }
        _ => Ok(()),
    }
}

fn boundary(
    number: u64,
    feature: &str,
    seen: &mut HashMap<GridCode, u64>,
    corners: &mut usize,
) -> Result<Boundary, BadRow> {
    let feature: Feature = serde_json::from_str(feature).map_err(|error| {
        let name = serde_json::from_str::<Value>(feature)
            .ok()
            .and_then(|feature| Some(name(feature.get("properties")?.as_object()?)));
        BadRow::new(number, None, &name.unwrap_or_default(), Reason::FeatureMalformed(error.to_string()))
    })?;
    let properties = feature.properties.unwrap_or_default();
    let name = name(&properties);
    let (property, code) = code(&properties);
    let bad_code = |reason| BadRow::new(number, Some(property.to_owned()), &name, reason);
    let bad_shape = |reason| BadRow::new(number, None, &name, reason);

    let code: GridCode = match code {
        None => return Err(bad_code(Reason::Missing)),
        Some(code) => code.parse().map_err(|error: domain::GridCodeError| bad_code(error.into()))?,
    };
    let polygons = match feature.geometry.map(|geometry| geometry.value) {
        Some(GeometryValue::Polygon { coordinates }) => vec![coordinates],
        Some(GeometryValue::MultiPolygon { coordinates }) => coordinates,
        _ => return Err(bad_shape(Reason::NotAPolygon)),
    };
    *corners += polygons.iter().flatten().map(Vec::len).sum::<usize>();
    if *corners > MAX_CORNERS {
        // The caller gives up the whole file; the reason is never seen.
        return Err(bad_shape(Reason::NotAPolygon));
    }
    if are_swapped(polygons.iter().flatten().flatten()) {
        return Err(bad_shape(Reason::AxesSwapped));
    }
    let polygons =
        polygons.iter().map(|rings| polygon(rings)).collect::<Result<Vec<_>, _>>().map_err(bad_shape)?;
    rings::check_together(&polygons).map_err(bad_shape)?;
    let boundary = Boundary::new(code.clone(), MultiPolygon::new(polygons)).map_err(|error| {
        bad_shape(match error {
            BoundaryError::Corner(error) => Reason::PositionOutOfRange(error),
            BoundaryError::Empty => Reason::NotAPolygon,
            other => Reason::BoundaryRefused(other),
        })
    })?;
    match seen.get(&code) {
        Some(earlier) => Err(bad_code(Reason::DuplicateInFile { row: earlier.to_string() })),
        None => {
            seen.insert(code, number);
            Ok(boundary)
        }
    }
}

/// Whether all corners lie in China once their numbers are swapped, and none does as they are.
fn are_swapped<'a>(corners: impl Iterator<Item = &'a Position>) -> bool {
    let in_china = |longitude: f64, latitude: f64| {
        (73.0..=136.0).contains(&longitude) && (3.0..=54.0).contains(&latitude)
    };
    let mut corners = corners.peekable();
    corners.peek().is_some()
        && corners.all(|corner| match corner.as_slice() {
            [x, y, ..] => in_china(*y, *x) && !in_china(*x, *y),
            _ => false,
        })
}

fn polygon(rings: &[Vec<Position>]) -> Result<Polygon<f64>, Reason> {
    let mut rings = rings.iter().map(|corners| rings::ring(corners));
    let outer = rings.next().unwrap_or(Err(Reason::RingEmpty))?;
    Ok(Polygon::new(outer, rings.collect::<Result<_, _>>()?))
}

/// The property that holds the code, and the code.
fn code(properties: &Map<String, Value>) -> (&'static str, Option<String>) {
    for property in CODE_PROPERTIES {
        match properties.get(property) {
            Some(Value::String(code)) if !code.trim().is_empty() => {
                return (property, Some(clean(code).into_owned()));
            }
            Some(Value::Number(code)) => return (property, Some(code.to_string())),
            _ => {}
        }
    }
    (CODE_PROPERTIES[0], None)
}

/// The name of a feature, or else its code.
fn name(properties: &Map<String, Value>) -> String {
    let name = NAME_PROPERTIES.iter().find_map(|property| properties.get(*property)?.as_str());
    name.map(str::to_owned).or_else(|| code(properties).1).unwrap_or_default()
}
