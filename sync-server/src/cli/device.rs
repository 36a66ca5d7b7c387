//! `device`

use std::io::Write as _;
use std::path::Path;

use domain::{GridCode, Scope};

use super::{Complaint, known, open_or_create};
use crate::access::Access;

pub(super) fn add(data: &Path, name: &str, grid: GridCode) -> Result<(), Complaint> {
    let name = name.trim();
    if name.is_empty() {
        return Err(Complaint("a device needs a name".to_owned()));
    }
    let app = open_or_create(data)?;
    let unit = known(&app, &grid)?;
    let token = Access::open(data)?.add_device(name, &Scope::new(vec![grid]), app.now())?;
    eprintln!("{name} may sync {} {}. Its token, which is shown only this once:", unit.code, unit.name);
    writeln!(std::io::stdout(), "{token}")?;
    Ok(())
}
