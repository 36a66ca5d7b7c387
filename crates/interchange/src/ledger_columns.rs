//! The ledger's columns, as they are looked for in a file.

use domain::LedgerColumn;

use crate::heading::Column;

impl Column for LedgerColumn {
    const ALL: &'static [Self] = Self::ALL;

    fn headings(self) -> Vec<&'static str> {
        std::iter::once(self.zh()).chain(self.aliases().iter().copied()).collect()
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
