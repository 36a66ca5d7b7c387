//! What an inspection is, and the rules that hold whatever stores or shows it.
//!
//! Absent on purpose: SQL, HTTP, Tauri, Automerge, files and clocks. Time and ids are given by the caller.

pub mod boundary;
pub mod causal;
pub mod closed_loop;
pub mod credit_code;
pub mod datum;
pub mod decision;
pub mod dossier;
pub mod enforcement;
pub mod grid;
pub mod id;
pub mod inspection;
pub mod ledger;
mod mainland;
mod mainland_outline;
pub mod photo;
pub mod position;
pub mod problem;
pub mod recheck;
pub mod resettlement;
pub mod role;
pub mod site;
pub mod task;
pub mod totals;
pub mod whereabouts;
mod words;

pub use boundary::{Boundary, BoundaryError};
pub use closed_loop::{Missing, NextStep, ProblemState};
pub use credit_code::{CreditCode, CreditCodeError};
pub use datum::Datum;
pub use decision::{Completion, Decision, DecisionState, PlanProgress, Verdict};
pub use dossier::{Dossier, FieldConflict, FieldValue, Standing};
pub use enforcement::{
    Addressee, Case, EnforcementStep, Measure, MeasureTaken, Paper, PaperContent, PaperNumber, PaperVoid,
    Receipt,
};
pub use grid::{GridCode, GridCodeError, GridLevel, GridUnit, Scope};
pub use id::{
    AlertAnswerId, AlertId, CaseId, CompletionId, DecisionId, InspectionId, PaperId, PhotoId, PlanProgressId,
    ProblemId, SiteId, StageChangeId, TaskId, TaskReplyId, VoidId,
};
pub use inspection::{Answer, ChecklistAnswer, Inspection, InspectionSource};
pub use ledger::{LedgerColumn, LedgerRow};
pub use photo::{PhotoHash, PhotoHashError, PhotoReference};
pub use position::{LatLon, Position, PositionError, Provider};
pub use problem::{Problem, Severity, Stage, StageChange};
pub use recheck::RecheckDays;
pub use resettlement::{Alert, AlertAnswer, MatchedBy};
pub use role::{Permission, Role};
pub use site::{SiteField, SiteFields, SiteKind};
pub use task::{Task, TaskFigures, TaskKind, TaskReply};
pub use totals::{Progress, Totals};
pub use whereabouts::{ClockDeviation, ClockReference, PositionFlag, Whereabouts};
pub use words::UnknownWord;
