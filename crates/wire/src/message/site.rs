//! Sites and their dossiers.

use chrono::{DateTime, NaiveDate, Utc};
use domain::{
    Completion, Decision, FieldConflict, GridCode, Inspection, LatLon, PhotoReference, Problem, SiteField,
    SiteFields, SiteId, Stage, StageChange, Verdict,
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use uuid::Uuid;

use super::{VisitWhereabouts, messages};

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

messages! {
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
        /// With a position, or without.
        placed: Option<bool>,
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
        /// Whether the thumbnail's bytes are on this replica.
        thumbnail: bool,
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
        /// How the positions of the visits lie to the site, for visits that have one.
        whereabouts: Vec<VisitWhereabouts>,
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
        /// The value that the person saw before, in the same form as `value`. Where another stands by now, or several,
        /// nothing is written.
        was: String,
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
}
