//! The line through the whole product: a ledger at the office, two inspectors in a village without signal, and back.

use domain::{ProblemId, Role, Severity, SiteField, Verdict};
use office::{DONGHUI, Inspector, TestOffice, decision, sample, visit};
use uuid::Uuid;
use wire::ErrorCode;
use wire::message::*;

#[tokio::test(flavor = "multi_thread")]
async fn what_one_inspector_records_without_signal_the_other_finds_after_both_synced() {
    let office = TestOffice::of_donghui().await;
    let ahua = office.inspector("阿华").await;
    ahua.sync().await.unwrap();
    let totals = ahua.totals();
    assert_eq!((totals.surveyed, totals.polluting), (180, 158));
    assert_eq!((totals.upgrade.all, totals.upgrade.done), (128, 108));
    assert_eq!((totals.relocate.all, totals.relocate.done), (30, 22));
    assert_eq!(ahua.status().verified.unwrap().dossiers, 180);

    // The office cannot be reached.
    let closed = office.close().await;
    let site = ahua.register("新发五金加工点");
    let draft = Uuid::now_v7();
    let photo = ahua.photograph(draft, &sample::path("photos/gps-DSCN0010.jpg"));
    assert!(photo.position.is_some());
    let problem = ProblemId::new();
    let mut inspection = visit(site);
    inspection.draft = Some(draft);
    inspection.remarks = "现场正在生产".into();
    inspection.decision = Some(decision(Verdict::Upgrade));
    inspection.problems = vec![NewProblem {
        id: problem,
        description: "焊接烟尘无收集设施".into(),
        severity: Severity::Ordinary,
        deadline: None,
    }];
    inspection.photos = vec![NewPhoto {
        hash: photo.hash.clone(),
        problem: Some(problem),
        rectified: false,
        sketch_of: None,
        compare_with: None,
    }];
    ahua.call::<RecordedInspection>("inspections.record", &inspection);
    // Pressed twice.
    ahua.call::<RecordedInspection>("inspections.record", &inspection);
    assert_eq!(ahua.sync().await.unwrap_err().code, ErrorCode::Unreachable);
    let waiting = ahua.status();
    assert_eq!((waiting.unsent_changes, waiting.unsent_photos), (2, 1));
    assert_eq!(waiting.verified, None);

    // Switched off hard, and on again.
    let ahua = ahua.restarted();
    let dossier = ahua.dossier(site);
    assert_eq!(dossier.inspections.len(), 1);
    assert_eq!(dossier.inspections[0].remarks, "现场正在生产");
    assert_eq!(
        dossier.problems[0].problem.deadline,
        domain::Severity::Ordinary.deadline(dossier.problems[0].problem.at)
    );
    assert!(dossier.photos[0].present && !dossier.photos[0].stored);
    assert_eq!(ahua.find("新发五金").len(), 1);
    assert_eq!(ahua.find("新发").len(), 1, "two characters are enough");

    let office = TestOffice::reopen(closed).await;
    ahua.sync().await.unwrap();
    let done = ahua.status();
    assert_eq!((done.unsent_changes, done.unsent_photos), (0, 0));
    let verified = done.verified.unwrap();
    assert_eq!((verified.dossiers, verified.photos), (181, 1));

    let meiling = office.inspector("美玲").await;
    meiling.sync().await.unwrap();
    assert_eq!(meiling.dossier(site).fields, ahua.dossier(site).fields);
    assert!(meiling.dossier(site).photos[0].present);
    let there = meiling.device.photo(&photo.hash, false).unwrap().unwrap();
    assert_eq!(there, ahua.device.photo(&photo.hash, false).unwrap().unwrap());
    assert!(meiling.device.photo(&photo.hash, true).unwrap().unwrap().len() <= 20_000);
    assert_eq!(meiling.totals(), ahua.totals());
    assert_eq!(
        office
            .app
            .store()
            .read::<_, store::StoreError>(|reader| reader.dossier(site))
            .unwrap()
            .unwrap()
            .photos
            .len(),
        1
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn two_people_who_edit_one_site_apart_lose_nothing() {
    let office = TestOffice::of_donghui().await;
    let (ahua, lin) = (office.inspector("阿华").await, office.inspector("小林").await);
    ahua.sync().await.unwrap();
    lin.sync().await.unwrap();
    let site = ahua.find("曾美服装厂")[0].id;
    ahua.edit(site, SiteField::Telephone, "12700000001");
    ahua.call::<RecordedInspection>("inspections.record", visit(site));
    lin.edit(site, SiteField::Telephone, "12700000002");
    lin.edit(site, SiteField::Operator, "苏淑华");
    lin.call::<RecordedInspection>("inspections.record", visit(site));
    for inspector in [&ahua, &lin, &ahua] {
        inspector.sync().await.unwrap();
    }
    let (hers, his) = (lin.dossier(site), ahua.dossier(site));
    assert_eq!(hers.inspections, his.inspections);
    assert_eq!(his.inspections.len(), 2, "both persons' facts are there");
    assert_eq!(his.fields.operator, "苏淑华");
    assert_eq!(hers.conflicts, his.conflicts);
    let conflict = &his.conflicts[0];
    assert_eq!(conflict.field, SiteField::Telephone);
    let mut values: Vec<_> =
        conflict.values.iter().map(|value| (value.value.as_str(), value.by.as_str())).collect();
    values.sort();
    assert_eq!(values, [("12700000001", "阿华"), ("12700000002", "小林")]);
    assert_eq!(conflict.values[0].value, his.fields.telephone, "the first is the one shown");
    assert!(his.summary.conflict);

    let chosen = conflict.values.iter().find(|value| value.by == "阿华").unwrap();
    let choice = ChooseValue { site, field: SiteField::Telephone, key: chosen.key.clone() };
    ahua.call::<OneSite>("sites.choose_value", choice);
    ahua.sync().await.unwrap();
    lin.sync().await.unwrap();
    for dossier in [ahua.dossier(site), lin.dossier(site)] {
        assert_eq!(dossier.fields.telephone, "12700000001");
        assert_eq!(dossier.conflicts, vec![]);
    }
    assert!(lin.status().verified.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_and_its_photo_survive_the_end_of_the_app() {
    let ahua = Inspector::alone();
    let id = Uuid::now_v7();
    let photo = ahua.photograph(id, &sample::path("photos/orientation-portrait-6.jpg"));
    let body = r#"{"remarks":"写到一半"}"#.to_owned();
    ahua.call::<Draft>(
        "drafts.save",
        SaveDraft { id, kind: DraftKind::Inspection, site: None, body: body.clone() },
    );
    let ahua = ahua.restarted();
    let drafts: Vec<Draft> = ahua.call("drafts.list", Nothing {});
    assert_eq!(drafts.len(), 1);
    assert_eq!(drafts[0].body, body);
    assert_eq!(drafts[0].photos, std::slice::from_ref(&photo));
    assert!(ahua.device.photo(&photo.hash, false).unwrap().is_some());
    ahua.call::<Nothing>("drafts.discard", OneDraft { id });
    assert_eq!(ahua.call::<Vec<Draft>>("drafts.list", Nothing {}), vec![]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_exported_imports_again_without_a_change() {
    let office = TestOffice::of_donghui().await;
    let ahua = office.member("阿华", Role::Lead).await;
    ahua.sync().await.unwrap();
    let site = ahua.find("万丰金辉")[0].id;
    ahua.edit(site, SiteField::Remark, "=1+1\n第二行,\"引号\"");
    ahua.edit(site, SiteField::Operator, "@林");
    let mut inspection = visit(site);
    let problem = NewProblem {
        id: ProblemId::new(),
        description: "新的问题".into(),
        severity: Severity::Immediate,
        deadline: None,
    };
    inspection.problems = vec![problem];
    ahua.call::<RecordedInspection>("inspections.record", inspection);
    assert_eq!(ahua.totals().upgrade.done, 107, "an open problem opens the site again");

    let grid = DONGHUI.parse().unwrap();
    let download: Download = ahua.call("ledger.export", ExportLedger { grid, format: LedgerFormat::Csv });
    assert_eq!(download.rows, 180);
    ahua.device.set_downloads_folder(ahua.folder.path().join("downloads-of-person"));
    let saved: SavedDownload = ahua.call("downloads.save", SaveDownload { id: download.id });
    let bytes = std::fs::read(&saved.path).unwrap();
    let before = ahua.status().unsent_changes;
    let upload = ahua.device.upload(&bytes).unwrap();
    let import = ImportFile { upload, what: ImportKind::Ledger, dry_run: false, skip_bad_rows: false };
    let report: ImportReport = ahua.call("files.import", import);
    assert_eq!((report.added, report.changed, report.unchanged, report.bad_rows), (0, 0, 180, 0));
    assert_eq!(ahua.status().unsent_changes, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_meets_another_server_offers_all_it_has() {
    let first = TestOffice::of_donghui().await;
    // What others decided comes from a lead only.
    let ahua = first.member("阿华", Role::Lead).await;
    ahua.sync().await.unwrap();
    let site = ahua.register("只在手机上的厂");
    ahua.sync().await.unwrap();
    let second = TestOffice::of_donghui().await;
    let token = second.token_of("阿华", Role::Lead);
    let ahua = ahua.connected(&second.address, token).await;
    ahua.sync().await.unwrap();
    assert!(ahua.status().verified.is_some(), "{:?}", ahua.status());
    let there = second.app.store().read::<_, store::StoreError>(|reader| reader.dossier(site)).unwrap();
    assert_eq!(there.unwrap().fields.name, "只在手机上的厂");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_restored_from_a_backup_gets_back_what_it_had_sent() {
    let office = TestOffice::of_donghui().await;
    let ahua = office.inspector("阿华").await;
    ahua.sync().await.unwrap();
    let backup = tempfile::tempdir().unwrap();
    std::fs::copy(ahua.folder.path().join("replica.sqlite"), backup.path().join("replica.sqlite")).unwrap();
    let wal = ahua.folder.path().join("replica.sqlite-wal");
    std::fs::copy(wal, backup.path().join("replica.sqlite-wal")).unwrap();
    let site = ahua.register("备份之后登记的厂");
    ahua.edit(site, SiteField::Operator, "林志燕");
    ahua.sync().await.unwrap();
    drop(ahua);

    let restored = Inspector::with(backup);
    assert_eq!(restored.find("备份之后").len(), 0);
    let other = restored.register("恢复之后登记的厂");
    restored.sync().await.unwrap();
    assert_eq!(restored.dossier(site).fields.operator, "林志燕");
    assert!(restored.status().verified.is_some(), "{:?}", restored.status());
    assert!(
        office.app.store().read::<_, store::StoreError>(|reader| reader.dossier(other)).unwrap().is_some()
    );
}
