//! The real files: what an office in Jimei hands over.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // helpers of tests, where a panic is the point

mod common;

use chrono::NaiveDate;
use common::{jimei, rows, sample};
use domain::{GridLevel, LatLon, LedgerColumn, LedgerRow, Verdict};
use interchange::{CsvLedger, read_boundaries, read_divisions, read_ledger};

/// These rows as CSV.
fn written(rows: &[LedgerRow]) -> Vec<u8> {
    let mut ledger = CsvLedger::new(Vec::new()).unwrap();
    for row in rows {
        ledger.write(row).unwrap();
    }
    let (bytes, count) = ledger.finish().unwrap();
    assert_eq!(count, rows.len() as u64);
    bytes
}

fn ledger(name: &str) -> Vec<LedgerRow> {
    rows(read_ledger(&sample(name), &jimei()).unwrap())
}

fn count(rows: &[LedgerRow], verdict: Verdict, done: Option<bool>) -> usize {
    rows.iter().filter(|row| row.verdict == Some(verdict) && (done.is_none() || row.done == done)).count()
}

#[test]
fn the_divisions_of_jimei() {
    let reading = read_divisions(&sample("divisions-350211.csv")).unwrap();
    assert_eq!((reading.items.len(), reading.bad.len()), (86, 0));
    assert_eq!((reading.items[0].row, reading.items[0].value.name.as_str()), (2, "福建省"));
    let donghui = "350211102207".parse().unwrap();
    let names = jimei().names(&donghui);
    assert_eq!((&*names.county, &*names.town, &*names.village), ("集美区", "灌口镇", "东辉村委会"));
    assert_eq!(jimei().unit(&donghui).unwrap().code.level(), GridLevel::Village);
}

#[test]
fn the_boundaries_of_its_villages() {
    let reading = read_boundaries(&sample("boundaries-350211.geojson")).unwrap();
    assert_eq!((reading.items.len(), reading.bad.len()), (69, 0));
    let donghui = &reading.items[0].value;
    assert_eq!(donghui.code().as_str(), "350211102207");
    assert!(donghui.contains(LatLon::new(24.66, 118.087).unwrap()));
}

#[test]
fn donghui_reads_the_same_from_csv_and_from_a_workbook() {
    let (csv, workbook) = (ledger("ledger-donghui.csv"), ledger("ledger-donghui.xlsx"));
    assert_eq!(csv, workbook);
    assert_eq!(csv.len(), 180);
    assert_eq!(csv.iter().filter(|row| row.verdict.is_some_and(Verdict::is_polluting)).count(), 158);
    assert_eq!((count(&csv, Verdict::Upgrade, None), count(&csv, Verdict::Upgrade, Some(true))), (128, 108));
    assert_eq!((count(&csv, Verdict::Relocate, None), count(&csv, Verdict::Relocate, Some(true))), (30, 22));
    assert_eq!(count(&csv, Verdict::ShutDown, None), 0);

    let first = &csv[0];
    assert_eq!(
        (&*first.name, &*first.telephone, &*first.village),
        ("闽南厦集五金加工厂", "12703118365", "东辉村委会")
    );
    assert_eq!(first.deadline, NaiveDate::from_ymd_opt(2023, 4, 27));
    assert_eq!((first.done, first.done_on), (Some(true), NaiveDate::from_ymd_opt(2023, 4, 26)));
    assert_eq!(first.place, Some(LatLon::new(24.660101, 118.090452).unwrap()));

    let reading = read_ledger(&sample("ledger-donghui.xlsx"), &jimei()).unwrap();
    assert_eq!(reading.items[0].row, 3, "the workbook has a title row");
}

#[test]
fn jimei_has_its_published_totals() {
    let rows = ledger("ledger-jimei.csv");
    assert_eq!(rows.len(), 1506);
    assert_eq!(rows.iter().filter(|row| row.verdict.is_some_and(Verdict::is_polluting)).count(), 371);
    let villages: std::collections::HashSet<_> = rows.iter().map(|row| &row.village_code).collect();
    assert_eq!(villages.len(), 69);
}

#[test]
fn what_is_written_is_read_again() {
    let rows = ledger("ledger-jimei.csv");
    let bytes = written(&rows);
    let reread = read_ledger(&bytes, &jimei()).unwrap();
    assert_eq!(reread.bad, []);
    assert_eq!(
        reread.items.iter().map(|item| &item.value).collect::<Vec<_>>(),
        rows.iter().collect::<Vec<_>>()
    );
    assert_eq!(written(&rows), bytes);
}

/// The cells of a sample as somebody else's program reads them.
fn records(bytes: &[u8]) -> Vec<Vec<String>> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap();
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(bytes);
    reader.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect()
}

#[test]
fn what_is_written_is_what_offices_write() {
    let sample = sample("ledger-donghui.csv");
    let ours = written(&rows(read_ledger(&sample, &jimei()).unwrap()));
    let (theirs, ours) = (records(&sample), records(&ours));
    assert_eq!(ours.len(), theirs.len());
    assert_eq!(ours[0].len(), LedgerColumn::ALL.len());
    for (theirs, ours) in theirs.iter().zip(&ours) {
        for (cell, written) in theirs.iter().zip(ours) {
            assert_eq!(cell, written.trim_end_matches('\t'));
        }
    }
}

#[test]
fn columns_in_any_order_below_titles_in_gb18030() {
    let mut table = records(&sample("ledger-donghui.csv"));
    for record in &mut table {
        record.reverse();
        record.swap(3, 17);
        record.insert(5, "某列".to_owned());
    }
    let mut csv = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
    csv.write_record(["集美区灌口镇“散乱污”企业整治台账"]).unwrap();
    csv.write_record(["填报单位:灌口镇人民政府", "", "填报日期:2023-06-30"]).unwrap();
    for record in table {
        csv.write_record(record).unwrap();
    }
    let text = String::from_utf8(csv.into_inner().unwrap()).unwrap();
    let (gb18030, _, unmappable) = encoding_rs::GB18030.encode(&text);
    assert!(!unmappable);
    assert_eq!(rows(read_ledger(&gb18030, &jimei()).unwrap()), ledger("ledger-donghui.csv"));

    let semicolons: String = text.replace(';', "；").replace(',', ";");
    assert!(read_ledger(semicolons.as_bytes(), &jimei()).unwrap().items.len() > 100);
}

#[test]
fn excels_unicode_text_is_utf_16_with_tabs() {
    let mut csv = csv::WriterBuilder::new().delimiter(b'\t').from_writer(Vec::new());
    for record in records(&sample("ledger-donghui.csv")) {
        csv.write_record(record).unwrap();
    }
    let text = String::from_utf8(csv.into_inner().unwrap()).unwrap();
    let little: Vec<u8> =
        std::iter::once(0xFEFF).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> =
        std::iter::once(0xFEFF).chain(text.encode_utf16()).flat_map(u16::to_be_bytes).collect();
    let expected = ledger("ledger-donghui.csv");
    for bytes in [little, big, text.into_bytes()] {
        assert_eq!(rows(read_ledger(&bytes, &jimei()).unwrap()), expected);
    }
}
