//! Connections: who is at the other end, whether they are encrypted, and how long and how many may stay open. One port
//! speaks both TLS and plain HTTP; the first byte tells them apart. Plain HTTP is for the same machine only.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service as _, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
use rustls::ServerConfig;
use socket2::{SockRef, TcpKeepalive};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio_rustls::TlsAcceptor;

/// How long the other side may take to say its first byte, and then to agree on keys.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// How long the head of the first request may take from then on.
const FIRST_HEAD: Duration = Duration::from_secs(30);
/// How long a connection is kept for another request, its head included. Longer than clients keep theirs, so that none
/// is closed under a request.
const KEPT: Duration = Duration::from_secs(90);
/// How long what was sent may stay unacknowledged. A slow link is no failure: while bytes move, they are acknowledged.
#[cfg(any(target_os = "android", target_os = "linux"))]
const UNACKNOWLEDGED: Duration = Duration::from_secs(120);
/// A connection on which nothing moves is probed after so long, and so often.
const PROBED: (Duration, Duration) = (Duration::from_secs(60), Duration::from_secs(15));
/// The first byte of a TLS handshake. No method of HTTP begins with it.
const TLS_HANDSHAKE: u8 = 0x16;

/// How a request came. Every handler has it as an extension of its request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Connection {
    /// Whether it was encrypted all the way to this server, or to the proxy before it.
    pub tls: bool,
    /// Who asks: the other end, or whom a trusted proxy names.
    pub peer: IpAddr,
}

/// What the socket itself says, before a proxy is believed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Socket {
    pub tls: bool,
    pub peer: IpAddr,
}

impl Socket {
    /// The same process.
    pub const INSIDE: Self = Self { tls: false, peer: IpAddr::V4(Ipv4Addr::LOCALHOST) };
}

/// Accepts connections and answers on them.
pub(crate) struct Door {
    tls: TlsAcceptor,
    router: Router,
    open: Arc<Semaphore>,
    by_peer: Arc<Mutex<HashMap<IpAddr, usize>>>,
    most_by_peer: usize,
    closed: watch::Sender<bool>,
}

impl Door {
    /// A door for at most `most` connections at a time, half of them from one address.
    pub fn new(tls: ServerConfig, router: Router, most: usize) -> Self {
        Self {
            tls: TlsAcceptor::from(Arc::new(tls)),
            router,
            open: Arc::new(Semaphore::new(most)),
            by_peer: Arc::default(),
            most_by_peer: most.div_ceil(2),
            closed: watch::Sender::new(false),
        }
    }

    /// Sends those away who have not asked for anything yet.
    pub fn close(&self) {
        self.closed.send_replace(true);
    }

    /// Accepts until it is dropped. Handshakes hold up nobody else.
    pub async fn attend(self: Arc<Self>, listener: &TcpListener, ending: &GracefulShutdown) {
        loop {
            let Ok(place) = Arc::clone(&self.open).acquire_owned().await else { return };
            let (stream, address) = match listener.accept().await {
                Ok(accepted) => accepted,
                Err(error) => {
                    rest(&error).await;
                    continue;
                }
            };
            let peer = address.ip().to_canonical();
            let Some(counted) = Counted::new(&self.by_peer, peer, self.most_by_peer) else {
                tracing::warn!(%peer, "too many connections from one address; one was closed");
                continue;
            };
            let (door, watcher) = (Arc::clone(&self), ending.watcher());
            tokio::spawn(async move {
                door.welcome(stream, peer, watcher).await;
                drop((counted, place));
            });
        }
    }

    /// What a greeting comes to, within its time and while the door is open.
    async fn greeted<T>(&self, greeting: impl Future<Output = T>) -> Option<T> {
        let mut closed = self.closed.subscribe();
        tokio::select! {
            greeted = tokio::time::timeout(HANDSHAKE, greeting) => greeted.ok(),
            _ = closed.wait_for(|closed| *closed) => None,
        }
    }

    async fn welcome(&self, mut stream: TcpStream, peer: IpAddr, watcher: Watcher) {
        tune(&stream);
        let mut first = [0];
        match self.greeted(stream.peek(&mut first)).await {
            Some(Ok(1)) => {}
            // Nothing came: a probe, or somebody who holds connections open.
            _ => return,
        }
        if first == [TLS_HANDSHAKE] {
            match self.greeted(self.tls.accept(stream)).await {
                Some(Ok(stream)) => self.answer(stream, Socket { tls: true, peer }, watcher).await,
                Some(Err(error)) => tracing::debug!(%peer, %error, "a handshake failed"),
                None => tracing::debug!(%peer, "a handshake took too long"),
            }
        } else if peer.is_loopback() {
            self.answer(stream, Socket { tls: false, peer }, watcher).await;
        } else {
            tracing::debug!(%peer, "plain HTTP from another machine was not answered");
            self.greeted(turn_away(&mut stream)).await;
        }
    }

