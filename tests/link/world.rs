//! Both ends of the link.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use app::{App, Device, system_clock};
use domain::{PhotoHash, Scope, SiteField, SiteFields, SiteId};
use office::{DONGHUI, JIMEI, sample, shown, visit};
use serde::Serialize;
use serde::de::DeserializeOwned;
use store::{Role, StoreError};
use sync_client::HttpConnector;
use sync_server::{Server, access::Access};
use uuid::Uuid;
use wire::message::*;

/// How many photos one visit has.
const PER_VISIT: usize = 10;

/// A device that has everything to send, and what it will send.
pub struct World {
    pub token: String,
    /// The SHA-256 of the server's certificate, which the device pins.
    pub certificate: String,
    pub photos: Vec<PhotoHash>,
    /// Of all photos, without their thumbnails; or of all changes, compressed.
    pub bytes: u64,
    pub thumbnail_bytes: u64,
    device: PathBuf,
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap()
}

fn call<R: DeserializeOwned>(device: &Device<HttpConnector>, command: &str, request: impl Serialize) -> R {
    let reply = device.call(command, serde_json::to_value(request).unwrap());
    serde_json::from_value(reply.unwrap_or_else(|error| panic!("{command}: {error}"))).unwrap()
}

/// An office, and a device that has synced with it once.
struct Begun {
    device_folder: PathBuf,
    device: Device<HttpConnector>,
    token: String,
    /// The SHA-256 of the server's certificate.
    certificate: String,
}

fn begin(folder: &Path, scope: &str, import: impl FnOnce(&App)) -> Begun {
    let (office, device_folder) = (folder.join("office"), folder.join("device"));
    let app = App::open(&office, Role::Office, system_clock()).unwrap();
    import(&app);
    let access = Access::open(&office).unwrap();
    let scope = Scope::new(vec![scope.parse().unwrap()]);
    let person = access.add_person("阿华", domain::Role::Inspector, Some(scope), app.now()).unwrap();
    let token = access.add_device("link", person.id, None, app.now()).unwrap();
    drop(app);
    let device = Device::open(&device_folder, HttpConnector::new()).unwrap();
    let runtime = runtime();
    let server = runtime.block_on(Server::open(&office, "127.0.0.1:0", None)).unwrap();
    let address = format!("http://{}", server.address());
    let certificate = server.fingerprint().to_string();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let running = runtime.spawn(server.run(async { drop(stopped.await) }));
    let connect = ConnectServer { address, certificate: None, token: token.clone(), person: String::new() };
    call::<SyncStatus>(&device, "sync.connect", connect);
    runtime.block_on(device.sync_now()).unwrap();
    drop(stop);
    runtime.block_on(running).unwrap().unwrap();
    Begun { device_folder, device, token, certificate }
}

/// An office, and a device that has synced with it once and then recorded visits without signal.
pub fn with_photos(folder: &Path, photos: usize, side: usize) -> World {
    let Begun { device_folder, device, token, certificate } = begin(folder, DONGHUI, sample::import_donghui);
    let photograph = crate::photographs::Photograph::read();
    let id = SiteId::new();
    let fields = SiteFields::named(DONGHUI.parse().unwrap(), "新发五金加工点");
    call::<OneSite>(&device, "sites.register", RegisterSite { id, fields, draft: None });
    let mut world =
        World { token, certificate, photos: Vec::new(), bytes: 0, thumbnail_bytes: 0, device: device_folder };
    while world.photos.len() < photos {
        let draft = Uuid::now_v7();
        let mut inspection = visit(id);
        inspection.draft = Some(draft);
        for _ in 0..PER_VISIT.min(photos - world.photos.len()) {
            let upload = device.upload(&photograph.window(world.photos.len(), side)).unwrap();
            let attach = AttachPhoto { upload, draft, options: None };
            let photo: AttachedPhoto = call(&device, "photos.attach", attach);
            inspection.photos.push(shown(&photo.hash));
            world.bytes += photo.bytes;
            world.thumbnail_bytes += device.photo(&photo.hash, true).unwrap().unwrap().len() as u64;
            world.photos.push(photo.hash);
        }
        call::<RecordedInspection>(&device, "inspections.record", inspection);
    }
    world
}

