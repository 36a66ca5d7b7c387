//! The devices of a season: each the real core over a folder of its own, which may crash, be restarted or be restored.

use std::cell::{Cell, RefCell};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::AtomicI64;

use app::Device;
use office::{copy_tree, now};
use serde::Serialize;
use serde::de::DeserializeOwned;
use wire::message::*;
use wire::{ApiError, ErrorCode};

use crate::fault::{self, Crash, Side};
use crate::network::Net;
use crate::replica::{Folder, ReplicaClock};
use crate::season::Season;

pub struct DeviceHost {
    pub index: usize,
    pub clock: ReplicaClock,
    device: RefCell<Option<Arc<Device<Net>>>>,
    folder: RefCell<Rc<Folder>>,
    pub backup: RefCell<Option<PathBuf>>,
    pub partitioned: Cell<bool>,
    /// Whether a sync is running, in the middle of which its person goes on working.
    pub syncing: Cell<bool>,
}

impl DeviceHost {
    pub fn open(index: usize, template: &Path, folder: PathBuf, truth: &Arc<AtomicI64>) -> Self {
        copy_tree(template, &folder);
        let host = Self {
            index,
            clock: ReplicaClock::by(truth),
            device: RefCell::default(),
            folder: RefCell::new(Rc::new(Folder::at(folder))),
            backup: RefCell::default(),
            partitioned: Cell::new(false),
            syncing: Cell::new(false),
        };
        host.start();
        host
    }

    pub fn device(&self) -> Arc<Device<Net>> {
        Arc::clone(self.device.borrow().as_ref().unwrap())
    }

    pub fn folder(&self) -> Rc<Folder> {
        Rc::clone(&self.folder.borrow())
    }

    fn start(&self) {
        let folder = self.folder();
        let device = Device::open_by(folder.path(), Net, self.clock.source()).unwrap();
        device.set_downloads_folder(folder.path().join("saved"));
        device.set_pictures_folder(self.pictures());
        std::fs::create_dir_all(self.pictures()).unwrap();
        *self.device.borrow_mut() = Some(Arc::new(device));
    }

    pub fn stop(&self) {
        self.folder().let_go();
        *self.device.borrow_mut() = None;
        self.syncing.set(false);
    }

    /// Where the camera leaves its photos.
    pub fn pictures(&self) -> PathBuf {
        self.folder().path().join("pictures")
    }
}

/// Why a command gave no reply.
#[derive(Debug)]
pub enum NoReply {
    Refused(ApiError),
    Crashed,
}

impl Season {
    /// Runs a command on a device.
    pub fn call_device<R: DeserializeOwned>(
        &self,
        device: usize,
        command: &str,
        request: impl Serialize,
    ) -> Result<R, NoReply> {
        let request = serde_json::to_value(request).unwrap();
        let host = &self.devices[device];
        let core = host.device();
        let reply = if host.syncing.get() {
            // In the middle of a sync: a crash ends that too.
            Ok(core.call(command, request))
        } else {
            fault::on_side(Side::Device, || core.call(command, request))
        };
        drop(core);
        match reply {
            Ok(reply) => self.heard(&format!("device {device}"), command, reply),
            Err(crash) => {
                self.device_crashed(device, crash);
                Err(NoReply::Crashed)
            }
        }
    }

    /// Counts a reply. An error must be one that says what its person can do.
    pub fn heard<R: DeserializeOwned>(
        &self,
        whom: &str,
        command: &str,
        reply: Result<serde_json::Value, ApiError>,
    ) -> Result<R, NoReply> {
        let mut tally = self.tally.borrow_mut();
        let counts = tally.commands.entry(command.to_owned()).or_default();
        match reply {
            Ok(reply) => {
                counts.0 += 1;
                Ok(serde_json::from_value(reply).unwrap())
            }
            Err(error) => {
                counts.1 += 1;
                assert!(
                    !matches!(error.code, ErrorCode::Storage | ErrorCode::Internal | ErrorCode::Malformed),
                    "{command} on {whom}: {error:?}"
                );
                self.trace(|| format!("{whom}: {command} refused: {:?} {}", error.code, error.message));
                Err(NoReply::Refused(error))
            }
        }
    }

