//! Sync without a network: bundles carried by hand between devices and an office that never reach each other otherwise.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use app::{
    App, BundleSender, BundleTaken, Device, Office, new_identity, recipient_of, system_clock, take_bundle,
};
use domain::{PhotoHash, Role, Scope, SiteField, SiteFields, SiteId};
use office::{DONGHUI, donghui, shown, visit};
use serde::Serialize;
use serde::de::DeserializeOwned;
use store::StoreError;
use tempfile::TempDir;
use uuid::Uuid;
use wire::message::*;
use wire::sync::*;
use wire::{ApiError, ErrorCode};

/// An office that can be reached only while somebody lets it.
struct Place {
    app: App,
    identity: String,
    reachable: AtomicBool,
    /// People by the tokens of their devices.
    people: Mutex<HashMap<String, (&'static str, Role, Scope)>>,
    /// Whether their devices were revoked, and then whether they were removed, too.
    revoked: Mutex<Option<bool>>,
    _folder: TempDir,
}

#[derive(Clone)]
struct Way(Arc<Place>);

impl Place {
    fn open() -> Way {
        let folder = tempfile::tempdir().unwrap();
        let app = App::open(folder.path(), store::Role::Office, system_clock()).unwrap();
        office::sample::import_file(&app, ImportKind::Divisions, "divisions-350211.csv");
        let people = Mutex::default();
        let (identity, reachable) = (new_identity(), AtomicBool::new(false));
        Way(Arc::new(Self { app, identity, reachable, people, revoked: Mutex::default(), _folder: folder }))
    }

    fn office(&self, token: &str) -> Option<Office> {
        let (person, role, scope) = self.people.lock().unwrap().get(token)?.clone();
        let office = Office::new(self.app.store().clone(), scope, person.to_owned(), role);
        let office = office.with_key(recipient_of(&self.identity).unwrap());
        Some(match *self.revoked.lock().unwrap() {
            Some(person_removed) => office.with_revoked(person_removed),
            None => office,
        })
    }

    /// What the office makes of a bundle, and its answer.
    fn take(&self, bundle: &Bundle, from: &Somebody) -> Result<(BundleTaken, Bundle), ApiError> {
        let answer = Bundle::new();
        let find = |token: &str| {
            let recipient = from.key.clone();
            Ok(self.office(token).map(|office| BundleSender { office, recipient }))
        };
        let taken = take_bundle(&bundle.path, &self.identity, find, self.app.now(), &answer.path)?;
        Ok((taken, answer))
    }

    fn digests(&self) -> Vec<Digest> {
        self.app.store().read::<_, StoreError>(|reader| reader.digests(|_| true)).unwrap()
    }
}

impl Connect for Way {
    type Protocol = Office;

    fn connect(&self, _: &ServerAddress, token: &str) -> Result<Office, ApiError> {
        let office = self.0.office(token).filter(|_| self.0.reachable.load(Ordering::Relaxed));
        office.ok_or_else(|| ApiError::new(ErrorCode::Unreachable, "there is no network"))
    }

    async fn enrol(&self, _: &ServerAddress, _: EnrolRequest) -> Result<EnrolReply, ProtocolError> {
        Err(ProtocolError::Unreachable("there is no network".to_owned()))
    }

    async fn discover(&self, _: &Pin) -> Vec<String> {
        Vec::new()
    }
}

/// A file that is carried about.
struct Bundle {
    path: PathBuf,
    _folder: TempDir,
}

impl Bundle {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { path: folder.path().join("carried.vlbundle"), _folder: folder }
    }
}

/// A person with a device.
struct Somebody {
    device: Device<Way>,
    key: String,
    _folder: TempDir,
}

