//! The inspectors: what they know, what they did today, and how they sync.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use app::{App, Device, ImportOptions, import};
use chrono::Utc;
use domain::{PhotoHash, Role, Scope, SiteField, SiteFields, SiteId};
use jpeg_encoder::{ColorType, Encoder};
use office::visit;
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use serde::Serialize;
use serde::de::DeserializeOwned;
use store::{Author, StoreError};
use sync_client::HttpConnector;
use sync_server::access::Access;
use tokio::runtime::Runtime;
use wire::ApiError;
use wire::message::*;

use crate::measure::{Measures, Timed};
use crate::server::ServerProcess;

/// How long a device waits before it tries again.
const PAUSE: Duration = Duration::from_secs(2);
/// How often it tries.
const MOST_TRIES: u32 = 500;

pub struct Plan {
    pub devices: usize,
    pub dossiers: usize,
    pub photos: usize,
    pub photo_bytes: usize,
    pub per_village: usize,
}

impl Plan {
    fn village(&self, device: usize) -> String {
        let number = device / self.per_village;
        format!("350211{:03}{:03}", 101 + number / 50, 1 + number % 50)
    }
}

/// An office with villages enough and a device for each inspector; gives their tokens.
pub fn begin(folder: &Path, plan: &Plan) -> Vec<String> {
    let app = App::open(folder, store::Role::Office, app::system_clock()).unwrap();
    let mut rows =
        "code,name,level,parent\n35,福建省,province,\n3502,厦门市,city,35\n350211,集美区,county,3502\n"
            .to_owned();
    let mut towns = std::collections::BTreeSet::new();
    for device in (0..plan.devices).step_by(plan.per_village) {
        let village = plan.village(device);
        let town = &village[..9];
        if towns.insert(town.to_owned()) {
            rows += &format!("{town},第{town}镇,town,350211\n");
        }
        rows += &format!("{village},第{village}村,village,{town}\n");
    }
    let author = Author { person: "管理员".to_owned(), command: "files.import", at: app.now() };
    let options =
        ImportOptions { scope: None, what: ImportKind::Divisions, dry_run: false, skip_bad_rows: false };
    let report = import(app.store(), rows.as_bytes(), options, &author, &|_, _, _| Ok(())).unwrap();
    assert_eq!(report.bad, vec![]);
    let access = Access::open(folder).unwrap();
    let token = |device: usize| {
        let scope = Scope::new(vec![plan.village(device).parse().unwrap()]);
        let name = format!("网格员{device}");
        let person = access.add_person(&name, Role::Inspector, Some(scope), Utc::now()).unwrap();
        access.add_device("手机", person.id, None, Utc::now()).unwrap()
    };
    (0..plan.devices).map(token).collect()
}

pub struct Inspector {
    device: Device<Timed>,
    runtime: Runtime,
    number: usize,
    measures: Arc<Measures>,
}

