//! The server that a device belongs to, as the device's settings know it.

use chrono::{DateTime, Utc};
use store::{Reader, StoreError, Writer};
use wire::message::Enrolment;
use wire::sync::{Pin, ServerAddress};

use super::PROVEN;

const SERVER: &str = "server";
const PIN: &str = "server_pin";
const TOKEN: &str = "token";
/// What this device is called at the office.
const DEVICE: &str = "device_name";
/// Where the server was last found on the local network.
const FOUND_AT: &str = "server_found_at";
/// When the office's answer first said that this device is revoked.
const REVOKED_AT: &str = "revoked_at";
/// Whether it is to erase what it holds.
const ERASE: &str = "revoked_erase";

/// How many bytes of a certificate's hash are shown.
const SHOWN: usize = 8;

/// The server that a device belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Server {
    /// Its address, and how to know it.
    pub address: ServerAddress,
    /// This device's secret.
    pub token: String,
    /// Where it was last found on the local network.
    pub found_at: Option<String>,
}

/// That the office revoked this device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Revocation {
    /// When the device was first told.
    pub at: DateTime<Utc>,
    /// Whether it is to erase what it holds.
    pub erase: bool,
}

impl Server {
    /// The settings by which a device that erased all else can say that it did.
    pub const KEPT: &[&str] = &[SERVER, PIN, TOKEN, DEVICE, FOUND_AT, REVOKED_AT, ERASE];

    /// The server, if the device belongs to one.
    pub fn read(reader: &Reader<'_>) -> Result<Option<Self>, StoreError> {
        let Some((url, token)) = reader.setting(SERVER)?.zip(reader.setting(TOKEN)?) else {
            return Ok(None);
        };
        let pin = reader.setting(PIN)?.and_then(|pin| pin.parse().ok());
        Ok(Some(Self { address: ServerAddress { url, pin }, token, found_at: reader.setting(FOUND_AT)? }))
    }

    /// The addresses at which it may be reached, the likeliest first.
    pub fn addresses(&self) -> Vec<ServerAddress> {
        let at = |url: &String| ServerAddress { url: url.clone(), pin: self.address.pin.clone() };
        self.found_at.iter().map(at).chain([self.address.clone()]).collect()
    }

    /// Makes the device belong to a server. What was proven with another says nothing of this one.
    pub fn note(
        writer: &Writer<'_>,
        address: &ServerAddress,
        token: &str,
        device: &str,
    ) -> Result<(), StoreError> {
        Self::forget(writer)?;
        writer.set_setting(SERVER, &address.url)?;
        writer.set_setting(TOKEN, token)?;
        writer.set_setting(DEVICE, device)?;
        if let Some(pin) = &address.pin {
            writer.set_setting(PIN, &pin.to_string())?;
        }
        writer.offer_refused()
    }

    /// Makes the device belong to no server. What is on it stays.
    pub fn forget(writer: &Writer<'_>) -> Result<(), StoreError> {
        for key in Self::KEPT.iter().chain(PROVEN) {
            writer.clear_setting(key)?;
        }
        writer.forget_proofs()
    }

    /// Notes where it was found on the local network.
    pub fn note_found(writer: &Writer<'_>, url: &str) -> Result<(), StoreError> {
        writer.set_setting(FOUND_AT, url)
    }

    /// Forgets where it was found: it answers at its own address.
    pub fn forget_found(writer: &Writer<'_>) -> Result<(), StoreError> {
        writer.clear_setting(FOUND_AT)
    }

    /// How a screen shows it.
    pub fn shown(reader: &Reader<'_>) -> Result<Option<Enrolment>, StoreError> {
        let Some(server) = Self::read(reader)? else { return Ok(None) };
        Ok(Some(Enrolment {
            address: server.address.url,
            found_at: server.found_at,
            certificate: server.address.pin.as_ref().map(shown).unwrap_or_default(),
            device: reader.setting(DEVICE)?.unwrap_or_default(),
        }))
    }
}

impl Revocation {
    /// The revocation, if the device was told of one.
    pub fn read(reader: &Reader<'_>) -> Result<Option<Self>, StoreError> {
        let at = reader.setting(REVOKED_AT)?.and_then(|at| at.parse().ok());
        let erase = reader.setting(ERASE)?.is_some();
        Ok(at.map(|at| Self { at, erase }))
    }

    /// Forgets it: the office takes this device again.
    pub fn forget(writer: &Writer<'_>) -> Result<(), StoreError> {
        writer.clear_setting(REVOKED_AT)?;
        writer.clear_setting(ERASE)
    }

    /// Notes that the office said so.
    pub fn note(writer: &Writer<'_>, erase: bool, now: DateTime<Utc>) -> Result<(), StoreError> {
        if writer.setting(REVOKED_AT)?.is_none() {
            writer.set_setting(REVOKED_AT, &now.to_rfc3339())?;
        }
        match erase {
            true => writer.set_setting(ERASE, "1"),
            false => writer.clear_setting(ERASE),
        }
    }
}

/// The beginning of a certificate's hash, for two people to compare.
pub(super) fn shown(pin: &Pin) -> String {
    let text = hex::encode_upper(pin.as_bytes().get(..SHOWN).unwrap_or_default());
    let groups: Vec<&str> =
        (0..text.len()).step_by(4).filter_map(|place| text.get(place..place + 4)).collect();
    groups.join(" ")
}
