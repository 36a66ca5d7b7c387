//! What a map shows of a part of the earth.

use domain::{GridUnit, LatLon, PhotoHash, SiteId, Standing};
use geo::{BoundingRect, CoordsIter, MapCoords, MultiPolygon, Polygon, Simplify};
use rusqlite::{Row, params};
use wire::message::{MapBounds, SiteFilter};

use super::filter::Condition;
use super::sites::{day, word};
use crate::{Reader, StoreError};

/// With more marks than this in a part of the map, other indexes and samples are quicker than looking at each.
const MANY: u64 = 20_000;
/// What the outlines of one reply may take, in bytes.
const OUTLINES: usize = 1 << 20;
/// Beyond this height or width, in degrees, outlines are drawn coarser than they are.
const WIDE: f64 = 0.5;

/// A site as a mark on a map.
#[derive(Debug, Clone, PartialEq)]
pub struct SiteMark {
    /// The site.
    pub id: SiteId,
    /// The name over the door.
    pub name: String,
    /// Where it stands.
    pub place: LatLon,
    /// How far it has come.
    pub standing: Standing,
    /// Whether a field holds several values.
    pub conflict: bool,
}

/// A photo as a mark on a map.
#[derive(Debug, Clone, PartialEq)]
pub struct PhotoMark {
    /// The photo.
    pub hash: PhotoHash,
    /// The site that shows it.
    pub site: SiteId,
    /// Where it was taken.
    pub place: LatLon,
    /// Where the camera pointed, in degrees clockwise from north.
    pub direction_deg: Option<f64>,
    /// Whether the photo's bytes are here.
    pub present: bool,
}

const IN_PART: &str = "west <= ?1 AND east >= ?2 AND south <= ?3 AND north >= ?4";

