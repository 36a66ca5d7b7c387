//! Documents of every kind as people write them, always the same bytes, and what somebody could write next.

use automerge::{ActorId, Change};
use chrono::{DateTime, NaiveDate, TimeZone as _, Utc};
use domain::*;
use interchange::{read_boundaries, read_divisions};
use store::document::{CountyWrite, Document, DossierWrite, TaskWrite, county_id};
use store::{Author, Role as Replica, Store, StoreError};
use tempfile::TempDir;
use uuid::Uuid;
use wire::sync::{DocumentChanges, DocumentKind};

use crate::fuzz::shared;

pub const VILLAGE: &str = "350211102207";
const COUNTY: &str = "350211";
pub const NAME: &str = "阿华";

/// One document: what all replicas have of it, and single changes and chains that fit upon that.
pub struct Known {
    pub id: Uuid,
    pub kind: DocumentKind,
    pub grid: GridCode,
    pub changes: Vec<Vec<u8>>,
    pub next: Vec<Vec<Vec<u8>>>,
}

impl Known {
    pub fn news(&self, changes: &[Vec<u8>]) -> DocumentChanges {
        let changes = changes.iter().cloned().map(Into::into).collect();
        DocumentChanges { document: self.id, kind: self.kind, changes }
    }
}

pub fn at(minute: i64) -> DateTime<Utc> {
    Utc.timestamp_opt(1_770_000_000 + minute * 60, 0).single().expect("a moment")
}

fn author(minute: i64) -> Author {
    Author { person: NAME.into(), command: "fuzz", at: at(minute) }
}

fn actor(n: u8) -> ActorId {
    ActorId::from(&[n; 16][..])
}

fn id<T: From<Uuid>>(n: u128) -> T {
    Uuid::from_u128(n).into()
}

/// A replica that has taken in all that is known.
pub fn replica(role: Replica, known: &[Known]) -> (Store, TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::open(folder.path(), role).expect("a new store");
    for Known { id, kind, grid, changes, .. } in known {
        let changes = changes.iter().cloned().map(Into::into).collect();
        let news = DocumentChanges { document: *id, kind: *kind, changes };
        let answers =
            store.write::<_, StoreError>(|writer| writer.ingest(grid, &news, None)).expect("it is taken in");
        assert!(answers.iter().all(Result::is_ok), "{kind:?}: {answers:?}");
    }
    (store, folder)
}

pub fn known() -> Vec<Known> {
    vec![dossier(), county(), task()]
}

fn again(kind: DocumentKind, changes: &[Change]) -> Document {
    let mut document = Document::begin(kind);
    document.apply(changes.to_vec()).expect("it was just made");
    document
}

fn raw(changes: &[Change]) -> Vec<Vec<u8>> {
    changes.iter().map(|change| change.raw_bytes().to_vec()).collect()
}

fn visit(n: u128, minute: i64) -> Inspection {
    let mut visit = Inspection::new(id(n), InspectionSource::DailyPatrol, at(minute), NAME.into());
    visit.remarks = "焊接烟尘无收集设施，已当场告知".into();
    visit
}

fn problem(n: u128, minute: i64) -> Problem {
    Problem {
        id: id(n),
        inspection: Some(id(100)),
        description: "废气直排".into(),
        severity: Severity::Ordinary,
        deadline: NaiveDate::from_ymd_opt(2026, 3, 1),
        at: at(minute),
        by: NAME.into(),
    }
}

fn step(n: u128, stage: Stage, after: Vec<StageChangeId>) -> StageChange {
    StageChange {
        id: id(n),
        problem: id(200),
        stage,
        after: Some(after),
        comment: "说明".into(),
        deadline: None,
        position: None,
        at: at(9),
        by: NAME.into(),
    }
}

fn decision(n: u128, verdict: Verdict, after: Vec<DecisionId>) -> Decision {
    Decision {
        id: id(n),
        verdict,
        measures: "安装集气罩".into(),
        deadline: NaiveDate::from_ymd_opt(2026, 5, 1),
        responsible_unit: "灌口镇".into(),
        responsible_person: "陈主任".into(),
        inspection: Some(id(100)),
        after: Some(after),
        at: at(9),
        by: NAME.into(),
    }
}

