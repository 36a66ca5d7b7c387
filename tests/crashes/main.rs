//! The real server and the core of the real app, each a process of its own, are killed with SIGKILL at random moments
//! while people work and devices sync with photos. Whatever was acknowledged is there afterwards, and work goes on.
//!
//! 20 times unless somebody wants more: `VILLAGE_LEDGER_KILLS=200 cargo test -p village-tests --test crashes`.

mod process;
mod work;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

use app::App;
use chrono::Utc;
use domain::Role;
use office::{DONGHUI, donghui, sample};
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use rusqlite::Connection;
use sha2::{Digest as _, Sha256};
use sync_server::access::Access;
use wire::message::ImportKind;

use process::{AppProcess, ServerProcess};

/// How often somebody is killed unless more is wanted.
const KILLS: u32 = 20;
const DEVICES: usize = 2;

/// What was said to people so far.
#[derive(Default)]
struct Said {
    /// Visits and photos that each device's person was told to be kept.
    kept: [BTreeSet<String>; DEVICES],
    photos: [BTreeSet<String>; DEVICES],
    /// Changes and photos that some status called sent, stored or verified.
    sent: BTreeSet<String>,
    stored: BTreeSet<String>,
    verified: u64,
    killed: BTreeMap<&'static str, u32>,
}

impl Said {
    /// Takes note of what a device said before it ended.
    fn hear(&mut self, device: usize, lines: Vec<String>) {
        for line in lines {
            let Some((word, what)) = line.split_once(' ') else { continue };
            match word {
                "kept" => drop(self.kept[device].insert(what.to_owned())),
                "photo" => drop(self.photos[device].insert(what.to_owned())),
                "sent" => drop(self.sent.insert(what.to_owned())),
                "stored" => drop(self.stored.insert(what.to_owned())),
                "verified" => self.verified += 1,
                _ => {}
            }
        }
    }
}

#[test]
fn whoever_is_killed_what_was_acknowledged_is_there() {
    let kills = std::env::var("VILLAGE_LEDGER_KILLS").map_or(KILLS, |text| text.parse().unwrap());
    let root = tempfile::tempdir().unwrap();
    let office = root.path().join("office");
    let tokens = begin(&office);
    let folders: Vec<_> = (0..DEVICES).map(|device| root.path().join(format!("device-{device}"))).collect();
    let mut dice = StdRng::seed_from_u64(20_261_122);
    let mut said = Said::default();
    let mut server = ServerProcess::start(&office);
    let start = |device: usize, address: &str| AppProcess::start(&folders[device], address, &tokens[device]);
    let mut devices: Vec<AppProcess> = (0..DEVICES).map(|device| start(device, &server.address())).collect();
    for _ in 0..kills {
        std::thread::sleep(Duration::from_millis(dice.random_range(50..1_600)));
        let whom = dice.random_range(0..=DEVICES);
        if whom == DEVICES {
            *said.killed.entry("server").or_default() += 1;
            server = server.killed();
        } else {
            *said.killed.entry("app").or_default() += 1;
            let ended = std::mem::replace(&mut devices[whom], AppProcess::none());
            said.hear(whom, ended.killed());
            whole_device(&folders[whom], &said, whom);
            devices[whom] = start(whom, &server.address());
        }
        whole_office(&office, &said, false);
    }
    for (device, process) in devices.into_iter().enumerate() {
        said.hear(device, process.killed());
        whole_device(&folders[device], &said, device);
    }
    server = server.killed();
    whole_office(&office, &said, true);
    for (device, folder) in folders.iter().enumerate().chain(folders.iter().enumerate()) {
        // Quiet: whoever comes last brings everybody's; the second turn proves it.
        said.hear(device, AppProcess::finish(folder, &server.address(), &tokens[device]));
    }
    drop(server);
    whole_office(&office, &said, true);
    let (made, photos): (usize, usize) =
        (said.kept.iter().map(BTreeSet::len).sum(), said.photos.iter().map(BTreeSet::len).sum());
    println!(
        "{:?} killed; {made} visits and {photos} photos were kept, {} changes and {} photos called sent, {} times verified",
        said.killed,
        said.sent.len(),
        said.stored.len(),
        said.verified
    );
    assert!(
        made > 0 && photos > 0 && said.verified >= 2 * DEVICES as u64,
        "nothing was done that could be lost"
    );
    for visit in said.kept.iter().flatten() {
        assert!(is_on_record(&office, visit), "visit {visit} was kept and never came to the office");
    }
    let lost: Vec<_> = said.photos.iter().flatten().filter(|hash| !has_photo(&office, hash)).collect();
    assert!(lost.is_empty(), "photos were kept and never came to the office: {lost:?}");
}

