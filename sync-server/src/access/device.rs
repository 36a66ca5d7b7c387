//! Devices, each of one person.

use chrono::{DateTime, Duration, Utc};
use domain::Scope;
use rusqlite::{Connection, OptionalExtension as _, params};
use uuid::Uuid;
use wire::sync::DeviceReport;

use super::person::{Person, joined, names, read, split};
use super::{Access, AccessError, hash, secret, time};

/// A report is written down when so much has passed, or what counts in it is another.
const REPORTED: Duration = Duration::minutes(1);

/// That a device was revoked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Revoked {
    /// When.
    pub at: DateTime<Utc>,
    /// Whether it is to erase what it holds.
    pub erase: bool,
    /// When it said that it did.
    pub erased_at: Option<DateTime<Utc>>,
}

/// A device that shows its token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceAccess {
    /// Names it.
    pub id: Uuid,
    /// What it is called.
    pub name: String,
    /// What it may read and write; `None` for all that this server holds.
    pub scope: Option<Scope>,
    /// Whose it is.
    pub person: Person,
    /// Every name that its person has or had.
    pub names: Vec<String>,
    /// To whom bundles for it are encrypted: an age recipient; empty if it has none.
    pub key: String,
    /// Whether it was revoked: then it may ask whether its work has arrived, and nothing else.
    pub revoked: Option<Revoked>,
    /// Whether its person was removed from the list.
    pub person_removed: bool,
}

/// A device as it is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceRow {
    /// Names it.
    pub id: Uuid,
    /// What it is called.
    pub name: String,
    /// Whose it is, or was.
    pub person: Person,
    /// What it may read and write; `None` for all that this server holds.
    pub scope: Option<Scope>,
    /// Whether it was revoked.
    pub revoked: Option<Revoked>,
    /// When it was enrolled.
    pub added_at: DateTime<Utc>,
    /// When it last exchanged records.
    pub last_sync_at: Option<DateTime<Utc>>,
    /// What it said of itself then.
    pub report: DeviceReport,
}

/// A device that is added.
pub(super) struct NewDevice<'a> {
    pub name: &'a str,
    pub person: Uuid,
    pub scope: Option<&'a Scope>,
    pub key: &'a str,
}

