//! Every reason for which a cell is refused, and every file that is not read.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // helpers of tests, where a panic is the point

mod common;

use chrono::NaiveDate;
use common::{jimei, rows, sample};
use domain::Verdict;
use interchange::{BadRow, ReadError, Reading, Reason, read_boundaries, read_divisions, read_ledger};

fn read(table: &str) -> Reading<domain::LedgerRow> {
    read_ledger(table.as_bytes(), &jimei()).unwrap()
}

/// What is wrong with one row, as "heading: code".
fn wrong(headings: &str, row: &str) -> Vec<String> {
    let reading = read(&format!("企业名称,村居代码,{headings}\n曾美服装厂,350211102207,{row}\n"));
    assert_eq!(reading.items.len() + reading.bad.len().min(1), 1);
    reading
        .bad
        .iter()
        .map(|bad| format!("{}: {}", bad.column.as_deref().unwrap(), bad.reason.code()))
        .collect()
}

#[test]
fn one_wrong_cell_has_one_reason() {
    let long = "长".repeat(501);
    let longest = "长".repeat(4001);
    let endless = "9".repeat(200_000);
    for (heading, cell, expected) in [
        ("经度,纬度", "118.1,", "纬度: position_incomplete"),
        ("经度,纬度", ",24.6", "经度: position_incomplete"),
        ("经度,纬度", "118.1,118.1", "纬度: position_out_of_range"),
        ("经度,纬度", "1180.1,24", "经度: position_out_of_range"),
        ("经度,纬度", "东经118度,24", "经度: not_a_number"),
        ("信用代码", "92350211H5T3D0XPA", "信用代码: credit_code_length"),
        ("信用代码", "92350211O5T3D0XPAM", "信用代码: credit_code_character"),
        ("信用代码", "92350211H5T3D0XPAN", "信用代码: credit_code_check"),
        ("是否散乱污", "也许", "是否散乱污: polluting_unknown"),
        ("是否散乱污,整治类型", "是,", "整治类型: verdict_missing"),
        ("是否散乱污,整治类型", "是,罚款", "整治类型: verdict_unknown"),
        ("是否散乱污,整治类型", "否,提升改造", "整治类型: polluting_contradicts_verdict"),
        ("是否散乱污,整治类型", "是,非散乱污", "整治类型: polluting_contradicts_verdict"),
        ("整治措施", "搬走", "整治措施: plan_without_verdict"),
        ("整治类型,整治期限", "提升改造,下个月", "整治期限: not_a_date"),
        ("整治类型,整治进展", "提升改造,快了", "整治进展: progress_unknown"),
        ("整治类型,整治进展,完成日期", "提升改造,整治中,2023-04-27", "完成日期: done_on_without_done"),
        ("是否散乱污,完成日期", "否,2023-04-27", "完成日期: done_on_without_done"),
        ("问题来源", "听说", "问题来源: source_unknown"),
        ("地址", long.as_str(), "地址: too_long"),
        ("备注", longest.as_str(), "备注: too_long"),
        ("主要问题", longest.as_str(), "主要问题: too_long"),
        ("信用代码", endless.as_str(), "信用代码: too_long"),
        ("对象编号", "7", "对象编号: site_id_malformed"),
        ("备注", "切割,打磨", "D: cell_beyond_headings"),
        ("备注", "\"切割\"机", "备注: quote_misplaced"),
    ] {
        assert_eq!(wrong(heading, cell), [expected], "{heading} {cell}");
    }
    for village in [
        ("", "missing"),
        ("3502X", "grid_code_malformed"),
        ("350211102", "grid_code_not_a_village"),
        ("350211102999", "grid_code_unknown"),
    ] {
        let reading = read(&format!("企业名称,村居代码\n曾美服装厂,{}\n", village.0));
        assert_eq!(reading.bad[0].reason.code(), village.1);
    }
    for (village, code) in [("西辉村", "village_unknown"), ("", "missing")] {
        let reading = read(&format!("企业名称,村庄\n曾美服装厂,{village}\n"));
        assert_eq!((reading.bad[0].reason.code(), reading.bad[0].column.as_deref()), (code, Some("村庄")));
    }
}

