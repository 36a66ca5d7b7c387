//! Invitations of devices: a short code that works once, within a day.

use std::net::IpAddr;

use chrono::{DateTime, Duration, Utc};
use domain::Scope;
use rusqlite::{Connection, OptionalExtension as _, params};
use uuid::Uuid;
use wire::sync::{EnrolRequest, Invitation};

use super::device::{DeviceAccess, NewDevice, insert, of_token};
use super::password::slow_hash;
use super::person::{joined, split};
use super::{Access, AccessError, hash, time};

/// How long an invitation can be used.
const LIFE: Duration = Duration::hours(24);
/// How long a used one is remembered, so that its device can ask again.
const REMEMBERED: Duration = Duration::days(7);
/// The setting that holds the salt of the codes.
const SALT: &str = "invitation_salt";

/// For whom a device is.
#[derive(Debug, Clone, Copy)]
pub struct NewInvitation<'a> {
    /// Whose it will be.
    pub person: Uuid,
    /// What to call it.
    pub device: &'a str,
    /// Keeps it to these units; `None` for all of its person's.
    pub scope: Option<&'a Scope>,
}

/// An invitation that nobody has used yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvitationRow {
    /// Names it.
    pub id: Uuid,
    /// For whom.
    pub person: Uuid,
    /// What to call the device.
    pub device: String,
    /// When it was made.
    pub made_at: DateTime<Utc>,
    /// Until when it works.
    pub expires_at: DateTime<Utc>,
}

/// Why a device is not enrolled.
#[derive(Debug, thiserror::Error)]
pub enum EnrolRefusal {
    /// The code was used by another device, has expired, was withdrawn or never was. Which is not said.
    #[error(
        "this invitation was used already, has expired, was withdrawn or is mistyped; ask the office for another"
    )]
    Unknown,
    /// There were too many attempts: so many seconds are to be waited.
    #[error("too many attempts; wait {0} seconds")]
    Wait(u64),
    /// Another device has this token.
    #[error("this token is another device's")]
    Token,
    /// The list fails.
    #[error(transparent)]
    Access(#[from] AccessError),
}

impl From<rusqlite::Error> for EnrolRefusal {
    fn from(error: rusqlite::Error) -> Self {
        Self::Access(error.into())
    }
}

