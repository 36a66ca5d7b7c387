//! Whatever is written is read again.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // helpers of tests, where a panic is the point

mod common;

use std::sync::OnceLock;

use chrono::NaiveDate;
use common::{jimei, rows};
use domain::ledger::PROBLEM_SEPARATOR;
use domain::{CreditCode, InspectionSource, LatLon, LedgerRow, SiteId, Verdict};
use interchange::{CsvLedger, GridDirectory, MAX_LONG_TEXT, MAX_PROBLEMS, MAX_TEXT, read_ledger};
use proptest::option;
use proptest::prelude::*;

fn directory() -> &'static GridDirectory {
    static JIMEI: OnceLock<GridDirectory> = OnceLock::new();
    JIMEI.get_or_init(jimei)
}

/// Any text at all, often one that means something to a spreadsheet.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "['=+@＝－\t\r\n -]{0,4}.{0,20}",
        "[0-9]{0,20}",
        "[0-9]{1,9}E[0-9]{1,3}",
        Just("无".to_owned()),
        "\"{0,3},;\n[\u{0}-\u{1f}]{0,3}",
    ]
}

fn day() -> impl Strategy<Value = NaiveDate> {
    (0..90_000u64).prop_map(|days| NaiveDate::from_ymd_opt(1900, 1, 1).unwrap() + chrono::Days::new(days))
}

fn credit_code() -> impl Strategy<Value = String> {
    // The check character is found by trying, as the standard's sum is the domain's business.
    let codes = "[0-9A-HJ-NPQRTUWXY]{17}".prop_map(|start| {
        let tails = "0123456789ABCDEFGHJKLMNPQRTUWXY".chars();
        tails.map(|tail| format!("{start}{tail}")).find(|code| code.parse::<CreditCode>().is_ok()).unwrap()
    });
    prop_oneof![Just(String::new()), codes]
}

fn site() -> impl Strategy<Value = SiteId> {
    "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}".prop_map(|text| text.parse().unwrap())
}

/// A verdict with what belongs to it: done or not or unsaid, on which day, and the plan.
fn outcome() -> impl Strategy<Value = LedgerRow> {
    let verdict = option::of(prop::sample::select(Verdict::ALL));
    let plan = (text(), option::of(day()), text(), text());
    (verdict, option::of(any::<bool>()), option::of(day()), plan).prop_map(
        |(verdict, done, day, (measures, deadline, unit, person))| {
            let done = done.filter(|_| verdict.is_some_and(Verdict::is_polluting));
            let judged = verdict.is_some();
            let planned = |text: String| if judged { text } else { String::new() };
            LedgerRow {
                verdict,
                done,
                done_on: day.filter(|_| done == Some(true)),
                measures: planned(measures),
                deadline: deadline.filter(|_| judged),
                responsible_unit: planned(unit),
                responsible_person: planned(person),
                ..empty()
            }
        },
    )
}

fn empty() -> LedgerRow {
    let village_code = "350211102207".parse().unwrap();
    let names = directory().names(&village_code);
    LedgerRow {
        county: names.county,
        town: names.town,
        village: names.village,
        village_code,
        name: String::new(),
        credit_code: String::new(),
        address: String::new(),
        place: None,
        industry: String::new(),
        operator: String::new(),
        telephone: String::new(),
        landlord: String::new(),
        landlord_telephone: String::new(),
        verdict: None,
        problem: String::new(),
        measures: String::new(),
        deadline: None,
        done: None,
        done_on: None,
        responsible_unit: String::new(),
        responsible_person: String::new(),
        source: None,
        remark: String::new(),
        last_inspection: None,
        inspector: String::new(),
        photos: 0,
        open_problems: 0,
        site: None,
    }
}

fn row() -> impl Strategy<Value = LedgerRow> {
    let place = option::of((-90_000_000..=90_000_000i32, -180_000_000..=180_000_000i32));
    let texts = (text(), text(), text(), text(), text(), text(), text(), text());
    let source = option::of(prop::sample::select(InspectionSource::ALL));
    (outcome(), text(), credit_code(), place, texts, source, option::of(site())).prop_map(
        |(outcome, name, credit_code, place, texts, source, site)| {
            let (address, industry, operator, telephone, landlord, landlord_telephone, problem, remark) =
                texts;
            let place = place.map(|(latitude, longitude)| {
                LatLon::new(f64::from(latitude) / 1e6, f64::from(longitude) / 1e6).unwrap()
            });
            LedgerRow {
                name,
                credit_code,
                place,
                address,
                industry,
                operator,
                telephone,
                landlord,
                landlord_telephone,
                problem,
                remark,
                source,
                site,
                ..outcome
            }
        },
    )
}

