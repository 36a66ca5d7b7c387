//! The body of an upload, poured into the photo as it arrives, so that a cut at any byte loses only what was on its way.

use std::time::Duration;

use app::Receiving;
use axum::Json;
use axum::body::{Body, Bytes};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use http_body_util::BodyExt as _;
use wire::sync::PhotoState;
use wire::{ApiError, ErrorCode};

use super::checksum::Checksum;
use super::claim::Claim;
use super::header::UPLOAD_OFFSET;
use super::{Refused, locked};
use crate::http::error::blocking;

/// How long a connection may bring nothing before it counts as dead.
const SILENCE: Duration = Duration::from_secs(60);
/// The largest piece that can have a checksum, in bytes: it is held back until it was checked.
const LARGEST_CHECKED: usize = 4 << 20;
/// The checksum extension of tus has a status of its own.
const CHECKSUM_MISMATCH: u16 = 460;

/// What became of a body.
pub(super) enum Poured {
    /// All of it was taken; so many bytes of the photo are here.
    Here(u64),
    /// It did not end well; what arrived stays, unless a checksum says otherwise.
    Ended(Response),
}

/// What a body brought next.
enum Next {
    Bytes(Bytes),
    End,
    Cut(Response),
}

/// Pours a body into a photo. Bytes with a checksum are held back until all of them were checked.
pub(super) async fn pour(
    mut body: Body,
    mut receiving: Receiving,
    checksum: Option<Checksum>,
    claim: &Claim,
) -> Result<Poured, Refused> {
    let began = receiving.size();
    let mut held = Vec::new();
    let cut = loop {
        match next(&mut body, &receiving, claim).await {
            Next::End => break None,
            Next::Cut(response) => break Some(response),
            Next::Bytes(bytes) if checksum.is_some() => {
                if held.len() + bytes.len() > LARGEST_CHECKED {
                    let message = format!("a piece with a checksum has at most {LARGEST_CHECKED} bytes");
                    return Err(ApiError::new(ErrorCode::Photo, message).because("too_many_bytes").into());
                }
                held.extend_from_slice(&bytes);
            }
            Next::Bytes(bytes) => receiving = add(receiving, bytes, began).await?,
        }
    };
    if let Some(response) = cut {
        // What is not checked is not kept; the rest is flushed, for it will not be sent again.
        blocking(move || receiving.finish().map(drop)).await?;
        return Ok(Poured::Ended(response));
    }
    if let Some(checksum) = checksum {
        if !checksum.fits(&held) {
            let status = StatusCode::from_u16(CHECKSUM_MISMATCH).unwrap_or(StatusCode::BAD_REQUEST);
            let message = "the bytes that arrived are not those of the checksum; none of them was kept";
            let error = ApiError::new(ErrorCode::Photo, message).because("differs");
            return Ok(Poured::Ended((status, Json(error)).into_response()));
        }
        receiving = add(receiving, held.into(), began).await?;
    }
    let total = receiving.total();
    let state = blocking(move || receiving.finish()).await?;
    Ok(Poured::Here(match state {
        PhotoState::Stored => total,
        PhotoState::Partial(size) => size,
        PhotoState::Absent => 0,
    }))
}

/// Reads a body to its end for nothing, so that the client hears the answer, and gives `offset` again.
pub(super) async fn drain(mut body: Body, offset: u64) -> u64 {
    while let Ok(Some(Ok(_))) = tokio::time::timeout(SILENCE, body.frame()).await {}
    offset
}

async fn next(body: &mut Body, receiving: &Receiving, claim: &Claim) -> Next {
    loop {
        let frame = tokio::select! {
            // First what has come, so that every request gets on.
            biased;
            frame = tokio::time::timeout(SILENCE, body.frame()) => frame,
            () = claim.wanted() => {
                let offset = [(UPLOAD_OFFSET, receiving.size().to_string())];
                let error = locked(claim.hash());
                return Next::Cut((StatusCode::LOCKED, offset, Json(error)).into_response());
            }
        };
        return match frame {
            Ok(None) => Next::End,
            Ok(Some(Ok(frame))) => match frame.into_data() {
                Ok(bytes) if bytes.is_empty() => continue,
                Ok(bytes) => Next::Bytes(bytes),
                // Trailers say nothing here.
                Err(_) => continue,
            },
            // Nobody hears this; it is for the log of a proxy.
            Ok(Some(Err(_))) => Next::Cut(StatusCode::BAD_REQUEST.into_response()),
            Err(_) => Next::Cut(StatusCode::REQUEST_TIMEOUT.into_response()),
        };
    }
}

/// Adds bytes; where they are too many, nothing of the request is kept.
async fn add(mut receiving: Receiving, bytes: Bytes, began: u64) -> Result<Receiving, Refused> {
    let added = blocking(move || match receiving.add(&bytes) {
        Ok(()) => Ok(receiving),
        Err(error) => {
            if error.code == ErrorCode::Photo {
                receiving.cut_back(began)?;
            }
            Err(error)
        }
    });
    Ok(added.await?)
}
