//! Quotation marks in CSV: a stray one costs its own row, and no other.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // helpers of tests, where a panic is the point

mod common;

use std::sync::OnceLock;

use common::jimei;
use interchange::{GridDirectory, ReadError, Reading, read_ledger};
use proptest::prelude::*;

fn directory() -> &'static GridDirectory {
    static JIMEI: OnceLock<GridDirectory> = OnceLock::new();
    JIMEI.get_or_init(jimei)
}

fn read(rows: &str) -> Reading<domain::LedgerRow> {
    read_ledger(format!("村居代码,企业名称,备注\n{rows}").as_bytes(), directory()).unwrap()
}

/// The names and remarks that were read, and the bad rows as "row column: code".
fn outcome(rows: &str) -> (Vec<String>, Vec<String>) {
    let reading = read(rows);
    let good = |row: &domain::LedgerRow| format!("{}|{}", row.name, row.remark);
    (
        reading.items.iter().map(|item| format!("{} {}", item.row, good(&item.value))).collect(),
        reading
            .bad
            .iter()
            .map(|bad| format!("{} {}: {}", bad.row, bad.column.as_deref().unwrap(), bad.reason.code()))
            .collect(),
    )
}

#[test]
fn a_stray_quotation_mark_costs_only_its_row() {
    let v = "350211102207";
    for (rows, good, bad) in [
        // Never closed.
        (
            format!("{v},\"甲,\n{v},乙,\n\n{v},丙,"),
            vec!["3 乙|", "5 丙|"],
            vec!["2 企业名称: quote_misplaced"],
        ),
        (format!("{v},甲,\"x"), vec![], vec!["2 备注: quote_misplaced"]),
        // Closed by the opening of a later cell.
        (
            format!("{v},\"甲,\n{v},乙,\"一,二\"\n{v},丙,\"\"\n"),
            vec!["3 乙|一,二", "4 丙|"],
            vec!["2 企业名称: quote_misplaced"],
        ),
        // Closed too early.
        (
            format!("{v},\"甲\"厂,\n{v},\"乙\" ,\n{v},丙,\n"),
            vec!["4 丙|"],
            vec!["2 企业名称: quote_misplaced", "3 企业名称: quote_misplaced"],
        ),
        // A cell of several lines before it counts as one row.
        (format!("{v},\"甲\n厂\",\"x\n{v},乙,\"y\"\n"), vec!["3 乙|y"], vec!["2 备注: quote_misplaced"]),
        // The rest of a cell of several lines is told as a row of its own rather than lost.
        (
            format!("{v},甲,\"一\n他说\"好\"的\"\n{v},乙,\n"),
            vec!["4 乙|"],
            vec!["2 备注: quote_misplaced", "3 村居代码: grid_code_malformed", "3 企业名称: missing"],
        ),
        // Where no heading stands.
        (format!("{v},甲,,\"x\n{v},乙,\n"), vec!["3 乙|"], vec!["2 D: quote_misplaced"]),
        // Right.
        (
            format!(
                "{v},\"甲\"\"乙\"\"\",\"一,\r\n二\"\r\n{v},\"丙\",\"\"\"\"\r\n{v},5\" 管,a\"b\"\r\n\"{v}\",丁,\"x\""
            ),
            vec!["2 甲\"乙\"|一,\n二", "3 丙|\"", "4 5\" 管|a\"b\"", "5 丁|x"],
            vec![],
        ),
    ] {
        let (found_good, found_bad) = outcome(&rows);
        assert_eq!(
            (found_good, found_bad),
            (good.into_iter().map(str::to_owned).collect(), bad.into_iter().map(str::to_owned).collect()),
            "{rows}"
        );
    }
}

#[test]
fn torn_headings_are_no_headings() {
    let table = "台账\n村居代码,企业名称,\"备注\n350211102207,甲,\n";
    assert_eq!(read_ledger(table.as_bytes(), directory()).unwrap_err(), ReadError::QuoteMisplaced { row: 2 });
    // A title may be torn.
    let table = "\"台账\n村居代码,企业名称,备注\n350211102207,甲,\"x\"\n";
    assert_eq!(read_ledger(table.as_bytes(), directory()).unwrap().items[0].row, 3);
}

#[test]
fn many_stray_quotation_marks_take_no_longer() {
    for line in ["350211102207,\"甲\n", "\"\n", "x,\"\"\"\n", "\"\"\"\"x\n", "a,\"b\"\"\n", "\",\",\"\n"] {
        let table = format!("村居代码,企业名称\n{}", line.repeat(15_000));
        let _ = read_ledger(table.as_bytes(), directory());
    }
    let table = format!("村居代码,企业名称\n\"{}", "\"\"\n".repeat(200_000));
    let _ = read_ledger(table.as_bytes(), directory());
}

proptest! {
    /// Rows without quotation marks are read whatever the rows around them are, if those do not close what they open.
    #[test]
    fn rows_with_a_stray_mark_leave_the_others_alone(torn in proptest::collection::vec(any::<bool>(), 1..30)) {
        let row = |(number, torn): (usize, &bool)| {
            let mark = if *torn { "\"" } else { "" };
            format!("350211102207,{mark}厂{number},\"a,b\"\n")
        };
        let table: String = torn.iter().enumerate().map(row).collect();
        let reading = read(&table);
        let rows = |wanted: bool| (2..).zip(&torn).filter(move |(_, torn)| **torn == wanted).map(|(row, _)| row);
        prop_assert_eq!(reading.items.iter().map(|item| item.row).collect::<Vec<u64>>(), rows(false).collect::<Vec<_>>());
        prop_assert_eq!(reading.bad.iter().map(|bad| bad.row).collect::<Vec<u64>>(), rows(true).collect::<Vec<_>>());
    }

    /// What the `csv` crate writes is read as it was meant.
    #[test]
    fn what_is_rightly_quoted_is_read(cells in proptest::collection::vec("[a\",\n;一]{0,6}", 1..20)) {
        let mut csv = csv::Writer::from_writer(Vec::new());
        csv.write_record(["村居代码", "企业名称", "备注"]).unwrap();
        for (number, cell) in cells.iter().enumerate() {
            csv.write_record(["350211102207", &format!("厂{number}"), &format!("<{cell}>")]).unwrap();
        }
        let reading = read_ledger(&csv.into_inner().unwrap(), directory()).unwrap();
        prop_assert_eq!(&reading.bad, &[]);
        let found: Vec<_> = reading.items.iter().map(|item| (item.row, item.value.remark.clone())).collect();
        let expected: Vec<_> = (2..).zip(cells.iter().map(|cell| format!("<{cell}>"))).collect();
        prop_assert_eq!(found, expected);
    }
}
