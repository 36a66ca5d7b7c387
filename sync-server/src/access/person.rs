//! People: what they are to the team, and for which grid units.

use chrono::{DateTime, Utc};
use domain::{GridCode, Role, Scope};
use rusqlite::{Connection, OptionalExtension as _, Row, TransactionBehavior, params};
use uuid::Uuid;

use super::{Access, AccessError, time};

/// The name of the administrator who is there from the beginning.
const FIRST_ADMIN: &str = "管理员";

/// Somebody who may reach this server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Names them for good; their name may change.
    pub id: Uuid,
    /// The name under which they record.
    pub name: String,
    /// What they are to the team.
    pub role: Role,
    /// For which grid units; `None` for all that this server holds.
    pub scope: Option<Scope>,
}

impl Person {
    /// As the application knows somebody who asks.
    pub fn caller(&self) -> app::Caller {
        app::Caller { person: self.name.clone(), role: self.role, scope: self.scope.clone() }
    }

    /// Whether all that the other is responsible for is this one's too.
    pub fn covers(&self, other: Option<&Scope>) -> bool {
        match (&self.scope, other) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(own), Some(other)) => other.codes().iter().all(|code| own.covers(code)),
        }
    }
}

/// What is to be changed of a person; what is `None` stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PersonChange {
    /// Another name. What they recorded keeps the old one.
    pub name: Option<String>,
    /// Another role.
    pub role: Option<Role>,
    /// Another scope; `Some(None)` for all that this server holds.
    pub scope: Option<Option<Scope>>,
}

/// Somebody as they are listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonRow {
    /// Who they are.
    pub person: Person,
    /// Whether they have a password.
    pub has_password: bool,
    /// How many devices they have that may sync.
    pub devices: u64,
    /// When they or a device of theirs last reached the server.
    pub seen_at: Option<DateTime<Utc>>,
}

const COLUMNS: &str = "person.id, person.name, person.role, person.scope";

impl Access {
    /// Adds a person.
    ///
    /// # Errors
    /// When somebody else has that name.
    pub fn add_person(
        &self,
        name: &str,
        role: Role,
        scope: Option<Scope>,
        now: DateTime<Utc>,
    ) -> Result<Person, AccessError> {
        let mut connection = self.connection()?;
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let person = add(&transaction, name, role, scope, now)?;
        transaction.commit()?;
        Ok(person)
    }

    /// Everybody who may reach this server, in the order in which they were added.
    pub fn people(&self) -> Result<Vec<Person>, AccessError> {
        let connection = self.connection()?;
        let mut statement = connection.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM person WHERE removed_at IS NULL ORDER BY added_at, id"
        ))?;
        let people = statement.query_map([], |row| read(row, 0))?;
        Ok(people.collect::<Result<_, _>>()?)
    }

    /// Everybody who may reach this server, with what is shown of them.
    pub fn people_listed(&self) -> Result<Vec<PersonRow>, AccessError> {
        let connection = self.connection()?;
        let mut statement = connection.prepare_cached(&format!(
            "SELECT {COLUMNS}, person.password IS NOT NULL,
                (SELECT count(*) FROM device WHERE device.person = person.id AND revoked_at IS NULL),
                nullif(max(ifnull(person.seen_at, -1),
                    ifnull((SELECT max(last_sync_at) FROM device WHERE device.person = person.id), -1)), -1)
             FROM person WHERE removed_at IS NULL ORDER BY added_at, id"
        ))?;
        let people = statement.query_map([], |row| {
            let seen_at = row.get::<_, Option<i64>>(6)?.map(time);
            Ok(PersonRow { person: read(row, 0)?, has_password: row.get(4)?, devices: row.get(5)?, seen_at })
        })?;
        Ok(people.collect::<Result<_, _>>()?)
    }

    /// Somebody who may reach this server.
    pub fn person(&self, id: Uuid) -> Result<Option<Person>, AccessError> {
        known(&*self.connection()?, id)
    }

    /// The person of this name.
    pub fn person_named(&self, name: &str) -> Result<Option<Person>, AccessError> {
        named(&*self.connection()?, name)
    }

    /// Changes a person. Their sessions and devices go on with what they may do now.
    ///
    /// # Errors
    /// When somebody else has the new name, or nobody could manage people any more.
    pub fn change_person(&self, id: Uuid, change: PersonChange) -> Result<(), AccessError> {
        let PersonChange { name, role, scope } = change;
        let mut connection = self.connection()?;
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let Some(was) = known(&transaction, id)? else { return Ok(()) };
        if let Some(name) = name {
            if named(&transaction, &name)?.is_some_and(|other| other.id != id) {
                return Err(AccessError::NameTaken(name));
            }
            transaction.execute("UPDATE person SET name = ?2 WHERE id = ?1", params![id, name])?;
            note_name(&transaction, id, &name)?;
        }
        if let Some(role) = role {
            transaction.execute("UPDATE person SET role = ?2 WHERE id = ?1", params![id, role.as_str()])?;
        }
        if let Some(scope) = scope {
            check(scope.as_ref())?;
            let joined = joined(scope.as_ref());
            transaction.execute("UPDATE person SET scope = ?2 WHERE id = ?1", params![id, joined])?;
        }
        keeps_an_admin(&transaction, &was)?;
        transaction.commit()?;
        Ok(())
    }

    /// Ends a person's sessions and revokes their devices. What they recorded stays, and so does the list of devices.
    ///
    /// # Errors
    /// When nobody could manage people any more.
    pub fn remove_person(&self, id: Uuid, now: DateTime<Utc>) -> Result<(), AccessError> {
        let mut connection = self.connection()?;
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let Some(was) = known(&transaction, id)? else { return Ok(()) };
        let at = now.timestamp_millis();
        for sql in [
            "UPDATE person SET removed_at = ?2, password = NULL WHERE id = ?1",
            "UPDATE device SET revoked_at = ?2 WHERE person = ?1 AND revoked_at IS NULL",
        ] {
            transaction.execute(sql, params![id, at])?;
        }
        for sql in [
            "DELETE FROM session WHERE person = ?1",
            "DELETE FROM sign_in_code WHERE person = ?1",
            "DELETE FROM invitation WHERE person = ?1",
        ] {
            transaction.execute(sql, [id])?;
        }
        keeps_an_admin(&transaction, &was)?;
        transaction.commit()?;
        Ok(())
    }

    /// The administrator who was added first; one is made where there is none.
    pub fn first_admin(&self, now: DateTime<Utc>) -> Result<Person, AccessError> {
        if let Some(admin) = self.people()?.into_iter().find(|person| person.role == Role::Admin) {
            return Ok(admin);
        }
        let mut name = FIRST_ADMIN.to_owned();
        for number in 2_u64.. {
            if self.person_named(&name)?.is_none() {
                break;
            }
            name = format!("{FIRST_ADMIN} {number}");
        }
        self.add_person(&name, Role::Admin, None, now)
    }
}

