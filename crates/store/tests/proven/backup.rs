//! Backups: made beside a writer, proven, shared, restored.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use store::{
    BackupError, BackupJob, Made, Restored, Role, Store, StoreError, back_up, check_backup, restore,
};

use crate::sample::*;

fn job<'a>(data: &'a Path, out: &'a Path) -> BackupJob<'a> {
    BackupJob {
        data,
        out,
        databases: &["access.sqlite"],
        files: &["tls/key.pem"],
        archives: &[],
        program: "test",
        now: at(60),
        without_lacking: false,
    }
}

fn made(data: &Path, out: &Path) -> Result<Made, BackupError> {
    back_up(&job(data, out), &mut |_| {})
}

fn checked(backup: &Path) -> Result<(), String> {
    check_backup(backup, &mut |_| {}).map(drop).map_err(|error| error.to_string())
}

fn restored(from: &Path, to: &Path) -> Result<Restored, BackupError> {
    restore(from, to, &mut |_| {})
}

fn inode(path: &Path) -> u64 {
    use std::os::unix::fs::MetadataExt as _;
    fs::metadata(path).unwrap().ino()
}

#[test]
fn a_backup_of_a_running_office_holds_one_moment_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let (data, out) = (folder.path().join("data"), folder.path().join("monday"));
    office(&data);
    let store = Store::open(&data, Role::Office).unwrap();
    let stop = AtomicBool::new(false);
    let made = std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            let mut written = 0;
            while !stop.load(Ordering::Relaxed) {
                register(&store, &format!("新厂{written}")).unwrap();
                put_photo(&store, 100 + written).unwrap();
                written += 1;
            }
            written
        });
        std::thread::sleep(std::time::Duration::from_millis(50));
        let made = made(&data, &out).unwrap();
        stop.store(true, Ordering::Relaxed);
        assert!(writer.join().unwrap() > 0, "the writer went on");
        made
    });
    checked(&out).unwrap();
    let counts = made.manifest.counts;
    assert!(counts.dossiers >= SITES as u64 && counts.photos > PHOTOS as u64);
    // A photo is noted after its site, so one moment has at most one site more than photos.
    let (new_sites, new_photos) = (counts.dossiers - SITES as u64, counts.photos - PHOTOS as u64 - 1);
    assert!(new_sites == new_photos || new_sites == new_photos + 1, "{counts:?}");
    let names: Vec<_> = fs::read_dir(&out).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(!names.iter().any(|name| name.to_string_lossy().contains("-wal")), "{names:?}");
    assert!(!folder.path().join("monday.partial").exists());
}

#[test]
fn what_is_restored_is_what_was_and_a_new_store() {
    let folder = tempfile::tempdir().unwrap();
    let (data, out, new) =
        (folder.path().join("data"), folder.path().join("monday"), folder.path().join("new"));
    office(&data);
    rusqlite::Connection::open(data.join("access.sqlite"))
        .unwrap()
        .execute_batch("CREATE TABLE person (name TEXT); INSERT INTO person VALUES ('阿华');")
        .unwrap();
    fs::create_dir(data.join("tls")).unwrap();
    fs::write(data.join("tls/key.pem"), "secret").unwrap();
    let secret = {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(data.join("tls/key.pem"), fs::Permissions::from_mode(0o600)).unwrap();
        |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777
    };
    let manifest = made(&data, &out).unwrap().manifest;
    assert_eq!((manifest.counts.dossiers, manifest.counts.photos), (SITES as u64, PHOTOS as u64 + 1));
    checked(&out).unwrap();
    assert_eq!(restored(&out, &new).unwrap().manifest, manifest);
    assert_eq!(looked_at(&new).faults, vec![]);
    assert_eq!((secret(&out), secret(&new)), (0o700, 0o700), "nobody else looks into them");
    assert_eq!((secret(&out.join("tls/key.pem")), secret(&new.join("tls/key.pem"))), (0o600, 0o600));
    let store = Store::open(&new, Role::Office).unwrap();
    let before = Store::open(&data, Role::Office).unwrap();
    let digests = |store: &Store| store.read::<_, StoreError>(|reader| reader.digests(|_| true)).unwrap();
    assert_eq!(digests(&store), digests(&before));
    let generation =
        |store: &Store| store.read::<_, StoreError>(|reader| reader.setting("generation")).unwrap();
    assert!(generation(&before).is_some() && generation(&store).is_none());
    assert_eq!(store.photo_bytes(&photo(3).0).unwrap().unwrap(), photo(3).1);
}

#[test]
fn the_next_backup_shares_its_photos_with_the_last() {
    let folder = tempfile::tempdir().unwrap();
    let (data, monday, tuesday) =
        (folder.path().join("data"), folder.path().join("monday"), folder.path().join("tuesday"));
    office(&data);
    assert_eq!(made(&data, &monday).unwrap().shared, 0);
    let store = Store::open(&data, Role::Office).unwrap();
    let new = put_photo(&store, 50).unwrap();
    let made = made(&data, &tuesday).unwrap();
    assert_eq!(made.shared, PHOTOS as u64 + 1);
    let old = photo(0).0;
    assert_eq!(inode(&photo_path(&monday, &old)), inode(&photo_path(&tuesday, &old)));
    assert_ne!(inode(&photo_path(&data, &old)), inode(&photo_path(&tuesday, &old)), "a copy, no other name");
    assert!(photo_path(&tuesday, &new).exists() && !photo_path(&monday, &new).exists());
    checked(&tuesday).unwrap();
    fs::remove_dir_all(&monday).unwrap();
    checked(&tuesday).unwrap();
}

