//! Devices and their invitations, as the console manages them.

use domain::Scope;
use wire::message::*;
use wire::sync::DeviceReport;
use wire::{ApiError, ErrorCode};

use super::invitation::{Server, drawn};
use super::person::theirs;
use super::right::{manages, sees};
use super::{Asking, line, not_found};
use crate::access::{DeviceRow, InvitationRow, NewInvitation, Person, Revoked};
use crate::http::{State, access_error};

pub(super) fn list(state: &State, asking: &Asking) -> Result<Devices, ApiError> {
    let devices = state.access.devices().map_err(access_error)?;
    let seen = devices.into_iter().filter(|row| sees(&asking.person, &row.person));
    let devices = seen.map(|row| info(state, asking, row)).collect::<Result<_, _>>()?;
    let people = state.access.people().map_err(access_error)?;
    let invitations = state.access.invitations(state.now()).map_err(access_error)?;
    let open = |row: InvitationRow| {
        let InvitationRow { id, person, device, made_at, expires_at } = row;
        let person = people.iter().find(|known| known.id == person)?;
        let open = OpenInvitation { id, person_name: person.name.clone(), device, made_at, expires_at };
        sees(&asking.person, person).then_some(open)
    };
    Ok(Devices { devices, invitations: invitations.into_iter().filter_map(open).collect() })
}

pub(super) fn invite(state: &State, asking: &Asking, request: InviteDevice) -> Result<Invited, ApiError> {
    let InviteDevice { person, device, grids, address } = request;
    let person = theirs(state, asking, person)?;
    let device = line("device", &device)?;
    let scope = state.scope(grids)?;
    within(&person, scope.as_ref())?;
    let server = Server::of(state);
    let address = address.filter(|address| !address.trim().is_empty());
    let address = address.map_or(Ok(server.address.clone()), |address| server.checked(&address))?;
    let new = NewInvitation { person: person.id, device: &device, scope: scope.as_ref() };
    let (id, code, expires_at) = state.access.invite(new, state.now()).map_err(access_error)?;
    tracing::info!(
        target: "access",
        by = %asking.person.id, person = %person.id, invitation = %id, "a device was invited"
    );
    let invitation = server.invitation(address.clone(), code);
    let (url, typed) = (invitation.to_url(), invitation.to_typed());
    let qr = drawn(&url)?;
    let addresses = server.others(&address);
    Ok(Invited { id, url, qr, typed, address, addresses, expires_at })
}

/// That a device is kept to units of its person.
///
/// # Errors
/// When one lies outside.
fn within(person: &Person, scope: Option<&Scope>) -> Result<(), ApiError> {
    match scope {
        Some(scope) if !person.covers(Some(scope)) => {
            let message = "these grid units are outside of what the device's person is responsible for";
            let error = ApiError::new(ErrorCode::Forbidden, message).because("scope");
            Err(ApiError { field: Some("grids".to_owned()), ..error })
        }
        _ => Ok(()),
    }
}

pub(super) fn withdraw(state: &State, asking: &Asking, request: &OneInvitation) -> Result<Devices, ApiError> {
    let open = state.access.invitations(state.now()).map_err(access_error)?;
    let invitation = open.into_iter().find(|row| row.id == request.id);
    let person = invitation.ok_or_else(|| not_found("invitation"))?.person;
    theirs(state, asking, person)?;
    if !state.access.withdraw(request.id).map_err(access_error)? {
        return Err(not_found("invitation"));
    }
    tracing::info!(target: "access", by = %asking.person.id, invitation = %request.id, "an invitation was withdrawn");
    list(state, asking)
}

pub(super) fn revoke(state: &State, asking: &Asking, request: &RevokeDevice) -> Result<DeviceInfo, ApiError> {
    let find = || {
        let devices = state.access.devices().map_err(access_error)?;
        let device =
            devices.into_iter().find(|row| row.id == request.id && sees(&asking.person, &row.person));
        device.ok_or_else(|| not_found("device"))
    };
    if !changeable(asking, &find()?.person) {
        let message = "the person of this device is beyond what you may manage";
        return Err(ApiError::new(ErrorCode::Forbidden, message).because("role_beyond"));
    }
    state.access.revoke_device(request.id, request.erase, state.now()).map_err(access_error)?;
    tracing::info!(
        target: "access",
        by = %asking.person.id, device = %request.id, erase = request.erase, "a device was revoked"
    );
    info(state, asking, find()?)
}

/// Everybody may manage their own devices who may manage any.
fn changeable(asking: &Asking, person: &Person) -> bool {
    person.id == asking.person.id || manages(&asking.person, person.role, person.scope.as_ref())
}

fn info(state: &State, asking: &Asking, row: DeviceRow) -> Result<DeviceInfo, ApiError> {
    let changeable = changeable(asking, &row.person);
    let DeviceRow { id, name, person, scope, revoked, added_at, last_sync_at, report } = row;
    let DeviceReport {
        version,
        key: _,
        pending_changes,
        pending_photos,
        missing_photos,
        used_bytes,
        free_bytes,
        verified_at,
    } = report;
    Ok(DeviceInfo {
        id,
        name,
        person: person.id,
        person_name: person.name,
        role: person.role,
        scope: state.units(scope.as_ref())?,
        state: revoked.map_or(DeviceState::Active, state_of),
        added_at,
        revoked_at: revoked.map(|revoked| revoked.at),
        last_sync_at,
        verified_at,
        version,
        pending_changes,
        pending_photos,
        missing_photos,
        used_bytes,
        free_bytes,
        changeable,
    })
}

fn state_of(revoked: Revoked) -> DeviceState {
    match revoked {
        Revoked { erased_at: Some(_), .. } => DeviceState::Erased,
        Revoked { erase: true, .. } => DeviceState::Erasing,
        Revoked { erase: false, .. } => DeviceState::Revoked,
    }
}
