//! Devices, each of one person.

use chrono::{DateTime, Utc};
use domain::Scope;
use rusqlite::{OptionalExtension as _, params};
use uuid::Uuid;

use super::person::{Person, joined, names, read, split};
use super::{Access, AccessError, hash, secret};

/// A device that may sync.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceAccess {
    /// Names it.
    pub id: Uuid,
    /// What the person who added it called it.
    pub name: String,
    /// What it may read and write; `None` for all that this server holds.
    pub scope: Option<Scope>,
    /// Whose it is.
    pub person: Person,
    /// Every name that its person has or had.
    pub names: Vec<String>,
}

impl Access {
    /// Adds a device of a person and gives its token, which is shown once and kept only as a hash. `scope` keeps it to
    /// a part of its person's.
    pub fn add_device(
        &self,
        name: &str,
        person: Uuid,
        scope: Option<&Scope>,
        now: DateTime<Utc>,
    ) -> Result<String, AccessError> {
        let token = format!("vl_{}", secret());
        self.connection()?.execute(
            "INSERT INTO device (id, name, scope, token_hash, added_at, person) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![Uuid::new_v4(), name, joined(scope), hash(&token), now.timestamp_millis(), person],
        )?;
        Ok(token)
    }

    /// The device that has this token.
    pub fn device(&self, token: &str) -> Result<Option<DeviceAccess>, AccessError> {
        let connection = self.connection()?;
        let row: Option<(Uuid, String, String, Person)> = connection
            .prepare_cached(
                "SELECT device.id, device.name, device.scope, person.id, person.name, person.role, person.scope
                 FROM device JOIN person ON person.id = device.person
                 WHERE token_hash = ?1 AND removed_at IS NULL",
            )?
            .query_row([hash(token)], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, read(row, 3)?)))
            .optional()?;
        let Some((id, name, scope, person)) = row else { return Ok(None) };
        let own = (!scope.is_empty()).then(|| split(&scope));
        let scope = match (own, &person.scope) {
            (Some(own), Some(of_person)) => Some(common(&own, of_person)),
            (own, of_person) => own.or_else(|| of_person.clone()),
        };
        let names = names(&connection, person.id)?;
        Ok(Some(DeviceAccess { id, name, scope, person, names }))
    }
}

/// What lies in both.
fn common(one: &Scope, other: &Scope) -> Scope {
    let within = |inner: &Scope, outer: &Scope| {
        inner.codes().iter().filter(|code| outer.covers(code)).cloned().collect::<Vec<_>>()
    };
    Scope::new([within(one, other), within(other, one)].concat())
}
