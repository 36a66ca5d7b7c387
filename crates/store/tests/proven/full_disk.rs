//! A full disk: every kind of write says so, nothing is torn, and there is a way out.

use std::fs;
use std::path::Path;
use std::time::Duration;

use store::{BackupJob, PhotoSpace, Role, Space, Store, StoreError, back_up};

use crate::sample::*;
use crate::small_disk::{fill, on_small_disk};

/// A photo of a megabyte, whose bytes tell it apart.
fn large(number: u64) -> (domain::PhotoHash, Vec<u8>) {
    let mut bytes = vec![0x61; 1 << 20];
    bytes[..8].copy_from_slice(&number.to_le_bytes());
    (hash_of(&bytes), bytes)
}

fn put(store: &Store, number: u64) -> Result<(), StoreError> {
    let (hash, bytes) = large(number);
    store.put_photo_files(&hash, &bytes, b"thumbnail")?;
    store.write(|writer| writer.note_photo(&hash, bytes.len() as u64, true))
}

fn space(store: &Store) -> Space {
    store.space().unwrap()
}

fn right(folder: &Path) -> store::Report {
    let report = looked_at(folder);
    assert_eq!(report.faults, vec![]);
    report
}

#[test]
fn photos_stop_first_then_records_and_what_was_saved_is_there() {
    on_small_disk("full_disk::photos_stop_first_then_records_and_what_was_saved_is_there", 80, |disk| {
        let data = disk.join("data");
        let store = Store::open(&data, Role::Office).unwrap();
        store.keep_reserve();
        assert!(space(&store).reserve_intact && space(&store).low && !space(&store).full);

        let put_whole = (0..).take_while(|n| put(&store, *n).is_ok()).count() as u64;
        let error = put(&store, put_whole).unwrap_err();
        assert!(matches!(error, StoreError::NoRoom(_)) && error.is_disk_full(), "{error}");
        let left = space(&store);
        assert!(left.reserve_intact && left.free > 10 << 20, "{left:?}");
        let mut incoming = store.incoming(&large(1_000).0, Duration::ZERO).unwrap();
        assert!(incoming.announce(1 << 20).unwrap_err().is_disk_full());
        assert!(incoming.add(&[0; 1 << 20]).unwrap_err().is_disk_full());
        assert_eq!(incoming.size(), 0);
        drop(incoming);
        assert!(store.put_provisional_thumbnail(&large(1_000).0, &[0; 1 << 20]).unwrap_err().is_disk_full());

        // Somebody else takes the rest.
        fill(disk, 0);
        let (mut saved, mut released) = (Vec::new(), false);
        let error = loop {
            match record(&store) {
                Ok(site) => saved.push(site),
                Err(error) => break error,
            }
            released |= !space(&store).reserve_intact;
        };
        assert!(error.is_disk_full(), "{error}");
        assert!(released && saved.len() > 100, "{} records were saved from the reserve", saved.len());
        assert!(space(&store).full);

        // Also for one that opens it now.
        drop(store);
        let store = Store::open(&data, Role::Office).unwrap();
        store.keep_reserve();
        // What the database kept for itself while it was open is there to be used, then it is full again.
        let error = loop {
            match record(&store) {
                Ok(site) => saved.push(site),
                Err(error) => break error,
            }
        };
        assert!(error.is_disk_full(), "{error}");
        for site in &saved {
            assert!(store.read::<_, StoreError>(|reader| reader.dossier(*site)).unwrap().is_some());
        }
        let report = right(&data);
        assert_eq!((report.dossiers, report.photos), (saved.len() as u64, put_whole));

        // There is room again: the reserve comes back, and photos are taken.
        fs::remove_file(disk.join("filler")).unwrap();
        for n in 0..put_whole {
            fs::remove_file(photo_path(&data, &large(n).0)).unwrap();
            store.write::<_, StoreError>(|writer| writer.forget_photo(&large(n).0)).unwrap();
        }
        register(&store, "又一家厂").unwrap();
        assert!(space(&store).reserve_intact, "{:?}", space(&store));
        put(&store, 2_000).unwrap();
        right(&data);
    });
}