impl Somebody {
    /// Connected once, when there was a network.
    fn at(way: &Way, name: &'static str, role: Role) -> Self {
        way.0.people.lock().unwrap().insert(name.to_uppercase(), (name, role, donghui()));
        let folder = tempfile::tempdir().unwrap();
        let device = Device::open(folder.path(), way.clone()).unwrap();
        let mut somebody = Self { device, key: String::new(), _folder: folder };
        way.0.reachable.store(true, Ordering::Relaxed);
        somebody.call::<SyncStatus>(
            "sync.connect",
            ConnectServer {
                address: "http://localhost".to_owned(),
                certificate: None,
                token: name.to_uppercase(),
                person: String::new(),
            },
        );
        somebody.sync();
        way.0.reachable.store(false, Ordering::Relaxed);
        // Made with the first sync.
        let store = somebody.device.app().store();
        let identity = store.read::<_, StoreError>(|reader| reader.setting("bundle_identity")).unwrap();
        somebody.key = recipient_of(&identity.unwrap()).unwrap();
        somebody
    }

    fn sync(&self) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(self.device.sync_now()).unwrap();
    }

    fn try_call<R: DeserializeOwned>(&self, command: &str, request: impl Serialize) -> Result<R, ApiError> {
        let reply = self.device.call(command, serde_json::to_value(request).unwrap())?;
        Ok(serde_json::from_value(reply).unwrap())
    }

    fn call<R: DeserializeOwned>(&self, command: &str, request: impl Serialize) -> R {
        self.try_call(command, request).unwrap_or_else(|error| panic!("{command}: {error:?}"))
    }

    fn status(&self) -> SyncStatus {
        self.call("sync.status", Nothing {})
    }

    fn register(&self, name: &str) -> SiteId {
        let id = SiteId::new();
        let fields = SiteFields::named(DONGHUI.parse().unwrap(), name);
        self.call::<OneSite>("sites.register", RegisterSite { id, fields, draft: None }).site
    }

    fn visit_with_photo(&self, site: SiteId, photo: &str) -> PhotoHash {
        let bytes = std::fs::read(office::sample::path(&format!("photos/{photo}.jpg"))).unwrap();
        let upload = self.device.upload(&bytes).unwrap();
        let request = AttachPhoto { upload, draft: Uuid::new_v4(), options: None };
        let attached: AttachedPhoto = self.call("photos.attach", request);
        let mut inspection = visit(site);
        inspection.photos = vec![shown(&attached.hash)];
        self.call::<RecordedInspection>("inspections.record", inspection);
        attached.hash
    }

    fn name(&self, site: SiteId) -> String {
        self.call::<DossierView>("sites.dossier", OneSite { site }).fields.name
    }

    fn write(&self) -> (WrittenBundle, Bundle) {
        let written: WrittenBundle = self.call("bundle.write", Nothing {});
        let bundle = Bundle::new();
        std::fs::copy(self.device.app().uploads().download(written.file.id).unwrap(), &bundle.path).unwrap();
        (written, bundle)
    }

    fn read(&self, answer: &Bundle) -> Result<ReadBundle, ApiError> {
        let upload = self.device.upload(&std::fs::read(&answer.path).unwrap()).unwrap();
        self.try_call("bundle.read", TakeBundle { upload })
    }

    /// There and back once.
    fn carried(&self, way: &Way) -> (BundleTaken, ReadBundle) {
        let (_, bundle) = self.write();
        let (taken, answer) = way.0.take(&bundle, self).unwrap();
        (taken, self.read(&answer).unwrap())
    }

    fn digests(&self) -> Vec<Digest> {
        self.device.app().store().read::<_, StoreError>(|reader| reader.digests(|_| true)).unwrap()
    }
}

/// Lets the clock go on: whether the network overtook a bundle is told by the time.
fn a_moment_later() {
    std::thread::sleep(std::time::Duration::from_millis(5));
}

