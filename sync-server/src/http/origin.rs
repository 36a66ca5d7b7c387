//! Whether a request that changes something comes from a page of ours.
//!
//! Three things stand between another site and the console (OWASP, Cross-Site Request Forgery Prevention):
//! - The session's cookie is `SameSite=Strict`: a browser does not send it along from another site.
//! - Every such request carries a header of ours. A page of another origin can set it only after asking by a preflight,
//!   which this server never allows; a form cannot set it at all. Bodies of commands are JSON, which a form cannot send
//!   either.
//! - What browsers say of a request's origin (`Sec-Fetch-Site`, `Origin`) must be this origin. That also keeps out other
//!   sites of the same domain, which `SameSite` lets through.
//!
//! A token of the session's beside these would have to be fetched by the same scripts that set the header, and would show
//! nothing that the header and the origin do not show. Signing in is guarded alike, so that nobody is signed in as
//! somebody else without noticing; a sign-in link is the exception by its nature.

use axum::http::header::{HOST, HeaderMap, HeaderName, ORIGIN};
use axum::http::uri::{Authority, Scheme, Uri};
use wire::{ApiError, ErrorCode};

/// The header that only pages of ours send.
const OURS: HeaderName = HeaderName::from_static("x-village-ledger");
const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// That a request comes from a page of this origin, as far as its browser says where it comes from.
///
/// # Errors
/// When it does not.
pub(super) fn ours(headers: &HeaderMap, public_address: &str) -> Result<(), ApiError> {
    let said = |name: &HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    let same_site = said(&SEC_FETCH_SITE).is_none_or(|site| site == "same-origin");
    let same_origin = said(&ORIGIN).is_none_or(|origin| {
        let host = said(&HOST).unwrap_or_default();
        is_of(origin, host) || is_of(origin, authority(public_address))
    });
    if headers.contains_key(&OURS) && same_site && same_origin {
        Ok(())
    } else {
        let message = "the request does not come from the console";
        Err(ApiError::new(ErrorCode::Forbidden, message).because("origin"))
    }
}

/// Host and port of an address.
fn authority(address: &str) -> &str {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    rest.split('/').next().unwrap_or_default()
}

/// Whether an origin is of this host and port. A port may be left out where it is the scheme's own.
fn is_of(origin: &str, host: &str) -> bool {
    let (Ok(origin), Ok(host)) = (origin.parse::<Uri>(), host.parse::<Authority>()) else { return false };
    let usual = match origin.scheme() {
        Some(scheme) if *scheme == Scheme::HTTPS => 443,
        Some(scheme) if *scheme == Scheme::HTTP => 80,
        _ => return false,
    };
    let name = origin.host().unwrap_or_default();
    !name.is_empty()
        && name.eq_ignore_ascii_case(host.host())
        && origin.port_u16().unwrap_or(usual) == host.port_u16().unwrap_or(usual)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(values: &[(&'static str, &str)]) -> bool {
        let named =
            |(name, value): &(&'static str, &str)| (HeaderName::from_static(name), value.parse().unwrap());
        ours(&values.iter().map(named).collect(), "https://ledger.example").is_ok()
    }

    #[test]
    fn only_pages_of_this_origin_change_anything() {
        let header = ("x-village-ledger", "console");
        let host = ("host", "192.168.1.5:8770");
        assert!(asked(&[header, host]), "a program, or a browser that says nothing");
        assert!(!asked(&[host]));
        for (origin, good) in [
            ("https://192.168.1.5:8770", true),
            ("https://ledger.example", true),
            ("https://ledger.example:443", true),
            ("https://192.168.1.5", false),
            ("https://192.168.1.5:8771", false),
            ("https://evil.example", false),
            ("https://ledger.example.evil.example", false),
            ("null", false),
            ("", false),
            ("file://", false),
        ] {
            assert_eq!(asked(&[header, host, ("origin", origin)]), good, "{origin}");
        }
        for (site, good) in
            [("same-origin", true), ("same-site", false), ("cross-site", false), ("none", false)]
        {
            assert_eq!(asked(&[header, host, ("sec-fetch-site", site)]), good, "{site}");
        }
    }
}
