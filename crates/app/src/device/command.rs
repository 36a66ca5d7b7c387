//! What the commands that only a device answers do.

use std::path::{Path, PathBuf};
use std::time::Duration;

use domain::Permission;
use store::StoreError;
use tokio::runtime::Handle;
use wire::message::{
    AttachedPhoto, ConnectServer, Enrol, ExpectPhoto, ExpectedPhoto, FreeSpace, FreedSpace, InvitationText,
    InvitationView, Nothing, OnePhoto, OneSite, PhotoStorage, ReadBundle, RecoveredPhoto, SaveDownload,
    SavedDownload, ScanInvitation, SiteReceipts, SyncPhase, SyncStatus, TakeBundle, TakePhoto, WrittenBundle,
};
use wire::sync::{Connect, PinError, ServerAddress, SyncProtocol};
use wire::{ApiError, DeviceCommands, ErrorCode};

use super::server::Server;
use super::{Core, enrolment, receipt};
use crate::app::Caller;
use crate::bundle::device as bundle;
use crate::error::{from_protocol, to_api_error};
use crate::photo::camera;
use crate::photo_storage;
use crate::sync::{note_identity, who_am_i};

/// How long a sync that is to stop may take to end: longer than a connection that nobody accepts.
pub(super) const ENDING: Duration = Duration::from_secs(30);

impl<C: Connect> DeviceCommands for Core<C> {
    type Caller = Caller;

    fn permits(&self, caller: &Caller, permission: Permission) -> bool {
        caller.may(permission)
    }

    fn sync_status(&self, _: &Caller, _: Nothing) -> Result<SyncStatus, ApiError> {
        Ok(self.status()?)
    }

    fn sync_start(&self, _: &Caller, _: Nothing) -> Result<SyncStatus, ApiError> {
        if self.server().map_err(to_api_error)?.is_none() {
            return Err(not_connected());
        }
        let mut status = self.status()?;
        if status.phase == SyncPhase::Idle {
            // Shown as begun, so that whoever looks next knows to look again.
            status.phase = SyncPhase::Records;
            self.watch.begin();
            self.watch.ask_everything();
            self.ask_for_sync();
        }
        Ok(status)
    }

    fn sync_stop(&self, _: &Caller, _: Nothing) -> Result<SyncStatus, ApiError> {
        self.watch.stop();
        Ok(self.status()?)
    }

    fn sync_scan_invitation(&self, _: &Caller, request: ScanInvitation) -> Result<InvitationView, ApiError> {
        enrolment::scan(self, request)
    }

    fn sync_read_invitation(&self, _: &Caller, request: InvitationText) -> Result<InvitationView, ApiError> {
        enrolment::read(&request)
    }

    fn sync_enrol(&self, _: &Caller, request: Enrol) -> Result<SyncStatus, ApiError> {
        enrolment::enrol(self, &request)
    }

    fn sync_connect(&self, _: &Caller, request: ConnectServer) -> Result<SyncStatus, ApiError> {
        // The office says whose device this is.
        let ConnectServer { address, certificate, token, person: _ } = request;
        let pin = certificate.filter(|text| !text.is_empty()).map(|text| text.parse()).transpose();
        let pin = pin.map_err(|error: PinError| ApiError::invalid("certificate", error.to_string()))?;
        let address = ServerAddress { url: address.trim().trim_end_matches('/').to_owned(), pin };
        let token = token.trim().to_owned();
        let protocol = self.connector.connect(&address, &token)?;
        // The answer shows that the address and the token are right, and says whose device this is.
        let answer = wait(protocol.exchange(who_am_i()))?.map_err(from_protocol)?;
        // A sync with another server ends first: what it proves says nothing of this one.
        let alone = self.begin_instead(ENDING)?;
        self.app
            .store
            .write::<_, StoreError>(|writer| {
                Server::note(writer, &address, &token, "")?;
                note_identity(writer, &answer)
            })
            .map_err(to_api_error)?;
        drop(alone);
        self.ask_for_sync();
        Ok(self.status()?)
    }

    fn sync_disconnect(&self, _: &Caller, _: Nothing) -> Result<SyncStatus, ApiError> {
        self.watch.stop();
        self.app.store.write::<_, StoreError>(Server::forget).map_err(to_api_error)?;
        Ok(self.status()?)
    }

    fn sync_receipts(&self, _: &Caller, request: OneSite) -> Result<SiteReceipts, ApiError> {
        receipt::of_site(&self.app, request.site)
    }

