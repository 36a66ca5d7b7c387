//! `serve` and `sign-in-link`

use std::io::Write as _;
use std::path::{Path, PathBuf};

use chrono::Utc;
use store::StoreError;
use tracing_subscriber::EnvFilter;

use super::{Complaint, open, person};
use crate::access::Access;
use crate::serve::Server;

/// The setting that holds the address at which the server was last started.
const CONSOLE: &str = "console_address";

pub(super) fn run(data: &Path, listen: &str, ui: Option<PathBuf>) -> Result<(), Complaint> {
    let filter = EnvFilter::try_from_env("VILLAGE_LEDGER_LOG").unwrap_or_else(|_| EnvFilter::new("warn"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    let ui = match ui {
        Some(ui) if !ui.join("index.html").exists() => {
            return Err(Complaint(format!("{} holds no built user interface", ui.display())));
        }
        Some(ui) => Some(ui),
        None => built_ui(),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let server = Server::open(data, listen, ui).await?;
        let access = &server.state().access;
        let code = access.new_sign_in_code(access.first_admin(Utc::now())?.id, Utc::now())?;
        let address = server.address();
        server
            .state()
            .app
            .store()
            .write::<_, StoreError>(|writer| writer.set_setting(CONSOLE, &format!("http://{address}")))?;
        writeln!(std::io::stdout(), "Village Ledger listens on http://{address}")?;
        writeln!(std::io::stdout(), "{}", link(&format!("http://{address}"), &code))?;
        if !address.ip().is_loopback() {
            eprintln!("Others can read what is sent to {address}: keep it inside a network that you trust.");
        }
        Ok(server.run(interrupted()).await?)
    })
}

pub(super) fn print_link(data: &Path, of: Option<&str>, address: Option<String>) -> Result<(), Complaint> {
    let app = open(data)?;
    let last = app.store().read::<_, StoreError>(|reader| reader.setting(CONSOLE))?;
    let address = address.or(last).ok_or_else(|| {
        Complaint("the server was never started here: give the console's address with --address".to_owned())
    })?;
    let access = Access::open(data)?;
    let person = match of {
        Some(of) => person::named(&access, of)?,
        None => access.first_admin(app.now())?,
    };
    let code = access.new_sign_in_code(person.id, app.now())?;
    writeln!(std::io::stdout(), "{}", link(address.trim_end_matches('/'), &code))?;
    Ok(())
}

fn link(address: &str, code: &str) -> String {
    format!("Sign in to the office console (works once, within 24 hours): {address}/sign-in?code={code}")
}

/// The built user interface beside the program, or in the project that we are run from.
fn built_ui() -> Option<PathBuf> {
    let beside = std::env::current_exe().ok().and_then(|program| Some(program.parent()?.join("ui")));
    let candidates = [beside, Some(PathBuf::from("ui/dist"))];
    candidates.into_iter().flatten().find(|folder| folder.join("index.html").exists())
}

async fn interrupted() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = interrupt => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    let _ = interrupt.await;
}
