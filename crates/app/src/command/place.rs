//! Positions: how they lie to a site, and other datums.

use domain::{GridCode, LatLon, Position, Whereabouts};
use store::Reader;
use wire::ApiError;
use wire::message::{ComparePosition, ComparedPosition, ConvertPlace};

use super::grid::path;
use crate::app::Ask;
use crate::error::{Failure, not_found};

pub(super) fn compare(app: Ask<'_>, request: ComparePosition) -> Result<ComparedPosition, Failure> {
    let ComparePosition { position, site } = request;
    checked("position", &position)?;
    app.store.read(|reader| {
        let row = reader.site(site)?.ok_or_else(|| not_found("site"))?.row;
        let (whereabouts, path) = whereabouts(reader, &position, row.place, &row.village_code)?;
        Ok(ComparedPosition { whereabouts, path })
    })
}

/// How a position lies to a site in the village `of`, known to stand at `site`; and the names of the units that
/// contain the position, empty outside every known boundary.
pub(super) fn whereabouts(
    reader: &Reader<'_>,
    position: &Position,
    site: Option<LatLon>,
    of: &GridCode,
) -> Result<(Whereabouts, Vec<String>), Failure> {
    let village = reader.village_code_at(position.place)?;
    let names = village.as_ref().map(|village| path(reader, village)).transpose()?.unwrap_or_default();
    Ok((Whereabouts::of(position, site, of, village), names))
}

pub(super) fn convert(_: Ask<'_>, request: ConvertPlace) -> Result<LatLon, Failure> {
    let ConvertPlace { place, from, to } = request;
    Ok(to.from_wgs84(from.to_wgs84(place)))
}

/// Refuses what no platform can have measured. A time in the future is not refused: the device's clock may be wrong,
/// which is flagged.
pub(super) fn checked(field: &str, position: &Position) -> Result<(), ApiError> {
    if position.accuracy_m.is_some_and(|metres| !(metres.is_finite() && metres >= 0.0)) {
        let message = "an accuracy is a number of metres that is not negative";
        return Err(ApiError::invalid(format!("{field}.accuracy_m"), message).because("accuracy"));
    }
    Ok(())
}
