//! Whose device this is, as the office says, and what a lead decided about their work.

use chrono::{DateTime, Utc};
use domain::{GridCode, Role, Scope};
use store::{Author, Rights, StoreError, Writer};
use uuid::Uuid;
use wire::sync::{DeviceReport, EnrolReply, ExchangeReply, ExchangeRequest, PROTOCOL};

use super::report::note_sent_since;
use crate::app::{NAMES, OFFICE_KEY, PERSON, ROLE, SCOPE};

/// Asks only whose device this is: to a store that nobody has, the office tells no news.
pub(crate) fn question() -> ExchangeRequest {
    ExchangeRequest {
        protocol: PROTOCOL,
        install: Uuid::nil(),
        own_too: false,
        generation: Some(Uuid::nil()),
        cursors: Vec::new(),
        push: Vec::new(),
        photos: Vec::new(),
        held: Vec::new(),
        report: DeviceReport::default(),
    }
}

/// Whose device this is.
struct Whose<'a> {
    person: &'a str,
    names: &'a [String],
    role: Role,
    scope: &'a [GridCode],
    /// The office's key for bundles.
    key: &'a str,
}

/// Notes whose device this is. Where that has changed, what was refused before is offered once more.
pub(crate) fn note(writer: &Writer<'_>, reply: &ExchangeReply) -> Result<(), StoreError> {
    let ExchangeReply { person, names, role, scope, key, .. } = reply;
    note_whose(writer, &Whose { person, names, role: *role, scope, key })
}

/// The same from the answer to an enrolment.
pub(crate) fn note_enrolment(writer: &Writer<'_>, reply: &EnrolReply) -> Result<(), StoreError> {
    let EnrolReply { person, names, role, scope, key, .. } = reply;
    note_whose(writer, &Whose { person, names, role: *role, scope, key })
}

fn note_whose(writer: &Writer<'_>, whose: &Whose<'_>) -> Result<(), StoreError> {
    let scope: Vec<&str> = whose.scope.iter().map(GridCode::as_str).collect();
    let said = [
        (PERSON, whose.person.to_owned()),
        (NAMES, whose.names.join("\n")),
        (ROLE, whose.role.as_str().to_owned()),
        (SCOPE, scope.join(",")),
    ];
    if writer.setting(OFFICE_KEY)?.as_deref() != Some(whose.key) {
        writer.set_setting(OFFICE_KEY, whose.key)?;
    }
    let mut changed = false;
    for (key, value) in said {
        let before = writer.setting(key)?;
        if before.as_ref() != Some(&value) {
            changed |= before.is_some();
            writer.set_setting(key, &value)?;
        }
    }
    if changed {
        writer.offer_refused()?;
    }
    Ok(())
}

/// Takes note of what a lead decided: what was let in is on the server, what was refused is set aside here.
pub(super) fn judged(
    writer: &Writer<'_>,
    reply: &ExchangeReply,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let mut refused = Vec::new();
    for judged in &reply.judged {
        if !judged.accepted {
            refused.push((judged.hash.as_slice(), judged.comment.as_str()));
        } else if writer.accept_held(&judged.hash)? {
            note_sent_since(writer)?;
        }
    }
    if refused.is_empty() {
        return Ok(());
    }
    let scope = Scope::new(reply.scope.clone());
    let rights = Rights { role: reply.role, scope: &scope, names: &reply.names };
    let author = Author { person: reply.person.clone(), command: "sync.set_aside", at: now };
    writer.set_refused_aside(&refused, &rights, &author)
}