    async fn answer(
        &self,
        stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
        socket: Socket,
        watcher: Watcher,
    ) {
        let asked = Arc::new(AtomicBool::new(false));
        let (asks, router) = (Arc::clone(&asked), self.router.clone());
        let service = service_fn(move |mut request: Request<Incoming>| {
            asks.store(true, Ordering::Relaxed);
            request.extensions_mut().insert(socket);
            TowerToHyperService::new(router.clone()).call(request.map(Body::new))
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(KEPT)
            .serve_connection(TokioIo::new(stream), service);
        let silent = async {
            tokio::time::sleep(FIRST_HEAD).await;
            if asked.load(Ordering::Relaxed) {
                std::future::pending::<()>().await;
            }
        };
        tokio::select! {
            ended = watcher.watch(connection) => {
                if let Err(error) = ended {
                    tracing::debug!(peer = %socket.peer, %error, "a connection broke");
                }
            }
            () = silent => tracing::debug!(peer = %socket.peer, "no request came on a connection"),
        }
    }
}

/// A connection in the count of its address. The same machine is not counted: a proxy speaks for many.
struct Counted {
    by_peer: Arc<Mutex<HashMap<IpAddr, usize>>>,
    peer: IpAddr,
}

impl Counted {
    /// `None` when the address has as many as it may.
    fn new(by_peer: &Arc<Mutex<HashMap<IpAddr, usize>>>, peer: IpAddr, most: usize) -> Option<Self> {
        let mut counts = by_peer.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(peer).or_default();
        if *count >= most && !peer.is_loopback() {
            return None;
        }
        *count += 1;
        Some(Self { by_peer: Arc::clone(by_peer), peer })
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        let mut counts = self.by_peer.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&self.peer) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.peer);
            }
        }
    }
}

/// After an error of the listener: the other side's fault is passed over, and where files have run out, some may be
/// closed meanwhile.
async fn rest(error: &io::Error) {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    if !matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset) {
        tracing::error!(%error, "no connection can be accepted");
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

/// Where an option cannot be set, the connection works without.
fn tune(stream: &TcpStream) {
    let socket = SockRef::from(stream);
    let (idle, interval) = PROBED;
    drop(stream.set_nodelay(true));
    drop(socket.set_tcp_keepalive(&TcpKeepalive::new().with_time(idle).with_interval(interval)));
    #[cfg(any(target_os = "android", target_os = "linux"))]
    drop(socket.set_tcp_user_timeout(Some(UNACKNOWLEDGED)));
}

/// Tells somebody who speaks plain HTTP from another machine what to use instead.
async fn turn_away(stream: &mut TcpStream) -> io::Result<()> {
    const SENTENCE: &str = "<!doctype html><meta charset=utf-8><title>村台账</title>\
        <p>请使用 https:// 开头的地址访问。This server answers encrypted requests only: use an address that begins with \
        https://\n";
    let head = format!(
        "HTTP/1.1 426 Upgrade Required\r\nUpgrade: TLS/1.2, HTTP/1.1\r\nConnection: Upgrade, close\r\n\
         Content-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\n\r\n",
        SENTENCE.len()
    );
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(SENTENCE.as_bytes()).await?;
    stream.shutdown().await?;
    // What they still send is read, a little: closing upon it would take back what they were told.
    let mut rest = [0; 4096];
    for _ in 0..64 {
        if stream.read(&mut rest).await? == 0 {
            break;
        }
    }
    Ok(())
}

/// The address by which others reach a socket that listens: itself, or for all of the machine's addresses, the likeliest.
pub(crate) fn reachable(listening: SocketAddr) -> SocketAddr {
    if !listening.ip().is_unspecified() {
        return listening;
    }
    let mut addresses: Vec<IpAddr> =
        if_addrs::get_if_addrs().unwrap_or_default().into_iter().map(|interface| interface.ip()).collect();
    addresses.retain(|address| match address {
        IpAddr::V4(four) => !four.is_loopback() && !four.is_link_local(),
        IpAddr::V6(six) => listening.is_ipv6() && !six.is_loopback() && !six.is_unicast_link_local(),
    });
    addresses.sort_by_key(|address| match address {
        IpAddr::V4(four) => (!four.is_private(), false),
        IpAddr::V6(_) => (true, true),
    });
    let likeliest = addresses.first().copied().unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST));
    SocketAddr::new(likeliest, listening.port())
}
