//! `export`

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use app::export_ledger;
use domain::GridCode;

use super::{Complaint, known, open};

pub(super) fn run(data: &Path, grid: &GridCode, out: Option<&Path>) -> Result<(), Complaint> {
    let app = open(data)?;
    known(&app, grid)?;
    let Some(path) = out else {
        let stdout = BufWriter::new(std::io::stdout().lock());
        let (mut stdout, _) =
            app.store().read(|reader| export_ledger(reader, grid, stdout, |_, _| Ok(())))?;
        stdout.flush()?;
        return Ok(());
    };
    // Beside the file and then in its place, so that a failure leaves the old file as it was.
    let new = path.with_extension("csv.new");
    let unwritable = |error: std::io::Error| Complaint(format!("{}: {error}", path.display()));
    let written = File::create(&new).map_err(unwritable).and_then(|file| {
        let (mut file, rows) =
            app.store().read(|reader| export_ledger(reader, grid, BufWriter::new(file), |_, _| Ok(())))?;
        file.flush().map_err(unwritable)?;
        file.get_ref().sync_all().map_err(unwritable)?;
        std::fs::rename(&new, path).map_err(unwritable)?;
        Ok(rows)
    });
    if written.is_err() {
        let _ = std::fs::remove_file(&new);
    }
    eprintln!("{}: {} rows", path.display(), written?);
    Ok(())
}
