//! Who may reach this server: people, their devices by token, and the console by a password or a one-time code that
//! becomes a session. Kept apart from the replica, so that a copy of the records opens no door.
//!
//! A copy of this list opens none either, as long as passwords are no words of a list: tokens, codes of links and secrets
//! of sessions have 256 random bits and are kept as SHA-256; passwords, and the 50 bits of an invitation, as Argon2id.

mod bundle_key;
mod device;
mod invitation;
mod password;
mod person;
mod session;
mod setting;
mod throttle;

use std::path::Path;
use std::sync::Mutex;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use rusqlite::Connection;
use rusqlite_migration::{M, Migrations};
use sha2::{Digest, Sha256};
use unicode_normalization::UnicodeNormalization as _;

pub use device::{DeviceAccess, DeviceRow, Revoked};
pub use invitation::{EnrolRefusal, InvitationRow, NewInvitation};
pub use password::{PasswordRefusal, SignInRefusal};
pub use person::{Person, PersonChange, PersonRow};
pub use session::{CODE_LIFE, Session, SessionRow, Visitor};
use throttle::Throttle;

/// In order, and never edited once released.
const MIGRATIONS: &[M<'static>] = &[
    M::up(include_str!("0001-access.sql")),
    M::up(include_str!("0002-people.sql")),
    M::up(include_str!("0003-enrolment.sql")),
];

/// What can go wrong.
#[derive(Debug, thiserror::Error)]
pub enum AccessError {
    /// SQLite says no.
    #[error("the list of who may reach this server: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// The database was written by a newer version.
    #[error("the list of who may reach this server cannot be opened by this version: {0}")]
    Migration(#[from] rusqlite_migration::Error),
    /// Another thread failed while it held the database.
    #[error("an earlier failure left the list of who may reach this server locked")]
    Poisoned,
    /// Somebody has that name.
    #[error("there is somebody called {0} already")]
    NameTaken(String),
    /// A scope without units would be read as one of all units.
    #[error("somebody who is responsible for no grid unit cannot be added")]
    EmptyScope,
    /// Nobody could manage people any more.
    #[error("this is the last administrator for these grid units: somebody must be able to manage people")]
    LastAdmin,
    /// A hash could not be made.
    #[error("a password cannot be hashed: {0}")]
    Hash(String),
}

/// Who may reach this server.
#[derive(Debug)]
pub struct Access {
    connection: Mutex<Connection>,
    throttle: Throttle,
}

impl Access {
    /// Opens the list in a folder, or creates it.
    pub fn open(folder: &Path) -> Result<Self, AccessError> {
        let mut connection = Connection::open(folder.join("access.sqlite"))?;
        connection.busy_timeout(std::time::Duration::from_secs(10))?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        Migrations::from_slice(MIGRATIONS).to_latest(&mut connection)?;
        Ok(Self { connection: Mutex::new(connection), throttle: Throttle::default() })
    }

    fn connection(&self) -> Result<std::sync::MutexGuard<'_, Connection>, AccessError> {
        self.connection.lock().map_err(|_| AccessError::Poisoned)
    }
}

/// Why a text is no name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a name has one line of 1 to {LONGEST_NAME} characters")]
pub struct NotALine;

/// How many characters the name of a person or a device has at most.
const LONGEST_NAME: usize = 60;

/// A name of a person or a device: one line, in the form in which names are compared.
///
/// # Errors
/// When it is empty, too long, or more than a line.
pub fn line(text: &str) -> Result<String, NotALine> {
    let name: String = text.trim().nfc().collect();
    let good =
        !name.is_empty() && name.chars().count() <= LONGEST_NAME && !name.chars().any(char::is_control);
    if good { Ok(name) } else { Err(NotALine) }
}

/// 256 random bits, as text.
fn secret() -> String {
    BASE64_URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>())
}

fn hash(secret: &str) -> Vec<u8> {
    Sha256::digest(secret.as_bytes()).to_vec()
}

/// A time as it is kept; one that cannot be is the beginning of all times.
fn time(millis: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(millis).unwrap_or_default()
}

#[cfg(test)]
mod tests;