impl Access {
    /// Invites a device, and gives the invitation's id, its code, which is told only this once, and until when it works.
    pub fn invite(
        &self,
        new: NewInvitation<'_>,
        now: DateTime<Utc>,
    ) -> Result<(Uuid, String, DateTime<Utc>), AccessError> {
        if new.scope.is_some_and(|scope| scope.codes().is_empty()) {
            return Err(AccessError::EmptyScope);
        }
        let code = Invitation::new_code(rand::random());
        let hash = self.code_hash(&code)?.ok_or_else(|| AccessError::Hash("too busy".to_owned()))?;
        let (id, expires_at) = (Uuid::new_v4(), now + LIFE);
        let connection = self.connection()?;
        forget(&connection, now)?;
        connection.execute(
            "INSERT INTO invitation (id, person, device, scope, code_hash, made_at, expires_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            params![
                id,
                new.person,
                new.device,
                joined(new.scope),
                hash,
                now.timestamp_millis(),
                expires_at.timestamp_millis()
            ],
        )?;
        Ok((id, code, expires_at))
    }

    /// Invitations that nobody has used yet, the latest first.
    pub fn invitations(&self, now: DateTime<Utc>) -> Result<Vec<InvitationRow>, AccessError> {
        let connection = self.connection()?;
        let mut statement = connection.prepare_cached(
            "SELECT id, person, device, made_at, expires_at FROM invitation
             WHERE used_by IS NULL AND expires_at > ?1 ORDER BY made_at DESC, id",
        )?;
        let rows = statement.query_map([now.timestamp_millis()], |row| {
            Ok(InvitationRow {
                id: row.get(0)?,
                person: row.get(1)?,
                device: row.get(2)?,
                made_at: time(row.get(3)?),
                expires_at: time(row.get(4)?),
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Takes an invitation back. One that was used meanwhile stays used: its device is to be revoked.
    pub fn withdraw(&self, id: Uuid) -> Result<bool, AccessError> {
        let gone = "DELETE FROM invitation WHERE id = ?1 AND used_by IS NULL";
        Ok(self.connection()?.execute(gone, [id])? > 0)
    }

    /// Makes a device of whoever brings a code and the token that they made for themselves. Brought again by the same
    /// device, it gives the same answer. Blocks for as long as a hash takes.
    ///
    /// # Errors
    /// When the code opens nothing, or there were too many attempts.
    pub fn enrol(
        &self,
        request: &EnrolRequest,
        peer: IpAddr,
        now: DateTime<Utc>,
    ) -> Result<DeviceAccess, EnrolRefusal> {
        let attempt = self
            .throttle
            .enrolment(now)
            .and_then(|()| self.throttle.attempt(peer, now))
            .map_err(EnrolRefusal::Wait)?;
        let enrolled = self.use_code(request, now);
        match &enrolled {
            Ok(_) => self.throttle.succeeded(attempt, 1),
            Err(_) => self.throttle.enrolment_failed(now),
        }
        enrolled
    }

    fn use_code(&self, request: &EnrolRequest, now: DateTime<Utc>) -> Result<DeviceAccess, EnrolRefusal> {
        let code_hash = self.code_hash(&request.code)?.ok_or(EnrolRefusal::Wait(1))?;
        let mut connection = self.connection()?;
        let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        let row: Option<(Uuid, Uuid, String, String, i64, Option<Uuid>)> = transaction
            .prepare_cached(
                "SELECT invitation.id, person, device, invitation.scope, expires_at, used_by
                 FROM invitation JOIN person ON person.id = invitation.person
                 WHERE code_hash = ?1 AND removed_at IS NULL",
            )?
            .query_row([code_hash], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?))
            })
            .optional()?;
        let Some((id, person, device, scope, expires_at, used_by)) = row else {
            return Err(EnrolRefusal::Unknown);
        };
        let known = of_token(&transaction, &request.token)?;
        if let Some(used_by) = used_by {
            // The answer was lost on its way: the token proves that it is the same device.
            return known.filter(|device| device.id == used_by).ok_or(EnrolRefusal::Unknown);
        }
        if expires_at <= now.timestamp_millis() {
            return Err(EnrolRefusal::Unknown);
        }
        if known.is_some() {
            return Err(EnrolRefusal::Token);
        }
        let scope = (!scope.is_empty()).then(|| split(&scope));
        let name = if request.device.is_empty() { device.as_str() } else { request.device.as_str() };
        let new = NewDevice { name, person, scope: scope.as_ref(), key: &request.key };
        let made = insert(&transaction, new, &hash(&request.token), now)?;
        transaction.execute("UPDATE invitation SET used_by = ?2 WHERE id = ?1", params![id, made])?;
        let enrolled = of_token(&transaction, &request.token)?.ok_or(EnrolRefusal::Unknown)?;
        transaction.commit()?;
        Ok(enrolled)
    }

    /// `None` when too many are being hashed.
    fn code_hash(&self, code: &str) -> Result<Option<Vec<u8>>, AccessError> {
        let salt = self.setting(SALT, || rand::random::<[u8; 16]>().to_vec())?;
        self.throttle.in_turn(|| slow_hash(code, &salt)).transpose()
    }
}

/// Forgets what can be used no more.
fn forget(connection: &Connection, now: DateTime<Utc>) -> Result<(), AccessError> {
    connection.execute(
        "DELETE FROM invitation WHERE expires_at < ?1 OR (used_by IS NULL AND expires_at < ?2)",
        [(now - REMEMBERED).timestamp_millis(), now.timestamp_millis()],
    )?;
    Ok(())
}
