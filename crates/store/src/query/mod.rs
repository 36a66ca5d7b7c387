//! What screens ask of the tables.

mod errands;
mod filter;
mod map;
mod papers;
mod problems;
mod resettlement;
mod sites;
mod tasks;
mod totals;
mod units;
mod villages;

pub use errands::ErrandRow;
pub use map::{PhotoMark, SiteMark};
pub use papers::{PaperRow, PaperSeries, PaperToNumber, PapersPage};
pub use problems::{ProblemRow, ProblemsPage};
pub use sites::{SiteRow, SitesPage};
pub use tasks::{TaskRow, TaskVisitRow};
pub(crate) use villages::VillageIndex;
