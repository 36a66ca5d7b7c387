//! Forms: inspections, drafts, and the photos attached to them.

use chrono::{DateTime, NaiveDate, Utc};
use domain::{
    ChecklistAnswer, DecisionId, InspectionId, InspectionSource, PhotoHash, Position, ProblemId, Severity,
    SiteId, TaskId, Verdict,
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use uuid::Uuid;

use super::{AttachedPhoto, messages};

/// What kind of form a draft is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum DraftKind {
    /// The registration of a new site.
    Registration,
    /// An inspection.
    Inspection,
    /// A step of a problem: evidence of rectification, or what a lead says to it.
    Step,
    /// A paper of enforcement.
    Paper,
}

messages! {
    /// A problem to be recorded.
    struct NewProblem {
        /// Its id, made by the form.
        id: ProblemId,
        /// What is wrong.
        description: String,
        /// How bad it is.
        severity: Severity,
        /// By when. Must be given for a major problem; for the others it follows from the severity, and only an
        /// earlier day is taken.
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
        /// The problem that it shows: one of this visit, or one that is on record.
        problem: Option<ProblemId>,
        /// Whether it shows how things look after rectification.
        rectified: bool,
        /// The photo that this one was drawn on.
        sketch_of: Option<PhotoHash>,
        /// The earlier photo that this one was taken to be compared with.
        compare_with: Option<PhotoHash>,
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
        /// By how many seconds the device's clock was ahead of the fix when the fix came, if that is known.
        fix_clock_ahead_s: Option<i64>,
        /// What the inspector judged.
        decision: Option<NewDecision>,
        /// The decisions that stood when the inspector judged. Others that were taken meanwhile are not overruled: both
        /// stay, and the site is marked. A form that does not say has seen what stands now.
        seen: Option<Vec<DecisionId>>,
        /// What else there is to say.
        remarks: String,
        /// The petition, assigned task or campaign that this is for.
        task: Option<TaskId>,
        /// Answers to the checklist of that campaign, in its order.
        checklist: Vec<ChecklistAnswer>,
        /// That a site that was done is polluting again.
        relapse: bool,
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
}