/// An office that knows its villages and two inspectors; gives the tokens of their devices.
fn begin(folder: &Path) -> Vec<String> {
    let app = App::open(folder, store::Role::Office, app::system_clock()).unwrap();
    sample::import_file(&app, ImportKind::Divisions, "divisions-350211.csv");
    let access = Access::open(folder).unwrap();
    let token = |number: usize| {
        let name = format!("网格员{number}");
        let person = access.add_person(&name, Role::Inspector, Some(donghui()), Utc::now()).unwrap();
        access.add_device("手机", person.id, None, Utc::now()).unwrap()
    };
    (0..DEVICES).map(token).collect()
}

fn open(database: &Path) -> Connection {
    let connection = Connection::open(database).unwrap();
    connection.busy_timeout(Duration::from_secs(20)).unwrap();
    connection
}

fn sound(database: &Path) {
    let said: String = open(database).query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(said, "ok", "{}", database.display());
}

fn is_on_record(folder: &Path, visit: &str) -> bool {
    let sql = "SELECT EXISTS (SELECT 1 FROM visit WHERE lower(hex(id)) = replace(?1, '-', ''))";
    open(&folder.join("replica.sqlite")).query_row(sql, [visit], |row| row.get(0)).unwrap()
}

/// Whether a photo has a row, and a file whose bytes hash to its name.
fn has_photo(folder: &Path, hash: &str) -> bool {
    let sql = "SELECT EXISTS (SELECT 1 FROM photo_file WHERE hash = ?1)";
    let row: bool = open(&folder.join("replica.sqlite")).query_row(sql, [hash], |row| row.get(0)).unwrap();
    let bytes = std::fs::read(folder.join("photos").join(&hash[..2]).join(format!("{hash}.jpg")));
    row && bytes.is_ok_and(|bytes| hex(&Sha256::digest(&bytes)) == hash)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// All that the person of a killed device was told to be kept is on it.
fn whole_device(folder: &Path, said: &Said, device: usize) {
    sound(&folder.join("replica.sqlite"));
    for visit in &said.kept[device] {
        assert!(is_on_record(folder, visit), "visit {visit} is gone from device {device}");
    }
    for hash in &said.photos[device] {
        assert!(has_photo(folder, hash), "photo {hash} is gone from device {device}");
    }
}

/// The office has all that a status called sent. `thorough`: nobody writes meanwhile, so all is looked at.
fn whole_office(folder: &Path, said: &Said, thorough: bool) {
    if thorough {
        sound(&folder.join("replica.sqlite"));
        sound(&folder.join("access.sqlite"));
    }
    let connection = open(&folder.join("replica.sqlite"));
    let mut known =
        connection.prepare("SELECT EXISTS (SELECT 1 FROM change WHERE lower(hex(hash)) = ?1)").unwrap();
    for hash in &said.sent {
        let here: bool = known.query_row([hash], |row| row.get(0)).unwrap();
        assert!(here, "change {hash} was called sent and is not at the office of {DONGHUI}");
    }
    for hash in &said.stored {
        assert!(has_photo(folder, hash), "photo {hash} was called stored and is not at the office");
    }
}
