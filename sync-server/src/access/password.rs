//! Passwords of the console: Argon2id with the parameters that OWASP's Password Storage Cheat Sheet names first for it
//! (19 MiB, 2 passes, 1 lane), in Unicode's form KC, as NIST SP 800-63B asks for.

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension as _, TransactionBehavior, params};
use unicode_normalization::UnicodeNormalization as _;
use uuid::Uuid;

use super::session::{Visitor, begin};
use super::throttle::Failures;
use super::{Access, AccessError, hash};

/// The length of a password, in characters.
pub const LENGTH: std::ops::RangeInclusive<usize> = 10..=200;
/// How many different characters it must have at least.
const DIFFERENT: usize = 4;
/// What is compared with where nobody has the name or no password is set, so that it takes as long and says as little.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$Fs3pvB6XbDqkuMXAVmIxEw$BZ2a4kxxbOevGZm8SGJ4I9CqQRS7Hz9cwWOiNzKpsFE";
/// How many names' failures are remembered at most.
const MOST_NAMES: u64 = 20_000;

/// Why a password is not set.
#[derive(Debug, thiserror::Error)]
pub enum PasswordRefusal {
    /// Too short or too long.
    #[error("a password has {} to {} characters", LENGTH.start(), LENGTH.end())]
    Length,
    /// The same few characters over and over, or the person's own name.
    #[error("this password would be guessed soon: use more different characters, and not the name")]
    Weak,
    /// The one that stands was given wrongly.
    #[error("this is not the password that stands")]
    Current,
    /// There were too many attempts to give it, or too many people set one: so many seconds are to be waited.
    #[error("too many attempts; wait {0} seconds")]
    Wait(u64),
    /// The list fails.
    #[error(transparent)]
    Access(#[from] AccessError),
}

/// Why nobody is signed in.
#[derive(Debug, thiserror::Error)]
pub enum SignInRefusal {
    /// It does not fit. Whether there is such a name is not said.
    #[error("the name or the password is wrong")]
    Wrong,
    /// There were too many attempts: so many seconds are to be waited.
    #[error("too many attempts; wait {0} seconds")]
    Wait(u64),
    /// The list fails.
    #[error(transparent)]
    Access(#[from] AccessError),
}

impl From<rusqlite::Error> for SignInRefusal {
    fn from(error: rusqlite::Error) -> Self {
        Self::Access(error.into())
    }
}

impl Access {
    /// Signs somebody in by name and password, and gives the secret of the session. Blocks for as long as a hash takes.
    ///
    /// # Errors
    /// When either does not fit, or there were too many attempts.
    pub fn sign_in_by_password(
        &self,
        name: &str,
        password: &str,
        visitor: &Visitor,
        now: DateTime<Utc>,
    ) -> Result<String, SignInRefusal> {
        let name: String = name.trim().nfc().collect();
        let name = name.as_str();
        // The attempt counts as a failure from the beginning: many at the same time are no way around the pauses.
        let attempt = self.throttle.attempt(visitor.peer, now).map_err(SignInRefusal::Wait)?;
        let tries = match self.count_attempt(name, now) {
            Ok(tries) => tries,
            Err(refusal) => {
                self.throttle.succeeded(attempt, 1);
                return Err(refusal);
            }
        };
        let known = of_name(&*self.connection()?, name)?;
        let phc = known.as_ref().map_or(NOBODY, |(_, phc)| phc.as_str());
        let fits = self.throttle.in_turn(|| verify(password, phc)).ok_or(SignInRefusal::Wait(1))?;
        let Some((person, phc)) = known.filter(|_| fits) else { return Err(SignInRefusal::Wrong) };
        let mut connection = self.connection()?;
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        // Another one may have been set, or the person removed, while this one was compared.
        let stands = of_name(&transaction, name)?.is_some_and(|row| row == (person, phc));
        if !stands {
            return Err(SignInRefusal::Wrong);
        }
        transaction.execute("DELETE FROM sign_in_failure WHERE name_hash = ?1", [hash(name)])?;
        let secret = begin(&transaction, person, visitor, false, now)?;
        transaction.commit()?;
        self.throttle.succeeded(attempt, tries);
        Ok(secret)
    }

    /// Whether somebody has a password.
    pub fn has_password(&self, person: Uuid) -> Result<bool, AccessError> {
        Ok(of_person(&*self.connection()?, person)?.1.is_some())
    }

    /// Counts an attempt for a name and says how many there were since the last success.
    fn count_attempt(&self, name: &str, now: DateTime<Utc>) -> Result<u32, SignInRefusal> {
        let mut connection = self.connection()?;
        // One that began by reading would not wait for a command beside the server that writes just then, but fail.
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let name = hash(name);
        let known = transaction
            .prepare_cached("SELECT failures, last_at FROM sign_in_failure WHERE name_hash = ?1")?
            .query_row([&name], |row| Ok(Failures { count: row.get(0)?, last_at: row.get(1)? }))
            .optional()?
            .unwrap_or_default();
        match known.wait(now) {
            0 => {}
            seconds => return Err(SignInRefusal::Wait(seconds)),
        }
        let Failures { count, last_at } = known.and_one(now);
        transaction.execute(
            "INSERT INTO sign_in_failure VALUES (?1, ?2, ?3)
             ON CONFLICT DO UPDATE SET failures = excluded.failures, last_at = excluded.last_at",
            params![name, count, last_at],
        )?;
        // Those who make up names do not fill the disk.
        transaction.execute(
            "DELETE FROM sign_in_failure WHERE name_hash IN
                (SELECT name_hash FROM sign_in_failure ORDER BY failures DESC, last_at DESC LIMIT -1 OFFSET ?1)",
            [MOST_NAMES],
        )?;
        transaction.commit()?;
        Ok(count)
    }

