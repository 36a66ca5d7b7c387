//! The office of a season: its process, which may crash, be followed by another one, or be restored from a backup.

use std::cell::{Cell, RefCell};
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::AtomicI64;

use app::{App, Caller, Office};
use domain::{PhotoHash, Role};
use office::copy_tree;
use store::StoreError;
use wire::sync::ProtocolError;
use wire::{ApiError, ErrorCode};

use crate::fault::{self, Crash, Side};
use crate::replica::{Folder, Hash, ReplicaClock};
use crate::season::{Member, Season};

pub struct OfficeHost {
    pub clock: ReplicaClock,
    app: RefCell<Option<Arc<App>>>,
    /// A process that was told to end and still answers.
    old: RefCell<Option<Arc<App>>>,
    folder: RefCell<Rc<Folder>>,
    /// How often it was restored from a backup.
    pub epoch: Cell<u32>,
    pub backup: RefCell<Option<PathBuf>>,
    /// Every change that it was seen to hold, and the number of the last row that was looked at.
    known: RefCell<(i64, HashSet<Hash>)>,
}

impl OfficeHost {
    pub fn open(template: &Path, folder: PathBuf, truth: &Arc<AtomicI64>) -> Self {
        copy_tree(template, &folder);
        let clock = ReplicaClock::by(truth);
        let app = App::open(&folder, store::Role::Office, clock.source()).unwrap();
        Self {
            clock,
            app: RefCell::new(Some(Arc::new(app))),
            old: RefCell::default(),
            folder: RefCell::new(Rc::new(Folder::at(folder))),
            epoch: Cell::new(0),
            backup: RefCell::default(),
            known: RefCell::default(),
        }
    }

    pub fn app(&self) -> Arc<App> {
        Arc::clone(self.app.borrow().as_ref().unwrap())
    }

    pub fn folder(&self) -> Rc<Folder> {
        Rc::clone(&self.folder.borrow())
    }

    /// Every change that it holds. The server keeps raw changes for ever, so those that were seen need not be read again.
    pub fn changes(&self) -> std::cell::Ref<'_, HashSet<Hash>> {
        {
            let mut known = self.known.borrow_mut();
            let sql = "SELECT n, hash FROM change WHERE n > ?1 ORDER BY n";
            let after = if known.1.is_empty() { i64::MIN } else { known.0 };
            let news: Vec<(i64, Hash)> =
                self.folder().query(sql, [after], |row| Ok((row.get(0)?, row.get(1)?)));
            for (n, hash) in news {
                known.0 = n;
                known.1.insert(hash);
            }
        }
        std::cell::Ref::map(self.known.borrow(), |known| &known.1)
    }

    /// Whether it has a row and a whole file for a photo.
    pub fn holds_photo(&self, hash: &PhotoHash) -> bool {
        let folder = self.folder();
        let sql = "SELECT bytes FROM photo_file WHERE hash = ?1";
        let bytes: Option<u64> = folder.query(sql, [hash.as_str()], |row| row.get(0)).pop();
        let file = std::fs::metadata(folder.photo_path(hash)).ok().map(|metadata| metadata.len());
        bytes.is_some() && bytes == file
    }

    fn start(&self) {
        let folder = self.folder();
        let app = App::open(folder.path(), store::Role::Office, self.clock.source()).unwrap();
        *self.app.borrow_mut() = Some(Arc::new(app));
    }

    pub fn stop(&self) {
        self.folder().let_go();
        *self.app.borrow_mut() = None;
        *self.old.borrow_mut() = None;
    }
}

/// Who is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OpenTo {
    /// Devices that were not revoked.
    Members,
    /// Revoked ones too: they want to know what the office has of them.
    Revoked,
}

