//! The rules that hold for a county.

use domain::{GridLevel, RecheckDays};
use store::CountyWrite;
use wire::ApiError;
use wire::message::{Rules, RulesOf};

use super::grid::known;
use crate::app::Ask;
use crate::error::Failure;

pub(super) fn get(app: Ask<'_>, request: RulesOf) -> Result<Rules, Failure> {
    let RulesOf { grid } = request;
    app.store.read(|reader| {
        known(reader, &grid)?;
        let county = grid.at(GridLevel::County).unwrap_or_else(|| grid.clone());
        Ok(Rules { recheck_days: reader.recheck_days(&county)?.into(), grid: county })
    })
}

pub(super) fn set(app: Ask<'_>, request: Rules) -> Result<Rules, Failure> {
    let Rules { grid, recheck_days } = request;
    if grid.level() != GridLevel::County {
        return Err(ApiError::invalid("grid", "rules hold for a county").because("not_a_county").into());
    }
    app.within(&grid)?;
    let days = RecheckDays::try_from(recheck_days)
        .map_err(|error| ApiError::invalid("recheck_days", error.to_string()).because("recheck_days"))?;
    let author = app.author("rules.set");
    app.store.write::<_, Failure>(|writer| {
        known(writer, &grid)?;
        writer.edit_county(&grid, &author, &[CountyWrite::SetRecheckDays(days)])?;
        Ok(())
    })?;
    get(app, RulesOf { grid })
}
