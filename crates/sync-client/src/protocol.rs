//! The calls of the protocol as HTTP requests. Photos go up by tus 1.0 (core, creation with upload) and come down by
//! ranges.

use std::sync::atomic::{AtomicU64, Ordering};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use domain::{GridCode, PhotoHash};
use reqwest::header::{CONTENT_RANGE, CONTENT_TYPE, RANGE};
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode, Url};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_bytes::ByteBuf;
use uuid::Uuid;
use wire::sync::{
    Documents, EnrolReply, EnrolRequest, ExchangeReply, ExchangeRequest, HeadsPage, PhotoState,
    ProtocolError, SyncProtocol, Thumbnail, Thumbnails, decode, encode,
};
use wire::{ApiError, ErrorCode};

use crate::tls;

/// The largest answer that is read, in bytes.
const LARGEST_ANSWER: usize = 32 << 20;

const TUS_RESUMABLE: &str = "Tus-Resumable";
const TUS_VERSION: &str = "1.0.0";
const UPLOAD_OFFSET: &str = "Upload-Offset";
const UPLOAD_LENGTH: &str = "Upload-Length";

/// A server as a device reaches it.
pub struct HttpProtocol {
    client: Client,
    base: Url,
    token: Option<String>,
    traffic: AtomicU64,
}

impl std::fmt::Debug for HttpProtocol {
    /// Without the token.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("HttpProtocol").field("base", &self.base.as_str()).finish_non_exhaustive()
    }
}

impl HttpProtocol {
    pub(crate) fn new(client: Client, base: Url, token: Option<String>) -> Self {
        Self { client, base, token, traffic: AtomicU64::new(0) }
    }

    /// Takes a one-time code to the server. No token is needed for it.
    pub(crate) async fn enrol(&self, request: &EnrolRequest) -> Result<EnrolReply, ProtocolError> {
        self.ask("/sync/enrol", request).await
    }

    fn request(&self, method: Method, path: &str) -> Result<RequestBuilder, ProtocolError> {
        let url = self.base.join(path).map_err(|error| ProtocolError::Malformed(error.to_string()))?;
        let request = self.client.request(method, url).header(TUS_RESUMABLE, TUS_VERSION);
        Ok(match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        })
    }

    /// Sends a request. An answer that is no success is an error, unless its status is among `meant`.
    async fn send(
        &self,
        request: RequestBuilder,
        body: u64,
        meant: &[StatusCode],
    ) -> Result<Response, ProtocolError> {
        self.count(body);
        let response = request.send().await.map_err(unreachable)?;
        let status = response.status();
        if status.is_success() || meant.contains(&status) {
            return Ok(response);
        }
        let bytes = self.body(response).await?;
        Err(match serde_json::from_slice::<ApiError>(&bytes) {
            Ok(error) => ProtocolError::Refused(error),
            // The answer to HEAD has no body.
            Err(_) if status == StatusCode::UNAUTHORIZED => ProtocolError::Refused(ApiError::new(
                ErrorCode::Unauthorized,
                "the server does not know this device's token",
            )),
            Err(_) => no_server_of_ours(status),
        })
    }

    async fn body(&self, response: Response) -> Result<Vec<u8>, ProtocolError> {
        match self.body_until_cut(response).await? {
            (bytes, None) => Ok(bytes),
            (_, Some(cut)) => Err(cut),
        }
    }

    /// What came of a body, and what ended it early, if something did.
    async fn body_until_cut(
        &self,
        mut response: Response,
    ) -> Result<(Vec<u8>, Option<ProtocolError>), ProtocolError> {
        let mut bytes = Vec::new();
        loop {
            match response.chunk().await {
                Ok(Some(chunk)) => {
                    self.count(chunk.len() as u64);
                    if bytes.len() + chunk.len() > LARGEST_ANSWER {
                        return Err(ProtocolError::Malformed("the answer is too large".to_owned()));
                    }
                    bytes.extend_from_slice(&chunk);
                }
                Ok(None) => return Ok((bytes, None)),
                Err(error) => return Ok((bytes, Some(unreachable(error)))),
            }
        }
    }

    fn count(&self, bytes: u64) {
        self.traffic.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Asks by a message of the protocol, and reads one as the answer.
    async fn ask<T: DeserializeOwned>(
        &self,
        path: &str,
        message: &impl Serialize,
    ) -> Result<T, ProtocolError> {
        let bytes = encode(message).map_err(|error| ProtocolError::Malformed(error.to_string()))?;
        let size = bytes.len() as u64;
        let request = self
            .request(Method::POST, path)?
            .header(CONTENT_TYPE, "application/vnd.village-ledger.sync")
            .body(bytes);
        let body = self.body(self.send(request, size, &[]).await?).await?;
        decode(&body).map_err(|error| ProtocolError::Malformed(error.to_string()))
    }
}

impl SyncProtocol for HttpProtocol {
    async fn exchange(&self, request: ExchangeRequest) -> Result<ExchangeReply, ProtocolError> {
        self.ask("/sync/exchange", &request).await
    }

    async fn photo_state(&self, hash: &PhotoHash) -> Result<PhotoState, ProtocolError> {
        let request = self.request(Method::HEAD, &format!("/sync/photos/{hash}"))?;
        let response = self.send(request, 0, &[StatusCode::NOT_FOUND]).await?;
        if response.status() == StatusCode::NOT_FOUND {
            // A server of ours says so in the way of tus; anything else is another kind of server.
            return match response.headers().contains_key(TUS_RESUMABLE) {
                true => Ok(PhotoState::Absent),
                false => Err(no_server_of_ours(StatusCode::NOT_FOUND)),
            };
        }
        let (offset, length) = (number(&response, UPLOAD_OFFSET)?, number(&response, UPLOAD_LENGTH)?);
        Ok(state(offset, length))
    }