#[test]
fn all_wrong_cells_of_a_row_are_told() {
    let found = wrong("信用代码,经度,纬度,整治类型,整治期限,问题来源", "1,x,24,提升改造,y,z");
    assert_eq!(
        found,
        [
            "信用代码: credit_code_length",
            "经度: not_a_number",
            "整治期限: not_a_date",
            "问题来源: source_unknown"
        ]
    );
    let reading = read("序号,村居代码,企业名称\n1,350211102207,\n");
    assert_eq!(
        reading.bad,
        [BadRow {
            row: 2, column: Some("企业名称".into()), value: String::new(), reason: Reason::Missing
        }]
    );
    let reading = read(&format!("企业名称,村居代码\n甲,{}\n", "9".repeat(200)));
    assert_eq!(reading.bad[0].value.chars().count(), 80);
    assert!(reading.bad[0].value.ends_with("9…"));
}

#[test]
fn the_same_site_twice_names_the_earlier_row() {
    let reading = read(
        "企业名称,村居代码,信用代码\n甲,350211102207,92350211H5T3D0XPAM\n\n乙,350211102207,92350211h5t3d0xpam\n甲,350211102207,\n甲,350211001001,\n",
    );
    assert_eq!(reading.items.iter().map(|item| item.row).collect::<Vec<_>>(), [2, 6]);
    let found: Vec<_> =
        reading.bad.iter().map(|bad| (bad.row, bad.column.as_deref().unwrap(), bad.reason.clone())).collect();
    let earlier = Reason::DuplicateInFile { row: "2".into() };
    assert_eq!(found, [(4, "信用代码", earlier.clone()), (5, "企业名称", earlier)]);
}

#[test]
fn ids_and_credit_codes_tell_sites_of_one_name_apart() {
    const CODES: [&str; 3] = ["", "92350211H5T3D0XPAM", "91350100M000100Y43"];
    const IDS: [&str; 3] =
        ["", "01890a5d-ac96-774b-bcce-b302099a8057", "01890a5d-ac96-774b-bcce-b302099a8058"];
    let duplicate = |rows: &[(usize, usize, &str)]| {
        let mut table = "企业名称,村居代码,统一社会信用代码,对象编号\n".to_owned();
        for (id, code, name) in rows {
            table += &format!("{name},350211102207,{},{}\n", CODES[*code], IDS[*id]);
        }
        let bad = read(&table).bad;
        assert!(bad.iter().all(|bad| bad.reason.code() == "duplicate_in_file"), "{bad:?}");
        bad.iter().map(|bad| format!("{} {}", bad.row, bad.column.as_deref().unwrap())).collect::<Vec<_>>()
    };
    assert_eq!(duplicate(&[(1, 1, "甲"), (2, 1, "甲")]), [""; 0], "ids are believed");
    assert_eq!(duplicate(&[(1, 0, "甲"), (1, 1, "乙")]), ["3 对象编号"]);
    assert_eq!(duplicate(&[(0, 1, "甲"), (0, 2, "甲")]), [""; 0]);
    assert_eq!(duplicate(&[(0, 1, "甲"), (0, 1, "乙")]), ["3 统一社会信用代码"]);
    assert_eq!(duplicate(&[(0, 1, "甲"), (0, 1, "甲")]), ["3 统一社会信用代码"]);
    assert_eq!(duplicate(&[(0, 1, "甲"), (0, 0, "甲")]), ["3 企业名称"]);
    assert_eq!(duplicate(&[(0, 0, "甲"), (0, 2, "甲")]), ["3 企业名称"]);
    assert_eq!(duplicate(&[(1, 0, "甲"), (0, 0, "甲")]), ["3 企业名称"], "one of them has no id");
    assert_eq!(duplicate(&[(0, 1, "甲"), (1, 1, "乙")]), ["3 统一社会信用代码"]);
    assert_eq!(
        duplicate(&[(1, 1, "甲"), (2, 0, "甲"), (0, 2, "甲"), (0, 1, "丙")]),
        ["4 企业名称", "5 统一社会信用代码"]
    );
}

#[test]
fn every_problem_of_a_cell_may_be_long() {
    let problem = "长".repeat(4000);
    let cell = [problem.as_str(); 8].join("；");
    assert_eq!(wrong("存在问题", &cell), [""; 0]);
    let reading = read(&format!("企业名称,村居代码,存在问题\n甲,350211102207,{cell}；{problem}\n"));
    assert_eq!(reading.bad[0].reason, Reason::TooLong { limit: 32_767 });
}

