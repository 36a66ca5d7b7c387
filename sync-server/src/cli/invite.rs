//! `device invite`

use std::io::Write as _;
use std::path::Path;

use chrono::Utc;
use domain::GridCode;
use store::StoreError;
use wire::sync::Pin;

use super::device::within;
use super::serve::{CERTIFICATE, CONSOLE};
use super::{Complaint, open, person, scope_of};
use crate::access::{Access, NewInvitation, line};
use crate::office::{Server, drawn};

/// Light modules around the code, without which it is not found.
const QUIET: usize = 4;

pub(super) fn run(
    data: &Path,
    of: &str,
    name: Option<String>,
    grid: Vec<GridCode>,
    address: Option<String>,
) -> Result<(), Complaint> {
    let store = open(data)?;
    let access = Access::open(data)?;
    let person = person::named(&access, of)?;
    let name = line(name.as_deref().unwrap_or(&person.name))?;
    let scope = scope_of(&store, grid)?;
    within(&person, scope.as_ref())?;
    let (last, pin) =
        store.read::<_, StoreError>(|reader| Ok((reader.setting(CONSOLE)?, reader.setting(CERTIFICATE)?)))?;
    // The certificate is made, or given, when the server starts.
    let (Some(last), Some(pin)) = (last, pin) else {
        return Err(Complaint("start the server once first: then its certificate is known".to_owned()));
    };
    let pin: Option<Pin> = (!pin.is_empty()).then(|| pin.parse()).transpose()?;
    let server = Server { address: last.clone(), pin, listening: None };
    let address = address.map_or(Ok(last), |address| server.checked(&address))?;
    let new = NewInvitation { person: person.id, device: &name, scope: scope.as_ref() };
    let (_, code, expires_at) = access.invite(new, Utc::now())?;
    let invitation = server.invitation(address.clone(), code);
    let url = invitation.to_url();
    let until = expires_at.with_timezone(&chrono::Local).format("%Y-%m-%d %H:%M %:z");
    eprintln!(
        "{name} of {} can be connected once, until {until}: scan the code, or type the address and the code",
        person.name
    );
    let mut out = std::io::stdout();
    writeln!(out, "{url}")?;
    writeln!(out, "{address}")?;
    writeln!(out, "{}", invitation.to_typed())?;
    write!(out, "{}", in_half_blocks(&drawn(&url)?))?;
    Ok(())
}

/// A QR code in characters of two modules each, one above the other, light on dark as terminals mostly are: what is
/// printed is the light part.
fn in_half_blocks(rows: &[String]) -> String {
    let width = rows.len() + 2 * QUIET;
    let is_dark = |row: usize, column: usize| {
        let module = row.checked_sub(QUIET).zip(column.checked_sub(QUIET));
        module.is_some_and(|(row, column)| {
            rows.get(row).is_some_and(|row| row.as_bytes().get(column) == Some(&b'1'))
        })
    };
    let mut text = String::new();
    for row in (0..width).step_by(2) {
        for column in 0..width {
            // Beneath the last row there is nothing to be light.
            text.push(match (is_dark(row, column), row + 1 >= width || is_dark(row + 1, column)) {
                (false, false) => '█',
                (false, true) => '▀',
                (true, false) => '▄',
                (true, true) => ' ',
            });
        }
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_module_is_drawn() {
        let rows = drawn("https://192.168.1.5:8770/enrol#code=ABCDEFGHJK").unwrap();
        let text = in_half_blocks(&rows);
        let lines: Vec<Vec<char>> = text.lines().map(|line| line.chars().collect()).collect();
        for (row, modules) in rows.iter().enumerate() {
            for (column, module) in modules.chars().enumerate() {
                let (place, shown) = (row + QUIET, lines[(row + QUIET) / 2][column + QUIET]);
                let light = matches!((shown, place % 2), ('█', _) | ('▀', 0) | ('▄', 1));
                assert_eq!(light, module == '0', "{row} {column}");
            }
        }
        assert!(lines[0].iter().all(|shown| *shown == '█') && lines[1][0] == '█', "the quiet zone is light");
    }
}
