//! What an inspection is, and the rules that hold whatever stores or shows it.
//!
//! Absent on purpose: SQL, HTTP, Tauri, Automerge, files and clocks. Time and ids are given by the caller.

pub mod boundary;
pub mod credit_code;
pub mod datum;
pub mod decision;
pub mod dossier;
pub mod grid;
pub mod id;
pub mod inspection;
pub mod ledger;
mod mainland;
mod mainland_outline;
pub mod photo;
pub mod position;
pub mod problem;
pub mod site;
pub mod totals;
pub mod whereabouts;
mod words;

pub use boundary::{Boundary, BoundaryError};
pub use credit_code::{CreditCode, CreditCodeError};
pub use datum::Datum;
pub use decision::{Completion, Decision, Verdict};
pub use dossier::{Dossier, FieldConflict, FieldValue, Standing};
pub use grid::{GridCode, GridCodeError, GridLevel, GridUnit, Scope};
pub use id::{CompletionId, DecisionId, InspectionId, PhotoId, ProblemId, SiteId, StageChangeId};
pub use inspection::{Inspection, InspectionSource};
pub use ledger::{LedgerColumn, LedgerRow};
pub use photo::{PhotoHash, PhotoHashError, PhotoReference};
pub use position::{LatLon, Position, PositionError, Provider};
pub use problem::{Problem, Severity, Stage, StageChange};
pub use site::{SiteField, SiteFields, SiteKind};
pub use totals::{Progress, Totals};
pub use whereabouts::{ClockDeviation, ClockReference, PositionFlag, Whereabouts};
pub use words::UnknownWord;
