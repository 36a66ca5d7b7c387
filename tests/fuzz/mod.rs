//! Fuzzing: bytes from strangers against what reads them, from a seed, in one process.
//!
//! `cargo run -p village-tests --release --example fuzz -- TARGET --seconds 600 --seed 1` looks for findings;
//! `-- TARGET --case FILE` runs one case again. `tests/fuzz_in_part.rs` runs some of each target with every test run.

pub mod mutate;
pub mod runner;
pub mod targets;

/// A file of the shared data, which lies beside the project.
pub fn shared(name: &str) -> Vec<u8> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data").join(name);
    std::fs::read(&path)
        .unwrap_or_else(|error| panic!("the shared data is needed: {}: {error}", path.display()))
}
