//! The running server.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use app::{App, OpenError, system_clock};
use hyper_util::server::graceful::GracefulShutdown;
use store::Role;
use tokio::net::TcpListener;
use wire::sync::Pin;

use crate::access::{Access, AccessError};
use crate::announce::Announcement;
use crate::config::Config;
use crate::connection::{Door, reachable};
use crate::http::{Claims, Metrics, State, Trust, router};
use crate::tls::{self, Certificates, TlsError};

/// Why the server does not run.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The data cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The list of who may reach it cannot be opened.
    #[error(transparent)]
    Access(#[from] AccessError),
    /// There is no certificate to show.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// Nothing can be measured.
    #[error(transparent)]
    Metrics(#[from] prometheus::Error),
    /// The address is taken, or is none of this machine's.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// The address.
        address: String,
        /// Why.
        source: std::io::Error,
    },
}

/// How long requests that are being answered may take once the server is to end.
const PATIENCE: Duration = Duration::from_secs(5);

/// A server that listens.
pub struct Server {
    state: State,
    listener: TcpListener,
    address: SocketAddr,
    certificates: Arc<Certificates>,
    config: Config,
}

impl Server {
    /// Opens the data in a folder and listens on an address such as `127.0.0.1:8770`; port 0 takes any free one. The
    /// certificate is the server's own, and nothing is announced.
    pub async fn open(folder: &Path, address: &str, ui: Option<PathBuf>) -> Result<Self, ServeError> {
        Self::open_with(Config { ui, ..Config::new(folder, address) }).await
    }

    /// Opens the data and listens.
    pub async fn open_with(config: Config) -> Result<Self, ServeError> {
        tls::install();
        let app = App::open(&config.data, Role::Office, system_clock())?;
        app.store().keep_reserve();
        let access = Access::open(&config.data)?;
        let bundle_key = app::recipient_of(&access.bundle_identity()?).unwrap_or_default();
        let certificates = Certificates::open(&config.data, config.certificate.clone(), app.now())?;
        let failed = |source| ServeError::Listen { address: config.listen.clone(), source };
        let listener = TcpListener::bind(&config.listen).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let public_address = config.public_address.clone().unwrap_or_else(|| default_address(address));
        let host = public_address.parse::<axum::http::Uri>().ok();
        let trust = Trust {
            behind_proxy: config.behind_proxy,
            public_host: host.as_ref().and_then(|address| address.host()).map(str::to_owned),
        };
        let state = State {
            app: Arc::new(app),
            access: Arc::new(access),
            claims: Claims::default(),
            certificate: certificates.is_own().then(|| certificates.pin()),
            public_address,
            listening: address,
            bundle_key,
            trust: Arc::new(trust),
            metrics: Arc::new(Metrics::new(config.metrics_token.clone())?),
        };
        Ok(Self { state, listener, address, certificates: Arc::new(certificates), config })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The SHA-256 of the certificate that it shows.
    pub fn fingerprint(&self) -> Pin {
        self.certificates.pin()
    }

    /// The certificate that it shows.
    pub fn certificates(&self) -> Arc<Certificates> {
        Arc::clone(&self.certificates)
    }

    /// What its handlers share.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Answers until `stop` ends, then finishes what it was asked before.
    pub async fn run(self, stop: impl Future<Output = ()> + Send + 'static) -> Result<(), ServeError> {
        let announcement = self.announce();
        let tls = tls::config(self.certificates)?;
        let router = router(self.state, self.config.ui);
        let door = Arc::new(Door::new(tls, router, self.config.max_connections));
        let ending = GracefulShutdown::new();
        tokio::select! {
            () = Arc::clone(&door).attend(&self.listener, &ending) => {}
            () = stop => {}
        }
        door.close();
        // From here on nobody is let in.
        drop(self.listener);
        if let Some(announcement) = announcement {
            announcement.end().await;
        }
        // A request that hangs is not waited for. Whatever was answered is on the disk.
        if tokio::time::timeout(PATIENCE, ending.shutdown()).await.is_err() {
            tracing::warn!("some requests were not finished");
        }
        Ok(())
    }

    /// Announces the server on the local network, where there are devices that can know it by its own certificate.
    fn announce(&self) -> Option<Announcement> {
        if !self.config.announced || self.address.ip().is_loopback() {
            return None;
        }
        let announced = Announcement::begin(self.state.certificate.as_ref()?, self.address);
        announced.inspect_err(|error| tracing::warn!(%error, "the server is not announced")).ok()
    }
}

/// The address by which others reach the server. For browsers on the same machine plain HTTP does, which asks nobody to
/// accept a certificate.
fn default_address(listening: SocketAddr) -> String {
    let address = reachable(listening);
    let scheme = if address.ip().is_loopback() { "http" } else { "https" };
    format!("{scheme}://{address}")
}