fn photo(n: u128) -> PhotoReference {
    let hash = format!("{n:064x}").parse().expect("64 digits");
    let mut photo = PhotoReference::new(id(n), hash, 500_000, at(5), NAME.into());
    (photo.inspection, photo.problem) = (Some(id(100)), Some(id(200)));
    photo
}

fn dossier() -> Known {
    let kind = DocumentKind::Dossier;
    let mut changes = Vec::new();
    let mut first = Document::begin(kind);
    let fields = [
        (SiteField::Name, "新发五金加工点"),
        (SiteField::Operator, "苏老板"),
        (SiteField::Telephone, "13599270016"),
        (SiteField::CreditCode, "92350211H5T3D0XPAN"),
        (SiteField::Kind, "enterprise"),
        (SiteField::Source, "survey"),
    ];
    let mut register =
        vec![DossierWrite::Register { grid: VILLAGE.parse().expect("a code"), at: at(0), by: NAME.into() }];
    register.extend(fields.iter().map(|(field, value)| DossierWrite::SetField(*field, (*value).into())));
    let place = r#"{"place":{"latitude":24.6,"longitude":118.0},"accuracy_m":8.0,"fixed_at":null,"provider":"gps","mock":false}"#;
    register.push(DossierWrite::SetField(SiteField::Position, place.into()));
    changes.extend(first.write_dossier(&actor(1), &author(0), &register).expect("a dossier"));
    // Two people who do not know of each other.
    let mut second = again(kind, &changes);
    let rename = |name: &str| vec![DossierWrite::SetField(SiteField::Name, name.into())];
    let mine = first.write_dossier(&actor(1), &author(1), &rename("新发五金")).expect("a name");
    let theirs = second.write_dossier(&actor(2), &author(2), &rename("新发五金厂")).expect("a name");
    changes.extend([mine, theirs].into_iter().flatten());
    let mut both = again(kind, &changes);
    let found = vec![
        DossierWrite::AddInspection(visit(100, 3)),
        DossierWrite::AddProblem(problem(200, 3)),
        DossierWrite::AddPhoto(photo(300)),
        DossierWrite::AddDecision(decision(400, Verdict::Upgrade, vec![])),
        DossierWrite::AddStageChange(step(500, Stage::Confirmed, vec![])),
    ];
    changes.extend(both.write_dossier(&actor(2), &author(3), &found).expect("a visit"));

    let completion = Completion {
        id: id(700),
        of: Some(id(400)),
        done: true,
        done_on: NaiveDate::from_ymd_opt(2026, 4, 1),
        comment: String::new(),
        at: at(10),
        by: NAME.into(),
    };
    let progress =
        PlanProgress {
            id: id(710), percent: 60, comment: "设备已到".into(), at: at(10), by: NAME.into()
        };
    let case = Case {
        id: id(720),
        number: "集环罚〔2026〕3号".into(),
        department: "生态环境局".into(),
        filed_on: NaiveDate::from_ymd_opt(2026, 4, 2).expect("a day"),
        fine_yuan: 20_000,
        task: None,
        at: at(10),
        by: NAME.into(),
    };
    let answer = AlertAnswer {
        id: id(730),
        alert: id(731),
        confirmed: true,
        comment: "同一人".into(),
        at: at(10),
        by: NAME.into(),
    };
    let next: Vec<Vec<Vec<DossierWrite>>> = vec![
        vec![rename("新发五金加工点二厂"), rename("新发五金加工点三厂"), rename("又一个名字")],
        vec![vec![DossierWrite::AddInspection(visit(101, 10)), DossierWrite::AddProblem(problem(201, 10))]],
        vec![vec![DossierWrite::AddPhoto(photo(301)), DossierWrite::AddPhoto(photo(302))]],
        vec![vec![DossierWrite::AddStageChange(step(501, Stage::Registered, vec![id(500)]))]],
        vec![vec![DossierWrite::AddStageChange(step(502, Stage::SentBack, vec![id(500)]))]],
        vec![vec![DossierWrite::AddDecision(decision(401, Verdict::ShutDown, vec![id(400)]))]],
        vec![vec![DossierWrite::AddCompletion(completion)], vec![DossierWrite::AddPlanProgress(progress)]],
        vec![vec![DossierWrite::AddCase(case), DossierWrite::AddAlertAnswer(answer)]],
        vec![vec![DossierWrite::SetField(SiteField::Position, place.replace("24.6", "24.7"))]],
        vec![(0..40).map(|n| DossierWrite::AddInspection(visit(1_000 + n, 10))).collect()],
    ];
    let written = |(n, chain): (usize, Vec<Vec<DossierWrite>>)| {
        let mut document = again(kind, &changes);
        let writes = chain
            .into_iter()
            .map(|writes| document.write_dossier(&actor(50 + n as u8), &author(20), &writes));
        writes.map(|change| change.expect("it fits").expect("it is new").raw_bytes().to_vec()).collect()
    };
    let next = next.into_iter().enumerate().map(written).collect();
    Known {
        id: Uuid::from_u128(1),
        kind,
        grid: VILLAGE.parse().expect("a code"),
        changes: raw(&changes),
        next,
    }
}

