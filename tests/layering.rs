//! Imports run one way: the arrows of ARCHITECTURE.md.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

/// Each part, the parts that it may use, and what it must not know.
const ARROWS: &[(&str, &[&str], &[&str])] = &[
    ("domain", &[], &["rusqlite", "automerge", "reqwest", "axum", "tauri", "tokio", "serde_json"]),
    ("wire", &["domain"], &["rusqlite", "automerge", "reqwest", "axum", "tauri", "tokio"]),
    ("interchange", &["domain"], &["rusqlite", "automerge", "reqwest", "axum", "tauri", "tokio"]),
    ("photos", &["domain"], &["rusqlite", "automerge", "reqwest", "axum", "tauri", "tokio"]),
    ("store", &["domain", "wire"], &["reqwest", "axum", "tauri", "tokio"]),
    (
        "app",
        &["domain", "wire", "store", "interchange", "photos"],
        &["rusqlite", "automerge", "reqwest", "axum", "tauri"],
    ),
    ("sync-client", &["domain", "wire"], &["rusqlite", "automerge", "axum", "tauri"]),
    ("sync-server", &["domain", "wire", "store", "app"], &["automerge", "reqwest", "tauri"]),
    (
        "village-ledger",
        &["domain", "wire", "app", "sync-client"],
        &["rusqlite", "automerge", "axum", "reqwest"],
    ),
];

#[test]
fn each_part_uses_only_what_stands_beneath_it() {
    let used = dependencies();
    let parts: BTreeSet<&str> = ARROWS.iter().map(|(part, ..)| *part).collect();
    for (part, beneath, unknown) in ARROWS {
        let used = used.get(*part).unwrap_or_else(|| panic!("there is no part {part}"));
        for name in used {
            assert!(
                !parts.contains(name.as_str()) || beneath.contains(&name.as_str()),
                "{part} uses {name}, which does not stand beneath it"
            );
            assert!(!unknown.contains(&name.as_str()), "{part} uses {name}, which it must not know");
        }
    }
    for part in used.keys().filter(|part| *part != "village-tests") {
        assert!(parts.contains(part.as_str()), "{part} has no place in the arrows");
    }
}

/// The direct dependencies of each member of the workspace, without those for tests and builds.
fn dependencies() -> BTreeMap<String, BTreeSet<String>> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let name = |value: &serde_json::Value| value["name"].as_str().unwrap().to_owned();
    packages
        .iter()
        .map(|package| {
            let used =
                package["dependencies"].as_array().unwrap().iter().filter(|used| used["kind"].is_null());
            (name(package), used.map(name).collect())
        })
        .collect()
}
