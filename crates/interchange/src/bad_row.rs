//! One wrong cell, and what is wrong with it.

/// The longest text of a cell that is repeated, in characters.
const MAX_VALUE: usize = 80;

/// One wrong cell of a row that was therefore not read.
#[derive(Debug, Clone, PartialEq)]
pub struct BadRow {
    /// The row as a spreadsheet shows it, from 1, title rows counted, within its sheet; for GeoJSON the number of the
    /// feature, from 1.
    pub row: u64,
    /// The heading of the column as it stands in the file, the official one where the file has no such column, the
    /// letters of the column (`AF`) where its heading is not known; or the name of the property. Where several sheets
    /// of a workbook are read, the name of the sheet stands in front: `东辉!纬度`.
    pub column: Option<String>,
    /// The text of the cell, shortened to 80 characters; for GeoJSON the name of the feature.
    pub value: String,
    /// What is wrong.
    pub reason: Reason,
}

impl BadRow {
    pub(crate) fn new(row: u64, column: Option<String>, value: &str, reason: Reason) -> Self {
        let mut shortened: String = value.chars().take(MAX_VALUE).collect();
        if shortened.len() < value.len() {
            shortened.pop();
            shortened.push('…');
        }
        Self { row, column, value: shortened, reason }
    }
}

/// What is wrong with a cell. [`Reason::code`] is stable, the sentence is not.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Reason {
    /// A cell that must be filled is empty.
    #[error("this must not be empty")]
    Missing,
    /// Neither a petition nor an assigned task.
    #[error("this must be 信访 or 上级交办")]
    TaskKindUnknown,
    /// More characters than are kept.
    #[error("the text is longer than {limit} characters")]
    TooLong {
        /// The most characters.
        limit: usize,
    },
    /// The spreadsheet itself shows an error, such as `#REF!`.
    #[error("the spreadsheet shows an error here")]
    SpreadsheetError,
    /// Not a day, or one outside the years 1900 to 2199.
    #[error("this is not a date; write 2023-04-27")]
    NotADate,
    /// Not a number in decimal notation.
    #[error("this is not a number")]
    NotANumber,
    /// No division code.
    #[error("this is not a division code: {0}")]
    GridCodeMalformed(#[from] domain::GridCodeError),
    /// A division code that is not among the known ones.
    #[error("no grid unit has this code")]
    GridCodeUnknown,
    /// The code of a town or something higher, where a village is needed.
    #[error("this is not the code of a village, which has 12 digits")]
    GridCodeNotAVillage,
    /// No known village has this name, in the town and county that the row names.
    #[error("no village has this name")]
    VillageUnknown,
    /// Several villages have this name.
    #[error("several villages have this name: add the town, or the code")]
    VillageAmbiguous,
    /// A credit code of the wrong length.
    #[error("a credit code has 18 characters, this one {count}")]
    CreditCodeLength {
        /// The number of characters.
        count: usize,
    },
    /// A character that credit codes do not have.
    #[error("a credit code has no {character:?}")]
    CreditCodeCharacter {
        /// The character.
        character: char,
    },
    /// A credit code with a slip in it: its check character does not fit.
    #[error("the last character of this credit code should be {expected:?}: one of its characters is wrong")]
    CreditCodeCheck {
        /// The check character that would fit.
        expected: char,
    },
    /// A longitude without a latitude, or the other way round.
    #[error("longitude and latitude must both be given, or neither")]
    PositionIncomplete,
    /// No place on earth.
    #[error("{0}")]
    PositionOutOfRange(#[from] domain::PositionError),
    /// Neither 是 nor 否.
    #[error("this must be 是 or 否")]
    PollutingUnknown,
    /// None of the verdicts.
    #[error("this is none of 提升改造, 整合搬迁, 关停取缔")]
    VerdictUnknown,
    /// Polluting, but nothing said of what is to become of it.
    #[error("a polluting site needs a verdict: 提升改造, 整合搬迁 or 关停取缔")]
    VerdictMissing,
    /// 否 with a verdict for polluting sites, or 是 with the verdict that it is not.
    #[error("the verdict contradicts whether the site is polluting")]
    PollutingContradictsVerdict,
    /// A plan for a site of which nobody said whether it is polluting.
    #[error("there is a plan here, but no verdict")]
    PlanWithoutVerdict,
    /// Neither done nor in progress.
    #[error("this must be 已完成 or 整治中")]
    ProgressUnknown,
    /// A day of completion for a site that is said not to be done, or to be clean.
    #[error("a day of completion needs a polluting site that is 已完成")]
    DoneOnWithoutDone,
    /// None of the sources.
    #[error("this is no known source of a problem")]
    SourceUnknown,
    /// None of the levels.
    #[error("this is no level of a grid unit")]
    LevelUnknown,
    /// A level that the length of the code contradicts.
    #[error("the code belongs to another level")]
    LevelContradictsCode,
    /// A parent that is not the beginning of the code.
    #[error("the code does not begin with this parent's")]
    ParentContradictsCode,
    /// The same unit or the same site a second time.
    #[error("row {row} says the same already")]
    DuplicateInFile {
        /// The earlier row: `3`, or `东辉!3` where several sheets are read.
        row: String,
    },
    /// The id of a site that is no UUID.
    #[error("this is not the id of a site: leave the column as it was written, or leave it empty")]
    SiteIdMalformed,
    /// A quotation mark that opens a cell and is not closed by one that stands before a delimiter or at the end of a
    /// line: what belongs to the cell is anybody's guess. The row is taken to end with the line.
    #[error("a quotation mark opens this cell and does not close it properly")]
    QuoteMisplaced,
    /// Text to the right of the last heading, as an unquoted comma leaves it there.
    #[error("there is text here, beyond the last heading: is there a comma too many?")]
    CellBeyondHeadings,
    /// In a grid unit that whoever imports is not responsible for.
    #[error("this lies outside of what you are responsible for")]
    OutsideScope,
    /// A site that is on record in another village. Found by whoever compares with the record.
    #[error("this site is on record in {village}")]
    RegisteredElsewhere {
        /// The name of that village.
        village: String,
    },
    /// An outline with so many corners that it cannot be synced. Found by whoever puts it on record.
    #[error("the outline takes more than {limit} bytes: simplify it")]
    OutlineTooLarge {
        /// The most bytes.
        limit: usize,
    },
    /// A feature that does not follow RFC 7946.
    #[error("this is not a GeoJSON feature: {0}")]
    FeatureMalformed(String),
    /// A point, a line, or nothing at all.
    #[error("the shape must be a Polygon or a MultiPolygon")]
    NotAPolygon,
    /// A ring whose last corner is not its first.
    #[error("a ring is not closed")]
    RingOpen,
    /// A ring with fewer than three different corners, or without an area.
    #[error("a ring encloses nothing")]
    RingEmpty,
    /// A ring that crosses itself.
    #[error("a ring crosses itself")]
    RingCrossesItself,
    /// A ring with more corners than are checked.
    #[error("a ring has more than {limit} corners: simplify the outline")]
    RingTooLong {
        /// The most corners.
        limit: usize,
    },
    /// Latitude before longitude, where GeoJSON has longitude first.
    #[error("latitude and longitude are swapped: GeoJSON has the longitude first")]
    AxesSwapped,
    /// A hole that is not within its outline.
    #[error("a hole lies outside the outline that it belongs to")]
    HoleOutside,
    /// Two holes, or two parts of one unit, that overlap.
    #[error("two rings of the outline overlap")]
    RingsOverlap,
    /// A unit of more rings than are checked.
    #[error("the outline has more than {limit} rings: simplify it")]
    TooManyRings {
        /// The most rings.
        limit: usize,
    },
    /// What the domain refuses about an outline otherwise.
    #[error("{0}")]
    BoundaryRefused(domain::BoundaryError),
}

impl Reason {
    /// A stable name for a user interface to translate.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::TaskKindUnknown => "task_kind_unknown",
            Self::Missing => "missing",
            Self::TooLong { .. } => "too_long",
            Self::SpreadsheetError => "spreadsheet_error",
            Self::NotADate => "not_a_date",
            Self::NotANumber => "not_a_number",
            Self::GridCodeMalformed(_) => "grid_code_malformed",
            Self::GridCodeUnknown => "grid_code_unknown",
            Self::GridCodeNotAVillage => "grid_code_not_a_village",
            Self::VillageUnknown => "village_unknown",
            Self::VillageAmbiguous => "village_ambiguous",
            Self::CreditCodeLength { .. } => "credit_code_length",
            Self::CreditCodeCharacter { .. } => "credit_code_character",
            Self::CreditCodeCheck { .. } => "credit_code_check",
            Self::PositionIncomplete => "position_incomplete",
            Self::PositionOutOfRange(_) => "position_out_of_range",
            Self::PollutingUnknown => "polluting_unknown",
            Self::VerdictUnknown => "verdict_unknown",
            Self::VerdictMissing => "verdict_missing",
            Self::PollutingContradictsVerdict => "polluting_contradicts_verdict",
            Self::PlanWithoutVerdict => "plan_without_verdict",
            Self::ProgressUnknown => "progress_unknown",
            Self::DoneOnWithoutDone => "done_on_without_done",
            Self::SourceUnknown => "source_unknown",
            Self::LevelUnknown => "level_unknown",
            Self::LevelContradictsCode => "level_contradicts_code",
            Self::ParentContradictsCode => "parent_contradicts_code",
            Self::DuplicateInFile { .. } => "duplicate_in_file",
            Self::SiteIdMalformed => "site_id_malformed",
            Self::QuoteMisplaced => "quote_misplaced",
            Self::CellBeyondHeadings => "cell_beyond_headings",
            Self::OutsideScope => "outside_scope",
            Self::RegisteredElsewhere { .. } => "registered_elsewhere",
            Self::OutlineTooLarge { .. } => "outline_too_large",
            Self::FeatureMalformed(_) => "feature_malformed",
            Self::NotAPolygon => "not_a_polygon",
            Self::RingOpen => "ring_open",
            Self::RingEmpty => "ring_empty",
            Self::RingCrossesItself => "ring_crosses_itself",
            Self::RingTooLong { .. } => "ring_too_long",
            Self::AxesSwapped => "axes_swapped",
            Self::HoleOutside => "hole_outside",
            Self::RingsOverlap => "rings_overlap",
            Self::TooManyRings { .. } => "too_many_rings",
            Self::BoundaryRefused(_) => "boundary_refused",
        }
    }
}

impl From<domain::CreditCodeError> for Reason {
    fn from(error: domain::CreditCodeError) -> Self {
        match error {
            domain::CreditCodeError::Length(_, count) => Self::CreditCodeLength { count },
            domain::CreditCodeError::Character(_, character) => Self::CreditCodeCharacter { character },
            domain::CreditCodeError::CheckCharacter(_, expected) => Self::CreditCodeCheck { expected },
        }
    }
}
