//! What the app's process does until it is killed: visits with photos, one after the other, and a sync now and then. It
//! says each thing that its person is told, once they are told it.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::PathBuf;

use app::Device;
use domain::{SiteFields, SiteId};
use jpeg_encoder::{ColorType, Encoder};
use office::{DONGHUI, visit};
use rand::Rng as _;
use rusqlite::Connection;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sync_client::HttpConnector;
use uuid::Uuid;
use wire::ApiError;
use wire::message::*;

use crate::process::{ADDRESS, FOLDER, LAST, TOKEN};

fn call<R: DeserializeOwned>(
    device: &Device<HttpConnector>,
    command: &str,
    request: impl Serialize,
) -> Result<R, ApiError> {
    let reply = device.call(command, serde_json::to_value(request).unwrap())?;
    Ok(serde_json::from_value(reply).unwrap())
}

/// A line ends with a point, so that one that was cut is known.
fn say(word: &str, what: impl std::fmt::Display) {
    let mut out = std::io::stdout().lock();
    out.write_all(format!("{word} {what}.\n").as_bytes()).unwrap();
    out.flush().unwrap();
}

/// The process that is killed.
#[test]
#[ignore = "run by the test beside it, which kills it"]
fn the_app() {
    let Some(folder) = std::env::var_os(FOLDER).map(PathBuf::from) else { return };
    let (address, token) = (std::env::var(ADDRESS).unwrap(), std::env::var(TOKEN).unwrap());
    let last = std::env::var_os(LAST).is_some();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let connector = runtime.block_on(async { HttpConnector::new() });
    let device = Device::open(&folder, connector).unwrap();
    let status: SyncStatus = call(&device, "sync.status", Nothing {}).unwrap();
    if status.server.is_none() {
        // Whoever is killed while this is under way begins again. The server may be the one that was killed.
        let request = ConnectServer { address, certificate: None, token, person: String::new() };
        while call::<SyncStatus>(&device, "sync.connect", &request).is_err() {
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
    }
    let mut said = BTreeSet::new();
    let mut sync = || {
        let synced = runtime.block_on(device.sync_now());
        let status: SyncStatus = call(&device, "sync.status", Nothing {}).unwrap();
        claims(&folder, &mut said);
        if status.verified.is_some() {
            say("verified", status.unsent_changes);
        }
        synced.is_ok() && status.verified.is_some()
    };
    if last {
        for _ in 0..20 {
            if sync() {
                return;
            }
        }
        panic!(
            "20 syncs did not end with everything verified: {:?}",
            call::<SyncStatus>(&device, "sync.status", Nothing {})
        );
    }
    let mut dice = rand::rng();
    loop {
        if dice.random_bool(0.4) {
            sync();
        } else if let Err(error) = work(&device, &mut dice) {
            // Before the first sync nothing is known of villages.
            assert_eq!(error.code, wire::ErrorCode::UnknownGrid, "{error:?}");
            sync();
        }
    }
}

fn work(device: &Device<HttpConnector>, dice: &mut impl rand::Rng) -> Result<(), ApiError> {
    let request = ListSites { filter: SiteFilter::default(), after: None, limit: 20 };
    let page: SitePage = call(device, "sites.list", request)?;
    let site = if page.sites.is_empty() || dice.random_bool(0.3) {
        let fields = SiteFields::named(DONGHUI.parse().unwrap(), format!("厂{}", dice.random_range(0..1000)));
        call::<OneSite>(device, "sites.register", RegisterSite { id: SiteId::new(), fields, draft: None })?
            .site
    } else {
        page.sites[dice.random_range(0..page.sites.len())].id
    };
    let draft = Uuid::new_v4();
    let body = "{\"remarks\":\"现场\"}".to_owned();
    let request = SaveDraft { id: draft, kind: DraftKind::Inspection, site: Some(site), body };
    call::<Draft>(device, "drafts.save", request)?;
    let mut inspection = visit(site);
    inspection.draft = Some(draft);
    let mut photos = Vec::new();
    for _ in 0..dice.random_range(0..3) {
        let upload = device.upload(&photo(dice))?;
        let photo: AttachedPhoto =
            call(device, "photos.attach", AttachPhoto { upload, draft, options: None })?;
        inspection.photos.push(office::shown(&photo.hash));
        photos.push(photo.hash);
    }
    call::<RecordedInspection>(device, "inspections.record", &inspection)?;
    say("kept", inspection.id);
    photos.iter().for_each(|hash| say("photo", hash));
    Ok(())
}

/// A photo of some 100 kB that is unlike every other.
fn photo(dice: &mut impl rand::Rng) -> Vec<u8> {
    let (width, height) = (320_u16, 240_u16);
    let pixels: Vec<u8> = (0..usize::from(width) * usize::from(height) * 3).map(|_| dice.random()).collect();
    let mut jpeg = Vec::new();
    Encoder::new(&mut jpeg, 85).encode(&pixels, width, height, ColorType::Rgb).unwrap();
    jpeg
}

/// Says what the status that was just shown claims: every change that is not counted as waiting, and every photo that is
/// not, is at the office.
fn claims(folder: &std::path::Path, said: &mut BTreeSet<String>) {
    let connection = Connection::open(folder.join("replica.sqlite")).unwrap();
    for (word, sql) in [
        ("sent", "SELECT lower(hex(hash)) FROM change WHERE unsent = 0"),
        ("stored", "SELECT hash FROM photo_file WHERE stored = 1"),
    ] {
        let mut statement = connection.prepare(sql).unwrap();
        for hash in statement.query_map([], |row| row.get::<_, String>(0)).unwrap().map(Result::unwrap) {
            if said.insert(hash.clone()) {
                say(word, hash);
            }
        }
    }
}
