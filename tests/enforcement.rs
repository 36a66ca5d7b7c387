//! Papers of the three-step enforcement and cases: what is refused, what is held, and what three people wrote apart.

use domain::{
    EnforcementStep, Measure, MeasureTaken, Paper, PaperContent, PaperId, ProblemId, Receipt, Role, SiteId,
};
use office::apart::{Replica, TestClock};
use office::paper::{cutting_off, form, notice, signed, transfer, void};
use office::{Desk, Inspector, TestOffice, sample};
use store::{Author, DossierWrite, StoreError, Writer};
use wire::ErrorCode;
use wire::message::*;

const GUANKOU: &str = "350211102";
const DONGHUI: &str = "350211102207";
const KENGNEI: &str = "350211102201";
const WHOLE: &[&str] = &["350211"];

/// An office that knows the divisions, and a clock.
fn office(moment: &str) -> (Replica, TestClock) {
    let clock = TestClock::at(moment);
    let office = Replica::office(&clock);
    sample::import_file(&office.app, ImportKind::Divisions, "divisions-350211.csv");
    (office, clock)
}

/// An inspector with a device of a village, connected to the server.
async fn inspector(office: &TestOffice, name: &str, village: &str) -> Inspector {
    let now = office.app.now();
    let scope = domain::Scope::new(vec![village.parse().unwrap()]);
    let person = office.access.add_person(name, Role::Inspector, Some(scope), now).unwrap();
    let token = office.access.add_device("手机", person.id, None, now).unwrap();
    let inspector = Inspector::alone().connected(&office.address, token).await;
    inspector.sync().await.unwrap();
    inspector
}

#[tokio::test(flavor = "multi_thread")]
async fn what_three_people_wrote_apart_is_numbered_once_for_everybody() {
    let server = TestOffice::of_donghui().await;
    let ahua = inspector(&server, "阿华", DONGHUI).await;
    let meiling = inspector(&server, "美玲", DONGHUI).await;
    let lin = inspector(&server, "小林", KENGNEI).await;
    let register = |person: &Inspector, village: &str, name: &str| {
        let fields = domain::SiteFields::named(village.parse().unwrap(), name);
        let request = RegisterSite { id: SiteId::new(), fields, draft: None };
        person.call::<OneSite>("sites.register", request).site
    };
    let sites = [
        register(&ahua, DONGHUI, "东辉一厂"),
        register(&meiling, DONGHUI, "东辉二厂"),
        register(&lin, KENGNEI, "坑内一厂"),
    ];

    // Nobody can reach the office.
    let closed = server.close().await;
    let people = [&ahua, &meiling, &lin];
    let mut written = Vec::new();
    for (person, site) in people.iter().zip(sites) {
        for _ in 0..2 {
            written.push(person.call::<OnePaper>("papers.record", notice(site)));
        }
        let cut_off = cutting_off(site, server_time());
        written.push(person.call::<OnePaper>("papers.record", &cut_off));
        // Pressed twice.
        person.call::<OnePaper>("papers.record", &cut_off);
        let dossier = person.dossier(site);
        assert_eq!(dossier.papers.len(), 3);
        assert!(dossier.papers.iter().all(|paper| paper.number.is_none()));
        assert!(dossier.papers.iter().all(|paper| paper.number_text.starts_with('临')));
    }
    let server = TestOffice::reopen(closed).await;
    for person in [&lin, &ahua, &lin, &meiling, &ahua, &ahua] {
        person.sync().await.unwrap();
    }

    let lead = Desk::of(&server.app, "陈主任", Role::Lead, &[GUANKOU]);
    let year = 2_000 + server_time().format("%y").to_string().parse::<i32>().unwrap();
    for (step, series, count) in
        [(EnforcementStep::Persuade, "整改", 6), (EnforcementStep::CutOff, "断清", 3)]
    {
        let mut numbers: Vec<String> =
            lead.papers(Some(GUANKOU), Some(step), None).into_iter().map(|line| line.number_text).collect();
        numbers.sort();
        let wanted: Vec<String> =
            (1..=count).map(|number| format!("灌口镇{series}〔{year}〕{number}号")).collect();
        assert_eq!(numbers, wanted);
    }
    for (paper, person) in written.iter().zip([0, 0, 0, 1, 1, 1, 2, 2, 2]) {
        let there = lead.paper(paper);
        assert_eq!(people[person].call::<PaperView>("papers.get", paper).paper, there);
        assert!(there.number.is_some());
    }
    // Those of one village see each other's.
    assert_eq!(meiling.dossier(sites[0]).papers, ahua.dossier(sites[0]).papers);
    assert!(people.iter().all(|person| person.status().verified.is_some()));
}

fn server_time() -> chrono::DateTime<chrono::Utc> {
    chrono::Utc::now()
}

