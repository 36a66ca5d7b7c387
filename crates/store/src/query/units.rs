//! Grid units: their names, and which village contains a place.

use domain::ledger::GridNames;
use domain::{GridCode, GridLevel, GridUnit, LatLon};
use rusqlite::{OptionalExtension as _, Row};

use crate::document::read_geometry;
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

    /// The village whose boundary contains a place; the one with the lower code where two do.
    pub fn village_at(&self, place: LatLon) -> Result<Option<GridUnit>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT boundary.code, boundary.geometry FROM boundary_box JOIN boundary ON boundary.n = boundary_box.n
             WHERE west <= ?1 AND east >= ?1 AND south <= ?2 AND north >= ?2 ORDER BY boundary.code",
        )?;
        let mut rows = statement.query([place.longitude(), place.latitude()])?;
        while let Some(row) = rows.next()? {
            let code: GridCode = row.get::<_, String>(0)?.parse().map_err(|_| StoreError::Row("boundary"))?;
            let geometry = row.get_ref(1)?.as_blob().map_err(rusqlite::Error::from)?;
            let boundary = read_geometry(code.clone(), geometry).ok_or(StoreError::Row("boundary"))?;
            if code.level() == GridLevel::Village && boundary.contains(place) {
                let named = self.unit(&code)?;
                return Ok(Some(named.unwrap_or(GridUnit { name: String::new(), code })));
            }
        }
        Ok(None)
    }
}

fn unit(row: &Row<'_>) -> Result<GridUnit, StoreError> {
    let code: String = row.get(0)?;
    Ok(GridUnit { code: code.parse().map_err(|_| StoreError::Row("grid_unit"))?, name: row.get(1)? })
}