#[test]
fn two_devices_and_an_office_end_alike_by_bundles_alone() {
    let way = Place::open();
    let (hua, ming) = (Somebody::at(&way, "hua", Role::Lead), Somebody::at(&way, "ming", Role::Inspector));
    let (forge, foundry) = (hua.register("陈记铁铺"), ming.register("明记铸造"));
    let (one, other) =
        (hua.visit_with_photo(forge, "gps-DSCN0010"), ming.visit_with_photo(foundry, "gps-DSCN0012"));
    assert_eq!((hua.status().unsent_changes, hua.status().unsent_photos), (2, 1));

    let (taken, read) = hua.carried(&way);
    assert_eq!((taken.taken, taken.refused, taken.photos, taken.photos_refused), (2, 0, 1, 0));
    assert_eq!((read.sent, read.more), (2, false));
    let (taken, read) = ming.carried(&way);
    assert_eq!((taken.taken, taken.photos), (2, 1));
    // The forge comes along, compacted, and its photo.
    assert_eq!((read.received, read.photos), (1, 1));
    assert_eq!(ming.name(forge), "陈记铁铺");
    a_moment_later();
    let (taken, read) = hua.carried(&way);
    assert_eq!((taken.taken, taken.photos), (0, 0));
    assert_eq!((read.received, read.photos), (2, 1));
    assert_eq!(hua.name(foundry), "明记铸造");

    for somebody in [&hua, &ming] {
        assert_eq!(somebody.digests(), way.0.digests());
        let status = somebody.status();
        assert_eq!((status.unsent_changes, status.unsent_photos, status.missing_photos), (0, 0, 0));
        let verified = status.verified.expect("both sides were compared");
        assert_eq!((verified.dossiers, verified.photos), (2, 2));
        for hash in [&one, &other] {
            let (here, there) = (somebody.device.app().store(), way.0.app.store());
            assert!(here.photo_bytes(hash).unwrap().is_some());
            assert_eq!(here.photo_bytes(hash).unwrap(), there.photo_bytes(hash).unwrap());
        }
    }
}

#[test]
fn nothing_counts_as_sent_before_the_answer_and_the_same_bundle_twice_does_no_harm() {
    let way = Place::open();
    let hua = Somebody::at(&way, "hua", Role::Inspector);
    let site = hua.register("陈记铁铺");
    let (written, bundle) = hua.write();
    assert_eq!((written.changes, written.photos, written.photos_left), (1, 0, 0));
    assert_eq!(hua.status().unsent_changes, 1);
    let (first, _) = way.0.take(&bundle, &hua).unwrap();
    let before = way.0.digests();
    let (again, answer) = way.0.take(&bundle, &hua).unwrap();
    assert_eq!((first.taken, again.taken), (1, 1));
    assert_eq!(way.0.digests(), before);
    assert_eq!(hua.status().unsent_changes, 1);
    // Written meanwhile: not in the bundle, so not sent.
    let edit = FieldEdit { field: SiteField::Telephone, was: String::new(), value: "13800000000".to_owned() };
    hua.call::<OneSite>("sites.edit", EditSite { site, edits: vec![edit] });
    assert_eq!(hua.read(&answer).unwrap().sent, 1);
    assert_eq!(hua.status().unsent_changes, 1);
    assert_eq!(hua.status().verified, None);
    assert_eq!(hua.read(&answer).unwrap().sent, 1);
    assert_eq!(hua.status().unsent_changes, 1);
}

#[test]
fn an_answer_that_the_network_overtook_says_only_what_was_sent() {
    let way = Place::open();
    let hua = Somebody::at(&way, "hua", Role::Inspector);
    hua.register("陈记铁铺");
    let (_, bundle) = hua.write();
    let (_, answer) = way.0.take(&bundle, &hua).unwrap();
    a_moment_later();
    way.0.reachable.store(true, Ordering::Relaxed);
    hua.sync();
    way.0.reachable.store(false, Ordering::Relaxed);
    let before = (hua.digests(), hua.status().verified);
    let read = hua.read(&answer).unwrap();
    assert_eq!((read.sent, read.received), (1, 0));
    assert_eq!((hua.digests(), hua.status().verified), before);
}

