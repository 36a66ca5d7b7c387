//! `person`

use std::io::{IsTerminal as _, Write as _};
use std::path::Path;

use chrono::Utc;
use clap::{Subcommand, ValueEnum};
use domain::{GridCode, Scope};

use super::{Complaint, open, open_or_create, scope_of};
use crate::access::{Access, Person, PersonChange, line};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Add somebody
    Add {
        /// Their name, under which they record: one line of at most 60 characters
        #[arg(long, value_name = "NAME")]
        name: String,
        /// What they are to the team
        #[arg(long, value_enum)]
        role: Role,
        /// A unit that they are responsible for, with all beneath it: 2, 4, 6, 9 or 12 digits. May be given several
        /// times; an administrator without any is responsible for everything
        #[arg(long, value_name = "CODE")]
        grid: Vec<GridCode>,
        /// Read a password for the console from the first line of standard input; without it they sign in by links
        #[arg(long)]
        password_stdin: bool,
    },
    /// Print everybody: name, role and grid units, separated by tabs
    List,
    /// Change somebody; what is not given stays
    Change {
        /// Their name
        #[arg(long, value_name = "NAME")]
        name: String,
        /// Another name. What they recorded keeps the old one
        #[arg(long, value_name = "NAME")]
        new_name: Option<String>,
        /// Another role
        #[arg(long, value_enum)]
        role: Option<Role>,
        /// The units that they are responsible for from now on
        #[arg(long, value_name = "CODE")]
        grid: Vec<GridCode>,
    },
    /// Set somebody's password for the console: asked for at a terminal, else read from the first line of standard input.
    /// Their sessions and unused links end
    SetPassword {
        /// Their name
        #[arg(long, value_name = "NAME")]
        name: String,
    },
    /// Let somebody in no more: their sessions end and their devices are revoked. What they recorded stays
    Remove {
        /// Their name
        #[arg(long, value_name = "NAME")]
        name: String,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Role {
    /// Looks at ledgers and figures: a bureau
    Viewer,
    /// Walks the villages
    Inspector,
    /// Leads a team
    Lead,
    /// Sets the rules of a county
    Admin,
}

impl From<Role> for domain::Role {
    fn from(role: Role) -> Self {
        match role {
            Role::Viewer => Self::Viewer,
            Role::Inspector => Self::Inspector,
            Role::Lead => Self::Lead,
            Role::Admin => Self::Admin,
        }
    }
}

pub(super) fn run(data: &Path, command: Command) -> Result<(), Complaint> {
    match command {
        Command::Add { name, role, grid, password_stdin } => {
            add(data, &name, role.into(), grid, password_stdin)
        }
        Command::List => list(data),
        Command::Change { name, new_name, role, grid } => {
            change(data, &name, new_name.as_deref(), role.map(Into::into), grid)
        }
        Command::SetPassword { name } => set_password(data, &name),
        Command::Remove { name } => remove(data, &name),
    }
}

fn add(
    data: &Path,
    name: &str,
    role: domain::Role,
    grid: Vec<GridCode>,
    password_stdin: bool,
) -> Result<(), Complaint> {
    let name = line(name)?;
    let store = open_or_create(data)?;
    if grid.is_empty() && role != domain::Role::Admin {
        return Err(Complaint(
            "say for which grid units, with --grid; it may be given several times".to_owned(),
        ));
    }
    let scope = scope_of(&store, grid)?;
    let password = password_stdin.then(first_line).transpose()?;
    let access = Access::open(data)?;
    let person = access.add_person(&name, role, scope, Utc::now())?;
    if let Some(password) = password
        && let Err(refusal) = access.set_password(person.id, &password, None, None, Utc::now())
    {
        return Err(Complaint(format!(
            "{name} was added, without a password: {refusal}. Set one with 'sync-server person set-password'"
        )));
    }
    eprintln!("{}", told(&person));
    Ok(())
}

fn list(data: &Path) -> Result<(), Complaint> {
    open(data)?;
    for person in Access::open(data)?.people()? {
        writeln!(std::io::stdout(), "{}", told(&person))?;
    }
    Ok(())
}

fn change(
    data: &Path,
    name: &str,
    new_name: Option<&str>,
    role: Option<domain::Role>,
    grid: Vec<GridCode>,
) -> Result<(), Complaint> {
    let store = open(data)?;
    let access = Access::open(data)?;
    let person = named(&access, name)?;
    let new_name = new_name.map(line).transpose()?;
    let scope = scope_of(&store, grid)?;
    if scope.is_none() && person.scope.is_none() && role.is_some_and(|role| role != domain::Role::Admin) {
        return Err(Complaint(format!("say for which grid units {name} is to work, with --grid")));
    }
    let scope = scope.map(Some);
    access.change_person(person.id, PersonChange { name: new_name.clone(), role, scope })?;
    eprintln!("{}", told(&named(&access, new_name.as_deref().unwrap_or(&person.name))?));
    Ok(())
}

fn set_password(data: &Path, name: &str) -> Result<(), Complaint> {
    open(data)?;
    let access = Access::open(data)?;
    let person = named(&access, name)?;
    let password = if std::io::stdin().is_terminal() { asked()? } else { first_line()? };
    access.set_password(person.id, &password, None, None, Utc::now())?;
    eprintln!("{name} signs in with this password from now on; sessions and links of before have ended");
    Ok(())
}

/// Asks twice, without showing what is typed.
fn asked() -> Result<String, Complaint> {
    let once = rpassword::prompt_password("New password: ")?;
    if rpassword::prompt_password("Again: ")? != once {
        return Err(Complaint("the two are not the same; nothing was changed".to_owned()));
    }
    Ok(once)
}

fn first_line() -> Result<String, Complaint> {
    let mut line = String::new();
    std::io::stdin().read_line(&mut line)?;
    Ok(line.trim_end_matches(['\n', '\r']).to_owned())
}

fn remove(data: &Path, name: &str) -> Result<(), Complaint> {
    open(data)?;
    let access = Access::open(data)?;
    access.remove_person(named(&access, name)?.id, Utc::now())?;
    eprintln!("{name} is let in no more, and their devices are revoked; what they recorded stays");
    Ok(())
}

/// The person of this name, who must be there.
pub(super) fn named(access: &Access, name: &str) -> Result<Person, Complaint> {
    access
        .person_named(name.trim())?
        .ok_or_else(|| Complaint(format!("there is nobody called {name}; see 'sync-server person list'")))
}

fn told(person: &Person) -> String {
    format!("{}\t{}\t{}", person.name, person.role, units(person.scope.as_ref()))
}

/// A scope in one field of a line.
pub(super) fn units(scope: Option<&Scope>) -> String {
    let Some(scope) = scope else { return "everything".to_owned() };
    let codes: Vec<&str> = scope.codes().iter().map(GridCode::as_str).collect();
    codes.join(" ")
}
