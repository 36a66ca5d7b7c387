//! What screens ask of the tables.

mod filter;
mod map;
mod sites;
mod totals;
mod units;
mod villages;

pub use map::{PhotoMark, SiteMark};
pub use sites::{SiteRow, SitesPage};
pub(crate) use villages::VillageIndex;
