//! What the server answers over HTTP: the console under `/api`, devices under `/sync`, and the user interface.

mod console;
mod enrol;
mod error;
mod health;
mod metrics;
mod observe;
mod origin;
mod photos;
mod security;
mod session;
mod sync;
mod tiles;
mod ui;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use app::App;
use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use tower_http::timeout::RequestBodyTimeoutLayer;
use wire::sync::Pin;

use crate::access::Access;

pub(crate) use error::access_error;
pub use metrics::Metrics;
pub use observe::Who;
pub use photos::Claims;
pub use security::Trust;
pub(crate) use sync::office as office_of;

/// How long a request's body may bring nothing. Longer than uploads of photos have, whose answer says more.
const SILENCE: Duration = Duration::from_secs(75);

/// What every handler shares.
#[derive(Clone)]
pub struct State {
    /// The application over the server's replica.
    pub app: Arc<App>,
    /// Who may reach it.
    pub access: Arc<Access>,
    /// The photos that are being received.
    pub claims: Claims,
    /// The certificate that devices pin; `None` where authorities vouch for it.
    pub certificate: Option<Pin>,
    /// The address that invitations and links name, such as `https://192.168.1.5:8770`.
    pub public_address: String,
    /// Where it listens.
    pub listening: SocketAddr,
    /// To whom bundles for the office are encrypted: an age recipient; empty if it takes none.
    pub bundle_key: String,
    /// What is believed of requests.
    pub trust: Arc<Trust>,
    /// What is counted and measured.
    pub metrics: Arc<Metrics>,
}

/// Everything that the server answers. `ui` is the folder of the built user interface, if there is one.
pub fn router(state: State, ui: Option<PathBuf>) -> Router {
    Router::new()
        .merge(health::routes())
        .merge(metrics::routes())
        .merge(session::routes())
        .merge(console::routes(&state))
        .merge(tiles::routes(&state))
        .merge(enrol::routes())
        .merge(sync::routes(&state))
        .merge(photos::routes(&state))
        .fallback_service(ui::service(ui))
        .layer(RequestBodyTimeoutLayer::new(SILENCE))
        .layer(from_fn_with_state(Arc::clone(&state.trust), security::connection))
        .layer(from_fn(security::headers))
        .layer(from_fn_with_state(Arc::clone(&state.metrics), observe::observe))
        .with_state(state)
}