fn county() -> Known {
    let kind = DocumentKind::County;
    let units = read_divisions(&shared("divisions-350211.csv")).expect("the sample").items;
    let outlines = read_boundaries(&shared("boundaries-350211.geojson")).expect("the sample").items;
    let units =
        units.into_iter().map(|item| item.value).filter(|unit| unit.code.as_str().starts_with(COUNTY));
    let units: Vec<CountyWrite> = units.map(CountyWrite::SetUnit).collect();
    let outlines: Vec<CountyWrite> =
        outlines.into_iter().map(|item| CountyWrite::SetBoundary(item.value)).collect();
    let mut changes = Vec::new();
    let mut document = Document::begin(kind);
    for writes in [&units, &outlines] {
        changes.extend(document.write_county(&actor(3), &author(0), writes).expect("a county"));
    }
    let days = RecheckDays::try_from(vec![30, 60, 120]).expect("days");
    let next = [
        vec![CountyWrite::SetRecheckDays(days)],
        vec![CountyWrite::SetUnit(GridUnit {
            code: VILLAGE.parse().expect("a code"), name: "东辉".into()
        })],
        outlines.into_iter().take(3).collect(),
    ];
    let written = |(n, writes): (usize, Vec<CountyWrite>)| {
        let change = again(kind, &changes).write_county(&actor(70 + n as u8), &author(20), &writes);
        change.expect("it fits").map(|change| change.raw_bytes().to_vec()).into_iter().collect()
    };
    let next: Vec<Vec<Vec<u8>>> = next.into_iter().enumerate().map(written).collect();
    let grid: GridCode = COUNTY.parse().expect("a code");
    let next = next.into_iter().filter(|chain| !chain.is_empty()).collect();
    Known { id: county_id(&grid), kind, grid, changes: raw(&changes), next }
}

fn task() -> Known {
    let kind = DocumentKind::Task;
    let grid: GridCode = VILLAGE.parse().expect("a code");
    let task = Task {
        id: id(2),
        kind: TaskKind::Petition,
        grid: grid.clone(),
        list: String::new(),
        number: "X20230001".into(),
        title: "夜间焊接噪声扰民".into(),
        content: "厂房敞开作业".into(),
        petitioner: "张女士".into(),
        from: NaiveDate::from_ymd_opt(2026, 1, 1).expect("a day"),
        deadline: NaiveDate::from_ymd_opt(2026, 2, 1),
        sites: vec![id(1)],
        checklist: vec!["是否停产".into()],
        at: at(0),
        by: NAME.into(),
        replies: vec![],
    };
    let reply = TaskReply {
        id: id(600),
        replied_on: NaiveDate::from_ymd_opt(2026, 1, 20),
        satisfied: Some(true),
        ends: true,
        comment: "已答复".into(),
        at: at(10),
        by: NAME.into(),
    };
    let mut document = Document::begin(kind);
    let changes: Vec<Change> = document
        .write_task(&actor(4), &author(0), &[TaskWrite::HandOut(task)])
        .expect("a task")
        .into_iter()
        .collect();
    let next = again(kind, &changes).write_task(&actor(80), &author(20), &[TaskWrite::AddReply(reply)]);
    let next = next.expect("it fits").map(|change| vec![change.raw_bytes().to_vec()]).into_iter().collect();
    Known { id: Uuid::from_u128(2), kind, grid, changes: raw(&changes), next }
}
