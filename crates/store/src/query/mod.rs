//! What screens ask of the tables.

mod filter;
mod sites;
mod totals;
mod units;

pub use sites::{SiteRow, SitesPage};
