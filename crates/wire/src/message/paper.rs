//! Papers of the three-step enforcement, cases, and resettlement alerts.

use chrono::{DateTime, NaiveDate, Utc};
use domain::{
    AlertAnswerId, AlertId, CaseId, EnforcementStep, GridCode, Paper, PaperContent, PaperId, PaperNumber,
    PaperVoid, Position, Problem, ProblemId, SiteFields, SiteId, TaskId, VoidId,
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use uuid::Uuid;

use super::{NewPhoto, messages};

messages! {
    /// A paper to be put on record.
    struct RecordPaper {
        /// Its id, made by the form.
        id: PaperId,
        /// The site.
        site: SiteId,
        /// The problems that it is about.
        problems: Vec<ProblemId>,
        /// What was found, as the paper tells it.
        facts: String,
        /// What it says beyond that.
        content: PaperContent,
        /// Why the step is taken before its predecessor; must be given then.
        reason: String,
        /// Where it is written.
        position: Option<Position>,
        /// Photos that were attached to the form, those of the ticks among them.
        photos: Vec<NewPhoto>,
        /// The form that this finishes.
        draft: Option<Uuid>,
    }
    /// Names one paper.
    struct OnePaper {
        /// The site.
        site: SiteId,
        /// The paper.
        paper: PaperId,
    }
    /// A paper with its number, as dossiers list it.
    struct NumberedPaper {
        /// The paper.
        paper: Paper,
        /// Its number; `None` until the office has given it one.
        number: Option<PaperNumber>,
        /// The number in words, such as 灌口镇整改〔2026〕3号, or what stands in its place until then.
        number_text: String,
        /// That it is void, if it is.
        void: Option<PaperVoid>,
    }
    /// A paper with all that is printed on it.
    struct PaperView {
        /// The paper.
        paper: NumberedPaper,
        /// The site.
        site: SiteId,
        /// What is known of the site; name, credit code, operator, telephone and address as they were when the paper was
        /// written.
        fields: SiteFields,
        /// County, town and village by name.
        path: Vec<String>,
        /// The problems that it is about.
        problems: Vec<Problem>,
    }
    /// A paper to be made void. Its number stays taken.
    struct VoidPaper {
        /// The id of the statement, made by the form.
        id: VoidId,
        /// The site.
        site: SiteId,
        /// The paper.
        paper: PaperId,
        /// Why.
        reason: String,
    }
    /// Which papers are meant.
    struct ListPapers {
        /// Of sites within this grid unit.
        grid: Option<GridCode>,
        /// Of this step.
        step: Option<EnforcementStep>,
        /// Written in this year, in China.
        year: Option<i32>,
        /// `next` of the page before; `None` for the first page.
        after: Option<String>,
        /// How many at most, 1 to 500.
        limit: u32,
    }
    /// A paper as a line of the register.
    struct PaperLine {
        /// The paper.
        paper: PaperId,
        /// The site.
        site: SiteId,
        /// The name of the site.
        site_name: String,
        /// Its village.
        grid: GridCode,
        /// The name of the village.
        village: String,
        /// The step.
        step: EnforcementStep,
        /// The number in words, or what stands in its place.
        number_text: String,
        /// Whether the office has given it a number.
        numbered: bool,
        /// By when something must be done, or answered.
        deadline: Option<NaiveDate>,
        /// Whether the site's person refused to sign.
        refused: bool,
        /// Whether it is void.
        void: bool,
        /// When it was written.
        at: DateTime<Utc>,
        /// Who wrote it.
        by: String,
    }
    /// One page of the register of papers, the latest first.
    struct PaperPage {
        /// The papers.
        papers: Vec<PaperLine>,
        /// Where the next page begins; `None` at the end.
        next: Option<String>,
    }
    /// A case that was filed against a site.
    struct RecordCase {
        /// Its id, made by the form.
        id: CaseId,
        /// The site.
        site: SiteId,
        /// The number of the case at the department.
        number: String,
        /// The department.
        department: String,
        /// The day on which it was filed.
        filed_on: NaiveDate,
        /// The fine in yuan; 0 while there is none.
        fine_yuan: u64,
        /// The task that led to it, if one did.
        task: Option<TaskId>,
    }
    /// What was found out about a resettlement alert.
    struct AnswerAlert {
        /// The id of the answer, made by the form.
        id: AlertAnswerId,
        /// The site in whose dossier the alert stands.
        site: SiteId,
        /// The alert.
        alert: AlertId,
        /// Whether the new site is the old one again.
        confirmed: bool,
        /// What was found out.
        comment: String,
    }
}
