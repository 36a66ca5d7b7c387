//! The account of whoever is signed in.

use wire::message::{Account, ChangePassword, EndSession, SessionInfo};
use wire::{ApiError, ErrorCode};

use super::{Asking, not_found};
use crate::access::{PasswordRefusal, SessionRow};
use crate::http::{State, access_error};

pub(super) fn get(state: &State, asking: &Asking) -> Result<Account, ApiError> {
    let person = &asking.person;
    let has_password = state.access.has_password(person.id).map_err(access_error)?;
    let sessions = state.access.sessions(person.id, state.now()).map_err(access_error)?;
    let info = |row: SessionRow| {
        let SessionRow { id, began_at, used_at, browser, peer } = row;
        SessionInfo { id, own: id == asking.session, began_at, used_at, browser, peer }
    };
    Ok(Account {
        id: person.id,
        name: person.name.clone(),
        role: person.role,
        has_password,
        needs_current: has_password && !asking.fresh_by_link,
        sessions: sessions.into_iter().map(info).collect(),
    })
}

pub(super) fn change_password(
    state: &State,
    asking: &Asking,
    request: &ChangePassword,
) -> Result<Account, ApiError> {
    let current = (!asking.fresh_by_link).then_some(request.current.as_str());
    let id = asking.person.id;
    state
        .access
        .set_password(id, &request.new, current, Some(asking.session), state.now())
        .map_err(refused)?;
    tracing::info!(target: "access", person = %id, "a password was set; other sessions ended");
    get(state, asking)
}

pub(super) fn end_session(state: &State, asking: &Asking, request: &EndSession) -> Result<Account, ApiError> {
    let id = asking.person.id;
    let ended = state.access.end_session(id, request.id, asking.session).map_err(access_error)?;
    if request.id.is_some() && ended == 0 {
        return Err(not_found("session"));
    }
    tracing::info!(target: "access", person = %id, ended, "sessions were ended");
    get(state, asking)
}

fn refused(refusal: PasswordRefusal) -> ApiError {
    let message = refusal.to_string();
    match refusal {
        PasswordRefusal::Length => ApiError::invalid("new", message).because("password_length"),
        PasswordRefusal::Weak => ApiError::invalid("new", message).because("password_weak"),
        PasswordRefusal::Current => ApiError::invalid("current", message).because("password_current"),
        PasswordRefusal::Wait(seconds) => {
            ApiError::new(ErrorCode::TooManyRequests, message).because(seconds.to_string())
        }
        PasswordRefusal::Access(error) => access_error(error),
    }
}
