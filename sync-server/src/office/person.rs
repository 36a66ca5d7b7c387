//! People, as the console manages them.

use domain::{Role, Scope};
use uuid::Uuid;
use wire::ApiError;
use wire::message::{AddPerson, ChangePerson, Nothing, OnePerson, PersonInfo, SignInLink};

use super::right::{manages, must_be_another, must_manage, sees};
use super::{Asking, line, not_found};
use crate::access::{CODE_LIFE, Person, PersonChange, PersonRow};
use crate::http::{State, access_error};

pub(super) fn list(state: &State, asking: &Asking) -> Result<Vec<PersonInfo>, ApiError> {
    let people = state.access.people_listed().map_err(access_error)?;
    let seen = people.into_iter().filter(|row| sees(&asking.person, &row.person));
    seen.map(|row| info(state, asking, row)).collect()
}

pub(super) fn add(state: &State, asking: &Asking, request: AddPerson) -> Result<PersonInfo, ApiError> {
    let AddPerson { name, role, grids } = request;
    let name = line("name", &name)?;
    let scope = given(state, asking, role, grids)?;
    let person = state.access.add_person(&name, role, scope, state.now()).map_err(access_error)?;
    tracing::info!(target: "access", by = %asking.person.id, person = %person.id, %role, "somebody was added");
    one(state, asking, person.id)
}

pub(super) fn change(state: &State, asking: &Asking, request: ChangePerson) -> Result<PersonInfo, ApiError> {
    let ChangePerson { id, name, role, grids } = request;
    managed(state, asking, id)?;
    let name = line("name", &name)?;
    let scope = given(state, asking, role, grids)?;
    let change = PersonChange { name: Some(name), role: Some(role), scope: Some(scope) };
    state.access.change_person(id, change).map_err(access_error)?;
    tracing::info!(target: "access", by = %asking.person.id, person = %id, %role, "somebody was changed");
    one(state, asking, id)
}

pub(super) fn remove(state: &State, asking: &Asking, request: &OnePerson) -> Result<Nothing, ApiError> {
    managed(state, asking, request.id)?;
    state.access.remove_person(request.id, state.now()).map_err(access_error)?;
    tracing::info!(target: "access", by = %asking.person.id, person = %request.id, "somebody was removed");
    Ok(Nothing {})
}

pub(super) fn sign_in_link(
    state: &State,
    asking: &Asking,
    request: &OnePerson,
) -> Result<SignInLink, ApiError> {
    must_be_another(&asking.person, request.id)?;
    let person = managed(state, asking, request.id)?;
    let now = state.now();
    let code = state.access.new_sign_in_code(person.id, now).map_err(access_error)?;
    tracing::info!(target: "access", by = %asking.person.id, person = %person.id, "a sign-in link was made");
    let url = format!("{}/sign-in?code={code}", state.public_address.trim_end_matches('/'));
    Ok(SignInLink { url, expires_at: now + CODE_LIFE })
}

/// The scope that is given to somebody of this role, which must be within what whoever gives it has.
fn given(
    state: &State,
    asking: &Asking,
    role: Role,
    grids: Vec<domain::GridCode>,
) -> Result<Option<Scope>, ApiError> {
    let scope = state.scope(grids)?;
    if scope.is_none() && role != Role::Admin {
        let message = "say for which grid units; only an administrator may be responsible for all";
        return Err(ApiError::invalid("grids", message).because("missing"));
    }
    must_manage(&asking.person, role, scope.as_ref())?;
    Ok(scope)
}

/// Somebody whom whoever asks may change.
fn managed(state: &State, asking: &Asking, id: Uuid) -> Result<Person, ApiError> {
    let person = seen(state, asking, id)?;
    must_manage(&asking.person, person.role, person.scope.as_ref())?;
    Ok(person)
}

/// Somebody whom whoever asks may change, or themselves.
pub(super) fn theirs(state: &State, asking: &Asking, id: Uuid) -> Result<Person, ApiError> {
    if id == asking.person.id { seen(state, asking, id) } else { managed(state, asking, id) }
}

/// Somebody whom whoever asks sees; others do not exist for them.
fn seen(state: &State, asking: &Asking, id: Uuid) -> Result<Person, ApiError> {
    let person = state.access.person(id).map_err(access_error)?;
    person.filter(|person| sees(&asking.person, person)).ok_or_else(|| not_found("person"))
}

fn one(state: &State, asking: &Asking, id: Uuid) -> Result<PersonInfo, ApiError> {
    let people = state.access.people_listed().map_err(access_error)?;
    let row = people.into_iter().find(|row| row.person.id == id).ok_or_else(|| not_found("person"))?;
    info(state, asking, row)
}

fn info(state: &State, asking: &Asking, row: PersonRow) -> Result<PersonInfo, ApiError> {
    let PersonRow { person, has_password, devices, seen_at } = row;
    let changeable = manages(&asking.person, person.role, person.scope.as_ref());
    let scope = state.units(person.scope.as_ref())?;
    let Person { id, name, role, scope: _ } = person;
    Ok(PersonInfo { id, name, role, scope, has_password, devices, seen_at, changeable })
}
