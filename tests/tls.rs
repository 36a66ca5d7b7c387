//! How a device knows its server, and what the server answers unencrypted: nothing to other machines.

use std::net::{IpAddr, SocketAddr};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::Role;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use sync_client::{HttpConnector, HttpProtocol};
use sync_server::config::Config;
use sync_server::tls::CertificateSource;
use sync_server::{ServeError, Server};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use wire::sync::{Connect as _, Pin, ProtocolError, ServerAddress, SyncProtocol as _};
use wire::{ApiError, ErrorCode};

/// A server that runs until it is dropped, and a token of a device.
struct Running {
    address: SocketAddr,
    pin: Pin,
    token: String,
    certificates: Arc<sync_server::tls::Certificates>,
    _stop: oneshot::Sender<()>,
}

async fn run(config: Config) -> Running {
    let server = Server::open_with(config).await.unwrap();
    let state = server.state();
    let now = state.app.now();
    let person = match state.access.person_named("林志燕").unwrap() {
        Some(person) => person,
        None => state.access.add_person("林志燕", Role::Inspector, Some(office::donghui()), now).unwrap(),
    };
    let token = state.access.add_device("test", person.id, None, now).unwrap();
    let (address, pin, certificates) = (server.address(), server.fingerprint(), server.certificates());
    let (stop, stopped) = oneshot::channel::<()>();
    tokio::spawn(server.run(async { drop(stopped.await) }));
    Running { address, pin, token, certificates, _stop: stop }
}

fn local(folder: &TempDir) -> Config {
    Config::new(folder.path(), "127.0.0.1:0")
}

fn device(connector: &HttpConnector, url: String, pin: Option<Pin>, token: &str) -> HttpProtocol {
    connector.connect(&ServerAddress { url, pin }, token).unwrap()
}

async fn refused(protocol: &HttpProtocol) -> ApiError {
    match protocol.photos_held(vec![]).await {
        Err(ProtocolError::Refused(error)) => error,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_device_knows_its_server_by_the_certificate_and_by_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let server = run(local(&folder)).await;
    let connector = HttpConnector::new();
    let url = format!("https://{}", server.address);

    let pinned = device(&connector, url.clone(), Some(server.pin.clone()), &server.token);
    assert_eq!(pinned.photos_held(vec![]).await, Ok(vec![]));
    // What was typed is the beginning of the hash.
    let typed = Pin::from_bytes(&server.pin.as_bytes()[..10]).unwrap();
    let typed = device(&connector, url.clone(), Some(typed), &server.token);
    assert_eq!(typed.photos_held(vec![]).await, Ok(vec![]));

    let other = device(&connector, url.clone(), Some(Pin::of_certificate(b"another")), &server.token);
    let error = refused(&other).await;
    assert_eq!((error.code, error.reason.as_deref()), (ErrorCode::Certificate, Some("changed")));
    // No authority vouches for the server's own certificate.
    let unpinned = device(&connector, url, None, &server.token);
    let error = refused(&unpinned).await;
    assert_eq!((error.code, error.reason.as_deref()), (ErrorCode::Certificate, Some("untrusted")));
}

#[tokio::test]
async fn whoever_shows_the_certificate_without_its_key_is_not_the_server() {
    let folder = tempfile::tempdir().unwrap();
    let server = run(local(&folder)).await;
    let certificate = CertificateDer::from_pem_file(folder.path().join("tls/certificate.pem")).unwrap();
    let other = KeyPair::generate().unwrap();
    let provider = rustls::crypto::ring::default_provider();
    let key = PrivateKeyDer::from_pem_slice(other.serialize_pem().as_bytes()).unwrap();
    let key = provider.key_provider.load_private_key(key).unwrap();
    let shown = rustls::sign::CertifiedKey::new(vec![certificate], key);
    let config = rustls::ServerConfig::builder_with_provider(Arc::new(provider))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(rustls::sign::SingleCertAndKey::from(shown)));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let stranger = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let mut bytes = [0; 16];
        match acceptor.accept(stream).await {
            Ok(mut stream) => stream.read(&mut bytes).await.unwrap_or_default(),
            Err(_) => 0,
        }
    });
    let connector = HttpConnector::new();
    let fooled = device(&connector, url, Some(server.pin.clone()), &server.token);
    let error = fooled.photos_held(vec![]).await.unwrap_err();
    assert!(!matches!(error, ProtocolError::Malformed(_)), "{error:?}");
    assert_eq!(stranger.await.unwrap(), 0, "the stranger was sent something");
}

