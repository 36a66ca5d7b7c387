//! The keys of a dossier document. They are part of the format and never change their meaning.

pub const SCHEMA_KEY: &str = "schema";

pub const SITE: &str = "site";
pub const INSPECTIONS: &str = "inspections";
pub const DECISIONS: &str = "decisions";
pub const COMPLETIONS: &str = "completions";
pub const PROBLEMS: &str = "problems";
pub const STAGE_CHANGES: &str = "stage_changes";
pub const PHOTOS: &str = "photos";
/// Since schema 2.
pub const PLAN_PROGRESS: &str = "plan_progress";
pub const PAPERS: &str = "papers";
pub const PAPER_NUMBERS: &str = "paper_numbers";
pub const PAPER_VOIDS: &str = "paper_voids";
pub const CASES: &str = "cases";
pub const ALERTS: &str = "alerts";
pub const ALERT_ANSWERS: &str = "alert_answers";

/// In the map of the site, beside the names of `SiteField`.
pub const GRID: &str = "grid";
pub const REGISTERED_AT: &str = "registered_at";
pub const REGISTERED_BY: &str = "registered_by";

/// In the facts.
pub const AT: &str = "at";
pub const BY: &str = "by";
pub const SOURCE: &str = "source";
pub const VERDICT: &str = "verdict";
pub const REMARKS: &str = "remarks";
pub const POSITION: &str = "position";
pub const MEASURES: &str = "measures";
pub const DEADLINE: &str = "deadline";
pub const RESPONSIBLE_UNIT: &str = "responsible_unit";
pub const RESPONSIBLE_PERSON: &str = "responsible_person";
pub const INSPECTION: &str = "inspection";
pub const DONE: &str = "done";
pub const OF: &str = "of";
pub const DONE_ON: &str = "done_on";
pub const DESCRIPTION: &str = "description";
pub const SEVERITY: &str = "severity";
pub const PROBLEM: &str = "problem";
pub const STAGE: &str = "stage";
pub const COMMENT: &str = "comment";
pub const HASH: &str = "hash";
pub const BYTES: &str = "bytes";
pub const TAKEN_AT: &str = "taken_at";
pub const RECTIFIED: &str = "rectified";
pub const SKETCH_OF: &str = "sketch_of";
pub const COMPARE_WITH: &str = "compare_with";
pub const DIRECTION: &str = "direction";
pub const CAMERA: &str = "camera";
pub const CLOCK: &str = "clock";
pub const AFTER: &str = "after";
pub const TASK: &str = "task";
pub const CHECKLIST: &str = "checklist";
pub const RELAPSE: &str = "relapse";
pub const STAGE_CHANGE: &str = "stage_change";
pub const PAPER: &str = "paper";
pub const PERCENT: &str = "percent";
pub const PROBLEM_IDS: &str = "problems";
pub const FACTS: &str = "facts";
pub const ADDRESSEE: &str = "addressee";
pub const CONTENT: &str = "content";
pub const REASON: &str = "reason";
pub const TOWN: &str = "town";
pub const YEAR: &str = "year";
pub const NUMBER: &str = "number";
pub const DEPARTMENT: &str = "department";
pub const FILED_ON: &str = "filed_on";
pub const FINE_YUAN: &str = "fine_yuan";
pub const OTHER: &str = "other";
pub const OTHER_GRID: &str = "other_grid";
pub const OTHER_NAME: &str = "other_name";
pub const IS_NEW: &str = "is_new";
pub const MATCHED_BY: &str = "matched_by";
pub const ALERT: &str = "alert";
pub const CONFIRMED: &str = "confirmed";
