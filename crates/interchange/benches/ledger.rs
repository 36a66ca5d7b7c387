//! A ledger of 100,000 rows, read and written.

use domain::LedgerRow;
use interchange::{CsvLedger, GridDirectory, read_divisions, read_ledger};

const ROWS: usize = 100_000;

fn main() {
    divan::main();
}

fn sample(name: &str) -> Vec<u8> {
    let path = format!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/{}"), name);
    std::fs::read(&path).unwrap_or_else(|error| unreachable!("the sample data are needed: {path}: {error}"))
}

fn jimei() -> GridDirectory {
    let reading = read_divisions(&sample("divisions-350211.csv"));
    GridDirectory::new(reading.into_iter().flat_map(|reading| reading.items).map(|item| item.value).collect())
}

/// Jimei's rows over and over, each under a name of its own.
fn rows() -> Vec<LedgerRow> {
    let reading = read_ledger(&sample("ledger-jimei.csv"), &jimei());
    let sites: Vec<LedgerRow> =
        reading.into_iter().flat_map(|reading| reading.items).map(|item| item.value).collect();
    let again = |(number, site): (usize, &LedgerRow)| {
        let credit_code = if number < sites.len() { site.credit_code.clone() } else { String::new() };
        LedgerRow { name: format!("{}{number}", site.name), credit_code, ..site.clone() }
    };
    sites.iter().cycle().take(ROWS).enumerate().map(again).collect()
}

fn written(rows: &[LedgerRow]) -> Vec<u8> {
    let write = || {
        let mut ledger = CsvLedger::new(Vec::new())?;
        rows.iter().try_for_each(|row| ledger.write(row))?;
        Ok::<_, std::io::Error>(ledger.finish()?.0)
    };
    write().unwrap_or_else(|error| unreachable!("memory does not fail: {error}"))
}

#[divan::bench(sample_count = 10)]
fn write_100_000_rows(bencher: divan::Bencher<'_, '_>) {
    let rows = rows();
    bencher.bench(|| written(divan::black_box(&rows)));
}

#[divan::bench(sample_count = 10)]
fn read_100_000_rows(bencher: divan::Bencher<'_, '_>) {
    let (bytes, directory) = (written(&rows()), jimei());
    bencher.bench(|| {
        let reading = read_ledger(divan::black_box(&bytes), &directory);
        assert!(reading.as_ref().is_ok_and(|reading| reading.items.len() == ROWS && reading.bad.is_empty()));
        reading
    });
}
