//! Spreadsheets, tables and boundaries, as they are imported.

use std::io::{Cursor, Read as _, Write as _};

use interchange::{GridDirectory, read_boundaries, read_divisions, read_ledger, read_tasks};
use rand::Rng as _;
use rand::rngs::StdRng;
use zip::write::SimpleFileOptions;

use crate::fuzz::mutate::{damaged, noise, pick};
use crate::fuzz::runner::Target;
use crate::fuzz::shared;

const TASKS: &str = "类型,批次,编号,村居代码,事项,内容,信访人,受理日期,办理期限,企业名称,信用代码\n\
    信访,,X20230001,350211102207,夜间焊接噪声扰民,\"厂房敞开作业,\n有异味\",张女士 13800000000,2023-04-01,2023年4月16日,曾美服装厂,\n\
    上级交办,2023年第3批,12,350211102207,废气直排,,,2023/4/2,45040,,92350211H5T3D0XPAN\n";

/// Cells that mean something to spreadsheets or to whoever reads them.
const CELLS: &[&str] = &[
    "=1+1",
    "'",
    "\"",
    "\"\"\"",
    "1e309",
    "-0",
    "NaN",
    "9999999999999999999999",
    "2023-02-30",
    "0000-00-00",
    "9999-12-31",
    "350211102207",
    "35021110220",
    "999999999999",
    "𠮷",
    "\u{feff}",
    "\u{0}",
    "\u{202e}",
    "118.0976,24.6",
    "东经118°",
    "-99999",
    "2958466",
    "关停取缔",
    "；；；；",
    "1.发现：废气直排(重大)",
    "\r",
    "\u{2028}",
];

const GEOMETRIES: &[&str] = &[
    r#"{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"code":"350211102207"},"geometry":{"type":"Polygon","coordinates":[[[1e308,-1e308],[1e308,1e308],[-1e308,1e308],[1e308,-1e308]]]}}]}"#,
    r#"{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"code":"350211102207"},"geometry":{"type":"Polygon","coordinates":[[],[[1,1]],[[0,0],[0,0],[0,0],[0,0]]]}}]}"#,
    r#"{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"code":350211102207},"geometry":{"type":"GeometryCollection","geometries":[{"type":"GeometryCollection","geometries":[]}]}}]}"#,
];

pub struct Spreadsheets {
    directory: GridDirectory,
    /// Of each reader, files that it can read.
    samples: Vec<Vec<u8>>,
}

impl Spreadsheets {
    pub fn new() -> Self {
        let divisions = shared("divisions-350211.csv");
        let units = read_divisions(&divisions).expect("the sample can be read").items;
        let directory = GridDirectory::new(units.into_iter().map(|item| item.value).collect());
        let ledger = String::from_utf8(shared("ledger-donghui.csv")).expect("the sample is UTF-8");
        let few: String = ledger.lines().take(12).flat_map(|line| [line, "\n"]).collect();
        let workbook = few_rows(&shared("ledger-donghui.xlsx"));
        let boundaries = shared("boundaries-350211.geojson");
        Self { directory, samples: vec![few.into_bytes(), workbook, divisions, TASKS.into(), boundaries] }
    }
}

impl Target for Spreadsheets {
    fn next(&mut self, rng: &mut StdRng) -> Vec<u8> {
        let (sample, other) = (pick(rng, &self.samples), pick(rng, &self.samples));
        match rng.random_range(0..12) {
            0 => [noise(rng, 4), noise(rng, 400)].concat(),
            1..4 => cells(rng, sample),
            4..7 => parts(rng, &self.samples[1]),
            7 => {
                let geometry = *pick(rng, GEOMETRIES);
                damaged(rng, geometry.as_bytes(), other)
            }
            8 => deep(rng),
            _ => damaged(rng, sample, other),
        }
    }

    fn run(&mut self, case: &[u8]) -> Result<(), String> {
        let outcomes = [
            read_ledger(case, &self.directory).map(|reading| reading.bad),
            read_divisions(case).map(|reading| reading.bad),
            read_tasks(case, &self.directory).map(|reading| reading.bad),
            read_boundaries(case).map(|reading| reading.bad),
        ];
        for outcome in outcomes {
            let named = match outcome {
                Ok(bad) => {
                    bad.iter().all(|bad| bad.value.chars().count() <= 80 && !bad.reason.code().is_empty())
                }
                Err(error) => !error.code().is_empty() && !error.to_string().is_empty(),
            };
            if !named {
                return Err("an error does not name what is wrong".to_owned());
            }
        }
        Ok(())
    }
}

