//! Receipts, and what happens where both sides differ: it is found document by document, mended, and only equality is shown
//! as proven.

use domain::{Role, SiteField, SiteId};
use office::{DONGHUI, Inspector, TestOffice, lose, sql};
use wire::message::*;

fn receipts(person: &Inspector, site: SiteId) -> SiteReceipts {
    person.call("sync.receipts", OneSite { site })
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
