//! Which village contains a place: an index in memory, because a screen asks for every fix, and reading outlines from
//! the database costs a hundred times more.
//!
//! Neighbours share corners, and a place is put to the left, to the right or on a side with exact arithmetic, so no
//! place falls between two villages by rounding. A place on a border that two villages share belongs to the lower
//! code; so does one that two outlines both contain.

use std::fmt;
use std::sync::Arc;

use domain::{Boundary, GridCode, GridLevel, LatLon};
use geo::coordinate_position::{CoordPos, CoordinatePosition};
use geo::indexed::IntervalTreeMultiPolygon;
use geo::orient::Direction;
use geo::{Contains, Coord, CoordsIter, Intersects, MultiPolygon, Orient};
use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, RTree};

use crate::document::read_geometry;
use crate::{Reader, StoreError};

/// The most corners that are kept in memory, 16 bytes each: 48 MiB. Outlines beyond are read from the database.
const MOST_CORNERS: usize = 3 << 20;
/// Outlines of more corners get a tree of their own, which takes about 90 bytes a corner.
const LONG: usize = 400;
/// The setting that changes with every boundary.
const WORD: &str = "boundaries";

/// Villages by where they lie.
pub(crate) struct VillageIndex {
    /// The setting as of which the index was made.
    word: String,
    /// In the order of codes.
    villages: Vec<Village>,
    tree: RTree<GeomWithData<Rectangle<[f64; 2]>, usize>>,
}

struct Village {
    code: GridCode,
    /// `None` where memory is for others.
    shape: Option<Shape>,
}

struct Shape {
    outline: MultiPolygon<f64>,
    /// For outlines of many corners.
    inside: Option<IntervalTreeMultiPolygon<f64>>,
}

impl fmt::Debug for VillageIndex {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "VillageIndex of {} villages", self.villages.len())
    }
}

impl Shape {
    fn new(outline: MultiPolygon<f64>) -> Self {
        // The tree counts windings: a hole must run the other way.
        let outline = outline.orient(Direction::Default);
        let inside = (outline.coords_count() > LONG).then(|| IntervalTreeMultiPolygon::new(&outline));
        Self { outline, inside }
    }

    fn position(&self, place: Coord<f64>) -> CoordPos {
        match &self.inside {
            None => self.outline.coordinate_position(&place),
            Some(tree) if tree.contains(&place) => CoordPos::Inside,
            Some(_) if self.outline.intersects(&place) => CoordPos::OnBoundary,
            Some(_) => CoordPos::Outside,
        }
    }
}

/// A part of the map: west, south, east, north, in degrees.
pub(crate) type Box4 = [f64; 4];

impl VillageIndex {
    fn load(reader: &Reader<'_>, word: String) -> Result<Self, StoreError> {
        const BAD: StoreError = StoreError::Row("boundary");
        let mut statement = reader.connection.prepare("SELECT code, geometry FROM boundary ORDER BY code")?;
        let mut rows = statement.query([])?;
        let (mut villages, mut boxes, mut left) = (Vec::new(), Vec::new(), MOST_CORNERS);
        while let Some(row) = rows.next()? {
            let code: GridCode = row.get::<_, String>(0)?.parse().map_err(|_| BAD)?;
            if code.level() != GridLevel::Village {
                continue;
            }
            let geometry = row.get_ref(1)?.as_blob().map_err(rusqlite::Error::from)?;
            let boundary = read_geometry(code.clone(), geometry).ok_or(BAD)?;
            let Some((south_west, north_east)) = boundary.bounds() else { continue };
            let corners = boundary.outline().coords_count();
            let shape = (corners <= left).then(|| Shape::new(boundary.outline().clone()));
            if shape.is_some() {
                left -= corners;
            }
            let rectangle = Rectangle::from_corners(south_west.into(), north_east.into());
            boxes.push(GeomWithData::new(rectangle, villages.len()));
            villages.push(Village { code, shape });
        }
        Ok(Self { word, villages, tree: RTree::bulk_load(boxes) })
    }

