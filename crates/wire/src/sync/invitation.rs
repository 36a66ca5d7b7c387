//! An invitation: the server's address, which certificate it shows, and a one-time code, in one URL for a QR code, or as
//! few characters as can be typed.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// What an invitation's path is called, for whoever opens it in a browser.
const PATH: &str = "/enrol";
/// Bytes of a whole SHA-256.
const WHOLE: usize = 32;
/// Bytes of it that are typed. Finding another key pair with the same 80 bits is out of reach.
const TYPED: usize = 10;
/// Characters of a one-time code: 50 random bits, which work once, within a day, and at a throttled door.
const CODE: usize = 10;
/// Characters that tell a mistyped code from an unknown one.
const CHECK: usize = 2;
/// Crockford's digits: none looks like another.
const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// The beginning of the SHA-256 of a certificate (DER): all 32 bytes, or the first 10 where somebody typed them.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Pin(Vec<u8>);

/// Why a text is no pin.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a certificate's hash has {TYPED} to {WHOLE} bytes")]
pub struct PinError;

impl Pin {
    /// The pin of a certificate.
    pub fn of_certificate(der: &[u8]) -> Self {
        Self(Sha256::digest(der).to_vec())
    }

    /// From the first bytes of the hash.
    ///
    /// # Errors
    /// When they are too few to pin anything, or too many.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, PinError> {
        if (TYPED..=WHOLE).contains(&bytes.len()) { Ok(Self(bytes.to_vec())) } else { Err(PinError) }
    }

    /// Its bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Whether this certificate is the one that is meant.
    pub fn matches(&self, der: &[u8]) -> bool {
        let hash = Sha256::digest(der);
        // No secret: an ordinary comparison is enough.
        hash.get(..self.0.len()).is_some_and(|beginning| beginning == self.0.as_slice())
    }

    /// Whether the other may be the same certificate, as far as both say.
    pub fn agrees_with(&self, other: &Self) -> bool {
        self.0.iter().zip(&other.0).all(|(one, other)| one == other)
    }
}

impl fmt::Display for Pin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&hex::encode(&self.0))
    }
}

impl fmt::Debug for Pin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Pin({self})")
    }
}

impl FromStr for Pin {
    type Err = PinError;

    /// From hexadecimal digits.
    fn from_str(text: &str) -> Result<Self, PinError> {
        Self::from_bytes(&hex::decode(text).map_err(|_| PinError)?)
    }
}

impl Serialize for Pin {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Pin {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// How to reach a server, and how to know that it is the one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServerAddress {
    /// Such as `https://192.168.1.5:8770`; `http://` is for a server on the same machine only.
    pub url: String,
    /// The certificate that it made for itself; `None` where authorities vouch for it.
    pub pin: Option<Pin>,
}

/// An invitation of a device.
#[derive(Clone, PartialEq, Eq)]
pub struct Invitation {
    /// The server that gave it.
    pub server: ServerAddress,
    /// The one-time code: [`Invitation::new_code`].
    pub code: String,
}

/// Why a text is no invitation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvitationError {
    /// It is neither the address in a QR code of ours nor a typed code.
    #[error("this is no invitation: scan the QR code of the office console, or type the code beneath it")]
    Unknown,
    /// It looks like a typed code, and a character of it is wrong.
    #[error("a character of the code is wrong or missing")]
    Mistyped,
    /// A typed code says nothing of where the server is.
    #[error("type the server's address too; it stands beneath the QR code")]
    NoAddress,
    /// The address is none.
    #[error("this is no address of a server: it looks like https://192.168.1.5:8770")]
    Address,
}

impl InvitationError {
    /// The reason as a word.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Mistyped => "mistyped",
            Self::NoAddress => "no_address",
            Self::Address => "address",
        }
    }
}

impl fmt::Debug for Invitation {
    /// Without the code.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Invitation").field("server", &self.server).finish_non_exhaustive()
    }
}

impl Invitation {
    /// A one-time code out of 50 random bits: the first of these bytes, and no more of the seventh than it needs.
    pub fn new_code(random: [u8; 7]) -> String {
        digits(&random, CODE * 5)
    }