#[test]
fn what_a_person_may_not_do_is_held_and_what_nobody_knows_is_refused() {
    let way = Place::open();
    let hua = Somebody::at(&way, "hua", Role::Inspector);
    let site = hua.register("陈记铁铺");
    // Until the lead's answer came this device took itself for a lead's.
    way.0.people.lock().unwrap().insert("HUA".to_owned(), ("hua", Role::Viewer, donghui()));
    let (taken, read) = hua.carried(&way);
    assert_eq!((taken.taken, taken.refused, read.sent), (0, 1, 0));
    let status = hua.status();
    assert_eq!((status.unsent_changes, status.refused.len(), status.verified), (1, 1, None));
    assert_eq!(hua.name(site), "陈记铁铺");

    let (_, bundle) = hua.write();
    way.0.people.lock().unwrap().clear();
    let refused = way.0.take(&bundle, &hua).map(|_| ()).unwrap_err();
    assert_eq!((refused.code, refused.reason.as_deref()), (ErrorCode::File, Some("unknown_device")));
}

#[test]
fn what_a_revoked_device_carries_is_saved_and_it_is_told_nothing_new() {
    for person_removed in [false, true] {
        let way = Place::open();
        let (hua, ming) =
            (Somebody::at(&way, "hua", Role::Inspector), Somebody::at(&way, "ming", Role::Inspector));
        hua.register("陈记铁铺");
        let theirs = ming.register("别人的厂");
        way.0.reachable.store(true, Ordering::Relaxed);
        ming.sync();
        way.0.reachable.store(false, Ordering::Relaxed);
        *way.0.revoked.lock().unwrap() = Some(person_removed);
        let (_, bundle) = hua.write();
        let (taken, answer) = way.0.take(&bundle, &hua).unwrap();
        assert_eq!((taken.taken, taken.refused), if person_removed { (0, 1) } else { (1, 0) });
        let waiting = way.0.app.store().read::<_, StoreError>(|reader| reader.held_waiting()).unwrap();
        assert_eq!(waiting, u64::from(person_removed), "what nobody may say any more waits for a lead");
        hua.read(&answer).unwrap();
        assert_eq!(hua.status().unsent_changes, u64::from(person_removed));
        assert_eq!(hua.status().verified, None);
        let refusal = hua.try_call::<DossierView>("sites.dossier", OneSite { site: theirs });
        assert_eq!(refusal.unwrap_err().code, ErrorCode::NotFound);
    }
}

#[test]
fn a_bundle_for_somebody_else_or_the_wrong_way_round_changes_nothing() {
    let (way, elsewhere) = (Place::open(), Place::open());
    let hua = Somebody::at(&way, "hua", Role::Inspector);
    let ming = Somebody::at(&way, "ming", Role::Inspector);
    hua.register("陈记铁铺");
    let (_, bundle) = hua.write();
    let before = way.0.digests();
    let reason = |result: Result<(), ApiError>| result.unwrap_err().reason.unwrap();
    assert_eq!(reason(elsewhere.0.take(&bundle, &hua).map(|_| ())), "not_for_us");
    assert_eq!(reason(hua.read(&bundle).map(|_| ())), "not_for_us");
    let (_, answer) = way.0.take(&bundle, &hua).unwrap();
    assert_ne!(way.0.digests(), before);
    assert_eq!(reason(ming.read(&answer).map(|_| ())), "not_for_us");
    assert_eq!(reason(way.0.take(&answer, &hua).map(|_| ())), "not_for_us");
    std::fs::write(&bundle.path, b"no bundle at all").unwrap();
    assert_eq!(reason(way.0.take(&bundle, &hua).map(|_| ())), "damaged");
    assert_eq!(hua.status().unsent_changes, 1);
}

#[test]
fn a_device_that_never_met_the_office_cannot_write_for_it() {
    let folder = tempfile::tempdir().unwrap();
    let device = Device::open(folder.path(), Place::open()).unwrap();
    let error = device.call("bundle.write", serde_json::json!({})).unwrap_err();
    assert_eq!(error.code, ErrorCode::NotConnected);
}
