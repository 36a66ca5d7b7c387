//! What somebody who operates the server has: settings that are documented, a log without personal data, health, figures.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::sync::{Arc, Mutex};

use domain::Role;
use office::console::Console;
use office::{TestOffice, sample};
use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};
use sync_server::config::Config;
use sync_server::{Server, cli};
use tracing_subscriber::EnvFilter;

const OPERATING: &str = include_str!("../docs/operating.md");

/// The settings as a table: what `docs/operating.md` must say.
fn table() -> Vec<String> {
    let serve = cli::command().find_subcommand("serve").unwrap().clone();
    let data = cli::command().get_arguments().find(|argument| argument.get_id() == "data").unwrap().clone();
    std::iter::once(data)
        .chain(serve.get_arguments().filter(|argument| argument.get_id() != "data").cloned())
        .map(|argument| {
            let id = argument.get_id().as_str();
            let key = if matches!(id, "data" | "config") { String::new() } else { format!("`{id}`") };
            let value = argument.get_value_names().unwrap()[0].as_str();
            let flag = argument.get_long().unwrap();
            let flag = match argument.is_require_equals_set() {
                true => format!("--{flag}[={value}]"),
                false => format!("--{flag} {value}"),
            };
            let variable = argument.get_env().unwrap().to_str().unwrap();
            let help = argument.get_help().unwrap().to_string().replace('\n', " ");
            let (what, default) = match help.split_once(" [default: ") {
                Some((what, default)) => (what.to_owned(), default.trim_end_matches(']').to_owned()),
                None => (help, String::new()),
            };
            format!("| {key} | `{flag}` | `{variable}` | {default} | {what} |")
        })
        .collect()
}

#[test]
fn every_setting_stands_in_the_table_as_the_program_has_it() {
    let table = table();
    let header = "| key in a file | flag | variable | if not given | what it does |\n|---|---|---|---|---|\n";
    let documented = OPERATING.split_once(header).unwrap().1.split_once("\n\n").unwrap().0;
    assert_eq!(documented, table.join("\n"), "docs/operating.md needs this:\n{}\n", table.join("\n"));
}

async fn text(url: String, token: Option<&str>) -> (StatusCode, String) {
    let request = Client::new().get(url);
    let request = match token {
        Some(token) => request.bearer_auth(token),
        None => request,
    };
    let response = request.send().await.unwrap();
    (response.status(), response.text().await.unwrap())
}

/// Reads the text form: the name and labels of each sample, and its value.
fn samples(text: &str) -> BTreeMap<String, f64> {
    let mut samples = BTreeMap::new();
    let mut typed = BTreeSet::new();
    for line in text.lines() {
        if let Some(comment) = line.strip_prefix("# TYPE ") {
            let (name, kind) = comment.split_once(' ').unwrap();
            assert!(["counter", "gauge", "histogram"].contains(&kind), "{line}");
            assert!(typed.insert(name.to_owned()), "{name} twice");
        } else if !line.starts_with("# HELP ") {
            let (name, value) = line.rsplit_once(' ').unwrap();
            let bare = name.split('{').next().unwrap();
            let family = ["_bucket", "_sum", "_count"].iter().find_map(|end| bare.strip_suffix(end));
            assert!(typed.contains(bare) || family.is_some_and(|family| typed.contains(family)), "{line}");
            assert!(samples.insert(name.to_owned(), value.parse().unwrap()).is_none(), "{line}");
        }
    }
    samples
}

