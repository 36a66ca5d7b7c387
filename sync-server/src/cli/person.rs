//! `person`

use std::io::Write as _;
use std::path::Path;

use domain::{GridCode, Role, Scope};

use super::{Complaint, open, open_or_create, scope_of};
use crate::access::{Access, Person, PersonChange};

pub(super) fn add(data: &Path, name: &str, role: Role, grid: Vec<GridCode>) -> Result<(), Complaint> {
    let name = checked(name)?;
    let app = open_or_create(data)?;
    if grid.is_empty() && role != Role::Admin {
        return Err(Complaint(
            "say for which grid units, with --grid; it may be given several times".to_owned(),
        ));
    }
    let person = Access::open(data)?.add_person(name, role, scope_of(&app, grid)?, app.now())?;
    eprintln!("{}", told(&person));
    Ok(())
}

pub(super) fn list(data: &Path) -> Result<(), Complaint> {
    open(data)?;
    for person in Access::open(data)?.people()? {
        writeln!(std::io::stdout(), "{}", told(&person))?;
    }
    Ok(())
}

pub(super) fn change(
    data: &Path,
    name: &str,
    new_name: Option<&str>,
    role: Option<Role>,
    grid: Vec<GridCode>,
) -> Result<(), Complaint> {
    let app = open(data)?;
    let access = Access::open(data)?;
    let person = named(&access, name)?;
    let new_name = new_name.map(checked).transpose()?.map(str::to_owned);
    let scope = scope_of(&app, grid)?;
    if scope.is_none() && person.scope.is_none() && role.is_some_and(|role| role != Role::Admin) {
        return Err(Complaint(format!("say for which grid units {name} is to work, with --grid")));
    }
    access.change_person(person.id, PersonChange { name: new_name.clone(), role, scope })?;
    eprintln!("{}", told(&named(&access, new_name.as_deref().unwrap_or(&person.name))?));
    Ok(())
}

pub(super) fn remove(data: &Path, name: &str) -> Result<(), Complaint> {
    let app = open(data)?;
    let access = Access::open(data)?;
    access.remove_person(named(&access, name)?.id, app.now())?;
    eprintln!("{name} is let in no more; what they recorded stays");
    Ok(())
}

/// The person of this name, who must be there.
pub(super) fn named(access: &Access, name: &str) -> Result<Person, Complaint> {
    access
        .person_named(name.trim())?
        .ok_or_else(|| Complaint(format!("there is nobody called {name}; see 'sync-server person list'")))
}

fn checked(name: &str) -> Result<&str, Complaint> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > 200 || name.chars().any(char::is_control) {
        return Err(Complaint("a person needs a name of one line, of at most 200 characters".to_owned()));
    }
    Ok(name)
}

fn told(person: &Person) -> String {
    let scope = person.scope.as_ref().map(Scope::codes).unwrap_or_default();
    let scope: Vec<&str> = scope.iter().map(GridCode::as_str).collect();
    let scope = if scope.is_empty() { "everything".to_owned() } else { scope.join(" ") };
    format!("{}\t{}\t{scope}", person.name, person.role)
}
