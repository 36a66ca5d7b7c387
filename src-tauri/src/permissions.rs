//! What the page may ask of the machine: the camera and the place, and nothing else.

use tauri::webview::{PermissionKind, PermissionResponse};

/// Answers for the web view. A phone's system asks the person itself; a desktop's web view would refuse unasked.
pub fn answer(kind: PermissionKind) -> PermissionResponse {
    match kind {
        PermissionKind::Camera | PermissionKind::Geolocation if cfg!(mobile) => PermissionResponse::Default,
        PermissionKind::Camera | PermissionKind::Geolocation => PermissionResponse::Allow,
        _ => PermissionResponse::Deny,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn allows_what_an_inspection_needs_and_refuses_the_rest() {
        for kind in [PermissionKind::Camera, PermissionKind::Geolocation] {
            assert_eq!(answer(kind), PermissionResponse::Allow);
        }
        for kind in [
            PermissionKind::Microphone,
            PermissionKind::Notifications,
            PermissionKind::ClipboardRead,
            PermissionKind::DisplayCapture,
            PermissionKind::Other,
        ] {
            assert_eq!(answer(kind), PermissionResponse::Deny);
        }
    }
}