    fn bundle_write(&self, _: &Caller, _: Nothing) -> Result<WrittenBundle, ApiError> {
        let server = self.server().map_err(to_api_error)?.ok_or_else(not_connected)?;
        bundle::write(&self.app, &server.token)
    }

    fn bundle_read(&self, _: &Caller, request: TakeBundle) -> Result<ReadBundle, ApiError> {
        let path = self.app.uploads.path_of(request.upload)?;
        let _alone = self.begin_instead(ENDING)?;
        let last_success = self.last_success().map_err(to_api_error)?;
        let (read, outcome) = bundle::read(&self.app, &path, last_success)?;
        self.app.uploads.remove(request.upload);
        if let Some(outcome) = outcome {
            self.note_outcome(&outcome)?;
        }
        Ok(read)
    }

    fn photos_storage(&self, _: &Caller, _: Nothing) -> Result<PhotoStorage, ApiError> {
        photo_storage::storage(&self.app)
    }

    fn photos_free_space(&self, _: &Caller, request: FreeSpace) -> Result<FreedSpace, ApiError> {
        let protocol = self.protocol()?;
        let freed = wait(photo_storage::free_space(&self.app, &protocol, request))??;
        if freed.kept > 0 {
            self.bell.notify_one();
        }
        Ok(freed)
    }

    fn photos_fetch(&self, _: &Caller, request: OnePhoto) -> Result<Nothing, ApiError> {
        let protocol = self.protocol()?;
        wait(photo_storage::fetch(&self.app, &protocol, request))??;
        Ok(Nothing {})
    }

    fn camera_expect(&self, _: &Caller, request: ExpectPhoto) -> Result<Nothing, ApiError> {
        camera::expect(&self.app, self.pictures_folder().as_deref(), self.launch, request)?;
        Ok(Nothing {})
    }

    fn camera_done(&self, _: &Caller, request: ExpectedPhoto) -> Result<Nothing, ApiError> {
        camera::done(&self.app, request.id)?;
        Ok(Nothing {})
    }

    fn camera_take(&self, _: &Caller, request: TakePhoto) -> Result<Option<AttachedPhoto>, ApiError> {
        Ok(camera::take(&self.app, self.pictures_folder().as_deref(), request)?)
    }

    fn camera_recover(&self, _: &Caller, _: Nothing) -> Result<Vec<RecoveredPhoto>, ApiError> {
        Ok(camera::recover(&self.app, self.pictures_folder().as_deref(), self.launch)?)
    }

    fn downloads_save(&self, _: &Caller, request: SaveDownload) -> Result<SavedDownload, ApiError> {
        let from = self.app.uploads.download(request.id)?;
        let folder = self.downloads.lock().ok().and_then(|downloads| downloads.clone());
        let folder = folder
            .ok_or_else(|| ApiError::new(ErrorCode::Storage, "this device has no folder for downloads"))?;
        let unwritable = |source| to_api_error(StoreError::File { path: folder.clone(), source });
        std::fs::create_dir_all(&folder).map_err(unwritable)?;
        let to = free_name(&folder, &from);
        std::fs::copy(&from, &to).map_err(unwritable)?;
        Ok(SavedDownload { path: to.display().to_string() })
    }
}

pub(super) fn not_connected() -> ApiError {
    ApiError::new(ErrorCode::NotConnected, "this device is not connected to a server")
}

/// Waits for an answer of the server from code that may block.
pub(super) fn wait<T>(question: impl Future<Output = T>) -> Result<T, ApiError> {
    Ok(match Handle::try_current() {
        Ok(handle) => handle.block_on(question),
        Err(_) => tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| ApiError::new(ErrorCode::Internal, error.to_string()))?
            .block_on(question),
    })
}

/// A name in the folder that is not taken: `ledger.csv`, `ledger (2).csv` …
fn free_name(folder: &Path, file: &Path) -> PathBuf {
    let part = |part: Option<&std::ffi::OsStr>| {
        part.map(|part| part.to_string_lossy().into_owned()).unwrap_or_default()
    };
    let (stem, extension) = (part(file.file_stem()), part(file.extension()));
    let mut number = 1;
    loop {
        let name = if number == 1 {
            format!("{stem}.{extension}")
        } else {
            format!("{stem} ({number}).{extension}")
        };
        let path = folder.join(name);
        if !path.exists() {
            return path;
        }
        number += 1;
    }
}