#[tokio::test]
async fn the_certificate_stays_over_restarts_and_a_missing_half_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let first = Server::open_with(local(&folder)).await.unwrap();
    let pin = first.fingerprint();
    assert_eq!(first.state().certificate, Some(pin.clone()));
    drop(first);
    assert_eq!(Server::open_with(local(&folder)).await.unwrap().fingerprint(), pin);
    let key = folder.path().join("tls/key.pem");
    assert_eq!(std::fs::metadata(&key).unwrap().permissions().mode() & 0o777, 0o600);
    std::fs::remove_file(&key).unwrap();
    let error = Server::open_with(local(&folder)).await.err().unwrap();
    assert!(matches!(error, ServeError::Tls(_)) && error.to_string().contains("from a backup"), "{error}");
}

/// An authority, and a certificate of its for a name, as files.
fn authority(folder: &Path, name: &str) -> (CertificateDer<'static>, CertificateSource) {
    let mut params = CertificateParams::new(vec![]).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let leaf = CertificateParams::new(vec![name.to_owned()]).unwrap().signed_by(&key, &issuer).unwrap();
    let (certificate, key_file) = (folder.join("office.pem"), folder.join("office.key"));
    std::fs::write(&certificate, leaf.pem()).unwrap();
    std::fs::write(&key_file, key.serialize_pem()).unwrap();
    (issuer.der().clone(), CertificateSource::Given { certificate, key: key_file })
}

#[tokio::test]
async fn a_certificate_of_an_authority_needs_no_pin() {
    let (folder, files) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (root, certificate) = authority(files.path(), "localhost");
    let server = run(Config { certificate, ..local(&folder) }).await;
    let url = format!("https://localhost:{}", server.address.port());

    let trusting = HttpConnector::new().trusting(vec![root.clone()]);
    let known = device(&trusting, url.clone(), None, &server.token);
    assert_eq!(known.photos_held(vec![]).await, Ok(vec![]));
    let by_number = device(&trusting, format!("https://{}", server.address), None, &server.token);
    assert_eq!(refused(&by_number).await.reason.as_deref(), Some("name"));
    let unknown = device(&HttpConnector::new(), url.clone(), None, &server.token);
    assert_eq!(refused(&unknown).await.reason.as_deref(), Some("untrusted"));

    // Renewed while the server runs; what cannot be used changes nothing.
    let pin = server.certificates.pin();
    std::fs::write(files.path().join("office.key"), "rubbish").unwrap();
    assert!(server.certificates.reload().is_err());
    assert_eq!(server.certificates.pin(), pin);
    let (root, _) = authority(files.path(), "localhost");
    server.certificates.reload().unwrap();
    assert_ne!(server.certificates.pin(), pin);
    let renewed = device(&HttpConnector::new().trusting(vec![root]), url, None, &server.token);
    assert_eq!(renewed.photos_held(vec![]).await, Ok(vec![]));
}

#[tokio::test]
async fn a_given_certificate_has_nothing_to_pin() {
    let (folder, files) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (_, certificate) = authority(files.path(), "localhost");
    let server = Server::open_with(Config { certificate, ..local(&folder) }).await.unwrap();
    assert_eq!(server.state().certificate, None);
    assert!(!folder.path().join("tls").exists());
}

/// Sends bytes and reads what comes until the other side closes.
async fn say(address: SocketAddr, bytes: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(bytes.as_bytes()).await.unwrap();
    let mut said = Vec::new();
    tokio::time::timeout(Duration::from_secs(5), stream.read_to_end(&mut said)).await.unwrap().unwrap();
    String::from_utf8(said).unwrap()
}

fn get(host: &str) -> String {
    format!("GET /healthz HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n")
}

/// An address of this machine that is no loopback; `None` where there is no network at all.
fn own_address() -> Option<IpAddr> {
    let mut addresses = if_addrs::get_if_addrs().unwrap().into_iter().map(|interface| interface.ip());
    let found = addresses.find(|address| address.is_ipv4() && !address.is_loopback());
    if found.is_none() {
        println!("not tried: this machine has no address but loopback");
    }
    found
}

#[tokio::test]
async fn plain_requests_are_answered_on_the_same_machine_only() {
    let folder = tempfile::tempdir().unwrap();
    let server = run(Config::new(folder.path(), "0.0.0.0:0")).await;
    let port = server.address.port();
    let said = say(([127, 0, 0, 1], port).into(), &get("localhost")).await;
    assert!(said.starts_with("HTTP/1.1 200 "), "{said}");
    let Some(own) = own_address() else { return };
    let said = say((own, port).into(), &get("localhost")).await;
    assert!(said.starts_with("HTTP/1.1 426 ") && said.contains("https://"), "{said}");

    // And encrypted requests everywhere.
    let url = format!("https://{own}:{port}");
    let device = device(&HttpConnector::new(), url, Some(server.pin.clone()), &server.token);
    assert_eq!(device.photos_held(vec![]).await, Ok(vec![]));
}

