//! Three-step enforcement and its three papers: the rectification notice (整改通知书), the record of cutting off and
//! clearing (两断三清) and the transfer notice to departments (抄告单).

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::words::words;
use crate::{CaseId, Dossier, GridCode, PaperId, PhotoHash, Position, ProblemId, SiteFields, TaskId, VoidId};

words! {
    /// The steps, in their order.
    EnforcementStep, "enforcement step" {
        /// A rectification notice with a deadline.
        Persuade = "persuade", "劝导";
        /// Water and power cut, raw materials, equipment and premises cleared.
        CutOff = "cut_off", "两断三清";
        /// Handed to departments.
        JointEnforcement = "joint_enforcement", "联合执法";
    }
}

impl EnforcementStep {
    /// The step that comes before.
    pub const fn predecessor(self) -> Option<Self> {
        match self {
            Self::Persuade => None,
            Self::CutOff => Some(Self::Persuade),
            Self::JointEnforcement => Some(Self::CutOff),
        }
    }

    /// The word in the number of its papers, such as 整改 in 灌口整改〔2026〕3号.
    pub const fn series(self) -> &'static str {
        match self {
            Self::Persuade => "整改",
            Self::CutOff => "断清",
            Self::JointEnforcement => "抄告",
        }
    }
}

words! {
    /// The five things that are cut off or cleared.
    Measure, "measure" {
        /// Water cut.
        Water = "water", "断水";
        /// Power cut.
        Power = "power", "断电";
        /// Raw materials cleared.
        RawMaterials = "raw_materials", "清原料";
        /// Equipment cleared.
        Equipment = "equipment", "清设备";
        /// Premises cleared.
        Premises = "premises", "清场地";
    }
}

/// One of the five ticks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct MeasureTaken {
    /// What was cut off or cleared.
    pub measure: Measure,
    /// When.
    pub at: DateTime<Utc>,
    /// The photo that shows it.
    pub photo: Option<PhotoHash>,
}

/// What the site's person did with a paper that was handed to them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Receipt {
    /// They signed on the screen.
    Signed {
        /// Who signed.
        name: String,
        /// The strokes, each a list of x, y, x, y … in a field of 600 by 240.
        strokes: Vec<Vec<u16>>,
    },
    /// They would not sign.
    Refused {
        /// Who saw it.
        witness: String,
    },
}

/// The field in which signatures are drawn: width and height.
pub const SIGNATURE_FIELD: (u16, u16) = (600, 240);
/// The most numbers that a signature may have.
pub const LONGEST_SIGNATURE: usize = 8_000;

/// Why strokes are no signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoSignature {
    /// Nothing was drawn, or a single dot.
    Empty,
    /// More than [`LONGEST_SIGNATURE`] numbers.
    TooLong,
    /// Half a point, or one outside of the field.
    Damaged,
}

impl NoSignature {
    /// The reason as a word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Empty => "signature_empty",
            Self::TooLong => "signature_too_long",
            Self::Damaged => "signature_damaged",
        }
    }
}

/// That these strokes can be a signature.
///
/// # Errors
/// When they are too few or too many, or lie outside of [`SIGNATURE_FIELD`].
pub fn check_signature(strokes: &[Vec<u16>]) -> Result<(), NoSignature> {
    let (width, height) = SIGNATURE_FIELD;
    if strokes.iter().map(Vec::len).sum::<usize>() > LONGEST_SIGNATURE {
        return Err(NoSignature::TooLong);
    }
    let mut points = 0_usize;
    for stroke in strokes {
        let (pairs, rest) = stroke.as_chunks::<2>();
        if pairs.is_empty() || !rest.is_empty() || pairs.iter().any(|[x, y]| *x > width || *y > height) {
            return Err(NoSignature::Damaged);
        }
        points = points.saturating_add(pairs.len());
    }
    if points < 2 { Err(NoSignature::Empty) } else { Ok(()) }
}

/// What a paper says beyond what all papers say.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum PaperContent {
    /// Rectification notice.
    Persuade {
        /// What must be done.
        requirements: String,
        /// By when.
        deadline: NaiveDate,
        /// Signed or refused.
        receipt: Receipt,
    },
    /// Record of cutting off and clearing.
    CutOff {
        /// The ticks, at most one for each measure.
        measures: Vec<MeasureTaken>,
        /// Signed or refused.
        receipt: Receipt,
    },
    /// Transfer notice.
    JointEnforcement {
        /// The departments that it goes to, at least one.
        departments: Vec<String>,
        /// What they are asked to do.
        request: String,
        /// By when they are asked to answer.
        reply_by: Option<NaiveDate>,
    },
}

impl PaperContent {
    /// The step that the paper belongs to.
    pub const fn step(&self) -> EnforcementStep {
        match self {
            Self::Persuade { .. } => EnforcementStep::Persuade,
            Self::CutOff { .. } => EnforcementStep::CutOff,
            Self::JointEnforcement { .. } => EnforcementStep::JointEnforcement,
        }
    }
}

/// Whom a paper is about, as it was known when the paper was written: what was signed does not change with the record.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Addressee {
    /// The name over the door.
    pub name: String,
    /// Credit code.
    pub credit_code: String,
    /// Who runs it.
    pub operator: String,
    /// Their telephone.
    pub telephone: String,
    /// The address in words.
    pub address: String,
}

impl From<&SiteFields> for Addressee {
    fn from(fields: &SiteFields) -> Self {
        Self {
            name: fields.name.clone(),
            credit_code: fields.credit_code.clone(),
            operator: fields.operator.clone(),
            telephone: fields.telephone.clone(),
            address: fields.address.clone(),
        }
    }
}

