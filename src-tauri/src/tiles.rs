//! `tiles://localhost/<version>`: the archive of map tiles, a range of bytes at a time.
//!
//! The range stands in the header `Range`, or in the query as `?range=<first>-<last>`: the page has another origin than
//! this scheme, so that old web views ask for leave before they send the header, and Android passes no such question on.

use percent_encoding::percent_decode_str;
use tauri::http::{HeaderValue, Method, Request, Response, StatusCode, header};
use tauri::{Manager, Runtime, UriSchemeContext, UriSchemeResponder};
use wire::ApiError;

use crate::Device;
use crate::commands::blocking;

/// The scheme's name. Windows and Android write it `http://tiles.localhost`.
pub const SCHEME: &str = "tiles";

/// What one request is for.
#[derive(Debug, PartialEq)]
enum Wanted {
    /// Bytes of the archive of a version, the first and the last of them.
    Bytes { version: String, first: u64, last: u64 },
    /// Whether the range may be asked for.
    Leave,
    /// Nothing that is here.
    Nothing,
    /// The archive without a range, which would be all of it at once, or with a range that is none.
    NoRange,
}

/// Bytes of the archive, and how many it has.
type Piece = Option<(Vec<u8>, u64)>;

/// Answers one request, off the event loop.
pub fn serve<R: Runtime>(
    context: UriSchemeContext<'_, R>,
    request: Request<Vec<u8>>,
    responder: UriSchemeResponder,
) {
    let wanted = wanted(&request);
    let device = context.app_handle().try_state::<Device>().map(|device| Device::clone(&device));
    tauri::async_runtime::spawn(async move {
        let (version, first, last) = match wanted {
            Wanted::Bytes { version, first, last } => (version, first, last),
            Wanted::Leave => return responder.respond(leave()),
            Wanted::Nothing => return responder.respond(empty(StatusCode::NOT_FOUND)),
            Wanted::NoRange => return responder.respond(empty(StatusCode::RANGE_NOT_SATISFIABLE)),
        };
        let Some(device) = device else { return responder.respond(empty(StatusCode::NOT_FOUND)) };
        let etag = version.clone();
        let piece = blocking(move || piece(&device, &version, first, last)).await;
        responder.respond(match piece {
            Ok(Some((bytes, size))) => found(bytes, first, size, &etag),
            Ok(None) => empty(StatusCode::NOT_FOUND),
            Err(_) => empty(StatusCode::INTERNAL_SERVER_ERROR),
        });
    });
}

fn piece(device: &Device, version: &str, first: u64, last: u64) -> Result<Piece, ApiError> {
    // Bytes of another version would be read as tiles of the wrong places.
    if device.app().tiles_file(version)?.is_none() {
        return Ok(None);
    }
    device.tiles_piece(first, last.saturating_sub(first).saturating_add(1))
}

fn wanted(request: &Request<Vec<u8>>) -> Wanted {
    let uri = request.uri();
    let version = percent_decode_str(uri.path().trim_start_matches('/')).decode_utf8();
    let Some(version) = version.ok().filter(|version| !version.is_empty() && !version.contains('/')) else {
        return Wanted::Nothing;
    };
    match *request.method() {
        Method::GET => {}
        Method::OPTIONS => return Wanted::Leave,
        _ => return Wanted::Nothing,
    }
    let header = request.headers().get(header::RANGE).and_then(|range| range.to_str().ok());
    let range = header
        .and_then(|range| range.strip_prefix("bytes="))
        .or_else(|| uri.query().and_then(|query| query.strip_prefix("range=")));
    match range.and_then(both_ends) {
        Some((first, last)) => Wanted::Bytes { version: version.into_owned(), first, last },
        None => Wanted::NoRange,
    }
}

/// `<first>-<last>`, both given: who reads the archive knows what it wants.
fn both_ends(range: &str) -> Option<(u64, u64)> {
    let (first, last) = range.split_once('-')?;
    let (first, last) = (first.parse().ok()?, last.parse().ok()?);
    (first <= last).then_some((first, last))
}