    /// What the QR code says. The code stands behind `#`, which browsers send to nobody.
    pub fn to_url(&self) -> String {
        let pin = self.server.pin.as_ref().map(|pin| {
            let text = BASE64_URL_SAFE_NO_PAD.encode(pin.as_bytes());
            format!("pin={text}&")
        });
        let base = self.server.url.trim_end_matches('/');
        format!("{base}{PATH}#{}code={}", pin.unwrap_or_default(), self.code)
    }

    /// What is typed where nothing can be scanned, in groups of four; the address is typed beside it.
    pub fn to_typed(&self) -> String {
        let pin = self.server.pin.as_ref().and_then(|pin| pin.as_bytes().get(..TYPED));
        let mut text = pin.map(|pin| digits(pin, TYPED * 8)).unwrap_or_default();
        text.push_str(&self.code);
        text.push_str(&check(&text));
        let groups: Vec<String> =
            text.as_bytes().chunks(4).map(|group| String::from_utf8_lossy(group).into_owned()).collect();
        groups.join("-")
    }

    /// Reads what was scanned or typed. `address` is what was typed beside a code.
    ///
    /// # Errors
    /// When it is no invitation, says which part is wrong.
    pub fn read(text: &str, address: &str) -> Result<Self, InvitationError> {
        let text = text.trim();
        match text.split_once('#') {
            Some((place, secret)) => {
                let url = place.strip_suffix(PATH).ok_or(InvitationError::Unknown)?;
                Self::scanned(url, secret)
            }
            None if text.contains("://") => Err(InvitationError::Unknown),
            None => Self::typed(text, address),
        }
    }

    fn scanned(url: &str, secret: &str) -> Result<Self, InvitationError> {
        let (mut pin, mut code) = (None, None);
        for part in secret.split('&') {
            match part.split_once('=') {
                Some(("pin", text)) => {
                    let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).map_err(|_| InvitationError::Unknown)?;
                    pin = Some(Pin::from_bytes(&bytes).map_err(|_| InvitationError::Unknown)?);
                }
                Some(("code", text)) => code = Some(plain(text)),
                _ => {}
            }
        }
        let code = code.filter(|code| code.len() == CODE).ok_or(InvitationError::Unknown)?;
        Ok(Self { server: ServerAddress { url: address_of(url)?, pin }, code })
    }

    fn typed(text: &str, address: &str) -> Result<Self, InvitationError> {
        let text = plain(text);
        let pinned = text.len() == (TYPED * 8).div_ceil(5) + CODE + CHECK;
        if !pinned && text.len() != CODE + CHECK {
            return Err(if text.is_empty() { InvitationError::Unknown } else { InvitationError::Mistyped });
        }
        let (body, given) = text.split_at_checked(text.len() - CHECK).ok_or(InvitationError::Mistyped)?;
        if check(body) != given {
            return Err(InvitationError::Mistyped);
        }
        let (pin, code) = body.split_at_checked(body.len() - CODE).ok_or(InvitationError::Mistyped)?;
        let pin = match pinned {
            true => Some(bytes_of(pin).and_then(|bytes| Pin::from_bytes(&bytes).ok())),
            false => None,
        };
        let pin = pin.map(|pin| pin.ok_or(InvitationError::Mistyped)).transpose()?;
        if address.trim().is_empty() {
            return Err(InvitationError::NoAddress);
        }
        Ok(Self { server: ServerAddress { url: address_of(address)?, pin }, code: code.to_owned() })
    }
}

/// An address as people type it: the scheme may be missing.
fn address_of(text: &str) -> Result<String, InvitationError> {
    let text = text.trim().trim_end_matches('/');
    let (scheme, rest) = text.split_once("://").unwrap_or(("https", text));
    let scheme = scheme.to_ascii_lowercase();
    let host = |character: char| character.is_alphanumeric() || "-.:[]%_".contains(character);
    if !matches!(scheme.as_str(), "http" | "https") || rest.is_empty() || !rest.chars().all(host) {
        return Err(InvitationError::Address);
    }
    Ok(format!("{scheme}://{rest}"))
}

/// The digits of a text, with those that people confuse set right.
fn plain(text: &str) -> String {
    let digit = |character: char| match character.to_ascii_uppercase() {
        'O' => Some('0'),
        'I' | 'L' => Some('1'),
        upper => DIGITS.contains(&u8::try_from(upper).unwrap_or(b'-')).then_some(upper),
    };
    text.chars().filter_map(digit).collect()
}

