//! The sync protocol over HTTP: what a device says to its server, how it knows the server, and how it finds it on the
//! local network.

mod address;
mod discovery;
mod protocol;
mod tls;

use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Client, Url};
use rustls::pki_types::CertificateDer;
use wire::sync::{Connect, EnrolReply, EnrolRequest, Pin, ProtocolError, ServerAddress};
use wire::{ApiError, ErrorCode};

pub use protocol::HttpProtocol;

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
/// How long an unused connection is kept. Less than the server's own patience, so that it is seldom cut under a request.
const KEPT: Duration = Duration::from_secs(60);
/// How long servers on the local network may take to answer.
const DISCOVERY: Duration = Duration::from_secs(3);

/// Makes connections.
#[derive(Debug, Default)]
pub struct HttpConnector {
    authorities: Vec<CertificateDer<'static>>,
}

impl HttpConnector {
    /// A connector.
    pub fn new() -> Self {
        tls::install();
        Self::default()
    }

    /// The same, which also trusts these authorities (DER) where a server is not pinned.
    pub fn trusting(self, authorities: Vec<CertificateDer<'static>>) -> Self {
        Self { authorities }
    }

    fn client(&self, server: &ServerAddress) -> Result<(Client, Url), ApiError> {
        let base = address::base(&server.url)?;
        let (idle, interval, retries) = IDLE;
        let builder = Client::builder()
            .tls_backend_preconfigured(tls::config(server.pin.clone(), &self.authorities)?)
            .connect_timeout(CONNECT_TIMEOUT)
            .read_timeout(READ_TIMEOUT)
            .pool_idle_timeout(KEPT)
            .tcp_keepalive(idle)
            .tcp_keepalive_interval(interval)
            .tcp_keepalive_retries(retries)
            // The token is for this server and no other.
            .redirect(Policy::none())
            .no_proxy();
        #[cfg(any(target_os = "android", target_os = "linux"))]
        let builder = builder.tcp_user_timeout(UNACKNOWLEDGED);
        let client =
            builder.build().map_err(|error| ApiError::new(ErrorCode::Internal, error.to_string()))?;
        Ok((client, base))
    }
}

impl Connect for HttpConnector {
    type Protocol = HttpProtocol;

    fn connect(&self, server: &ServerAddress, token: &str) -> Result<HttpProtocol, ApiError> {
        let (client, base) = self.client(server)?;
        if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(ApiError::invalid("token", "this is no token of a device").because("token"));
        }
        Ok(HttpProtocol::new(client, base, Some(token.to_owned())))
    }

    async fn enrol(
        &self,
        server: &ServerAddress,
        request: EnrolRequest,
    ) -> Result<EnrolReply, ProtocolError> {
        let (client, base) = self.client(server)?;
        HttpProtocol::new(client, base, None).enrol(&request).await
    }

    async fn discover(&self, pin: &Pin) -> Vec<String> {
        discovery::find(pin, DISCOVERY).await
    }
}