#[test]
fn on_a_disk_without_a_free_byte_photos_can_be_removed() {
    on_small_disk("full_disk::on_a_disk_without_a_free_byte_photos_can_be_removed", 80, |disk| {
        let data = disk.join("data");
        let store = Store::open(&data, Role::Device).unwrap();
        store.keep_reserve();
        let site = register(&store, "一家厂").unwrap();
        for n in 0..12 {
            put(&store, n).unwrap();
            let (hash, bytes) = large(n);
            let photo = domain::PhotoReference::new(
                domain::PhotoId::new(),
                hash,
                bytes.len() as u64,
                at(1),
                "阿华".into(),
            );
            edit(&store, site, vec![store::DossierWrite::AddPhoto(photo)]).unwrap();
        }
        fill(disk, 0);
        // All that records may take is taken.
        while record(&store).is_ok() {}
        let before = space(&store);
        assert!(before.full && !before.reserve_intact);
        let removable =
            store.read::<_, StoreError>(|reader| Ok((reader.photo_space()?, reader.removable_photos(None)?)));
        let (PhotoSpace { removable: count, .. }, hashes) = removable.unwrap();
        assert_eq!(count, 12);
        let removed = store
            .write::<_, StoreError>(|writer| {
                hashes.iter().map(|hash| writer.mark_photo_removed(hash)).collect::<Result<Vec<_>, _>>()
            })
            .unwrap();
        assert_eq!(removed.iter().flatten().sum::<u64>(), 12 << 20);
        store.unlink_removed(&hashes).unwrap();
        register(&store, "空出来之后的厂").unwrap();
        let report = right(&data);
        assert_eq!((report.photos, report.awaited_photos), (0, 12));
    });
}

#[test]
fn a_backup_onto_a_full_disk_leaves_nothing_and_harms_nothing() {
    on_small_disk("full_disk::a_backup_onto_a_full_disk_leaves_nothing_and_harms_nothing", 80, |disk| {
        let elsewhere = tempfile::tempdir().unwrap();
        let data = elsewhere.path().join("data");
        office(&data);
        let out = disk.join("monday");
        let job = BackupJob {
            data: &data,
            out: &out,
            databases: &[],
            files: &[],
            archives: &[],
            program: "test",
            now: at(1),
            without_lacking: false,
        };
        for leave in [0, 200 << 10, 400 << 10, 600 << 10] {
            fill(disk, leave);
            let Err(error) = back_up(&job, &mut |_| {}) else { panic!("{leave} bytes were enough") };
            let full = match &error {
                store::BackupError::NoRoom { .. } => true,
                store::BackupError::Store(error) => error.is_disk_full(),
                _ => false,
            };
            assert!(full, "{leave}: {error}");
            let left: Vec<_> = fs::read_dir(disk).unwrap().map(|entry| entry.unwrap().file_name()).collect();
            assert_eq!(left, ["filler"]);
        }
        fs::remove_file(disk.join("filler")).unwrap();
        back_up(&job, &mut |_| {}).unwrap();
        store::check_backup(&out, &mut |_| {}).unwrap();
        fill(disk, 0);
        let into = disk.join("restored");
        assert!(store::restore(&out, &into, &mut |_| {}).is_err());
        assert!(!into.exists(), "what cannot be restored whole is not left there");
        right(&data);
    });
}

/// Whatever is being written when the last byte goes: what was said to be saved is there, and nothing is torn.
#[test]
fn wherever_the_disk_ends_nothing_is_torn() {
    on_small_disk("full_disk::wherever_the_disk_ends_nothing_is_torn", 40, |disk| {
        // Without a reserve: it only moves the place where the disk ends.
        for leave in (0..30).map(|n| n * 37_000) {
            let data = disk.join("data");
            let store = Store::open(&data, Role::Office).unwrap();
            let first = register(&store, "第一家厂").unwrap();
            fill(disk, leave);
            let mut saved = vec![first];
            loop {
                match record(&store) {
                    Ok(site) => saved.push(site),
                    Err(error) => {
                        assert!(error.is_disk_full(), "{leave}: {error}");
                        break;
                    }
                }
            }
            drop(store);
            fs::remove_file(disk.join("filler")).unwrap();
            let store = Store::open(&data, Role::Office).unwrap();
            for site in &saved {
                assert!(store.read::<_, StoreError>(|reader| reader.dossier(*site)).unwrap().is_some());
            }
            assert_eq!(right(&data).dossiers, saved.len() as u64, "{leave}");
            register(&store, "之后的厂").unwrap();
            drop(store);
            fs::remove_dir_all(&data).unwrap();
        }
    });
}

/// A site with some kilobytes of text. One that was registered stays, if there is no more room for the text.
fn record(store: &Store) -> Result<domain::SiteId, StoreError> {
    let site = register(store, "一家厂")?;
    let text = format!("{site}{}", "说明".repeat(3_000));
    let _ = edit(store, site, vec![store::DossierWrite::SetField(domain::SiteField::Remark, text)]);
    Ok(site)
}