    /// Uploads a file to a device, as the app's window does.
    pub fn upload(&self, device: usize, bytes: &[u8]) -> Result<uuid::Uuid, NoReply> {
        let host = &self.devices[device];
        let core = host.device();
        let upload = if host.syncing.get() {
            Ok(core.upload(bytes))
        } else {
            fault::on_side(Side::Device, || core.upload(bytes))
        };
        drop(core);
        match upload {
            Ok(upload) => Ok(upload.unwrap()),
            Err(crash) => {
                self.device_crashed(device, crash);
                Err(NoReply::Crashed)
            }
        }
    }

    /// Syncs a device once, over the network as it is, and looks at what its screen claims then.
    pub fn sync(&self, device: usize) -> Result<(), NoReply> {
        let host = &self.devices[device];
        let core = host.device();
        let epoch = self.office.epoch.get();
        host.syncing.set(true);
        let ended = fault::on_side(Side::Device, || now(core.sync_now()));
        host.syncing.set(false);
        drop(core);
        let result = match ended {
            Ok(result) => result,
            Err(crash) => {
                self.device_crashed(device, crash);
                return Err(NoReply::Crashed);
            }
        };
        self.trace(|| match &result {
            Ok(()) => format!("device {device} synced"),
            Err(error) => format!("device {device} synced in part: {:?} {}", error.code, error.message),
        });
        let result =
            self.heard::<()>(&format!("device {device}"), "(sync)", result.map(|()| serde_json::Value::Null));
        let status = self.look_at_status(device);
        if let (Ok(()), Some(verified)) = (&result, &status.verified) {
            self.check_count(device, verified);
        }
        if result.is_ok() && status.differing.is_empty() && epoch == self.office.epoch.get() {
            // Whatever it said of the office before that was restored, it has compared since.
            self.model.borrow_mut().said_of_another_office[device] = Default::default();
        }
        self.note_local(device);
        result
    }

    /// Looks at the screen that shows how sync stands, and whether what it claims is so.
    pub fn look_at_status(&self, device: usize) -> SyncStatus {
        let status = self.status_of(device);
        self.check_claims(device, &status);
        status
    }

    pub fn status_of(&self, device: usize) -> SyncStatus {
        fault::aside(|| {
            let reply = self.devices[device].device().call("sync.status", serde_json::json!({}));
            self.heard(&format!("device {device}"), "sync.status", reply).unwrap()
        })
    }

    fn device_crashed(&self, device: usize, crash: Crash) {
        self.trace(|| format!("device {device} crashed at {}", crash.0));
        self.restart_device(device);
    }

    /// Ends a device's process and starts it again: all that its person was told to be kept is there.
    pub fn restart_device(&self, device: usize) {
        fault::aside(|| {
            let host = &self.devices[device];
            host.stop();
            host.start();
            self.check_local(device);
            let reply = host.device().call("camera.recover", serde_json::json!({}));
            let _ = self.heard::<Vec<RecoveredPhoto>>(&format!("device {device}"), "camera.recover", reply);
        });
    }

    pub fn back_up_device(&self, device: usize) {
        let copy = self.new_folder("device-backup");
        copy_tree(self.devices[device].folder().path(), &copy);
        if let Some(older) = self.devices[device].backup.replace(Some(copy)) {
            std::fs::remove_dir_all(older).unwrap();
        }
        self.fault("backup of a device made");
        self.trace(|| format!("backup of device {device} made"));
    }

    /// Goes on from the backup of a device: what was made since is on the office, on other devices, or gone.
    pub fn restore_device(&self, device: usize) -> bool {
        let host = &self.devices[device];
        let Some(backup) = host.backup.borrow_mut().take() else { return false };
        self.fault("device restored");
        self.trace(|| format!("device {device} is restored"));
        self.before_device_is_restored(device, &Folder::at(backup.clone()));
        host.stop();
        *host.folder.borrow_mut() = Rc::new(Folder::at(backup));
        host.start();
        self.note_local_anew(device);
        true
    }
}
