//! A device: the application over its own replica, connected to a server or not.

mod command;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, Utc};
use domain::{GridCode, GridUnit, PhotoHash, SiteId};
use serde_json::Value;
use store::{Reader, Role, SetAsideRow, StoreError};
use tokio::runtime::Handle;
use tokio::sync::Notify;
use uuid::Uuid;
use wire::message::{RefusedChange, SyncStatus, Verification};
use wire::sync::Connect;
use wire::{ApiError, ErrorCode, dispatch, dispatch_device};

use self::command::not_connected;
use crate::app::{App, OpenError, system_clock};
use crate::error::{Failure, to_api_error};
use crate::sync::{CLOCK, SyncWatch, clock_of, sync};

const SERVER: &str = "server";
const TOKEN: &str = "token";
const LAST_SUCCESS: &str = "last_success";
const VERIFIED: &str = "verified";
const DIFFERING: &str = "differing";
/// What a sync with one server says nothing about for another.
const PROVEN: &[&str] = &[LAST_SUCCESS, VERIFIED, DIFFERING, CLOCK];

/// How long a device waits before it looks for the server again.
const PAUSE: Duration = Duration::from_secs(30);
/// How long it waits after a link was cut on which something had moved, and after the first attempt in vain; twice as
/// long after each further one.
const SOON: Duration = Duration::from_secs(2);
/// How long it waits after a change, because more usually follow.
const SETTLE: Duration = Duration::from_secs(2);

/// A device. Its calls block; `keep_synced` runs beside them.
pub struct Device<C: Connect> {
    core: Arc<Core<C>>,
}

struct Core<C> {
    app: App,
    connector: C,
    watch: SyncWatch,
    running: AtomicBool,
    failure: Mutex<Option<(ApiError, DateTime<Utc>)>>,
    /// Rung when there is something to sync.
    bell: Notify,
    /// Whether a person asked for it, and so waits.
    asked: AtomicBool,
    downloads: Mutex<Option<PathBuf>>,
    /// Where the camera app leaves its photos.
    pictures: Mutex<Option<PathBuf>>,
    /// Names this launch of the app.
    launch: Uuid,
}

impl<C: Connect> Device<C> {
    /// Opens the device's data in a folder, or creates it.
    pub fn open(folder: &Path, connector: C) -> Result<Self, OpenError> {
        let app = App::open(folder, Role::Device, system_clock())?;
        Ok(Self {
            core: Arc::new(Core {
                app,
                connector,
                watch: SyncWatch::default(),
                running: AtomicBool::new(false),
                failure: Mutex::new(None),
                bell: Notify::new(),
                asked: AtomicBool::new(false),
                downloads: Mutex::new(None),
                pictures: Mutex::new(None),
                launch: Uuid::new_v4(),
            }),
        })
    }

    /// Where exported files go.
    pub fn set_downloads_folder(&self, folder: PathBuf) {
        if let Ok(mut downloads) = self.core.downloads.lock() {
            *downloads = Some(folder);
        }
    }

    /// Where the camera app leaves its photos.
    pub fn set_pictures_folder(&self, folder: PathBuf) {
        if let Ok(mut pictures) = self.core.pictures.lock() {
            *pictures = Some(folder);
        }
    }

    /// Runs a command of either list.
    pub fn call(&self, command: &str, request: Value) -> Result<Value, ApiError> {
        let caller = self.core.app.holder().map_err(to_api_error)?;
        if let Some(reply) = dispatch_device(&*self.core, &caller, command, request.clone()) {
            return reply;
        }
        let reply = dispatch(&self.core.app, &caller, command, request).unwrap_or_else(|| {
            Err(ApiError::new(ErrorCode::UnknownCommand, format!("there is no command {command:?}")))
        });
        if reply.is_ok()
            && self.core.app.store.read::<_, StoreError>(|reader| reader.anything_to_send()).unwrap_or(false)
        {
            self.core.bell.notify_one();
        }
        reply
    }

    /// Keeps an uploaded file until a command takes it.
    pub fn upload(&self, bytes: &[u8]) -> Result<Uuid, ApiError> {
        self.core.app.uploads.add(bytes)
    }

    /// The bytes of a photo or of its thumbnail; `None` if they are not here.
    pub fn photo(&self, hash: &PhotoHash, thumbnail: bool) -> Result<Option<Vec<u8>>, ApiError> {
        let store = &self.core.app.store;
        let bytes = if thumbnail { store.thumbnail_bytes(hash) } else { store.photo_bytes(hash) };
        bytes.map_err(to_api_error)
    }

    /// The stamped copy of a photo; `None` if no record shows it or its bytes are not here.
    pub fn stamped_photo(&self, hash: &PhotoHash) -> Result<Option<Vec<u8>>, ApiError> {
        self.core.app.stamped_photo(hash)
    }

    /// At most `length` bytes of the tile archive from `offset` on, and its size; `None` if there is none.
    pub fn tiles_piece(&self, offset: u64, length: u64) -> Result<Option<(Vec<u8>, u64)>, ApiError> {
        self.core.app.tiles_piece(offset, length)
    }

    /// The application under it.
    pub fn app(&self) -> &App {
        &self.core.app
    }

