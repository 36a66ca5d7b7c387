//! Places: which village, how far from a site, and the map.

use chrono::NaiveDate;
use domain::{Datum, GridUnit, InspectionId, LatLon, PhotoHash, Position, SiteId, Verdict, Whereabouts};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use uuid::Uuid;

use super::{SiteFilter, messages};

messages! {
    /// A place to look up.
    struct Locate {
        /// The place.
        place: LatLon,
    }
    /// The village at a place.
    struct Located {
        /// The village, or `None` outside every known boundary.
        village: Option<GridUnit>,
        /// County, town and village by name; empty where there is no village.
        path: Vec<String>,
    }
    /// A position to be compared with a site.
    struct ComparePosition {
        /// The position.
        position: Position,
        /// The site.
        site: SiteId,
    }
    /// How a position lies to a site.
    struct ComparedPosition {
        /// Distance, village and flags.
        whereabouts: Whereabouts,
        /// County, town and village of the position by name; empty outside every known boundary.
        path: Vec<String>,
    }
    /// How the position of a visit lies to its site.
    struct VisitWhereabouts {
        /// The visit.
        inspection: InspectionId,
        /// Distance, village and flags.
        whereabouts: Whereabouts,
        /// County, town and village of the position by name; empty outside every known boundary.
        path: Vec<String>,
    }
    /// Coordinates to be converted.
    struct ConvertPlace {
        /// The coordinates.
        place: LatLon,
        /// What they are measured in.
        from: Datum,
        /// What they shall be measured in.
        to: Datum,
    }
    /// A part of the map, in degrees, WGS-84. `west` is not east of `east`.
    struct MapBounds {
        /// Its western edge.
        west: f64,
        /// Its southern edge.
        south: f64,
        /// Its eastern edge.
        east: f64,
        /// Its northern edge.
        north: f64,
    }
    /// Sites to be shown on a map.
    struct MapSites {
        /// Which sites.
        filter: SiteFilter,
        /// Within this part of the map.
        bounds: MapBounds,
        /// How many at most, 1 to 5,000.
        limit: u32,
    }
    /// A site as a mark on a map.
    struct MapSite {
        /// The site.
        id: SiteId,
        /// The name over the door.
        name: String,
        /// Where it stands.
        place: LatLon,
        /// The verdict in force.
        verdict: Option<Verdict>,
        /// Whether it was carried out.
        done: bool,
        /// By when.
        deadline: Option<NaiveDate>,
        /// By how many days that has passed, if it has.
        days_overdue: Option<i64>,
        /// Whether a field holds several values.
        conflict: bool,
    }
    /// Marks on a map.
    struct MapSitePage {
        /// The marks, as many as were asked for at most.
        sites: Vec<MapSite>,
        /// How many there are in that part of the map.
        total: u64,
    }
    /// The outline of a village.
    struct VillageOutline {
        /// The village.
        unit: GridUnit,
        /// Its boundary as a GeoJSON geometry.
        geometry: String,
    }
    /// Villages to be shown on a map.
    struct MapVillages {
        /// Within this part of the map.
        bounds: MapBounds,
        /// How many at most, 1 to 1,000.
        limit: u32,
    }
    /// Photos to be shown on a map.
    struct MapPhotos {
        /// Within this part of the map.
        bounds: MapBounds,
        /// How many at most, 1 to 1,000.
        limit: u32,
    }
    /// A photo as a mark on a map.
    struct MapPhoto {
        /// The photo.
        hash: PhotoHash,
        /// The site that shows it.
        site: SiteId,
        /// Where it was taken.
        place: LatLon,
        /// Where the camera pointed, in degrees clockwise from north.
        direction_deg: Option<f64>,
        /// Whether the photo's bytes are here.
        present: bool,
    }
    /// The part of the map that holds all that is known.
    struct MapExtent {
        /// Around sites with a position and outlines of villages; `None` where there are neither.
        bounds: Option<MapBounds>,
        /// How many sites have no position.
        sites_without_place: u64,
    }
    /// A tile archive to be kept, in pieces.
    struct ImportTiles {
        /// The uploads, in the order of the file.
        uploads: Vec<Uuid>,
        /// The name of the file.
        file_name: String,
    }
    /// The tile archive that is kept here.
    struct TileArchive {
        /// The name of the file that was imported.
        file_name: String,
        /// Its size in bytes.
        bytes: u64,
        /// Which grid of tiles it holds: `png`, `jpeg`, `webp` or `mvt`.
        tile_type: String,
        /// The lowest zoom.
        min_zoom: u8,
        /// The highest zoom.
        max_zoom: u8,
        /// What it covers.
        bounds: MapBounds,
        /// Changes with the archive, so that nothing of another one is kept.
        version: String,
    }
}

impl MapBounds {
    /// Whether the bounds are finite and in order.
    pub fn are_sound(&self) -> bool {
        let Self { west, south, east, north } = *self;
        [west, south, east, north].iter().all(|edge| edge.is_finite()) && west <= east && south <= north
    }
}