fn add(
    connection: &Connection,
    name: &str,
    role: Role,
    scope: Option<Scope>,
    now: DateTime<Utc>,
) -> Result<Person, AccessError> {
    if named(connection, name)?.is_some() {
        return Err(AccessError::NameTaken(name.to_owned()));
    }
    check(scope.as_ref())?;
    let person = Person { id: Uuid::new_v4(), name: name.to_owned(), role, scope };
    connection.execute(
        "INSERT INTO person (id, name, role, scope, added_at) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![person.id, name, role.as_str(), joined(person.scope.as_ref()), now.timestamp_millis()],
    )?;
    note_name(connection, person.id, name)?;
    Ok(person)
}

fn named(connection: &Connection, name: &str) -> Result<Option<Person>, AccessError> {
    let sql = format!("SELECT {COLUMNS} FROM person WHERE name = ?1 AND removed_at IS NULL");
    Ok(connection.prepare_cached(&sql)?.query_row([name], |row| read(row, 0)).optional()?)
}

fn known(connection: &Connection, id: Uuid) -> Result<Option<Person>, AccessError> {
    let sql = format!("SELECT {COLUMNS} FROM person WHERE id = ?1 AND removed_at IS NULL");
    Ok(connection.prepare_cached(&sql)?.query_row([id], |row| read(row, 0)).optional()?)
}

/// A scope without units would be written as that of everything.
fn check(scope: Option<&Scope>) -> Result<(), AccessError> {
    match scope {
        Some(scope) if scope.codes().is_empty() => Err(AccessError::EmptyScope),
        _ => Ok(()),
    }
}

/// That after a change of this person there is still somebody who may manage people wherever they could, if they were
/// an administrator.
fn keeps_an_admin(connection: &Connection, was: &Person) -> Result<(), AccessError> {
    if was.role != Role::Admin {
        return Ok(());
    }
    let sql = format!("SELECT {COLUMNS} FROM person WHERE role = ?1 AND removed_at IS NULL");
    let mut statement = connection.prepare_cached(&sql)?;
    let admins = statement.query_map([Role::Admin.as_str()], |row| read(row, 0))?;
    for admin in admins {
        if admin?.covers(was.scope.as_ref()) {
            return Ok(());
        }
    }
    Err(AccessError::LastAdmin)
}

fn note_name(connection: &Connection, person: Uuid, name: &str) -> Result<(), AccessError> {
    connection
        .execute("INSERT INTO person_name VALUES (?1, ?2) ON CONFLICT DO NOTHING", params![person, name])?;
    Ok(())
}

/// Every name that somebody has or had.
pub(super) fn names(connection: &Connection, person: Uuid) -> Result<Vec<String>, AccessError> {
    let mut statement =
        connection.prepare_cached("SELECT name FROM person_name WHERE person = ?1 ORDER BY name")?;
    let names = statement.query_map([person], |row| row.get(0))?;
    Ok(names.collect::<Result<_, _>>()?)
}

/// A person from the columns id, name, role and scope, which begin at `first`.
pub(super) fn read(row: &Row<'_>, first: usize) -> rusqlite::Result<Person> {
    let (role, scope): (String, String) = (row.get(first + 2)?, row.get(first + 3)?);
    Ok(Person {
        id: row.get(first)?,
        name: row.get(first + 1)?,
        // A word of a newer version gives no rights.
        role: role.parse().unwrap_or(Role::Viewer),
        scope: (!scope.is_empty()).then(|| split(&scope)),
    })
}

pub(super) fn joined(scope: Option<&Scope>) -> String {
    let codes: Vec<&str> = scope.iter().flat_map(|scope| scope.codes()).map(GridCode::as_str).collect();
    codes.join(",")
}

pub(super) fn split(codes: &str) -> Scope {
    Scope::new(codes.split(',').filter_map(|code| code.parse().ok()).collect())
}
