//! Requests and replies of the commands.

use chrono::{DateTime, NaiveDate, Utc};
use domain::{
    Completion, Decision, FieldConflict, GridCode, GridUnit, Inspection, InspectionId, InspectionSource,
    LatLon, LedgerRow, PhotoHash, PhotoReference, Position, Problem, ProblemId, Severity, SiteField,
    SiteFields, SiteId, Stage, StageChange, Totals, Verdict,
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use uuid::Uuid;

use crate::ApiError;

/// Declares messages: each derives what a message needs.
macro_rules! messages {
    ($($(#[$meta:meta])* struct $name:ident { $($(#[$field_meta:meta])* $field:ident: $type:ty,)* })+) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
        pub struct $name { $($(#[$field_meta])* pub $field: $type,)* }
    )+};
}

/// What kind of host answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Host {
    /// A phone or desktop with its own store.
    Device,
    /// The server's office console.
    Office,
}

/// Which sites of a grid unit are meant by where they stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// With a polluting verdict, whichever.
    Polluting,
    /// Judged not to be polluting.
    Clean,
    /// Without a verdict.
    Unjudged,
    /// To be upgraded.
    Upgrade,
    /// To be relocated.
    Relocate,
    /// To be shut down.
    ShutDown,
}

/// What kind of form a draft is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum DraftKind {
    /// The registration of a new site.
    Registration,
    /// An inspection.
    Inspection,
}

/// In which form a ledger is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum LedgerFormat {
    /// UTF-8 with byte-order mark, CRLF, RFC 4180.
    Csv,
}

/// What an uploaded file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ImportKind {
    /// Division codes as CSV.
    Divisions,
    /// Boundaries as GeoJSON.
    Boundaries,
    /// A ledger as CSV or XLSX.
    Ledger,
}

/// What a long piece of work is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum WorkStep {
    /// Reading the file.
    Reading,
    /// Comparing it with what is on record.
    Comparing,
    /// Writing.
    Writing,
}

/// What a sync is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum SyncPhase {
    /// Nothing.
    Idle,
    /// Exchanging records.
    Records,
    /// Sending photos.
    SendingPhotos,
    /// Fetching photos.
    FetchingPhotos,
}