#[tokio::test(flavor = "multi_thread")]
async fn figures_count_what_happened() {
    let office = TestOffice::of_donghui().await;
    let ahua = office.inspector("阿华").await;
    ahua.sync().await.unwrap();
    ahua.register("红星塑料厂");
    ahua.sync().await.unwrap();
    let (status, text) = text(format!("{}/metrics", office.address), None).await;
    assert_eq!(status, StatusCode::OK);
    let samples = samples(&text);
    assert!(samples["village_ledger_exchanges_total"] >= 2.0);
    assert_eq!(samples[r#"village_ledger_changes_total{result="taken"}"#], 1.0);
    let exchanges =
        r#"village_ledger_http_request_seconds_count{method="POST",route="/sync/exchange",status="200"}"#;
    assert_eq!(samples[exchanges], samples["village_ledger_exchanges_total"]);
    assert!(
        samples["village_ledger_disk_free_bytes"] > 0.0 && samples["village_ledger_database_bytes"] > 0.0
    );
    assert_eq!(samples["village_ledger_photos"], 0.0);
    let log = office.app.store().read::<_, store::StoreError>(|reader| reader.figures()).unwrap().log_entries;
    assert_eq!(samples["village_ledger_log_entries"], log as f64);
    assert!(log > 0);
    assert_eq!(samples[r#"village_ledger_devices{last_contact="hour"}"#], 1.0);

    // Each is documented, and what is documented is there.
    let names: BTreeSet<&str> =
        text.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next()).collect();
    for name in names.iter().filter(|name| !name.starts_with("process_")) {
        assert!(OPERATING.contains(&format!("`{name}`")), "{name} is not in docs/operating.md");
    }
    assert!(names.contains("process_resident_memory_bytes"), "{names:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn figures_are_for_this_machine_or_a_token() {
    let folder = tempfile::tempdir().unwrap();
    let metrics_token = Some("a token of some length".to_owned());
    let config = Config {
        metrics_token,
        behind_proxy: true,
        public_address: Some("https://ledger.example".to_owned()),
        ..Config::new(folder.path(), "127.0.0.1:0")
    };
    let server = Server::open_with(config).await.unwrap();
    let url = format!("http://{}/metrics", server.address());
    tokio::spawn(server.run(std::future::pending()));
    assert_eq!(text(url.clone(), None).await.0, StatusCode::OK);
    let through_proxy = |token: Option<&'static str>| {
        let request = Client::new().get(&url).header("x-forwarded-for", "10.1.2.3");
        let request = match token {
            Some(token) => request.bearer_auth(token),
            None => request,
        };
        async move { request.send().await.unwrap().status() }
    };
    assert_eq!(through_proxy(None).await, StatusCode::FORBIDDEN);
    assert_eq!(through_proxy(Some("another token")).await, StatusCode::FORBIDDEN);
    assert_eq!(through_proxy(Some("a token of some length")).await, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn health_says_what_is_wrong() {
    let office = TestOffice::of_donghui().await;
    let url = format!("{}/healthz", office.address);
    let (status, body) = text(url.clone(), None).await;
    assert_eq!(status, StatusCode::OK, "{body}");
    assert_eq!(serde_json::from_str::<Value>(&body).unwrap()["ok"], true);
    std::fs::remove_file(office.folder.path().join("reserve")).unwrap();
    let (status, body) = text(url, None).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{body}");
    let body: Value = serde_json::from_str(&body).unwrap();
    assert_eq!((&body["ok"], &body["database"], &body["disk"]), (&json!(false), &json!(true), &json!(false)));
}

/// What is logged, kept in memory.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_busy_day_leaves_no_name_in_the_log() {
    let log = Log::default();
    let sink = log.clone();
    tracing_subscriber::fmt()
        .json()
        .with_env_filter(EnvFilter::new("info,sync_server=debug,app=debug,store=debug,access=debug"))
        .with_writer(move || sink.clone())
        .init();
    let office = TestOffice::of_donghui().await;
    let lin = office.inspector("林志燕").await;
    lin.sync().await.unwrap();
    let site = lin.register("红星塑料厂");
    lin.edit(site, domain::SiteField::Telephone, "13950009876");
    lin.edit(site, domain::SiteField::Operator, "洪阿贵");
    lin.sync().await.unwrap();

    let lead = office.person("陈主任", Role::Lead);
    let session = office.session(&lead);
    let console = Console::with(&office, &session);
    let call = async |command: &str, request: Value| {
        drop(console.post(&format!("/api/call/{command}"), request).await);
    };
    let send = async |path: &str, body: String| {
        let request = console.bare(Method::POST, path).header("x-village-ledger", "console").body(body);
        request.send().await.unwrap().status()
    };
    let filter = json!({ "filter": { "text": "红星塑料" }, "after": null, "limit": 50 });
    call("sites.list", filter).await;
    call("sites.dossier", json!({ "site": site })).await;
    call("people.list", json!({})).await;
    // What is wrong, refused or unknown is logged no less carefully.
    call("sites.dossier", json!({ "site": "红星塑料厂" })).await;
    call("sites.named.13950009876", json!({ "name": "洪阿贵" })).await;
    call("people.add", json!({ "name": "洪阿贵", "role": "admin", "grids": [] })).await;
    assert!(send("/api/uploads", "洪阿贵,13950009876".to_owned()).await.is_success());
    assert_eq!(send("/api/downloads/洪阿贵", String::new()).await, StatusCode::METHOD_NOT_ALLOWED);
    text(format!("{}/13950009876/红星塑料厂.pdf?phone=13950009876", office.address), None).await;
    for body in [json!({ "name": "陈主任", "password": "tianxia-wugong" }), json!({ "code": "MYSECRETCODE" })]
    {
        Console::stranger(&office).sign_in(body).await.unwrap_err();
    }
    let guessed = office::Inspector::alone();
    let connect = json!({ "address": office.address, "token": "vl_guessed_secret", "person": "洪阿贵" });
    tokio::task::block_in_place(|| drop(guessed.try_call::<Value>("sync.connect", connect)));
    guessed.sync().await.unwrap_err();
    tokio::task::block_in_place(|| sample::import_donghui(&office.app));
    drop(office.close().await);

    let log = log.text();
    let lines: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let requests: Vec<&Value> =
        lines.iter().filter(|line| line["target"] == "sync_server::request").collect();
    let of = |route: &str| requests.iter().filter(|line| line["fields"]["route"] == route).count();
    assert!(of("/sync/exchange") >= 2 && of("/api/call/{command}") >= 6 && of("(file)") == 1, "{log}");
    let known = requests.iter().any(|line| {
        line["fields"]["command"] == "sites.list" && line["fields"]["person"] == lead.id.to_string()
    });
    assert!(known, "{log}");
    assert!(requests.iter().any(|line| line["fields"]["device"].is_string()), "{log}");
    let secrets = ["vl_", "tianxia-wugong", "MYSECRETCODE", &session];
    let names = ["林志燕", "陈主任", "洪阿贵", "红星塑料", "13950009876", "塑料厂"];
    for word in names.iter().chain(&secrets) {
        let told = log.lines().find(|line| line.contains(word));
        assert!(told.is_none(), "{word}: {}", told.unwrap());
    }
}
