//! What a map shows.

use domain::problem::day_in_china;
use store::{PhotoMark, SiteMark};
use wire::ApiError;
use wire::message::{
    MapBounds, MapExtent, MapPhoto, MapPhotos, MapSite, MapSitePage, MapSites, MapVillages, Nothing,
    VillageOutline,
};

use crate::app::Ask;
use crate::error::Failure;

const MOST_SITES: u32 = 5_000;
const MOST_VILLAGES: u32 = 1_000;
const MOST_PHOTOS: u32 = 1_000;

pub(super) fn extent(app: Ask<'_>, _: Nothing) -> Result<MapExtent, Failure> {
    app.store.read(|reader| {
        Ok(MapExtent { bounds: reader.map_extent()?, sites_without_place: reader.sites_without_place()? })
    })
}

pub(super) fn sites(app: Ask<'_>, request: MapSites) -> Result<MapSitePage, Failure> {
    let MapSites { filter, bounds, limit } = request;
    sound(&bounds)?;
    let now = app.now();
    app.store.read(|reader| {
        let limit = limit.clamp(1, MOST_SITES);
        let (marks, total) = reader.sites_on_map(&filter, day_in_china(now), &bounds, limit)?;
        let sites = marks.into_iter().map(|SiteMark { id, name, place, standing, conflict }| MapSite {
            id,
            name,
            place,
            verdict: standing.verdict,
            done: standing.done,
            deadline: standing.deadline,
            days_overdue: standing.days_overdue(now),
            conflict,
        });
        Ok(MapSitePage { sites: sites.collect(), total })
    })
}

pub(super) fn villages(app: Ask<'_>, request: MapVillages) -> Result<Vec<VillageOutline>, Failure> {
    let MapVillages { bounds, limit } = request;
    sound(&bounds)?;
    app.store.read(|reader| {
        let villages = reader.villages_on_map(&bounds, limit.clamp(1, MOST_VILLAGES) as usize)?;
        Ok(villages.into_iter().map(|(unit, geometry)| VillageOutline { unit, geometry }).collect())
    })
}

pub(super) fn photos(app: Ask<'_>, request: MapPhotos) -> Result<Vec<MapPhoto>, Failure> {
    let MapPhotos { bounds, limit } = request;
    sound(&bounds)?;
    app.store.read(|reader| {
        let marks = reader.photos_on_map(&bounds, limit.clamp(1, MOST_PHOTOS))?;
        let photos = marks.into_iter().map(|PhotoMark { hash, site, place, direction_deg, present }| {
            MapPhoto { hash, site, place, direction_deg, present }
        });
        Ok(photos.collect())
    })
}

fn sound(bounds: &MapBounds) -> Result<(), ApiError> {
    if bounds.are_sound() {
        return Ok(());
    }
    let message = "the edges of the map must be numbers, west not east of east and south not north of north";
    Err(ApiError::invalid("bounds", message).because("bounds"))
}
