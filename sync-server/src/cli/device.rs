//! `device`

use std::io::Write as _;
use std::path::Path;

use chrono::{DateTime, SecondsFormat, Utc};
use clap::Subcommand;
use domain::{GridCode, Role, Scope};
use uuid::Uuid;

use super::{Complaint, invite, open, open_or_create, person, scope_of};
use crate::access::{Access, DeviceRow, Person, Revoked, line};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Invite a device of somebody: prints an address for the app, the code to type instead, and the QR code of both. It
    /// works once, within 24 hours
    Invite {
        /// Whose it will be
        #[arg(long, value_name = "NAME")]
        person: String,
        /// What to call it; as its person is called if not given
        #[arg(long, value_name = "NAME")]
        name: Option<String>,
        /// Keep it to this unit and all beneath it: 2, 4, 6, 9 or 12 digits. May be given several times; all that its
        /// person is responsible for if not given
        #[arg(long, value_name = "CODE")]
        grid: Vec<GridCode>,
        /// The address at which it will reach the server; the one at which the server was last started if not given
        #[arg(long, value_name = "URL")]
        address: Option<String>,
    },
    /// Print every device: id, name, person, state, last sync, changes and photos that it has not sent, separated by tabs
    List,
    /// Let a device sync no more. What it has not sent stays on it
    Revoke {
        /// Its id, as 'device list' prints it
        #[arg(long, value_name = "ID")]
        id: Uuid,
        /// Tell it to erase what it holds, once the server has all of it
        #[arg(long)]
        erase: bool,
    },
    /// Print a token that connects a device, for scripts; people are better off with an invitation
    Add {
        /// What to call it
        #[arg(long, value_name = "NAME")]
        name: String,
        /// Whose it is; with --grid alone an inspector of the device's name, who is added if need be
        #[arg(long, value_name = "NAME")]
        person: Option<String>,
        /// Keep it to this unit and all beneath it: 2, 4, 6, 9 or 12 digits. May be given several times; all that its
        /// person is responsible for if not given
        #[arg(long, value_name = "CODE")]
        grid: Vec<GridCode>,
    },
}

pub(super) fn run(data: &Path, command: Command) -> Result<(), Complaint> {
    match command {
        Command::Invite { person, name, grid, address } => invite::run(data, &person, name, grid, address),
        Command::List => list(data),
        Command::Revoke { id, erase } => revoke(data, id, erase),
        Command::Add { name, person, grid } => add(data, &name, person.as_deref(), grid),
    }
}

fn list(data: &Path) -> Result<(), Complaint> {
    open(data)?;
    for device in Access::open(data)?.devices()? {
        let DeviceRow { id, name, person, revoked, last_sync_at, report, .. } = device;
        let state = match revoked {
            None => "active",
            Some(Revoked { erased_at: Some(_), .. }) => "erased",
            Some(Revoked { erase: true, .. }) => "erasing",
            Some(Revoked { erase: false, .. }) => "revoked",
        };
        let shown = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::Secs, true);
        let last_sync = last_sync_at.map_or_else(|| "never".to_owned(), shown);
        let waiting = format!("{}\t{}", report.pending_changes, report.pending_photos);
        writeln!(std::io::stdout(), "{id}\t{name}\t{}\t{state}\t{last_sync}\t{waiting}", person.name)?;
    }
    Ok(())
}

fn revoke(data: &Path, id: Uuid, erase: bool) -> Result<(), Complaint> {
    open(data)?;
    if !Access::open(data)?.revoke_device(id, erase, Utc::now())? {
        return Err(Complaint(format!("there is no device {id}; see 'sync-server device list'")));
    }
    eprintln!("the device syncs no more; what it has not sent stays on it");
    if erase {
        eprintln!("it will erase what it holds when it next reaches the server and all of it is there");
    }
    Ok(())
}

fn add(data: &Path, name: &str, of: Option<&str>, grid: Vec<GridCode>) -> Result<(), Complaint> {
    let name = line(name)?;
    let store = open_or_create(data)?;
    let scope = scope_of(&store, grid)?;
    let access = Access::open(data)?;
    let person = match (of, &scope) {
        (Some(of), _) => person::named(&access, of)?,
        (None, Some(scope)) => inspector(&access, &name, scope, Utc::now())?,
        (None, None) => {
            return Err(Complaint(
                "say whose device it is, with --person, or for which grid unit, with --grid".to_owned(),
            ));
        }
    };
    within(&person, scope.as_ref())?;
    let token = access.add_device(&name, person.id, scope.as_ref(), Utc::now())?;
    let Person { name: of, role, .. } = person;
    eprintln!("{name} may sync as {of}, {role}. Its token, which is shown only this once:");
    writeln!(std::io::stdout(), "{token}")?;
    Ok(())
}

/// That a device is kept to units of its person.
pub(super) fn within(person: &Person, scope: Option<&Scope>) -> Result<(), Complaint> {
    if let (Some(own), Some(of_person)) = (scope, &person.scope)
        && let Some(outside) = own.codes().iter().find(|code| !of_person.covers(code))
    {
        return Err(Complaint(format!("{outside} is outside of what {} is responsible for", person.name)));
    }
    Ok(())
}

/// The inspector who is called as the device is: made where there is nobody of that name.
fn inspector(access: &Access, name: &str, scope: &Scope, now: DateTime<Utc>) -> Result<Person, Complaint> {
    match access.person_named(name)? {
        None => Ok(access.add_person(name, Role::Inspector, Some(scope.clone()), now)?),
        Some(person) if person.role == Role::Inspector => Ok(person),
        Some(person) => Err(Complaint(format!(
            "{name} is the name of somebody who is {}: if the device is theirs, say so with --person",
            person.role
        ))),
    }
}
