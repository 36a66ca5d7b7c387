//! Devices and an office over a network that loses, doubles and cuts. From a seed, so that a failure can be replayed:
//! `VILLAGE_LEDGER_SEED=7 cargo test -p village-tests --test broken_network`.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use app::{App, Office, SyncWatch, sync, system_clock};
use domain::{PhotoHash, Scope, SiteField, SiteFields, SiteId};
use office::{DONGHUI, visit};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use serde_json::Value;
use store::{Role, StoreError};
use tempfile::TempDir;
use uuid::Uuid;
use wire::message::*;
use wire::sync::*;

/// A protocol over a network that fails.
struct Broken {
    office: Office,
    dice: Arc<Mutex<StdRng>>,
    fault: f64,
}

impl Broken {
    fn unlucky(&self) -> bool {
        self.dice.lock().unwrap().random_bool(self.fault)
    }

    fn lost<T>() -> Result<T, ProtocolError> {
        Err(ProtocolError::Unreachable("cut".to_owned()))
    }
}

impl SyncProtocol for Broken {
    async fn exchange(&self, request: ExchangeRequest) -> Result<ExchangeReply, ProtocolError> {
        if self.unlucky() {
            return Self::lost();
        }
        if self.unlucky() {
            // Doubled on the way.
            self.office.exchange(request.clone()).await?;
        }
        let reply = self.office.exchange(request).await;
        if self.unlucky() { Self::lost() } else { reply }
    }

    async fn photo_state(&self, hash: &PhotoHash) -> Result<PhotoState, ProtocolError> {
        if self.unlucky() { Self::lost() } else { self.office.photo_state(hash).await }
    }

    async fn photo_send(
        &self,
        hash: &PhotoHash,
        total: u64,
        offset: u64,
        mut bytes: Vec<u8>,
    ) -> Result<PhotoState, ProtocolError> {
        if self.unlucky() {
            // Cut in the middle: a part arrives and nobody is told.
            bytes.truncate(bytes.len() / 3);
            self.office.photo_send(hash, total, offset, bytes).await?;
            return Self::lost();
        }
        self.office.photo_send(hash, total, offset, bytes).await
    }

    async fn photo_fetch(
        &self,
        hash: &PhotoHash,
        offset: u64,
        limit: u64,
    ) -> Result<Option<(Vec<u8>, u64)>, ProtocolError> {
        if self.unlucky() {
            Self::lost()
        } else {
            self.office.photo_fetch(hash, offset, limit.min(5_000)).await
        }
    }

    async fn photos_held(&self, hashes: Vec<PhotoHash>) -> Result<Vec<bool>, ProtocolError> {
        if self.unlucky() { Self::lost() } else { self.office.photos_held(hashes).await }
    }

    async fn thumbnails_send(&self, mut thumbnails: Vec<Thumbnail>) -> Result<(), ProtocolError> {
        if self.unlucky() {
            return Self::lost();
        }
        if self.unlucky() {
            // Doubled on the way.
            self.office.thumbnails_send(thumbnails.clone()).await?;
        }
        if self.unlucky() {
            // Some arrive, and nobody is told.
            thumbnails.truncate(thumbnails.len() / 2);
            self.office.thumbnails_send(thumbnails).await?;
            return Self::lost();
        }
        self.office.thumbnails_send(thumbnails).await
    }

    async fn thumbnails_fetch(&self, hashes: Vec<PhotoHash>) -> Result<Thumbnails, ProtocolError> {
        let mut reply = self.office.thumbnails_fetch(hashes).await?;
        if self.unlucky() {
            return Self::lost();
        }
        if self.unlucky() {
            // Less fitted into the answer.
            reply.answered = 1;
            reply.thumbnails.truncate(1);
        }
        Ok(reply)
    }
}

struct Replica {
    app: App,
    _folder: TempDir,
}

fn replica(role: Role) -> Replica {
    let folder = tempfile::tempdir().unwrap();
    let app = App::open(folder.path(), role, system_clock()).unwrap();
    Replica { app, _folder: folder }
}

fn call(replica: &Replica, command: &str, request: impl serde::Serialize) -> Value {
    let request = serde_json::to_value(request).unwrap();
    wire::dispatch(&replica.app, &app::Caller::everything(), command, request).unwrap().unwrap()
}