impl Addressee {
    /// What is known of the site, with what the paper says of it in its place.
    pub fn over(self, fields: SiteFields) -> SiteFields {
        let Self { name, credit_code, operator, telephone, address } = self;
        SiteFields { name, credit_code, operator, telephone, address, ..fields }
    }
}

/// One step of enforcement with its paper. Written once; a mistake makes it void, and its number stays taken.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Paper {
    /// Its id.
    pub id: PaperId,
    /// Whom it is about.
    pub addressee: Addressee,
    /// The problems that it is about.
    pub problems: Vec<ProblemId>,
    /// What was found, as the paper tells it.
    pub facts: String,
    /// What it says beyond that.
    pub content: PaperContent,
    /// Why the step was taken before its predecessor; empty otherwise.
    pub reason: String,
    /// Where it was written.
    pub position: Option<Position>,
    /// When it was written.
    pub at: DateTime<Utc>,
    /// Who wrote it.
    pub by: String,
}

impl Paper {
    /// Whether it says all that a paper of its step must say. Bodies of commands ask field by field; this is for papers
    /// that arrive from elsewhere.
    pub fn is_whole(&self) -> bool {
        let says = |text: &str| !text.trim().is_empty();
        let received = |receipt: &Receipt| match receipt {
            Receipt::Signed { name, strokes } => says(name) && check_signature(strokes).is_ok(),
            Receipt::Refused { witness } => says(witness),
        };
        says(&self.facts)
            && match &self.content {
                PaperContent::Persuade { requirements, deadline: _, receipt } => {
                    says(requirements) && received(receipt)
                }
                PaperContent::CutOff { measures, receipt } => {
                    let once = |measure: Measure| {
                        measures.iter().filter(|tick| tick.measure == measure).count() == 1
                    };
                    !measures.is_empty()
                        && measures.iter().all(|tick| once(tick.measure))
                        && received(receipt)
                }
                PaperContent::JointEnforcement { departments, request, reply_by: _ } => {
                    !departments.is_empty() && departments.iter().all(|name| says(name)) && says(request)
                }
            }
    }

    /// What stands on a paper in the place of its number until the office has given it one: short, and found again by
    /// it.
    pub fn provisional_number(&self) -> String {
        provisional_number(self.id)
    }
}

/// The same for a paper of which only the id is at hand.
pub fn provisional_number(paper: PaperId) -> String {
    let id = paper.0.simple().to_string();
    let tail = id.get(id.len().saturating_sub(6)..).unwrap_or_default();
    format!("临{}", tail.to_uppercase())
}

/// The highest number of a paper. No town writes so many in a year; what says more is damaged and counts as none.
pub const HIGHEST_NUMBER: u64 = 999_999;

impl Dossier {
    /// The number of one of the papers; `None` until the office has given it one.
    pub fn number_of(&self, paper: PaperId) -> Option<&PaperNumber> {
        self.paper_numbers
            .iter()
            .find(|number| number.paper == paper && (1..=HIGHEST_NUMBER).contains(&number.number))
    }

    /// That one of the papers is void, as it was first stated.
    pub fn void_of(&self, paper: PaperId) -> Option<&PaperVoid> {
        self.paper_voids.iter().find(|void| void.paper == paper)
    }

    /// The steps of enforcement that were taken: those of papers that are not void.
    pub fn steps_taken(&self) -> Vec<EnforcementStep> {
        let valid = self.papers.iter().filter(|paper| self.void_of(paper.id).is_none());
        valid.map(|paper| paper.content.step()).collect()
    }
}

/// The number that the office gave a paper: papers of one step are numbered 1, 2, 3 … for each town and year, in the
/// order in which they reached the office. Only the office gives numbers, so that people who write papers apart can
/// neither take the same one nor leave one out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct PaperNumber {
    /// The paper.
    pub paper: PaperId,
    /// The town.
    pub town: GridCode,
    /// The year in which it was written, in China.
    pub year: i32,
    /// The number, from 1.
    pub number: u64,
    /// When it was given.
    pub at: DateTime<Utc>,
}

/// That a paper is void. Written once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct PaperVoid {
    /// Its id.
    pub id: VoidId,
    /// The paper.
    pub paper: PaperId,
    /// Why.
    pub reason: String,
    /// When.
    pub at: DateTime<Utc>,
    /// Who.
    pub by: String,
}

/// A case that was filed against a site (立案). Written once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Case {
    /// Its id.
    pub id: CaseId,
    /// The number of the case at the department.
    pub number: String,
    /// The department.
    pub department: String,
    /// The day on which it was filed.
    pub filed_on: NaiveDate,
    /// The fine in yuan; 0 while there is none.
    pub fine_yuan: u64,
    /// The task that led to it, if one did.
    pub task: Option<TaskId>,
    /// When this was recorded.
    pub at: DateTime<Utc>,
    /// Who recorded it.
    pub by: String,
}

/// Why a step of enforcement cannot be taken as it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutOfOrder {
    /// Its predecessor was not taken, and no reason is given.
    NeedsReason(EnforcementStep),
}

/// Whether a step may be taken after those on record: the step before it was taken, or a reason is given.
pub fn in_turn(step: EnforcementStep, taken: &[EnforcementStep], reason: &str) -> Result<(), OutOfOrder> {
    match step.predecessor() {
        Some(before) if !taken.contains(&before) && reason.trim().is_empty() => {
            Err(OutOfOrder::NeedsReason(before))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;
