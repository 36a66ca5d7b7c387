//! What only the office answers: people, devices, and the account of whoever is signed in. The list of who may reach the
//! server is not the replica's, so these bodies stand here and not beside those of the application.
//!
//! Who did what is in the log under the target `access`, by ids: names are for screens.

mod account;
mod bundle;
mod device;
mod invitation;
mod person;
mod right;

use app::Caller;
use chrono::{DateTime, Utc};
use domain::{GridCode, GridUnit, Permission, Scope};
use store::StoreError;
use uuid::Uuid;
use wire::message::*;
use wire::{ApiError, ErrorCode, OfficeCommands};

use crate::access::{Person, Session};
use crate::http::State;

pub(crate) use invitation::{Server, drawn};

/// Who asks at the console.
#[derive(Debug)]
pub struct Asking {
    /// Who they are.
    pub person: Person,
    /// By which session.
    pub session: Uuid,
    /// Whether they signed in by a link a short while ago.
    pub fresh_by_link: bool,
    /// The same, as the application knows them.
    pub caller: Caller,
}

impl Asking {
    /// Whoever has this session.
    pub fn new(session: Session) -> Self {
        let Session { id, person, fresh_by_link } = session;
        Self { caller: person.caller(), person, session: id, fresh_by_link }
    }
}

impl OfficeCommands for State {
    type Caller = Asking;

    fn permits(&self, caller: &Asking, permission: Permission) -> bool {
        caller.person.role.may(permission)
    }

    fn account_get(&self, caller: &Asking, _: Nothing) -> Result<Account, ApiError> {
        account::get(self, caller)
    }

    fn account_change_password(&self, caller: &Asking, request: ChangePassword) -> Result<Account, ApiError> {
        account::change_password(self, caller, &request)
    }

    fn account_end_session(&self, caller: &Asking, request: EndSession) -> Result<Account, ApiError> {
        account::end_session(self, caller, &request)
    }

    fn people_list(&self, caller: &Asking, _: Nothing) -> Result<Vec<PersonInfo>, ApiError> {
        person::list(self, caller)
    }

    fn people_add(&self, caller: &Asking, request: AddPerson) -> Result<PersonInfo, ApiError> {
        person::add(self, caller, request)
    }

    fn people_change(&self, caller: &Asking, request: ChangePerson) -> Result<PersonInfo, ApiError> {
        person::change(self, caller, request)
    }

    fn people_remove(&self, caller: &Asking, request: OnePerson) -> Result<Nothing, ApiError> {
        person::remove(self, caller, &request)
    }

    fn people_sign_in_link(&self, caller: &Asking, request: OnePerson) -> Result<SignInLink, ApiError> {
        person::sign_in_link(self, caller, &request)
    }

    fn devices_list(&self, caller: &Asking, _: Nothing) -> Result<Devices, ApiError> {
        device::list(self, caller)
    }

    fn devices_invite(&self, caller: &Asking, request: InviteDevice) -> Result<Invited, ApiError> {
        device::invite(self, caller, request)
    }

    fn devices_withdraw(&self, caller: &Asking, request: OneInvitation) -> Result<Devices, ApiError> {
        device::withdraw(self, caller, &request)
    }

    fn devices_revoke(&self, caller: &Asking, request: RevokeDevice) -> Result<DeviceInfo, ApiError> {
        device::revoke(self, caller, &request)
    }

    fn bundle_take(&self, caller: &Asking, request: TakeBundle) -> Result<TakenBundle, ApiError> {
        bundle::take(self, caller, request)
    }
}

impl State {
    fn now(&self) -> DateTime<Utc> {
        self.app.now()
    }

    /// A scope as a screen shows it: units with their names; none for all.
    fn units(&self, scope: Option<&Scope>) -> Result<Vec<GridUnit>, ApiError> {
        let codes = scope.map(Scope::codes).unwrap_or_default();
        let read = self.app.store().read::<_, StoreError>(|reader| {
            let named = |code: &GridCode| {
                let unit = reader.unit(code)?;
                Ok(unit.unwrap_or_else(|| GridUnit { code: code.clone(), name: code.to_string() }))
            };
            codes.iter().map(named).collect()
        });
        read.map_err(app::to_api_error)
    }

    /// The scope of these units, which must be known; `None` of none.
    fn scope(&self, grids: Vec<GridCode>) -> Result<Option<Scope>, ApiError> {
        let unknown = self.app.store().read::<_, StoreError>(|reader| {
            for code in &grids {
                if reader.unit(code)?.is_none() {
                    return Ok(Some(code.clone()));
                }
            }
            Ok(None)
        });
        if let Some(code) = unknown.map_err(app::to_api_error)? {
            let message = format!("{code} is in no list of divisions that was imported");
            let error = ApiError::new(ErrorCode::UnknownGrid, message);
            return Err(ApiError { field: Some("grids".to_owned()), ..error });
        }
        Ok((!grids.is_empty()).then(|| Scope::new(grids)))
    }
}

/// The name of a person or a device.
///
/// # Errors
/// When it is no line of 1 to 60 characters.
fn line(field: &str, text: &str) -> Result<String, ApiError> {
    crate::access::line(text).map_err(|refusal| {
        let reason = if text.trim().is_empty() { "missing" } else { "too_long" };
        ApiError::invalid(field, refusal.to_string()).because(reason)
    })
}

fn not_found(what: &str) -> ApiError {
    ApiError::new(ErrorCode::NotFound, format!("this {what} does not exist"))
}
