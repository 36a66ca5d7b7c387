//! What is shown when the device's data cannot be opened: a page of its own, for the user interface needs a device.

use tauri::http::{HeaderValue, Request, Response, header};
use tauri::webview::WebviewWindowBuilder;
use tauri::{Manager, Runtime, UriSchemeContext, WebviewUrl};

/// The scheme that the page is served by.
pub const SCHEME: &str = "failure";

/// Why the app could not start. Once it is managed, the process ends with exit code 1.
#[derive(Debug)]
pub struct Failure(String);

impl Failure {
    /// The reason is a sentence that names the folder.
    pub fn new(reason: impl std::fmt::Display) -> Self {
        Self(reason.to_string())
    }
}

/// Says on standard error and in a window why the app could not start.
pub fn show(shell: &tauri::App, failure: Failure) -> Result<(), Box<dyn std::error::Error>> {
    eprintln!("village-ledger: {}", failure.0);
    shell.manage(failure);
    let page = WebviewUrl::CustomProtocol(format!("{SCHEME}://localhost/").parse()?);
    WebviewWindowBuilder::new(shell, "failure", page).title("村台账").inner_size(560.0, 320.0).build()?;
    Ok(())
}

/// Answers with the page.
pub fn serve<R: Runtime>(context: UriSchemeContext<'_, R>, _: Request<Vec<u8>>) -> Response<Vec<u8>> {
    let failure = context.app_handle().try_state::<Failure>();
    let reason = failure.as_ref().map_or("", |failure| failure.0.as_str());
    let mut response = Response::new(page(reason).into_bytes());
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'"),
    );
    response
}

fn page(reason: &str) -> String {
    include_str!("failure.html").replace("{reason}", &escape(reason))
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_shows_the_reason_as_text() {
        let page = page("/data/<b>: disk & file");
        assert!(page.contains("/data/&lt;b&gt;: disk &amp; file"));
        assert!(!page.contains("{reason}"));
    }
}
