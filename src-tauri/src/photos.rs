//! `photo://localhost/<hash>` and `photo://localhost/<hash>/thumbnail`: photos without a detour through JSON.

use domain::PhotoHash;
use percent_encoding::percent_decode_str;
use tauri::http::{Method, Request, Response, StatusCode, header};
use tauri::{Manager, Runtime, UriSchemeContext, UriSchemeResponder};

use crate::Device;
use crate::commands::blocking;

/// The scheme's name. Windows and Android write it `http://photo.localhost`.
pub const SCHEME: &str = "photo";

/// Answers one request, off the event loop.
pub fn serve<R: Runtime>(
    context: UriSchemeContext<'_, R>,
    request: Request<Vec<u8>>,
    responder: UriSchemeResponder,
) {
    let wanted = wanted(request.method(), request.uri().path());
    let device = context.app_handle().try_state::<Device>().map(|device| Device::clone(&device));
    tauri::async_runtime::spawn(async move {
        let (Some((hash, thumbnail)), Some(device)) = (wanted, device) else {
            return responder.respond(empty(StatusCode::NOT_FOUND));
        };
        responder.respond(match blocking(move || device.photo(&hash, thumbnail)).await {
            Ok(Some(jpeg)) => found(jpeg),
            Ok(None) => empty(StatusCode::NOT_FOUND),
            Err(_) => empty(StatusCode::INTERNAL_SERVER_ERROR),
        });
    });
}

/// The photo that a path names, and whether its thumbnail is meant. The web view may escape the slash between both.
fn wanted(method: &Method, path: &str) -> Option<(PhotoHash, bool)> {
    if method != Method::GET {
        return None;
    }
    let path = percent_decode_str(path).decode_utf8().ok()?;
    let name = path.strip_prefix('/')?;
    match name.split_once('/') {
        Some((hash, "thumbnail")) => Some((hash.parse().ok()?, true)),
        Some(_) => None,
        None => Some((name.parse().ok()?, false)),
    }
}

/// A photo never changes under its hash, so it may be kept.
fn found(jpeg: Vec<u8>) -> Response<Vec<u8>> {
    let mut response = Response::new(jpeg);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static("image/jpeg"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, header::HeaderValue::from_static("nosniff"));
    headers.insert(
        header::CACHE_CONTROL,
        header::HeaderValue::from_static("private, max-age=31536000, immutable"),
    );
    response
}

fn empty(status: StatusCode) -> Response<Vec<u8>> {
    let mut response = Response::new(Vec::new());
    *response.status_mut() = status;
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash() -> String {
        "0123456789abcdef".repeat(4)
    }

    #[test]
    fn reads_photo_and_thumbnail() {
        let hash = hash();
        let photo = hash.parse().unwrap();
        for (path, thumbnail) in [
            (format!("/{hash}"), false),
            (format!("/{hash}/thumbnail"), true),
            (format!("/{hash}%2Fthumbnail"), true),
        ] {
            assert_eq!(wanted(&Method::GET, &path), Some((PhotoHash::clone(&photo), thumbnail)), "{path}");
        }
    }

    #[test]
    fn takes_nothing_else() {
        let hash = hash();
        for path in [
            String::new(),
            "/".to_owned(),
            hash.clone(),
            format!("//{hash}"),
            format!("/{hash}/"),
            format!("/{hash}/thumbnail/"),
            format!("/{hash}/original"),
            format!("/{}", hash.to_uppercase()),
            format!("/..%2F{hash}"),
            "/%FF".to_owned(),
        ] {
            assert_eq!(wanted(&Method::GET, &path), None, "{path}");
        }
        assert_eq!(wanted(&Method::POST, &format!("/{hash}")), None);
    }
}
