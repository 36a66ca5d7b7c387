//! Finding the office on the local network, where there is no internet and addresses change: mDNS with service discovery
//! (RFC 6762, RFC 6763). What is found is a hint; whoever answers there must still show the certificate.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::time::Duration;

use mdns_sd::{ResolvedService, ServiceDaemon, ServiceEvent};
use tokio::time::Instant;
use wire::sync::Pin;

/// The service that servers announce. The server has it too (`sync-server/src/announce.rs`); `tests/tls.rs` brings both
/// together.
const SERVICE: &str = "_village-ledger._tcp.local.";
/// After one answer, how long others are waited for: a server has several addresses.
const AFTER_ONE: Duration = Duration::from_millis(300);

/// Looks for servers with this certificate until `patience` ends, or a moment longer than the first was found.
pub(crate) async fn find(pin: &Pin, patience: Duration) -> Vec<String> {
    let mut found = BTreeSet::new();
    // No network, or none that multicasts: nothing is found.
    let Ok(daemon) = ServiceDaemon::new() else { return vec![] };
    if let Ok(answers) = daemon.browse(SERVICE) {
        let mut until = Instant::now() + patience;
        while let Ok(Ok(event)) = tokio::time::timeout_at(until, answers.recv_async()).await {
            if let ServiceEvent::ServiceResolved(service) = event
                && is_meant(&service, pin)
            {
                found.extend(addresses(&service));
                until = until.min(Instant::now() + AFTER_ONE);
            }
        }
    }
    if let Ok(ended) = daemon.shutdown() {
        drop(ended.recv_async().await);
    }
    // IPv4 first, as local networks have it.
    let (mut six, mut addresses): (Vec<_>, Vec<_>) =
        found.into_iter().partition(|(address, _)| address.is_ipv6());
    addresses.append(&mut six);
    addresses.into_iter().map(|(address, port)| url(address, port)).collect()
}

/// Whether a server says that it has this certificate. It names the first 8 bytes of its hash.
fn is_meant(service: &ResolvedService, pin: &Pin) -> bool {
    let said = service.txt_properties.get_property_val_str("fp").unwrap_or_default();
    said.len() == 16 && pin.to_string().starts_with(said)
}

fn addresses(service: &ResolvedService) -> impl Iterator<Item = (IpAddr, u16)> {
    let port = service.port;
    let addresses = service.addresses.iter().map(mdns_sd::ScopedIp::to_ip_addr);
    // A link-local address means nothing without the interface, which an address of a server cannot name.
    let usable = addresses.filter(|address| match address {
        IpAddr::V4(_) => true,
        IpAddr::V6(six) => !six.is_unicast_link_local(),
    });
    usable.map(move |address| (address, port))
}

fn url(address: IpAddr, port: u16) -> String {
    format!("https://{}", std::net::SocketAddr::new(address, port))
}
