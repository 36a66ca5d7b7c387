//! Photos on their way to devices, by ranges (RFC 9110, section 14).

use axum::extract::Path;
use axum::http::header::{ACCEPT_RANGES, CACHE_CONTROL, CONTENT_RANGE, CONTENT_TYPE, RANGE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use wire::sync::SyncProtocol;

use super::Refused;
use super::header::parse;
use crate::http::error::blocking;
use crate::http::sync::{Office, now};

/// What of a photo is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    All,
    From(u64, u64),
    Last(u64),
}

pub(super) async fn fetch(
    Office(office): Office,
    Path(hash): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Refused> {
    let hash = parse(&hash)?;
    let part = part(&headers);
    let piece = blocking(move || {
        let (first, limit) = match part {
            Part::All => (0, u64::MAX),
            Part::From(first, last) => (first, (last - first).saturating_add(1)),
            Part::Last(length) => match now(office.photo_fetch(&hash, 0, 0))? {
                Some((_, total)) => (total.saturating_sub(length), length),
                None => return Ok(None),
            },
        };
        let piece = now(office.photo_fetch(&hash, first, limit))?;
        Ok(piece.map(|(bytes, total)| (first, bytes, total)))
    })
    .await?;
    let Some((first, bytes, total)) = piece else { return Ok(StatusCode::NOT_FOUND.into_response()) };
    let headers = [
        (CONTENT_TYPE, "image/jpeg".to_owned()),
        (ACCEPT_RANGES, "bytes".to_owned()),
        (CACHE_CONTROL, "private, no-store".to_owned()),
    ];
    if part == Part::All {
        return Ok((headers, bytes).into_response());
    }
    if bytes.is_empty() {
        let length = [(CONTENT_RANGE, format!("bytes */{total}"))];
        return Ok((StatusCode::RANGE_NOT_SATISFIABLE, length).into_response());
    }
    let last = first + bytes.len() as u64 - 1;
    let range = [(CONTENT_RANGE, format!("bytes {first}-{last}/{total}"))];
    Ok((StatusCode::PARTIAL_CONTENT, headers, range, bytes).into_response())
}

/// The one range that the header names. Several, or what is none, are read as the whole, which is allowed.
fn part(headers: &HeaderMap) -> Part {
    let range = headers.get(RANGE).and_then(|value| value.to_str().ok());
    range.and_then(|value| read(value.strip_prefix("bytes=")?)).unwrap_or(Part::All)
}

fn read(range: &str) -> Option<Part> {
    let (first, last) = range.split_once('-')?;
    if first.is_empty() {
        return Some(Part::Last(last.parse().ok()?));
    }
    let first = first.parse().ok()?;
    let last = if last.is_empty() { u64::MAX - 1 } else { last.parse().ok()? };
    (first <= last).then_some(Part::From(first, last))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_range_is_read_and_everything_else_is_the_whole() {
        for (range, expected) in [
            ("bytes=0-99", Part::From(0, 99)),
            ("bytes=100-", Part::From(100, u64::MAX - 1)),
            ("bytes=-20", Part::Last(20)),
            ("bytes=9-3", Part::All),
            ("bytes=0-1,5-9", Part::All),
            ("bytes=-", Part::All),
            ("bytes=a-b", Part::All),
            ("lines=1-2", Part::All),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(RANGE, range.parse().unwrap());
            assert_eq!(part(&headers), expected, "{range}");
        }
    }
}
