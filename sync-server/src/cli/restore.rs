//! `restore`

use std::io::Write as _;
use std::path::Path;

use rusqlite::Connection;
use store::{Restored, restore};

use super::Complaint;
use super::backup::{held, tell};
use super::progress::{Progress, count};
use crate::access::Access;

pub(super) fn run(from: &Path, data: &Path) -> Result<(), Complaint> {
    let mut progress = Progress::new();
    let restored = restore(from, data, &mut |at| tell(&mut progress, at, "restored"));
    drop(progress);
    let Restored { manifest } = restored?;
    if manifest.files.iter().any(|file| file.path == "access.sqlite") {
        end_sessions(data).map_err(|why| {
            Complaint(format!(
                "{}; those who were signed in when the backup was made still are. Do not start it: remove {} and restore again",
                why.0,
                data.display()
            ))
        })?;
    }
    let (files, _) = manifest.size();
    writeln!(
        std::io::stdout(),
        "{}: {}, as of {}; all {} have the right hash. Nobody is signed in any more, and codes that were not used have ended",
        data.display(),
        held(&manifest.counts),
        manifest.made_at.format("%Y-%m-%d %H:%M UTC"),
        count(files, "file"),
    )?;
    for lacking in &manifest.lacking {
        eprintln!("had been left out of the backup: {lacking}");
    }
    eprintln!(
        "Start the server: each device that connects offers again all that it holds. People, devices and passwords are as of \
         the backup: revoke and remove again whom you revoked or removed since, and invite again whom you invited since."
    );
    Ok(())
}

/// Whoever was signed in when the backup was made signs in again, and what opened a door once opens it no more.
fn end_sessions(data: &Path) -> Result<(), Complaint> {
    // Brings the list up to date, if the backup is of an older version.
    drop(Access::open(data)?);
    let connection = Connection::open(data.join("access.sqlite"))?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.execute_batch(
        "BEGIN; DELETE FROM session; DELETE FROM sign_in_code; DELETE FROM invitation WHERE used_by IS NULL; COMMIT;",
    )?;
    Ok(())
}
