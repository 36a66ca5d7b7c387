//! People and places for the tests: an office with a real server, and inspectors with devices of their own.

pub mod apart;
pub mod console;
mod desk;
mod forward;
pub mod paper;
mod records_only;
pub mod sample;
pub mod small_disk;

use std::path::Path;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use app::{App, Device, Office};
use domain::{InspectionId, InspectionSource, PhotoHash, Role, Scope, SiteFields, SiteId, Verdict};
use serde::Serialize;
use serde::de::DeserializeOwned;
use store::{Report, Store, VerifyOptions, verify};
use sync_client::HttpConnector;
use sync_server::Server;
use sync_server::access::{Access, NewInvitation, Person, Visitor};
use tempfile::TempDir;
use tokio::sync::oneshot;
use uuid::Uuid;
use wire::ApiError;
use wire::message::*;
use wire::sync::{Invitation, Pin, ServerAddress};

pub use desk::{Desk, step};
pub use records_only::records_only;

/// Donghui village.
pub const DONGHUI: &str = "350211102207";
/// The county that it lies in.
pub const JIMEI: &str = "350211";

/// An office: a server that runs, over a folder of its own.
pub struct TestOffice {
    pub address: String,
    pub app: Arc<App>,
    pub access: Arc<Access>,
    /// The hash of the certificate that it shows to those who speak TLS.
    pub pin: Pin,
    stop: Option<oneshot::Sender<()>>,
    running: tokio::task::JoinHandle<()>,
    pub folder: TempDir,
}

impl TestOffice {
    /// An office that knows the divisions, boundaries and ledger of Donghui.
    pub async fn of_donghui() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let office = Self::open(folder, "127.0.0.1:0").await;
        sample::import_donghui(&office.app);
        office
    }

    async fn open(folder: TempDir, address: &str) -> Self {
        let server = Server::open(folder.path(), address, None).await.unwrap();
        let address = format!("http://{}", server.address());
        let (app, access) = (Arc::clone(&server.state().app), Arc::clone(&server.state().access));
        let pin = server.fingerprint();
        let (stop, stopped) = oneshot::channel();
        let running = tokio::spawn(async move {
            server.run(async { drop(stopped.await) }).await.unwrap();
        });
        Self { address, app, access, pin, stop: Some(stop), running, folder }
    }

    /// Ends the server and gives what is needed to start it again.
    pub async fn close(mut self) -> (TempDir, String) {
        drop(self.stop.take());
        self.running.await.unwrap();
        (self.folder, self.address)
    }

    /// Starts the server again where it was.
    pub async fn reopen((folder, address): (TempDir, String)) -> Self {
        Self::open(folder, address.strip_prefix("http://").unwrap()).await
    }

    /// Somebody of this name and role, for Donghui; whoever has the name already stays as they are.
    pub fn person(&self, name: &str, role: Role) -> Person {
        match self.access.person_named(name).unwrap() {
            Some(person) => person,
            None => self.access.add_person(name, role, Some(donghui()), self.app.now()).unwrap(),
        }
    }

    /// A token for a device of an inspector of Donghui.
    pub fn token(&self) -> String {
        self.token_of("test", Role::Inspector)
    }

    /// A token for another device of somebody.
    pub fn token_of(&self, name: &str, role: Role) -> String {
        self.access.add_device("test", self.person(name, role).id, None, self.app.now()).unwrap()
    }

    /// An invitation of a device of somebody, as the app reads it.
    pub fn invitation(&self, person: &Person) -> Invitation {
        let new = NewInvitation { person: person.id, device: "手机", scope: None };
        let (_, code, _) = self.access.invite(new, self.app.now()).unwrap();
        Invitation { server: ServerAddress { url: self.address.clone(), pin: None }, code }
    }

    /// An inspector whose device is connected.
    pub async fn inspector(&self, name: &str) -> Inspector {
        self.member(name, Role::Inspector).await
    }

    /// Somebody whose device is connected.
    pub async fn member(&self, name: &str, role: Role) -> Inspector {
        let token = self.token_of(name, role);
        Inspector::alone().connected(&self.address, token).await
    }

    /// The secret of an open session of somebody at the console.
    pub fn session(&self, person: &Person) -> String {
        let code = self.access.new_sign_in_code(person.id, self.app.now()).unwrap();
        let visitor = Visitor { peer: [127, 0, 0, 1].into(), browser: "a test".to_owned() };
        self.access.sign_in(&code, &visitor, self.app.now()).unwrap()
    }

    /// The secret of an open session of an administrator.
    pub fn admin_session(&self) -> String {
        self.session(&self.access.first_admin(self.app.now()).unwrap())
    }
}

