//! A small office with something of every kind in it.

use std::fs;
use std::path::{Path, PathBuf};

use chrono::{DateTime, TimeZone as _, Utc};
use domain::*;
use geo::{LineString, Polygon};
use rusqlite::Connection;
use sha2::{Digest as _, Sha256};
use store::{
    Author, CountyWrite, DossierWrite, DraftRow, Report, Role, Store, StoreError, VerifyOptions,
    stored_position, verify,
};
use uuid::Uuid;

pub const VILLAGE: &str = "350211102207";
pub const SITES: usize = 8;
pub const PHOTOS: usize = 6;

pub fn at(minute: i64) -> DateTime<Utc> {
    Utc.timestamp_opt(1_770_000_000 + minute * 60, 0).unwrap()
}

pub fn author() -> Author {
    Author { person: "阿华".to_owned(), command: "test", at: at(0) }
}

/// Bytes that stand for a photo: the store never decodes them.
pub fn photo(number: usize) -> (PhotoHash, Vec<u8>) {
    let bytes: Vec<u8> = (0..40_000_usize).map(|n| (n * (number + 3) % 251) as u8).collect();
    (hash_of(&bytes), bytes)
}

pub fn hash_of(bytes: &[u8]) -> PhotoHash {
    let hash: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    hash.parse().unwrap()
}

pub fn photo_path(folder: &Path, hash: &PhotoHash) -> PathBuf {
    folder.join("photos").join(&hash.as_str()[..2]).join(format!("{hash}.jpg"))
}

pub fn put_photo(store: &Store, number: usize) -> Result<PhotoHash, StoreError> {
    let (hash, bytes) = photo(number);
    store.put_photo_files(&hash, &bytes, b"thumbnail")?;
    store.write::<_, StoreError>(|writer| writer.note_photo(&hash, bytes.len() as u64, false))?;
    Ok(hash)
}

pub fn register(store: &Store, name: &str) -> Result<SiteId, StoreError> {
    let (id, grid) = (SiteId::new(), VILLAGE.parse().unwrap());
    store.write::<_, StoreError>(|writer| {
        writer.edit_dossier(id, &author(), |_| {
            Ok(vec![
                DossierWrite::Register { grid, at: at(0), by: "阿华".to_owned() },
                DossierWrite::SetField(SiteField::Name, name.to_owned()),
            ])
        })
    })?;
    Ok(id)
}

pub fn edit(store: &Store, site: SiteId, writes: Vec<DossierWrite>) -> Result<(), StoreError> {
    store.write::<_, StoreError>(|writer| writer.edit_dossier(site, &author(), |_| Ok(writes)))
}

/// Fills a folder with the replica of an office.
pub fn office(folder: &Path) -> Vec<SiteId> {
    let store = Store::open(folder, Role::Office).unwrap();
    let county: GridCode = "350211".parse().unwrap();
    let corners = [(118.0, 24.0), (119.0, 24.0), (119.0, 25.0), (118.0, 25.0), (118.0, 24.0)];
    let outline = Polygon::new(LineString::from(corners.to_vec()), vec![]).into();
    let village: GridCode = VILLAGE.parse().unwrap();
    let writes = [
        CountyWrite::SetUnit(GridUnit { code: county.clone(), name: "集美区".into() }),
        CountyWrite::SetUnit(GridUnit { code: village.clone(), name: "东辉村".into() }),
        CountyWrite::SetBoundary(Boundary::new(village, outline).unwrap()),
    ];
    store.write::<_, StoreError>(|writer| writer.edit_county(&county, &author(), &writes)).unwrap();
    let sites: Vec<SiteId> =
        (0..SITES).map(|n| register(&store, &format!("东辉{n}号五金厂")).unwrap()).collect();
    for (n, site) in sites.iter().enumerate() {
        let place = LatLon::new(24.1 + n as f64 / 100.0, 118.1).unwrap();
        let position = Position {
            place,
            accuracy_m: None,
            fixed_at: Some(at(1)),
            provider: Provider::Typed,
            mock: false,
        };
        edit(&store, *site, vec![DossierWrite::SetField(SiteField::Position, stored_position(&position))])
            .unwrap();
    }
    for n in 0..PHOTOS {
        let hash = put_photo(&store, n).unwrap();
        let reference = PhotoReference::new(PhotoId::new(), hash, 40_000, at(2), "阿华".into());
        edit(&store, sites[n % 3], vec![DossierWrite::AddPhoto(reference)]).unwrap();
    }
    // Enough changes for a snapshot.
    for n in 0..30 {
        let writes = vec![DossierWrite::SetField(SiteField::Operator, format!("老板{n}"))];
        edit(&store, sites[0], writes).unwrap();
    }
    let visit = Inspection::new(InspectionId::new(), InspectionSource::DailyPatrol, at(3), "阿华".to_owned());
    let problem = Problem {
        id: ProblemId::new(),
        inspection: Some(visit.id),
        description: "无证".into(),
        severity: Severity::Major,
        deadline: None,
        at: at(3),
        by: "阿华".into(),
    };
    let writes = vec![DossierWrite::AddInspection(visit), DossierWrite::AddProblem(problem)];
    edit(&store, sites[1], writes).unwrap();
    let form = DraftRow {
        id: Uuid::now_v7(),
        kind: "inspection".into(),
        site: Some(sites[2]),
        body: "{}".into(),
        saved_at: at(4),
        owner: String::new(),
    };
    let attached = put_photo(&store, PHOTOS).unwrap();
    store
        .write::<_, StoreError>(|writer| {
            writer.save_draft(&form)?;
            writer.set_setting("generation", &Uuid::new_v4().to_string())?;
            writer.attach_photo(form.id, &attached, "{}")
        })
        .unwrap();
    drop(store);
    // A change that is held, and one that could not be read: as rows, for how they come here is tested elsewhere.
    sql(
        folder,
        "INSERT INTO held SELECT randomblob(16), document, 'dossier', grid, randomblob(16), '小林', 'inspector', '', 'role',
            0, 'waiting', '' FROM change WHERE n = 9;
         INSERT INTO held_change (held, install, hash, bytes, command, by, at, facts)
            SELECT held.id, held.install, change.hash, change.bytes, '', '', 0, '[]' FROM held, change WHERE change.n = 9;",
    );
    sites
}

/// Does to a database what no program does.
pub fn sql(folder: &Path, statements: &str) {
    let connection = Connection::open(folder.join("replica.sqlite")).unwrap();
    connection.execute_batch(statements).unwrap();
    assert!(connection.changes() > 0, "nothing was broken: {statements}");
}

pub fn looked_at(folder: &Path) -> Report {
    let store = Store::open_reading(folder).unwrap();
    verify(&store, VerifyOptions::default(), &mut |_, _, _| {}).unwrap()
}

/// A copy of everything in a folder.
pub fn copied(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copied(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}
