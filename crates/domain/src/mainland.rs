//! Where Chinese maps shift places.

use std::sync::LazyLock;

use geo::indexed::IntervalTreeMultiPolygon;
use geo::orient::Direction;
use geo::{Contains, LineString, Orient, Polygon};

use crate::LatLon;
use crate::mainland_outline::RINGS;

static OUTLINE: LazyLock<IntervalTreeMultiPolygon<f64>> = LazyLock::new(|| {
    let mut rings = RINGS.iter().map(|ring| ring_of(ring));
    let outer = rings.next().unwrap_or_else(|| LineString::new(Vec::new()));
    // The tree counts windings: a hole must run the other way.
    let outline = Polygon::new(outer, rings.collect()).orient(Direction::Default);
    IntervalTreeMultiPolygon::new(&outline.into())
});

/// Whether Chinese maps shift a place: on the mainland, on Hainan and on coastal waters and islands, but not in Hong
/// Kong, Macau and Taiwan.
pub(crate) fn is_shifted(place: LatLon) -> bool {
    OUTLINE.contains(&place.point())
}

fn ring_of(thousandths: &[u32]) -> LineString<f64> {
    let degrees = |thousandths: u32| f64::from(thousandths) / 1_000.0;
    let corner = |pair: &[u32]| match pair {
        [longitude, latitude] => Some((degrees(*longitude), degrees(*latitude))),
        _ => None,
    };
    thousandths.chunks_exact(2).filter_map(corner).collect::<Vec<_>>().into()
}
