//! Sites and their dossiers.

use chrono::{DateTime, Utc};
use domain::problem::day_in_china;
use domain::{Dossier, GridLevel, InspectionSource, Position, SiteField, SiteFields, SiteKind};
use store::{DossierWrite, SiteRow, stored_field as stored, stored_position};
use wire::message::{
    ChooseValue, Count, EditSite, FieldEdit, ListSites, OneSite, RegisterSite, SiteFilter, SitePage,
    SiteSummary,
};
use wire::{ApiError, ErrorCode};

use super::grid::known;
use super::place::checked as checked_position;
use super::text::{Limit, clean, credit_code, required};
use crate::app::Ask;
use crate::error::{Failure, not_found};

pub(super) const MOST_ROWS: u32 = 500;

pub(super) fn list(app: Ask<'_>, request: ListSites) -> Result<SitePage, Failure> {
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

pub(super) fn count(app: Ask<'_>, filter: SiteFilter) -> Result<Count, Failure> {
    let today = day_in_china(app.now());
    app.store.read(|reader| Ok(Count { count: reader.count_sites(&filter, today)? }))
}

pub(super) fn register(app: Ask<'_>, request: RegisterSite) -> Result<OneSite, Failure> {
    let RegisterSite { id, fields, draft } = request;
    let author = app.author("sites.register");
    let fields = checked(fields)?;
    app.store.write(|writer| {
        if fields.grid.level() != GridLevel::Village {
            return Err(ApiError::invalid("grid", "a site belongs to a village")
                .because("not_a_village")
                .into());
        }
        known(writer, &fields.grid)?;
        app.within(&fields.grid)?;
        app.edit_dossier(writer, id, &author, |before| match before {
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

fn checked(mut fields: SiteFields) -> Result<SiteFields, ApiError> {
    for field in SiteField::ALL {
        if let Some(text) = fields.text_mut(*field) {
            *text = checked_value(*field, text)?;
        }
    }
    if let Some(position) = &fields.position {
        checked_position(SiteField::Position.as_str(), position)?;
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
        SiteField::Position => {
            let position = serde_json::from_str::<Position>(value)
                .map_err(|error| unknown(&error).because("position_out_of_range"))?;
            checked_position(name, &position)?;
            Ok(stored_position(&position))
        }
        _ => clean(name, value, Limit::Line),
    }
}

pub(super) fn edit(app: Ask<'_>, request: EditSite) -> Result<OneSite, Failure> {
    let EditSite { site, edits } = request;
    let author = app.author("sites.edit");
    let edits = edits
        .into_iter()
        .map(|FieldEdit { field, was, value }| Ok((field, was, checked_value(field, &value)?)))
        .collect::<Result<Vec<_>, ApiError>>()?;
    app.store.write(|writer| {
        app.edit_dossier(writer, site, &author, |before| {
            let before = writable(before)?;
            app.within(&before.fields.grid)?;
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

pub(super) fn choose_value(app: Ask<'_>, request: ChooseValue) -> Result<OneSite, Failure> {
    let ChooseValue { site, field, key } = request;
    let author = app.author("sites.choose_value");
    app.store.write(|writer| {
        app.edit_dossier(writer, site, &author, |before| {
            app.within(&writable(before)?.fields.grid)?;
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

pub(super) fn summary(site: SiteRow, now: DateTime<Utc>) -> SiteSummary {
    let standing = site.standing();
    let SiteRow { id, row, conflict, recheck_on, relapsed, alerts, plan_percent, last_inspection_at } = site;
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
        recheck_on,
        relapsed,
        alerts,
        plan_percent,
        last_inspection_at,
    }
}
