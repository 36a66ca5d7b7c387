//! Looks for bytes that do harm: `cargo run -p village-tests --release --example fuzz -- changes --seconds 600`.

#[path = "mod.rs"]
mod fuzz;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use fuzz::runner::{Until, attempt, folder, run};
use fuzz::targets::{NAMES, target};

#[derive(Parser)]
struct Arguments {
    /// What is fuzzed.
    #[arg(value_parser = clap::builder::PossibleValuesParser::new(NAMES))]
    target: String,
    /// For how long.
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// What the cases are made from. The same seed makes the same cases.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Runs the case in this file, and no other.
    #[arg(long)]
    case: Option<PathBuf>,
}

fn main() -> ExitCode {
    let Arguments { target: name, seconds, seed, case } = Arguments::parse();
    let Some(mut target) = target(&name) else { return ExitCode::FAILURE };
    if let Some(file) = case {
        let case = match std::fs::read(&file) {
            Ok(case) => case,
            Err(error) => {
                eprintln!("{}: {error}", file.display());
                return ExitCode::FAILURE;
            }
        };
        return match attempt(&mut *target, &case) {
            Ok(()) => {
                println!("nothing is wrong with it");
                ExitCode::SUCCESS
            }
            Err(what) => {
                println!("{what}");
                ExitCode::FAILURE
            }
        };
    }
    let (findings, cases) = run(&name, &mut *target, seed, &Until::Time(Duration::from_secs(seconds)));
    for (n, finding) in findings.iter().enumerate() {
        let file = folder().join(format!("{name}-{seed}-{n}.case"));
        std::fs::write(&file, &finding.case).expect("the build folder can be written");
        println!("{}", finding.what);
        println!("  cargo run -p village-tests --release --example fuzz -- {name} --case {}", file.display());
    }
    println!("{name}, seed {seed}: {cases} cases, {} findings", findings.len());
    if findings.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