#[test]
fn a_paper_that_is_not_whole_is_refused() {
    let (office, _) = office("2026-03-01T02:00:00Z");
    let lead = office.desk("陈主任", Role::Lead, WHOLE);
    let (site, other) = (lead.register(DONGHUI, "东辉一厂"), lead.register(DONGHUI, "东辉二厂"));
    let now = lead.app.now();
    let refused = |field: &str, reason: &str, request: RecordPaper| {
        let error = lead.try_call::<OnePaper>("papers.record", request).unwrap_err();
        assert_eq!((error.code, error.field.as_deref()), (ErrorCode::Invalid, Some(field)), "{error:?}");
        assert_eq!(error.reason.as_deref(), Some(reason), "{error:?}");
    };

    refused("facts", "missing", RecordPaper { facts: " \n".into(), ..notice(site) });
    refused(
        "problems.0",
        "not_of_this_site",
        RecordPaper { problems: vec![ProblemId::new()], ..notice(site) },
    );
    let visit = RecordInspection {
        problems: vec![NewProblem {
            id: ProblemId::new(),
            description: "焊接烟尘无收集设施".into(),
            severity: domain::Severity::Ordinary,
            deadline: None,
        }],
        ..office::visit(other)
    };
    lead.call::<RecordedInspection>("inspections.record", &visit);
    let problem = visit.problems[0].id;
    refused("problems.0", "not_of_this_site", RecordPaper { problems: vec![problem], ..notice(site) });
    refused("problems.1", "twice", RecordPaper { problems: vec![problem, problem], ..notice(other) });

    // Signatures.
    let deadline = "2026-03-31".parse().unwrap();
    let persuade = |requirements: &str, receipt| {
        form(site, PaperContent::Persuade { requirements: requirements.into(), deadline, receipt })
    };
    refused("content.requirements", "missing", persuade("", signed()));
    let drawn = |strokes| persuade("停产", Receipt::Signed { name: "陈美丽".into(), strokes });
    refused("content.receipt.strokes", "signature_empty", drawn(vec![]));
    refused("content.receipt.strokes", "signature_empty", drawn(vec![vec![1, 1]]));
    refused("content.receipt.strokes", "signature_damaged", drawn(vec![vec![601, 0, 1, 1]]));
    refused("content.receipt.strokes", "signature_damaged", drawn(vec![vec![0, 241, 1, 1]]));
    refused("content.receipt.strokes", "signature_damaged", drawn(vec![vec![1, 1, 2]]));
    refused("content.receipt.strokes", "signature_damaged", drawn(vec![vec![]; 1_000_000]));
    refused("content.receipt.strokes", "signature_too_long", drawn(vec![vec![1; 8_002]]));
    refused("content.receipt.strokes", "signature_too_long", drawn(vec![vec![1, 1]; 500_000]));
    let nobody = Receipt::Signed { name: " ".into(), strokes: vec![vec![1, 1, 9, 9]] };
    refused("content.receipt.name", "missing", persuade("停产", nobody));
    refused("content.receipt.witness", "missing", persuade("停产", Receipt::Refused { witness: "".into() }));

    // Ticks.
    let cut_off = |measures| form(site, PaperContent::CutOff { measures, receipt: signed() });
    let tick = |measure| MeasureTaken { measure, at: now, photo: None };
    refused("content.measures", "missing", cut_off(vec![]));
    let twice = cut_off(vec![tick(Measure::Water), tick(Measure::Power), tick(Measure::Water)]);
    refused("content.measures.2.measure", "twice", twice);
    let photo = Some("0".repeat(64).parse().unwrap());
    let unknown = MeasureTaken { photo, ..tick(Measure::Water) };
    refused("content.measures.0.photo", "unknown_photo", cut_off(vec![unknown]));

    // Out of turn.
    refused("reason", "needs_reason", cut_off(vec![tick(Measure::Water)]));
    let paper: OnePaper = lead.call("papers.record", notice(site));
    lead.call::<OnePaper>("papers.void", void(&paper));
    refused("reason", "needs_reason", cut_off(vec![tick(Measure::Water)]));
    let reason = "夜间偷排,现场制止".to_owned();
    lead.call::<OnePaper>("papers.record", RecordPaper { reason, ..cut_off(vec![tick(Measure::Water)]) });
    lead.call::<OnePaper>("papers.record", transfer(site));

    // Departments.
    let to = |departments: Vec<String>| {
        let request = "依法查处".to_owned();
        form(site, PaperContent::JointEnforcement { departments, request, reply_by: None })
    };
    refused("content.departments", "missing", to(vec![]));
    refused("content.departments.1", "missing", to(vec!["供电所".into(), " ".into()]));
    refused("content.departments", "too_many", to(vec!["供电所".into(); 21]));

    let inspector = office.desk("阿华", Role::Inspector, &[DONGHUI]);
    let error = inspector.try_call::<OnePaper>("papers.record", transfer(site)).unwrap_err();
    assert_eq!(error.code, ErrorCode::Forbidden);
    let error = inspector.try_call::<OnePaper>("papers.void", void(&paper)).unwrap_err();
    assert_eq!(error.code, ErrorCode::Forbidden);
    let stranger = office.desk("小林", Role::Inspector, &[KENGNEI]);
    let error = stranger.try_call::<OnePaper>("papers.record", notice(site)).unwrap_err();
    assert_eq!((error.code, error.reason.as_deref()), (ErrorCode::Forbidden, Some("scope")));
    assert_eq!(lead.papers(None, None, None).len(), 3, "nothing of all that was refused is on record");
}