#[test]
fn nothing_is_written_over_and_what_was_interrupted_is_begun_anew() {
    let folder = tempfile::tempdir().unwrap();
    let (data, out) = (folder.path().join("data"), folder.path().join("monday"));
    office(&data);
    let partial = folder.path().join("monday.partial");
    fs::create_dir(&partial).unwrap();
    fs::write(partial.join("replica.sqlite"), "half").unwrap();
    let busy = fs::File::create(partial.join("being-written")).unwrap();
    busy.lock().unwrap();
    assert!(matches!(made(&data, &out), Err(BackupError::Busy(_))));
    assert_eq!(fs::read(partial.join("replica.sqlite")).unwrap(), b"half", "another one is at it");
    drop(busy);
    made(&data, &out).unwrap();
    assert!(matches!(made(&data, &out), Err(BackupError::Exists(_))));
    checked(&out).unwrap();
    assert!(matches!(restored(&out, &data), Err(BackupError::NotEmpty(_))));
    assert!(made(&folder.path().join("nowhere"), &folder.path().join("other")).is_err());
    assert!(!folder.path().join("other").exists() && !folder.path().join("other.partial").exists());
}

#[test]
fn folders_that_are_missing_are_made() {
    let folder = tempfile::tempdir().unwrap();
    let (data, out) = (folder.path().join("data"), folder.path().join("backups/town/monday"));
    office(&data);
    made(&data, &out).unwrap();
    checked(&out).unwrap();
    let new = folder.path().join("servers/town/new");
    restored(&out, &new).unwrap();
    assert_eq!(looked_at(&new).faults, vec![]);
}

#[test]
fn a_photo_that_is_gone_or_damaged_is_named_and_there_is_no_backup_unless_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let (data, out) = (folder.path().join("data"), folder.path().join("monday"));
    office(&data);
    let (gone, damaged) = (photo(0).0, photo(1).0);
    fs::remove_file(photo_path(&data, &gone)).unwrap();
    fs::write(photo_path(&data, &damaged), vec![0; 40_000]).unwrap();
    let Err(BackupError::Faults(faults)) = made(&data, &out) else { panic!("it was made") };
    assert_eq!(faults.len(), 2, "{faults:?}");
    for hash in [&gone, &damaged] {
        assert!(faults.iter().any(|fault| fault.contains(hash.as_str())), "{faults:?}");
    }
    assert!(!out.exists() && !folder.path().join("monday.partial").exists());
    let made = back_up(&BackupJob { without_lacking: true, ..job(&data, &out) }, &mut |_| {}).unwrap();
    assert_eq!(made.manifest.lacking.len(), 2);
    checked(&out).unwrap();
}

#[test]
fn a_backup_without_what_is_gone_names_all_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let (data, out) = (folder.path().join("data"), folder.path().join("monday"));
    office(&data);
    sql(
        &data,
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 1100)
         INSERT INTO photo_file (hash, bytes, stored) SELECT lower(hex(randomblob(32))), 1, 1 FROM n",
    );
    let Err(BackupError::Faults(faults)) = made(&data, &out) else { panic!("it was made") };
    assert_eq!((faults.len(), faults[1_000].as_str()), (1_001, "and 100 more"));
    let made = back_up(&BackupJob { without_lacking: true, ..job(&data, &out) }, &mut |_| {}).unwrap();
    assert_eq!(made.manifest.lacking.len(), 1_100);
    checked(&out).unwrap();
}

#[test]
fn whatever_is_wrong_with_a_backup_is_named_and_nothing_of_it_is_restored() {
    let folder = tempfile::tempdir().unwrap();
    let (data, out) = (folder.path().join("data"), folder.path().join("monday"));
    office(&data);
    made(&data, &out).unwrap();
    let hash = photo(2).0;
    type Break<'a> = (&'a str, &'a dyn Fn(&Path), bool);
    let breaks: &[Break<'_>] = &[
        (
            "bytes are not those",
            &|backup| fs::write(photo_path(backup, &hash), vec![1; 40_000]).unwrap(),
            true,
        ),
        ("is not", &|backup| fs::remove_file(photo_path(backup, &hash)).unwrap(), true),
        ("replica.sqlite", &|backup| sql(backup, "UPDATE site SET name = ''"), true),
        ("no part of the backup", &|backup| fs::write(backup.join("photos/more"), "x").unwrap(), false),
        ("manifest.json", &|backup| fs::write(backup.join("manifest.json"), "{").unwrap(), true),
        ("manifest.json", &|backup| fs::remove_file(backup.join("manifest.json")).unwrap(), true),
        (
            "outside",
            &|backup| {
                let path = backup.join("manifest.json");
                let text = fs::read_to_string(&path).unwrap();
                fs::write(&path, text.replacen("\"replica.sqlite\"", "\"../escaped.sqlite\"", 1)).unwrap();
            },
            true,
        ),
        (
            "what the manifest says",
            &|backup| {
                let path = backup.join("manifest.json");
                let text = fs::read_to_string(&path).unwrap();
                let wrong = text.replacen("\"dossiers\": 8", "\"dossiers\": 9", 1);
                assert_ne!(wrong, text);
                fs::write(&path, wrong).unwrap();
            },
            true,
        ),
    ];
    for (said, breaks, restoring_fails) in breaks {
        let broken = folder.path().join("broken");
        copied(&out, &broken);
        breaks(&broken);
        let error = checked(&broken).unwrap_err();
        assert!(error.contains(said), "{said}: {error}");
        let new = folder.path().join("new");
        let result = restored(&broken, &new);
        assert_eq!(result.is_err(), *restoring_fails, "{said}");
        assert!(result.is_ok() || !new.exists(), "{said}: something was left");
        let _ = fs::remove_dir_all(&new);
        fs::remove_dir_all(&broken).unwrap();
    }
    assert!(!folder.path().join("escaped.sqlite").exists());
}
