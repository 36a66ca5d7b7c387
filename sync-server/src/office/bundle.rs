//! Bundles that devices wrote, taken in at the console.

use app::{BundleError, BundleSender};
use wire::message::{Download, TakeBundle, TakenBundle};
use wire::{ApiError, ErrorCode};

use super::Asking;
use crate::http::{State, access_error, office_of};

/// What the name of an answer ends in.
const EXTENSION: &str = "vlbundle";

/// Takes a bundle in as if its device had sent it over the network: its person's rights hold, not those of whoever
/// uploads it. That of a device which was revoked is taken too, because what it has not sent is to be saved; it is told
/// nothing new, and where its person was removed everything waits for a lead.
pub(super) fn take(state: &State, caller: &Asking, request: TakeBundle) -> Result<TakenBundle, ApiError> {
    let uploads = state.app.uploads().of(&caller.caller.person);
    let bundle = uploads.path_of(request.upload)?;
    let identity = state.access.bundle_identity().map_err(access_error)?;
    let now = state.now();
    let file_name = format!("{}.{EXTENSION}", now.format("%Y%m%d-%H%M%S"));
    let (id, answer) = uploads.new_download(&file_name)?;
    let mut sender = None;
    let find = |token: &str| {
        let Some(device) = state.access.device(token).map_err(access_error)? else { return Ok(None) };
        let recipient = device.key.clone();
        sender = Some((device.id, device.name.clone(), device.person.name.clone()));
        if recipient.is_empty() {
            return Err(BundleError::NoKey.into());
        }
        let (is_revoked, person_removed) = (device.revoked.is_some(), device.person_removed);
        let office = office_of(state, device)?;
        let office = if is_revoked || person_removed { office.with_revoked(person_removed) } else { office };
        Ok(Some(BundleSender { office, recipient }))
    };
    let taken = app::take_bundle(&bundle, &identity, find, now, &answer);
    let (taken, (device, device_name, person)) = match (taken, sender) {
        (Ok(taken), Some(sender)) => (taken, sender),
        (Ok(_), None) => return Err(ApiError::new(ErrorCode::Internal, "the bundle's device was lost")),
        (Err(error), _) => {
            // Half an answer is of use to nobody.
            let _ = std::fs::remove_file(&answer);
            return Err(error);
        }
    };
    tracing::info!(target: "access", by = %caller.person.id, %device, taken = taken.taken, refused = taken.refused,
        photos = taken.photos, "a bundle was taken in");
    uploads.remove(request.upload);
    let bytes = std::fs::metadata(&answer).map_err(BundleError::Io)?.len();
    Ok(TakenBundle {
        device: device_name,
        person,
        written_at: taken.written_at,
        taken: taken.taken,
        refused: taken.refused,
        photos: taken.photos,
        photos_refused: taken.photos_refused,
        answer: Download { id, file_name, bytes, rows: 0 },
    })
}
