//! Work of devices that is held because its author lacked the right for it: a lead lets it in or refuses it.

use domain::{GridUnit, SiteId};
use store::{HeldChangeRow, HeldRow, HeldStatus, Reader};
use wire::message::{HeldChange, HeldState, HeldWork, JudgeHeld, ListHeld};
use wire::sync::DocumentKind;
use wire::{ApiError, ErrorCode};

use super::text::{Limit, clean, required};
use crate::app::Ask;
use crate::error::{Failure, not_found};
use crate::office::follow_up;

pub(super) fn list(app: Ask<'_>, request: ListHeld) -> Result<Vec<HeldWork>, Failure> {
    app.store.read(|reader| reader.held(request.waiting)?.into_iter().map(|row| view(reader, row)).collect())
}

pub(super) fn judge(app: Ask<'_>, request: JudgeHeld) -> Result<HeldWork, Failure> {
    let JudgeHeld { id, accept, comment } = request;
    let comment = if accept {
        clean("comment", &comment, Limit::Paragraphs)?
    } else {
        required("comment", &comment, Limit::Paragraphs)?
    };
    app.store.write(|writer| {
        let work = writer.held_work(id)?.ok_or_else(|| not_found("work"))?;
        app.within(&work.grid)?;
        let wanted = if accept { HeldStatus::Accepted } else { HeldStatus::Refused };
        if work.state == HeldStatus::Waiting {
            if let Err(refusal) = writer.judge_held(&work, accept, &comment)? {
                let message = format!("this work cannot be put on record: {}", refusal.code());
                return Err(ApiError::new(ErrorCode::Changed, message).because("held_unfit").into());
            }
            if accept && work.kind == DocumentKind::Dossier {
                follow_up(writer, &[SiteId(work.document)], app.now())?;
            }
        } else if work.state != wanted {
            let message = "somebody else decided on this meanwhile; look at it again";
            return Err(ApiError::new(ErrorCode::Changed, message).because("held_judged").into());
        }
        view(writer, writer.held_work(id)?.ok_or_else(|| not_found("work"))?)
    })
}

fn view(reader: &Reader<'_>, row: HeldRow) -> Result<HeldWork, Failure> {
    let HeldRow {
        id,
        document,
        kind,
        grid,
        install: _,
        person,
        role,
        device,
        reason,
        arrived_at,
        state,
        comment,
        changes,
    } = row;
    let site = match kind {
        DocumentKind::Dossier => reader.site(SiteId(document))?,
        DocumentKind::County | DocumentKind::Task => None,
    };
    let unit = reader.unit(&grid)?.map(|GridUnit { name, .. }| name).unwrap_or_default();
    let (site, name) = match site {
        Some(site) => (Some(site.id), site.row.name),
        None => (None, String::new()),
    };
    let state = match state {
        HeldStatus::Waiting => HeldState::Waiting,
        HeldStatus::Accepted => HeldState::Accepted,
        HeldStatus::Refused => HeldState::Refused,
    };
    let changes = changes.into_iter().map(|HeldChangeRow { command, by, at, facts, .. }| HeldChange {
        command,
        at,
        by,
        facts,
    });
    let changes = changes.collect();
    Ok(HeldWork {
        id,
        site,
        name,
        grid,
        unit,
        person,
        role,
        device,
        reason,
        changes,
        arrived_at,
        state,
        comment,
    })
}
