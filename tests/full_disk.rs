//! Phones and servers whose disk is full: people are told, what was saved is there, and there is a way on.

use domain::{PhotoHash, Role, SiteId};
use office::small_disk::{fill, on_small_disk};
use office::{DONGHUI, Inspector, TestOffice, right, sample, shown, visit};
use store::StoreError;
use uuid::Uuid;
use wire::message::*;
use wire::{ApiError, ErrorCode};

fn attach(inspector: &Inspector, draft: Uuid, file: &str) -> Result<AttachedPhoto, ApiError> {
    let upload = inspector.device.upload(&std::fs::read(sample::path(file)).unwrap())?;
    inspector.try_call("photos.attach", AttachPhoto { upload, draft, options: None })
}

fn record(inspector: &Inspector, site: SiteId, photos: &[PhotoHash], draft: Option<Uuid>) {
    let mut inspection = visit(site);
    inspection.draft = draft;
    inspection.photos = photos.iter().map(shown).collect();
    inspector.call::<RecordedInspection>("inspections.record", inspection);
}

fn full(error: &ApiError, reason: Option<&str>) {
    assert_eq!((error.code, error.reason.as_deref()), (ErrorCode::DiskFull, reason), "{error:?}");
}

fn on_it(work: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap().block_on(work);
}

#[test]
fn a_phone_that_is_full_saves_syncs_and_makes_room() {
    on_small_disk("a_phone_that_is_full_saves_syncs_and_makes_room", 80, |disk| {
        on_it(async {
            let office = TestOffice::of_donghui().await;
            let phone = Inspector::with(tempfile::tempdir_in(disk).unwrap());
            let phone = phone.connected(&office.address, office.token_of("阿华", Role::Lead)).await;
            phone.device.app().store().keep_reserve();
            phone.sync().await.unwrap();
            let site = phone.register("满了之前的厂");
            let draft = Uuid::now_v7();
            let photo = attach(&phone, draft, "photos/orientation-portrait-6.jpg").unwrap();
            record(&phone, site, std::slice::from_ref(&photo.hash), Some(draft));
            let space = phone.status().space.unwrap();
            assert!(space.low && !space.full, "{space:?}");

            fill(disk, 0);
            let space = phone.status().space.unwrap();
            assert!(space.full && space.free_bytes == 0, "{space:?}");
            let draft = Uuid::now_v7();
            full(&attach(&phone, draft, "photos/gps-DSCN0010.jpg").unwrap_err(), Some("reserve"));
            let grid = DONGHUI.parse().unwrap();
            let export: Result<Download, _> =
                phone.try_call("ledger.export", ExportLedger { grid, format: LedgerFormat::Csv });
            full(&export.unwrap_err(), Some("reserve"));
            let left = std::fs::read_dir(phone.folder.path().join("downloads")).unwrap().count();
            assert_eq!(left, 0, "no half a file");

            // Records, forms and sync go on.
            record(&phone, site, &[], None);
            let body = "{}".to_owned();
            let form = SaveDraft { id: draft, kind: DraftKind::Inspection, site: Some(site), body };
            phone.call::<Draft>("drafts.save", form);
            phone.sync().await.unwrap();
            let status = phone.status();
            assert_eq!((status.unsent_changes, status.unsent_photos), (0, 0));
            assert!(status.verified.is_some(), "{status:?}");
            assert!(office.app.store().photo_bytes(&photo.hash).unwrap().is_some());

            // What others photographed is told of and not fetched; it is no reason to send nothing.
            let meiling = office.inspector("美玲").await;
            meiling.sync().await.unwrap();
            let draft = Uuid::now_v7();
            let hers = meiling.photograph(draft, &sample::path("photos/gps-DSCN0010.jpg"));
            record(&meiling, site, std::slice::from_ref(&hers.hash), Some(draft));
            meiling.sync().await.unwrap();
            record(&phone, site, &[], None);
            full(&phone.sync().await.unwrap_err(), Some("reserve"));
            let status = phone.status();
            assert_eq!((status.unsent_changes, status.missing_photos), (0, 1));
            full(&status.error.unwrap(), Some("reserve"));

            // Room is made where there is none.
            let room = FreeSpace { older_than_days: 0 };
            let freed: FreedSpace = phone.asked("photos.free_space", room).await.unwrap();
            assert_eq!(freed.photos, 1);
            right(phone.folder.path());

            std::fs::remove_file(disk.join("filler")).unwrap();
            phone.sync().await.unwrap();
            let status = phone.status();
            assert_eq!((status.missing_photos, status.error), (0, None));
            attach(&phone, Uuid::now_v7(), "photos/gps-DSCN0010.jpg").unwrap();
            assert!(phone.device.app().store().space().unwrap().reserve_intact);
            right(phone.folder.path());
        });
    });
}

#[test]
fn a_server_that_is_full_takes_records_and_tells_whose_disk_it_is() {
    on_small_disk("a_server_that_is_full_takes_records_and_tells_whose_disk_it_is", 96, |disk| {
        on_it(async {
            let office =
                TestOffice::reopen((tempfile::tempdir_in(disk).unwrap(), "http://127.0.0.1:0".into())).await;
            sample::import_donghui(&office.app);
            let phone = office.inspector("阿华").await;
            phone.sync().await.unwrap();
            let site = phone.register("服务器满了的时候登记的厂");
            let draft = Uuid::now_v7();
            let photo = attach(&phone, draft, "photos/orientation-portrait-6.jpg").unwrap();
            record(&phone, site, std::slice::from_ref(&photo.hash), Some(draft));
            fill(disk, 0);
            let error = phone.sync().await.unwrap_err();
            full(&error, Some("server_full"));
            let status = phone.status();
            assert_eq!((status.unsent_changes, status.unsent_photos), (0, 1), "records were taken");
            assert!(status.verified.is_none(), "and nothing more is claimed");
            assert!(
                office.app.store().read::<_, StoreError>(|reader| reader.dossier(site)).unwrap().is_some()
            );
            let space = office.app.store().space().unwrap();
            assert!(space.full && !space.reserve_intact);
            right(office.folder.path());

            std::fs::remove_file(disk.join("filler")).unwrap();
            phone.sync().await.unwrap();
            assert!(phone.status().verified.is_some_and(|verified| verified.photos == 1));
            record(&phone, site, &[], None);
            phone.sync().await.unwrap();
            assert!(office.app.store().space().unwrap().reserve_intact, "the reserve is back");
            right(office.folder.path());
        });
    });
}