#[test]
fn verdict_and_progress_are_told_by_several_columns() {
    let table = "企业名称,村居代码,是否“散乱污”,整治类别,进展情况,完成日期,责任单位\n\
        甲,350211102207,是,关停取缔,已整治,2023年4月27日,\n\
        乙,350211102207,是,升级改造类,,,灌口镇\n\
        丙,350211102207,否,,,,灌口镇\n\
        丁,350211102207,,,,,\n\
        戊,350211102207,,整合搬迁,推进中,/,\n\
        己,350211102207,否,非散乱污,已完成,,\n\
        庚,350211102207,是,整合搬迁,,2023-04-27,\n\
        辛,350211102207,是,整合搬迁,整治中,,\n";
    let found: Vec<_> =
        rows(read(table)).into_iter().map(|row| (row.verdict, row.done, row.done_on)).collect();
    let done_on = NaiveDate::from_ymd_opt(2023, 4, 27);
    assert_eq!(
        found,
        [
            (Some(Verdict::ShutDown), Some(true), done_on),
            (Some(Verdict::Upgrade), None, None),
            (Some(Verdict::Clean), None, None),
            (None, None, None),
            (Some(Verdict::Relocate), Some(false), None),
            (Some(Verdict::Clean), None, None),
            (Some(Verdict::Relocate), Some(true), done_on),
            (Some(Verdict::Relocate), Some(false), None),
        ]
    );
    let without = rows(read("企业名称,村居代码,整治类型\n甲,350211102207,提升改造\n"));
    assert_eq!((without[0].verdict, without[0].done), (Some(Verdict::Upgrade), None));
}

#[test]
fn headings_vary_and_some_rows_are_no_sites() {
    let table = "台账\n\n序 号,\"企业\n名称\",村（居）,镇街,经度（度）,纬度(°),照片数,联 系 电 话*,别的\n\
        1,甲,东辉村,灌口镇,118.1,24.6,7,12703118365\t,x\n,,,,,,,,\n2,,,,,,,,\n合 计：,,,,,,3,,\n\n3,乙,东辉,,,,,,\n";
    let reading = read(table);
    assert_eq!(reading.bad, []);
    let found: Vec<_> =
        reading.items.iter().map(|item| (item.row, item.value.name.as_str(), item.value.photos)).collect();
    assert_eq!(found, [(4, "甲", 0), (9, "乙", 0)]);
    let first = &reading.items[0].value;
    assert_eq!((&*first.telephone, first.place.unwrap().latitude()), ("12703118365", 24.6));
    assert_eq!(first.village_code.as_str(), "350211102207");
}

#[test]
fn divisions_must_agree_with_their_codes() {
    let table = "代码,名称,级别,上级\n350211102,灌口镇,镇街,350211\n350211102207,东辉村委会,town,350211102\n\
        350211102206,双岭村委会,village,350211101\n350211102205,,星球,\n350211102,灌口镇,,\n35021,某县,,\n,某村,,\n";
    let reading = read_divisions(table.as_bytes()).unwrap();
    assert_eq!(reading.items.len(), 1);
    let found: Vec<_> = reading.bad.iter().map(|bad| (bad.row, bad.reason.code())).collect();
    assert_eq!(
        found,
        [
            (3, "level_contradicts_code"),
            (4, "parent_contradicts_code"),
            (5, "missing"),
            (5, "level_unknown"),
            (6, "duplicate_in_file"),
            (7, "grid_code_malformed"),
            (8, "missing"),
        ]
    );
}

#[test]
fn outlines_must_enclose_something() {
    let square = "[[118,24],[119,24],[119,25],[118,25],[118,24]]";
    let feature = |code: &str, kind: &str, coordinates: &str| {
        format!(
            r#"{{"type":"Feature","properties":{{"代码":{code},"name":"东辉"}},"geometry":{{"type":"{kind}","coordinates":{coordinates}}}}}"#
        )
    };
    let cases = [
        (feature("35", "Polygon", &format!("[{square}]")), ""),
        (feature("\"3502\"", "MultiPolygon", &format!("[[{square}]]")), ""),
        (feature("35", "Polygon", &format!("[{square}]")), "duplicate_in_file"),
        (feature("\"\"", "Polygon", &format!("[{square}]")), "missing"),
        (feature("\"x\"", "Polygon", &format!("[{square}]")), "grid_code_malformed"),
        (feature("3503", "Point", "[118,24]"), "not_a_polygon"),
        (feature("3503", "MultiPolygon", "[]"), "not_a_polygon"),
        (feature("3503", "Polygon", "[]"), "ring_empty"),
        (feature("3503", "Polygon", "[[[118,24],[119,24],[119,25]]]"), "ring_open"),
        (feature("3503", "Polygon", "[[[118,24],[119,24],[118,24]]]"), "ring_empty"),
        (feature("3503", "Polygon", "[[[118,24],[119,24],[120,24],[118,24]]]"), "ring_empty"),
        (
            feature("3503", "Polygon", "[[[118,24],[119,25],[119,24],[118,25],[118,24]]]"),
            "ring_crosses_itself",
        ),
        (feature("3503", "Polygon", "[[[118,24],[119,91],[119,25],[118,24]]]"), "position_out_of_range"),
        (feature("3503", "Polygon", "[[[118],[119,24]]]"), "feature_malformed"),
        (feature("3503", "Polygon", "{}"), "feature_malformed"),
        (feature("3503", "Polygon", &format!("[[{}[118,24]]]", "[118,24],".repeat(10_000))), "ring_too_long"),
        (r#"{"type":"Feature","properties":{"name":"东辉"},"geometry":null}"#.to_owned(), "missing"),
    ];
    let features: Vec<&str> = cases.iter().map(|(feature, _)| feature.as_str()).collect();
    let file = format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, features.join(","));
    let reading = read_boundaries(file.as_bytes()).unwrap();
    let found: Vec<_> = reading.bad.iter().map(|bad| (bad.row as usize, bad.reason.code())).collect();
    let expected: Vec<_> = (1..)
        .zip(&cases)
        .filter(|(_, (_, code))| !code.is_empty())
        .map(|(row, (_, code))| (row, *code))
        .collect();
    assert_eq!(found, expected);
    assert!(reading.bad.iter().all(|bad| bad.value == "东辉"), "{:?}", reading.bad);
    assert_eq!(reading.items.len(), 2);
}