fn found(bytes: Vec<u8>, first: u64, size: u64, version: &str) -> Response<Vec<u8>> {
    let Some(last) = (bytes.len() as u64).checked_sub(1).map(|length| first + length) else {
        let mut response = empty(StatusCode::RANGE_NOT_SATISFIABLE);
        insert(&mut response, header::CONTENT_RANGE, &format!("bytes */{size}"));
        return response;
    };
    let length = bytes.len();
    let mut response = open(Response::new(bytes));
    *response.status_mut() = StatusCode::PARTIAL_CONTENT;
    insert(&mut response, header::CONTENT_TYPE, "application/octet-stream");
    insert(&mut response, header::CONTENT_LENGTH, &length.to_string());
    insert(&mut response, header::CONTENT_RANGE, &format!("bytes {first}-{last}/{size}"));
    insert(&mut response, header::ACCEPT_RANGES, "bytes");
    insert(&mut response, header::ETAG, &format!("\"{version}\""));
    response
}

fn leave() -> Response<Vec<u8>> {
    let mut response = empty(StatusCode::NO_CONTENT);
    insert(&mut response, header::ACCESS_CONTROL_ALLOW_METHODS, "GET");
    insert(&mut response, header::ACCESS_CONTROL_ALLOW_HEADERS, "range");
    response
}

fn empty(status: StatusCode) -> Response<Vec<u8>> {
    let mut response = open(Response::new(Vec::new()));
    *response.status_mut() = status;
    response
}

/// Lets the page read the answer: it has another origin, and no page but the app's own reaches this scheme.
fn open(mut response: Response<Vec<u8>>) -> Response<Vec<u8>> {
    insert(&mut response, header::ACCESS_CONTROL_ALLOW_ORIGIN, "*");
    insert(&mut response, header::ACCESS_CONTROL_EXPOSE_HEADERS, "Content-Range, Content-Length, ETag");
    response
}

fn insert(response: &mut Response<Vec<u8>>, name: header::HeaderName, value: &str) {
    // A version with a character that no header takes goes without the header.
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(method: Method, uri: &str, range: Option<&str>) -> Wanted {
        let mut request = Request::builder().method(method).uri(uri);
        if let Some(range) = range {
            request = request.header(header::RANGE, range);
        }
        wanted(&request.body(Vec::new()).unwrap())
    }

    fn bytes(first: u64, last: u64) -> Wanted {
        Wanted::Bytes { version: "a1".to_owned(), first, last }
    }

    #[test]
    fn reads_a_range_from_the_header_or_the_query() {
        let here = "tiles://localhost/a1";
        assert_eq!(ask(Method::GET, here, Some("bytes=0-16383")), bytes(0, 16383));
        assert_eq!(ask(Method::GET, "http://tiles.localhost/a1?range=7-7", None), bytes(7, 7));
        assert_eq!(ask(Method::OPTIONS, here, None), Wanted::Leave);
    }

    #[test]
    fn takes_no_range_that_is_none() {
        for range in
            ["", "bytes=", "bytes=5", "bytes=-5", "bytes=5-", "bytes=6-5", "bytes=0-1,3-4", "bytes=0x1-2"]
        {
            assert_eq!(ask(Method::GET, "tiles://localhost/a1", Some(range)), Wanted::NoRange, "{range}");
        }
        let past_64_bits = "bytes=0-99999999999999999999";
        assert_eq!(ask(Method::GET, "tiles://localhost/a1", Some(past_64_bits)), Wanted::NoRange);
        assert_eq!(ask(Method::GET, "tiles://localhost/a1", None), Wanted::NoRange);
    }

    #[test]
    fn answers_for_nothing_else() {
        for uri in [
            "tiles://localhost/",
            "tiles://localhost/a/b",
            "tiles://localhost/a%2Fb",
            "tiles://localhost/%FF",
        ] {
            assert_eq!(ask(Method::GET, uri, Some("bytes=0-1")), Wanted::Nothing, "{uri}");
        }
        assert_eq!(ask(Method::POST, "tiles://localhost/a1", Some("bytes=0-1")), Wanted::Nothing);
    }

    #[test]
    fn says_which_bytes_it_gives_and_of_how_many() {
        let answer = found(vec![1, 2, 3], 10, 12_345, "a1");
        assert_eq!(answer.status(), StatusCode::PARTIAL_CONTENT);
        assert_eq!(answer.headers()[header::CONTENT_RANGE], "bytes 10-12/12345");
        assert_eq!(answer.headers()[header::ETAG], "\"a1\"");
        let beyond = found(Vec::new(), 20_000, 12_345, "a1");
        assert_eq!(beyond.status(), StatusCode::RANGE_NOT_SATISFIABLE);
        assert_eq!(beyond.headers()[header::CONTENT_RANGE], "bytes */12345");
    }
}
