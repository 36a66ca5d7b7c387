//! Announcing the server on the local network, so that devices find it where there is no internet and addresses change:
//! mDNS with service discovery (RFC 6762, RFC 6763). It says no name of anybody or of the office.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use mdns_sd::{Error, IfKind, ServiceDaemon, ServiceInfo};
use wire::sync::{PROTOCOL, Pin};

/// What devices look for (`sync-client/src/discovery.rs`).
const SERVICE: &str = "_village-ledger._tcp.local.";
/// How many hexadecimal digits of the certificate's hash are said, so that a device knows whom to ask.
const DIGITS: usize = 16;
/// How long leaving may take.
const PATIENCE: Duration = Duration::from_secs(1);

/// An announcement, until it is ended.
pub(crate) struct Announcement {
    daemon: ServiceDaemon,
    name: String,
}

impl Announcement {
    /// Announces a server with this certificate that listens there, on all addresses of the machine if it listens on all.
    pub fn begin(pin: &Pin, listening: SocketAddr) -> Result<Self, Error> {
        let daemon = ServiceDaemon::new()?;
        let said: String = pin.to_string().chars().take(DIGITS).collect();
        let name = format!("village-ledger-{said}");
        let addresses: Vec<IpAddr> = match listening.ip() {
            all if all.is_unspecified() => vec![],
            one => vec![one],
        };
        let all = addresses.is_empty();
        let properties = [("fp", said), ("v", PROTOCOL.to_string())];
        let host = format!("{name}.local.");
        let service =
            ServiceInfo::new(SERVICE, &name, &host, addresses.as_slice(), listening.port(), &properties[..])?;
        // Addresses that come and go are followed.
        let service = if all { service.enable_addr_auto() } else { service };
        let name = service.get_fullname().to_owned();
        if listening.is_ipv4() {
            daemon.disable_interface(IfKind::IPv6)?;
        }
        daemon.register(service)?;
        Ok(Self { daemon, name })
    }

    /// Says that the server leaves, so that nobody looks for it here.
    pub async fn end(self) {
        if let Ok(left) = self.daemon.unregister(&self.name) {
            drop(tokio::time::timeout(PATIENCE, left.recv_async()).await);
        }
        if let Ok(ended) = self.daemon.shutdown() {
            drop(tokio::time::timeout(PATIENCE, ended.recv_async()).await);
        }
    }
}