/// A person with a device.
pub struct Inspector {
    pub device: Arc<Device<HttpConnector>>,
    pub folder: TempDir,
}

impl Inspector {
    /// A device that knows no server.
    pub fn alone() -> Self {
        Self::with(tempfile::tempdir().unwrap())
    }

    /// The device whose data lies in this folder.
    pub fn with(folder: TempDir) -> Self {
        let device = Arc::new(Device::open(folder.path(), HttpConnector::new()).unwrap());
        Self { device, folder }
    }

    /// The same device after it was switched off and on.
    pub fn restarted(self) -> Self {
        let Self { device, folder } = self;
        drop(device);
        Self::with(folder)
    }

    /// The same device, connected to a server.
    pub async fn connected(self, address: &str, token: String) -> Self {
        let request =
            ConnectServer { address: address.to_owned(), certificate: None, token, person: String::new() };
        self.asked::<SyncStatus>("sync.connect", request).await.unwrap();
        self
    }

    /// Runs a command and expects it to succeed.
    pub fn call<R: DeserializeOwned>(&self, command: &str, request: impl Serialize) -> R {
        self.try_call(command, request).unwrap_or_else(|error| panic!("{command}: {error:?}"))
    }

    /// Runs a command.
    pub fn try_call<R: DeserializeOwned>(
        &self,
        command: &str,
        request: impl Serialize,
    ) -> Result<R, ApiError> {
        let reply = self.device.call(command, serde_json::to_value(request).unwrap())?;
        Ok(serde_json::from_value(reply).unwrap())
    }

    /// Syncs once.
    pub async fn sync(&self) -> Result<(), ApiError> {
        self.device.sync_now().await
    }

    pub fn status(&self) -> SyncStatus {
        self.call("sync.status", Nothing {})
    }

    pub fn dossier(&self, site: SiteId) -> DossierView {
        self.call("sites.dossier", OneSite { site })
    }

    pub fn totals(&self) -> domain::Totals {
        let reply: LedgerTotals =
            self.call("ledger.totals", LedgerOf { grid: DONGHUI.parse().unwrap(), period: None });
        reply.of.totals
    }

    pub fn find(&self, text: &str) -> Vec<SiteSummary> {
        let filter = SiteFilter { text: Some(text.to_owned()), ..SiteFilter::default() };
        let page: SitePage = self.call("sites.list", ListSites { filter, after: None, limit: 50 });
        page.sites
    }

    pub fn register(&self, name: &str) -> SiteId {
        let id = SiteId::new();
        let fields = SiteFields::named(DONGHUI.parse().unwrap(), name);
        self.call::<OneSite>("sites.register", RegisterSite { id, fields, draft: None }).site
    }

    pub fn edit(&self, site: SiteId, field: domain::SiteField, value: &str) {
        let was = self.dossier(site).fields.text(field).unwrap_or_default().to_owned();
        let edits = vec![FieldEdit { field, was, value: value.to_owned() }];
        self.call::<OneSite>("sites.edit", EditSite { site, edits });
    }

