//! Work of devices that is held because its author lacked the right for it: a lead lets it in or refuses it.

use domain::{GridUnit, Scope, SiteId};
use store::{HeldChangeRow, HeldRow, HeldStatus, Reader, Refusal, Rights, Writer};
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
            if accept {
                vouched(&app, writer, &work)?;
            }
            writer.judge_held(&work, accept, &comment)?.map_err(unfit)?;
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

/// What somebody may not do themselves they do not let in either.
fn vouched(app: &Ask<'_>, writer: &Writer<'_>, work: &HeldRow) -> Result<(), Failure> {
    // Within what they are responsible for, which was asked before.
    let scope = Scope::new(vec![work.grid.clone()]);
    let rights = Rights { role: app.role(), scope: &scope, names: &[] };
    if let Some(reason) = writer.held_complaint(work, &rights)?.map_err(unfit)? {
        let message = format!("you may not do this yourself, so you cannot let it in: {}", reason.as_str());
        return Err(ApiError::new(ErrorCode::Forbidden, message).because("held_beyond").into());
    }
    Ok(())
}

fn unfit(refusal: Refusal) -> ApiError {
    let message = format!("this work cannot be put on record: {}", refusal.code());
    ApiError::new(ErrorCode::Changed, message).because("held_unfit")
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
