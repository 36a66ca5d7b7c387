//! The ledger: figures, rows, and whole files in and out.

use std::io::BufWriter;

use domain::problem::day_in_china;
use domain::{GridLevel, Totals};
use store::StoreError;
use wire::message::{
    Download, ExportLedger, ImportFile, ImportReport, LedgerFormat, LedgerLine, LedgerOf, LedgerPage,
    LedgerTotals, ListSites, UnitTotals, WorkStep,
};
use wire::{ApiError, ErrorCode};

use super::grid::{known, path};
use super::site::MOST_ROWS;
use super::text::day;
use crate::app::Ask;
use crate::error::Failure;
use crate::export::{ExportError, export_ledger};
use crate::import::{ImportOptions, import as import_file};

pub(super) fn totals(app: Ask<'_>, request: LedgerOf) -> Result<LedgerTotals, Failure> {
    let today = day_in_china(app.now());
    let period = request.period.map(|period| (period.from, period.to));
    for (field, given) in
        [("period.from", period.map(|days| days.0)), ("period.to", period.map(|days| days.1))]
    {
        day(field, given)?;
    }
    if period.is_some_and(|(from, to)| to < from) {
        return Err(ApiError::invalid("period.to", "the period ends before it begins")
            .because("before_start")
            .into());
    }
    app.store.read(|reader| {
        let unit = known(reader, &request.grid)?;
        let below = match request.grid.level() {
            GridLevel::Province => GridLevel::City,
            GridLevel::City => GridLevel::County,
            GridLevel::County => GridLevel::Town,
            GridLevel::Town | GridLevel::Village => GridLevel::Village,
        };
        let mut all = Totals::default();
        let mut beneath = Vec::new();
        for (code, totals) in reader.totals(&request.grid, below, today, period)? {
            all.add(&totals);
            if request.grid.level() != GridLevel::Village {
                let name = reader.unit(&code)?.map(|unit| unit.name).unwrap_or_default();
                beneath.push(UnitTotals { unit: domain::GridUnit { code, name }, totals });
            }
        }
        Ok(LedgerTotals { path: path(reader, &unit.code)?, of: UnitTotals { unit, totals: all }, beneath })
    })
}

pub(super) fn rows(app: Ask<'_>, request: ListSites) -> Result<LedgerPage, Failure> {
    let ListSites { filter, after, limit } = request;
    let today = day_in_china(app.now());
    app.store.read(|reader| {
        let page = reader.sites(&filter, today, after.as_deref(), limit.clamp(1, MOST_ROWS))?;
        let lines = page.sites.into_iter().map(|site| LedgerLine { site: site.id, row: site.row }).collect();
        Ok(LedgerPage { lines, next: page.next })
    })
}

pub(super) fn export(app: Ask<'_>, request: ExportLedger) -> Result<Download, Failure> {
    let ExportLedger { grid, format: LedgerFormat::Csv } = request;
    let running = app.work.begin(app.now())?;
    app.store.read(|reader| {
        let unit = known(reader, &grid)?;
        let day = day_in_china(app.now());
        let file_name = format!("{}-台账-{day}.csv", unit.name.replace(['/', '\\'], "-"));
        let (id, path) = app.uploads.new_download(&file_name)?;
        let unwritable = |source| StoreError::File { path: path.clone(), source };
        let rows = app.uploads.filled(&path, |file| {
            let written = export_ledger(reader, &grid, BufWriter::new(file), |done, total| {
                running.at(WorkStep::Writing, done, total)
            });
            written.map(|(_, rows)| rows).map_err(|error| match error {
                ExportError::Store(error) => Failure::from(error),
                ExportError::Stopped(error) => Failure(error),
                ExportError::Write(source) => Failure::from(unwritable(source)),
            })
        })?;
        let bytes = std::fs::metadata(&path).map_err(unwritable)?.len();
        Ok(Download { id, file_name, bytes, rows })
    })
}

pub(super) fn import(app: Ask<'_>, request: ImportFile) -> Result<ImportReport, Failure> {
    let ImportFile { upload, what, dry_run, skip_bad_rows } = request;
    let bytes = app.uploads.bytes(upload)?;
    let running = app.work.begin(app.now())?;
    let author = app.author("files.import");
    let scope = app.caller.scope.as_ref();
    let options = ImportOptions { scope, what, dry_run, skip_bad_rows };
    let report =
        import_file(&app.store, &bytes, options, &author, &|step, done, total| running.at(step, done, total))
            .map_err(|failure| match failure {
                crate::ImportFailure::File { code, message } => {
                    Failure(ApiError::new(ErrorCode::File, message).because(code))
                }
                crate::ImportFailure::Store(error) => Failure::from(error),
                crate::ImportFailure::Stopped(error) => Failure(error),
            })?;
    if report.written {
        app.uploads.remove(upload);
    }
    Ok(report)
}
