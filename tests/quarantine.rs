//! Work that its author lacked the right for: the office holds it, a lead decides, the device is told, and honest work
//! is not lost with it.

use app::Caller;
use domain::{PaperId, ProblemId, Role, Scope, Severity, SiteField, SiteId, Stage, Verdict};
use office::{DONGHUI, Inspector, TestOffice, decision, donghui, sample, visit};
use serde_json::{Value, json};
use store::StoreError;
use sync_server::access::PersonChange;
use uuid::Uuid;
use wire::message::*;
use wire::{ApiError, ErrorCode};

const LEAD: &str = "陈主任";

/// Runs a command at the office as its lead.
fn at_office<R: serde::de::DeserializeOwned>(
    office: &TestOffice,
    command: &str,
    request: impl serde::Serialize,
) -> Result<R, ApiError> {
    let lead = Caller { person: LEAD.to_owned(), role: Role::Lead, scope: Some(donghui()) };
    let reply =
        wire::dispatch(&*office.app, &lead, command, serde_json::to_value(request).unwrap()).unwrap()?;
    Ok(serde_json::from_value(reply).unwrap())
}

fn held(office: &TestOffice) -> Vec<HeldWork> {
    at_office(office, "held.list", ListHeld { waiting: true }).unwrap()
}

fn judge(office: &TestOffice, work: &HeldWork, accept: bool, comment: &str) -> HeldWork {
    at_office(office, "held.judge", JudgeHeld { id: work.id, accept, comment: comment.to_owned() }).unwrap()
}

fn facts(work: &HeldWork) -> Vec<Vec<&str>> {
    work.changes.iter().map(|change| change.facts.iter().map(String::as_str).collect()).collect()
}

fn step(person: &Inspector, site: SiteId, problem: ProblemId, stage: Stage) -> Result<Value, ApiError> {
    let seen = person.dossier(site).problems[0].tips.clone();
    person.try_call(
        "problems.step",
        json!({
            "id": Uuid::now_v7(), "site": site, "problem": problem, "stage": stage, "seen": seen, "comment": "",
            "deadline": null, "position": null, "photos": [], "draft": null,
        }),
    )
}

/// A site with a problem that has a photo of before and one of after, and stands before it is closed out.
async fn rectified(office: &TestOffice, person: &Inspector) -> (SiteId, ProblemId) {
    let site = person.register("新发五金加工点");
    let problem = ProblemId::new();
    let draft = Uuid::now_v7();
    let photo = |file: &str, rectified: bool| {
        let hash = person.photograph(draft, &sample::path(file)).hash;
        NewPhoto { hash, problem: Some(problem), rectified, sketch_of: None, compare_with: None }
    };
    let mut inspection = visit(site);
    inspection.draft = Some(draft);
    inspection.problems = vec![NewProblem {
        id: problem,
        description: "焊接烟尘无收集设施".into(),
        severity: Severity::Ordinary,
        deadline: None,
    }];
    inspection.photos = vec![photo("photos/gps-DSCN0010.jpg", false), photo("photos/gps-DSCN0012.jpg", true)];
    person.call::<RecordedInspection>("inspections.record", inspection);
    for stage in [Stage::Confirmed, Stage::Registered, Stage::Rectifying, Stage::Supervised] {
        step(person, site, problem, stage).unwrap_or_else(|error| panic!("{stage}: {error:?}"));
    }
    person.sync().await.unwrap();
    assert_eq!(held(office), []);
    assert!(person.status().verified.is_some(), "{:?}", person.status());
    (site, problem)
}

fn stage(person: &Inspector, site: SiteId) -> Stage {
    person.dossier(site).problems[0].stage
}

