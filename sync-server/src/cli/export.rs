//! `export`

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use app::export_ledger;
use domain::GridCode;
use store::Store;

use super::{Complaint, known, open};

pub(super) fn run(data: &Path, grid: &GridCode, out: Option<&Path>) -> Result<(), Complaint> {
    let store = open(data)?;
    known(&store, grid)?;
    let Some(path) = out else {
        let stdout = BufWriter::new(std::io::stdout().lock());
        let (mut stdout, _) = store.read(|reader| export_ledger(reader, grid, stdout, |_, _| Ok(())))?;
        stdout.flush()?;
        return Ok(());
    };
    let unwritable = |error: std::io::Error| Complaint(format!("{}: {error}", path.display()));
    // A pipe or a device is written to as it is; a link is followed.
    let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let rows = if path.exists() && !path.is_file() {
        let mut file = BufWriter::new(File::options().write(true).open(&path).map_err(unwritable)?);
        let (_, rows) = store.read(|reader| export_ledger(reader, grid, &mut file, |_, _| Ok(())))?;
        file.flush().map_err(unwritable)?;
        rows
    } else {
        write_in_place(&store, grid, &path)?
    };
    eprintln!("{}: {rows} rows", path.display());
    Ok(())
}

/// Writes beside the file and then puts it in its place, so that a failure leaves the old file as it was.
fn write_in_place(store: &Store, grid: &GridCode, path: &Path) -> Result<u64, Complaint> {
    let unwritable = |error: std::io::Error| Complaint(format!("{}: {error}", path.display()));
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let new = path.with_file_name(format!(".{name}.{}.new", std::process::id()));
    let written = File::create(&new).map_err(unwritable).and_then(|file| {
        let (mut file, rows) =
            store.read(|reader| export_ledger(reader, grid, BufWriter::new(file), |_, _| Ok(())))?;
        file.flush().map_err(unwritable)?;
        file.get_ref().sync_all().map_err(unwritable)?;
        std::fs::rename(&new, path).map_err(unwritable)?;
        Ok(rows)
    });
    if written.is_err() {
        let _ = std::fs::remove_file(&new);
    }
    written
}
