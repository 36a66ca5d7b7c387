//! Addresses of servers: what a device lets itself be pointed at.

use reqwest::Url;
use wire::ApiError;

/// The address of a server, checked.
///
/// # Errors
/// When it is none, or not encrypted although the server is another machine.
pub(crate) fn base(address: &str) -> Result<Url, ApiError> {
    let wrong = || {
        let message =
            format!("{address:?} is no address of a server: it looks like https://192.168.1.5:8770");
        ApiError::invalid("address", message).because("address")
    };
    let base = Url::parse(address).map_err(|_| wrong())?;
    if base.host_str().is_none() || !base.username().is_empty() || base.password().is_some() {
        return Err(wrong());
    }
    match base.scheme() {
        "https" => Ok(base),
        "http" if is_loopback(&base) => Ok(base),
        "http" => {
            let message = format!(
                "what is sent to {address} could be read and changed on the way: only https is used between machines"
            );
            Err(ApiError::invalid("address", message).because("plain"))
        }
        _ => Err(wrong()),
    }
}

/// Whether an address is this very machine. A name other than `localhost` may be resolved by a stranger.
fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_addresses_are_for_the_same_machine_only() {
        for address in
            ["http://127.0.0.1:8770", "http://localhost:8770", "http://[::1]:8770", "http://127.8.9.1"]
        {
            assert!(base(address).is_ok(), "{address}");
        }
        for address in [
            "http://192.168.1.5:8770",
            "http://office.example",
            "http://localhost.example",
            "http://[fd00::2]",
        ] {
            assert_eq!(base(address).unwrap_err().reason.as_deref(), Some("plain"), "{address}");
        }
        for address in ["https://192.168.1.5:8770", "https://office.example", "https://[fd00::2]:8770"] {
            assert!(base(address).is_ok(), "{address}");
        }
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for address in ["", "office", "192.168.1.5:8770", "ftp://office", "https://", "https://a:b@office"] {
            let error = base(address).unwrap_err();
            assert_eq!(error.field.as_deref(), Some("address"), "{address}");
            assert_eq!(error.reason.as_deref(), Some("address"), "{address}");
        }
    }
}
