//! Sessions of the console, and the codes of links that open one.

use std::net::IpAddr;

use chrono::{DateTime, Duration, Utc};
use rusqlite::{Connection, OptionalExtension as _, params};
use uuid::Uuid;

use super::password::SignInRefusal;
use super::person::{Person, read};
use super::{Access, AccessError, hash, secret, time};

/// How long a sign-in code can be used.
pub const CODE_LIFE: Duration = Duration::hours(24);
/// How long a session lasts without being used.
const UNUSED: Duration = Duration::hours(12);
/// How long a session lasts however much it is used.
const LONGEST: Duration = Duration::days(30);
/// Use is noted once in so long, not at every request.
const NOTED: Duration = Duration::minutes(10);
/// For how long whoever came by a link may set a password without giving the one that stands: they may have forgotten
/// it. Afterwards an unattended browser is not enough.
const FRESH: Duration = Duration::hours(1);
/// How many characters of what a browser calls itself are kept.
const BROWSER: usize = 120;

/// Who signs in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visitor {
    /// From which address.
    pub peer: IpAddr,
    /// What their browser calls itself.
    pub browser: String,
}

/// An open session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Names it.
    pub id: Uuid,
    /// Whose it is, as they are now.
    pub person: Person,
    /// Whether it was opened by a link a short while ago, so that a password can be set without the one before.
    pub fresh_by_link: bool,
}

/// An open session, as it is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRow {
    /// Names it.
    pub id: Uuid,
    /// When somebody signed in.
    pub began_at: DateTime<Utc>,
    /// When it was last used, to ten minutes.
    pub used_at: DateTime<Utc>,
    /// What the browser called itself, shortened.
    pub browser: String,
    /// From which address somebody signed in.
    pub peer: String,
}

/// Sessions that have not ended by themselves; `?1` is now minus [`UNUSED`], `?2` now minus [`LONGEST`].
const OPEN: &str = "session.used_at >= ?1 AND session.began_at >= ?2";

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

    /// Turns a code into a session and gives the session's secret. A code has 256 bits: what is guessed in vain counts
    /// for the address, so that nobody tries for nothing, and not more.
    ///
    /// # Errors
    /// When the code was used, has expired or never was, or the address tried too often.
    pub fn sign_in(
        &self,
        code: &str,
        visitor: &Visitor,
        now: DateTime<Utc>,
    ) -> Result<String, SignInRefusal> {
        let attempt = self.throttle.attempt(visitor.peer, now).map_err(SignInRefusal::Wait)?;
        let mut connection = self.connection()?;
        let transaction = connection.transaction()?;
        let person: Option<Uuid> = transaction
            .query_row(
                "DELETE FROM sign_in_code WHERE code_hash = ?1 AND expires_at >= ?2 RETURNING person",
                params![hash(code.trim()), now.timestamp_millis()],
                |row| row.get(0),
            )
            .optional()?;
        let person = person.ok_or(SignInRefusal::Wrong)?;
        let secret = begin(&transaction, person, visitor, true, now)?;
        transaction.commit()?;
        self.throttle.succeeded(attempt, 1);
        Ok(secret)
    }

    /// The session of this secret; `None` if it is not open. Using it lets it last.
    pub fn session(&self, secret: &str, now: DateTime<Utc>) -> Result<Option<Session>, AccessError> {
        let connection = self.connection()?;
        let sql = format!(
            "SELECT session.id, session.began_at, session.used_at, session.by_link,
                person.id, person.name, person.role, person.scope
             FROM session JOIN person ON person.id = session.person
             WHERE secret_hash = ?3 AND {OPEN} AND removed_at IS NULL"
        );
        let [unused, longest] = since(now);
        let row: Option<(Uuid, i64, i64, bool, Person)> = connection
            .prepare_cached(&sql)?
            .query_row(params![unused, longest, hash(secret)], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, read(row, 4)?))
            })
            .optional()?;
        let Some((id, began_at, used_at, by_link, person)) = row else { return Ok(None) };
        let at = now.timestamp_millis();
        if at - used_at > NOTED.num_milliseconds() {
            connection.execute("UPDATE session SET used_at = ?2 WHERE id = ?1", params![id, at])?;
            connection.execute("UPDATE person SET seen_at = ?2 WHERE id = ?1", params![person.id, at])?;
        }
        let fresh_by_link = by_link && now - time(began_at) < FRESH;
        Ok(Some(Session { id, person, fresh_by_link }))
    }

    /// The open sessions of somebody, the latest used first.
    pub fn sessions(&self, person: Uuid, now: DateTime<Utc>) -> Result<Vec<SessionRow>, AccessError> {
        let connection = self.connection()?;
        let sql = format!(
            "SELECT id, began_at, used_at, browser, peer FROM session
             WHERE person = ?3 AND {OPEN} ORDER BY used_at DESC, began_at DESC, id"
        );
        let [unused, longest] = since(now);
        let mut statement = connection.prepare_cached(&sql)?;
        let rows = statement.query_map(params![unused, longest, person], |row| {
            let (began_at, used_at) = (time(row.get(1)?), time(row.get(2)?));
            Ok(SessionRow { id: row.get(0)?, began_at, used_at, browser: row.get(3)?, peer: row.get(4)? })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Ends one session of somebody, or all but one.
    pub fn end_session(&self, person: Uuid, one: Option<Uuid>, kept: Uuid) -> Result<usize, AccessError> {
        let connection = self.connection()?;
        let ended = match one {
            Some(one) => {
                connection.execute("DELETE FROM session WHERE person = ?1 AND id = ?2", params![person, one])
            }
            None => connection
                .execute("DELETE FROM session WHERE person = ?1 AND id <> ?2", params![person, kept]),
        };
        Ok(ended?)
    }

    /// Ends a session.
    pub fn sign_out(&self, secret: &str) -> Result<(), AccessError> {
        self.connection()?.execute("DELETE FROM session WHERE secret_hash = ?1", [hash(secret)])?;
        Ok(())
    }

    /// How many sessions are open.
    pub fn open_sessions(&self, now: DateTime<Utc>) -> Result<u64, AccessError> {
        let sql = format!("SELECT count(*) FROM session WHERE {OPEN}");
        Ok(self.connection()?.query_row(&sql, since(now), |row| row.get(0))?)
    }
}

/// Opens a session and gives its secret, which is another one for each.
pub(super) fn begin(
    connection: &Connection,
    person: Uuid,
    visitor: &Visitor,
    by_link: bool,
    now: DateTime<Utc>,
) -> Result<String, AccessError> {
    let secret = secret();
    let at = now.timestamp_millis();
    connection.execute("DELETE FROM session WHERE used_at < ?1 OR began_at < ?2", since(now))?;
    let browser: String =
        visitor.browser.chars().filter(|letter| !letter.is_control()).take(BROWSER).collect();
    connection.execute(
        "INSERT INTO session (secret_hash, id, person, began_at, used_at, browser, peer, by_link)
         VALUES (?1, ?2, ?3, ?4, ?4, ?5, ?6, ?7)",
        params![hash(&secret), Uuid::new_v4(), person, at, browser, visitor.peer.to_string(), by_link],
    )?;
    connection.execute("UPDATE person SET seen_at = ?2 WHERE id = ?1", params![person, at])?;
    Ok(secret)
}

fn since(now: DateTime<Utc>) -> [i64; 2] {
    [(now - UNUSED).timestamp_millis(), (now - LONGEST).timestamp_millis()]
}
