//! The keys of a dossier document. They are part of the format and never change their meaning.

pub const SCHEMA_KEY: &str = "schema";

pub const SITE: &str = "site";
pub const INSPECTIONS: &str = "inspections";
pub const DECISIONS: &str = "decisions";
pub const COMPLETIONS: &str = "completions";
pub const PROBLEMS: &str = "problems";
pub const STAGE_CHANGES: &str = "stage_changes";
pub const PHOTOS: &str = "photos";

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