messages! {
    /// No arguments, or nothing to tell.
    #[derive(Default)]
    struct Nothing {}

    /// Who is asking.
    struct Session {
        /// What kind of host answers.
        host: Host,
        /// The name that is put under what is recorded; empty until it is given.
        person: String,
        /// The version of the program.
        version: String,
        /// The grid units that this replica is for, with their ancestors' names in `grid.units`.
        scope: Vec<GridCode>,
        /// The largest file that can be uploaded, in bytes.
        upload_limit: u64,
    }
    /// A new name.
    struct Rename {
        /// The name.
        person: String,
    }

    /// A place to look up.
    struct Locate {
        /// The place.
        place: LatLon,
    }
    /// The village at a place.
    struct Located {
        /// The village, or `None` outside every known boundary.
        village: Option<GridUnit>,
        /// County, town and village by name; empty where there is no village.
        path: Vec<String>,
    }

    /// Which sites are meant. Every condition that is given must hold.
    #[derive(Default)]
    struct SiteFilter {
        /// Within this grid unit.
        grid: Option<GridCode>,
        /// Whose name, credit code, address, operator or telephone contains this.
        text: Option<String>,
        /// That stand here.
        standing: Option<Standing>,
        /// Whose verdict was carried out, or was not.
        done: Option<bool>,
        /// With problems that are not closed out, or without.
        open_problems: Option<bool>,
        /// With fields that hold several values.
        conflict: Option<bool>,
        /// Polluting, not done, and past the deadline today in China. These come with the longest overdue first.
        overdue: Option<bool>,
    }
    /// One page of what a filter leaves.
    struct ListSites {
        /// The filter.
        filter: SiteFilter,
        /// `next` of the page before; `None` for the first page.
        after: Option<String>,
        /// How many at most, 1 to 500.
        limit: u32,
    }
    /// A number of sites.
    struct Count {
        /// The number.
        count: u64,
    }
    /// A site as a line of a list.
    struct SiteSummary {
        /// The site.
        id: SiteId,
        /// Its village.
        grid: GridCode,
        /// The name of the village.
        village: String,
        /// The name over the door.
        name: String,
        /// What it does.
        industry: String,
        /// Who runs it.
        operator: String,
        /// How to reach them.
        telephone: String,
        /// The address in words.
        address: String,
        /// Where it stands.
        place: Option<LatLon>,
        /// The verdict in force.
        verdict: Option<Verdict>,
        /// Whether it was carried out.
        done: bool,
        /// By when.
        deadline: Option<NaiveDate>,
        /// By how many days that has passed, if it has.
        days_overdue: Option<i64>,
        /// Problems that are not closed out.
        open_problems: u64,
        /// Photos.
        photos: u64,
        /// Whether a field holds several values.
        conflict: bool,
        /// When it was last inspected.
        last_inspection_at: Option<DateTime<Utc>>,
    }
    /// One page of sites.
    struct SitePage {
        /// The sites.
        sites: Vec<SiteSummary>,
        /// Where the next page begins; `None` at the end.
        next: Option<String>,
    }

    /// Names one site.
    struct OneSite {
        /// The site.
        site: SiteId,
    }
    /// A problem and how far it has come.
    struct ProblemView {
        /// The problem.
        problem: Problem,
        /// Its stage.
        stage: Stage,
    }
    /// A photo and whether its bytes are here.
    struct PhotoView {
        /// The reference.
        photo: PhotoReference,
        /// Whether the photo's bytes are on this replica.
        present: bool,
        /// Whether the server has proved that it holds the bytes; always true at the office when present.
        stored: bool,
    }
    /// All that is known of one site.
    struct DossierView {
        /// The site.
        id: SiteId,
        /// Whether it was written by a newer version and can only be looked at.
        read_only: bool,
        /// When it was registered.
        registered_at: DateTime<Utc>,
        /// Who registered it.
        registered_by: String,
        /// What is known of the site itself.
        fields: SiteFields,
        /// County, town and village by name.
        path: Vec<String>,
        /// The line that lists show of it.
        summary: SiteSummary,
        /// Fields that hold several values.
        conflicts: Vec<FieldConflict>,
        /// Visits, oldest first.
        inspections: Vec<Inspection>,
        /// Verdicts, oldest first.
        decisions: Vec<Decision>,
        /// Statements of what was done, oldest first.
        completions: Vec<Completion>,
        /// Problems, oldest first.
        problems: Vec<ProblemView>,
        /// Steps of the problems, oldest first.
        stage_changes: Vec<StageChange>,
        /// Photos, oldest first.
        photos: Vec<PhotoView>,
        /// Changes to this dossier that the server does not have yet; always 0 at the office.
        unsent_changes: u64,
    }
    /// A new site.
    struct RegisterSite {
        /// Its id, made by the form so that pressing twice registers once.
        id: SiteId,
        /// What is known of it. The village must be known and the name must not be empty.
        fields: SiteFields,
        /// The form that this finishes.
        draft: Option<Uuid>,
    }
    /// A new value for one field.
    struct FieldEdit {
        /// The field.
        field: SiteField,
        /// The value: a text; for `kind` and `source` the word; for `position` a position as JSON. Empty: not known.
        value: String,
    }
    /// New values for fields of one site.
    struct EditSite {
        /// The site.
        site: SiteId,
        /// The fields that change, and only those.
        edits: Vec<FieldEdit>,
    }
    /// The choice between several values of one field.
    struct ChooseValue {
        /// The site.
        site: SiteId,
        /// The field.
        field: SiteField,
        /// The `key` of the value that shall stand.
        key: String,
    }

    /// A problem to be recorded.
    struct NewProblem {
        /// Its id, made by the form.
        id: ProblemId,
        /// What is wrong.
        description: String,
        /// How bad it is.
        severity: Severity,
        /// By when; must be given for a major problem, follows from the severity for the others if it is not.
        deadline: Option<NaiveDate>,
    }
    /// A verdict to be recorded.
    struct NewDecision {
        /// The verdict.
        verdict: Verdict,
        /// What must be done.
        measures: String,
        /// By when.
        deadline: Option<NaiveDate>,
        /// The unit that answers for it.
        responsible_unit: String,
        /// The person who answers for it.
        responsible_person: String,
    }
    /// A photo to be recorded. It was attached to the form before.
    struct NewPhoto {
        /// The photo.
        hash: PhotoHash,
        /// The problem that it shows, if it shows one.
        problem: Option<ProblemId>,
    }
    /// A visit to be recorded.
    struct RecordInspection {
        /// Its id, made by the form so that pressing twice records once.
        id: InspectionId,
        /// The site.
        site: SiteId,
        /// The form that this finishes.
        draft: Option<Uuid>,
        /// Why somebody went there.
        source: InspectionSource,
        /// Where the inspector stood.
        position: Option<Position>,
        /// What the inspector judged.
        decision: Option<NewDecision>,
        /// What else there is to say.
        remarks: String,
        /// What was found.
        problems: Vec<NewProblem>,
        /// What was photographed.
        photos: Vec<NewPhoto>,
    }
    /// A visit that is on record, on the disk.
    struct RecordedInspection {
        /// The visit.
        inspection: InspectionId,
        /// The site.
        site: SiteId,
        /// When it was recorded.
        at: DateTime<Utc>,
    }

    /// A form to be kept.
    struct SaveDraft {
        /// Its id, made by the form.
        id: Uuid,
        /// What kind of form.
        kind: DraftKind,
        /// The site that it is about, if that is on record.
        site: Option<SiteId>,
        /// What stands in the form, as the user interface writes it; at most 256 KiB.
        body: String,
    }
    /// Names one form.
    struct OneDraft {
        /// The form.
        id: Uuid,
    }
    /// A form that was begun and not finished.
    struct Draft {
        /// The form.
        id: Uuid,
        /// What kind of form.
        kind: DraftKind,
        /// The site that it is about, if that is on record.
        site: Option<SiteId>,
        /// The name of that site.
        site_name: Option<String>,
        /// What stands in the form.
        body: String,
        /// The photos attached to it, in the order in which they came.
        photos: Vec<AttachedPhoto>,
        /// When it was last saved on the disk.
        saved_at: DateTime<Utc>,
    }

    /// A photo to be taken in. Its bytes were uploaded before.
    struct AttachPhoto {
        /// The upload.
        upload: Uuid,
        /// The form that holds the photo; it need not be saved yet.
        draft: Uuid,
    }
    /// A photo to be taken out of a form.
    struct DetachPhoto {
        /// The form.
        draft: Uuid,
        /// The photo.
        hash: PhotoHash,
    }
    /// A photo that is on the disk.
    struct AttachedPhoto {
        /// The photo.
        hash: PhotoHash,
        /// Its size in bytes.
        bytes: u64,
        /// Its width in pixels, upright.
        width: u32,
        /// Its height in pixels, upright.
        height: u32,
        /// When it was taken, by the camera's clock, if it says so.
        taken_at: Option<DateTime<Utc>>,
        /// Where it was taken, if it says so.
        position: Option<Position>,
    }

    /// A grid unit whose ledger is meant.
    struct LedgerOf {
        /// The grid unit.
        grid: GridCode,
    }
    /// The figures of one grid unit.
    struct UnitTotals {
        /// The grid unit.
        unit: GridUnit,
        /// Its figures.
        totals: Totals,
    }
    /// The figures of a grid unit and of those directly beneath it.
    struct LedgerTotals {
        /// The grid unit.
        of: UnitTotals,
        /// County, town and village by name, down to this unit.
        path: Vec<String>,
        /// Those directly beneath it that have sites, in the order of codes.
        beneath: Vec<UnitTotals>,
    }
    /// One row of a ledger and the site that it is about.
    struct LedgerLine {
        /// The site.
        site: SiteId,
        /// The row.
        row: LedgerRow,
    }
    /// One page of ledger rows.
    struct LedgerPage {
        /// The rows.
        lines: Vec<LedgerLine>,
        /// Where the next page begins; `None` at the end.
        next: Option<String>,
    }
    /// A ledger to be written to a file.
    struct ExportLedger {
        /// The grid unit.
        grid: GridCode,
        /// The form.
        format: LedgerFormat,
    }
    /// A file that can be fetched.
    struct Download {
        /// Names the file.
        id: Uuid,
        /// What it should be called.
        file_name: String,
        /// Its size in bytes.
        bytes: u64,
        /// How many rows it has, without the heading.
        rows: u64,
    }
    /// A file to be put into the person's folder.
    struct SaveDownload {
        /// The file.
        id: Uuid,
    }
    /// Where a file was put.
    struct SavedDownload {
        /// The path.
        path: String,
    }

    /// An uploaded file to be read.
    struct ImportFile {
        /// The upload. It is kept when the import fails or was only tried, so that it can be imported after all.
        upload: Uuid,
        /// What it holds.
        what: ImportKind,
        /// Only tell what would be done.
        dry_run: bool,
        /// Leave out the rows that cannot be read instead of writing nothing.
        skip_bad_rows: bool,
    }
    /// A cell or row that cannot be read.
    struct BadRow {
        /// The row as a spreadsheet numbers it, or the number of the feature.
        row: u64,
        /// The heading of the column, or the name of the property.
        column: Option<String>,
        /// What stands there.
        value: String,
        /// A word for the reason.
        reason: String,
        /// A sentence in English.
        message: String,
    }
    /// What an import did, or would do.
    struct ImportReport {
        /// What the file holds.
        what: ImportKind,
        /// Rows that can be read.
        rows: u64,
        /// Things put on record.
        added: u64,
        /// Things on record that were changed.
        changed: u64,
        /// Rows that say what is on record already.
        unchanged: u64,
        /// Rows that cannot be read, and why; at most the first 1,000 reasons.
        bad: Vec<BadRow>,
        /// How many rows cannot be read.
        bad_rows: u64,
        /// Whether anything was written. With bad rows nothing is, unless they were to be left out.
        written: bool,
    }
    /// How far a long piece of work has come.
    struct WorkProgress {
        /// What it is doing.
        step: WorkStep,
        /// How many are done.
        done: u64,
        /// Of how many.
        total: u64,
        /// When the work began.
        started_at: DateTime<Utc>,
    }

    /// A server to connect to.
    struct ConnectServer {
        /// Its address, such as `http://192.168.1.5:8770`.
        address: String,
        /// The device's token.
        token: String,
        /// The name of the person who uses the device.
        person: String,
    }
    /// What was proven when both sides compared what they hold.
    struct Verification {
        /// When.
        at: DateTime<Utc>,
        /// How many dossiers both sides hold alike.
        dossiers: u64,
        /// How many photos of these dossiers the server has proved it holds.
        photos: u64,
    }
    /// A record that the server would not take.
    struct RefusedChange {
        /// The site that it is about.
        site: Option<SiteId>,
        /// The name of the site.
        site_name: Option<String>,
        /// Why, as a word.
        reason: String,
    }
    /// Where sync stands.
    struct SyncStatus {
        /// The server's address, if the device is connected to one.
        server: Option<String>,
        /// What the sync that runs now is doing.
        phase: SyncPhase,
        /// How many of that are done.
        done: u64,
        /// Of how many.
        total: u64,
        /// Bytes sent and received by the sync that runs now, or by the last.
        bytes: u64,
        /// Changes that the server does not have.
        unsent_changes: u64,
        /// Photos that records here mention and the server has not proved it holds.
        unsent_photos: u64,
        /// Photos that records here mention and that are not on this device.
        missing_photos: u64,
        /// When the last sync ended well.
        last_success_at: Option<DateTime<Utc>>,
        /// What was last proven; `None` once anything has changed here since.
        verified: Option<Verification>,
        /// Grid units in which both sides differed when they last compared.
        differing: Vec<GridUnit>,
        /// Changes that the server would not take. They stay here.
        refused: Vec<RefusedChange>,
        /// Why the last sync failed, if it did.
        error: Option<ApiError>,
        /// When that was.
        error_at: Option<DateTime<Utc>>,
    }
}