/// What a cell keeps of a text: the documented rules, said once more.
fn kept(text: &str) -> String {
    let unified = text.trim().replace("\r\n", "\n").replace('\r', "\n").replace('\t', " ");
    let kept: String =
        unified.chars().filter(|character| !character.is_control() || *character == '\n').collect();
    kept.trim().to_owned()
}

fn each_text(row: &mut LedgerRow) -> [(&mut String, usize); 12] {
    [
        (&mut row.name, MAX_TEXT),
        (&mut row.address, MAX_TEXT),
        (&mut row.industry, MAX_TEXT),
        (&mut row.operator, MAX_TEXT),
        (&mut row.telephone, MAX_TEXT),
        (&mut row.landlord, MAX_TEXT),
        (&mut row.landlord_telephone, MAX_TEXT),
        (&mut row.responsible_unit, MAX_TEXT),
        (&mut row.responsible_person, MAX_TEXT),
        (&mut row.problem, MAX_PROBLEMS),
        (&mut row.measures, MAX_LONG_TEXT),
        (&mut row.remark, MAX_LONG_TEXT),
    ]
}

proptest! {
    #[test]
    fn any_rows_are_read_as_they_were_written(mut expected in proptest::collection::vec(row(), 0..8)) {
        for (number, row) in expected.iter_mut().enumerate() {
            // Without ids, two sites of one name, or of one credit code, cannot be told apart: the reader refuses them.
            match row.site {
                Some(_) => row.name = "厂".to_owned(),
                None => row.name.push_str(&format!("厂{number}")),
            }
            if number > 0 && row.site.is_none() {
                row.credit_code.clear();
            }
        }
        let mut ledger = CsvLedger::new(Vec::new()).unwrap();
        for row in &expected {
            ledger.write(row).unwrap();
        }
        let (bytes, count) = ledger.finish().unwrap();
        prop_assert_eq!(count, expected.len() as u64);
        prop_assert_eq!(bytes.get(..3), Some(b"\xEF\xBB\xBF".as_slice()));

        for row in &mut expected {
            for (text, limit) in each_text(row) {
                *text = kept(text);
                prop_assert!(text.chars().count() <= limit);
            }
        }
        prop_assert_eq!(rows(read_ledger(&bytes, directory()).unwrap()), expected);
    }
}

#[test]
fn no_cell_of_a_written_ledger_begins_like_a_formula() {
    let mut ledger = CsvLedger::new(Vec::new()).unwrap();
    let row = LedgerRow {
        name: "=cmd|' /C calc'!A0".into(),
        address: "\t@SUM(1)".into(),
        operator: "'=1".into(),
        telephone: "+8613".into(),
        landlord_telephone: "05926060606".into(),
        credit_code: "92350211H5T3D0XPAM".into(),
        place: Some(LatLon::new(-24.5, -118.094_29).unwrap()),
        remark: "一\r\n二\u{0}".into(),
        ..empty()
    };
    ledger.write(&row).unwrap();
    let text = String::from_utf8(ledger.finish().unwrap().0).unwrap();
    let line = text.split_once("\r\n").unwrap().1;
    assert_eq!(
        line,
        "1,集美区,灌口镇,东辉村委会,350211102207\t,'=cmd|' /C calc'!A0,92350211H5T3D0XPAM,'@SUM(1),-118.09429,-24.5,,\
         ''=1,'+8613,,05926060606\t,,,,,,,,,,,\"一\n二\",,,0,0,\r\n"
    );
}

#[test]
fn problems_that_no_cell_can_hold_are_left_out() {
    let long = |number: usize| format!("={number}{}", "𠮷".repeat(3998));
    let problems: Vec<String> = (0..9).map(long).chain(["最后".to_owned()]).collect();
    let separator = PROBLEM_SEPARATOR.to_string();
    let row = LedgerRow { name: "甲".into(), problem: problems.join(&separator), ..empty() };
    let mut ledger = CsvLedger::new(Vec::new()).unwrap();
    ledger.write(&row).unwrap();
    let bytes = ledger.finish().unwrap().0;
    let read = &rows(read_ledger(&bytes, directory()).unwrap())[0].problem;
    assert_eq!(
        *read,
        [&problems[0], &problems[1], &problems[2], &problems[3], &problems[9]]
            .map(String::as_str)
            .join(&separator)
    );
    assert!(read.encode_utf16().count() < MAX_PROBLEMS);
}

#[test]
fn a_writer_that_fails_says_so() {
    struct Full;
    impl std::io::Write for Full {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::StorageFull.into())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    assert!(CsvLedger::new(Full).is_err());
}
