//! The sync protocol over HTTP: what a device says to its server. Photos go up by tus 1.0 (core, creation with upload)
//! and come down by ranges.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use domain::PhotoHash;
use reqwest::header::{CONTENT_RANGE, CONTENT_TYPE, RANGE};
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode, Url};
use serde::Serialize;
use serde::de::DeserializeOwned;
use wire::sync::{
    Connect, ExchangeReply, ExchangeRequest, PhotoState, ProtocolError, SyncProtocol, Thumbnail, Thumbnails,
    decode, encode,
};
use wire::{ApiError, ErrorCode};

/// How long a server may take to accept a connection. The link may be slow; the answer itself may take long.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(20);
/// How long the network may leave what was sent unacknowledged before the connection counts as cut. A slow link is no
/// failure: while bytes move, they are acknowledged.
#[cfg(any(target_os = "android", target_os = "linux"))]
const UNACKNOWLEDGED: Duration = Duration::from_secs(30);
/// How long a connection may be idle before the other side is probed, how often it is probed, and how often in vain.
const IDLE: (Duration, Duration, u32) = (Duration::from_secs(15), Duration::from_secs(5), 3);
/// How long a living connection may be silent: a server may have much to do before it answers, and on a slow link a
/// piece of a photo leaves the device long before it has arrived.
const READ_TIMEOUT: Duration = Duration::from_secs(300);
/// The largest answer that is read, in bytes.
const LARGEST_ANSWER: usize = 32 << 20;

const TUS_RESUMABLE: &str = "Tus-Resumable";
const TUS_VERSION: &str = "1.0.0";
const UPLOAD_OFFSET: &str = "Upload-Offset";
const UPLOAD_LENGTH: &str = "Upload-Length";

/// Makes connections.
#[derive(Debug, Default)]
pub struct HttpConnector;

impl HttpConnector {
    /// A connector.
    pub fn new() -> Self {
        Self
    }
}

impl Connect for HttpConnector {
    type Protocol = HttpProtocol;

    fn connect(&self, address: &str, token: &str) -> Result<HttpProtocol, ApiError> {
        let wrong = || {
            let message =
                format!("{address:?} is no address of a server: it looks like http://192.168.1.5:8770");
            ApiError::invalid("address", message).because("address")
        };
        let base = Url::parse(address).map_err(|_| wrong())?;
        if base.scheme() != "http" || base.host_str().is_none() {
            return Err(wrong());
        }
        if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(ApiError::invalid("token", "this is no token of a device").because("token"));
        }
        let (idle, interval, retries) = IDLE;
        let builder = Client::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .read_timeout(READ_TIMEOUT)
            .tcp_keepalive(idle)
            .tcp_keepalive_interval(interval)
            .tcp_keepalive_retries(retries)
            .no_proxy();
        #[cfg(any(target_os = "android", target_os = "linux"))]
        let builder = builder.tcp_user_timeout(UNACKNOWLEDGED);
        let client =
            builder.build().map_err(|error| ApiError::new(ErrorCode::Internal, error.to_string()))?;
        Ok(HttpProtocol { client, base, token: token.to_owned(), traffic: AtomicU64::new(0) })
    }
}

/// A server as a device reaches it.
#[derive(Debug)]
pub struct HttpProtocol {
    client: Client,
    base: Url,
    token: String,
    traffic: AtomicU64,
}

impl HttpProtocol {
    fn request(&self, method: Method, path: &str) -> Result<RequestBuilder, ProtocolError> {
        let url = self.base.join(path).map_err(|error| ProtocolError::Malformed(error.to_string()))?;
        Ok(self.client.request(method, url).bearer_auth(&self.token).header(TUS_RESUMABLE, TUS_VERSION))
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
    // The innermost cause says what a person can use: refused, timed out, no such host.
    let mut cause: &dyn std::error::Error = &error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    ProtocolError::Unreachable(cause.to_string())
}
