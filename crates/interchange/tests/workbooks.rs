//! Workbooks: what spreadsheets keep in cells, and workbooks made to do harm.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // helpers of tests, where a panic is the point

mod common;

use std::io::{Cursor, Write};

use chrono::NaiveDate;
use common::{jimei, rows, sample};
use interchange::{GridDirectory, ReadError, read_divisions, read_ledger};
use proptest::prelude::*;
use zip::write::SimpleFileOptions;

fn directory() -> &'static GridDirectory {
    static JIMEI: std::sync::OnceLock<GridDirectory> = std::sync::OnceLock::new();
    JIMEI.get_or_init(jimei)
}

/// A workbook of these parts.
fn package(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(content).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

const RELATIONSHIPS: &[u8] = br#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="r2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet2.xml"/></Relationships>"#;
const PACKAGE_RELATIONSHIPS: &[u8] = br#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r0" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
const STYLES: &[u8] = br#"<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="46"/></cellXfs></styleSheet>"#;
const STRINGS: &[u8] = br#"<?xml version="1.0"?><sst uniqueCount="1"><si><t>x</t></si></sst>"#;

/// A workbook of two sheets with these rows of cells; style 1 is a date, style 2 a span of time.
fn workbook(properties: &str, first: &str, second: &str, strings: &[u8]) -> Vec<u8> {
    workbook_of(properties, ["a\"", "b\""], first, second, strings)
}

/// The same with sheets of these names, each with its closing quotation mark and what else the element says.
fn workbook_of(properties: &str, names: [&str; 2], first: &str, second: &str, strings: &[u8]) -> Vec<u8> {
    let [name, other] = names;
    let book = format!(
        r#"<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><workbookPr {properties}/><sheets><sheet name="{name} sheetId="1" r:id="r1"/><sheet name="{other} sheetId="2" r:id="r2"/></sheets></workbook>"#
    );
    let sheet = |rows: &str| {
        format!(
            r#"<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{rows}</sheetData></worksheet>"#
        )
    };
    package(&[
        ("_rels/.rels", PACKAGE_RELATIONSHIPS),
        ("xl/workbook.xml", book.as_bytes()),
        ("xl/_rels/workbook.xml.rels", RELATIONSHIPS),
        ("xl/styles.xml", STYLES),
        ("xl/sharedStrings.xml", strings),
        ("xl/worksheets/sheet1.xml", sheet(first).as_bytes()),
        ("xl/worksheets/sheet2.xml", sheet(second).as_bytes()),
    ])
}

fn text(place: &str, text: &str) -> String {
    format!(r#"<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>"#)
}

fn number(place: &str, style: u8, number: &str) -> String {
    format!(r#"<c r="{place}" s="{style}"><v>{number}</v></c>"#)
}

fn row(number: u32, cells: &[String]) -> String {
    format!(r#"<row r="{number}">{}</row>"#, cells.concat())
}

fn headings(at: u32) -> String {
    let names = ["企业名称", "村居代码", "联系电话", "整治类型", "整治期限", "经度", "纬度"];
    let cells: Vec<String> =
        ('A'..).zip(names).map(|(column, name)| text(&format!("{column}{at}"), name)).collect();
    row(at, &cells)
}

fn site(at: u32, deadline: &str) -> String {
    let cells = [
        text(&format!("A{at}"), "曾美服装厂"),
        number(&format!("B{at}"), 0, "350211102207"),
        number(&format!("C{at}"), 0, "12703118365"),
        text(&format!("D{at}"), "提升改造"),
        deadline.to_owned(),
        number(&format!("F{at}"), 0, "118.09429"),
        number(&format!("G{at}"), 0, "24.66"),
    ];
    row(at, &cells)
}

#[test]
fn numbers_and_dates_are_what_was_typed() {
    let day = NaiveDate::from_ymd_opt(2023, 4, 27);
    // 2023-04-27 is day 45043 since 1900, and 43581 since 1904.
    for (properties, serial) in [("", "45043"), ("date1904=\"1\"", "43581"), ("", "45043.75")] {
        let sheet = headings(3) + &site(7, &number("E7", 1, serial));
        let bytes = workbook(properties, "", &sheet, STRINGS);
        let reading = read_ledger(&bytes, &jimei()).unwrap();
        assert_eq!(reading.items[0].row, 7);
        let first = &rows(reading)[0];
        assert_eq!(
            (first.village_code.as_str(), &*first.telephone, first.deadline),
            ("350211102207", "12703118365", day)
        );
        assert_eq!(first.place.unwrap().longitude(), 118.09429);
    }
}

#[test]
fn cells_that_are_no_dates_are_told() {
    let error = r##"<c r="E7" t="e"><v>#REF!</v></c>"##;
    for (deadline, code, value) in [
        (number("E7", 2, "0.5"), "not_a_date", ""),
        (number("E7", 0, "45043"), "not_a_date", "45043"),
        (number("E7", 1, "1e300"), "not_a_date", ""),
        (error.to_owned(), "spreadsheet_error", "#REF!"),
    ] {
        let bytes = workbook("", &(headings(1) + &site(7, &deadline)), "", STRINGS);
        let reading = read_ledger(&bytes, &jimei()).unwrap();
        let found: Vec<_> =
            reading.bad.iter().map(|bad| (bad.row, bad.reason.code(), bad.value.as_str())).collect();
        assert_eq!(found, [(7, code, value)]);
    }
}

#[test]
fn divisions_may_come_in_a_workbook() {
    let sheet = row(1, &[text("A1", "代码"), text("B1", "名称")])
        + &row(2, &[number("A2", 0, "35"), text("B2", "福建省")]);
    let reading = read_divisions(&workbook("", &sheet, "", STRINGS)).unwrap();
    assert_eq!((reading.items.len(), reading.bad.len()), (1, 0));
}

#[test]
fn every_visible_sheet_with_headings_is_read() {
    let first = headings(1) + &site(3, &number("E3", 0, "1"));
    let second = headings(2) + &site(3, "") + &site(4, "");
    let bytes = workbook_of("", ["东辉\"", "双岭\""], &first, &second, STRINGS);
    let reading = read_ledger(&bytes, &jimei()).unwrap();
    let found: Vec<_> = reading
        .bad
        .iter()
        .map(|bad| (bad.row, bad.column.as_deref().unwrap(), bad.reason.to_string()))
        .collect();
    let same = |row: &str| format!("row {row} says the same already");
    assert_eq!(
        found,
        [
            (3, "东辉!整治期限", "this is not a date; write 2023-04-27".to_owned()),
            (3, "双岭!企业名称", same("东辉!3")),
            (4, "双岭!企业名称", same("东辉!3")),
        ]
    );

    let second = row(1, &[text("A1", "村居代码"), text("B1", "企业名称")])
        + &row(2, &[text("A2", "350211102207"), text("B2", "乙"), text("C2", "丙")])
        + &row(3, &[text("A3", "350211102207"), text("B3", "乙")]);
    let first = headings(1) + &site(3, "");
    let rows_and_columns = |names| {
        let reading = read_ledger(&workbook_of("", names, &first, &second, STRINGS), &jimei()).unwrap();
        let rows: Vec<u64> = reading.items.iter().map(|item| item.row).collect();
        (rows, reading.bad.into_iter().map(|bad| bad.column.unwrap()).collect::<Vec<_>>())
    };
    assert_eq!(rows_and_columns(["a\"", "b\""]), (vec![3, 3], vec!["b!C".to_owned()]));
    assert_eq!(rows_and_columns(["a\"", "b\" state=\"hidden\""]), (vec![3], vec![]));
    assert_eq!(rows_and_columns(["a\" state=\"veryHidden\"", "b\""]), (vec![3], vec!["C".to_owned()]));
}

fn refusal(bytes: &[u8]) -> ReadError {
    read_ledger(bytes, &jimei()).unwrap_err()
}

#[test]
fn a_workbook_that_cannot_be_used_says_why() {
    let ReadError::NoHeader { missing, .. } =
        refusal(&workbook("", &row(1, &[text("A1", "企业名称")]), "", STRINGS))
    else {
        panic!()
    };
    assert_eq!(missing, ["村居代码 / 村居"]);
    assert_eq!(
        refusal(&package(&[("word/document.xml", b"<w/>")])),
        ReadError::NotATable { looks_like: "a Word document" }
    );
    assert_eq!(
        refusal(&package(&[("photo.jpg", b"x")])),
        ReadError::NotATable { looks_like: "a ZIP archive" }
    );
    assert_eq!(refusal(b"PK\x03\x04 cut off").code(), "file_broken_workbook");
    let whole = sample("ledger-donghui.xlsx");
    assert_eq!(refusal(&whole[..whole.len() / 2]).code(), "file_broken_workbook");
    assert_eq!(refusal(&package(&[("xl/workbook.xml", b"<workbook")])).code(), "file_broken_workbook");
}

/// Half a gigabyte in half a megabyte: the same sheet of blanks many times.
fn bomb() -> Vec<u8> {
    let blanks = vec![b' '; 8 * 1024 * 1024];
    let small = package(&[("sheet.xml", &blanks)]);
    let mut small = zip::ZipArchive::new(Cursor::new(small)).unwrap();
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file("xl/workbook.xml", SimpleFileOptions::default()).unwrap();
    for number in 0..64 {
        zip.raw_copy_file_rename(small.by_index(0).unwrap(), format!("xl/worksheets/sheet{number}.xml"))
            .unwrap();
    }
    zip.finish().unwrap().into_inner()
}

#[test]
fn a_workbook_made_to_do_harm_is_refused() {
    let bomb = bomb();
    assert!(bomb.len() < 1024 * 1024);
    assert_eq!(refusal(&bomb).code(), "file_too_many_bytes");

    let sheet = headings(1) + &site(2, "");
    for strings in [
        br#"<sst uniqueCount="99999999999999"><si/></sst>"#.as_slice(),
        br#"<?xml version="1.0"?><x:sst uniqueCount = '99999999999999'/>"#,
        br#"<!-- <sst> --><sst uniqueCount="99999999999999"/>"#,
        br#"<a><sst uniqueCount="99999999999999"/></a>"#,
    ] {
        assert_eq!(refusal(&workbook("", &sheet, "", strings)).code(), "file_broken_workbook");
    }

    // A range from corner to corner would have 17 milliards of cells.
    let far = headings(1) + &row(1_048_576, &[number("XFD1048576", 0, "1")]);
    assert_eq!(refusal(&workbook("", &far, "", STRINGS)).code(), "file_too_many_columns");
    let deep = headings(1) + &site(1_048_576, "");
    assert_eq!(read_ledger(&workbook("", &deep, "", STRINGS), &jimei()).unwrap().items[0].row, 1_048_576);
    let dangling = headings(1) + &row(2, &[r#"<c r="A2" t="s"><v>7</v></c>"#.to_owned()]);
    let _ = read_ledger(&workbook("", &dangling, "", STRINGS), &jimei());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_workbook_of_damaged_parts_is_read_or_refused(
        hits in proptest::collection::vec((0..3usize, any::<prop::sample::Index>(), "[<>/\"=&;a-z0-9 ]{1,3}"), 1..6),
    ) {
        let mut parts = [String::new(), headings(1) + &site(2, &number("E2", 1, "45043")), String::from_utf8(STRINGS.to_vec()).unwrap()];
        for (part, place, text) in hits {
            let mut characters: Vec<char> = parts[part].chars().collect();
            let at = place.index(characters.len() + 1);
            characters.splice(at..(at + 1).min(characters.len()), text.chars());
            parts[part] = characters.into_iter().collect();
        }
        let _ = read_ledger(&workbook(&parts[0], &parts[1], "", parts[2].as_bytes()), directory());
    }
}
