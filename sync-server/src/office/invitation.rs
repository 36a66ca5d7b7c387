//! What an invitation says of the server, and how it is drawn.

use std::net::{IpAddr, SocketAddr};

use qrcode::{Color, EcLevel, QrCode};
use wire::sync::{Invitation, Pin, ServerAddress};
use wire::{ApiError, ErrorCode};

use crate::http::State;

/// How devices reach the server, and know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Server {
    /// The address that it knows of itself.
    pub address: String,
    /// Its own certificate; `None` where authorities vouch for it.
    pub pin: Option<Pin>,
    /// Where it listens; `None` where that is not known.
    pub listening: Option<SocketAddr>,
}

impl Server {
    /// The server that runs.
    pub fn of(state: &State) -> Self {
        Self {
            address: state.public_address.clone(),
            pin: state.certificate.clone(),
            listening: Some(state.listening),
        }
    }

    /// An invitation to it.
    pub fn invitation(&self, address: String, code: String) -> Invitation {
        Invitation { server: ServerAddress { url: address, pin: self.pin.clone() }, code }
    }

    /// An address that somebody gave, as a device will read it.
    ///
    /// # Errors
    /// When a device would not read it.
    pub fn checked(&self, address: &str) -> Result<String, ApiError> {
        let address = address.trim().trim_end_matches('/');
        let address = if address.contains("://") { address.to_owned() } else { format!("https://{address}") };
        let invitation = self.invitation(address, Invitation::new_code([0; 7]));
        let read = Invitation::read(&invitation.to_url(), "")
            .map_err(|error| ApiError::invalid("address", error.to_string()).because(error.code()))?;
        let url = read.server.url;
        if url.starts_with("http://") && !is_loopback(&url) {
            let message = "devices on other machines use https only";
            return Err(ApiError::invalid("address", message).because("plain"));
        }
        Ok(url)
    }

    /// The addresses of this machine at which the server answers, but for one.
    pub fn others(&self, but: &str) -> Vec<String> {
        let mut addresses = vec![self.address.clone()];
        if let Some(listening) = self.listening {
            let own =
                if_addrs::get_if_addrs().unwrap_or_default().into_iter().map(|interface| interface.ip());
            let reached = own.filter(|address| match (listening.ip(), address) {
                // A link-local address means nothing without the interface.
                (_, IpAddr::V4(four)) if four.is_loopback() || four.is_link_local() => false,
                (_, IpAddr::V6(six)) if six.is_loopback() || six.is_unicast_link_local() => false,
                (all, IpAddr::V4(_)) if all.is_unspecified() => true,
                (IpAddr::V6(all), IpAddr::V6(_)) if all.is_unspecified() => true,
                (one, address) => one == *address,
            });
            addresses.extend(
                reached.map(|address| format!("https://{}", SocketAddr::new(address, listening.port()))),
            );
        }
        let mut seen = vec![but.to_owned()];
        addresses.retain(|address| {
            let is_new = !seen.contains(address);
            seen.push(address.clone());
            is_new
        });
        addresses
    }
}

fn is_loopback(url: &str) -> bool {
    let host = url.strip_prefix("http://").unwrap_or(url);
    let host = match host.strip_prefix('[') {
        Some(six) => six.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// A QR code as rows of `0` (light) and `1` (dark), without the quiet zone; 15 % of it may be unreadable.
///
/// # Errors
/// When the text is too long for any.
pub(crate) fn drawn(text: &str) -> Result<Vec<String>, ApiError> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M)
        .map_err(|error| ApiError::new(ErrorCode::Internal, format!("no QR code can be drawn: {error}")))?;
    let digit = |color: &Color| if *color == Color::Dark { '1' } else { '0' };
    Ok(code.to_colors().chunks(code.width()).map(|row| row.iter().map(digit).collect()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(listening: &str) -> Server {
        let pin = Some(Pin::of_certificate(b"certificate"));
        Server {
            address: "https://ledger.example".to_owned(),
            pin,
            listening: Some(listening.parse().unwrap()),
        }
    }

    #[test]
    fn an_address_is_one_that_a_device_reads() {
        let server = server("0.0.0.0:8770");
        for (given, read) in [
            ("192.168.1.5:8770", "https://192.168.1.5:8770"),
            (" https://office.example:8770/ ", "https://office.example:8770"),
            ("http://127.0.0.1:8770", "http://127.0.0.1:8770"),
            ("http://[::1]:8770", "http://[::1]:8770"),
            ("https://[fd00::5]:8770", "https://[fd00::5]:8770"),
        ] {
            assert_eq!(server.checked(given).unwrap(), read);
        }
        for (given, reason) in [
            ("http://192.168.1.5:8770", "plain"),
            ("http://localhost.example", "plain"),
            ("ftp://office", "address"),
            ("https://office/path", "address"),
            ("https://office#code=1", "unknown"),
            ("https://a b", "address"),
        ] {
            assert_eq!(server.checked(given).unwrap_err().reason.as_deref(), Some(reason), "{given}");
        }
    }

    #[test]
    fn other_addresses_are_this_machines_and_none_stands_twice() {
        let server = server("127.0.0.1:8770");
        assert_eq!(server.others("https://192.168.1.5:8770"), ["https://ledger.example"]);
        assert!(server.others("https://ledger.example").is_empty());
    }

    #[test]
    fn a_code_is_square_and_made_of_two_digits() {
        let rows = drawn("https://192.168.1.5:8770/enrol#code=ABCDEFGHJK").unwrap();
        assert!(
            rows.iter().all(|row| row.len() == rows.len() && row.chars().all(|digit| "01".contains(digit)))
        );
        assert!(rows[0].starts_with("11111110"), "the corner by which it is found");
    }
}