/// A lead who is an inspector from now on, and whose device does not know it yet: what it recorded since.
async fn was_a_lead(office: &TestOffice) -> (Inspector, SiteId, ProblemId) {
    let ahua = office.member("阿华", Role::Lead).await;
    ahua.sync().await.unwrap();
    let (site, problem) = rectified(office, &ahua).await;
    let change = PersonChange { role: Some(Role::Inspector), ..PersonChange::default() };
    office.access.change_person(office.person("阿华", Role::Lead).id, change).unwrap();
    // Without signal: the device takes its person for a lead.
    step(&ahua, site, problem, Stage::ClosedOut).unwrap();
    let mut later = visit(site);
    later.remarks = "之后的检查".into();
    ahua.call::<RecordedInspection>("inspections.record", later);
    assert_eq!(stage(&ahua, site), Stage::ClosedOut);
    ahua.sync().await.unwrap();
    (ahua, site, problem)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_author_may_not_do_is_held_and_everybody_has_it_once_a_lead_let_it_in() {
    let office = TestOffice::of_donghui().await;
    let (ahua, site, _) = was_a_lead(&office).await;
    let status = ahua.status();
    assert_eq!((status.unsent_changes, &status.verified), (2, &None), "nothing is claimed");
    assert!(status.refused.iter().all(|change| change.reason == "role" && change.comment.is_empty()));
    assert_eq!(ahua.call::<Session>("session.get", Nothing {}).role, Role::Inspector);
    let lin = office.inspector("小林").await;
    lin.sync().await.unwrap();
    assert_eq!(stage(&lin, site), Stage::Supervised, "nobody else has it");

    let waiting = held(&office);
    let [work] = waiting.as_slice() else { panic!("{waiting:?}") };
    assert_eq!(
        (work.site, work.name.as_str(), work.unit.as_str()),
        (Some(site), "新发五金加工点", "东辉村委会")
    );
    assert_eq!((work.person.as_str(), work.role, work.reason.as_str()), ("阿华", Role::Inspector, "role"));
    assert_eq!(facts(work), [vec!["stage:closed_out"], vec!["inspection"]]);
    assert!(work.changes.iter().all(|change| change.by == "阿华"));
    assert_eq!(work.changes[0].command, "problems.step");

    // Sent again, it is held once.
    ahua.sync().await.unwrap();
    assert_eq!(held(&office).len(), 1);
    assert_eq!(judge(&office, work, true, "").state, HeldState::Accepted);
    ahua.sync().await.unwrap();
    lin.sync().await.unwrap();
    for person in [&ahua, &lin] {
        assert_eq!(stage(person, site), Stage::ClosedOut);
        assert_eq!(person.dossier(site).inspections.len(), 2);
        assert!(person.status().verified.is_some(), "{:?}", person.status());
    }
    assert_eq!(ahua.status().refused, []);
    assert_eq!(held(&office), []);
    let again = JudgeHeld { id: work.id, accept: false, comment: "不行".into() };
    let error = at_office::<HeldWork>(&office, "held.judge", again).unwrap_err();
    assert_eq!((error.code, error.reason.as_deref()), (ErrorCode::Changed, Some("held_judged")));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_lead_refused_is_set_aside_and_honest_work_goes_on() {
    let office = TestOffice::of_donghui().await;
    let (ahua, site, _) = was_a_lead(&office).await;
    let waiting = held(&office);
    let empty = JudgeHeld { id: waiting[0].id, accept: false, comment: " ".into() };
    let error = at_office::<HeldWork>(&office, "held.judge", empty).unwrap_err();
    assert_eq!(error.field.as_deref(), Some("comment"), "a refusal says why");
    judge(&office, &waiting[0], false, "整改后照片不是同一处");
    // Recorded before the device heard of it, upon what is refused.
    ahua.edit(site, SiteField::Operator, "苏老板");
    ahua.sync().await.unwrap();
    assert_eq!(stage(&ahua, site), Stage::Supervised);
    let dossier = ahua.dossier(site);
    assert_eq!(dossier.inspections.last().unwrap().remarks, "之后的检查");
    assert_eq!(dossier.fields.operator, "苏老板");
    let status = ahua.status();
    let [refused] = status.refused.as_slice() else { panic!("{status:?}") };
    assert_eq!((refused.site, refused.reason.as_str()), (Some(site), "refused"));
    assert_eq!(refused.comment, "整改后照片不是同一处");
    assert!(status.verified.is_some(), "both sides hold the same: {status:?}");

    let lin = office.inspector("小林").await;
    lin.sync().await.unwrap();
    assert_eq!(lin.dossier(site).inspections.len(), 2, "the honest visit is with everybody");
    assert_eq!(lin.dossier(site).fields.operator, "苏老板");
    // The device goes on, after a restart too.
    let ahua = ahua.restarted();
    ahua.edit(site, SiteField::Telephone, "13599270016");
    ahua.sync().await.unwrap();
    lin.sync().await.unwrap();
    assert_eq!(lin.dossier(site).fields.telephone, "13599270016");
    assert!(ahua.status().verified.is_some() && lin.status().verified.is_some());
    assert_eq!(ahua.status().refused.len(), 1, "what was refused stays to be read");
    let all: Vec<HeldWork> = at_office(&office, "held.list", ListHeld { waiting: false }).unwrap();
    assert!(all.iter().all(|work| work.state == HeldState::Refused) && !all.is_empty());
    office.app.store().rebuild_views(|_, _| {}).unwrap();
    assert_eq!(held(&office), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_gets_the_right_meanwhile_needs_no_lead() {
    let office = TestOffice::of_donghui().await;
    let (ahua, site, _) = was_a_lead(&office).await;
    let change = PersonChange { role: Some(Role::Lead), ..PersonChange::default() };
    office.access.change_person(office.person("阿华", Role::Lead).id, change).unwrap();
    ahua.sync().await.unwrap();
    ahua.sync().await.unwrap();
    assert!(ahua.status().verified.is_some(), "{:?}", ahua.status());
    assert_eq!(held(&office), []);
    let dossier = office.app.store().read::<_, StoreError>(|reader| reader.dossier(site)).unwrap().unwrap();
    assert_eq!(dossier.stage(&dossier.problems[0]), Stage::ClosedOut);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_lies_outside_of_the_scope_is_held() {
    let office = TestOffice::of_donghui().await;
    let town: Scope = Scope::new(vec!["350211102".parse().unwrap()]);
    let now = office.app.now();
    let person = office.access.add_person("阿华", Role::Inspector, Some(town.clone()), now).unwrap();
    let token = office.access.add_device("手机", person.id, None, now).unwrap();
    let ahua = Inspector::alone().connected(&office.address, token).await;
    ahua.sync().await.unwrap();
    let elsewhere = PersonChange {
        scope: Some(Some(Scope::new(vec!["350211102208".parse().unwrap()]))),
        ..PersonChange::default()
    };
    office.access.change_person(person.id, elsewhere).unwrap();
    let site = ahua.register("东辉新厂");
    ahua.sync().await.unwrap();
    let waiting = held(&office);
    let [work] = waiting.as_slice() else { panic!("{waiting:?}") };
    assert_eq!((work.reason.as_str(), work.grid.as_str(), work.site), ("scope", DONGHUI, None));
    assert_eq!(facts(work)[0][0], "registered");
    // A lead of another town neither sees it nor decides on it.
    let other = Caller {
        person: "王主任".into(),
        role: Role::Lead,
        scope: Some(Scope::new(vec!["350211103".parse().unwrap()])),
    };
    let ask = |command: &str, request: Value| wire::dispatch(&*office.app, &other, command, request).unwrap();
    assert_eq!(ask("held.list", json!({ "waiting": false })).unwrap(), json!([]));
    let judged = ask("held.judge", json!({ "id": work.id, "accept": true, "comment": "" }));
    assert_eq!(judged.unwrap_err().code, ErrorCode::Forbidden);
    judge(&office, work, false, "不归你管");
    ahua.sync().await.unwrap();
    assert_eq!(ahua.find("东辉新厂"), [], "it is set aside whole");
    let refused = ahua.status().refused;
    assert_eq!(
        (refused[0].site_name.as_deref(), refused[0].comment.as_str()),
        (Some("东辉新厂"), "不归你管")
    );
    assert_eq!(ahua.status().unsent_changes, 0);
    let gone = ahua.try_call::<DossierView>("sites.dossier", OneSite { site }).unwrap_err();
    assert_eq!(gone.code, ErrorCode::NotFound);
}

#[tokio::test(flavor = "multi_thread")]
async fn old_work_of_somebody_who_was_renamed_is_theirs_and_anothers_is_not() {
    let office = TestOffice::of_donghui().await;
    let lin = office.inspector("小林").await;
    lin.sync().await.unwrap();
    lin.register("改名之前登记的厂");
    let change = PersonChange { name: Some("林志燕".into()), ..PersonChange::default() };
    office.access.change_person(office.person("小林", Role::Inspector).id, change).unwrap();
    lin.sync().await.unwrap();
    assert_eq!(held(&office), []);
    assert!(lin.status().verified.is_some());
    assert_eq!(lin.call::<Session>("session.get", Nothing {}).person, "林志燕");
    let rename = Rename { person: "县长".into() };
    let error = lin.try_call::<Session>("session.rename", rename).unwrap_err();
    assert_eq!((error.code, error.reason.as_deref()), (ErrorCode::Forbidden, Some("name_given")));

    // A device that somebody else goes on with, before its old owner's work was sent.
    lin.register("交接之前登记的厂");
    office.person("阿华", Role::Inspector);
    let token = office.token_of("阿华", Role::Inspector);
    let ahua = lin.connected(&office.address, token).await;
    let own = ahua.register("交接之后登记的厂");
    ahua.sync().await.unwrap();
    let waiting = held(&office);
    let [work] = waiting.as_slice() else { panic!("{waiting:?}") };
    assert_eq!((work.person.as_str(), work.changes[0].by.as_str()), ("阿华", "林志燕"));
    judge(&office, work, true, "是她登记的");
    ahua.sync().await.unwrap();
    assert!(ahua.status().verified.is_some(), "{:?}", ahua.status());
    let dossier = office.app.store().read::<_, StoreError>(|reader| reader.dossier(own)).unwrap().unwrap();
    assert_eq!(dossier.registered_by, "阿华");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_rules_do_not_allow_is_held_even_from_a_lead() {
    let office = TestOffice::of_donghui().await;
    let ahua = office.member("阿华", Role::Lead).await;
    ahua.sync().await.unwrap();
    let site = ahua.register("没有照片的厂");
    let problem = ProblemId::new();
    let mut inspection = visit(site);
    inspection.decision = Some(decision(Verdict::Upgrade));
    inspection.problems = vec![NewProblem {
        id: problem,
        description: "无证照".into(),
        severity: Severity::Ordinary,
        deadline: None,
    }];
    ahua.call::<RecordedInspection>("inspections.record", inspection);
    for stage in [Stage::Confirmed, Stage::Registered, Stage::Rectifying, Stage::Supervised] {
        step(&ahua, site, problem, stage).unwrap_or_else(|error| panic!("{stage}: {error:?}"));
    }
    assert!(step(&ahua, site, problem, Stage::ClosedOut).is_err(), "the body asks for photos");
    // A program that does not ask.
    let store = ahua.device.app().store();
    let author = store::Author { person: "阿华".into(), command: "problems.step", at: office.app.now() };
    store
        .write(|writer| {
            writer.edit_dossier::<StoreError>(site, &author, |dossier| {
                let dossier = dossier.unwrap();
                let after = dossier.step_after(&dossier.problems[0], Role::Lead);
                let change = domain::StageChange {
                    id: domain::StageChangeId::new(),
                    problem,
                    stage: Stage::ClosedOut,
                    after: Some(after),
                    comment: String::new(),
                    deadline: None,
                    position: None,
                    at: author.at,
                    by: author.person.clone(),
                };
                let number = domain::PaperNumber {
                    paper: PaperId::new(),
                    town: "350211102".parse().unwrap(),
                    year: 2026,
                    number: 7,
                    at: author.at,
                };
                Ok(vec![
                    store::DossierWrite::AddStageChange(change),
                    store::DossierWrite::NumberPaper(number),
                ])
            })
        })
        .unwrap();
    ahua.sync().await.unwrap();
    let waiting = held(&office);
    let [work] = waiting.as_slice() else { panic!("{waiting:?}") };
    assert_eq!(work.reason, "rule");
    assert_eq!(facts(work), [vec!["stage:closed_out", "number"]]);
    judge(&office, work, false, "缺照片");
    ahua.sync().await.unwrap();
    assert_eq!(stage(&ahua, site), Stage::Supervised);
    assert!(ahua.status().verified.is_some(), "{:?}", ahua.status());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lead_lets_in_nothing_that_they_may_not_do_themselves() {
    let office = TestOffice::of_donghui().await;
    let ahua = office.inspector("阿华").await;
    ahua.sync().await.unwrap();
    let site = ahua.register("自己编号的厂");
    let store = ahua.device.app().store();
    let author = store::Author { person: "阿华".into(), command: "papers.number", at: office.app.now() };
    let number = domain::PaperNumber {
        paper: PaperId::new(),
        town: "350211102".parse().unwrap(),
        year: 2026,
        number: 7,
        at: author.at,
    };
    store
        .write(|writer| {
            let writes = vec![store::DossierWrite::NumberPaper(number)];
            writer.edit_dossier::<StoreError>(site, &author, |_| Ok(writes))
        })
        .unwrap();
    ahua.sync().await.unwrap();
    let waiting = held(&office);
    let [work] = waiting.as_slice() else { panic!("{waiting:?}") };
    for role in [Role::Lead, Role::Admin] {
        let caller = Caller { person: LEAD.into(), role, scope: None };
        let request = json!({ "id": work.id, "accept": true, "comment": "" });
        let error = wire::dispatch(&*office.app, &caller, "held.judge", request).unwrap().unwrap_err();
        assert_eq!((error.code, error.reason.as_deref()), (ErrorCode::Forbidden, Some("held_beyond")));
    }
    assert_eq!(held(&office).len(), 1, "it waits still");
    judge(&office, work, false, "编号由办公端给出");
    ahua.sync().await.unwrap();
    assert!(ahua.status().verified.is_some(), "{:?}", ahua.status());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_reads_nothing_at_an_emptied_office_has_verified_nothing() {
    let office = TestOffice::of_donghui().await;
    let person = office.access.add_person("阿华", Role::Lead, None, office.app.now()).unwrap();
    let token = office.access.add_device("手机", person.id, None, office.app.now()).unwrap();
    let ahua = Inspector::alone().connected(&office.address, token).await;
    ahua.sync().await.unwrap();
    assert!(ahua.status().verified.is_some());
    let units = |person: &Inspector| {
        person.device.app().store().read::<_, StoreError>(|reader| reader.units()).unwrap().len()
    };
    let known = units(&ahua);
    let empty = TestOffice::reopen((tempfile::tempdir().unwrap(), "http://127.0.0.1:0".into())).await;
    let person = empty.access.add_person("阿华", Role::Lead, None, empty.app.now()).unwrap();
    let token = empty.access.add_device("手机", person.id, None, empty.app.now()).unwrap();
    let ahua = ahua.connected(&empty.address, token).await;
    ahua.sync().await.unwrap();
    assert_eq!(ahua.status().verified, None);
    assert_eq!((units(&ahua), known > 0), (known, true), "nothing is forgotten for that");
}