    /// Runs a command that waits for the server.
    pub async fn asked<R: DeserializeOwned + Send + 'static>(
        &self,
        command: &'static str,
        request: impl Serialize,
    ) -> Result<R, ApiError> {
        let (device, request) = (Arc::clone(&self.device), serde_json::to_value(request).unwrap());
        let reply = tokio::task::spawn_blocking(move || device.call(command, request)).await.unwrap();
        reply.map(|reply| serde_json::from_value(reply).unwrap())
    }

    /// Records a visit that shows one photo, from a file of the shared data.
    pub fn photographed(&self, site: SiteId, file: &str) -> AttachedPhoto {
        let draft = Uuid::now_v7();
        let photo = self.photograph(draft, &sample::path(file));
        let mut inspection = visit(site);
        inspection.draft = Some(draft);
        inspection.photos = vec![shown(&photo.hash)];
        self.call::<RecordedInspection>("inspections.record", inspection);
        photo
    }

    /// Takes a photo from a file into a form.
    pub fn photograph(&self, draft: Uuid, file: &Path) -> AttachedPhoto {
        let upload = self.device.upload(&std::fs::read(file).unwrap()).unwrap();
        self.call("photos.attach", AttachPhoto { upload, draft, options: None })
    }
}

/// Copies a folder that nobody writes into meanwhile. What SQLite shares between processes is not part of it.
pub fn copy_tree(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_tree(&entry.path(), &target);
        } else if !entry.file_name().to_string_lossy().ends_with("-shm") {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// That everything in a folder is right; the program that uses it may be running. Says what there is.
pub fn right(folder: &Path) -> Report {
    let store = Store::open_reading(folder).unwrap();
    let report = verify(&store, VerifyOptions::default(), &mut |_, _, _| {}).unwrap();
    assert_eq!(report.faults, vec![]);
    report
}

/// Runs what answers at once.
pub fn now<T>(work: impl Future<Output = T>) -> T {
    match pin!(work).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(done) => done,
        Poll::Pending => panic!("an office in this process waits for nobody"),
    }
}

/// What a device of Donghui may read and write.
pub fn donghui() -> Scope {
    Scope::new(vec![DONGHUI.parse().unwrap()])
}

/// The office as a device of its lead sees it.
pub fn seen_by(app: &App, scope: Scope) -> Office {
    Office::new(app.store().clone(), scope, "阿华".to_owned(), Role::Lead)
}

/// Puts bytes where a photo of `total` bytes is arriving, as a process that ended then had left them.
pub fn arrived(app: &App, hash: &PhotoHash, total: u64, bytes: &[u8]) {
    let mut incoming = app.store().incoming(hash, Duration::ZERO).unwrap();
    incoming.announce(total).unwrap();
    incoming.add(bytes).unwrap();
}

/// That a photo stands in a record, and nothing more.
pub fn shown(hash: &PhotoHash) -> NewPhoto {
    NewPhoto { hash: hash.clone(), problem: None, rectified: false, sketch_of: None, compare_with: None }
}

/// A visit with nothing in it yet.
pub fn visit(site: SiteId) -> RecordInspection {
    RecordInspection {
        id: InspectionId::new(),
        site,
        draft: None,
        source: InspectionSource::DailyPatrol,
        position: None,
        fix_clock_ahead_s: None,
        decision: None,
        seen: None,
        remarks: String::new(),
        task: None,
        checklist: vec![],
        relapse: false,
        problems: vec![],
        photos: vec![],
    }
}

/// A verdict without a plan.
pub fn decision(verdict: Verdict) -> NewDecision {
    NewDecision {
        verdict,
        measures: String::new(),
        deadline: None,
        responsible_unit: String::new(),
        responsible_person: String::new(),
    }
}

/// Writes into the database of a data folder behind its program's back. The statement is about one document.
pub fn sql(folder: &Path, statement: &str, document: SiteId) {
    let connection = rusqlite::Connection::open(folder.join("replica.sqlite")).unwrap();
    connection.busy_timeout(Duration::from_secs(10)).unwrap();
    connection.execute(statement, [document.0]).unwrap();
}

/// All of a document, as a disk that lost a part of itself loses it.
pub fn lose(folder: &Path, site: SiteId) {
    for statement in [
        "DELETE FROM change WHERE document = ?1",
        "DELETE FROM document WHERE id = ?1",
        "DELETE FROM site WHERE id = ?1",
    ] {
        sql(folder, statement, site);
    }
}
