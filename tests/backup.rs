//! Replicas that were restored from old copies while others went on: nothing is lost, nothing is doubled, and both sides
//! prove that they hold the same.

use std::path::Path;

use domain::{PhotoHash, Role, SiteField, SiteId};
use office::{Inspector, TestOffice, copy_tree, visit};
use store::{BackupJob, Store, StoreError, back_up, check_backup, restore};
use wire::message::*;

/// That everything in a folder is right, and that there is something.
fn right(folder: &Path) {
    let report = office::right(folder);
    assert!(report.documents > 100 && report.photos > 0);
}

fn alike(office: &TestOffice, inspector: &Inspector) {
    let digests = |store: &Store| store.read::<_, StoreError>(|reader| reader.digests(|_| true)).unwrap();
    assert_eq!(digests(office.app.store()), digests(inspector.device.app().store()));
}

fn photos_of(inspector: &Inspector, site: SiteId) -> Vec<PhotoHash> {
    inspector.dossier(site).photos.into_iter().map(|photo| photo.photo.hash).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_went_back_to_an_old_copy_of_itself_loses_and_doubles_nothing() {
    let office = TestOffice::of_donghui().await;
    let ahua = office.inspector("阿华").await;
    ahua.sync().await.unwrap();
    let old = ahua.register("拷贝之前的厂");
    let first = ahua.photographed(old, "photos/orientation-portrait-6.jpg").hash;
    ahua.sync().await.unwrap();
    // Unsent when the copy is taken, and sent afterwards by the one that goes on.
    ahua.edit(old, SiteField::Operator, "拷贝时还没有上传");
    let ahua = ahua.restarted();
    let copy = tempfile::tempdir().unwrap();
    copy_tree(ahua.folder.path(), copy.path());

    let new = ahua.register("拷贝之后的厂");
    let second = ahua.photographed(new, "photos/gps-DSCN0010.jpg").hash;
    ahua.edit(old, SiteField::Telephone, "12700000001");
    ahua.sync().await.unwrap();
    assert!(ahua.status().verified.is_some());
    drop(ahua);

    let ahua = Inspector::with(copy);
    assert_eq!(ahua.find("拷贝之后").len(), 0);
    let third = ahua.register("恢复之后的厂");
    ahua.edit(old, SiteField::Remark, "恢复之后写的");
    ahua.call::<RecordedInspection>("inspections.record", visit(old));
    ahua.sync().await.unwrap();
    let status = ahua.status();
    assert!(status.verified.is_some(), "{status:?}");
    assert_eq!((status.unsent_changes, status.refused.len(), status.missing_photos), (0, 0, 0));

    let dossier = ahua.dossier(old);
    assert_eq!(dossier.fields.operator, "拷贝时还没有上传");
    assert_eq!(dossier.fields.telephone, "12700000001");
    assert_eq!(dossier.fields.remark, "恢复之后写的");
    assert_eq!(dossier.inspections.len(), 2, "one before the copy, one after it was opened");
    assert_eq!((photos_of(&ahua, old), photos_of(&ahua, new)), (vec![first], vec![second.clone()]));
    assert!(ahua.device.photo(&second, false).unwrap().is_some());
    assert_eq!(ahua.find("恢复之后的厂").len(), 1);
    alike(&office, &ahua);
    let there = office.app.store().read::<_, StoreError>(|reader| reader.dossier(third)).unwrap();
    assert_eq!(there.unwrap().fields.name, "恢复之后的厂");
    right(ahua.folder.path());
    right(office.folder.path());

    // And it stays so.
    ahua.edit(old, SiteField::Remark, "再写一次");
    ahua.sync().await.unwrap();
    assert!(ahua.status().verified.is_some());
    alike(&office, &ahua);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_office_restored_from_yesterdays_backup_is_refilled_by_its_devices() {
    let office = TestOffice::of_donghui().await;
    let ahua = office.inspector("阿华").await;
    let meiling = office.member("美玲", Role::Lead).await;
    ahua.sync().await.unwrap();
    let site = ahua.register("备份之前的厂");
    let before = ahua.photographed(site, "photos/orientation-portrait-6.jpg").hash;
    ahua.sync().await.unwrap();
    meiling.sync().await.unwrap();

    let place = tempfile::tempdir().unwrap();
    let backup = place.path().join("yesterday");
    let job = BackupJob {
        data: office.folder.path(),
        out: &backup,
        databases: &["access.sqlite"],
        files: &["tls/certificate.pem", "tls/key.pem"],
        archives: &[],
        program: "test",
        now: office.app.now(),
        without_lacking: false,
    };
    back_up(&job, &mut |_| {}).unwrap();
    check_backup(&backup, &mut |_| {}).unwrap();

    let after = ahua.photographed(site, "photos/gps-DSCN0010.jpg").hash;
    ahua.edit(site, SiteField::Operator, "备份之后改的");
    let new = ahua.register("备份之后的厂");
    ahua.sync().await.unwrap();
    meiling.sync().await.unwrap();
    meiling.edit(site, SiteField::Telephone, "12700000002");
    assert!(ahua.status().verified.is_some());
    let (_, address) = office.close().await;

    let folder = tempfile::tempdir().unwrap();
    let restored = restore(&backup, folder.path(), &mut |_| {}).unwrap();
    assert_eq!(restored.manifest.counts.dossiers, 181);
    let office = TestOffice::reopen((folder, address)).await;
    for inspector in [&ahua, &meiling, &ahua] {
        inspector.sync().await.unwrap();
    }
    for inspector in [&ahua, &meiling] {
        let status = inspector.status();
        assert!(status.verified.is_some(), "{status:?}");
        alike(&office, inspector);
        let dossier = inspector.dossier(site);
        assert_eq!(dossier.fields.operator, "备份之后改的");
        assert_eq!(dossier.fields.telephone, "12700000002");
        assert_eq!(dossier.inspections.len(), 2);
        assert_eq!(photos_of(inspector, site), [before.clone(), after.clone()]);
        assert_eq!(inspector.find("备份之后的厂")[0].id, new);
    }
    for hash in [&before, &after] {
        assert!(office.app.store().photo_bytes(hash).unwrap().is_some());
        // A backup has no thumbnails: they are made again.
        let thumbnail = office.app.thumbnail(hash).unwrap().unwrap();
        assert!(photos::declared_size(&thumbnail).is_some_and(|(width, height)| width.max(height) == 320));
        assert!(office.app.store().has_own_thumbnail(hash).unwrap());
    }
    right(office.folder.path());
    right(ahua.folder.path());
}
