//! Who may reach this server: devices by token, the console by a one-time code that becomes a session. Kept apart from
//! the replica, so that a copy of the records opens no door.

use std::path::Path;
use std::sync::Mutex;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chrono::{DateTime, Duration, Utc};
use domain::{GridCode, Scope};
use rusqlite::{Connection, OptionalExtension as _, params};
use rusqlite_migration::{M, Migrations};
use sha2::{Digest, Sha256};
use uuid::Uuid;

const MIGRATIONS: &[M<'static>] = &[M::up(include_str!("0001-access.sql"))];

/// How long a sign-in code can be used.
const CODE_LIFE: Duration = Duration::hours(24);
/// How long a session lasts without being used.
const SESSION_LIFE: Duration = Duration::hours(12);

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
}

/// A device that may sync.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceAccess {
    /// What the person who added it called it.
    pub name: String,
    /// What it may read and write.
    pub scope: Scope,
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

    /// Adds a device and gives its token, which is shown once and kept only as a hash.
    pub fn add_device(&self, name: &str, scope: &Scope, now: DateTime<Utc>) -> Result<String, AccessError> {
        let token = format!("vl_{}", secret());
        let scope: Vec<&str> = scope.codes().iter().map(GridCode::as_str).collect();
        self.connection()?.execute(
            "INSERT INTO device VALUES (?1, ?2, ?3, ?4, ?5)",
            params![Uuid::new_v4().as_bytes(), name, scope.join(","), hash(&token), now.timestamp_millis()],
        )?;
        Ok(token)
    }

    /// The device that has this token.
    pub fn device(&self, token: &str) -> Result<Option<DeviceAccess>, AccessError> {
        let connection = self.connection()?;
        let row = connection
            .prepare_cached("SELECT name, scope FROM device WHERE token_hash = ?1")?
            .query_row([hash(token)], |row| Ok((row.get(0)?, row.get::<_, String>(1)?)))
            .optional()?;
        Ok(row.map(|(name, scope)| {
            let codes = scope.split(',').filter_map(|code| code.parse().ok()).collect();
            DeviceAccess { name, scope: Scope::new(codes) }
        }))
    }

    /// Makes a code that opens the console once, within a day.
    pub fn new_sign_in_code(&self, now: DateTime<Utc>) -> Result<String, AccessError> {
        let code = secret();
        let connection = self.connection()?;
        connection.execute("DELETE FROM sign_in_code WHERE expires_at < ?1", [now.timestamp_millis()])?;
        connection.execute(
            "INSERT INTO sign_in_code VALUES (?1, ?2)",
            params![hash(&code), (now + CODE_LIFE).timestamp_millis()],
        )?;
        Ok(code)
    }

    /// Turns a code into a session and gives the session's secret; `None` if the code was used, has expired or never
    /// was.
    pub fn sign_in(&self, code: &str, now: DateTime<Utc>) -> Result<Option<String>, AccessError> {
        let mut connection = self.connection()?;
        let transaction = connection.transaction()?;
        let used = transaction.execute(
            "DELETE FROM sign_in_code WHERE code_hash = ?1 AND expires_at >= ?2",
            params![hash(code.trim()), now.timestamp_millis()],
        )?;
        if used == 0 {
            return Ok(None);
        }
        let secret = secret();
        transaction.execute("DELETE FROM session WHERE expires_at < ?1", [now.timestamp_millis()])?;
        transaction.execute(
            "INSERT INTO session VALUES (?1, ?2)",
            params![hash(&secret), (now + SESSION_LIFE).timestamp_millis()],
        )?;
        transaction.commit()?;
        Ok(Some(secret))
    }

    /// Whether a session is open. Using it lets it last.
    pub fn session(&self, secret: &str, now: DateTime<Utc>) -> Result<bool, AccessError> {
        let connection = self.connection()?;
        let expires_at: Option<i64> = connection
            .prepare_cached("SELECT expires_at FROM session WHERE secret_hash = ?1 AND expires_at >= ?2")?
            .query_row(params![hash(secret), now.timestamp_millis()], |row| row.get(0))
            .optional()?;
        let Some(expires_at) = expires_at else { return Ok(false) };
        let renewed = (now + SESSION_LIFE).timestamp_millis();
        // Not at every request: once in ten minutes is enough.
        if renewed - expires_at > 600_000 {
            connection.execute(
                "UPDATE session SET expires_at = ?2 WHERE secret_hash = ?1",
                params![hash(secret), renewed],
            )?;
        }
        Ok(true)
    }

    /// Ends a session.
    pub fn sign_out(&self, secret: &str) -> Result<(), AccessError> {
        self.connection()?.execute("DELETE FROM session WHERE secret_hash = ?1", [hash(secret)])?;
        Ok(())
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
mod tests {
    use super::*;

    #[test]
    fn a_code_opens_the_console_once_and_not_after_a_day() {
        let folder = tempfile::tempdir().unwrap();
        let access = Access::open(folder.path()).unwrap();
        let now = Utc::now();
        let code = access.new_sign_in_code(now).unwrap();
        assert_eq!(access.sign_in("guess", now).unwrap(), None);
        let session = access.sign_in(&code, now).unwrap().unwrap();
        assert_eq!(access.sign_in(&code, now).unwrap(), None);
        assert!(access.session(&session, now).unwrap());
        assert!(!access.session(&session, now + Duration::hours(13)).unwrap());
        access.sign_out(&session).unwrap();
        assert!(!access.session(&session, now).unwrap());
        let late = access.new_sign_in_code(now).unwrap();
        assert_eq!(access.sign_in(&late, now + Duration::hours(25)).unwrap(), None);
    }

    #[test]
    fn a_device_is_known_by_its_token_and_the_token_is_nowhere() {
        let folder = tempfile::tempdir().unwrap();
        let access = Access::open(folder.path()).unwrap();
        let scope = Scope::new(vec!["350211102207".parse().unwrap()]);
        let token = access.add_device("阿华的手机", &scope, Utc::now()).unwrap();
        assert_eq!(access.device(&token).unwrap().unwrap().scope, scope);
        assert_eq!(access.device("vl_guess").unwrap(), None);
        drop(access);
        let bytes = std::fs::read(folder.path().join("access.sqlite")).unwrap();
        assert!(!bytes.windows(token.len()).any(|window| window == token.as_bytes()));
    }
}