/// Puts odd cells into a table of text.
fn cells(rng: &mut StdRng, sample: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(sample);
    let mut lines: Vec<Vec<String>> =
        text.lines().take(40).map(|line| line.split(',').map(str::to_owned).collect()).collect();
    for _ in 0..rng.random_range(1..8) {
        let row = rng.random_range(0..lines.len().max(1));
        let Some(line) = lines.get_mut(row) else { break };
        let column = rng.random_range(0..line.len().max(1));
        let cell =
            pick(rng, CELLS).repeat(if rng.random_ratio(1, 10) { rng.random_range(1..3_000) } else { 1 });
        match rng.random_range(0..5) {
            0 => line.insert(column.min(line.len()), cell),
            1 => drop(line.splice(column.., [])),
            2 => {
                let again = line.clone();
                let times = rng.random_range(1..400);
                lines.extend(std::iter::repeat_n(again, times));
            }
            3 => line.extend(std::iter::repeat_n(cell, rng.random_range(1..600))),
            _ => drop(line.splice(column..line.len().min(column + 1), [cell])),
        }
    }
    let mut bytes = lines.iter().map(|line| line.join(",")).collect::<Vec<_>>().join("\n").into_bytes();
    if rng.random_ratio(1, 6) {
        let utf16: Vec<u8> =
            String::from_utf8_lossy(&bytes).encode_utf16().flat_map(u16::to_le_bytes).collect();
        bytes = [&[0xff, 0xfe][..], &utf16].concat();
    }
    if rng.random_ratio(1, 4) { damaged(rng, &bytes, sample) } else { bytes }
}

/// The parts of a package, by name.
fn unpacked(package: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut zip = zip::ZipArchive::new(Cursor::new(package)).expect("the sample is a package");
    let mut parts = Vec::new();
    for index in 0..zip.len() {
        let mut part = zip.by_index(index).expect("the sample is whole");
        let mut content = Vec::new();
        part.read_to_end(&mut content).expect("the sample is whole");
        let name = part.name().expect("the sample's names are texts").to_string();
        parts.push((name, content));
    }
    parts
}

fn packed(parts: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        if zip.start_file(name.as_str(), SimpleFileOptions::default()).is_ok() {
            zip.write_all(content).expect("it is written into memory");
        }
    }
    zip.finish().expect("it is written into memory").into_inner()
}

/// A workbook with its first rows only: small cases are many cases.
fn few_rows(workbook: &[u8]) -> Vec<u8> {
    let mut parts = unpacked(workbook);
    for (name, content) in &mut parts {
        if name.starts_with("xl/worksheets/sheet") {
            let text = String::from_utf8_lossy(content).into_owned();
            if let (Some(cut), Some(end)) = (text.match_indices("<row ").nth(8), text.find("</sheetData>")) {
                *content = [&text[..cut.0], &text[end..]].concat().into_bytes();
            }
        }
    }
    packed(&parts)
}

/// A workbook whose parts were damaged before they were packed.
fn parts(rng: &mut StdRng, workbook: &[u8]) -> Vec<u8> {
    const PIECES: &[&str] = &[
        "r=\"XFD1048576\"",
        "r=\"ZZZZZZZZ9\"",
        "r=\"A0\"",
        "t=\"s\"",
        "t=\"e\"",
        "t=\"d\"",
        "<v>4294967295</v>",
        "<v>-1</v>",
        "<v>1e400</v>",
        "&#0;",
        "&amp;&amp;",
        "<!DOCTYPE a [<!ENTITY b \"bbbbbbbb\">]>",
        "&b;",
        "<mergeCell ref=\"A1:XFD1048576\"/>",
        "<dimension ref=\"A1:XFD1048576\"/>",
        "<row r=\"4294967295\">",
        "<row r=\"1048576\">",
        "count=\"4294967295\"",
        "uniqueCount=\"4294967295\"",
        "date1904=\"1\"",
        "numFmtId=\"14\"",
        "<is><t>x</t></is>",
        "]]>",
        "\u{feff}",
    ];
    let mut parts = unpacked(workbook);
    for _ in 0..rng.random_range(1..4) {
        let place = rng.random_range(0..parts.len());
        let other = parts[rng.random_range(0..parts.len())].1.clone();
        let (name, content) = &mut parts[place];
        match rng.random_range(0..10) {
            0 => *name = format!("{name}{}", String::from_utf8_lossy(&noise(rng, 3))),
            1 => *content = other,
            2 => *content = vec![b' '; 40_000_000],
            3..7 => {
                let at = rng.random_range(0..=content.len());
                let piece = pick(rng, PIECES).repeat(if rng.random_ratio(1, 12) { 20_000 } else { 1 });
                content.splice(at..at, piece.into_bytes());
            }
            _ => *content = damaged(rng, content, &other),
        }
    }
    let package = packed(&parts);
    if rng.random_ratio(1, 5) { damaged(rng, &package, &package.clone()) } else { package }
}

/// Brackets within brackets.
fn deep(rng: &mut StdRng) -> Vec<u8> {
    let times = rng.random_range(1..200_000);
    match rng.random_range(0..3) {
        0 => "[".repeat(times),
        1 => format!("{{\"type\":\"Polygon\",\"coordinates\":{}", "[".repeat(times)),
        _ => "{\"features\":".repeat(times),
    }
    .into_bytes()
}
