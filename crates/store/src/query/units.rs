//! Grid units: their names, and which village contains a place.

use domain::ledger::GridNames;
use domain::{GridCode, GridLevel, GridUnit, LatLon};
use rusqlite::{OptionalExtension as _, Row};

use crate::{Reader, StoreError};

impl Reader<'_> {
    /// Every grid unit, in the order of codes.
    pub fn units(&self) -> Result<Vec<GridUnit>, StoreError> {
        let mut statement =
            self.connection.prepare_cached("SELECT code, name FROM grid_unit ORDER BY code")?;
        statement.query_map([], |row| Ok(unit(row)))?.map(|unit| unit?).collect()
    }

    /// One grid unit.
    pub fn unit(&self, code: &GridCode) -> Result<Option<GridUnit>, StoreError> {
        let mut statement =
            self.connection.prepare_cached("SELECT code, name FROM grid_unit WHERE code = ?1")?;
        statement.query_row([code.as_str()], |row| Ok(unit(row))).optional()?.transpose()
    }

    /// The names of the units that contain a village; empty where one is not known.
    pub fn grid_names(&self, village: &GridCode) -> Result<GridNames, StoreError> {
        let name = |level| match village.at(level) {
            Some(code) => Ok::<_, StoreError>(self.unit(&code)?.map(|unit| unit.name).unwrap_or_default()),
            None => Ok(String::new()),
        };
        Ok(GridNames {
            county: name(GridLevel::County)?,
            town: name(GridLevel::Town)?,
            village: name(GridLevel::Village)?,
        })
    }

    /// The village whose boundary contains a place. On a border that villages share, and where outlines overlap, it is
    /// the one with the lower code.
    pub fn village_at(&self, place: LatLon) -> Result<Option<GridUnit>, StoreError> {
        let Some(code) = self.village_code_at(place)? else { return Ok(None) };
        let named = self.unit(&code)?;
        Ok(Some(named.unwrap_or(GridUnit { name: String::new(), code })))
    }
}

fn unit(row: &Row<'_>) -> Result<GridUnit, StoreError> {
    let code: String = row.get(0)?;
    Ok(GridUnit { code: code.parse().map_err(|_| StoreError::Row("grid_unit"))?, name: row.get(1)? })
}
