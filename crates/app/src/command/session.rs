//! Who is asking, and the long piece of work that may be running.

use domain::GridLevel;
use wire::message::{Host, Nothing, Rename, Session, WorkProgress};

use wire::{ApiError, ErrorCode};

use super::text::{Limit, clean};
use crate::app::Ask;
use crate::app::{PERSON, ROLE, SCOPE};
use crate::error::Failure;
use crate::upload::UPLOAD_LIMIT;

pub(super) fn get(app: Ask<'_>, _: Nothing) -> Result<Session, Failure> {
    app.store.read(|reader| {
        let scope = match (app.host(), &app.caller.scope) {
            (Host::Device, _) => {
                let codes = reader.setting(SCOPE)?.unwrap_or_default();
                codes.split(',').filter_map(|code| code.parse().ok()).collect()
            }
            (Host::Office, Some(scope)) => scope.codes().to_vec(),
            // All that the office knows.
            (Host::Office, None) => {
                let units = reader.units()?.into_iter().map(|unit| unit.code);
                units.filter(|code| code.level() == GridLevel::County).collect()
            }
        };
        Ok(Session {
            host: app.host(),
            person: app.caller.person.clone(),
            role: app.role(),
            permissions: app.role().permissions().to_vec(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            scope,
            upload_limit: UPLOAD_LIMIT,
        })
    })
}

pub(super) fn rename(app: Ask<'_>, request: Rename) -> Result<Session, Failure> {
    let person = clean("person", &request.person, Limit::Line)?;
    app.store.write::<_, Failure>(|writer| {
        // The office gives the names of those who work with it.
        if app.host() == Host::Office || writer.setting(ROLE)?.is_some() {
            let message = "the office gives the name; ask whoever administers it for another";
            return Err(ApiError::new(ErrorCode::Forbidden, message).because("name_given").into());
        }
        Ok(writer.set_setting(PERSON, &person)?)
    })?;
    let caller = app.holder()?;
    get(Ask::new(app.app, &caller), Nothing {})
}

pub(super) fn progress(app: Ask<'_>, _: Nothing) -> Result<Option<WorkProgress>, Failure> {
    Ok(app.work.progress())
}

pub(super) fn cancel(app: Ask<'_>, _: Nothing) -> Result<Nothing, Failure> {
    app.work.cancel();
    Ok(Nothing {})
}
