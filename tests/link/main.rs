//! How photos, or changed dossiers, get over a bad link: a device with much to send, a real server, and between them a link of 128 kbit/s,
//! 600 ms round trip and 2 % loss that is cut every 20 seconds. Prints the bytes on the wire beside those of the photos,
//! and whether anything is missing at the end.
//!
//! `cargo run -p village-tests --example link -- EMULATOR [--photos 100] [--side 480] [--records 1000]`, as root on Linux. EMULATOR is a
//! Python program that is called as `EMULATOR NAME delay_ms rate_kbit loss`, joins the network namespaces NAMEd (10.99.0.1)
//! and NAMEs (10.99.0.2), and beside itself reads NAME.cfg (the three numbers, while it runs) and writes NAME.stat.

mod photographs;
mod world;

use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use clap::{Parser, Subcommand};

const SERVER: &str = "10.99.0.2:8770";

#[derive(Parser)]
#[command(about = "Sends photos over a bad link and counts bytes")]
struct Arguments {
    #[command(subcommand)]
    part: Option<Part>,
    /// The program that emulates the link.
    emulator: Option<PathBuf>,
    /// How many photos.
    #[arg(long, default_value_t = 100)]
    photos: usize,
    /// Send so many changed dossiers of the county instead of photos, and do not cut the link.
    #[arg(long)]
    records: Option<usize>,
    /// The photos' longest side in pixels: 480 gives about 30 kB, 2000 some hundred.
    #[arg(long, default_value_t = 480)]
    side: usize,
    /// Milliseconds each way, kbit/s, share of packets lost.
    #[arg(long, default_value = "300 128 0.02")]
    link: String,
    /// The link is cut after so many seconds, for two seconds.
    #[arg(long, default_value_t = 20)]
    cut_every: u64,
}

/// What this program starts itself as, at either end of the link.
#[derive(Subcommand)]
enum Part {
    #[command(hide = true)]
    Server { folder: PathBuf },
    #[command(hide = true)]
    Device { folder: PathBuf, token: String, certificate: String },
}

fn main() {
    let arguments = Arguments::parse();
    match arguments.part {
        Some(Part::Server { folder }) => world::serve(&folder, SERVER),
        Some(Part::Device { folder, token, certificate }) => {
            world::send(&folder, &format!("https://{SERVER}"), &token, &certificate);
        }
        None => match &arguments.emulator {
            Some(emulator) => measure(emulator, &arguments),
            None => eprintln!("name the program that emulates the link; --help says more"),
        },
    }
}

