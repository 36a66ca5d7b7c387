//! The ledger of a grid unit as a file, row by row.

use std::io::{self, Write};

use domain::GridCode;
use interchange::CsvLedger;
use store::{Reader, StoreError};
use wire::ApiError;

/// Why a ledger was not written.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The store cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Somebody stopped it.
    #[error(transparent)]
    Stopped(ApiError),
    /// The file cannot be written.
    #[error("the ledger cannot be written: {0}")]
    Write(#[source] io::Error),
}

/// Writes the ledger of a grid unit as CSV. `progress` is told how many rows are done, of how many, and may stop it.
/// Gives the writer back and the number of rows.
pub fn export_ledger<W: Write>(
    reader: &Reader<'_>,
    grid: &GridCode,
    writer: W,
    mut progress: impl FnMut(u64, u64) -> Result<(), ApiError>,
) -> Result<(W, u64), ExportError> {
    let total = reader.count_in(grid)?;
    let mut file = CsvLedger::new(writer).map_err(ExportError::Write)?;
    let mut done = 0;
    reader.each_site::<ExportError>(grid, |site| {
        if u64::is_multiple_of(done, 1_000) {
            progress(done, total).map_err(ExportError::Stopped)?;
        }
        done += 1;
        file.write(&site.row).map_err(ExportError::Write)
    })?;
    file.finish().map_err(ExportError::Write)
}
