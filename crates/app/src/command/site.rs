//! Sites and their dossiers.

use chrono::{DateTime, Utc};
use domain::problem::day_in_china;
use domain::{Dossier, GridLevel, InspectionSource, Position, SiteField, SiteFields, SiteKind};
use store::{DossierWrite, Reader, SiteRow, stored_position};
use wire::message::{
    ChooseValue, Count, DossierView, EditSite, FieldEdit, ListSites, OneSite, PhotoView, ProblemView,
    RegisterSite, SiteFilter, SitePage, SiteSummary, VisitWhereabouts,
};
use wire::{ApiError, ErrorCode};

use super::grid::{known, path};
use super::place::whereabouts;
use super::text::{Limit, clean, credit_code, required};
use crate::App;
use crate::error::{Failure, not_found};

pub(super) const MOST_ROWS: u32 = 500;

pub(super) fn list(app: &App, request: ListSites) -> Result<SitePage, Failure> {
    let ListSites { filter, after, limit } = request;
    let now = app.now();
    app.store.read(|reader| {
        let page = reader.sites(&filter, day_in_china(now), after.as_deref(), limit.clamp(1, MOST_ROWS))?;
        Ok(SitePage {
            sites: page.sites.into_iter().map(|site| summary(site, now)).collect(),
            next: page.next,
        })
    })
}

pub(super) fn count(app: &App, filter: SiteFilter) -> Result<Count, Failure> {
    let today = day_in_china(app.now());
    app.store.read(|reader| Ok(Count { count: reader.count_sites(&filter, today)? }))
}

pub(super) fn dossier(app: &App, request: OneSite) -> Result<DossierView, Failure> {
    let now = app.now();
    app.store.read(|reader| {
        let dossier = reader.dossier(request.site)?.ok_or_else(|| not_found("site"))?;
        let row = reader.site(request.site)?.ok_or_else(|| not_found("site"))?;
        view(reader, dossier, summary(row, now))
    })
}

fn view(reader: &Reader<'_>, dossier: Dossier, summary: SiteSummary) -> Result<DossierView, Failure> {
    let problems = dossier
        .problems
        .iter()
        .map(|problem| ProblemView { problem: problem.clone(), stage: dossier.stage(problem) })
        .collect();
    let Dossier {
        id,
        read_only,
        registered_at,
        registered_by,
        fields,
        conflicts,
        inspections,
        decisions,
        completions,
        problems: _,
        stage_changes,
        photos,
    } = dossier;
    let photos = photos
        .into_iter()
        .map(|photo| {
            let file = reader.photo_known(&photo.hash)?;
            Ok(PhotoView {
                present: file.is_some_and(|file| !file.removed),
                thumbnail: reader.has_thumbnail(&photo.hash)?,
                stored: file.is_some_and(|file| file.stored),
                photo,
            })
        })
        .collect::<Result<_, Failure>>()?;
    let site = fields.position.map(|position| position.place);
    let whereabouts = inspections
        .iter()
        .filter_map(|inspection| Some((inspection.id, inspection.position?)))
        .map(|(inspection, position)| {
            let (whereabouts, path) = whereabouts(reader, &position, site, &fields.grid)?;
            Ok(VisitWhereabouts { inspection, whereabouts, path })
        })
        .collect::<Result<_, Failure>>()?;
    Ok(DossierView {
        id,
        read_only,
        registered_at,
        registered_by,
        path: path(reader, &fields.grid)?,
        fields,
        summary,
        conflicts,
        inspections,
        decisions,
        completions,
        problems,
        stage_changes,
        photos,
        whereabouts,
        unsent_changes: reader.unsent_of(id)?,
    })
}

pub(super) fn register(app: &App, request: RegisterSite) -> Result<OneSite, Failure> {
    let RegisterSite { id, fields, draft } = request;
    let author = app.author("sites.register")?;
    let fields = checked(fields)?;
    app.store.write(|writer| {
        if fields.grid.level() != GridLevel::Village {
            return Err(ApiError::invalid("grid", "a site belongs to a village")
                .because("not_a_village")
                .into());
        }
        known(writer, &fields.grid)?;
        writer.edit_dossier::<Failure>(id, &author, |before| match before {
            // Pressed twice, or sent again: it is on record.
            Some(_) => Ok(Vec::new()),
            None => Ok(registration(&fields, author.at, &author.person)),
        })?;
        if let Some(draft) = draft {
            writer.discard_draft(draft)?;
        }
        Ok(OneSite { site: id })
    })
}

/// The writes that put a site on record.
pub(crate) fn registration(fields: &SiteFields, at: DateTime<Utc>, by: &str) -> Vec<DossierWrite> {
    let mut writes = vec![DossierWrite::Register { grid: fields.grid.clone(), at, by: by.to_owned() }];
    for field in SiteField::ALL {
        let value = stored(fields, *field);
        if !value.is_empty() {
            writes.push(DossierWrite::SetField(*field, value));
        }
    }
    writes
}

