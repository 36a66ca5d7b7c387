//! Some cases of each fuzz target, always the same ones; `tests/fuzz` says how to run more.

#[path = "fuzz/mod.rs"]
#[allow(dead_code, reason = "the example uses more of it")]
mod fuzz;

use std::sync::{Mutex, PoisonError};

use fuzz::runner::{Until, attempt, run};
use fuzz::targets::target;

/// One target at a time: what a case takes is measured for the whole process, and while cases run no panic is told of.
static ALONE: Mutex<()> = Mutex::new(());

fn some(name: &str, cases: u64) {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let mut target = target(name).expect("a target");
    let (findings, run) = run(name, &mut *target, 2_026, &Until::Cases(cases));
    let what: Vec<String> = findings
        .iter()
        .enumerate()
        .map(|(n, finding)| {
            let file = fuzz::runner::folder().join(format!("{name}-part-{n}.case"));
            std::fs::write(&file, &finding.case).unwrap();
            format!("{}: {}", file.display(), finding.what)
        })
        .collect();
    assert!(findings.is_empty(), "{}", what.join("\n"));
    assert_eq!(run, cases);
}

#[test]
fn frames() {
    some("frames", 300);
}

#[test]
fn exchange() {
    some("exchange", 40);
}

#[test]
fn changes() {
    some("changes", 60);
}

#[test]
fn images() {
    some("images", 150);
}

#[test]
fn spreadsheets() {
    some("spreadsheets", 150);
}

#[test]
fn tus() {
    some("tus", 120);
}

/// Each is named by its target and by what it was.
#[test]
fn what_was_found_once() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/found");
    let mut cases = 0;
    for file in std::fs::read_dir(folder).unwrap() {
        let file = file.unwrap().path();
        let name = file.file_name().unwrap().to_str().unwrap();
        let mut target = target(name.split('.').next().unwrap()).expect("a target");
        attempt(&mut *target, &std::fs::read(&file).unwrap()).unwrap_or_else(|what| panic!("{name}: {what}"));
        cases += 1;
    }
    assert!(cases > 0);
}
