//! One season: its replicas, its people, its dice and its time.

use std::cell::{Cell, RefCell};
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::DateTime;
use domain::{Role, Scope};
use office::copy_tree;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use tempfile::TempDir;

use crate::claims::Model;
use crate::device::DeviceHost;
use crate::network::Network;
use crate::office_host::OfficeHost;
use crate::tally::Tally;
use crate::template::{TOWNS, Template, VILLAGES, beginning, folder};

/// How many devices belong to inspectors; two more belong to leads.
pub const INSPECTORS: usize = 8;
pub const DEVICES: usize = INSPECTORS + 2;

/// Somebody with a device, as the office knows them.
#[derive(Debug, Clone)]
pub struct Member {
    pub name: String,
    pub former: Vec<String>,
    pub role: Role,
    pub scope: Vec<&'static str>,
    /// Whether the office revoked their device, and if so whether it is to erase what it holds.
    pub revoked: Option<bool>,
}

impl Member {
    pub fn scope(&self) -> Scope {
        Scope::new(self.scope.iter().map(|code| code.parse().unwrap()).collect())
    }

    /// Whether a grid unit lies within what they are for.
    pub fn covers(&self, grid: &str) -> bool {
        self.scope.iter().any(|code| grid.starts_with(code))
    }
}

pub struct Season {
    dice: RefCell<StdRng>,
    truth: Arc<AtomicI64>,
    root: TempDir,
    folders: Cell<u32>,
    pub office: OfficeHost,
    pub devices: Vec<DeviceHost>,
    pub members: RefCell<Vec<Member>>,
    pub network: Network,
    pub model: RefCell<Model>,
    pub tally: RefCell<Tally>,
    pub step: Cell<u32>,
    trace: bool,
}

thread_local! {
    static CURRENT: RefCell<Option<Rc<Season>>> = const { RefCell::new(None) };
}

/// The season that this thread plays. The network asks for it: what a protocol holds must be free to move between threads,
/// and a season is not.
pub fn current() -> Rc<Season> {
    CURRENT.with_borrow(|season| Rc::clone(season.as_ref().unwrap()))
}

/// Sets the season that this thread plays.
pub fn play(season: Option<Rc<Season>>) {
    CURRENT.with_borrow_mut(|current| *current = season);
}

impl Season {
    pub fn new(seed: u64) -> Self {
        Self::from(seed, Template::get())
    }

    fn from(seed: u64, template: &Template) -> Self {
        let root = folder();
        let truth = Arc::new(AtomicI64::new(beginning().timestamp_millis()));
        let mut dice = StdRng::seed_from_u64(seed);
        let faults = [0.0, 0.03, 0.08, 0.2][dice.random_range(0..4)];
        let office = OfficeHost::open(&template.office(), root.path().join("office"), &truth);
        let devices = (0..DEVICES)
            .map(|index| {
                let folder = root.path().join(format!("device-{index}"));
                DeviceHost::open(index, &template.device(index), folder, &truth)
            })
            .collect();
        Self {
            dice: RefCell::new(dice),
            truth,
            root,
            folders: Cell::new(0),
            office,
            devices,
            members: RefCell::new(members()),
            network: Network::new(faults),
            model: RefCell::new(Model::new()),
            tally: RefCell::default(),
            step: Cell::new(0),
            trace: std::env::var_os("VILLAGE_LEDGER_TRACE").is_some(),
        }
    }

    /// Ends every process, so that the folders can be copied: the office's and those of the devices.
    fn end(&self) -> (PathBuf, Vec<PathBuf>) {
        let end = |host: &DeviceHost| {
            host.stop();
            host.folder().path().to_owned()
        };
        self.office.stop();
        (self.office.folder().path().to_owned(), self.devices.iter().map(end).collect())
    }

    pub fn chance(&self, probability: f64) -> bool {
        self.dice.borrow_mut().random_bool(probability)
    }

    /// A number below `end`, which is not 0.
    pub fn below(&self, end: usize) -> usize {
        self.dice.borrow_mut().random_range(0..end)
    }

    pub fn one_of<'a, T>(&self, these: &'a [T]) -> Option<&'a T> {
        if these.is_empty() { None } else { these.get(self.below(these.len())) }
    }

    pub fn now(&self) -> DateTime<chrono::Utc> {
        DateTime::from_timestamp_millis(self.truth.load(Ordering::Relaxed)).unwrap()
    }

    pub fn pass(&self, milliseconds: i64) {
        self.truth.fetch_add(milliseconds, Ordering::Relaxed);
    }

    /// A place where a folder can be made.
    pub fn new_folder(&self, name: &str) -> PathBuf {
        self.folders.set(self.folders.get() + 1);
        self.root.path().join(format!("{name}-{}", self.folders.get()))
    }

    pub fn member(&self, device: usize) -> Member {
        self.members.borrow()[device].clone()
    }

    pub fn fault(&self, kind: &'static str) {
        *self.tally.borrow_mut().faults.entry(kind).or_default() += 1;
    }

    pub fn checked(&self, kind: &'static str, times: u64) {
        *self.tally.borrow_mut().checks.entry(kind).or_default() += times;
    }

    pub fn trace(&self, text: impl FnOnce() -> String) {
        if self.trace {
            println!("{:>4} {} {}", self.step.get(), self.now().format("%m-%d %H:%M"), text());
        }
    }
}

/// Connects the devices of a template with its office; all but one sync once.
pub fn connect_all(template: &Template) {
    let season = Rc::new(Season::from(0, template));
    play(Some(Rc::clone(&season)));
    season.network.calm(|| (0..DEVICES).for_each(|device| season.connect(device, device != 7)));
    play(None);
    let ended = season.end();
    copy_tree(&ended.0, &template.office());
    for (device, folder) in ended.1.iter().enumerate() {
        copy_tree(folder, &template.device(device));
    }
}

fn members() -> Vec<Member> {
    let scopes: [&[&'static str]; DEVICES] = [
        &[VILLAGES[0]],
        &[VILLAGES[0]],
        &[VILLAGES[1]],
        &[VILLAGES[1]],
        &[VILLAGES[0], VILLAGES[1]],
        &[VILLAGES[2]],
        &[VILLAGES[2], VILLAGES[3]],
        &[VILLAGES[3]],
        &[TOWNS[0]],
        &[TOWNS[0], TOWNS[1]],
    ];
    let member = |(index, scope): (usize, &&[&'static str])| Member {
        name: if index < INSPECTORS { format!("网格员{index}") } else { format!("组长{index}") },
        former: Vec::new(),
        role: if index < INSPECTORS { Role::Inspector } else { Role::Lead },
        scope: scope.to_vec(),
        revoked: None,
    };
    scopes.iter().enumerate().map(member).collect()
}
