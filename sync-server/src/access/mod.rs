//! Who may reach this server: people, their devices by token, and the console by a one-time code that becomes a
//! session. Kept apart from the replica, so that a copy of the records opens no door.

mod device;
mod person;
mod session;

use std::path::Path;
use std::sync::Mutex;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use rusqlite::Connection;
use rusqlite_migration::{M, Migrations};
use sha2::{Digest, Sha256};

pub use device::DeviceAccess;
pub use person::{Person, PersonChange};

/// In order, and never edited once released.
const MIGRATIONS: &[M<'static>] =
    &[M::up(include_str!("0001-access.sql")), M::up(include_str!("0002-people.sql"))];

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
}

/// Who may reach this server.
#[derive(Debug)]
pub struct Access {
    connection: Mutex<Connection>,
}

impl Access {
    /// Opens the list in a folder, or creates it.
    pub fn open(folder: &Path) -> Result<Self, AccessError> {
        let mut connection = Connection::open(folder.join("access.sqlite"))?;
        connection.busy_timeout(std::time::Duration::from_secs(10))?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        Migrations::from_slice(MIGRATIONS).to_latest(&mut connection)?;
        Ok(Self { connection: Mutex::new(connection) })
    }

    fn connection(&self) -> Result<std::sync::MutexGuard<'_, Connection>, AccessError> {
        self.connection.lock().map_err(|_| AccessError::Poisoned)
    }
}

/// 256 random bits, as text.
fn secret() -> String {
    BASE64_URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>())
}

fn hash(secret: &str) -> Vec<u8> {
    Sha256::digest(secret.as_bytes()).to_vec()
}

#[cfg(test)]
mod tests;
