//! `device`

use std::io::Write as _;
use std::path::Path;

use domain::{GridCode, Role, Scope};

use super::{Complaint, open_or_create, person, scope_of};
use crate::access::{Access, Person};

pub(super) fn add(data: &Path, name: &str, of: Option<&str>, grid: Vec<GridCode>) -> Result<(), Complaint> {
    let name = name.trim();
    if name.is_empty() {
        return Err(Complaint("a device needs a name".to_owned()));
    }
    let app = open_or_create(data)?;
    let scope = scope_of(&app, grid)?;
    let access = Access::open(data)?;
    let person = match (of, &scope) {
        (Some(of), _) => person::named(&access, of)?,
        (None, Some(scope)) => inspector(&access, name, scope, app.now())?,
        (None, None) => {
            return Err(Complaint(
                "say whose device it is, with --person, or for which grid unit, with --grid".to_owned(),
            ));
        }
    };
    if let (Some(own), Some(of_person)) = (&scope, &person.scope)
        && let Some(outside) = own.codes().iter().find(|code| !of_person.covers(code))
    {
        return Err(Complaint(format!("{outside} is outside of what {} is responsible for", person.name)));
    }
    let token = access.add_device(name, person.id, scope.as_ref(), app.now())?;
    let Person { name: of, role, .. } = person;
    eprintln!("{name} may sync as {of}, {role}. Its token, which is shown only this once:");
    writeln!(std::io::stdout(), "{token}")?;
    Ok(())
}

/// The inspector who is called as the device is: made where there is nobody of that name.
fn inspector(
    access: &Access,
    name: &str,
    scope: &Scope,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<Person, Complaint> {
    match access.person_named(name)? {
        None => Ok(access.add_person(name, Role::Inspector, Some(scope.clone()), now)?),
        Some(person) if person.role == Role::Inspector => Ok(person),
        Some(person) => Err(Complaint(format!(
            "{name} is the name of somebody who is {}: if the device is theirs, say so with --person",
            person.role
        ))),
    }
}