    async fn photo_send(
        &self,
        hash: &PhotoHash,
        total: u64,
        offset: u64,
        bytes: Vec<u8>,
    ) -> Result<PhotoState, ProtocolError> {
        let size = bytes.len() as u64;
        let request = if offset == 0 {
            // Created and begun in one round trip.
            let metadata = format!("sha256 {}", BASE64_STANDARD.encode(hash.as_str()));
            self.request(Method::POST, "/sync/photos")?
                .header(UPLOAD_LENGTH, total)
                .header("Upload-Metadata", metadata)
        } else {
            self.request(Method::PATCH, &format!("/sync/photos/{hash}"))?.header(UPLOAD_OFFSET, offset)
        };
        let request = request.header(CONTENT_TYPE, "application/offset+octet-stream").body(bytes);
        // Where the server has another number of bytes than was thought, it says which.
        let response = self.send(request, size, &[StatusCode::CONFLICT, StatusCode::NOT_FOUND]).await?;
        if response.headers().contains_key(UPLOAD_OFFSET) {
            return Ok(state(number(&response, UPLOAD_OFFSET)?, total));
        }
        let status = response.status();
        let body = self.body(response).await?;
        match serde_json::from_slice::<ApiError>(&body) {
            Ok(error) => Err(ProtocolError::Refused(error)),
            // What had arrived was thrown away meanwhile.
            Err(_) if status == StatusCode::NOT_FOUND && offset > 0 => Ok(PhotoState::Absent),
            Err(_) => Err(no_server_of_ours(status)),
        }
    }

    async fn photo_fetch(
        &self,
        hash: &PhotoHash,
        offset: u64,
        limit: u64,
    ) -> Result<Option<(Vec<u8>, u64)>, ProtocolError> {
        let last = offset + limit.max(1) - 1;
        let request = self
            .request(Method::GET, &format!("/sync/photos/{hash}"))?
            .header(RANGE, format!("bytes={offset}-{last}"));
        let meant = [StatusCode::NOT_FOUND, StatusCode::RANGE_NOT_SATISFIABLE];
        let response = self.send(request, 0, &meant).await?;
        if response.status() == StatusCode::NOT_FOUND {
            return Ok(None);
        }
        let total = response
            .headers()
            .get(CONTENT_RANGE)
            .and_then(|value| value.to_str().ok()?.rsplit('/').next()?.parse().ok())
            .ok_or_else(|| ProtocolError::Malformed("the server does not send ranges".to_owned()))?;
        match self.body_until_cut(response).await? {
            (bytes, Some(cut)) if bytes.is_empty() => Err(cut),
            // What came before the cut is kept; the next question goes on from there.
            (bytes, _) => Ok(Some((bytes, total))),
        }
    }

    async fn photos_held(&self, hashes: Vec<PhotoHash>) -> Result<Vec<bool>, ProtocolError> {
        self.ask("/sync/photos-held", &hashes).await
    }

    async fn thumbnails_send(&self, thumbnails: Vec<Thumbnail>) -> Result<(), ProtocolError> {
        self.ask("/sync/thumbnails/send", &thumbnails).await
    }

    async fn thumbnails_fetch(&self, hashes: Vec<PhotoHash>) -> Result<Thumbnails, ProtocolError> {
        self.ask("/sync/thumbnails/fetch", &hashes).await
    }

    async fn changes_held(&self, hashes: Vec<ByteBuf>) -> Result<Vec<bool>, ProtocolError> {
        self.ask("/sync/changes-held", &hashes).await
    }

    async fn heads(&self, grid: &GridCode, after: Option<Uuid>) -> Result<HeadsPage, ProtocolError> {
        self.ask("/sync/heads", &(grid, after)).await
    }

    async fn documents_fetch(&self, documents: Vec<Uuid>) -> Result<Documents, ProtocolError> {
        self.ask("/sync/documents/fetch", &documents).await
    }

    async fn erased(&self) -> Result<(), ProtocolError> {
        self.ask("/sync/erased", &()).await
    }

    fn traffic(&self) -> u64 {
        self.traffic.load(Ordering::Relaxed)
    }
}

fn state(offset: u64, total: u64) -> PhotoState {
    match offset {
        0 => PhotoState::Absent,
        offset if offset == total => PhotoState::Stored,
        offset => PhotoState::Partial(offset),
    }
}

fn number(response: &Response, header: &str) -> Result<u64, ProtocolError> {
    response
        .headers()
        .get(header)
        .and_then(|value| value.to_str().ok()?.parse().ok())
        .ok_or_else(|| ProtocolError::Malformed(format!("the server did not say {header}")))
}

fn no_server_of_ours(status: StatusCode) -> ProtocolError {
    ProtocolError::Malformed(format!("{status}: is this the address of a Village Ledger server?"))
}

fn unreachable(error: reqwest::Error) -> ProtocolError {
    // Another certificate is no cut: to try again would not help, and a person must hear of it.
    if let Some(refusal) = tls::refusal(&error) {
        return ProtocolError::Refused(refusal);
    }
    // The innermost cause says what a person can use: refused, timed out, no such host.
    let mut cause: &dyn std::error::Error = &error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    ProtocolError::Unreachable(cause.to_string())
}
