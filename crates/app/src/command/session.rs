//! Who is asking, and the long piece of work that may be running.

use domain::GridLevel;
use wire::message::{Host, Nothing, Rename, Session, WorkProgress};

use super::text::{Limit, clean};
use crate::App;
use crate::app::{PERSON, SCOPE};
use crate::error::Failure;
use crate::upload::UPLOAD_LIMIT;

pub(super) fn get(app: &App, _: Nothing) -> Result<Session, Failure> {
    app.store.read(|reader| {
        let scope = match app.host() {
            Host::Device => {
                let codes = reader.setting(SCOPE)?.unwrap_or_default();
                codes.split(',').filter_map(|code| code.parse().ok()).collect()
            }
            // The office answers for every county that it knows.
            Host::Office => {
                let units = reader.units()?.into_iter().map(|unit| unit.code);
                units.filter(|code| code.level() == GridLevel::County).collect()
            }
        };
        Ok(Session {
            host: app.host(),
            person: reader.setting(PERSON)?.unwrap_or_default(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            scope,
            upload_limit: UPLOAD_LIMIT,
        })
    })
}

pub(super) fn rename(app: &App, request: Rename) -> Result<Session, Failure> {
    let person = clean("person", &request.person, Limit::Line)?;
    app.store.write::<_, Failure>(|writer| Ok(writer.set_setting(PERSON, &person)?))?;
    get(app, Nothing {})
}

pub(super) fn progress(app: &App, _: Nothing) -> Result<Option<WorkProgress>, Failure> {
    Ok(app.work.progress())
}

pub(super) fn cancel(app: &App, _: Nothing) -> Result<Nothing, Failure> {
    app.work.cancel();
    Ok(Nothing {})
}
