//! Forms that were begun and not finished. They are on the disk before the screen says that they are.

use chrono::SubsecRound as _;
use domain::SiteId;
use store::{DraftRow, Reader};
use uuid::Uuid;
use wire::ApiError;
use wire::message::{AttachedPhoto, Draft, DraftKind, Nothing, OneDraft, SaveDraft};

use crate::app::Ask;
use crate::error::{Failure, not_found};

/// The most that a form may hold, in bytes.
const BODY_LIMIT: usize = 256 << 10;

pub(super) fn save(app: Ask<'_>, request: SaveDraft) -> Result<Draft, Failure> {
    let SaveDraft { id, kind, site, body } = request;
    if body.len() > BODY_LIMIT {
        let message = format!("the form has {} bytes; at most {BODY_LIMIT} are kept", body.len());
        return Err(ApiError::invalid("body", message).because("too_long").into());
    }
    let saved_at = app.now().trunc_subsecs(3);
    let row = DraftRow {
        id,
        kind: kind_word(kind).to_owned(),
        site,
        body,
        saved_at,
        owner: app.owner().to_owned(),
    };
    app.store.write(|writer| {
        if writer.draft(id)?.is_some_and(|known| !is_own(app, &known)) {
            return Err(not_found("draft").into());
        }
        writer.save_draft(&row)?;
        view(writer, row)
    })
}

pub(super) fn get(app: Ask<'_>, request: OneDraft) -> Result<Draft, Failure> {
    app.store.read(|reader| {
        let row =
            reader.draft(request.id)?.filter(|row| is_own(app, row)).ok_or_else(|| not_found("draft"))?;
        view(reader, row)
    })
}

pub(super) fn list(app: Ask<'_>, _: Nothing) -> Result<Vec<Draft>, Failure> {
    app.store.read(|reader| {
        reader.drafts()?.into_iter().filter(|row| is_own(app, row)).map(|row| view(reader, row)).collect()
    })
}

pub(super) fn discard(app: Ask<'_>, request: OneDraft) -> Result<Nothing, Failure> {
    app.store.write::<_, Failure>(|writer| {
        // Thrown away twice is thrown away.
        if writer.draft(request.id)?.is_none_or(|known| is_own(app, &known)) {
            writer.discard_draft(request.id)?;
        }
        Ok(())
    })?;
    Ok(Nothing {})
}

fn is_own(app: Ask<'_>, draft: &DraftRow) -> bool {
    draft.owner.is_empty() || draft.owner == app.owner()
}

/// The photos that were attached to a form.
pub(super) fn photos(reader: &Reader<'_>, draft: Uuid) -> Result<Vec<AttachedPhoto>, Failure> {
    let rows = reader.draft_photos(draft)?;
    Ok(rows.iter().filter_map(|row| serde_json::from_str(&row.facts).ok()).collect())
}

fn view(reader: &Reader<'_>, row: DraftRow) -> Result<Draft, Failure> {
    let DraftRow { id, kind, site, body, saved_at, owner: _ } = row;
    let kind = KINDS.iter().find(|(_, word)| *word == kind).map_or(DraftKind::Inspection, |(kind, _)| *kind);
    let site_name =
        site.map(|site: SiteId| reader.site(site)).transpose()?.flatten().map(|site| site.row.name);
    Ok(Draft { id, kind, site, site_name, body, photos: photos(reader, id)?, saved_at })
}

const KINDS: &[(DraftKind, &str)] = &[
    (DraftKind::Registration, "registration"),
    (DraftKind::Inspection, "inspection"),
    (DraftKind::Step, "step"),
    (DraftKind::Paper, "paper"),
];

fn kind_word(kind: DraftKind) -> &'static str {
    KINDS.iter().find(|(other, _)| *other == kind).map_or("inspection", |(_, word)| word)
}
