//! The tile archive behind the map.

use std::collections::HashSet;
use std::io::{Read, empty};

use domain::Permission;
use wire::ApiError;
use wire::message::{Host, ImportTiles, Nothing, TileArchive, WorkStep};

use super::text::{Limit, required};
use crate::app::Ask;
use crate::error::Failure;

/// The most pieces of one archive: of 64 MiB each, 32 GiB.
const MOST_PIECES: usize = 512;

pub(super) fn get(app: Ask<'_>, _: Nothing) -> Result<Option<TileArchive>, Failure> {
    Ok(app.tiles.archive(&app.store)?)
}

pub(super) fn import(app: Ask<'_>, request: ImportTiles) -> Result<TileArchive, Failure> {
    may_replace(app)?;
    let ImportTiles { uploads, file_name } = request;
    let file_name = required("file_name", &file_name, Limit::Line)?;
    if uploads.is_empty() {
        return Err(ApiError::invalid("uploads", "there is no file").because("missing").into());
    }
    if uploads.len() > MOST_PIECES || uploads.iter().collect::<HashSet<_>>().len() != uploads.len() {
        let message = format!("an archive comes in 1 to {MOST_PIECES} pieces, each once");
        return Err(ApiError::invalid("uploads", message).because("too_many").into());
    }
    let running = app.work.begin(app.now())?;
    let mut total = 0;
    let mut pieces: Box<dyn Read> = Box::new(empty());
    for upload in &uploads {
        let (file, bytes) = app.uploads.open_upload(*upload)?;
        total += bytes;
        pieces = Box::new(pieces.chain(file));
    }
    let progress = |copied| running.at(WorkStep::Writing, copied, total);
    let archive = app.tiles.replace(&app.store, &file_name, &mut pieces, total, &progress)?;
    for upload in uploads {
        app.uploads.remove(upload);
    }
    Ok(archive)
}

pub(super) fn remove(app: Ask<'_>, _: Nothing) -> Result<Nothing, Failure> {
    may_replace(app)?;
    app.tiles.remove(&app.store)?;
    Ok(Nothing {})
}

/// A device's map is its holder's own; the office's is everybody's.
fn may_replace(app: Ask<'_>) -> Result<(), ApiError> {
    match app.host() {
        Host::Device => Ok(()),
        Host::Office => app.needs(Permission::ManageLedger),
    }
}
