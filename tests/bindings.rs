//! The TypeScript types in the user interface are those of this source.

use std::collections::BTreeMap;
use std::path::Path;

#[test]
fn the_committed_bindings_are_fresh() {
    let fresh = tempfile::tempdir().unwrap();
    wire::typescript::write_to(fresh.path()).unwrap();
    let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ui/src/wire");
    let (fresh, committed) = (files(fresh.path()), files(&committed));
    let names = |files: &BTreeMap<String, String>| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&fresh), names(&committed), "run: cargo run -p wire --bin bindings");
    for (name, text) in fresh {
        assert!(committed[&name] == text, "{name} is stale; run: cargo run -p wire --bin bindings");
    }
}

fn files(folder: &Path) -> BTreeMap<String, String> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    entries
        .map(|entry| {
            (entry.file_name().into_string().unwrap(), std::fs::read_to_string(entry.path()).unwrap())
        })
        .collect()
}
