//! Who may manage whom: nobody gives, takes or changes more than they have.

use domain::{Role, Scope};
use uuid::Uuid;
use wire::{ApiError, ErrorCode};

use crate::access::Person;

/// Whether somebody may add, change or remove somebody of this role and scope. A lead manages those who walk and those who
/// look, within their own units; an administrator everybody within theirs.
pub(super) fn manages(who: &Person, role: Role, scope: Option<&Scope>) -> bool {
    let beneath = match who.role {
        Role::Admin => true,
        Role::Lead => matches!(role, Role::Inspector | Role::Viewer),
        Role::Inspector | Role::Viewer => false,
    };
    beneath && who.covers(scope)
}

/// Whether somebody sees somebody else in lists.
pub(super) fn sees(who: &Person, other: &Person) -> bool {
    who.id == other.id || who.covers(other.scope.as_ref())
}

/// That somebody may manage somebody of this role and scope.
///
/// # Errors
/// When the role or the scope is beyond them.
pub(super) fn must_manage(who: &Person, role: Role, scope: Option<&Scope>) -> Result<(), ApiError> {
    if manages(who, role, scope) {
        return Ok(());
    }
    let forbidden =
        |message: &str, reason: &str| Err(ApiError::new(ErrorCode::Forbidden, message).because(reason));
    if who.covers(scope) {
        forbidden("this role is beyond what you may manage", "role_beyond")
    } else {
        forbidden("these grid units are outside of what you are responsible for", "scope")
    }
}

/// That a sign-in link is for somebody else: by one of their own, whoever sits at their browser could set a password
/// without giving the one that stands.
///
/// # Errors
/// When it is for whoever makes it.
pub(super) fn must_be_another(who: &Person, id: Uuid) -> Result<(), ApiError> {
    if who.id != id {
        return Ok(());
    }
    let message = "nobody makes a sign-in link for themselves; somebody else who may manage you does";
    Err(ApiError::new(ErrorCode::Forbidden, message))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOWN: &str = "350211102";
    const VILLAGE: &str = "350211102207";
    const ELSEWHERE: &str = "350211103";
    const ALL: &str = "";

    fn scope(codes: &str) -> Option<Scope> {
        let codes: Vec<_> = codes.split_whitespace().map(|code| code.parse().unwrap()).collect();
        (!codes.is_empty()).then(|| Scope::new(codes))
    }

    fn person(role: Role, codes: &str) -> Person {
        Person { id: Uuid::new_v4(), name: "某".to_owned(), role, scope: scope(codes) }
    }

    #[test]
    fn nobody_gives_more_than_they_have() {
        use Role::{Admin, Inspector, Lead, Viewer};
        for (who, of, role, other, may) in [
            (Admin, ALL, Admin, ALL, true),
            (Admin, ALL, Lead, TOWN, true),
            (Admin, TOWN, Admin, ALL, false),
            (Admin, TOWN, Admin, TOWN, true),
            (Admin, TOWN, Lead, ELSEWHERE, false),
            (Admin, TOWN, Inspector, "350211102207 350211103", false),
            (Lead, TOWN, Inspector, VILLAGE, true),
            (Lead, TOWN, Viewer, TOWN, true),
            (Lead, TOWN, Lead, VILLAGE, false),
            (Lead, TOWN, Admin, VILLAGE, false),
            (Lead, TOWN, Inspector, ELSEWHERE, false),
            (Lead, TOWN, Inspector, "350211", false),
            (Lead, TOWN, Inspector, ALL, false),
            (Lead, "350211102 350211103", Inspector, "350211102207 350211103", true),
            (Inspector, TOWN, Viewer, VILLAGE, false),
            (Viewer, ALL, Viewer, VILLAGE, false),
        ] {
            let asked = (person(who, of), scope(other));
            assert_eq!(
                manages(&asked.0, role, asked.1.as_ref()),
                may,
                "{who} of {of:?}: {role} of {other:?}"
            );
            assert_eq!(must_manage(&asked.0, role, asked.1.as_ref()).is_ok(), may);
        }
    }

    #[test]
    fn nobody_makes_a_sign_in_link_for_themselves() {
        let (admin, other) = (person(Role::Admin, ALL), person(Role::Admin, ALL));
        assert!(must_be_another(&admin, other.id).is_ok());
        assert_eq!(must_be_another(&admin, admin.id).unwrap_err().code, ErrorCode::Forbidden);
    }

    #[test]
    fn a_lead_sees_themselves_and_those_within_their_units() {
        let lead = person(Role::Lead, TOWN);
        for (role, codes, seen) in [
            (Role::Inspector, VILLAGE, true),
            (Role::Lead, VILLAGE, true),
            (Role::Inspector, ELSEWHERE, false),
            (Role::Admin, ALL, false),
            (Role::Inspector, "350211102207 350211103", false),
        ] {
            assert_eq!(sees(&lead, &person(role, codes)), seen, "{role} of {codes:?}");
        }
        assert!(sees(&lead, &lead.clone()));
        assert!(sees(&person(Role::Admin, ALL), &lead));
    }
}