impl Reader<'_> {
    /// Sites in a part of the map, and how many there are; where that is more than `limit`, a sample that is spread
    /// evenly. Without a filter the number of many is counted to within a metre of the edges.
    pub fn sites_on_map(
        &self,
        filter: &SiteFilter,
        today: chrono::NaiveDate,
        bounds: &MapBounds,
        limit: u32,
    ) -> Result<(Vec<SiteMark>, u64), StoreError> {
        let mut condition = Condition::of(filter, today);
        let any = condition.terms.is_empty();
        let in_part = self.count_up_to("site_place", bounds, if any { u64::MAX } else { MANY + 1 })?;
        // A filter has indexes of its own, which lead where the part of the map leaves many.
        if condition.from == "site" && (any || in_part <= MANY) {
            condition.from = "site_place CROSS JOIN site ON site.n = site_place.n";
            condition.bind("site_place.west <= ?", bounds.east);
            condition.bind("site_place.east >= ?", bounds.west);
            condition.bind("site_place.south <= ?", bounds.north);
            condition.bind("site_place.north >= ?", bounds.south);
        }
        condition.bind("site.longitude <= ?", bounds.east);
        condition.bind("site.longitude >= ?", bounds.west);
        condition.bind("site.latitude <= ?", bounds.north);
        condition.bind("site.latitude >= ?", bounds.south);
        let mut every = 1;
        if any && in_part > u64::from(limit) {
            every = sample(in_part, limit);
        }
        let found = self.marks(&condition, limit, every)?;
        if found.len() <= limit as usize && every == 1 {
            let total = found.len() as u64;
            return Ok((found, total));
        }
        if any {
            return Ok((found.into_iter().take(limit as usize).collect(), in_part));
        }
        let sql = format!("SELECT count(*) FROM {} WHERE {}", condition.from, condition.sql());
        let total: u64 = self
            .connection
            .prepare_cached(&sql)?
            .query_row(condition.values().as_slice(), |row| row.get(0))?;
        let mut found = self.marks(&condition, limit, sample(total, limit))?;
        found.truncate(limit as usize);
        Ok((found, total))
    }

    fn marks(&self, condition: &Condition, limit: u32, every: u64) -> Result<Vec<SiteMark>, StoreError> {
        let number = if condition.from.starts_with("site_place") { "site_place.n" } else { "site.n" };
        let sample = if every > 1 { format!("{} % {every} = 0", mixed(number)) } else { "1".to_owned() };
        let sql = format!(
            "SELECT site.id, site.name, site.latitude, site.longitude, site.verdict, site.deadline, site.done, site.done_on,
                site.open_problems, site.conflict
             FROM {} WHERE {sample} AND {} LIMIT {}",
            condition.from,
            condition.sql(),
            u64::from(limit) + 1
        );
        let mut statement = self.connection.prepare_cached(&sql)?;
        let mut rows = statement.query(condition.values().as_slice())?;
        let mut marks = Vec::new();
        while let Some(row) = rows.next()? {
            marks.push(site_mark(row)?);
        }
        Ok(marks)
    }

    /// Photos that were taken in a part of the map, the latest first; where there are very many, a sample.
    pub fn photos_on_map(&self, bounds: &MapBounds, limit: u32) -> Result<Vec<PhotoMark>, StoreError> {
        let in_part = self.count_up_to("photo_place", bounds, MANY + 1)?;
        let every = if in_part > MANY {
            sample(self.count_up_to("photo_place", bounds, u64::MAX)?, limit)
        } else {
            1
        };
        let sql = format!(
            "SELECT photo.hash, photo.site, photo.latitude, photo.longitude, photo.direction,
                EXISTS (SELECT 1 FROM photo_file WHERE photo_file.hash = photo.hash AND removed = 0)
             FROM photo_place CROSS JOIN photo ON photo.n = photo_place.n
             WHERE west <= ?1 AND east >= ?2 AND south <= ?3 AND north >= ?4 AND {} % ?5 = 0
                AND longitude <= ?1 AND longitude >= ?2 AND latitude <= ?3 AND latitude >= ?4
             ORDER BY photo.at DESC, photo.n DESC LIMIT ?6",
            mixed("photo_place.n")
        );
        let mut statement = self.connection.prepare_cached(&sql)?;
        let mut rows =
            statement.query(params![bounds.east, bounds.west, bounds.north, bounds.south, every, limit])?;
        let mut marks = Vec::new();
        while let Some(row) = rows.next()? {
            const BAD: StoreError = StoreError::Row("photo");
            marks.push(PhotoMark {
                hash: row.get::<_, String>(0)?.parse().map_err(|_| BAD)?,
                site: SiteId(row.get(1)?),
                place: LatLon::new(row.get(2)?, row.get(3)?).map_err(|_| BAD)?,
                direction_deg: row.get(4)?,
                present: row.get(5)?,
            });
        }
        Ok(marks)
    }

    /// Villages in a part of the map, the largest where there are more than `limit`, with their outlines as GeoJSON
    /// geometries, as fine as the part of the map shows them. Together the outlines take no more than about 1 MiB.
    pub fn villages_on_map(
        &self,
        bounds: &MapBounds,
        limit: usize,
    ) -> Result<Vec<(GridUnit, String)>, StoreError> {
        let index = self.villages()?;
        let found = index.within([bounds.west, bounds.south, bounds.east, bounds.north], limit);
        let mut outlines = Vec::with_capacity(found.len());
        for number in found {
            if let Some((code, outline)) = index.outline(self, number)? {
                let name = self.unit(&code)?.map(|unit| unit.name).unwrap_or_default();
                outlines.push((GridUnit { code, name }, outline));
            }
        }
        let span = (bounds.east - bounds.west).max(bounds.north - bounds.south);
        // Half a pixel where the part of the map fills a screen of 1,000.
        let mut tolerance = if span > WIDE { span / 2_000.0 } else { 0.0 };
        loop {
            let drawn: Vec<(GridUnit, String)> =
                outlines.iter().map(|(unit, outline)| (unit.clone(), drawn(outline, tolerance))).collect();
            let bytes: usize = drawn.iter().map(|(_, geometry)| geometry.len()).sum();
            if bytes <= OUTLINES || tolerance > span.max(1.0) {
                return Ok(drawn);
            }
            tolerance = (tolerance * 2.0).max(span / 4_000.0).max(1e-6);
        }
    }

    /// West, south, east and north of all sites with a position and all outlines of villages; `None` without any.
    pub fn map_extent(&self) -> Result<Option<MapBounds>, StoreError> {
        let sites: [Option<f64>; 4] = self
            .connection
            .prepare_cached("SELECT min(west), min(south), max(east), max(north) FROM site_place")?
            .query_row([], |row| Ok([row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?]))?;
        let sites = match sites {
            [Some(west), Some(south), Some(east), Some(north)] => Some([west, south, east, north]),
            _ => None,
        };
        let both = [sites, self.villages()?.extent()];
        Ok(both
            .into_iter()
            .flatten()
            .reduce(|[a, b, c, d], [west, south, east, north]| {
                [a.min(west), b.min(south), c.max(east), d.max(north)]
            })
            .map(|[west, south, east, north]| MapBounds { west, south, east, north }))
    }

    /// How many sites have no position.
    pub fn sites_without_place(&self) -> Result<u64, StoreError> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT (SELECT count(*) FROM site) - (SELECT count(*) FROM site_place_rowid)")?;
        Ok(statement.query_row([], |row| row.get(0))?)
    }

    /// How many marks an R*Tree has in a part of the map, counting no further than `most`.
    fn count_up_to(&self, tree: &str, bounds: &MapBounds, most: u64) -> Result<u64, StoreError> {
        let most = i64::try_from(most).unwrap_or(-1);
        let sql = format!("SELECT count(*) FROM (SELECT 1 FROM {tree} WHERE {IN_PART} LIMIT ?5)");
        let part = params![bounds.east, bounds.west, bounds.north, bounds.south, most];
        Ok(self.connection.prepare_cached(&sql)?.query_row(part, |row| row.get(0))?)
    }
}

