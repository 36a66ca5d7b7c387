//! Any bytes at all are read or refused.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // helpers of tests, where a panic is the point

mod common;

use std::sync::OnceLock;

use common::{jimei, sample};
use interchange::{GridDirectory, read_boundaries, read_divisions, read_ledger};
use proptest::prelude::*;

fn directory() -> &'static GridDirectory {
    static JIMEI: OnceLock<GridDirectory> = OnceLock::new();
    JIMEI.get_or_init(jimei)
}

fn survives(bytes: &[u8]) {
    let codes = [
        read_ledger(bytes, directory()).map(|reading| reading.bad),
        read_divisions(bytes).map(|reading| reading.bad),
        read_boundaries(bytes).map(|reading| reading.bad),
    ];
    for outcome in codes {
        match outcome {
            Ok(bad) => assert!(
                bad.iter().all(|bad| bad.value.chars().count() <= 80 && !bad.reason.code().is_empty())
            ),
            Err(error) => assert!(!error.code().is_empty() && !error.to_string().is_empty()),
        }
    }
}

/// Overwrites some bytes.
fn damaged(mut bytes: Vec<u8>, hits: &[(prop::sample::Index, u8)]) -> Vec<u8> {
    for (place, byte) in hits {
        let at = place.index(bytes.len());
        bytes[at] = *byte;
    }
    bytes
}

fn hits() -> impl Strategy<Value = Vec<(prop::sample::Index, u8)>> {
    proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..40)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..600), start in 0..5usize) {
        let starts: [&[u8]; 5] = [b"", "企业名称,村居\n".as_bytes(), b"PK\x03\x04", b"\xFF\xFE", b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"];
        survives(&[starts[start], &bytes].concat());
    }

    #[test]
    fn any_table(text in "(企业名称|村居|村居代码|代码|名称|甲|350211102207|2023年|[\",;\t\n=']|.){0,60}") {
        survives(text.as_bytes());
        survives(format!("企业名称,村居代码,code,name,level,parent,经度,纬度,整治期限\n{text}").as_bytes());
    }

    #[test]
    fn any_geojson(
        kind in "(Polygon|MultiPolygon|Point|GeometryCollection|)",
        coordinates in r"(\[|\]|,|118|24\.5|-1e999|null|\{\}){0,40}",
    ) {
        survives(format!(r#"{{"type":"FeatureCollection","features":[{{"type":"Feature","properties":{{"code":"35"}},"geometry":{{"type":"{kind}","coordinates":{coordinates}}}}}]}}"#).as_bytes());
    }

    #[test]
    fn a_damaged_workbook(hits in hits()) {
        survives(&damaged(sample("ledger-donghui.xlsx"), &hits));
    }

    #[test]
    fn a_damaged_ledger(hits in hits()) {
        survives(&damaged(sample("ledger-donghui.csv"), &hits));
    }

    #[test]
    fn damaged_boundaries(hits in hits()) {
        survives(&damaged(sample("boundaries-350211.geojson"), &hits));
    }
}

#[test]
fn deeply_nested_json_ends() {
    survives(format!(r#"{{"type":"FeatureCollection","features":[{}"#, "[".repeat(1_000_000)).as_bytes());
    survives(
        format!(
            r#"{{"type":"FeatureCollection","features":[{}{}]}}"#,
            "[".repeat(100_000),
            "]".repeat(100_000)
        )
        .as_bytes(),
    );
}

#[test]
fn an_unclosed_quote_ends() {
    survives(format!("企业名称,村居代码\n\"{}", "甲,350211102207\n".repeat(50_000)).as_bytes());
}
