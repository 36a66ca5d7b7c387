//! The sample data, and small files made up for a test.

use domain::LedgerRow;
use interchange::{GridDirectory, Reading, read_divisions};

/// One of the sample files, which stand beside the repository.
pub fn sample(name: &str) -> Vec<u8> {
    let path = format!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/{}"), name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("the sample data are needed: {path}: {error}"))
}

/// The villages of Jimei.
pub fn jimei() -> GridDirectory {
    let reading = read_divisions(&sample("divisions-350211.csv")).unwrap();
    assert_eq!(reading.bad, []);
    GridDirectory::new(reading.items.into_iter().map(|item| item.value).collect())
}

/// The rows of a reading without a wrong cell.
#[allow(dead_code)] // not every file of tests reads good rows
pub fn rows(reading: Reading<LedgerRow>) -> Vec<LedgerRow> {
    assert_eq!(reading.bad, []);
    reading.items.into_iter().map(|item| item.value).collect()
}
