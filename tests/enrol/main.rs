//! How a device with many dossiers begins: bytes a dossier, round trips and time, and that it goes on where it was cut.
//! `cargo run -p village-tests --release --example enrol -- --dossiers 10000`

mod dossier;

use std::collections::HashSet;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use app::{App, Office, SyncWatch, sync, system_clock};
use clap::Parser;
use domain::{Role, Scope};
use office::{DONGHUI, JIMEI, forward, sample};
use uuid::Uuid;
use wire::message::ImportKind;
use wire::sync::*;

#[derive(Parser)]
struct Arguments {
    /// How many dossiers the office has.
    #[arg(long, default_value_t = 10_000)]
    dossiers: u64,
    /// Only the ledger of the county, which nobody has worked with yet, as often as it takes.
    #[arg(long)]
    ledger: bool,
    /// The answer to every so many exchanges is lost.
    #[arg(long, default_value_t = 7)]
    cut_every: u64,
}

fn main() {
    let arguments = Arguments::parse();
    let folder = tempfile::tempdir().unwrap();
    let office = App::open(folder.path(), store::Role::Office, system_clock()).unwrap();
    sample::import_file(&office, ImportKind::Divisions, "divisions-350211.csv");
    let began = Instant::now();
    if arguments.ledger {
        dossier::ledger(&office, arguments.dossiers);
    } else {
        dossier::lived_in(&office, arguments.dossiers);
    }
    println!("{} dossiers written in {:.0?}", arguments.dossiers, began.elapsed());
    let device_folder = tempfile::tempdir().unwrap();
    let device = App::open(device_folder.path(), store::Role::Device, system_clock()).unwrap();
    let scope = Scope::new(vec![if arguments.ledger { JIMEI } else { DONGHUI }.parse().unwrap()]);
    let lead = Office::new(office.store().clone(), scope, "阿华".to_owned(), Role::Lead);
    let link = Link { office: lead, cut_every: arguments.cut_every, seen: Mutex::default() };
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let (began, mut cuts) = (Instant::now(), 0);
    let outcome = loop {
        let watch = SyncWatch::default();
        match runtime.block_on(sync(device.store(), &link, &|| device.now(), &watch)) {
            Ok(outcome) => break outcome,
            Err(_) => cuts += 1,
        }
    };
    let whole = began.elapsed();
    let seen = link.seen.lock().unwrap();
    let verified = outcome.verified.expect("both sides hold the same");
    assert_eq!(verified.dossiers, arguments.dossiers);
    assert!(seen.again == 0, "{} documents came twice", seen.again);
    let per_dossier = seen.down as f64 / arguments.dossiers as f64;
    println!("enrolled and verified in {whole:.1?}: {} round trips, {cuts} cuts", seen.trips);
    println!(
        "  {:.1} MB down, {:.2} kB a dossier (bar: 4 kB); {:.1} kB up",
        seen.down as f64 / 1e6,
        per_dossier / 1e3,
        seen.up as f64 / 1e3
    );
    println!(
        "  before compression {:.2} kB a dossier; the largest answer {:.0} kB",
        seen.plain as f64 / arguments.dossiers as f64 / 1e3,
        seen.largest as f64 / 1e3
    );
    println!(
        "  what was sent and lost: {:.1} kB; page written in at most {:.0?}",
        seen.lost as f64 / 1e3,
        seen.slowest
    );
    println!(
        "  database of the device: {:.2} kB a dossier",
        size(device_folder.path()) / arguments.dossiers as f64 / 1e3
    );
}

fn size(folder: &std::path::Path) -> f64 {
    ["replica.sqlite", "replica.sqlite-wal"]
        .iter()
        .filter_map(|name| std::fs::metadata(folder.join(name)).ok())
        .map(|file| file.len() as f64)
        .sum()
}

/// The office as it is seen over a link that is cut now and then, with what goes over it.
struct Link {
    office: Office,
    cut_every: u64,
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    trips: u64,
    up: usize,
    down: usize,
    plain: usize,
    largest: usize,
    lost: usize,
    again: u64,
    arrived: HashSet<Uuid>,
    answered: Option<Instant>,
    slowest: Duration,
}

impl SyncProtocol for Link {
    async fn exchange(&self, request: ExchangeRequest) -> Result<ExchangeReply, ProtocolError> {
        let up = encode(&request).unwrap().len();
        {
            let mut seen = self.seen.lock().unwrap();
            if let Some(answered) = seen.answered.take() {
                seen.slowest = seen.slowest.max(answered.elapsed());
            }
        }
        let reply = self.office.exchange(request).await?;
        let down = encode(&reply).unwrap().len();
        let mut seen = self.seen.lock().unwrap();
        seen.trips += 1;
        seen.up += up;
        if seen.trips.is_multiple_of(self.cut_every) {
            seen.lost += down;
            return Err(ProtocolError::Unreachable("cut".to_owned()));
        }
        seen.down += down;
        seen.largest = seen.largest.max(down);
        for snapshot in reply.feeds.iter().flat_map(|feed| &feed.snapshots) {
            seen.plain += snapshot.bytes.len();
            if !seen.arrived.insert(snapshot.document) {
                seen.again += 1;
            }
        }
        seen.answered = Some(Instant::now());
        Ok(reply)
    }

    forward!(office: rest);
}
