//! People: what they are to the team, and for which grid units.

use chrono::{DateTime, Utc};
use domain::{GridCode, Role, Scope};
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use uuid::Uuid;

use super::{Access, AccessError};

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
}

/// What is to be changed of a person; what is `None` stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PersonChange {
    /// Another name. What they recorded keeps the old one.
    pub name: Option<String>,
    /// Another role.
    pub role: Option<Role>,
    /// Another scope.
    pub scope: Option<Scope>,
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
        let transaction = connection.transaction()?;
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

    /// The person of this name.
    pub fn person_named(&self, name: &str) -> Result<Option<Person>, AccessError> {
        named(&*self.connection()?, name)
    }

    /// Changes a person. Their sessions and devices go on with what they may do now.
    ///
    /// # Errors
    /// When somebody else has the new name.
    pub fn change_person(&self, id: Uuid, change: PersonChange) -> Result<(), AccessError> {
        let PersonChange { name, role, scope } = change;
        let mut connection = self.connection()?;
        let transaction = connection.transaction()?;
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
            transaction
                .execute("UPDATE person SET scope = ?2 WHERE id = ?1", params![id, joined(Some(&scope))])?;
        }
        transaction.commit()?;
        Ok(())
    }

    /// Ends a person's sessions and lets their devices in no more. What they recorded stays.
    pub fn remove_person(&self, id: Uuid, now: DateTime<Utc>) -> Result<(), AccessError> {
        let mut connection = self.connection()?;
        let transaction = connection.transaction()?;
        transaction.execute(
            "UPDATE person SET removed_at = ?2 WHERE id = ?1",
            params![id, now.timestamp_millis()],
        )?;
        for sql in [
            "DELETE FROM session WHERE person = ?1",
            "DELETE FROM sign_in_code WHERE person = ?1",
            "DELETE FROM device WHERE person = ?1",
        ] {
            transaction.execute(sql, [id])?;
        }
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
    let person = Person { id: Uuid::new_v4(), name: name.to_owned(), role, scope };
    connection.execute(
        "INSERT INTO person VALUES (?1, ?2, ?3, ?4, ?5, NULL)",
        params![person.id, name, role.as_str(), joined(person.scope.as_ref()), now.timestamp_millis()],
    )?;
    note_name(connection, person.id, name)?;
    Ok(person)
}

fn named(connection: &Connection, name: &str) -> Result<Option<Person>, AccessError> {
    let sql = format!("SELECT {COLUMNS} FROM person WHERE name = ?1 AND removed_at IS NULL");
    Ok(connection.prepare_cached(&sql)?.query_row([name], |row| read(row, 0)).optional()?)
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