    fn at(&self, reader: &Reader<'_>, place: LatLon) -> Result<Option<&GridCode>, StoreError> {
        let place = Coord { x: place.longitude(), y: place.latitude() };
        let (mut inside, mut on_border): (Option<usize>, Option<usize>) = (None, None);
        for found in self.tree.locate_all_at_point(&[place.x, place.y]) {
            let lowest = match self.position(reader, found.data, place)? {
                CoordPos::Inside => &mut inside,
                CoordPos::OnBoundary => &mut on_border,
                CoordPos::Outside => continue,
            };
            *lowest = Some(lowest.map_or(found.data, |other| other.min(found.data)));
        }
        let found = inside.or(on_border).and_then(|number| self.villages.get(number));
        Ok(found.map(|village| &village.code))
    }

    fn position(
        &self,
        reader: &Reader<'_>,
        number: usize,
        place: Coord<f64>,
    ) -> Result<CoordPos, StoreError> {
        let Some(village) = self.villages.get(number) else { return Ok(CoordPos::Outside) };
        match &village.shape {
            Some(shape) => Ok(shape.position(place)),
            None => Ok(reader.boundary(&village.code)?.outline().coordinate_position(&place)),
        }
    }

    /// The smallest box around all outlines.
    pub(crate) fn extent(&self) -> Option<Box4> {
        let envelope = self.tree.root().envelope();
        let ([west, south], [east, north]) = (envelope.lower(), envelope.upper());
        (self.tree.size() > 0).then_some([west, south, east, north])
    }

    /// The villages whose boxes meet a part of the map, the largest where there are more than `limit`, in the order
    /// of codes.
    pub(crate) fn within(&self, [west, south, east, north]: Box4, limit: usize) -> Vec<usize> {
        let part = AABB::from_corners([west, south], [east, north]);
        let mut found: Vec<(f64, usize)> = self
            .tree
            .locate_in_envelope_intersecting(&part)
            .map(|village| {
                let ([west, south], [east, north]) = (village.geom().lower(), village.geom().upper());
                ((east - west) * (north - south), village.data)
            })
            .collect();
        if found.len() > limit {
            found.sort_by(|one, other| other.0.total_cmp(&one.0));
            found.truncate(limit);
        }
        let mut found: Vec<usize> = found.into_iter().map(|(_, number)| number).collect();
        found.sort_unstable();
        found
    }

    /// The code and the outline of a village.
    pub(crate) fn outline(
        &self,
        reader: &Reader<'_>,
        number: usize,
    ) -> Result<Option<(GridCode, MultiPolygon<f64>)>, StoreError> {
        let Some(Village { code, shape }) = self.villages.get(number) else { return Ok(None) };
        let outline = match shape {
            Some(shape) => shape.outline.clone(),
            None => reader.boundary(code)?.outline().clone(),
        };
        Ok(Some((code.clone(), outline)))
    }
}

impl Reader<'_> {
    /// The code of the village whose boundary contains a place; see the head of this file for borders.
    pub fn village_code_at(&self, place: LatLon) -> Result<Option<GridCode>, StoreError> {
        Ok(self.villages()?.at(self, place)?.cloned())
    }

    /// The index of villages as of this state. It is made when it is first asked for, and anew after a boundary
    /// changed.
    pub(crate) fn villages(&self) -> Result<Arc<VillageIndex>, StoreError> {
        let word = self.setting(WORD)?.unwrap_or_default();
        {
            let kept = self.store.villages.read().map_err(|_| StoreError::Poisoned)?;
            if let Some(index) = kept.as_ref().filter(|index| index.word == word) {
                return Ok(Arc::clone(index));
            }
        }
        let mut kept = self.store.villages.write().map_err(|_| StoreError::Poisoned)?;
        if let Some(index) = kept.as_ref().filter(|index| index.word == word) {
            return Ok(Arc::clone(index));
        }
        let index = Arc::new(VillageIndex::load(self, word)?);
        *kept = Some(Arc::clone(&index));
        Ok(index)
    }

    fn boundary(&self, code: &GridCode) -> Result<Boundary, StoreError> {
        let mut statement =
            self.connection.prepare_cached("SELECT geometry FROM boundary WHERE code = ?1")?;
        let geometry: Vec<u8> = statement.query_row([code.as_str()], |row| row.get(0))?;
        read_geometry(code.clone(), &geometry).ok_or(StoreError::Row("boundary"))
    }
}
