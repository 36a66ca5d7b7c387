//! Grid units.

use domain::ledger::GridNames;
use domain::{GridCode, GridLevel, GridUnit};
use store::{Reader, StoreError};
use wire::message::{Locate, Located, Nothing};
use wire::{ApiError, ErrorCode};

use crate::app::Ask;
use crate::error::Failure;

pub(super) fn units(app: Ask<'_>, _: Nothing) -> Result<Vec<GridUnit>, Failure> {
    app.store.read(|reader| Ok(reader.units()?))
}

pub(super) fn locate(app: Ask<'_>, request: Locate) -> Result<Located, Failure> {
    app.store.read(|reader| {
        let village = reader.village_at(request.place)?;
        let path = match &village {
            Some(village) => path(reader, &village.code)?,
            None => Vec::new(),
        };
        Ok(Located { village, path })
    })
}

/// County, town and village by name, down to the unit itself.
pub(crate) fn path(reader: &Reader<'_>, code: &GridCode) -> Result<Vec<String>, StoreError> {
    let GridNames { county, town, village } = reader.grid_names(code)?;
    let names = match code.level() {
        GridLevel::Province | GridLevel::City => {
            vec![reader.unit(code)?.map(|unit| unit.name).unwrap_or_default()]
        }
        GridLevel::County => vec![county],
        GridLevel::Town => vec![county, town],
        GridLevel::Village => vec![county, town, village],
    };
    Ok(names)
}

/// The unit, which must be known.
pub(crate) fn known(reader: &Reader<'_>, code: &GridCode) -> Result<GridUnit, Failure> {
    reader.unit(code)?.ok_or_else(|| {
        let message = format!("{code} is in no list of grid units that was imported here");
        Failure(ApiError { field: Some("grid".to_owned()), ..ApiError::new(ErrorCode::UnknownGrid, message) })
    })
}
