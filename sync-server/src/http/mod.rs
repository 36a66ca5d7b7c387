//! What the server answers over HTTP: the console under `/api`, devices under `/sync`, and the user interface.

mod console;
mod error;
mod photos;
mod security;
mod session;
mod sync;
mod tiles;
mod ui;

use std::path::PathBuf;
use std::sync::Arc;

use app::App;
use axum::Router;
use axum::routing::get;

use crate::access::Access;

pub use photos::Claims;

/// What every handler shares.
#[derive(Clone)]
pub struct State {
    /// The application over the server's replica.
    pub app: Arc<App>,
    /// Who may reach it.
    pub access: Arc<Access>,
    /// The photos that are being received.
    pub claims: Claims,
}

/// Everything that the server answers. `ui` is the folder of the built user interface, if there is one.
pub fn router(state: State, ui: Option<PathBuf>) -> Router {
    Router::new()
        .route("/healthz", get(|| async { "ok" }))
        .merge(session::routes())
        .merge(console::routes(&state))
        .merge(tiles::routes(&state))
        .merge(sync::routes(&state))
        .merge(photos::routes(&state))
        .fallback_service(ui::service(ui))
        .layer(axum::middleware::from_fn(security::headers))
        .with_state(state)
}