/// A field as it stands in a document.
pub(crate) fn stored(fields: &SiteFields, field: SiteField) -> String {
    match field {
        SiteField::Kind => fields.kind.as_str().to_owned(),
        SiteField::Position => fields.position.as_ref().map(stored_position).unwrap_or_default(),
        SiteField::Source => fields.source.map(|source| source.as_str().to_owned()).unwrap_or_default(),
        _ => fields.text(field).unwrap_or_default().to_owned(),
    }
}

fn checked(mut fields: SiteFields) -> Result<SiteFields, ApiError> {
    for field in SiteField::ALL {
        if let Some(text) = fields.text_mut(*field) {
            *text = checked_value(*field, text)?;
        }
    }
    Ok(fields)
}

/// A new value for a field, as it is kept.
fn checked_value(field: SiteField, value: &str) -> Result<String, ApiError> {
    let name = field.as_str();
    let unknown = |error: &dyn std::fmt::Display| ApiError::invalid(name, error.to_string());
    match field {
        SiteField::Name => required(name, value, Limit::Line),
        SiteField::CreditCode => credit_code(value),
        SiteField::Remark => clean(name, value, Limit::Paragraphs),
        SiteField::Kind => {
            value.parse().map(|kind: SiteKind| kind.to_string()).map_err(|error| unknown(&error))
        }
        SiteField::Source | SiteField::Position if value.is_empty() => Ok(String::new()),
        SiteField::Source => {
            value.parse().map(|source: InspectionSource| source.to_string()).map_err(|error| unknown(&error))
        }
        SiteField::Position => serde_json::from_str::<Position>(value)
            .map(|position| stored_position(&position))
            .map_err(|error| unknown(&error).because("position_out_of_range")),
        _ => clean(name, value, Limit::Line),
    }
}

pub(super) fn edit(app: &App, request: EditSite) -> Result<OneSite, Failure> {
    let EditSite { site, edits } = request;
    let author = app.author("sites.edit")?;
    let edits = edits
        .into_iter()
        .map(|FieldEdit { field, was, value }| Ok((field, was, checked_value(field, &value)?)))
        .collect::<Result<Vec<_>, ApiError>>()?;
    app.store.write(|writer| {
        writer.edit_dossier::<Failure>(site, &author, |before| {
            let before = writable(before)?;
            let mut writes = Vec::new();
            for (field, was, value) in edits {
                let now = stored(&before.fields, field);
                if now == value {
                    continue;
                }
                let several = before.conflicts.iter().any(|conflict| conflict.field == field);
                if several || !is_same(field, &was, &now) {
                    return Err(changed(field).into());
                }
                writes.push(DossierWrite::SetField(field, value));
            }
            Ok(writes)
        })?;
        Ok(OneSite { site })
    })
}

/// Whether a person who saw `was` saw what is on record. Positions are written differently by different programs.
fn is_same(field: SiteField, was: &str, now: &str) -> bool {
    let position = |text: &str| serde_json::from_str::<Position>(text).ok();
    was == now || (field == SiteField::Position && position(was).is_some() && position(was) == position(now))
}

fn changed(field: SiteField) -> ApiError {
    let message = format!("somebody else changed {field} meanwhile; look at it again");
    ApiError { field: Some(field.as_str().to_owned()), ..ApiError::new(ErrorCode::Changed, message) }
}

pub(super) fn choose_value(app: &App, request: ChooseValue) -> Result<OneSite, Failure> {
    let ChooseValue { site, field, key } = request;
    let author = app.author("sites.choose_value")?;
    app.store.write(|writer| {
        writer.edit_dossier::<Failure>(site, &author, |before| {
            writable(before)?;
            Ok(vec![DossierWrite::ChooseValue(field, key)])
        })?;
        Ok(OneSite { site })
    })
}

/// The dossier, which must be on record and of a version that can be written.
pub(crate) fn writable(before: Option<&Dossier>) -> Result<&Dossier, ApiError> {
    match before {
        None => Err(not_found("site")),
        Some(dossier) if dossier.read_only => Err(ApiError::new(
            ErrorCode::ReadOnly,
            "this dossier was written by a newer version and can only be looked at",
        )),
        Some(dossier) => Ok(dossier),
    }
}

fn summary(site: SiteRow, now: DateTime<Utc>) -> SiteSummary {
    let standing = site.standing();
    let SiteRow { id, row, conflict, last_inspection_at } = site;
    SiteSummary {
        id,
        grid: row.village_code,
        village: row.village,
        name: row.name,
        industry: row.industry,
        operator: row.operator,
        telephone: row.telephone,
        address: row.address,
        place: row.place,
        verdict: standing.verdict,
        done: standing.done,
        deadline: standing.deadline,
        days_overdue: standing.days_overdue(now),
        open_problems: standing.open_problems,
        photos: row.photos,
        conflict,
        last_inspection_at,
    }
}
