//! The server as a process of its own, and what it takes of the machine.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use sync_server::Server;

/// Serves until it is ended. Says where, and the fingerprint of its certificate.
pub fn serve(folder: &Path) {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let server = Server::open(folder, "127.0.0.1:0", None).await.unwrap();
        println!("{} {}", server.address(), server.fingerprint());
        std::io::stdout().flush().unwrap();
        server.run(std::future::pending()).await.unwrap();
    });
}

pub struct ServerProcess {
    child: Child,
    pub url: String,
    pub certificate: String,
}

/// What a process took so far.
#[derive(Debug, Clone, Copy)]
pub struct Usage {
    pub cpu_s: f64,
    pub peak_kb: u64,
}

impl ServerProcess {
    pub fn start(folder: &Path) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .arg("server")
            .arg(folder)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let (address, certificate) = line.trim().split_once(' ').unwrap();
        Self { child, url: format!("https://{address}"), certificate: certificate.to_owned() }
    }

    /// From `/proc`, so on Linux only; nothing elsewhere.
    pub fn usage(&self) -> Usage {
        let read = |name: &str| {
            std::fs::read_to_string(format!("/proc/{}/{name}", self.child.id())).unwrap_or_default()
        };
        let stat = read("stat");
        // After the name of the program, which stands in brackets: user and system time are the 12th and 13th.
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
        let ticks =
            |place: usize| fields.get(place).and_then(|text| text.parse::<f64>().ok()).unwrap_or_default();
        let peak = read("status");
        let peak = peak.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let peak_kb =
            peak.and_then(|text| text.trim().trim_end_matches(" kB").parse().ok()).unwrap_or_default();
        // The kernel counts 100 ticks a second for programs, whatever its own clock.
        Usage { cpu_s: (ticks(11) + ticks(12)) / 100.0, peak_kb }
    }
}

impl Drop for ServerProcess {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
