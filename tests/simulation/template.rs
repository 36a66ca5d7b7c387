//! What every season begins with, made once per process: an office that knows a county, devices that are connected with it
//! and most of which have synced once, and photos.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use app::{App, Caller, Clock, ImportOptions, import};
use chrono::{DateTime, Utc};
use domain::{ProblemId, Severity, Stage};
use jpeg_encoder::{ColorType, Encoder};
use office::{Desk, sample, step, visit};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use store::{Author, Role};
use tempfile::TempDir;
use uuid::Uuid;
use wire::message::*;

use crate::season::{self, DEVICES};

/// The villages of the season: three of one town, one of another.
pub const VILLAGES: [&str; 4] = ["350211102207", "350211102208", "350211102210", "350211103001"];
/// The two towns.
pub const TOWNS: [&str; 2] = ["350211102", "350211103"];

pub struct Template {
    root: TempDir,
    pub photos: Vec<Vec<u8>>,
}

impl Template {
    pub fn get() -> &'static Self {
        static TEMPLATE: OnceLock<Template> = OnceLock::new();
        TEMPLATE.get_or_init(|| {
            let made = Self { root: folder(), photos: (0..48).map(photo).collect() };
            office(&made.office());
            for device in 0..DEVICES {
                drop(App::open(&made.device(device), Role::Device, before_the_season()).unwrap());
            }
            season::connect_all(&made);
            made
        })
    }

    pub fn office(&self) -> PathBuf {
        self.root.path().join("office")
    }

    pub fn device(&self, device: usize) -> PathBuf {
        self.root.path().join(format!("device-{device}"))
    }
}

/// A folder in memory if there is such a place, so that flushing costs nothing: whether the disk obeys is not in question
/// here, only what was asked of it and when.
pub fn folder() -> TempDir {
    let memory = Path::new("/dev/shm");
    let made = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
    made.unwrap()
}

/// When every season begins.
pub fn beginning() -> DateTime<Utc> {
    "2026-03-02T01:00:00Z".parse().unwrap()
}

fn before_the_season() -> Clock {
    Arc::new(|| beginning() - chrono::TimeDelta::days(3))
}

fn office(folder: &Path) {
    let app = App::open(folder, Role::Office, before_the_season()).unwrap();
    let divisions = std::fs::read_to_string(sample::path("divisions-350211.csv")).unwrap();
    let wanted = |line: &&str| {
        let code = line.split(',').next().unwrap_or_default();
        code == "code" || code.len() <= 6 || TOWNS.contains(&code) || VILLAGES.contains(&code)
    };
    let rows: Vec<&str> = divisions.trim_start_matches('\u{feff}').lines().filter(wanted).collect();
    assert_eq!(rows.len(), 1 + 3 + TOWNS.len() + VILLAGES.len(), "{rows:?}");
    let author = Author { person: "管理员".to_owned(), command: "files.import", at: app.now() };
    let options =
        ImportOptions { scope: None, what: ImportKind::Divisions, dry_run: false, skip_bad_rows: false };
    let report =
        import(app.store(), rows.join("\n").as_bytes(), options, &author, &|_, _, _| Ok(())).unwrap();
    assert_eq!(report.bad, vec![]);
    let desk = Desk {
        app: Arc::new(app),
        caller: Caller { person: "林志燕".to_owned(), ..Caller::everything() },
    };
    for village in VILLAGES {
        for number in 0..2 {
            known_site(&desk, village, number);
        }
    }
}

/// A site that is known before the season begins, with two problems that wait and one that is nearly closed out.
fn known_site(desk: &Desk, village: &str, number: u32) {
    let site = desk.register(village, &format!("老厂{number}"));
    let mut visit = visit(site);
    let draft = Uuid::now_v7();
    for severity in [Severity::Ordinary, Severity::Ordinary, Severity::Immediate] {
        let description = "焊接烟尘无收集设施".to_owned();
        visit.problems.push(NewProblem { id: ProblemId::new(), description, severity, deadline: None });
    }
    let (problem, more) = (visit.problems[0].id, visit.problems[1].id);
    for (rectified, seed) in [(false, 1_000), (true, 2_000)] {
        let upload = desk.app.uploads().add(&photo(seed)).unwrap();
        let attached: AttachedPhoto =
            desk.call("photos.attach", AttachPhoto { upload, draft, options: None });
        visit.photos.push(NewPhoto { problem: Some(problem), rectified, ..office::shown(&attached.hash) });
    }
    visit.draft = Some(draft);
    desk.call::<RecordedInspection>("inspections.record", visit);
    let further = [Stage::Confirmed, Stage::Registered, Stage::Rectifying, Stage::Supervised];
    for (problem, stages) in [(problem, &further[..]), (more, &further[..2])] {
        for stage in stages {
            let seen = desk.problem(site, problem);
            desk.call::<SteppedProblem>("problems.step", step(site, &seen, *stage));
        }
    }
}

/// A small photo that is unlike every other.
fn photo(number: u64) -> Vec<u8> {
    let mut dice = StdRng::seed_from_u64(number);
    let (width, height) = (40_u16, 30_u16);
    let pixels: Vec<u8> = (0..usize::from(width) * usize::from(height) * 3).map(|_| dice.random()).collect();
    let mut jpeg = Vec::new();
    Encoder::new(&mut jpeg, 80).encode(&pixels, width, height, ColorType::Rgb).unwrap();
    jpeg
}