    /// Sets somebody's password. `current` is compared with the one that stands, where it is needed; `kept` is the
    /// session that goes on, and all others end, as do links that were not used.
    ///
    /// # Errors
    /// When it cannot be one, or the current one is wrong.
    pub fn set_password(
        &self,
        person: Uuid,
        new: &str,
        current: Option<&str>,
        kept: Option<Uuid>,
        now: DateTime<Utc>,
    ) -> Result<(), PasswordRefusal> {
        let (name, stands) = of_person(&*self.connection()?, person)?;
        let length = normal(new).chars().count();
        if !LENGTH.contains(&length) {
            return Err(PasswordRefusal::Length);
        }
        let mut characters: Vec<char> = normal(new).chars().collect();
        characters.sort_unstable();
        characters.dedup();
        if characters.len() < DIFFERENT || normal(new).to_lowercase() == normal(&name).to_lowercase() {
            return Err(PasswordRefusal::Weak);
        }
        if let Some((current, stands)) = current.zip(stands) {
            // Whoever sits at an unattended browser is not to guess it here.
            self.count_attempt(&name, now).map_err(|refusal| match refusal {
                SignInRefusal::Wait(seconds) => PasswordRefusal::Wait(seconds),
                SignInRefusal::Access(error) => error.into(),
                SignInRefusal::Wrong => PasswordRefusal::Current,
            })?;
            let fits = self.throttle.in_turn(|| verify(current, &stands)).ok_or(PasswordRefusal::Wait(1))?;
            if !fits {
                return Err(PasswordRefusal::Current);
            }
        }
        let phc = self.throttle.in_turn(|| phc(new)).ok_or(PasswordRefusal::Wait(1))??;
        let failed = |error: rusqlite::Error| PasswordRefusal::Access(error.into());
        let mut connection = self.connection()?;
        let transaction = connection.transaction().map_err(failed)?;
        transaction
            .execute("UPDATE person SET password = ?2 WHERE id = ?1", params![person, phc])
            .and_then(|_| transaction.execute("DELETE FROM sign_in_code WHERE person = ?1", [person]))
            .and_then(|_| {
                transaction.execute("DELETE FROM sign_in_failure WHERE name_hash = ?1", [hash(&name)])
            })
            .and_then(|_| {
                let others = "DELETE FROM session WHERE person = ?1 AND id IS NOT ?2";
                transaction.execute(others, params![person, kept])
            })
            .map_err(failed)?;
        transaction.commit().map_err(failed)
    }
}

/// Who has this name and a password, and its hash.
fn of_name(connection: &Connection, name: &str) -> Result<Option<(Uuid, String)>, AccessError> {
    let sql =
        "SELECT id, password FROM person WHERE name = ?1 AND removed_at IS NULL AND password IS NOT NULL";
    let row = connection.prepare_cached(sql)?.query_row([name], |row| Ok((row.get(0)?, row.get(1)?)));
    Ok(row.optional()?)
}

/// A person's name, and the hash of their password.
fn of_person(connection: &Connection, person: Uuid) -> Result<(String, Option<String>), AccessError> {
    let sql = "SELECT name, password FROM person WHERE id = ?1";
    Ok(connection.prepare_cached(sql)?.query_row([person], |row| Ok((row.get(0)?, row.get(1)?)))?)
}

fn normal(password: &str) -> String {
    password.nfkc().collect()
}

fn phc(password: &str) -> Result<String, AccessError> {
    let hashed = Argon2::default().hash_password(normal(password).as_bytes());
    hashed.map(|hash| hash.to_string()).map_err(|error| AccessError::Hash(error.to_string()))
}

fn verify(password: &str, phc: &str) -> bool {
    // Longer than any that was set: no work is done for megabytes.
    let password = if password.len() > 16 * LENGTH.end() { "" } else { password };
    PasswordHash::new(phc)
        .is_ok_and(|hash| Argon2::default().verify_password(normal(password).as_bytes(), &hash).is_ok())
}

/// The hash of a short code: slow, so that a copy of the list cannot be searched. `salt` makes it this list's own.
pub(super) fn slow_hash(code: &str, salt: &[u8]) -> Result<Vec<u8>, AccessError> {
    let mut hash = vec![0; 32];
    let hashed = Argon2::default().hash_password_into(code.as_bytes(), salt, &mut hash);
    hashed.map_err(|error| AccessError::Hash(error.to_string()))?;
    Ok(hash)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_has_costs_as_much_as_what_somebody_has() {
        let parts = |phc: &str| phc.split('$').take(4).map(str::to_owned).collect::<Vec<_>>();
        let made = phc("一个很长的密码 2026").unwrap();
        assert_eq!(parts(&made), ["", "argon2id", "v=19", "m=19456,t=2,p=1"]);
        assert_eq!(parts(NOBODY), parts(&made));
        assert!(PasswordHash::new(NOBODY).is_ok());
        assert!(!verify("", NOBODY));
        assert!(verify("一个很长的密码\u{3000}２０２６", &made), "as another keyboard writes it");
        assert!(!verify("一个很长的密码 2025", &made));
        assert_ne!(phc("一个很长的密码 2026").unwrap(), made, "each has its own salt");
    }
}
