//! The running server.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use app::{App, OpenError, system_clock};
use store::Role;
use tokio::net::TcpListener;
use tokio::sync::Notify;

use crate::access::{Access, AccessError};
use crate::http::{Claims, State, router};

/// Why the server does not run.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The data cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The list of who may reach it cannot be opened.
    #[error(transparent)]
    Access(#[from] AccessError),
    /// The address is taken, or is none of this machine's.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// The address.
        address: String,
        /// Why.
        source: std::io::Error,
    },
    /// The network failed.
    #[error("the server stopped: {0}")]
    Run(#[source] std::io::Error),
}

/// How long requests that are being answered may take once the server is to end.
const PATIENCE: Duration = Duration::from_secs(5);

/// A server that listens.
pub struct Server {
    state: State,
    listener: TcpListener,
    address: SocketAddr,
    ui: Option<PathBuf>,
}

impl Server {
    /// Opens the data in a folder and listens on an address such as `127.0.0.1:8770`; port 0 takes any free one.
    pub async fn open(folder: &Path, address: &str, ui: Option<PathBuf>) -> Result<Self, ServeError> {
        let app = App::open(folder, Role::Office, system_clock())?;
        let access = Access::open(folder)?;
        let failed = |source| ServeError::Listen { address: address.to_owned(), source };
        let listener = TcpListener::bind(address).await.map_err(failed)?;
        let local = listener.local_addr().map_err(failed)?;
        Ok(Self {
            state: State { app: Arc::new(app), access: Arc::new(access), claims: Claims::default() },
            listener,
            address: local,
            ui,
        })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What its handlers share.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Answers until `stop` ends, then finishes what it was asked before.
    pub async fn run(self, stop: impl Future<Output = ()> + Send + 'static) -> Result<(), ServeError> {
        let stopped = Arc::new(Notify::new());
        let told = Arc::clone(&stopped);
        let serving = axum::serve(self.listener, router(self.state, self.ui))
            .with_graceful_shutdown(async move {
                stop.await;
                told.notify_one();
            })
            .into_future();
        tokio::select! {
            ended = serving => ended.map_err(ServeError::Run),
            // A request that hangs is not waited for. Whatever was answered is on the disk.
            () = async { stopped.notified().await; tokio::time::sleep(PATIENCE).await } => Ok(()),
        }
    }
}