/// Bits as digits of five bits each, from the first on.
fn digits(bytes: &[u8], bits: usize) -> String {
    let bit = |place: usize| bytes.get(place / 8).is_some_and(|byte| byte & (0x80 >> (place % 8)) != 0);
    let mut text = String::new();
    for first in (0..bits).step_by(5) {
        let value = (first..first + 5).fold(0_usize, |value, place| value * 2 + usize::from(bit(place)));
        text.push(DIGITS.get(value).copied().map_or('0', char::from));
    }
    text
}

/// The bytes of digits; bits that fill no byte are left out.
fn bytes_of(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let (mut value, mut bits) = (0_u32, 0);
    for character in text.bytes() {
        let digit = DIGITS.iter().position(|digit| *digit == character)?;
        value = (value << 5) | u32::try_from(digit).ok()?;
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from((value >> bits) & 0xff).ok()?);
        }
    }
    Some(bytes)
}

/// Two digits out of the hash of the others.
fn check(text: &str) -> String {
    digits(&Sha256::digest(text.as_bytes()), CHECK * 5)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn invitation(pin: Option<Pin>, random: [u8; 7]) -> Invitation {
        let server = ServerAddress { url: "https://192.168.1.5:8770".to_owned(), pin };
        Invitation { server, code: Invitation::new_code(random) }
    }

    #[test]
    fn what_is_typed_carelessly_is_understood() {
        let meant = invitation(None, [0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd]);
        let typed = meant.to_typed().to_lowercase().replace('0', "o").replace('1', "l").replace('-', " ");
        assert_eq!(Invitation::read(&typed, " 192.168.1.5:8770/ ").unwrap(), meant);
    }

    #[test]
    fn what_is_missing_is_named() {
        let typed = invitation(None, [7; 7]).to_typed();
        assert_eq!(Invitation::read(&typed, ""), Err(InvitationError::NoAddress));
        assert_eq!(Invitation::read(&typed, "somewhere else"), Err(InvitationError::Address));
        assert_eq!(Invitation::read(&typed[1..], "office"), Err(InvitationError::Mistyped));
        assert_eq!(Invitation::read("https://example.org/", ""), Err(InvitationError::Unknown));
        assert_eq!(Invitation::read("", "office"), Err(InvitationError::Unknown));
    }

    #[test]
    fn a_pin_knows_its_certificate() {
        let pin = Pin::of_certificate(b"a certificate");
        let typed = Pin::from_bytes(&pin.as_bytes()[..10]).unwrap();
        assert!(pin.matches(b"a certificate") && typed.matches(b"a certificate"));
        assert!(!pin.matches(b"another") && !typed.matches(b"another"));
        assert!(pin.agrees_with(&typed) && pin.to_string().parse() == Ok(pin));
        assert_eq!(Pin::from_bytes(b"too short"), Err(PinError));
    }

    proptest! {
        #[test]
        fn an_invitation_comes_back_scanned_and_typed(der in proptest::option::of(any::<[u8; 20]>()), random in any::<[u8; 7]>()) {
            let meant = invitation(der.map(|der| Pin::of_certificate(&der)), random);
            prop_assert_eq!(Invitation::read(&meant.to_url(), "").unwrap(), meant.clone());
            let typed = Invitation::read(&meant.to_typed(), &meant.server.url).unwrap();
            prop_assert_eq!(&typed.code, &meant.code);
            match (&typed.server.pin, &meant.server.pin) {
                (Some(typed), Some(meant)) => prop_assert!(typed.agrees_with(meant) && typed.as_bytes().len() == 10),
                (typed, meant) => prop_assert_eq!(typed, meant),
            }
        }

        #[test]
        fn one_wrong_character_is_told_in_nearly_every_case(random in any::<[u8; 7]>(), place in 0..12_usize, digit in 0..32_usize) {
            let typed = invitation(None, random).to_typed().replace('-', "");
            let mut wrong = typed.clone().into_bytes();
            wrong[place] = DIGITS[digit];
            let read = Invitation::read(std::str::from_utf8(&wrong).unwrap(), "office");
            // One in 1,024 slips through the check, and then the server does not know it.
            prop_assert!(wrong == typed.as_bytes() || read.is_err() || place < 10);
        }

        #[test]
        fn any_text_is_an_invitation_or_an_error(text in ".{0,80}", address in ".{0,30}") {
            let _ = Invitation::read(&text, &address);
        }
    }
}
