//! The document of a county: the names of its grid units and of those above it, boundaries, and rules.

use automerge::transaction::Transactable;
use automerge::{ActorId, Change, ReadDoc, ScalarValueRef, ValueRef};
use domain::{Boundary, GridCode, GridLevel, GridUnit, RecheckDays};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::value::Fact;
use super::{Author, Document, DocumentError, SCHEMA};

pub(super) const UNITS: &str = "units";
pub(super) const BOUNDARIES: &str = "boundaries";
/// Since schema 2.
pub(super) const RULES: &str = "rules";
const RECHECK_DAYS: &str = "recheck_days";

/// One thing to be written into the document of a county.
#[derive(Debug, Clone, PartialEq)]
pub enum CountyWrite {
    /// A unit and its name.
    SetUnit(GridUnit),
    /// A boundary.
    SetBoundary(Boundary),
    /// After how many days done sites are to be visited again.
    SetRecheckDays(RecheckDays),
}

impl CountyWrite {
    /// About how many bytes it adds to a change.
    pub fn size(&self) -> usize {
        match self {
            Self::SetUnit(unit) => unit.name.len() + 50,
            Self::SetBoundary(boundary) => geometry_bytes(boundary).len() + 50,
            Self::SetRecheckDays(_) => 100,
        }
    }
}

/// What the document of a county holds.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct County {
    /// Units, in the order of codes.
    pub units: Vec<GridUnit>,
    /// Boundaries, in the order of codes.
    pub boundaries: Vec<Boundary>,
    /// After how many days done sites are to be visited again, if that was set.
    pub recheck_days: Option<RecheckDays>,
}

/// The id of a county's document: the same on every replica. Provinces and cities have one too, for what stands
/// above the counties.
pub fn county_id(county: &GridCode) -> Uuid {
    let code = county.at(GridLevel::County).unwrap_or_else(|| county.clone());
    let digest = Sha256::new().chain_update("county:").chain_update(code.as_str()).finalize();
    let mut bytes = [0; 16];
    for (to, from) in bytes.iter_mut().zip(digest) {
        *to = from;
    }
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

impl Document {
    /// Writes into the document of a county as one change; `None` if it all stood there already.
    pub fn write_county(
        &mut self,
        actor: &ActorId,
        author: &Author,
        writes: &[CountyWrite],
    ) -> Result<Option<Change>, DocumentError> {
        if self.schema() > SCHEMA {
            return Err(DocumentError::ReadOnly);
        }
        self.set_actor(actor);
        let units = self.map(UNITS)?;
        let boundaries = self.map(BOUNDARIES)?;
        for write in writes {
            match write {
                CountyWrite::SetUnit(unit) => self.doc.put(&units, unit.code.as_str(), unit.name.as_str())?,
                CountyWrite::SetBoundary(boundary) => {
                    self.doc.put(&boundaries, boundary.code().as_str(), geometry_bytes(boundary))?;
                }
                CountyWrite::SetRecheckDays(days) => {
                    let days = serde_json::to_string(days).unwrap_or_default();
                    self.doc.put(self.map(RULES)?, RECHECK_DAYS, days)?;
                }
            }
        }
        Ok(self.commit(author))
    }

    /// Reads the document of a county. What this version cannot understand is left out.
    pub fn county(&self) -> Result<County, DocumentError> {
        let mut county = County::default();
        for item in self.doc.map_range(&self.map(UNITS)?, ..) {
            if let (Ok(code), ValueRef::Scalar(ScalarValueRef::Str(name))) = (item.key.parse(), item.value) {
                county.units.push(GridUnit { code, name: name.into_owned() });
            }
        }
        for item in self.doc.map_range(&self.map(BOUNDARIES)?, ..) {
            if let (Ok(code), ValueRef::Scalar(ScalarValueRef::Bytes(bytes))) = (item.key.parse(), item.value)
            {
                county.boundaries.extend(read_geometry(code, &bytes));
            }
        }
        county.recheck_days = Fact::read(&self.doc, &self.map(RULES)?).json(RECHECK_DAYS).unwrap_or_default();
        Ok(county)
    }
}

/// A boundary as a GeoJSON geometry.
pub(crate) fn geometry_bytes(boundary: &Boundary) -> Vec<u8> {
    geojson::Geometry::from(boundary.outline()).to_string().into_bytes()
}

/// Reads what [`geometry_bytes`] wrote; `None` if it is no sound boundary.
pub(crate) fn read_geometry(code: GridCode, bytes: &[u8]) -> Option<Boundary> {
    let geometry: geojson::Geometry = serde_json::from_slice(bytes).ok()?;
    let outline = geo::MultiPolygon::<f64>::try_from(&geometry).ok()?;
    Boundary::new(code, outline).ok()
}
