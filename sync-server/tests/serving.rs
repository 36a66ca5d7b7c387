//! The running program: where its settings come from, what it logs, and how it ends.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// The program, until it ends or is dropped.
struct Running {
    child: Child,
    /// What it said first: where it is reached.
    address: String,
}

impl Running {
    fn start(data: &Path, variables: &[(&str, &str)], arguments: &[&str]) -> Self {
        let mut child = serve(data, variables, arguments).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let address =
            line.trim_end().strip_prefix("Village Ledger listens on ").unwrap_or_default().to_owned();
        Self { child, address }
    }

    fn signal(&self, name: &str) {
        let sent =
            Command::new("kill").args([format!("-{name}"), self.child.id().to_string()]).status().unwrap();
        assert!(sent.success());
    }

    fn ended(&mut self, within: Duration) -> Option<ExitStatus> {
        let began = Instant::now();
        while began.elapsed() < within {
            if let Some(status) = self.child.try_wait().unwrap() {
                return Some(status);
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        None
    }

    fn logged(&mut self) -> String {
        let mut text = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut text).unwrap();
        text
    }

    /// A connection with a request that is never finished.
    fn hang(&self) -> TcpStream {
        let mut stream = TcpStream::connect(self.address.strip_prefix("http://").unwrap()).unwrap();
        stream
            .write_all(b"POST /api/sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{")
            .unwrap();
        std::thread::sleep(Duration::from_millis(300));
        stream
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn serve(data: &Path, variables: &[(&str, &str)], arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sync-server"));
    command.args(["--data".as_ref(), data.as_os_str(), "serve".as_ref()]).args(arguments);
    command.envs(variables.iter().copied()).env_remove("VILLAGE_LEDGER_LOG");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

#[test]
fn a_flag_counts_more_than_a_variable_and_that_more_than_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    std::fs::write(
        data.join("sync-server.toml"),
        "listen = '127.0.0.1:0'\npublic_address = 'https://file.example'\nno_mdns = true\n",
    )
    .unwrap();
    let variable = [("VILLAGE_LEDGER_PUBLIC_ADDRESS", "https://variable.example")];
    let flag = ["--public-address", "https://flag.example/"];
    assert_eq!(Running::start(data, &[], &[]).address, "https://file.example");
    assert_eq!(Running::start(data, &variable, &[]).address, "https://variable.example");
    assert_eq!(Running::start(data, &variable, &flag).address, "https://flag.example");
    // A file that is named is the only one.
    let named = data.join("other.toml");
    std::fs::write(&named, "listen = '127.0.0.1:0'\n").unwrap();
    let named = Running::start(data, &[], &["--config", named.to_str().unwrap()]);
    assert!(named.address.starts_with("http://127.0.0.1:"), "{}", named.address);
}

#[test]
fn what_is_no_setting_is_refused_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    for (text, arguments, said) in [
        ("listen = '127.0.0.1:0'\nlisten_on = 'x'\n", &[][..], &["line 2", "listen_on"][..]),
        ("listen = 8770\n", &[], &["line 1", "listen"]),
        ("", &["--tls-cert", "office.pem"], &["--tls-key"]),
        ("", &["--behind-proxy"], &["--public-address"]),
        ("public_address = 'http://ledger.example'", &[], &["https://"]),
        ("public_address = 'ledger.example'", &[], &["ledger.example"]),
        ("", &["--config", "/nonexistent/x.toml"], &["/nonexistent/x.toml"]),
        ("metrics_token = 'short'", &[], &["--metrics-token"]),
    ] {
        std::fs::write(folder.path().join("sync-server.toml"), text).unwrap();
        let output = serve(folder.path(), &[], arguments).output().unwrap();
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{text} {arguments:?}");
        for word in said {
            assert!(error.contains(word), "{text} {arguments:?}: {error}");
        }
    }
}

#[test]
fn a_request_that_hangs_is_waited_for_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut patient = Running::start(folder.path(), &[], &["--listen", "127.0.0.1:0"]);
    let hanging = patient.hang();
    patient.signal("TERM");
    assert!(patient.ended(Duration::from_secs(2)).is_none(), "it did not wait");
    let status = patient.ended(Duration::from_secs(8)).unwrap();
    assert!(status.success(), "{status}");
    drop(hanging);

    let mut hurried = Running::start(folder.path(), &[], &["--listen", "127.0.0.1:0"]);
    let hanging = hurried.hang();
    hurried.signal("INT");
    assert!(hurried.ended(Duration::from_millis(700)).is_none(), "it did not wait");
    hurried.signal("INT");
    assert_eq!(hurried.ended(Duration::from_secs(2)).unwrap().code(), Some(130));
    drop(hanging);
}

#[test]
fn work_that_goes_on_in_a_thread_holds_up_no_ending() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = Running::start(folder.path(), &[], &["--listen", "127.0.0.1:0"]);
    // Somebody else writes: an attempt to sign in waits ten seconds for them before it fails.
    let other = rusqlite::Connection::open(folder.path().join("access.sqlite")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let mut stream = TcpStream::connect(server.address.strip_prefix("http://").unwrap()).unwrap();
    let body = r#"{"name":"x","password":"y"}"#;
    let head = "POST /api/sign-in HTTP/1.1\r\nHost: localhost\r\nX-Village-Ledger: console\r\n\
        Content-Type: application/json\r\n";
    stream.write_all(format!("{head}Content-Length: {}\r\n\r\n{body}", body.len()).as_bytes()).unwrap();
    std::thread::sleep(Duration::from_millis(300));
    server.signal("TERM");
    let status = server.ended(Duration::from_secs(8)).unwrap();
    assert!(status.success(), "{status}");
}

#[test]
fn a_link_that_opens_nothing_says_whether_it_is_used_or_has_to_wait() {
    let folder = tempfile::tempdir().unwrap();
    let server = Running::start(folder.path(), &[], &["--listen", "127.0.0.1:0"]);
    let asked = || {
        let mut stream = TcpStream::connect(server.address.strip_prefix("http://").unwrap()).unwrap();
        let request = "GET /sign-in?code=guess HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let location = answer.lines().find_map(|line| line.strip_prefix("location: "));
        location.unwrap_or_default().trim_end().to_owned()
    };
    // The pauses double, so that one of these has to wait however slow the machine is.
    let answers: Vec<String> = (0..12).map(|_| asked()).collect();
    assert!(answers[..5].iter().all(|to| to == "/?sign-in=used"), "{answers:?}");
    assert!(answers.iter().any(|to| to.starts_with("/?sign-in=wait&seconds=")), "{answers:?}");
}

#[test]
fn away_from_a_terminal_each_request_is_a_line_of_json() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = Running::start(folder.path(), &[], &["--listen", "127.0.0.1:0"]);
    let mut stream = TcpStream::connect(server.address.strip_prefix("http://").unwrap()).unwrap();
    stream
        .write_all(b"GET /api/photos/secret-name HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 401 "), "{answer}");
    server.signal("TERM");
    assert!(server.ended(Duration::from_secs(8)).unwrap().success());
    let log = server.logged();
    let lines: Vec<serde_json::Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let line = lines.iter().find(|line| line["route"] == "/api/photos/{hash}").unwrap();
    assert_eq!((line["status"].as_u64(), line["method"].as_str()), (Some(401), Some("GET")));
    assert!(answer.contains(line["request"].as_str().unwrap()), "{line} {answer}");
    assert!(!log.contains("secret-name"), "{log}");
}
