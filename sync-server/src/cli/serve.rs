//! `serve` and `sign-in-link`

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::Utc;
use store::StoreError;

use super::{Complaint, open, person};
use crate::access::Access;
use crate::config::{Config, Options};
use crate::logging;
use crate::serve::Server;
use crate::tls::Certificates;

/// The setting that holds the address at which the server was last started.
pub(super) const CONSOLE: &str = "console_address";
/// The setting that holds the SHA-256 of the certificate that devices pin; empty where authorities vouch for it.
pub(super) const CERTIFICATE: &str = "console_certificate";

pub(super) fn run(data: &Path, named: Option<&Path>, options: Options) -> Result<(), Complaint> {
    let options = options.with_files(named, data)?;
    logging::begin(&options)?;
    let mut config = Config::from_options(&options, data)?;
    config.ui = match config.ui {
        Some(ui) if !ui.join("index.html").exists() => {
            return Err(Complaint(format!("{} holds no built user interface", ui.display())));
        }
        Some(ui) => Some(ui),
        None => built_ui(),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let ended: Result<(), Complaint> = runtime.block_on(async {
        let server = Server::open_with(config).await?;
        greet(&server)?;
        reload_on_hangup(server.certificates());
        Ok(server.run(interrupted()).await?)
    });
    // Dropping it would wait for work that goes on in threads, however long, and hear no further signal.
    runtime.shutdown_background();
    ended
}

/// Says where the server is reached, how its certificate is known, and how to sign in.
fn greet(server: &Server) -> Result<(), Complaint> {
    let state = server.state();
    let code = state.access.new_sign_in_code(state.access.first_admin(Utc::now())?.id, Utc::now())?;
    let (address, public) = (server.address(), &state.public_address);
    let pin = state.certificate.as_ref().map(ToString::to_string).unwrap_or_default();
    state.app.store().write::<_, StoreError>(|writer| {
        writer.set_setting(CONSOLE, public)?;
        writer.set_setting(CERTIFICATE, &pin)
    })?;
    let mut out = std::io::stdout();
    writeln!(out, "Village Ledger listens on {public}")?;
    if state.certificate.is_some() {
        writeln!(out, "Its certificate has the SHA-256 {}", server.fingerprint())?;
    }
    writeln!(out, "{}", link(public, &code))?;
    // On this machine no browser has to be told that the certificate is good.
    if address.ip().is_unspecified() && !public.starts_with("http://") {
        writeln!(out, "On this machine: http://127.0.0.1:{}", address.port())?;
    }
    Ok(())
}

pub(super) fn print_link(data: &Path, of: Option<&str>, address: Option<String>) -> Result<(), Complaint> {
    let store = open(data)?;
    let last = store.read::<_, StoreError>(|reader| reader.setting(CONSOLE))?;
    let address = address.or(last).ok_or_else(|| {
        Complaint("the server was never started here: give the console's address with --address".to_owned())
    })?;
    let access = Access::open(data)?;
    let person = match of {
        Some(of) => person::named(&access, of)?,
        None => access.first_admin(Utc::now())?,
    };
    let code = access.new_sign_in_code(person.id, Utc::now())?;
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

/// Ends when the server is to end. Whoever asks a second time does not want to wait.
async fn interrupted() {
    asked_to_end().await;
    tokio::spawn(async {
        asked_to_end().await;
        // Whatever was answered is on the disk.
        std::process::exit(130);
    });
}

async fn asked_to_end() {
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
    drop(interrupt.await);
}

/// Reads a given certificate again at each SIGHUP: what renews certificates sends one.
fn reload_on_hangup(certificates: Arc<Certificates>) {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let Ok(mut hangup) = signal(SignalKind::hangup()) else { return };
        tokio::spawn(async move {
            while hangup.recv().await.is_some() {
                match certificates.reload() {
                    Ok(()) => tracing::info!(own = certificates.is_own(), "the certificate is up to date"),
                    Err(error) => tracing::error!(%error, "the certificate stays as it was"),
                }
            }
        });
    }
    #[cfg(not(unix))]
    drop(certificates);
}