/// A device that is not ours can write what no form lets through.
#[test]
fn a_paper_that_is_not_whole_is_held_where_it_arrives() {
    let (office, clock) = office("2026-03-01T02:00:00Z");
    let lead = office.desk("陈主任", Role::Lead, WHOLE);
    let site = lead.register(DONGHUI, "东辉一厂");
    let device = Replica::device(&clock);
    device.sync(&office, "阿华", Role::Inspector, &[DONGHUI]);
    let strokes = vec![vec![u16::MAX; 100_000]];
    let receipt = Receipt::Signed { name: "陈美丽".to_owned(), strokes };
    let paper = Paper {
        addressee: domain::Addressee::default(),
        id: PaperId::new(),
        problems: vec![],
        facts: "现场正在生产".to_owned(),
        content: PaperContent::Persuade {
            requirements: "停产".to_owned(),
            deadline: "2026-03-31".parse().unwrap(),
            receipt,
        },
        reason: String::new(),
        position: None,
        at: clock.now(),
        by: "阿华".to_owned(),
    };
    let author = Author { person: "阿华".to_owned(), command: "papers.record", at: clock.now() };
    let write = vec![DossierWrite::AddPaper(paper)];
    let work = |writer: &Writer<'_>| writer.edit_dossier::<StoreError>(site, &author, |_| Ok(write));
    device.app.store().write(work).unwrap();
    device.sync(&office, "阿华", Role::Inspector, &[DONGHUI]);
    assert_eq!(lead.papers(None, None, None), vec![]);
    let held: Vec<HeldWork> = lead.call("held.list", ListHeld { waiting: true });
    assert_eq!(held.iter().map(|work| work.reason.as_str()).collect::<Vec<_>>(), ["rule"]);
}

#[test]
fn the_photo_of_a_tick_belongs_to_its_paper() {
    let (office, _) = office("2026-03-01T02:00:00Z");
    let lead = office.desk("陈主任", Role::Lead, WHOLE);
    let site = lead.register(DONGHUI, "东辉一厂");
    lead.call::<OnePaper>("papers.record", notice(site));
    let draft = uuid::Uuid::now_v7();
    let photo = lead.photograph(draft, &sample::path("photos/gps-DSCN0010.jpg"));
    let measures =
        vec![MeasureTaken { measure: Measure::Power, at: lead.app.now(), photo: Some(photo.clone()) }];
    let request = RecordPaper {
        photos: vec![office::shown(&photo)],
        draft: Some(draft),
        ..form(site, PaperContent::CutOff { measures, receipt: signed() })
    };
    let paper: OnePaper = lead.call("papers.record", &request);
    let dossier = lead.dossier(site);
    assert_eq!(dossier.photos[0].photo.paper, Some(paper.paper));
    assert!(dossier.photos[0].present);
    assert_eq!(lead.call::<Vec<Draft>>("drafts.list", Nothing {}), vec![]);
    let view: PaperView = lead.call("papers.get", &paper);
    assert_eq!(view.path, ["集美区", "灌口镇", "东辉村委会"]);
    assert_eq!(view.paper.paper.content, request.content);
}

#[test]
fn a_case_is_put_on_record_once() {
    let (office, _) = office("2026-03-01T02:00:00Z");
    let lead = office.desk("陈主任", Role::Lead, WHOLE);
    let site = lead.register(DONGHUI, "东辉一厂");
    let case = RecordCase {
        id: domain::CaseId::new(),
        site,
        number: "闽厦环立〔2026〕12号".into(),
        department: "生态环境局".into(),
        filed_on: "2026-02-27".parse().unwrap(),
        fine_yuan: 50_000,
        task: None,
    };
    lead.call::<OneSite>("cases.record", &case);
    lead.call::<OneSite>("cases.record", &case);
    assert_eq!(lead.dossier(site).cases.len(), 1);
    assert_eq!(lead.dossier(site).cases[0].by, "陈主任");
    let refused = |field: &str, case: RecordCase| {
        let error = lead.try_call::<OneSite>("cases.record", case).unwrap_err();
        assert_eq!((error.code, error.field.as_deref()), (ErrorCode::Invalid, Some(field)));
    };
    let another = || RecordCase { id: domain::CaseId::new(), ..case.clone() };
    refused("number", RecordCase { number: " ".into(), ..another() });
    refused("department", RecordCase { department: String::new(), ..another() });
    refused("filed_on", RecordCase { filed_on: "0026-02-27".parse().unwrap(), ..another() });
    refused("fine_yuan", RecordCase { fine_yuan: 1_000_000_000_001, ..another() });
    lead.call::<OneSite>("cases.record", RecordCase { fine_yuan: 1_000_000_000_000, ..another() });
    assert_eq!(lead.dossier(site).cases.len(), 2);
}
