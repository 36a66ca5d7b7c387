//! Five o'clock: every inspector of a county comes back and all their devices sync at once. The real server, as a process of
//! its own and over TLS; devices with stores of their own. Prints how long it takes until the last is verified, how long
//! calls took, and what the server needed.
//!
//! `cargo run --release -p village-tests --example load -- --devices 500 --dossiers 20 --photos 10`

mod measure;
mod people;
mod server;

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};
use std::time::{Duration, Instant};

use clap::{Parser, Subcommand};

use measure::Measures;
use people::{Inspector, Plan};
use server::ServerProcess;

#[derive(Parser)]
#[command(about = "Lets many devices sync with one server at the same moment")]
struct Arguments {
    #[command(subcommand)]
    part: Option<Part>,
    /// How many devices.
    #[arg(long, default_value_t = 500)]
    devices: usize,
    /// How many changed dossiers each of them has.
    #[arg(long, default_value_t = 20)]
    dossiers: usize,
    /// How many photos each of them has taken.
    #[arg(long, default_value_t = 10)]
    photos: usize,
    /// The size of a photo, in kB.
    #[arg(long, default_value_t = 160)]
    photo_kb: usize,
    /// How many devices share a village, and so fetch what the others made.
    #[arg(long, default_value_t = 2)]
    per_village: usize,
    /// Where the stores are kept while it runs; a folder in the system's place for temporary files unless one is named.
    #[arg(long)]
    folder: Option<PathBuf>,
}

/// What this program starts itself as.
#[derive(Subcommand)]
enum Part {
    #[command(hide = true)]
    Server { folder: PathBuf },
}

fn main() {
    let arguments = Arguments::parse();
    if let Some(Part::Server { folder }) = &arguments.part {
        return server::serve(folder);
    }
    let root = match &arguments.folder {
        Some(folder) => tempfile::tempdir_in(folder),
        None => tempfile::tempdir(),
    };
    let root = root.unwrap();
    let plan = Plan {
        devices: arguments.devices,
        dossiers: arguments.dossiers,
        photos: arguments.photos,
        photo_bytes: arguments.photo_kb * 1_000,
        per_village: arguments.per_village.max(1),
    };
    let began = Instant::now();
    let tokens = people::begin(&root.path().join("office"), &plan);
    let server = ServerProcess::start(&root.path().join("office"));
    let measures = Arc::new(Measures::default());
    let inspectors = prepare(&root, &plan, &tokens, &server, &measures);
    println!(
        "{} devices with {} changed dossiers and {} photos of {} kB each are ready after {:.0} s",
        plan.devices,
        plan.dossiers,
        plan.photos,
        arguments.photo_kb,
        began.elapsed().as_secs_f64()
    );
    measures.forget();
    let before = server.usage();
    let (verified, wall) = five_o_clock(inspectors);
    let after = server.usage();
    report(&plan, &measures, verified, wall, before, after);
}

/// Gives each inspector a store, the dossiers that they know, and then the work of a day that the server does not have.
fn prepare(
    root: &tempfile::TempDir,
    plan: &Plan,
    tokens: &[String],
    server: &ServerProcess,
    measures: &Arc<Measures>,
) -> Vec<Inspector> {
    let next = AtomicUsize::new(0);
    let made = std::sync::Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    let Some(token) = tokens.get(number) else { break };
                    let folder = root.path().join(format!("device-{number}"));
                    let inspector = Inspector::open(&folder, number, server, token, Arc::clone(measures));
                    inspector.knows_sites(plan);
                    inspector.works(plan);
                    made.lock().unwrap().push(inspector);
                }
            });
        }
    });
    made.into_inner().unwrap()
}

/// All begin at once and try until all is proven. Gives when each was, and the time until the last was.
fn five_o_clock(inspectors: Vec<Inspector>) -> (Vec<Duration>, Duration) {
    let start = Barrier::new(inspectors.len() + 1);
    let mut verified = Vec::new();
    let mut wall = Duration::ZERO;
    std::thread::scope(|scope| {
        let threads: Vec<_> = inspectors
            .iter()
            .map(|inspector| {
                let start = &start;
                scope.spawn(move || {
                    start.wait();
                    let began = Instant::now();
                    inspector.syncs_until_verified();
                    began.elapsed()
                })
            })
            .collect();
        start.wait();
        let began = Instant::now();
        verified = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
        wall = began.elapsed();
    });
    verified.sort_unstable();
    (verified, wall)
}

fn report(
    plan: &Plan,
    measures: &Measures,
    verified: Vec<Duration>,
    wall: Duration,
    before: server::Usage,
    after: server::Usage,
) {
    println!("\n{:<44}{:>12}", "until the last device was verified", format!("{:.1} s", wall.as_secs_f64()));
    let half = verified[verified.len() / 2];
    println!("{:<44}{:>12}", "until half of them were", format!("{:.1} s", half.as_secs_f64()));
    let bytes = plan.devices * plan.photos * plan.photo_bytes;
    println!("{:<44}{:>12}", "photos sent", format!("{:.0} MB", bytes as f64 / 1e6));
    println!("{:<44}{:>12}", "server: processor time", format!("{:.1} s", after.cpu_s - before.cpu_s));
    println!("{:<44}{:>12}", "server: most memory", format!("{:.0} MB", after.peak_kb as f64 / 1e3));
    println!(
        "\n{:<20}{:>9}{:>10}{:>10}{:>10}{:>10}",
        "call", "times", "p50 ms", "p99 ms", "max ms", "failed"
    );
    measures.print();
}
