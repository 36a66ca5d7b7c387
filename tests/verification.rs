//! Receipts, and what happens where both sides differ: it is found document by document, mended, and only equality is shown
//! as proven.

use app::App;
use domain::{Role, SiteField, SiteId};
use office::{DONGHUI, Desk, Inspector, TestOffice};
use rusqlite::Connection;
use store::StoreError;
use wire::message::*;

fn receipts(person: &Inspector, site: SiteId) -> SiteReceipts {
    person.call("sync.receipts", OneSite { site })
}

/// Behind the office's back.
fn sql(folder: &std::path::Path, statement: &str, site: SiteId) {
    let connection = Connection::open(folder.join("replica.sqlite")).unwrap();
    connection.busy_timeout(std::time::Duration::from_secs(10)).unwrap();
    connection.execute(statement, [site.0]).unwrap();
}

/// All of a document, as a disk that lost a part of itself loses it.
fn lose(folder: &std::path::Path, site: SiteId) {
    for statement in [
        "DELETE FROM change WHERE document = ?1",
        "DELETE FROM document WHERE id = ?1",
        "DELETE FROM site WHERE id = ?1",
    ] {
        sql(folder, statement, site);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receipt_says_no_more_than_was_proven() {
    let office = TestOffice::of_donghui().await;
    let ahua = office.inspector("阿华").await;
    ahua.sync().await.unwrap();
    let site = ahua.register("新发五金加工点");
    let photo = ahua.photographed(site, "photos/gps-DSCN0010.jpg").hash;
    let before = receipts(&ahua, site);
    assert_eq!((before.record, before.verified_at), (Receipt::OnDevice, None));
    assert_eq!(before.photos, [PhotoReceipt { hash: photo.clone(), receipt: Receipt::OnDevice }]);

    ahua.sync().await.unwrap();
    let after = receipts(&ahua, site);
    assert_eq!(after.record, Receipt::Verified);
    let at = |at: chrono::DateTime<chrono::Utc>| at.timestamp_millis();
    assert_eq!(after.verified_at.map(at), ahua.status().verified.map(|verified| at(verified.at)));
    assert_eq!(after.photos, [PhotoReceipt { hash: photo, receipt: Receipt::Verified }]);
    // Another dossier of the village proves nothing about this one, and takes nothing from it.
    let other = ahua.find("曾美服装厂")[0].id;
    ahua.edit(other, SiteField::Remark, "改");
    assert_eq!(receipts(&ahua, other).record, Receipt::OnDevice);
    assert_eq!(receipts(&ahua, site), after);
    ahua.edit(site, SiteField::Remark, "改");
    assert_eq!(receipts(&ahua, site).record, Receipt::OnDevice);
    assert_eq!(receipts(&ahua, site).photos[0].receipt, Receipt::Stored);
    ahua.sync().await.unwrap();
    assert_eq!(receipts(&ahua, site).record, Receipt::Verified);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_either_side_lost_is_found_and_mended_and_nothing_else_travels() {
    let office = TestOffice::of_donghui().await;
    let ahua = office.member("阿华", Role::Lead).await;
    ahua.sync().await.unwrap();
    let (lost_there, lost_here) = (ahua.find("曾美服装厂")[0].id, ahua.register("新发五金加工点"));
    ahua.sync().await.unwrap();
    let full = ahua.status();
    assert!(full.verified.is_some());
    lose(office.folder.path(), lost_there);
    lose(ahua.folder.path(), lost_here);
    ahua.sync().await.unwrap();
    let status = ahua.status();
    let verified = status.verified.unwrap();
    assert_eq!((verified.dossiers, status.differing.len()), (181, 0));
    assert_eq!(ahua.dossier(lost_here).fields.name, "新发五金加工点");
    let there = office.app.store().read::<_, store::StoreError>(|reader| reader.dossier(lost_there)).unwrap();
    assert_eq!(there.unwrap().fields.name, ahua.dossier(lost_there).fields.name);
    assert_eq!(receipts(&ahua, lost_there).record, Receipt::Verified);
    // 181 heads of 32 bytes and their ids, and two documents: not the 1 MB that all of it is.
    assert!(status.bytes < 60_000, "{} bytes", status.bytes);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_mended_is_named_with_the_side_that_lacks_it() {
    let office = TestOffice::of_donghui().await;
    let ahua = office.inspector("阿华").await;
    ahua.sync().await.unwrap();
    let site = ahua.find("曾美服装厂")[0].id;
    // What the office says of it no longer is what it has, and cannot be read.
    sql(office.folder.path(), "UPDATE document SET heads = zeroblob(32) WHERE id = ?1", site);
    sql(office.folder.path(), "UPDATE document SET snapshot = x'00' WHERE id = ?1", site);
    ahua.sync().await.unwrap();
    let status = ahua.status();
    assert_eq!(status.verified, None);
    let [difference] = status.differing.as_slice() else { panic!("{:?}", status.differing) };
    assert_eq!((difference.unit.code.as_str(), difference.documents), (DONGHUI, 1));
    let [document] = difference.first.as_slice() else { panic!("{difference:?}") };
    assert_eq!((document.site, document.name.contains("曾美")), (Some(site), true));
    assert!(document.lacking_here && !document.damaged, "{document:?}");
    assert_ne!(receipts(&ahua, site).record, Receipt::Verified);
}

/// How many changes are kept that could not be taken in.
fn unreadable(app: &App) -> u64 {
    app.store().read::<_, StoreError>(|reader| reader.poison_count()).unwrap()
}

/// How many changes the next sync offers.
fn offered(person: &Inspector) -> usize {
    let store = person.device.app().store();
    store.read::<_, StoreError>(|reader| reader.unsent_after(0, usize::MAX)).unwrap().len()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_nobody_can_read_holds_nothing_else_up_on_either_side() {
    let office = TestOffice::of_donghui().await;
    let (ahua, lin) = (office.inspector("阿华").await, office.inspector("小林").await);
    ahua.sync().await.unwrap();
    lin.sync().await.unwrap();
    let (bad, good) = (ahua.register("新发五金加工点"), ahua.register("另一家"));
    // A device has one to send, which no program of ours made.
    sql(
        ahua.folder.path(),
        "INSERT INTO change (document, grid, hash, bytes, seq, origin, loose, unsent, refused)
         SELECT id, grid, randomblob(32), x'0102030405', NULL, x'', 0, 1, '' FROM document WHERE id = ?1",
        bad,
    );
    assert_eq!(offered(&ahua), 3);
    ahua.sync().await.unwrap();
    let status = ahua.status();
    let [refused] = status.refused.as_slice() else { panic!("{status:?}") };
    assert_eq!((refused.site, refused.reason.as_str()), (Some(bad), "damaged"));
    assert_eq!((status.unsent_changes, &status.verified), (1, &None), "nobody calls it sent");
    let lead = Desk::of(&office.app, "陈主任", Role::Lead, &[DONGHUI]);
    let held: Vec<HeldWork> = lead.call("held.list", ListHeld { waiting: true });
    let [work] = held.as_slice() else { panic!("{held:?}") };
    assert_eq!((work.site, work.person.as_str(), work.reason.as_str()), (Some(bad), "阿华", "damaged"));

    // Work goes on, in the same dossier too, and it is not offered once more.
    ahua.edit(bad, SiteField::Remark, "之后写的");
    ahua.edit(good, SiteField::Remark, "也是之后写的");
    assert_eq!(offered(&ahua), 2);
    ahua.sync().await.unwrap();
    lin.sync().await.unwrap();
    assert_eq!((offered(&ahua), unreadable(&office.app)), (0, 1));
    assert_eq!(lin.dossier(bad).fields.remark, "之后写的");
    assert_eq!(lin.dossier(good).fields.remark, "也是之后写的");
    assert!(lin.status().verified.is_some(), "{:?}", lin.status());

    // Nobody can let it in. Once a lead has said so it is set aside, and what the device has is proven again.
    assert_eq!(ahua.status().verified, None);
    let judgement =
        |accept| JudgeHeld { id: work.id, accept, comment: "读不出来，请重新填报".to_owned() };
    assert!(lead.try_call::<HeldWork>("held.judge", judgement(true)).is_err());
    lead.call::<HeldWork>("held.judge", judgement(false));
    ahua.sync().await.unwrap();
    let status = ahua.status();
    let [told] = status.refused.as_slice() else { panic!("{status:?}") };
    assert_eq!((told.site, told.comment.as_str()), (Some(bad), "读不出来，请重新填报"));
    assert_eq!(status.unsent_changes, 0);
    assert!(status.verified.is_some(), "{status:?}");
    assert_eq!(ahua.dossier(bad).fields.remark, "之后写的");

    // The office has one to tell.
    for statement in [
        "UPDATE log_position SET seq = seq + 1 WHERE grid = (SELECT grid FROM document WHERE id = ?1)",
        "INSERT INTO change (document, grid, hash, bytes, seq, origin, loose, unsent, refused)
         SELECT document.id, document.grid, randomblob(32), x'0504030201', log_position.seq, x'', 0, 0, ''
         FROM document JOIN log_position ON log_position.grid = document.grid WHERE document.id = ?1",
    ] {
        sql(office.folder.path(), statement, good);
    }
    lin.edit(good, SiteField::Telephone, "12700000001");
    for person in [&lin, &ahua, &lin, &ahua] {
        person.sync().await.unwrap();
    }
    for person in [&lin, &ahua] {
        assert_eq!(person.dossier(good).fields.telephone, "12700000001");
        assert_eq!(unreadable(person.device.app()), 1, "it came once");
    }
    assert!(lin.status().verified.is_some(), "both sides hold the same: {:?}", lin.status());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_the_disk_damaged_before_it_was_sent_is_written_anew() {
    let office = TestOffice::of_donghui().await;
    let ahua = office.inspector("阿华").await;
    ahua.sync().await.unwrap();
    let site = ahua.find("曾美服装厂")[0].id;
    // As many as are written down as a whole: one of them can be read there when its own bytes are gone.
    for number in 0..25 {
        ahua.edit(site, SiteField::Remark, &format!("第{number}次"));
    }
    let statement = "UPDATE change SET bytes = zeroblob(length(bytes))
        WHERE n = (SELECT min(n) FROM change WHERE document = ?1 AND unsent = 1 AND loose = 0)";
    sql(ahua.folder.path(), statement, site);
    ahua.edit(site, SiteField::Remark, "改过");
    ahua.sync().await.unwrap();
    ahua.sync().await.unwrap();
    assert!(ahua.status().verified.is_some(), "{:?}", ahua.status());
    assert_eq!(unreadable(&office.app), 1, "it came damaged once");
    let lead = Desk::of(&office.app, "陈主任", Role::Lead, &[DONGHUI]);
    assert_eq!(lead.dossier(site).fields.remark, "改过");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dossier_that_is_damaged_at_the_office_holds_up_no_other() {
    let office = TestOffice::of_donghui().await;
    let (ahua, lin) = (office.inspector("阿华").await, office.inspector("小林").await);
    ahua.sync().await.unwrap();
    lin.sync().await.unwrap();
    let (bad, good) = (ahua.find("曾美服装厂")[0].id, ahua.register("另一家"));
    sql(office.folder.path(), "UPDATE document SET snapshot = x'00010203' WHERE id = ?1", bad);
    ahua.edit(bad, SiteField::Remark, "改过");
    ahua.edit(good, SiteField::Remark, "也改过");
    let photo = ahua.photographed(good, "photos/gps-DSCN0010.jpg").hash;
    ahua.sync().await.unwrap();
    lin.sync().await.unwrap();
    let status = ahua.status();
    let [refused] = status.refused.as_slice() else { panic!("{status:?}") };
    assert_eq!((refused.site, refused.reason.as_str()), (Some(bad), "document_damaged"));
    assert_eq!((status.unsent_changes, status.unsent_photos, &status.verified), (1, 0, &None));
    assert_eq!(lin.dossier(good).fields.remark, "也改过");
    assert_eq!(receipts(&ahua, good).photos, [PhotoReceipt { hash: photo, receipt: Receipt::Stored }]);
}
