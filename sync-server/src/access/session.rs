//! Sessions of the console.

use chrono::{DateTime, Duration, Utc};
use rusqlite::{OptionalExtension as _, params};
use uuid::Uuid;

use super::person::{Person, read};
use super::{Access, AccessError, hash, secret};

/// How long a sign-in code can be used.
const CODE_LIFE: Duration = Duration::hours(24);
/// How long a session lasts without being used.
const SESSION_LIFE: Duration = Duration::hours(12);

impl Access {
    /// Makes a code that opens the console once for a person, within a day.
    pub fn new_sign_in_code(&self, person: Uuid, now: DateTime<Utc>) -> Result<String, AccessError> {
        let code = secret();
        let connection = self.connection()?;
        connection.execute("DELETE FROM sign_in_code WHERE expires_at < ?1", [now.timestamp_millis()])?;
        connection.execute(
            "INSERT INTO sign_in_code VALUES (?1, ?2, ?3)",
            params![hash(&code), person, (now + CODE_LIFE).timestamp_millis()],
        )?;
        Ok(code)
    }

    /// Turns a code into a session and gives the session's secret; `None` if the code was used, has expired or never
    /// was.
    pub fn sign_in(&self, code: &str, now: DateTime<Utc>) -> Result<Option<String>, AccessError> {
        let mut connection = self.connection()?;
        let transaction = connection.transaction()?;
        let person: Option<Uuid> = transaction
            .query_row(
                "DELETE FROM sign_in_code WHERE code_hash = ?1 AND expires_at >= ?2 RETURNING person",
                params![hash(code.trim()), now.timestamp_millis()],
                |row| row.get(0),
            )
            .optional()?;
        let Some(person) = person else { return Ok(None) };
        let secret = secret();
        transaction.execute("DELETE FROM session WHERE expires_at < ?1", [now.timestamp_millis()])?;
        transaction.execute(
            "INSERT INTO session VALUES (?1, ?2, ?3)",
            params![hash(&secret), person, (now + SESSION_LIFE).timestamp_millis()],
        )?;
        transaction.commit()?;
        Ok(Some(secret))
    }

    /// Whose session this is, as they are now; `None` if it is not open. Using it lets it last.
    pub fn session(&self, secret: &str, now: DateTime<Utc>) -> Result<Option<Person>, AccessError> {
        let connection = self.connection()?;
        let session: Option<(i64, Person)> = connection
            .prepare_cached(
                "SELECT session.expires_at, person.id, person.name, person.role, person.scope
                 FROM session JOIN person ON person.id = session.person
                 WHERE secret_hash = ?1 AND expires_at >= ?2 AND removed_at IS NULL",
            )?
            .query_row(params![hash(secret), now.timestamp_millis()], |row| Ok((row.get(0)?, read(row, 1)?)))
            .optional()?;
        let Some((expires_at, person)) = session else { return Ok(None) };
        let renewed = (now + SESSION_LIFE).timestamp_millis();
        // Not at every request: once in ten minutes is enough.
        if renewed - expires_at > 600_000 {
            connection.execute(
                "UPDATE session SET expires_at = ?2 WHERE secret_hash = ?1",
                params![hash(secret), renewed],
            )?;
        }
        Ok(Some(person))
    }

    /// Ends a session.
    pub fn sign_out(&self, secret: &str) -> Result<(), AccessError> {
        self.connection()?.execute("DELETE FROM session WHERE secret_hash = ?1", [hash(secret)])?;
        Ok(())
    }
}
