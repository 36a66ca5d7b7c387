//! The outline of a grid unit, and which unit contains a place.

use geo::{BoundingRect, Contains, MultiPolygon};

use crate::{GridCode, LatLon};

/// Why an outline was refused.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum BoundaryError {
    /// No polygon at all.
    #[error("the outline is empty")]
    Empty,
    /// A ring of fewer than three different corners.
    #[error("a ring has only {0} points")]
    ShortRing(usize),
    /// A corner that is no place on earth.
    #[error("a corner is not on earth: {0}")]
    Corner(#[from] crate::PositionError),
}

/// The checked outline of a grid unit, WGS-84.
#[derive(Debug, Clone, PartialEq)]
pub struct Boundary {
    code: GridCode,
    outline: MultiPolygon<f64>,
}

impl Boundary {
    /// Checks every ring of an outline.
    pub fn new(code: GridCode, outline: MultiPolygon<f64>) -> Result<Self, BoundaryError> {
        if outline.0.is_empty() {
            return Err(BoundaryError::Empty);
        }
        for polygon in &outline {
            for ring in std::iter::once(polygon.exterior()).chain(polygon.interiors()) {
                if ring.0.len() < 4 {
                    return Err(BoundaryError::ShortRing(ring.0.len()));
                }
                for corner in ring.coords() {
                    LatLon::new(corner.y, corner.x)?;
                }
            }
        }
        Ok(Self { code, outline })
    }

    /// The unit that this is the outline of.
    pub fn code(&self) -> &GridCode {
        &self.code
    }

    /// The polygons, `x` east and `y` north in degrees.
    pub fn outline(&self) -> &MultiPolygon<f64> {
        &self.outline
    }

    /// The smallest box around the outline: south-west and north-east corner, as (longitude, latitude).
    pub fn bounds(&self) -> Option<((f64, f64), (f64, f64))> {
        self.outline.bounding_rect().map(|rect| (rect.min().x_y(), rect.max().x_y()))
    }

    /// Whether the place lies inside.
    pub fn contains(&self, place: LatLon) -> bool {
        self.outline.contains(&place.point())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use geo::polygon;

    fn square_with_a_hole() -> Boundary {
        let outline = polygon!(
            exterior: [(x: 118.0, y: 24.0), (x: 119.0, y: 24.0), (x: 119.0, y: 25.0), (x: 118.0, y: 25.0)],
            interiors: [[(x: 118.4, y: 24.4), (x: 118.6, y: 24.4), (x: 118.6, y: 24.6), (x: 118.4, y: 24.6)]],
        );
        Boundary::new("350211102207".parse().unwrap(), outline.into()).unwrap()
    }

    #[test]
    fn a_hole_is_outside() {
        let village = square_with_a_hole();
        assert!(village.contains(LatLon::new(24.1, 118.1).unwrap()));
        assert!(!village.contains(LatLon::new(24.5, 118.5).unwrap()));
        assert!(!village.contains(LatLon::new(23.9, 118.1).unwrap()));
    }

    #[test]
    fn a_corner_at_91_degrees_is_refused() {
        let outline = polygon![(x: 118.0, y: 24.0), (x: 119.0, y: 91.0), (x: 119.0, y: 25.0)];
        let refused = Boundary::new("35".parse().unwrap(), outline.into());
        assert_eq!(refused, Err(BoundaryError::Corner(crate::PositionError::Latitude(91.0))));
    }
}