#[test]
fn a_file_that_cannot_be_used_says_what_it_is() {
    let refusal = |bytes: &[u8]| read_ledger(bytes, &jimei()).unwrap_err();
    assert_eq!(refusal(b""), ReadError::Empty);
    assert_eq!(refusal("\u{FEFF} \r\n\n".as_bytes()), ReadError::Empty);
    for (bytes, looks_like) in [
        (b"%PDF-1.7".as_slice(), "a PDF"),
        (b"<html><table>", "a web page"),
        (b"\n<!DOCTYPE html>", "a web page"),
        (b"<?xml version=\"1.0\"?><Workbook>", "XML"),
        (b"{\"type\":1}", "JSON"),
        (b"\xFF\xD8\xFF\xE0", "a photo"),
    ] {
        assert_eq!(refusal(bytes), ReadError::NotATable { looks_like });
    }
    let old = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1 and so on".to_vec();
    assert_eq!(refusal(&old), ReadError::LegacyWorkbook);
    let encrypted: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(refusal(&[old, encrypted].concat()), ReadError::ProtectedWorkbook);
    assert_eq!(refusal(b"\x81\x00\xFF\xFF\x80"), ReadError::UnknownEncoding);
    assert_eq!(refusal(&vec![b' '; interchange::MAX_BYTES + 1]).code(), "file_too_many_bytes");

    let ReadError::NoHeader { missing, .. } = refusal("企业名称,地址\n甲,东辉\n".as_bytes()) else {
        panic!()
    };
    assert_eq!(missing, ["村居代码 / 村居"]);
    let ReadError::NoHeader { missing, .. } = refusal(&sample("divisions-350211.csv")) else { panic!() };
    assert_eq!(missing.len(), 2);
    let late = format!("{}企业名称,村居\n甲,东辉村\n", "标题\n".repeat(20));
    assert_eq!(refusal(late.as_bytes()).code(), "file_no_header");

    assert_eq!(
        refusal(format!("企业名称,村居{}\n", ",".repeat(600)).as_bytes()).code(),
        "file_too_many_columns"
    );
    let many = format!("企业名称,村居代码\n{}", "甲,350211102207\n".repeat(20_010));
    let ReadError::TooManyBad { first, .. } = refusal(many.as_bytes()) else { panic!() };
    assert_eq!((first.row, first.reason.code()), (3, "duplicate_in_file"));
    let endless = format!("企业名称,村居代码,序号\n{}", ",,合计\n".repeat(300_001));
    assert_eq!(refusal(endless.as_bytes()).code(), "file_too_many_rows");

    let refusal = |text: &str| read_boundaries(text.as_bytes()).unwrap_err().code();
    assert_eq!(refusal(" "), "file_empty");
    assert_eq!(refusal("{\"type\":\"Feature\",\"features\":[]}"), "file_not_geojson");
    assert_eq!(refusal("code,name"), "file_not_geojson");
    let crs = r#""crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::3857"}}"#;
    assert_eq!(refusal(&format!(r#"{{"type":"FeatureCollection",{crs},"features":[]}}"#)), "file_not_wgs84");
}
