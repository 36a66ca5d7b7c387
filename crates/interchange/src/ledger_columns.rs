//! The ledger's columns, as they are looked for in a file.

use domain::LedgerColumn;

use crate::ReadError;
use crate::heading::{Column, Layout};
use crate::heading_datum::Note;

impl Column for LedgerColumn {
    const ALL: &'static [Self] = Self::ALL;

    fn headings(self) -> Vec<&'static str> {
        std::iter::once(self.zh()).chain(self.aliases().iter().copied()).collect()
    }

    fn is_coordinate(self) -> bool {
        matches!(self, Self::Longitude | Self::Latitude)
    }

    fn check(layout: &Layout<Self>) -> Result<(), ReadError> {
        let (longitude, latitude) = (layout.note(Self::Longitude), layout.note(Self::Latitude));
        for column in [Self::Longitude, Self::Latitude] {
            if layout.note(column) == Note::Bd09 {
                return Err(ReadError::Bd09 { heading: layout.heading(column) });
            }
        }
        let both = layout.index(Self::Longitude).is_some() && layout.index(Self::Latitude).is_some();
        if both && !longitude.agrees_with(latitude) {
            let (longitude, latitude) = (layout.heading(Self::Longitude), layout.heading(Self::Latitude));
            return Err(ReadError::DatumsDisagree { longitude, latitude });
        }
        Ok(())
    }

    fn missing(found: &[Self]) -> Vec<String> {
        let mut missing = Vec::new();
        if !found.contains(&Self::Name) {
            missing.push(Self::Name.zh().to_owned());
        }
        if !found.contains(&Self::VillageCode) && !found.contains(&Self::Village) {
            missing.push(format!("{} / {}", Self::VillageCode.zh(), Self::Village.zh()));
        }
        missing
    }
}
