//! Ledgers: figures, rows, and files in and out.

use chrono::NaiveDate;
use domain::{GridCode, GridUnit, LedgerRow, SiteId, Totals};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use uuid::Uuid;

use super::messages;

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
    /// Petitions and assigned tasks as CSV or XLSX.
    Tasks,
}

messages! {
    /// Days in China, both counted.
    struct Period {
        /// The first.
        from: NaiveDate,
        /// The last.
        to: NaiveDate,
    }
    /// A grid unit whose ledger is meant.
    struct LedgerOf {
        /// The grid unit.
        grid: GridCode,
        /// Count inspections, photos and problems found of these days only; of all days if there is none. The verdicts
        /// are always as of now.
        period: Option<Period>,
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
}
