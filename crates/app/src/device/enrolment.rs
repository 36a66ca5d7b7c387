//! Taking an invitation: the device comes to belong to somebody, at a server whose certificate it knows from then on.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use store::StoreError;
use wire::message::{Enrol, InvitationText, InvitationView, ScanInvitation, SyncStatus};
use wire::sync::{Connect, EnrolRequest, Invitation, InvitationError, PROTOCOL, ServerAddress};
use wire::{ApiError, ErrorCode};

use super::Core;
use super::command::{ENDING, wait};
use super::server::{self, Server};
use crate::error::{from_protocol, to_api_error};
use crate::photo::decoding;
use crate::photo::intake::refused;
use crate::sync::note_enrolment;

/// The longest name of a device, in characters.
const LONGEST_NAME: usize = 60;
/// The setting that holds the token of an enrolment that was not answered yet, with its code: asking again with the same
/// token is harmless, with another one the code would be used up.
const ATTEMPT: &str = "enrolment_attempt";

/// Reads the QR code on a picture.
pub(super) fn scan<C: Connect>(core: &Core<C>, request: ScanInvitation) -> Result<InvitationView, ApiError> {
    let bytes = core.app.uploads.bytes(request.upload)?;
    core.app.uploads.remove(request.upload);
    let texts = {
        let _alone = decoding::alone();
        photos::read_qr(&bytes).map_err(refused)?
    };
    if texts.is_empty() {
        return Err(
            ApiError::new(ErrorCode::NotFound, "no QR code was found on the picture").because("no_qr")
        );
    }
    let read = texts.iter().find_map(|text| view(text, "").ok());
    read.ok_or_else(|| invalid(InvitationError::Unknown))
}

/// Reads an invitation that was scanned or typed.
pub(super) fn read(request: &InvitationText) -> Result<InvitationView, ApiError> {
    view(&request.text, &request.address)
}

fn view(text: &str, address: &str) -> Result<InvitationView, ApiError> {
    let Invitation { server, .. } = Invitation::read(text, address).map_err(invalid)?;
    Ok(InvitationView {
        text: text.trim().to_owned(),
        address: server.url,
        certificate: server.pin.as_ref().map(server::shown).unwrap_or_default(),
    })
}

/// Takes an invitation to the server that made it.
pub(super) fn enrol<C: Connect>(core: &Core<C>, request: &Enrol) -> Result<SyncStatus, ApiError> {
    let Invitation { server, code } = Invitation::read(&request.text, &request.address).map_err(invalid)?;
    let device = request.device.trim();
    if device.chars().count() > LONGEST_NAME || device.chars().any(char::is_control) {
        let message = format!("a device's name is one line of at most {LONGEST_NAME} characters");
        return Err(ApiError::invalid("device", message).because("name"));
    }
    // A sync with another server ends first: what it proves says nothing of this one. Before the code is used up.
    let alone = core.begin_instead(ENDING)?;
    let token = token_for(core, &code).map_err(to_api_error)?;
    let question = EnrolRequest {
        protocol: PROTOCOL,
        code,
        token: token.clone(),
        device: device.to_owned(),
        key: core.app.bundle_key().map_err(to_api_error)?,
    };
    let reply = wait(core.connector.enrol(&server, question))?.map_err(from_protocol)?;
    // From a typed code only the beginning of the hash was known, and the server showed a certificate that has it.
    let pin = match (server.pin, reply.certificate.clone()) {
        (Some(known), Some(whole)) if known.agrees_with(&whole) => Some(whole),
        (known, _) => known,
    };
    let address = ServerAddress { url: server.url, pin };
    core.app
        .store
        .write::<_, StoreError>(|writer| {
            Server::note(writer, &address, &token, &reply.device)?;
            writer.clear_setting(ATTEMPT)?;
            note_enrolment(writer, &reply)
        })
        .map_err(to_api_error)?;
    drop(alone);
    core.ask_for_sync();
    Ok(core.status()?)
}

/// A token for this device, which is the same when an invitation is taken again because no answer came.
fn token_for<C: Connect>(core: &Core<C>, code: &str) -> Result<String, StoreError> {
    core.app.store.write(|writer| {
        let attempt = writer.setting(ATTEMPT)?;
        if let Some((_, token)) =
            attempt.as_deref().and_then(|text| text.split_once(' ')).filter(|(of, _)| *of == code)
        {
            return Ok(token.to_owned());
        }
        let token = format!("vl_{}", BASE64_URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>()));
        writer.set_setting(ATTEMPT, &format!("{code} {token}"))?;
        Ok(token)
    })
}

fn invalid(error: InvitationError) -> ApiError {
    let field = match error {
        InvitationError::NoAddress | InvitationError::Address => "address",
        _ => "text",
    };
    ApiError::invalid(field, error.to_string()).because(error.code())
}
