//! Why a file cannot be used at all.

use crate::BadRow;

/// Why a file cannot be used at all. [`ReadError::code`] is stable, the sentence is not.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// No bytes, or nothing but blanks.
    #[error("the file is empty")]
    Empty,
    /// Too many bytes, in the file itself or once it is unpacked.
    #[error("the file has more than {limit} bytes")]
    TooManyBytes {
        /// The most bytes.
        limit: u64,
    },
    /// More rows than [`crate::MAX_ROWS`].
    #[error("the table has more than {limit} rows")]
    TooManyRows {
        /// The most rows.
        limit: u64,
    },
    /// More columns than [`crate::MAX_COLUMNS`].
    #[error("the table has more than {limit} columns")]
    TooManyColumns {
        /// The most columns.
        limit: usize,
    },
    /// More wrong cells than [`crate::MAX_BAD`].
    #[error(
        "more than {limit} cells are wrong, the first in row {row}, column {column}: {reason}",
        row = first.row, column = first.column.as_deref().unwrap_or("?"), reason = first.reason
    )]
    TooManyBad {
        /// The most wrong cells.
        limit: usize,
        /// The first of them.
        first: Box<BadRow>,
    },
    /// Neither CSV nor XLSX.
    #[error("the file is not a table (CSV or XLSX): it looks like {looks_like}")]
    NotATable {
        /// What it looks like, with an article.
        looks_like: &'static str,
    },
    /// An `.xls` file of Excel 97 to 2003. Not read, because its reader cannot be bounded.
    #[error("the file is an old Excel workbook (.xls): open it and save it as .xlsx")]
    LegacyWorkbook,
    /// A workbook with a password.
    #[error("the workbook is protected by a password: save it without one")]
    ProtectedWorkbook,
    /// A workbook that contradicts its own format.
    #[error("the workbook is damaged: {0}")]
    BrokenWorkbook(String),
    /// No row that holds the headings.
    #[error(
        "no row among the first {searched} holds the headings that are needed; missing: {missing}",
        missing = missing.join(", ")
    )]
    NoHeader {
        /// The number of rows that were searched.
        searched: usize,
        /// What the most likely row lacks; alternatives are separated by a stroke.
        missing: Vec<String>,
    },
    /// A quotation mark among the headings that is not closed: which column is which cannot be told.
    #[error("a quotation mark among the headings in row {row} is not closed properly")]
    QuoteMisplaced {
        /// The row of the headings.
        row: u64,
    },
    /// Text in an encoding that is none of UTF-8, GB18030 (which includes GBK and GB 2312) and marked UTF-16.
    #[error("the text is neither UTF-8 nor GB18030: save the file as UTF-8")]
    UnknownEncoding,
    /// Not a GeoJSON feature collection.
    #[error("the file is not a GeoJSON feature collection: {0}")]
    NotGeoJson(String),
    /// GeoJSON that says of itself that it is not in WGS-84.
    #[error("the outlines are in {0}: convert them to WGS-84")]
    NotWgs84(String),
    /// Longitude and latitude whose headings name different datums.
    #[error(
        "the columns {longitude} and {latitude} are not in the same datum: both must name it, or neither"
    )]
    DatumsDisagree {
        /// The heading of the longitude.
        longitude: String,
        /// The heading of the latitude.
        latitude: String,
    },
    /// Coordinates of Baidu's maps. They are not read, because converting them back is not exact.
    #[error("the column {heading} is in BD-09, the datum of Baidu's maps: give WGS-84 or GCJ-02 instead")]
    Bd09 {
        /// The heading.
        heading: String,
    },
    /// Outlines of more corners than are read from one file.
    #[error("the outlines have more than {limit} corners together: simplify them")]
    TooManyCorners {
        /// The most corners.
        limit: usize,
    },
}

impl ReadError {
    /// A stable name for a user interface to translate.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Empty => "file_empty",
            Self::TooManyBytes { .. } => "file_too_many_bytes",
            Self::TooManyRows { .. } => "file_too_many_rows",
            Self::TooManyColumns { .. } => "file_too_many_columns",
            Self::TooManyBad { .. } => "file_too_many_bad",
            Self::NotATable { .. } => "file_not_a_table",
            Self::LegacyWorkbook => "file_legacy_workbook",
            Self::ProtectedWorkbook => "file_protected_workbook",
            Self::BrokenWorkbook(_) => "file_broken_workbook",
            Self::NoHeader { .. } => "file_no_header",
            Self::QuoteMisplaced { .. } => "file_quote_misplaced",
            Self::UnknownEncoding => "file_unknown_encoding",
            Self::NotGeoJson(_) => "file_not_geojson",
            Self::NotWgs84(_) => "file_not_wgs84",
            Self::DatumsDisagree { .. } => "file_datums_disagree",
            Self::Bd09 { .. } => "file_bd09",
            Self::TooManyCorners { .. } => "file_too_many_corners",
        }
    }
}
