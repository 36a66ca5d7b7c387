//! The built user interface. It has routes of its own after `#`, so every file is a real one.

use std::path::PathBuf;

use axum::Router;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{Html, IntoResponse};
use axum::routing::get;
use tower_http::services::ServeDir;

const NOT_BUILT: &str = "<!doctype html><meta charset=utf-8><title>村台账</title>\
    <p>控制台界面尚未构建。The console is not built: run <code>npm ci && npm run build</code> in <code>ui</code>, \
    or name the folder with <code>--ui</code>.";

/// What an invitation's address shows to whoever opens it in a browser. The code in it stands behind `#` and does not come
/// here.
const INVITATION: &str = "<!doctype html><html lang=zh-CN><meta charset=utf-8>\
    <meta name=viewport content=\"width=device-width\"><title>村台账</title>\
    <body style=\"font:1.1rem/1.6 sans-serif;max-width:32rem;margin:2rem auto;padding:0 1rem\"><h1>村台账</h1>\
    <p>这是设备邀请码,请不要用浏览器打开。请打开手机上的“村台账”应用,在“同步”页面扫描这个二维码,或输入二维码下方的代码。\
    <p lang=en>This is an invitation for a device. Open the Village Ledger app and scan the code there, under Sync, or type \
    what stands beneath it.";

/// The user interface, and the page that an invitation's address has.
pub(super) fn service(folder: Option<PathBuf>) -> Router {
    let router = Router::new().route("/enrol", get(|| async { Html(INVITATION) }));
    match folder {
        Some(folder) => router.fallback_service(ServeDir::new(folder)),
        None => router.fallback(|| async {
            (StatusCode::NOT_FOUND, [(CONTENT_TYPE, "text/html; charset=utf-8")], NOT_BUILT).into_response()
        }),
    }
}
