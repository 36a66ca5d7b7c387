//! Who a request comes from, whether it may be answered at all, and the headers that every answer carries.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{
    CONTENT_SECURITY_POLICY, HOST, HeaderName, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::{Json, http::uri::Authority};
use wire::{ApiError, ErrorCode};

use crate::connection::{Connection, Socket};

/// Scripts and styles come from files only. The framework of the user interface may set style attributes in markup; none
/// did on any screen, so that browsers too old to know the finer directive refuse nothing that is needed.
const POLICY: &str = "default-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; \
    style-src 'self'; style-src-attr 'unsafe-inline'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// The form's camera and positions; nothing else that a browser could give.
const FEATURES: &str = "camera=(self), geolocation=(self), microphone=(), payment=(), usb=()";

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

pub(super) async fn headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in [
        (CONTENT_SECURITY_POLICY, POLICY),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (X_FRAME_OPTIONS, "DENY"),
        (REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("permissions-policy"), FEATURES),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

/// What is believed of requests.
#[derive(Debug, Clone, Default)]
pub struct Trust {
    /// Whether a proxy on this machine says for whom it asks, and whether that connection was encrypted.
    pub behind_proxy: bool,
    /// The host of the address that the server is known by.
    pub public_host: Option<String>,
}

impl Trust {
    /// How a request came. A proxy is believed when it is on this machine and was announced.
    fn connection(&self, socket: Socket, headers: &HeaderMap) -> Connection {
        let direct = Connection { tls: socket.tls, peer: socket.peer };
        if !self.behind_proxy || socket.tls || !socket.peer.is_loopback() {
            return direct;
        }
        let last = headers.get_all(FORWARDED_FOR).iter().next_back();
        let Some(last) = last else { return direct };
        let tls = headers.get(FORWARDED_PROTO).is_some_and(|protocol| protocol == "https");
        // The last one is whom our proxy saw; those before it are what it was told.
        let peer = last.to_str().ok().and_then(|list| address(list.rsplit(',').next()?.trim()));
        Connection { tls, peer: peer.unwrap_or(IpAddr::from([0, 0, 0, 0])) }
    }

    /// Whether a name in a plain request is ours. A page that resolves a name of its own to this machine has another.
    fn knows(&self, host: &str) -> bool {
        let Ok(authority) = host.parse::<Authority>() else { return false };
        let name = authority.host();
        name.eq_ignore_ascii_case("localhost")
            || address(name).is_some_and(|address| address.is_loopback())
            || self.public_host.as_deref().is_some_and(|public| name.eq_ignore_ascii_case(public))
    }
}

/// An address, perhaps with a port, perhaps in brackets.
fn address(text: &str) -> Option<IpAddr> {
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    let parsed = bare.parse().ok();
    parsed.or_else(|| text.parse::<std::net::SocketAddr>().ok().map(|address| address.ip()))
}

/// Says with each request how it came, and answers none that names another host.
pub(super) async fn connection(
    State(trust): State<Arc<Trust>>,
    mut request: Request,
    next: Next,
) -> Response {
    let socket = request.extensions().get::<Socket>().copied().unwrap_or(Socket::INSIDE);
    let host = request.headers().get(HOST);
    if let Some(host) = host.filter(|_| !socket.tls)
        && !host.to_str().is_ok_and(|host| trust.knows(host))
    {
        let message = "this server does not know itself by that name: use its own address, or start it with \
            --public-address";
        let error = ApiError::new(ErrorCode::Forbidden, message).because("host");
        return (StatusCode::MISDIRECTED_REQUEST, Json(error)).into_response();
    }
    let connection = trust.connection(socket, request.headers());
    request.extensions_mut().insert(connection);
    next.run(request).await
}

/// Whether a request comes from this machine, and from nobody for whom a proxy asks.
pub(super) fn is_local(connection: Connection, headers: &HeaderMap) -> bool {
    let forwarded = headers.contains_key(FORWARDED_FOR) || headers.contains_key("forwarded");
    connection.peer.is_loopback() && !forwarded
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(values: &[(&'static str, &str)]) -> HeaderMap {
        let values =
            values.iter().map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap()));
        values.collect()
    }

    fn socket(peer: &str) -> Socket {
        Socket { tls: false, peer: peer.parse().unwrap() }
    }

    #[test]
    fn only_an_announced_proxy_on_this_machine_is_believed() {
        let said = headers(&[("x-forwarded-for", "6.6.6.6, 10.1.2.3"), ("x-forwarded-proto", "https")]);
        let trusting = Trust { behind_proxy: true, public_host: None };
        let told = trusting.connection(socket("127.0.0.1"), &said);
        assert_eq!(told, Connection { tls: true, peer: "10.1.2.3".parse().unwrap() });
        let stranger = trusting.connection(socket("10.9.9.9"), &said);
        assert_eq!(stranger, Connection { tls: false, peer: "10.9.9.9".parse().unwrap() });
        let unannounced = Trust::default().connection(socket("127.0.0.1"), &said);
        assert_eq!(unannounced, Connection { tls: false, peer: "127.0.0.1".parse().unwrap() });
    }

    #[test]
    fn what_a_proxy_says_and_nobody_understands_is_no_loopback() {
        let trusting = Trust { behind_proxy: true, public_host: None };
        for said in ["unknown", "", "127.0.0.1 oder so"] {
            let told = trusting.connection(socket("::1"), &headers(&[("x-forwarded-for", said)]));
            assert!(!told.peer.is_loopback() && !told.tls, "{said}");
        }
        let told = trusting.connection(socket("::1"), &headers(&[("x-forwarded-for", "[fd00::7]:4711")]));
        assert_eq!(told.peer, "fd00::7".parse::<IpAddr>().unwrap());
    }

    #[test]
    fn a_plain_request_names_this_machine_or_the_public_address() {
        let trust = Trust { behind_proxy: false, public_host: Some("ledger.example".to_owned()) };
        for host in ["localhost", "127.0.0.1:8770", "[::1]:8770", "ledger.example", "Ledger.Example:443"] {
            assert!(trust.knows(host), "{host}");
        }
        for host in ["evil.example:8770", "localhost.evil.example", "10.0.0.1", "", "a b"] {
            assert!(!trust.knows(host), "{host}");
        }
    }
}
