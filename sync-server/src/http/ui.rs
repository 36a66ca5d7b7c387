//! The built user interface. It has routes of its own after `#`, so every file is a real one.

use std::path::PathBuf;

use axum::Router;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use tower_http::services::ServeDir;

const NOT_BUILT: &str = "<!doctype html><meta charset=utf-8><title>村台账</title>\
    <p>控制台界面尚未构建。The console is not built: run <code>npm ci && npm run build</code> in <code>ui</code>, \
    or name the folder with <code>--ui</code>.";

pub(super) fn service(folder: Option<PathBuf>) -> Router {
    match folder {
        Some(folder) => Router::new().fallback_service(ServeDir::new(folder)),
        None => Router::new().fallback(|| async {
            (StatusCode::NOT_FOUND, [(CONTENT_TYPE, "text/html; charset=utf-8")], NOT_BUILT).into_response()
        }),
    }
}
