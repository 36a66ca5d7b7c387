//! Runs cases one after the other, and watches each: what panics, breaks a promise, takes long or takes much memory is a
//! finding.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rand::SeedableRng as _;
use rand::rngs::StdRng;

/// What a case may take of the processor, as it is shipped; more where it is built for debugging.
pub const LONGEST: Duration = Duration::from_secs(if cfg!(debug_assertions) { 12 } else { 2 });
/// How many bytes more than before a case may have in memory.
pub const MOST_MEMORY: u64 = 300 << 20;
/// What of the processor ends the whole run, and what by the clock on the wall, where somebody waits and does nothing.
const GIVE_UP: Duration = Duration::from_secs(60);
const GIVE_UP_WAITING: Duration = Duration::from_secs(600);

/// Something that reads what strangers send.
pub trait Target {
    /// The next case.
    fn next(&mut self, rng: &mut StdRng) -> Vec<u8>;

    /// Runs a case. The same bytes do the same, whatever was run before.
    ///
    /// # Errors
    /// Says which promise was broken.
    fn run(&mut self, case: &[u8]) -> Result<(), String>;
}

/// A case that broke a promise.
#[derive(Debug)]
pub struct Finding {
    pub what: String,
    pub case: Vec<u8>,
}

/// When to end. The tests end after so many cases, the example after so much time.
#[allow(dead_code)]
pub enum Until {
    Cases(u64),
    Time(Duration),
}

/// Runs a target from a seed, and gives the findings and how many cases were run.
pub fn run(name: &str, target: &mut dyn Target, seed: u64, until: &Until) -> (Vec<Finding>, u64) {
    let mut rng = StdRng::seed_from_u64(seed);
    let (begin, mut cases, mut findings) = (Instant::now(), 0, Vec::<Finding>::new());
    let watchdog = Watchdog::begin(name, seed);
    loop {
        let over = match until {
            Until::Cases(most) => cases >= *most,
            Until::Time(longest) => begin.elapsed() >= *longest,
        };
        if over || findings.len() >= 20 {
            break;
        }
        let case = target.next(&mut rng);
        cases += 1;
        watchdog.look_at(Some(&case));
        // Panics that are caught are no findings, and thousands of messages tell nothing.
        std::panic::set_hook(Box::new(|_| {}));
        let outcome = attempt(target, &case);
        drop(std::panic::take_hook());
        watchdog.look_at(None);
        if let Err(what) = outcome {
            findings.push(Finding { what, case });
        }
    }
    (findings, cases)
}

/// Runs one case; says what is wrong with it.
pub fn attempt(target: &mut dyn Target, case: &[u8]) -> Result<(), String> {
    let before = memory("VmRSS:");
    forget_peak();
    // Not by the clock on the wall: others want the processor too.
    let begin = processor_time();
    let outcome = catch_unwind(AssertUnwindSafe(|| target.run(case)));
    let took = processor_time().saturating_sub(begin);
    let more = memory("VmHWM:").saturating_sub(before);
    match outcome {
        Err(panic) => {
            let text = panic.downcast_ref::<String>().map(String::as_str);
            let text = text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or_default();
            return Err(format!("a panic went through: {text}"));
        }
        Ok(outcome) => outcome?,
    }
    if took > LONGEST {
        return Err(format!("it took {} ms", took.as_millis()));
    }
    if more > MOST_MEMORY {
        return Err(format!("it took {} MiB", more >> 20));
    }
    Ok(())
}

/// Where findings are kept.
pub fn folder() -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/fuzz");
    std::fs::create_dir_all(&folder).expect("the build folder can be written");
    folder
}

/// A field of what Linux says of this process, in bytes; 0 elsewhere, where memory is not watched.
fn memory(field: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(field)).unwrap_or_default();
    line.trim().trim_end_matches("kB").trim().parse::<u64>().unwrap_or_default() << 10
}

/// What all threads of this process took of the processor so far, by Linux in hundredths of a second; nothing elsewhere.
fn processor_time() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // After the name, which stands in brackets: 11 fields, then what it took itself and what the system took for it.
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    let ticks: u64 = fields.skip(11).take(2).filter_map(|ticks| ticks.parse::<u64>().ok()).sum();
    Duration::from_millis(ticks * 10)
}

fn forget_peak() {
    let _ = std::fs::write("/proc/self/clear_refs", "5");
}

/// The case that runs, and since when.
struct Running {
    begin: Instant,
    processor: Duration,
    case: Vec<u8>,
}

/// Looks on from another thread, so that a case that never ends is known too. One that ends the process (a stack that
/// overflows) is found in the file of the running case.
struct Watchdog {
    running: Arc<Mutex<Option<Running>>>,
    file: PathBuf,
    _alive: Arc<()>,
}

impl Watchdog {
    fn begin(name: &str, seed: u64) -> Self {
        let running: Arc<Mutex<Option<Running>>> = Arc::default();
        let file = folder().join(format!("{name}-{seed}.running"));
        let alive = Arc::new(());
        let (looked_at, still) = (Arc::clone(&running), Arc::downgrade(&alive));
        let hanging = file.with_extension("hangs");
        std::thread::spawn(move || {
            while still.upgrade().is_some() {
                std::thread::sleep(Duration::from_millis(200));
                let running = looked_at.lock().expect("nobody panics with it");
                let Some(Running { begin, processor, case }) = running.as_ref() else { continue };
                let busy = processor_time().saturating_sub(*processor);
                if busy > GIVE_UP || begin.elapsed() > GIVE_UP_WAITING || memory("VmRSS:") > 6 << 30 {
                    std::fs::write(&hanging, case).expect("the build folder can be written");
                    eprintln!("a case does not end, or takes all memory: {}", hanging.display());
                    std::process::exit(2);
                }
            }
        });
        Self { running, file, _alive: alive }
    }

    fn look_at(&self, case: Option<&[u8]>) {
        if let Some(case) = case {
            let _ = std::fs::write(&self.file, case);
        }
        let running =
            |case: &[u8]| Running { begin: Instant::now(), processor: processor_time(), case: case.to_vec() };
        *self.running.lock().expect("nobody panics with it") = case.map(running);
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.file);
    }
}
