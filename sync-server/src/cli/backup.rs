//! `backup`

use std::io::Write as _;
use std::path::Path;

use app::{system_clock, tile_archive_file};
use store::{BackupJob, BackupProgress, BackupStep, Checked, Counts, Made, Store, back_up, check_backup};

use super::progress::{Progress, count};
use super::{Complaint, must_be_there};

/// Who may reach the server lies beside the records.
const DATABASES: &[&str] = &["access.sqlite"];
/// What the server is known by, and how it is set.
const FILES: &[&str] = &["tls/certificate.pem", "tls/key.pem", "sync-server.toml"];

pub(super) fn make(data: &Path, out: &Path, without_lacking: bool) -> Result<(), Complaint> {
    must_be_there(data)?;
    let archives: Vec<String> =
        tile_archive_file(&Store::open_reading(data)?)?.into_iter().map(|(path, _)| path).collect();
    let job = BackupJob {
        data,
        out,
        databases: DATABASES,
        files: FILES,
        archives: &archives,
        program: env!("CARGO_PKG_VERSION"),
        now: system_clock()(),
        without_lacking,
    };
    let mut progress = Progress::new();
    let made = back_up(&job, &mut |at| tell(&mut progress, at, "copied"));
    drop(progress);
    let Made { manifest, shared } = made.map_err(|error| match error {
        error @ store::BackupError::Faults(_) => Complaint(format!(
            "{error}\nThere is no backup. Look at it with 'sync-server verify'; --without-lacking makes a backup of all the rest"
        )),
        error => error.into(),
    })?;
    let (files, bytes) = manifest.size();
    for lacking in &manifest.lacking {
        eprintln!("left out: {lacking}");
    }
    writeln!(
        std::io::stdout(),
        "{}: {}; {}, {:.1} MB, {shared} of them shared with an earlier backup. Prove it with 'sync-server backup --check'",
        out.display(),
        held(&manifest.counts),
        count(files, "file"),
        bytes as f64 / 1e6,
    )?;
    Ok(())
}

pub(super) fn check(folder: &Path) -> Result<(), Complaint> {
    let mut progress = Progress::new();
    let checked = check_backup(folder, &mut |at| tell(&mut progress, at, "proven"));
    drop(progress);
    let Checked { manifest, documents } = checked?;
    let (files, _) = manifest.size();
    let and_documents = if documents {
        ", all documents load and fit their changes and tables"
    } else {
        "; it is of an older version, so its documents were not loaded"
    };
    let lacking = match manifest.lacking.len() as u64 {
        0 => String::new(),
        lacking => format!(" {} had been left out when it was made.", count(lacking, "photo")),
    };
    writeln!(
        std::io::stdout(),
        "{}: {}, as of {}; all {} have the right hash{and_documents}.{lacking}",
        folder.display(),
        held(&manifest.counts),
        manifest.made_at.format("%Y-%m-%d %H:%M UTC"),
        count(files, "file"),
    )?;
    Ok(())
}

pub(super) fn tell(progress: &mut Progress, at: BackupProgress, verb: &str) {
    let what = match at.step {
        BackupStep::Database => format!("pages of the database {verb}"),
        BackupStep::Files => format!("files {verb}"),
        BackupStep::Documents => format!("documents {verb}"),
    };
    progress.at(&what, at.done, at.total);
}

pub(super) fn held(counts: &Counts) -> String {
    let Counts { dossiers, changes, photos, .. } = counts;
    [count(*dossiers, "dossier"), count(*changes, "change"), count(*photos, "photo")].join(", ")
}
