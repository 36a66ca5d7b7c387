//! Forms: inspections, drafts, and the photos attached to them.

use chrono::{DateTime, NaiveDate, Utc};
use domain::{InspectionId, InspectionSource, PhotoHash, Position, ProblemId, Severity, SiteId, Verdict};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use uuid::Uuid;

use super::messages;

/// What kind of form a draft is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum DraftKind {
    /// The registration of a new site.
    Registration,
    /// An inspection.
    Inspection,
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
}