impl Season {
    /// Asks the office as the device of a member.
    pub fn ask_office<T>(
        &self,
        device: usize,
        open_to: OpenTo,
        call: impl FnOnce(&Office) -> Result<T, ProtocolError>,
    ) -> Result<T, ProtocolError> {
        let member = self.member(device);
        if let (Some(erase), OpenTo::Members) = (member.revoked, open_to) {
            let error = ApiError::new(ErrorCode::Unauthorized, "the office revoked this device");
            return Err(ProtocolError::Refused(error.because(if erase {
                "revoked_erase"
            } else {
                "revoked"
            })));
        }
        // A process that was told to end may still answer one request, over the same folder.
        let late = if self.chance(0.5) { self.office.old.borrow_mut().take() } else { None };
        let app = match late {
            Some(old) => {
                self.fault("request answered by the process before");
                old
            }
            None => self.office.app(),
        };
        let Member { name, former, role, .. } = &member;
        let office = Office::new(Arc::clone(app.store()), member.scope(), name.clone(), *role)
            .with_names(format!("手机{device}"), former.clone())
            .with_clock(self.office.clock.source());
        let answer = fault::on_side(Side::Office, || call(&office));
        drop((office, app));
        match answer {
            Ok(answer) => answer,
            Err(crash) => {
                self.office_crashed(crash);
                Err(ProtocolError::Unreachable("the server ended".to_owned()))
            }
        }
    }

    /// Runs a command at the office.
    pub fn call_office(
        &self,
        caller: &Caller,
        command: &str,
        request: serde_json::Value,
    ) -> Option<Result<serde_json::Value, ApiError>> {
        let app = self.office.app();
        let answer =
            fault::on_side(Side::Office, || wire::dispatch(&*app, caller, command, request).unwrap());
        drop(app);
        answer.map_err(|crash| self.office_crashed(crash)).ok()
    }

    /// What was called done is there after a crash.
    fn office_crashed(&self, crash: Crash) {
        self.trace(|| format!("the office crashed at {}", crash.0));
        self.reopen_office();
    }

    /// Ends the process and starts another; what was on its disk is there again.
    pub fn reopen_office(&self) {
        fault::aside(|| {
            let before = self.office.known.take().1;
            self.office.stop();
            self.office.start();
            let now = self.office.changes();
            let gone = before.difference(&now).count();
            assert_eq!(gone, 0, "{gone} changes that the office held are gone after it started again");
            self.checked("change at the office after a restart", before.len() as u64);
        });
    }

    /// Starts another process while the one before still answers a last request.
    pub fn hand_over_office(&self) {
        self.fault("server process followed by another");
        let before = self.office.app.borrow_mut().take();
        *self.office.old.borrow_mut() = before;
        self.office.start();
        self.trace(|| "another process of the office started".to_owned());
    }

    pub fn back_up_office(&self) {
        let copy = self.new_folder("office-backup");
        copy_tree(self.office.folder().path(), &copy);
        if let Some(older) = self.office.backup.replace(Some(copy)) {
            std::fs::remove_dir_all(older).unwrap();
        }
        self.fault("backup of the office made");
        self.trace(|| "backup of the office made".to_owned());
    }

    /// Goes on from the backup. `announced`: by the command for it, which gives the store a new generation, so that every
    /// device begins anew; otherwise somebody only copied the folder back.
    pub fn restore_office(&self, announced: bool) -> bool {
        let Some(backup) = self.office.backup.borrow_mut().take() else { return false };
        self.fault(if announced { "office restored" } else { "office folder copied back" });
        self.trace(|| format!("the office is restored (announced: {announced})"));
        self.before_office_is_restored(&Folder::at(backup.clone()));
        self.office.stop();
        *self.office.folder.borrow_mut() = Rc::new(Folder::at(backup));
        *self.office.known.borrow_mut() = Default::default();
        self.office.epoch.set(self.office.epoch.get() + 1);
        self.office.start();
        if announced {
            let app = self.office.app();
            app.store().write::<_, StoreError>(|writer| writer.clear_setting("generation")).unwrap();
        }
        true
    }
}

/// Somebody at the office who may do everything.
pub fn admin() -> Caller {
    Caller { person: "管理员".to_owned(), role: Role::Admin, scope: None }
}