#[tokio::test]
async fn a_page_that_calls_this_machine_by_its_own_name_hears_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let public = Some("https://ledger.example".to_owned());
    let server = run(Config { public_address: public, ..local(&folder) }).await;
    for (host, status) in [
        ("rebound.example", 421),
        ("rebound.example:8770", 421),
        ("127.0.0.1.rebound.example", 421),
        ("ledger.example", 200),
        ("localhost", 200),
        ("[::1]:8770", 200),
    ] {
        let said = say(server.address, &get(host)).await;
        assert!(said.starts_with(&format!("HTTP/1.1 {status} ")), "{host}: {said}");
    }
}

#[tokio::test]
async fn connections_that_say_nothing_hold_up_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let server = run(local(&folder)).await;
    let mut silent = Vec::new();
    for number in 0..100 {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        // Nothing, or the beginning of a handshake, or of a request.
        match number % 3 {
            0 => {}
            1 => stream.write_all(&[0x16, 3, 1, 2]).await.unwrap(),
            _ => stream.write_all(b"POST /sync/exchange HTTP/1.1\r\nHost: loc").await.unwrap(),
        }
        silent.push(stream);
    }
    let url = format!("https://{}", server.address);
    let device = device(&HttpConnector::new(), url, Some(server.pin.clone()), &server.token);
    let began = Instant::now();
    assert_eq!(device.photos_held(vec![]).await, Ok(vec![]));
    assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
}

#[tokio::test]
async fn one_address_cannot_take_every_connection() {
    let Some(own) = own_address() else { return };
    let folder = tempfile::tempdir().unwrap();
    let server = run(Config { max_connections: 4, ..Config::new(folder.path(), "0.0.0.0:0") }).await;
    let address = SocketAddr::new(own, server.address.port());
    let mut held = Vec::new();
    for _ in 0..2 {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(&[0x16]).await.unwrap();
        held.push(stream);
    }
    // The third is closed, unanswered, while this machine itself is still let in.
    let mut third = TcpStream::connect(address).await.unwrap();
    let mut byte = [0];
    let ended = tokio::time::timeout(Duration::from_secs(5), third.read(&mut byte)).await.unwrap();
    assert!(matches!(ended, Ok(0) | Err(_)), "{ended:?}");
    let said = say(([127, 0, 0, 1], server.address.port()).into(), &get("localhost")).await;
    assert!(said.starts_with("HTTP/1.1 200 "), "{said}");
}

#[tokio::test]
async fn a_device_finds_its_server_on_the_local_network() {
    let Some(own) = own_address() else { return };
    let folder = tempfile::tempdir().unwrap();
    let server = run(Config { announced: true, ..Config::new(folder.path(), "0.0.0.0:0") }).await;
    let connector = HttpConnector::new();
    let mut found = vec![];
    for _ in 0..3 {
        found = connector.discover(&server.pin).await;
        if !found.is_empty() {
            break;
        }
    }
    if found.is_empty() && !multicast_works(own) {
        println!("not tried: this machine's network carries no multicast");
        return;
    }
    let url = format!("https://{own}:{}", server.address.port());
    assert!(found.contains(&url), "{found:?} without {url}");
    // What was found is the server.
    let device = device(&connector, url, Some(server.pin.clone()), &server.token);
    assert_eq!(device.photos_held(vec![]).await, Ok(vec![]));
    // Whoever looks for another server does not find this one.
    assert_eq!(connector.discover(&Pin::of_certificate(b"another")).await, Vec::<String>::new());
}

/// Whether a datagram to the group of mDNS comes back to this machine.
fn multicast_works(own: IpAddr) -> bool {
    let IpAddr::V4(own) = own else { return false };
    let group = std::net::Ipv4Addr::new(224, 0, 0, 251);
    let sent = || -> std::io::Result<()> {
        let socket = std::net::UdpSocket::bind("0.0.0.0:0")?;
        socket.join_multicast_v4(&group, &own)?;
        socket.set_read_timeout(Some(Duration::from_secs(1)))?;
        socket.send_to(b"?", (group, socket.local_addr()?.port()))?;
        socket.recv(&mut [0; 8]).map(drop)
    };
    sent().is_ok()
}