fn measure(emulator: &Path, arguments: &Arguments) {
    let folder = tempfile::tempdir().unwrap();
    let world = match arguments.records {
        Some(records) => world::with_records(folder.path(), records),
        None => world::with_photos(folder.path(), arguments.photos, arguments.side),
    };
    match arguments.records {
        Some(records) => println!("{records} changes, compressed {} bytes", world.bytes),
        None => println!(
            "{} photos of {} kB, {} kB in all; thumbnails: {} kB",
            world.photos.len(),
            world.bytes / 1_000 / world.photos.len() as u64,
            world.bytes / 1_000,
            world.thumbnail_bytes / 1_000
        ),
    }
    let link = Link::begin(emulator, folder.path());
    let itself = std::env::current_exe().unwrap();
    let office = folder.path().join("office");
    let device = folder.path().join("device");
    let _server = Ended(link.inside("s", &itself).arg("server").arg(&office).spawn().unwrap());
    std::thread::sleep(Duration::from_secs(2));
    link.set(&arguments.link);
    let before = link.bytes();
    let began = Instant::now();
    let mut sender = Ended(
        link.inside("d", &itself)
            .arg("device")
            .arg(&device)
            .args([&world.token, &world.certificate])
            .spawn()
            .unwrap(),
    );
    let mut cuts = 0;
    let mut next_cut = Duration::from_secs(arguments.cut_every);
    let mut next_line = Duration::from_secs(60);
    while sender.0.try_wait().unwrap().is_none() {
        std::thread::sleep(Duration::from_millis(200));
        if arguments.records.is_none() && began.elapsed() >= next_cut {
            link.cut(&arguments.link);
            cuts += 1;
            next_cut += Duration::from_secs(arguments.cut_every);
        }
        if began.elapsed() >= next_line {
            let (up, down) = link.bytes();
            println!(
                "{:>5} s: {} kB up, {} kB down, {cuts} cuts",
                began.elapsed().as_secs(),
                (up - before.0) / 1_000,
                (down - before.1) / 1_000
            );
            next_line += Duration::from_secs(60);
        }
    }
    let took = began.elapsed();
    let (up, down) = link.bytes();
    let (up, down) = (up - before.0, down - before.1);
    drop(_server);
    let missing = world.missing_at(&office);
    let payload = world.bytes + world.thumbnail_bytes;
    println!("time: {:.1} s; cut {cuts} times", took.as_secs_f64());
    if arguments.records.is_some() {
        println!(
            "up: {up} bytes on the wire, {:.3} of the changes compressed",
            up as f64 / world.bytes as f64
        );
        println!("down: {down} bytes on the wire");
        assert!(!world.differs_from(&office));
        println!("both sides hold the same");
        return;
    }
    println!(
        "up: {up} bytes on the wire, {:.3} of the photos, {:.3} of photos and thumbnails",
        up as f64 / world.bytes as f64,
        up as f64 / payload as f64
    );
    println!("down: {down} bytes on the wire");
    println!("missing or different at the server: {missing}");
    assert_eq!(missing, 0);
}

/// The emulated link, for as long as this lives.
struct Link {
    name: String,
    beside: PathBuf,
    child: Child,
}

impl Link {
    fn begin(emulator: &Path, folder: &Path) -> Self {
        // It writes beside itself, so it runs from a copy.
        let program = folder.join("emulator.py");
        std::fs::copy(emulator, &program).expect("the emulator");
        let name = format!("vl{}", std::process::id() % 10_000);
        let child = Command::new("python3").arg(&program).arg(&name).args(["0", "0", "0"]).spawn().unwrap();
        let link = Self { beside: folder.join(&name), name, child };
        for _ in 0..50 {
            if link.beside.with_extension("stat").exists() {
                return link;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        panic!("the emulator does not run: it needs root");
    }

    fn inside(&self, end: &str, program: &Path) -> Command {
        let mut command = Command::new("ip");
        command.args(["netns", "exec", &format!("{}{end}", self.name)]).arg(program);
        command
    }

    fn set(&self, link: &str) {
        std::fs::write(self.beside.with_extension("cfg"), link).unwrap();
    }

    /// As when a phone loses its network: nothing gets through for two seconds, and its connections are gone. The server
    /// is not told.
    fn cut(&self, link: &str) {
        let mut dead: Vec<&str> = link.split_whitespace().take(2).collect();
        dead.push("1");
        self.set(&dead.join(" "));
        std::thread::sleep(Duration::from_millis(100));
        let destroyed =
            self.inside("d", Path::new("ss")).args(["-K", "-t", "dst", "10.99.0.2"]).output().unwrap();
        if !destroyed.status.success() {
            eprintln!("connections cannot be destroyed here: {}", String::from_utf8_lossy(&destroyed.stderr));
        }
        std::thread::sleep(Duration::from_secs(2));
        self.set(link);
    }

    /// Bytes of all packets up and down so far.
    fn bytes(&self) -> (u64, u64) {
        let text = std::fs::read_to_string(self.beside.with_extension("stat")).unwrap();
        let stat: serde_json::Value = serde_json::from_str(&text).unwrap();
        (stat["up_bytes"].as_u64().unwrap(), stat["down_bytes"].as_u64().unwrap())
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        // It takes its namespaces away when it is asked to end.
        let _ = Command::new("kill").arg(self.child.id().to_string()).status();
        let _ = self.child.wait();
    }
}

/// A program that ends with this.
struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