    /// Never ends: syncs at the start, shortly after each change, and every half minute while there is a server; sooner
    /// after the link was cut.
    pub async fn keep_synced(&self) {
        let (mut pause, mut soon) = (PAUSE, SOON);
        loop {
            if self.core.server().is_ok_and(|server| server.is_some()) {
                let core = Arc::clone(&self.core);
                let handle = Handle::current();
                // The store blocks, so the engine has a thread of its own.
                let ended = tokio::task::spawn_blocking(move || handle.block_on(core.sync())).await;
                let cut = matches!(&ended, Ok(Err(error)) if error.code == ErrorCode::Unreachable);
                if !cut || self.core.watch.bytes() > 0 {
                    soon = SOON;
                }
                pause = if cut { soon } else { PAUSE };
                soon = PAUSE.min(soon * 2);
                if let Err(error) = ended {
                    tracing::error!(%error, "a sync failed badly");
                }
            }
            let rung = tokio::time::timeout(pause, self.core.bell.notified()).await.is_ok();
            if rung && !self.core.asked.swap(false, Ordering::AcqRel) {
                tokio::time::sleep(SETTLE).await;
            }
        }
    }

    /// Syncs once, now.
    pub async fn sync_now(&self) -> Result<(), ApiError> {
        self.core.watch.ask_everything();
        self.core.sync().await
    }
}

/// A sync that is running.
struct Running<'a, C>(&'a Core<C>);

impl<C> Drop for Running<'_, C> {
    fn drop(&mut self) {
        self.0.watch.end();
        self.0.running.store(false, Ordering::Release);
    }
}

impl<C: Connect> Core<C> {
    fn pictures_folder(&self) -> Option<PathBuf> {
        self.pictures.lock().ok().and_then(|pictures| pictures.clone())
    }

    fn server(&self) -> Result<Option<(String, String)>, StoreError> {
        self.app.store.read(|reader| Ok(reader.setting(SERVER)?.zip(reader.setting(TOKEN)?)))
    }

    /// The server as it can be asked.
    fn protocol(&self) -> Result<C::Protocol, ApiError> {
        match self.server().map_err(to_api_error)? {
            Some((address, token)) => self.connector.connect(&address, &token),
            None => Err(not_connected()),
        }
    }

    async fn sync(&self) -> Result<(), ApiError> {
        let Some((address, token)) = self.server().map_err(to_api_error)? else {
            return Err(not_connected());
        };
        if self.running.swap(true, Ordering::AcqRel) {
            return Ok(());
        }
        // Ends with this, however it ends.
        let _running = Running(self);
        self.watch.begin();
        let result = self.sync_with(&address, &token).await;
        let now = self.app.now();
        if let Ok(mut failure) = self.failure.lock() {
            *failure = result
                .clone()
                .err()
                .filter(|error| error.code != ErrorCode::Cancelled)
                .map(|error| (error, now));
        }
        result
    }

    async fn sync_with(&self, address: &str, token: &str) -> Result<(), ApiError> {
        let protocol = self.connector.connect(address, token)?;
        let outcome = sync(&self.app.store, &protocol, &*self.app.clock, &self.watch).await?;
        let now = self.app.now();
        let verified =
            outcome.verified.and_then(|verified| serde_json::to_string(&verified).ok()).unwrap_or_default();
        let differing: Vec<&str> = outcome.differing.iter().map(GridCode::as_str).collect();
        self.app
            .store
            .write::<_, StoreError>(|writer| {
                writer.set_setting(LAST_SUCCESS, &now.to_rfc3339())?;
                writer.set_setting(VERIFIED, &verified)?;
                writer.set_setting(DIFFERING, &differing.join(","))
            })
            .map_err(to_api_error)?;
        outcome.refused_photo.map_or(Ok(()), Err)
    }

    fn status(&self) -> Result<SyncStatus, Failure> {
        let (phase, done, total) = self.watch.step();
        let failure = self.failure.lock().ok().and_then(|failure| failure.clone());
        self.app.store.read(|reader| {
            let unsent_changes = reader.unsent_count()?;
            let unsent_photos = reader.photos_to_send()?.len() as u64;
            let verified: Option<Verification> =
                reader.setting(VERIFIED)?.and_then(|text| serde_json::from_str(&text).ok());
            let last_success = reader.setting(LAST_SUCCESS)?;
            Ok(SyncStatus {
                server: reader.setting(SERVER)?,
                phase,
                done,
                total,
                bytes: self.watch.bytes(),
                unsent_changes,
                unsent_photos,
                missing_photos: reader.photos_missing()?.len() as u64,
                last_success_at: last_success.and_then(|text| text.parse().ok()),
                // Whatever changed here since waits to be sent, so nothing waiting means nothing changed.
                verified: verified.filter(|_| unsent_changes == 0 && unsent_photos == 0),
                differing: differing(reader)?,
                clock: clock_of(reader, self.app.now())?,
                refused: refused(reader)?,
                error_at: failure.as_ref().map(|(_, at)| *at),
                error: failure.map(|(error, _)| error),
            })
        })
    }
}

fn differing(reader: &Reader<'_>) -> Result<Vec<GridUnit>, StoreError> {
    let codes = reader.setting(DIFFERING)?.unwrap_or_default();
    let mut units = Vec::new();
    for code in codes.split(',').filter_map(|code| code.parse::<GridCode>().ok()) {
        let name = reader.unit(&code)?.map(|unit| unit.name).unwrap_or_default();
        units.push(GridUnit { code, name });
    }
    Ok(units)
}

fn refused(reader: &Reader<'_>) -> Result<Vec<RefusedChange>, StoreError> {
    let mut refused = Vec::new();
    for (document, reason) in reader.refused()? {
        let site = reader.site(SiteId(document))?;
        refused.push(RefusedChange {
            site: site.as_ref().map(|site| site.id),
            site_name: site.map(|site| site.row.name),
            reason,
            comment: String::new(),
        });
    }
    for SetAsideRow { document, name, comment } in reader.set_aside()? {
        refused.push(RefusedChange {
            site: reader.site(SiteId(document))?.map(|site| site.id),
            site_name: (!name.is_empty()).then_some(name),
            reason: "refused".to_owned(),
            comment,
        });
    }
    Ok(refused)
}