const COLUMNS: &str = "device.id, device.name, device.scope, device.revoked_at, device.erase, device.erased_at,
    device.key, device.added_at, device.last_sync_at, device.version, device.pending_changes, device.pending_photos,
    device.missing_photos, device.used_bytes, device.free_bytes, device.verified_at,
    person.removed_at, person.id, person.name, person.role, person.scope";

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
        let new = NewDevice { name, person, scope, key: "" };
        insert(&*self.connection()?, new, &hash(&token), now)?;
        Ok(token)
    }

    /// The device that has this token, also one that was revoked.
    pub fn device(&self, token: &str) -> Result<Option<DeviceAccess>, AccessError> {
        of_token(&*self.connection()?, token)
    }

    /// Every device, those of people who were removed too: those that may sync by name, then the others, the latest
    /// revoked first.
    pub fn devices(&self) -> Result<Vec<DeviceRow>, AccessError> {
        let connection = self.connection()?;
        let mut statement = connection.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM device JOIN person ON person.id = device.person
             ORDER BY device.revoked_at IS NOT NULL, device.revoked_at DESC, device.name, device.added_at, device.id"
        ))?;
        let rows = statement.query_map([], |row| Ok(list(row)?.0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Lets a device sync no more. Said again, it may add that the device is to erase what it holds, and takes nothing
    /// back. Gives whether there is such a device.
    pub fn revoke_device(&self, id: Uuid, erase: bool, now: DateTime<Utc>) -> Result<bool, AccessError> {
        let changed = self.connection()?.execute(
            "UPDATE device SET revoked_at = ifnull(revoked_at, ?2), erase = max(erase, ?3) WHERE id = ?1",
            params![id, now.timestamp_millis(), erase],
        )?;
        Ok(changed > 0)
    }

    /// Notes that a device which was told to erase what it held did so. Gives whether it had been told.
    pub fn note_erased(&self, id: Uuid, now: DateTime<Utc>) -> Result<bool, AccessError> {
        let noted = self.connection()?.execute(
            "UPDATE device SET erased_at = ifnull(erased_at, ?2)
             WHERE id = ?1 AND revoked_at IS NOT NULL AND erase",
            params![id, now.timestamp_millis()],
        )?;
        Ok(noted > 0)
    }

    /// Notes what a device said of itself in an exchange; not more than once a minute, unless what counts changed.
    pub fn note_report(
        &self,
        id: Uuid,
        report: &DeviceReport,
        now: DateTime<Utc>,
    ) -> Result<(), AccessError> {
        let DeviceReport {
            version,
            key,
            pending_changes,
            pending_photos,
            missing_photos,
            used_bytes,
            free_bytes,
            verified_at,
        } = report;
        let at = now.timestamp_millis();
        let version: String = version.chars().filter(|letter| !letter.is_control()).take(40).collect();
        let verified_at = verified_at.map(|at| at.timestamp_millis());
        let lately = (now - REPORTED).timestamp_millis();
        let counts = (bounded(*pending_changes), bounded(*pending_photos));
        let connection = self.connection()?;
        let known = connection
            .prepare_cached(
                "SELECT 1 FROM device WHERE id = ?1 AND version = ?2 AND pending_changes = ?3
                    AND pending_photos = ?4 AND verified_at IS ?5 AND last_sync_at BETWEEN ?7 AND ?6",
            )?
            .exists(params![id, version, counts.0, counts.1, verified_at, at, lately])?;
        if known {
            return Ok(());
        }
        // Nothing hangs on the last of these rows: five hundred devices at five o'clock do not wait for the disk.
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        let written = connection
            .prepare_cached(
                "UPDATE device SET last_sync_at = ?2, version = ?3, pending_changes = ?4, pending_photos = ?5,
                    missing_photos = ?6, used_bytes = ?7, free_bytes = ?8, verified_at = ?9,
                    key = iif(?10 = '', key, ?10)
                 WHERE id = ?1",
            )
            .and_then(|mut statement| {
                statement.execute(params![
                    id,
                    at,
                    version,
                    bounded(*pending_changes),
                    bounded(*pending_photos),
                    bounded(*missing_photos),
                    bounded(*used_bytes),
                    free_bytes.map(bounded),
                    verified_at,
                    if is_key(key) { key.as_str() } else { "" },
                ])
            });
        connection.pragma_update(None, "synchronous", "FULL")?;
        written?;
        Ok(())
    }
}

/// Whether this may be an age recipient (or nothing): whoever encrypts to it reads it strictly.
pub(super) fn is_key(key: &str) -> bool {
    key.len() <= 200 && key.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
}

/// A count of a stranger, as SQLite holds it.
fn bounded(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

pub(super) fn insert(
    connection: &Connection,
    new: NewDevice<'_>,
    token_hash: &[u8],
    now: DateTime<Utc>,
) -> Result<Uuid, AccessError> {
    let NewDevice { name, person, scope, key } = new;
    if scope.is_some_and(|scope| scope.codes().is_empty()) {
        return Err(AccessError::EmptyScope);
    }
    let id = Uuid::new_v4();
    connection.execute(
        "INSERT INTO device (id, name, scope, token_hash, added_at, person, key) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![
            id,
            name,
            joined(scope),
            token_hash,
            now.timestamp_millis(),
            person,
            if is_key(key) { key } else { "" }
        ],
    )?;
    Ok(id)
}

pub(super) fn of_token(connection: &Connection, token: &str) -> Result<Option<DeviceAccess>, AccessError> {
    let row = connection
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM device JOIN person ON person.id = device.person WHERE token_hash = ?1"
        ))?
        .query_row([hash(token)], list)
        .optional()?;
    let Some((row, removed_at)) = row else { return Ok(None) };
    let DeviceRow { id, name, person, scope, revoked, report, .. } = row;
    // Whoever is not on the list has no device that syncs.
    let removed = removed_at.map(|at| Revoked { at, erase: false, erased_at: None });
    let names = names(connection, person.id)?;
    Ok(Some(DeviceAccess {
        id,
        name,
        scope,
        person,
        names,
        key: report.key,
        revoked: revoked.or(removed),
        person_removed: removed_at.is_some(),
    }))
}

/// A device, and when its person was removed.
fn list(row: &rusqlite::Row<'_>) -> rusqlite::Result<(DeviceRow, Option<DateTime<Utc>>)> {
    let at = |column: usize| Ok::<_, rusqlite::Error>(row.get::<_, Option<i64>>(column)?.map(time));
    let count = |column: usize| Ok::<_, rusqlite::Error>(row.get::<_, i64>(column)?.unsigned_abs());
    let person = read(row, 17)?;
    let own: String = row.get(2)?;
    let own = (!own.is_empty()).then(|| split(&own));
    let scope = match (own, &person.scope) {
        (Some(own), Some(of_person)) => Some(common(&own, of_person)),
        (own, of_person) => own.or_else(|| of_person.clone()),
    };
    let (erase, erased_at) = (row.get(4)?, at(5)?);
    let report = DeviceReport {
        version: row.get(9)?,
        key: row.get(6)?,
        pending_changes: count(10)?,
        pending_photos: count(11)?,
        missing_photos: count(12)?,
        used_bytes: count(13)?,
        free_bytes: row.get::<_, Option<i64>>(14)?.map(i64::unsigned_abs),
        verified_at: at(15)?,
    };
    let listed = DeviceRow {
        id: row.get(0)?,
        name: row.get(1)?,
        person,
        scope,
        revoked: at(3)?.map(|at| Revoked { at, erase, erased_at }),
        added_at: time(row.get(7)?),
        last_sync_at: at(8)?,
        report,
    };
    Ok((listed, at(16)?))
}

/// What lies in both.
fn common(one: &Scope, other: &Scope) -> Scope {
    let within = |inner: &Scope, outer: &Scope| {
        inner.codes().iter().filter(|code| outer.covers(code)).cloned().collect::<Vec<_>>()
    };
    Scope::new([within(one, other), within(other, one)].concat())
}