impl Inspector {
    pub fn open(
        folder: &Path,
        number: usize,
        server: &ServerProcess,
        token: &str,
        measures: Arc<Measures>,
    ) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let connector = runtime.block_on(async { HttpConnector::new() });
        let timed = Timed { connector, measures: Arc::clone(&measures) };
        let device = Device::open(folder, timed).unwrap();
        let inspector = Self { device, runtime, number, measures };
        let request = ConnectServer {
            address: server.url.clone(),
            certificate: Some(server.certificate.clone()),
            token: token.to_owned(),
            person: String::new(),
        };
        inspector.call::<SyncStatus>("sync.connect", request);
        inspector.sync().unwrap();
        inspector
    }

    fn call<R: DeserializeOwned>(&self, command: &str, request: impl Serialize) -> R {
        let reply = self.device.call(command, serde_json::to_value(request).unwrap());
        serde_json::from_value(reply.unwrap_or_else(|error| panic!("{command}: {error:?}"))).unwrap()
    }

    fn sync(&self) -> Result<(), ApiError> {
        self.runtime.block_on(self.device.sync_now())
    }

    /// Dossiers that both sides know.
    pub fn knows_sites(&self, plan: &Plan) {
        for number in 0..plan.dossiers {
            let grid = plan.village(self.number).parse().unwrap();
            let mut fields = SiteFields::named(grid, format!("厂{}-{number}", self.number));
            fields.operator = format!("苏{}-{number}", self.number);
            fields.address = "灌口镇东辉村280号".to_owned();
            self.call::<OneSite>("sites.register", RegisterSite { id: SiteId::new(), fields, draft: None });
        }
        self.sync().unwrap();
    }

    /// A day's work: a visit to each site, and photos shared out among them.
    pub fn works(&self, plan: &Plan) {
        let request = ListSites { filter: SiteFilter::default(), after: None, limit: 500 };
        let page: SitePage = self.call("sites.list", request);
        let own = format!("厂{}-", self.number);
        let sites: Vec<_> = page.sites.iter().filter(|site| site.name.starts_with(&own)).collect();
        let mut photos: Vec<PhotoHash> =
            (0..plan.photos).map(|_| self.photograph(plan.photo_bytes)).collect();
        for site in &sites {
            let mut inspection = visit(site.id);
            inspection.remarks = "现场正在生产,焊接烟尘无收集设施".to_owned();
            let share = photos.len().min(1 + plan.photos / plan.dossiers.max(1));
            inspection.photos = photos.drain(..share).map(|hash| office::shown(&hash)).collect();
            self.call::<RecordedInspection>("inspections.record", inspection);
        }
        for site in sites.iter().take(plan.dossiers / 4) {
            let edits = vec![FieldEdit {
                field: SiteField::Telephone,
                was: String::new(),
                value: "13599270016".to_owned(),
            }];
            self.call::<OneSite>("sites.edit", EditSite { site: site.id, edits });
        }
    }

    /// A photo as intake leaves it: files on the disk and a row. Its picture is the same for all, its bytes are not.
    fn photograph(&self, bytes: usize) -> PhotoHash {
        let (jpeg, thumbnail) = unlike_others(bytes);
        let hash = photos::hash(&jpeg);
        let store = self.device.app().store();
        store.put_photo_files(&hash, &jpeg, thumbnail).unwrap();
        let size = jpeg.len() as u64;
        store.write::<_, StoreError>(|writer| writer.note_photo(&hash, size, false)).unwrap();
        hash
    }

    /// Tries until both sides have proven that they hold the same.
    ///
    /// # Panics
    /// When that does not come.
    pub fn syncs_until_verified(&self) {
        for _ in 0..MOST_TRIES {
            match self.sync() {
                Ok(()) if self.call::<SyncStatus>("sync.status", Nothing {}).verified.is_some() => return,
                Ok(()) => self.measures.happened("(sync, unproven)"),
                Err(_) => {
                    self.measures.happened("(sync failed)");
                    std::thread::sleep(PAUSE);
                }
            }
        }
        let status: SyncStatus = self.call("sync.status", Nothing {});
        panic!("not verified after {MOST_TRIES} syncs: {status:?}");
    }
}

/// A JPEG of 1,280 by 960 of about so many bytes with a comment of its own, and its thumbnail.
fn unlike_others(bytes: usize) -> (Vec<u8>, &'static [u8]) {
    static PICTURES: std::sync::OnceLock<(Vec<u8>, Vec<u8>)> = std::sync::OnceLock::new();
    let (picture, thumbnail) =
        PICTURES.get_or_init(|| (picture(1280, 960, bytes), picture(320, 240, 15_000)));
    let mut jpeg = picture[..2].to_vec();
    // A comment segment: its length counts itself.
    jpeg.extend([0xff, 0xfe, 0, 18]);
    jpeg.extend(uuid::Uuid::new_v4().as_bytes());
    jpeg.extend(&picture[2..]);
    (jpeg, thumbnail)
}

/// A picture with noise enough to take about so many bytes.
fn picture(width: u16, height: u16, bytes: usize) -> Vec<u8> {
    let mut noise = 1;
    loop {
        let mut dice = StdRng::seed_from_u64(1);
        let pixels: Vec<u8> = (0..usize::from(width) * usize::from(height) * 3)
            .map(|place| (place / 3 % 200) as u8 + dice.random_range(0..noise))
            .collect();
        let mut jpeg = Vec::new();
        Encoder::new(&mut jpeg, 80).encode(&pixels, width, height, ColorType::Rgb).unwrap();
        if jpeg.len() >= bytes || noise > 50 {
            return jpeg;
        }
        noise += 1;
    }
}
