//! Fuzzing: bytes from strangers against what reads them, from a seed, in one process.
//!
//! `cargo run -p village-tests --release --example fuzz -- TARGET --seconds 600 --seed 1` looks for findings;
//! `-- TARGET --case FILE` runs one case again. `tests/fuzz_in_part.rs` runs some of each target with every test run.

pub mod mutate;
pub mod runner;
pub mod targets;

/// A file of the shared data, which lies beside the project.
pub fn shared(name: &str) -> Vec<u8> {
    std::fs::read(office::sample::path(name)).expect("the shared data can be read")
}