fn season(seed: u64, photos: &[Vec<u8>]) {
    let mut dice = StdRng::seed_from_u64(seed);
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let office = replica(Role::Office);
    office::sample::import_file(&office.app, ImportKind::Divisions, "divisions-350211.csv");
    let devices: Vec<Replica> = (0..3).map(|_| replica(Role::Device)).collect();
    let scope = Scope::new(vec!["350211".parse().unwrap()]);
    let protocol = |fault: f64, seed: u64| Broken {
        office: office::seen_by(&office.app, scope.clone()),
        dice: Arc::new(Mutex::new(StdRng::seed_from_u64(seed))),
        fault,
    };
    let synced = |device: &Replica, fault: f64, seed: u64| {
        let watch = SyncWatch::default();
        let clock = || device.app.now();
        runtime.block_on(sync(device.app.store(), &protocol(fault, seed), &clock, &watch))
    };
    for device in &devices {
        synced(device, 0.0, 0).unwrap();
    }
    let mut sites: Vec<SiteId> = Vec::new();
    let mut inspections = 0;
    let mut recorded: BTreeSet<PhotoHash> = BTreeSet::new();
    for step in 0..40 {
        let device = &devices[dice.random_range(0..devices.len())];
        let known = |site: &SiteId| {
            device.app.store().read::<_, StoreError>(|reader| reader.site(*site)).unwrap().is_some()
        };
        let site = sites.get(dice.random_range(0..sites.len().max(1))).copied().filter(known);
        match (dice.random_range(0..10), site) {
            (0..=1, _) | (_, None) => {
                let id = SiteId::new();
                let fields = SiteFields::named(DONGHUI.parse().unwrap(), format!("厂{step}"));
                call(device, "sites.register", RegisterSite { id, fields, draft: None });
                sites.push(id);
            }
            (2..=4, Some(site)) => {
                let field = SiteField::Telephone;
                let seen: DossierView =
                    serde_json::from_value(call(device, "sites.dossier", OneSite { site })).unwrap();
                match seen.conflicts.first() {
                    Some(conflict) => {
                        let key = conflict.values[dice.random_range(0..conflict.values.len())].key.clone();
                        call(device, "sites.choose_value", ChooseValue { site, field, key });
                    }
                    None => {
                        let edits =
                            vec![FieldEdit { field, was: seen.fields.telephone, value: step.to_string() }];
                        call(device, "sites.edit", EditSite { site, edits });
                    }
                }
            }
            (5..=6, Some(site)) => {
                let mut inspection = visit(site);
                if dice.random_bool(0.3) {
                    let upload = device.app.uploads().add(&photos[step % photos.len()]).unwrap();
                    let attached = call(
                        device,
                        "photos.attach",
                        AttachPhoto { upload, draft: Uuid::new_v4(), options: None },
                    );
                    let hash: PhotoHash = serde_json::from_value(attached["hash"].clone()).unwrap();
                    recorded.insert(hash.clone());
                    inspection.photos = vec![NewPhoto {
                        hash,
                        problem: None,
                        rectified: false,
                        sketch_of: None,
                        compare_with: None,
                    }];
                }
                call(device, "inspections.record", inspection);
                inspections += 1;
            }
            _ => {
                if let Ok(outcome) = synced(device, 0.2, dice.random()) {
                    assert_eq!(outcome.differing, vec![], "seed {seed} step {step}");
                }
            }
        }
    }
    // Quiet: everybody syncs until nothing is new.
    for round in 0..2 {
        for device in &devices {
            let outcome = synced(device, 0.0, 0).unwrap();
            assert!(round == 0 || outcome.verified.is_some(), "seed {seed}: {outcome:?}");
        }
    }
    let digests =
        |replica: &Replica| replica.app.store().read::<_, StoreError>(|reader| reader.digests()).unwrap();
    let totals = |replica: &Replica| {
        call(replica, "ledger.totals", LedgerOf { grid: DONGHUI.parse().unwrap(), period: None })
    };
    // Every photo that was recorded is everywhere, byte for byte, with a thumbnail made from it.
    let whole = |replica: &Replica, hash: &PhotoHash| {
        let (store, there) = (replica.app.store(), office.app.store());
        assert!(store.has_own_thumbnail(hash).unwrap(), "seed {seed}: {hash} has no thumbnail of its own");
        assert!(store.photo_bytes(hash).unwrap().is_some(), "seed {seed}: {hash}");
        assert!(store.photo_bytes(hash).unwrap() == there.photo_bytes(hash).unwrap(), "seed {seed}: {hash}");
    };
    for device in &devices {
        assert_eq!(digests(device), digests(&office), "seed {seed}");
        assert_eq!(totals(device), totals(&office), "seed {seed}");
        let missing = device.app.store().read::<_, StoreError>(|reader| reader.photos_missing()).unwrap();
        assert_eq!(missing, vec![], "seed {seed}");
        recorded.iter().for_each(|hash| whole(device, hash));
    }
    let of = &totals(&office)["of"]["totals"];
    assert_eq!(of["surveyed"], sites.len(), "seed {seed}");
    assert_eq!(of["inspections"], inspections, "seed {seed}");
}

#[test]
fn whatever_the_network_does_all_replicas_end_alike() {
    let read = |name: &str| std::fs::read(office::sample::path(&format!("photos/{name}.jpg"))).unwrap();
    let photos = ["orientation-portrait-3", "gps-DSCN0010", "gps-DSCN0012"].map(read);
    match std::env::var("VILLAGE_LEDGER_SEED") {
        Ok(seed) => season(seed.parse().unwrap(), &photos),
        Err(_) => (0..25).for_each(|seed| season(seed, &photos)),
    }
}
