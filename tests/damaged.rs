//! What a disk damages, on either side, is mended or named, and holds up nothing else.

use app::App;
use domain::{DecisionId, Role, SiteField, Verdict};
use office::{DONGHUI, Desk, Inspector, TestOffice, decision, lose, sql};
use store::StoreError;
use wire::message::*;

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
    let bad = ahua.find("曾美服装厂")[0].id;
    let telephone = "12700000001";
    ahua.edit(bad, SiteField::Telephone, telephone);
    ahua.sync().await.unwrap();
    let lead = Desk::of(&office.app, "陈主任", Role::Lead, &[DONGHUI]);
    let seen = lead.dossier(bad).decision_tips;
    let shut = DecideSite { id: DecisionId::new(), site: bad, decision: decision(Verdict::ShutDown), seen };
    lead.call::<OneSite>("sites.decide", shut);
    sql(office.folder.path(), "UPDATE document SET snapshot = x'00010203' WHERE id = ?1", bad);
    ahua.edit(bad, SiteField::Remark, "改过");
    // It looks like the other, at which the office looks for that.
    let good = ahua.register("另一家");
    ahua.edit(good, SiteField::Telephone, telephone);
    ahua.edit(good, SiteField::Remark, "也改过");
    let photo = ahua.photographed(good, "photos/gps-DSCN0010.jpg").hash;
    ahua.sync().await.unwrap();
    lin.sync().await.unwrap();
    let status = ahua.status();
    let [refused] = status.refused.as_slice() else { panic!("{status:?}") };
    assert_eq!((refused.site, refused.reason.as_str()), (Some(bad), "document_damaged"));
    assert_eq!((status.unsent_changes, status.unsent_photos, &status.verified), (1, 0, &None));
    assert_eq!(lin.dossier(good).fields.remark, "也改过");
    assert_eq!(
        ahua.call::<SiteReceipts>("sync.receipts", OneSite { site: good }).photos,
        [PhotoReceipt { hash: photo, receipt: Receipt::Stored }]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_was_spoiled_before_anybody_else_had_it_goes_with_what_builds_on_it() {
    let office = TestOffice::of_donghui().await;
    let ahua = office.inspector("阿华").await;
    ahua.sync().await.unwrap();
    let site = ahua.find("曾美服装厂")[0].id;
    let before = ahua.dossier(site).fields.remark;
    ahua.edit(site, SiteField::Remark, "读不出来的");
    ahua.edit(site, SiteField::Telephone, "12700000001");
    // The first of both: it is in no snapshot.
    let statement = "UPDATE change SET bytes = zeroblob(length(bytes))
        WHERE n = (SELECT min(n) FROM change WHERE document = ?1 AND unsent = 1 AND loose = 1)";
    sql(ahua.folder.path(), statement, site);
    let other = ahua.register("另一家");
    ahua.sync().await.unwrap();
    let lead = Desk::of(&office.app, "陈主任", Role::Lead, &[DONGHUI]);
    assert_eq!(lead.dossier(other).fields.name, "另一家", "it holds up no other");
    let held: Vec<HeldWork> = lead.call("held.list", ListHeld { waiting: true });
    let [work] = held.as_slice() else { panic!("{held:?}") };
    let no = JudgeHeld { id: work.id, accept: false, comment: "读不出来，请重新填报".to_owned() };
    lead.call::<HeldWork>("held.judge", no);
    ahua.sync().await.unwrap();
    ahua.sync().await.unwrap();
    let status = ahua.status();
    assert_eq!((status.unsent_changes, offered(&ahua)), (0, 0), "{status:?}");
    assert!(status.verified.is_some(), "{status:?}");
    // What is on record is what the office has, and the person is told what is not.
    assert_eq!(ahua.dossier(site).fields.remark, before);
    assert_eq!(ahua.dossier(site).fields, lead.dossier(site).fields);
    assert!(!status.refused.is_empty() && status.refused.iter().all(|told| told.site == Some(site)));
    ahua.edit(site, SiteField::Remark, "重新填的");
    ahua.sync().await.unwrap();
    assert_eq!(lead.dossier(site).fields.remark, "重新填的");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dossier_that_is_damaged_on_a_device_is_taken_from_the_office_and_keeps_what_was_not_sent() {
    let office = TestOffice::of_donghui().await;
    let (ahua, lin) = (office.inspector("阿华").await, office.inspector("小林").await);
    ahua.sync().await.unwrap();
    lin.sync().await.unwrap();
    let site = ahua.find("曾美服装厂")[0].id;
    ahua.edit(site, SiteField::Remark, "还没有发出去");
    lin.edit(site, SiteField::Telephone, "12700000001");
    lin.sync().await.unwrap();
    sql(ahua.folder.path(), "UPDATE document SET snapshot = x'00010203' WHERE id = ?1", site);
    let refusal = ahua.try_call::<DossierView>("sites.dossier", OneSite { site }).unwrap_err();
    assert_eq!(refusal.code, wire::ErrorCode::Storage);
    for _ in 0..2 {
        ahua.sync().await.unwrap();
    }
    let status = ahua.status();
    assert!(status.verified.is_some(), "{status:?}");
    let lead = Desk::of(&office.app, "陈主任", Role::Lead, &[DONGHUI]);
    for fields in [ahua.dossier(site).fields, lead.dossier(site).fields] {
        assert_eq!((fields.remark.as_str(), fields.telephone.as_str()), ("还没有发出去", "12700000001"));
    }
    ahua.edit(site, SiteField::Remark, "可以再写");
    ahua.sync().await.unwrap();
    assert_eq!(lead.dossier(site).fields.remark, "可以再写");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_photo_that_the_office_lost_is_sent_again_by_who_has_it() {
    let office = TestOffice::of_donghui().await;
    let ahua = office.inspector("阿华").await;
    ahua.sync().await.unwrap();
    let site = ahua.register("新发五金加工点");
    let photo = ahua.photographed(site, "photos/gps-DSCN0010.jpg").hash;
    ahua.sync().await.unwrap();
    assert_eq!(ahua.status().verified.unwrap().photos, 1);
    let name = photo.as_str();
    let file = office.folder.path().join("photos").join(&name[..2]).join(format!("{name}.jpg"));
    let bytes = std::fs::read(&file).unwrap();
    std::fs::remove_file(&file).unwrap();
    // Not asked at each sync, but after some hours.
    ahua.sync().await.unwrap();
    assert!(!file.exists());
    let long_ago =
        "UPDATE setting SET value = '2020-01-01T00:00:00Z ' WHERE key = 'photos_asked' AND ?1 <> ''";
    sql(ahua.folder.path(), long_ago, site);
    ahua.sync().await.unwrap();
    assert_eq!(std::fs::read(&file).unwrap(), bytes);
    assert_eq!(ahua.status().verified.unwrap().photos, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dossier_that_is_damaged_on_a_device_keeps_no_other_from_refilling_the_office() {
    let office = TestOffice::of_donghui().await;
    let ahua = office.member("阿华", Role::Lead).await;
    ahua.sync().await.unwrap();
    let (bad, good) = (ahua.find("曾美服装厂")[0].id, ahua.find("闽南厦集五金加工厂")[0].id);
    let name = ahua.dossier(good).fields.name;
    lose(office.folder.path(), bad);
    lose(office.folder.path(), good);
    sql(ahua.folder.path(), "UPDATE document SET snapshot = x'00010203' WHERE id = ?1", bad);
    ahua.sync().await.unwrap();
    let lead = Desk::of(&office.app, "陈主任", Role::Lead, &[DONGHUI]);
    assert_eq!(lead.dossier(good).fields.name, name);
    let status = ahua.status();
    assert_eq!(status.verified, None);
    let [difference] = status.differing.as_slice() else { panic!("{status:?}") };
    assert_eq!((difference.documents, difference.first[0].site), (1, Some(bad)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dossier_that_the_tables_had_to_leave_out_is_fetched_and_until_then_nothing_is_called_verified() {
    let office = TestOffice::of_donghui().await;
    let ahua = office.inspector("阿华").await;
    ahua.sync().await.unwrap();
    let site = ahua.find("曾美服装厂")[0].id;
    let keep = "INSERT INTO setting SELECT 'kept', hex(snapshot) FROM document WHERE id = ?1";
    sql(office.folder.path(), keep, site);
    for folder in [office.folder.path(), ahua.folder.path()] {
        sql(folder, "UPDATE document SET snapshot = x'00010203' WHERE id = ?1", site);
    }
    // What an update of the app leaves of it.
    for statement in ["DELETE FROM site WHERE id = ?1", "INSERT INTO unreadable VALUES (?1)"] {
        sql(ahua.folder.path(), statement, site);
    }
    ahua.sync().await.unwrap();
    let status = ahua.status();
    assert_eq!((status.unsent_changes, &status.verified), (0, &None));
    assert_eq!((status.differing.len(), status.differing[0].documents), (1, 1), "{status:?}");
    assert_eq!(ahua.find("曾美服装厂"), []);

    let again =
        "UPDATE document SET snapshot = unhex((SELECT value FROM setting WHERE key = 'kept')) WHERE id = ?1";
    sql(office.folder.path(), again, site);
    ahua.sync().await.unwrap();
    assert!(ahua.status().verified.is_some(), "{:?}", ahua.status());
    assert_eq!(ahua.find("曾美服装厂")[0].id, site);
    ahua.edit(site, SiteField::Remark, "可以再写");
}
