//! `photo://localhost/<hash>`, `…/<hash>/thumbnail` and `…/<hash>/stamped`: photos without a detour through JSON.

use domain::PhotoHash;
use percent_encoding::percent_decode_str;
use tauri::http::{Method, Request, Response, StatusCode, header};
use tauri::{Manager, Runtime, UriSchemeContext, UriSchemeResponder};

use crate::Device;
use crate::commands::blocking;

/// The scheme's name. Windows and Android write it `http://photo.localhost`.
pub const SCHEME: &str = "photo";

/// Which picture of a photo is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Picture {
    /// The bytes that its hash names.
    Stored,
    /// A small one.
    Thumbnail,
    /// One with time, place, site and inspector along the bottom.
    Stamped,
}

/// Answers one request, off the event loop.
pub fn serve<R: Runtime>(
    context: UriSchemeContext<'_, R>,
    request: Request<Vec<u8>>,
    responder: UriSchemeResponder,
) {
    let wanted = wanted(request.method(), request.uri().path());
    let device = context.app_handle().try_state::<Device>().map(|device| Device::clone(&device));
    tauri::async_runtime::spawn(async move {
        let (Some((hash, picture)), Some(device)) = (wanted, device) else {
            return responder.respond(empty(StatusCode::NOT_FOUND));
        };
        let jpeg = blocking(move || match picture {
            Picture::Stored => device.photo(&hash, false),
            Picture::Thumbnail => device.photo(&hash, true),
            Picture::Stamped => device.stamped_photo(&hash),
        });
        responder.respond(match jpeg.await {
            Ok(Some(jpeg)) => found(jpeg, picture),
            Ok(None) => empty(StatusCode::NOT_FOUND),
            Err(_) => empty(StatusCode::INTERNAL_SERVER_ERROR),
        });
    });
}

/// The photo that a path names, and which picture of it. The web view may escape the slash between both.
fn wanted(method: &Method, path: &str) -> Option<(PhotoHash, Picture)> {
    if method != Method::GET {
        return None;
    }
    let path = percent_decode_str(path).decode_utf8().ok()?;
    let name = path.strip_prefix('/')?;
    match name.split_once('/') {
        Some((hash, "thumbnail")) => Some((hash.parse().ok()?, Picture::Thumbnail)),
        Some((hash, "stamped")) => Some((hash.parse().ok()?, Picture::Stamped)),
        Some(_) => None,
        None => Some((name.parse().ok()?, Picture::Stored)),
    }
}

/// A photo never changes under its hash, so it may be kept. A thumbnail that came ahead of its photo is drawn anew when
/// the photo is here, and what is stamped on it may change with the record.
fn found(jpeg: Vec<u8>, picture: Picture) -> Response<Vec<u8>> {
    let keep = match picture {
        Picture::Stored => "private, max-age=31536000, immutable",
        Picture::Thumbnail => "private, max-age=300",
        Picture::Stamped => "no-store",
    };
    let mut response = Response::new(jpeg);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static("image/jpeg"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, header::HeaderValue::from_static("nosniff"));
    headers.insert(header::CACHE_CONTROL, header::HeaderValue::from_static(keep));
    // The page has another origin; without this it could show a photo and not draw on it.
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, header::HeaderValue::from_static("*"));
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
    fn reads_a_photo_and_its_pictures() {
        let hash = hash();
        let photo = hash.parse().unwrap();
        for (path, picture) in [
            (format!("/{hash}"), Picture::Stored),
            (format!("/{hash}/thumbnail"), Picture::Thumbnail),
            (format!("/{hash}%2Fthumbnail"), Picture::Thumbnail),
            (format!("/{hash}/stamped"), Picture::Stamped),
        ] {
            assert_eq!(wanted(&Method::GET, &path), Some((PhotoHash::clone(&photo), picture)), "{path}");
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
