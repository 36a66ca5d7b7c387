//! Sites and their dossiers.

use chrono::{DateTime, NaiveDate, Utc};
use domain::{
    Alert, AlertAnswer, Case, Completion, Decision, DecisionId, FieldConflict, GridCode, Inspection, LatLon,
    PhotoReference, PlanProgress, SiteField, SiteFields, SiteId, StageChange, TaskId, Verdict,
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use uuid::Uuid;

use super::{NumberedPaper, ProblemView, VisitWhereabouts, messages};

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
        /// With something that waits to be settled: a field with several values, or what people decided apart.
        conflict: Option<bool>,
        /// Polluting, not done, and past the deadline today in China. These come with the longest overdue first.
        overdue: Option<bool>,
        /// With a position, or without.
        placed: Option<bool>,
        /// Whose industry contains this.
        industry: Option<String>,
        /// Done, and due for a recheck today in China or earlier. These come with the longest due first.
        recheck_due: Option<bool>,
        /// Found polluting again, and not done anew since.
        relapsed: Option<bool>,
        /// With a resettlement alert that nobody has answered.
        alert: Option<bool>,
        /// That are to be visited for this task.
        task: Option<TaskId>,
        /// Together with `task`: that were visited for it, or were not.
        visited: Option<bool>,
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
        /// Whether something waits to be settled: a field with several values, or what people decided apart.
        conflict: bool,
        /// When the next recheck is due.
        recheck_on: Option<NaiveDate>,
        /// Whether it was found polluting again, and not done anew since.
        relapsed: bool,
        /// How many resettlement alerts nobody has answered.
        alerts: u64,
        /// How far the plan has come, 0 to 100, as somebody last noted.
        plan_percent: Option<u8>,
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
        /// The decision in force; of several that were taken apart the strictest.
        decision: Option<DecisionId>,
        /// The decisions that stand, the one in force among them. A decision names these and the contested ones, so that
        /// one taken on an old view is told so.
        decision_tips: Vec<DecisionId>,
        /// Decisions that were taken apart from it and say something else; empty where all agree.
        contested_decisions: Vec<DecisionId>,
        /// Statements of what was done, oldest first.
        completions: Vec<Completion>,
        /// Notes of how far the plan has come, oldest first.
        plan_progress: Vec<PlanProgress>,
        /// Problems, oldest first.
        problems: Vec<ProblemView>,
        /// Steps of the problems, oldest first.
        stage_changes: Vec<StageChange>,
        /// Papers of enforcement, oldest first.
        papers: Vec<NumberedPaper>,
        /// Cases that were filed, oldest first.
        cases: Vec<Case>,
        /// Resettlement alerts, oldest first.
        alerts: Vec<Alert>,
        /// What was found out about them, oldest first.
        alert_answers: Vec<AlertAnswer>,
        /// Since when the site is polluting again, if it is.
        relapsed_at: Option<DateTime<Utc>>,
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
    /// Another village for a site.
    struct MoveSite {
        /// The site.
        site: SiteId,
        /// The village that it belongs to now, as the person saw it.
        was: GridCode,
        /// The village that it shall belong to.
        grid: GridCode,
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
