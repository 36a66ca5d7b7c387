//! A device: the application over its own replica, connected to a server or not.

mod command;
mod enrolment;
mod erasing;
mod receipt;
mod running;
mod server;
mod status;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, Utc};
use domain::{GridCode, PhotoHash};
use serde_json::Value;
use store::{Role, StoreError, Writer};
use tokio::runtime::Handle;
use tokio::sync::Notify;
use uuid::Uuid;
use wire::sync::{Connect, ServerAddress};
use wire::{ApiError, ErrorCode, dispatch, dispatch_device};

use self::command::not_connected;
use self::server::Server;
use crate::app::{App, Clock, OpenError, system_clock};
use crate::error::to_api_error;
use crate::photo::thumbnail::thumbnail as thumbnail_of;
use crate::sync::{CLOCK, SENT_SINCE, SyncOutcome, SyncWatch, VERIFIED, sync};

const LAST_SUCCESS: &str = "last_success";
const DIFFERING: &str = "differing";
/// What a sync with one server says nothing about for another.
const PROVEN: &[&str] = &[LAST_SUCCESS, VERIFIED, SENT_SINCE, DIFFERING, CLOCK];

/// How long a device waits before it looks for the server again.
const PAUSE: Duration = Duration::from_secs(30);
/// How long it waits after a link was cut on which something had moved, and after the first attempt in vain; twice as
/// long after each further one.
const SOON: Duration = Duration::from_secs(2);
/// How long a device waits that the office revoked: erasing may be ordered later.
const REVOKED: Duration = Duration::from_secs(3_600);
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
        Self::open_by(folder, connector, system_clock())
    }

    /// The same by another clock.
    pub fn open_by(folder: &Path, connector: C, clock: Clock) -> Result<Self, OpenError> {
        let app = App::open(folder, Role::Device, clock)?;
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
        let latest_unsent = || self.core.app.store.read::<_, StoreError>(|reader| reader.latest_unsent());
        let before = latest_unsent().ok().flatten();
        let reply = dispatch(&self.core.app, &caller, command, request).unwrap_or_else(|| {
            Err(ApiError::new(ErrorCode::UnknownCommand, format!("there is no command {command:?}")))
        });
        // Who only looks shall not have a phone without a connection look for the server each time.
        let after = latest_unsent().ok().flatten();
        if after.is_some() && after != before {
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
        let bytes = if thumbnail { thumbnail_of(store, hash) } else { store.photo_bytes(hash) };
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
                if self.core.is_revoked().unwrap_or(false) {
                    pause = REVOKED;
                }
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

impl<C: Connect> Core<C> {
    fn pictures_folder(&self) -> Option<PathBuf> {
        self.pictures.lock().ok().and_then(|pictures| pictures.clone())
    }

    fn server(&self) -> Result<Option<Server>, StoreError> {
        self.app.store.read(Server::read)
    }

    /// The server as it can be asked.
    fn protocol(&self) -> Result<C::Protocol, ApiError> {
        match self.server().map_err(to_api_error)? {
            Some(server) => {
                let addresses = server.addresses();
                self.connector.connect(addresses.first().unwrap_or(&server.address), &server.token)
            }
            None => Err(not_connected()),
        }
    }

    /// Wakes whoever keeps this device synced: somebody waits.
    fn ask_for_sync(&self) {
        self.asked.store(true, Ordering::Release);
        self.bell.notify_one();
    }

    async fn sync(&self) -> Result<(), ApiError> {
        let Some(_running) = self.begin() else {
            // Whatever is running sees to it when it ends.
            self.asked.store(true, Ordering::Release);
            if !self.running.load(Ordering::Acquire) {
                // It has just ended.
                self.bell.notify_one();
            }
            return Ok(());
        };
        let Some(server) = self.server().map_err(to_api_error)? else {
            return Err(not_connected());
        };
        self.watch.begin();
        let result = self.sync_somewhere(&server).await;
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

    /// Syncs with the server where it answers: at the addresses that are known, else where it is found on the local network.
    async fn sync_somewhere(&self, server: &Server) -> Result<(), ApiError> {
        let mut missed = None;
        for address in server.addresses() {
            match self.sync_with(&address, &server.token).await {
                Err(error) if self.not_there(&error) => missed = Some(error),
                ended => {
                    if missed.is_some() {
                        // Where it was found it is no longer: nobody shall wait there each time.
                        self.app.store.write::<_, StoreError>(Server::forget_found).map_err(to_api_error)?;
                    }
                    return ended;
                }
            }
        }
        if let Some(pin) = &server.address.pin {
            for url in self.connector.discover(pin).await {
                let address = ServerAddress { url, pin: Some(pin.clone()) };
                match self.sync_with(&address, &server.token).await {
                    Err(error) if self.not_there(&error) => {}
                    ended => {
                        let found = |writer: &Writer<'_>| Server::note_found(writer, &address.url);
                        self.app.store.write::<_, StoreError>(found).map_err(to_api_error)?;
                        return ended;
                    }
                }
            }
        }
        Err(missed.unwrap_or_else(not_connected))
    }

    /// Whether nobody answered, or somebody else did, so that the server may be at another address.
    fn not_there(&self, error: &ApiError) -> bool {
        let nobody = error.code == ErrorCode::Unreachable && self.watch.bytes() == 0;
        nobody || error.code == ErrorCode::Certificate
    }

    async fn sync_with(&self, address: &ServerAddress, token: &str) -> Result<(), ApiError> {
        let protocol = self.connector.connect(address, token)?;
        let result = self.sync_by(&protocol).await;
        if let Some(erase) = result.as_ref().err().and_then(erasing::revoked_by) {
            self.take_revocation(&protocol, erase).await?;
        }
        result
    }

    async fn sync_by(&self, protocol: &C::Protocol) -> Result<(), ApiError> {
        if self.is_revoked().map_err(to_api_error)? {
            self.ask_whether_revoked(protocol).await?;
        }
        let outcome = sync(&self.app.store, protocol, &*self.app.clock, &self.watch).await?;
        self.note_outcome(&outcome)?;
        outcome.left_undone.map_or(Ok(()), Err)
    }

    /// Notes what was proven, for screens.
    fn note_outcome(&self, outcome: &SyncOutcome) -> Result<(), ApiError> {
        let now = self.app.now();
        let verified = outcome.verified.as_ref().and_then(|verified| serde_json::to_string(verified).ok());
        let differing: Vec<&str> = outcome.differing.iter().map(GridCode::as_str).collect();
        let note = |writer: &Writer<'_>| {
            writer.set_setting(LAST_SUCCESS, &now.to_rfc3339())?;
            writer.set_setting(VERIFIED, verified.as_deref().unwrap_or_default())?;
            writer.clear_setting(SENT_SINCE)?;
            writer.set_setting(DIFFERING, &differing.join(","))
        };
        self.app.store.write::<_, StoreError>(note).map_err(to_api_error)
    }

    /// When the office was last heard of.
    fn last_success(&self) -> Result<Option<DateTime<Utc>>, StoreError> {
        let text = self.app.store.read::<_, StoreError>(|reader| reader.setting(LAST_SUCCESS))?;
        Ok(text.and_then(|text| text.parse().ok()))
    }
}

#[cfg(test)]
mod tests {
    use domain::{GridUnit, Scope, SiteFields, SiteId};
    use store::{Author, CountyWrite};
    use wire::message::{RegisterSite, SiteFilter};
    use wire::sync::{EnrolReply, EnrolRequest, Pin, ProtocolError};

    use super::*;
    use crate::Office;

    const ADDRESS: &str = "https://office.example";

    /// An office that is reached at its own address only.
    struct Town(Office);

    impl Connect for Town {
        type Protocol = Office;

        fn connect(&self, server: &ServerAddress, _: &str) -> Result<Office, ApiError> {
            match server.url == ADDRESS {
                true => Ok(self.0.clone()),
                false => Err(ApiError::new(ErrorCode::Unreachable, "nobody is there")),
            }
        }

        async fn enrol(&self, _: &ServerAddress, _: EnrolRequest) -> Result<EnrolReply, ProtocolError> {
            Err(ProtocolError::Unreachable("nobody is there".to_owned()))
        }

        async fn discover(&self, _: &Pin) -> Vec<String> {
            Vec::new()
        }
    }

    fn device() -> (tempfile::TempDir, Device<Town>) {
        let folder = tempfile::tempdir().unwrap();
        let office = App::open(&folder.path().join("office"), Role::Office, system_clock()).unwrap();
        let scope = Scope::new(vec!["350211102207".parse().unwrap()]);
        let store = Arc::clone(office.store());
        let town = Town(Office::new(store, scope, "hua".to_owned(), domain::Role::Inspector));
        let device = Device::open(&folder.path().join("device"), town).unwrap();
        (folder, device)
    }

    #[test]
    fn nothing_is_taken_in_beside_a_sync() {
        let (_folder, device) = device();
        let sync = device.core.begin().unwrap();
        assert!(device.core.begin().is_none());
        let busy = device.core.begin_instead(Duration::ZERO).map(drop).unwrap_err();
        assert_eq!(busy.code, ErrorCode::Busy);
        drop(sync);
        let reading = device.core.begin_instead(Duration::ZERO).unwrap();
        assert!(device.core.begin().is_none());
        drop(reading);
        assert!(device.core.begin().is_some());
    }

    #[test]
    fn only_what_changes_something_wakes_the_sync() {
        let (_folder, device) = device();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let rung = || {
            let notified = device.core.bell.notified();
            runtime.block_on(async { tokio::time::timeout(Duration::ZERO, notified).await.is_ok() })
        };
        let code: GridCode = "350211102207".parse().unwrap();
        let unit = CountyWrite::SetUnit(GridUnit { code: code.clone(), name: "Donghui".to_owned() });
        let author = Author { person: "Hua".to_owned(), command: "test", at: Utc::now() };
        device
            .app()
            .store
            .write::<_, StoreError>(|writer| writer.edit_county(&code, &author, &[unit]))
            .unwrap();
        let fields = SiteFields::named(code, "Foundry");
        let register = RegisterSite { id: SiteId::new(), fields, draft: None };
        device.call("sites.register", serde_json::to_value(register).unwrap()).unwrap();
        assert!(rung());
        device.call("sites.count", serde_json::to_value(SiteFilter::default()).unwrap()).unwrap();
        assert!(!rung());
    }

    #[test]
    fn where_the_office_was_found_is_forgotten_once_it_answers_at_its_own_address() {
        let (_folder, device) = device();
        let address = ServerAddress { url: ADDRESS.to_owned(), pin: None };
        let note = |writer: &Writer<'_>| {
            Server::note(writer, &address, "token", "")?;
            Server::note_found(writer, "https://192.168.1.5:8770")
        };
        device.core.app.store.write::<_, StoreError>(note).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(device.sync_now()).unwrap();
        assert_eq!(device.core.server().unwrap().unwrap().addresses(), vec![address]);
    }
}
