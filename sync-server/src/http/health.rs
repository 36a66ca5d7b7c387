//! Whether the server can do its work: `/healthz`, for whoever watches it.

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde::Serialize;
use store::{Store, StoreError};

use super::error::blocking;

pub(super) fn routes() -> Router<super::State> {
    Router::new().route("/healthz", get(health))
}

/// What was looked at. Says nothing of what is on record: anybody may ask.
#[derive(Debug, Serialize)]
struct Health {
    /// Whether all is well.
    ok: bool,
    /// Whether the database answers a question.
    database: bool,
    /// Whether there is room to write, and the reserve for a full disk.
    disk: bool,
    /// Whether little is free: still well, but time to do something.
    disk_low: bool,
}

async fn health(State(state): State<super::State>) -> Response {
    let looked = blocking(move || Ok(look(state.app.store()))).await;
    let health = looked.unwrap_or(Health { ok: false, database: false, disk: false, disk_low: false });
    let status = if health.ok { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, [(CACHE_CONTROL, "no-store")], Json(health)).into_response()
}

fn look(store: &Store) -> Health {
    let answered = store.read::<_, StoreError>(|reader| reader.setting("generation"));
    let database =
        answered.inspect_err(|error| tracing::error!(%error, "the database does not answer")).is_ok();
    let space = store.space().inspect_err(|error| tracing::error!(%error, "the disk does not answer")).ok();
    let disk = space.is_some_and(|space| space.reserve_intact && !space.full);
    Health { ok: database && disk, database, disk, disk_low: space.is_some_and(|space| space.low) }
}