/// The same with the ledger of the county, of which the device has changed so many dossiers.
pub fn with_records(folder: &Path, records: usize) -> World {
    let import = |app: &App| {
        sample::import_file(app, ImportKind::Divisions, "divisions-350211.csv");
        sample::import_file(app, ImportKind::Ledger, "ledger-jimei.csv");
    };
    let Begun { device_folder, device, token, certificate } = begin(folder, JIMEI, import);
    let mut after = None;
    let mut sites = Vec::new();
    while sites.len() < records {
        let list = ListSites { filter: SiteFilter::default(), after, limit: 500 };
        let page: SitePage = call(&device, "sites.list", list);
        sites.extend(page.sites.into_iter().map(|site| site.id));
        after = page.next;
        assert!(after.is_some() || sites.len() >= records, "there are only {} sites", sites.len());
    }
    for (n, site) in sites.into_iter().take(records).enumerate() {
        let edit =
            FieldEdit { field: SiteField::Remark, was: String::new(), value: format!("核查第{n}家") };
        call::<OneSite>(&device, "sites.edit", EditSite { site, edits: vec![edit] });
    }
    let unsent = device.app().store().read::<_, StoreError>(|reader| reader.unsent_after(0, usize::MAX));
    let raw: Vec<u8> = unsent.unwrap().iter().flat_map(|unsent| unsent.entry.bytes.iter().copied()).collect();
    let bytes = zstd::encode_all(raw.as_slice(), 9).unwrap().len() as u64;
    World { token, certificate, photos: Vec::new(), bytes, thumbnail_bytes: 0, device: device_folder }
}

impl World {
    /// Whether the office lacks a change that the device has.
    pub fn differs_from(&self, office: &Path) -> bool {
        let digests = |folder: &Path, role| {
            let app = App::open(folder, role, system_clock()).unwrap();
            app.store().read::<_, StoreError>(|reader| reader.digests(|_| true)).unwrap()
        };
        digests(office, Role::Office) != digests(&self.device, Role::Device)
    }

    /// How many of the photos the office lacks, or has with other bytes.
    pub fn missing_at(&self, office: &Path) -> usize {
        let office = App::open(office, Role::Office, system_clock()).unwrap();
        let device = App::open(&self.device, Role::Device, system_clock()).unwrap();
        let there = |hash: &&PhotoHash| {
            let row = office.store().read::<_, StoreError>(|reader| reader.photo_file(hash)).unwrap();
            let bytes = office.store().photo_bytes(hash).unwrap();
            row.is_some() && bytes == device.store().photo_bytes(hash).unwrap()
        };
        self.photos.iter().filter(|hash| !there(hash)).count()
    }
}

/// The server's end. Runs until it is killed.
pub fn serve(folder: &Path, address: &str) {
    runtime().block_on(async {
        let server = Server::open(folder, address, None).await.unwrap();
        server.run(std::future::pending()).await.unwrap();
    });
}

/// The device's end: as the app does it, until nothing waits to be sent.
pub fn send(folder: &Path, address: &str, token: &str, certificate: &str) {
    let device = Arc::new(Device::open(folder, HttpConnector::new()).unwrap());
    let connect = ConnectServer {
        address: address.to_owned(),
        certificate: Some(certificate.to_owned()),
        token: token.to_owned(),
        person: String::new(),
    };
    let connect = serde_json::to_value(connect).unwrap();
    // The link may be cut just now.
    while let Err(error) = device.call("sync.connect", connect.clone()) {
        eprintln!("{error}");
        std::thread::sleep(Duration::from_secs(1));
    }
    let runtime = runtime();
    let syncing = Arc::clone(&device);
    runtime.spawn(async move { syncing.keep_synced().await });
    loop {
        std::thread::sleep(Duration::from_millis(500));
        let status: SyncStatus = call(&device, "sync.status", Nothing {});
        if status.unsent_changes == 0 && status.unsent_photos == 0 && status.verified.is_some() {
            return;
        }
    }
}
