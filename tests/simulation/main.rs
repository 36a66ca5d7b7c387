//! A season in a county, from a seed: inspectors, leads and the office work through the real commands on real replicas,
//! over a network that loses, doubles, cuts and delays, with crashes at every write, wrong clocks, backups that are restored,
//! people who are renamed, moved and revoked. What screens claim meanwhile is compared with what is so, and at the end all
//! must be alike and nothing be lost.
//!
//! `VILLAGE_LEDGER_SEED=7 VILLAGE_LEDGER_TRACE=1 cargo test -p village-tests --test simulation -- --nocapture` plays one
//! season and tells its steps (dice and clocks are of the seed, ids are not, so that what hangs on the order of ids may take
//! another turn); `VILLAGE_LEDGER_SEASONS=20000` plays more of them than usual.

mod claims;
mod device;
mod fault;
mod looking;
mod network;
mod office_host;
mod play;
mod quiet;
mod replica;
mod season;
mod seat;
mod tally;
mod template;
mod work;

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Instant;

use tally::Tally;

/// How many seasons are played unless somebody wants more.
const SEASONS: u64 = 1_000;
/// How many threads play them.
const THREADS: usize = 2;

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().map(|text| text.parse().unwrap())
}

#[test]
fn whatever_befalls_a_county_nothing_is_lost_and_nothing_false_is_claimed() {
    fault::install();
    if let Some(seed) = number("VILLAGE_LEDGER_SEED") {
        let tally = play::season(seed).unwrap_or_else(|failure| panic!("seed {seed}: {failure}"));
        return tally.print(1);
    }
    let (first, seasons) =
        (number("VILLAGE_LEDGER_FIRST").unwrap_or(0), number("VILLAGE_LEDGER_SEASONS").unwrap_or(SEASONS));
    let (next, failed) = (AtomicU64::new(first), AtomicBool::new(false));
    let all = Mutex::new((Tally::default(), Vec::new()));
    let began = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                while !failed.load(Ordering::Relaxed) {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= first + seasons {
                        break;
                    }
                    let played = play::season(seed);
                    let mut all = all.lock().unwrap();
                    match played {
                        Ok(tally) => all.0.add(tally),
                        Err(failure) => {
                            failed
                                .store(std::env::var_os("VILLAGE_LEDGER_GO_ON").is_none(), Ordering::Relaxed);
                            all.1.push((seed, failure));
                        }
                    }
                }
            });
        }
    });
    let (tally, failures) = all.into_inner().unwrap();
    let played = next.load(Ordering::Relaxed).min(first + seasons) - first;
    tally.print(played);
    println!("\n{played} seasons in {:.0} s", began.elapsed().as_secs_f64());
    for (seed, failure) in &failures {
        println!(
            "\nseed {seed}: {failure}\nplay it again: VILLAGE_LEDGER_SEED={seed} VILLAGE_LEDGER_TRACE=1 cargo test -p village-tests --test simulation -- --nocapture"
        );
    }
    assert!(failures.is_empty(), "{} of {played} seasons went wrong", failures.len());
    if played >= SEASONS {
        everything_occurred(&tally);
    }
}

/// Commands that no season runs, and why.
const ELSEWHERE: &[&str] = &[
    // Tiles of a map are no records: `places.rs`.
    "tiles.import",
    "tiles.remove",
    // How a device comes to its token: `enrolment.rs`, `tls.rs`. Here it has one from the beginning.
    "sync.scan_invitation",
    "sync.read_invitation",
    "sync.enrol",
    "sync.disconnect",
    // Every device connects at its beginning, which is not counted.
    "sync.connect",
    // What a short season seldom comes to: `two_devices.rs`, `resettlement.rs`, `permissions.rs`.
    "sites.choose_value",
    "alerts.answer",
    "tasks.get",
    // Looks only: `verification.rs`.
    "sync.receipts",
    // The same exchange as a file: `bundle.rs`.
    "bundle.write",
    "bundle.read",
];

/// What never happens proves nothing.
fn everything_occurred(tally: &Tally) {
    for point in fault::POINTS {
        assert!(tally.crashes.keys().any(|(hit, _)| hit == point), "nobody ever crashed at {point}");
    }
    for fault in network::FAULTS.iter().chain(play::FAULTS) {
        assert!(tally.faults.contains_key(fault), "there was never a {fault}");
    }
    let commands =
        wire::command::COMMANDS.iter().chain(wire::device::DEVICE_COMMANDS).map(|command| command.name);
    for command in commands.filter(|name| !ELSEWHERE.contains(name)) {
        assert!(tally.commands.contains_key(command), "nobody ever ran {command}");
    }
}
