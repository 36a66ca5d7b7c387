//! Whether a ring encloses something, and whether rings lie to each other as they must (OGC 06-103r4, 6.1.11).

use geo::algorithm::kernels::{Kernel, Orientation, RobustKernel};
use geo::coordinate_position::CoordPos;
use geo::dimensions::Dimensions;
use geo::{Area, BoundingRect, Coord, Intersects, LineString, Polygon, PreparedGeometry, Relate};
use geojson::Position;

use crate::Reason;

/// The most corners of one ring. Looking for crossings compares them, in the worst case, each with each.
pub(crate) const MAX_RING: usize = 10_000;

/// Checks a ring as it stands in the file.
pub(crate) fn ring(corners: &[Position]) -> Result<LineString<f64>, Reason> {
    if corners.len() > MAX_RING {
        return Err(Reason::RingTooLong { limit: MAX_RING });
    }
    let corners: Vec<Coord<f64>> = corners
        .iter()
        .map(|corner| match corner.as_slice() {
            // A third number is the height.
            [x, y, ..] => Ok(Coord { x: *x, y: *y }),
            _ => Err(Reason::FeatureMalformed("a corner needs two numbers".to_owned())),
        })
        .collect::<Result<_, _>>()?;
    for corner in &corners {
        domain::LatLon::new(corner.y, corner.x)?;
    }
    if corners.first() != corners.last() {
        return Err(Reason::RingOpen);
    }
    let mut distinct = corners.clone();
    distinct.dedup();
    let ring = LineString::new(distinct);
    if ring.0.len() < 4 {
        return Err(Reason::RingEmpty);
    }
    // Before the area: the two halves of an hourglass cancel out.
    if crosses_itself(&ring) {
        return Err(Reason::RingCrossesItself);
    }
    if Polygon::new(ring.clone(), Vec::new()).unsigned_area() == 0.0 {
        Err(Reason::RingEmpty)
    } else {
        Ok(ring)
    }
}

/// The most rings of one unit: they are compared each with each.
pub(crate) const MAX_RINGS: usize = 1_000;

/// Checks that the holes of each part lie within it, and that neither holes nor parts overlap. They may touch.
pub(crate) fn check_together(parts: &[Polygon<f64>]) -> Result<(), Reason> {
    let rings = parts.iter().map(|part| 1 + part.interiors().len()).sum::<usize>();
    if rings > MAX_RINGS {
        return Err(Reason::TooManyRings { limit: MAX_RINGS });
    }
    let filled = |ring: &LineString<f64>| Polygon::new(ring.clone(), Vec::new());
    for part in parts.iter().filter(|part| !part.interiors().is_empty()) {
        let outer = filled(part.exterior());
        let outer = PreparedGeometry::from(&outer);
        let holes: Vec<Polygon<f64>> = part.interiors().iter().map(filled).collect();
        if holes.iter().any(|hole| !outer.relate(hole).is_covers()) {
            return Err(Reason::HoleOutside);
        }
        check_apart(&holes)?;
    }
    check_apart(parts)
}

fn check_apart(polygons: &[Polygon<f64>]) -> Result<(), Reason> {
    let boxes: Vec<_> = polygons.iter().map(BoundingRect::bounding_rect).collect();
    for (index, (one, one_box)) in polygons.iter().zip(&boxes).enumerate() {
        for (other, other_box) in polygons.iter().zip(&boxes).skip(index + 1) {
            let near = one_box.zip(*other_box).is_some_and(|(one, other)| one.intersects(&other));
            let inside = (CoordPos::Inside, CoordPos::Inside);
            if near && one.relate(other).get(inside.0, inside.1) == Dimensions::TwoDimensional {
                return Err(Reason::RingsOverlap);
            }
        }
    }
    Ok(())
}

/// Whether two sides cross. Touching is let pass: hand-drawn outlines touch themselves, and still tell in from out.
fn crosses_itself(ring: &LineString<f64>) -> bool {
    let mut sides: Vec<_> = ring.lines().collect();
    let west = |side: &geo::Line<f64>| side.start.x.min(side.end.x);
    sides.sort_by(|one, other| west(one).total_cmp(&west(other)));
    let turn = |a, b, c| RobustKernel::orient2d(a, b, c);
    let apart = |one, other| one != other && one != Orientation::Collinear && other != Orientation::Collinear;
    sides.iter().enumerate().any(|(index, one)| {
        let east = one.start.x.max(one.end.x);
        sides.iter().skip(index + 1).take_while(|other| west(other) <= east).any(|other| {
            apart(turn(one.start, one.end, other.start), turn(one.start, one.end, other.end))
                && apart(turn(other.start, other.end, one.start), turn(other.start, other.end, one.end))
        })
    })
}
