//! Whose device this is, as the office says, and what a lead decided about their work.

use chrono::{DateTime, Utc};
use domain::{GridCode, Scope};
use store::{Author, Rights, StoreError, Writer};
use uuid::Uuid;
use wire::sync::{ExchangeReply, ExchangeRequest, PROTOCOL};

use crate::app::{NAMES, PERSON, ROLE, SCOPE};

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
    }
}

/// Notes whose device this is. Where that has changed, what was refused before is offered once more.
pub(crate) fn note(writer: &Writer<'_>, reply: &ExchangeReply) -> Result<(), StoreError> {
    let scope: Vec<&str> = reply.scope.iter().map(GridCode::as_str).collect();
    let said = [
        (PERSON, reply.person.clone()),
        (NAMES, reply.names.join("\n")),
        (ROLE, reply.role.as_str().to_owned()),
        (SCOPE, scope.join(",")),
    ];
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
        if judged.accepted {
            writer.accept_held(&judged.hash)?;
        } else {
            refused.push((judged.hash.as_slice(), judged.comment.as_str()));
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