/// The number of a row, mixed: rows come in the order of a ledger, where every sixth site may be of one kind, and a sample
/// by the number itself would show all or none of those.
fn mixed(number: &str) -> String {
    format!("(({number} * 2654435761) >> 16)")
}

/// Every how many marks are shown so that about `limit` are: a power of two, so that a mark stays when the map moves
/// a little.
fn sample(total: u64, limit: u32) -> u64 {
    total.div_ceil(u64::from(limit.max(1))).next_power_of_two()
}

fn site_mark(row: &Row<'_>) -> Result<SiteMark, StoreError> {
    let place = LatLon::new(row.get(2)?, row.get(3)?).map_err(|_| StoreError::Row("site"))?;
    Ok(SiteMark {
        id: SiteId(row.get(0)?),
        name: row.get(1)?,
        place,
        standing: Standing {
            verdict: word(row, 4)?,
            deadline: day(row, 5)?,
            done: row.get(6)?,
            done_on: day(row, 7)?,
            open_problems: row.get(8)?,
        },
        conflict: row.get(9)?,
    })
}

/// An outline as a GeoJSON geometry; details smaller than `tolerance` degrees are left out, and decimals beyond a
/// tenth of a metre.
fn drawn(outline: &MultiPolygon<f64>, tolerance: f64) -> String {
    let rounded = |outline: &MultiPolygon<f64>| {
        let outline = outline.map_coords(|corner| geo::Coord {
            x: (corner.x * 1e6).round() / 1e6,
            y: (corner.y * 1e6).round() / 1e6,
        });
        geojson::Geometry::from(&outline).to_string()
    };
    if tolerance <= 0.0 {
        return rounded(outline);
    }
    let seen = |ring: &geo::LineString<f64>| {
        ring.bounding_rect().is_some_and(|rect| rect.width() > tolerance || rect.height() > tolerance)
    };
    let mut polygons: Vec<Polygon<f64>> = outline
        .iter()
        .filter(|polygon| seen(polygon.exterior()))
        .map(|polygon| {
            let holes = polygon.interiors().iter().filter(|ring| seen(ring)).cloned().collect();
            Polygon::new(polygon.exterior().clone(), holes).simplify(tolerance)
        })
        .collect();
    if polygons.is_empty() {
        // A village is never left out: its largest part stands for it.
        polygons.extend(
            outline.iter().max_by_key(|polygon| polygon.coords_count()).map(|p| p.simplify(tolerance)),
        );
    }
    rounded(&MultiPolygon::new(polygons))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_of_every_sixth_row_is_as_large_as_it_should_be() {
        let connection = rusqlite::Connection::open_in_memory().unwrap();
        for (first, step) in [(1, 1), (6, 6), (3, 6), (8, 8), (5, 16), (64, 64)] {
            for every in [2, 16, 64] {
                let sql = format!(
                    "WITH RECURSIVE row(n) AS (VALUES ({first}) UNION ALL SELECT n + {step} FROM row LIMIT 10000)
                     SELECT count(*) FROM row WHERE {} % {every} = 0",
                    mixed("n")
                );
                let shown: f64 = connection.query_row(&sql, [], |row| row.get(0)).unwrap();
                let share = shown * f64::from(every) / 10_000.0;
                assert!((0.5..1.5).contains(&share), "every {every} of every {step}: {share}");
            }
        }
    }
}
