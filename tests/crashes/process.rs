//! Processes that are killed.

use std::io::{BufRead as _, BufReader};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

pub const FOLDER: &str = "VILLAGE_LEDGER_TEST_FOLDER";
pub const ADDRESS: &str = "VILLAGE_LEDGER_TEST_ADDRESS";
pub const TOKEN: &str = "VILLAGE_LEDGER_TEST_TOKEN";
pub const LAST: &str = "VILLAGE_LEDGER_TEST_LAST";

/// The real server, as people start it.
pub struct ServerProcess {
    child: Child,
    folder: PathBuf,
    port: u16,
}

impl ServerProcess {
    pub fn start(folder: &Path) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        Self::on(folder, port)
    }

    fn on(folder: &Path, port: u16) -> Self {
        let mut child = Command::new(binary())
            .arg("--data")
            .arg(folder)
            .args(["serve", "--listen", &format!("127.0.0.1:{port}")])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let began = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert_eq!(child.try_wait().unwrap(), None, "the server ended by itself");
            assert!(began.elapsed() < Duration::from_secs(60), "the server does not start");
            std::thread::sleep(Duration::from_millis(20));
        }
        Self { child, folder: folder.to_owned(), port }
    }

    pub fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Ends it without a word, and starts it again where it was.
    pub fn killed(mut self) -> Self {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        Self::on(&self.folder.clone(), self.port)
    }
}

impl Drop for ServerProcess {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The server's program, which cargo leaves beside the tests.
fn binary() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let binary = test.parent().and_then(Path::parent).unwrap().join("sync-server");
    assert!(binary.exists(), "{} is not built: cargo build -p sync-server", binary.display());
    binary
}

/// The core of the app on one device.
pub struct AppProcess {
    running: Option<(Child, Receiver<String>)>,
}

impl AppProcess {
    pub fn none() -> Self {
        Self { running: None }
    }

    pub fn start(folder: &Path, address: &str, token: &str) -> Self {
        Self { running: Some(spawn(folder, address, token, false)) }
    }

    /// Ends it without a word, and gives all that it had said.
    pub fn killed(self) -> Vec<String> {
        let Some((mut child, lines)) = self.running else { return Vec::new() };
        if let Some(status) = child.try_wait().unwrap() {
            let said: Vec<String> = lines.into_iter().collect();
            panic!("the app ended by itself: {status}; it said {:?}", said.last());
        }
        child.kill().unwrap();
        child.wait().unwrap();
        lines.into_iter().collect()
    }

    /// Lets it sync until nothing is new, and end by itself.
    pub fn finish(folder: &Path, address: &str, token: &str) -> Vec<String> {
        let (mut child, lines) = spawn(folder, address, token, true);
        let said: Vec<String> = lines.into_iter().collect();
        assert!(child.wait().unwrap().success(), "the app failed: {:?}", said.last());
        said
    }
}

fn spawn(folder: &Path, address: &str, token: &str, last: bool) -> (Child, Receiver<String>) {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", "work::the_app", "--ignored", "--nocapture", "--test-threads=1"])
        .env(FOLDER, folder)
        .env(ADDRESS, address)
        .env(TOKEN, token)
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit());
    if last {
        command.env(LAST, "1");
    }
    let mut child = command.spawn().unwrap();
    let (told, lines) = channel();
    let stdout = BufReader::new(child.stdout.take().unwrap());
    std::thread::spawn(move || {
        // A line that was cut by the end of the process was not said.
        for line in stdout.split(b'\n').map_while(Result::ok) {
            let Ok(line) = String::from_utf8(line) else { continue };
            let whole = line.strip_suffix('.').map(str::to_owned);
            if whole.is_some_and(|line| told.send(line).is_err()) {
                break;
            }
        }
    });
    (child, lines)
}
