//! A device takes its invitation to the office: the one call of devices that needs no token, because it brings one.

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::response::Response;
use axum::routing::post;
use axum::{Extension, Router};
use wire::sync::{EnrolReply, EnrolRequest, PROTOCOL};
use wire::{ApiError, ErrorCode};

use super::error::{Failed, access_error};
use super::sync::{answer, effective, may_sync};
use crate::access::{DeviceAccess, EnrolRefusal, line};
use crate::connection::Connection;

/// The largest request, in bytes.
const LARGEST: usize = 4 << 10;
/// How many characters a token has: 256 bits as text, with a prefix.
const TOKEN: std::ops::RangeInclusive<usize> = 40..=128;

pub(super) fn routes() -> Router<super::State> {
    Router::new().route("/sync/enrol", post(enrol)).layer(DefaultBodyLimit::max(LARGEST))
}

async fn enrol(
    State(state): State<super::State>,
    Extension(connection): Extension<Connection>,
    bytes: Bytes,
) -> Result<Response, Failed> {
    answer(bytes, move |request: EnrolRequest| {
        let request = checked(request)?;
        let device = match state.access.enrol(&request, connection.peer, state.app.now()) {
            Ok(device) => device,
            Err(refusal) => {
                state.metrics.sign_in_failed();
                return Err(refused(refusal, connection));
            }
        };
        may_sync(&device)?;
        let DeviceAccess { id, name, scope, person, names, .. } = device;
        tracing::info!(target: "access", device = %id, person = %person.id, "a device was enrolled");
        Ok(EnrolReply {
            id,
            device: name,
            certificate: state.certificate.clone(),
            person: person.name,
            names,
            role: person.role,
            scope: effective(&state, scope)?.codes().to_vec(),
            key: state.bundle_key.clone(),
        })
    })
    .await
}

/// What strangers send, in bounds.
fn checked(request: EnrolRequest) -> Result<EnrolRequest, ApiError> {
    let EnrolRequest { protocol, code, token, device, key } = request;
    if protocol != PROTOCOL {
        let message = format!(
            "this server speaks version {PROTOCOL} of the sync protocol; update the app or the server"
        );
        return Err(ApiError::new(ErrorCode::Invalid, message).because("protocol"));
    }
    if !TOKEN.contains(&token.len()) || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(ApiError::invalid("token", "a token is 256 random bits as text").because("token"));
    }
    // Without one it is called as the invitation says.
    let device = match device.trim() {
        "" => String::new(),
        name => line(name)
            .map_err(|refusal| ApiError::invalid("device", refusal.to_string()).because("too_long"))?,
    };
    let code = code.trim().to_ascii_uppercase();
    Ok(EnrolRequest { protocol, code, token, device, key })
}

fn refused(refusal: EnrolRefusal, connection: Connection) -> ApiError {
    let message = refusal.to_string();
    match refusal {
        EnrolRefusal::Unknown => {
            tracing::warn!(target: "access", peer = %connection.peer, "an invitation that opens nothing was brought");
            ApiError::new(ErrorCode::Unauthorized, message).because("invitation")
        }
        EnrolRefusal::Wait(seconds) => {
            ApiError::new(ErrorCode::TooManyRequests, message).because(seconds.to_string())
        }
        EnrolRefusal::Token => ApiError::invalid("token", message).because("token"),
        EnrolRefusal::Access(error) => access_error(error),
    }
}
