//! Dossiers as they look after a year of work, with the names, addresses and findings of the sample ledger, and as a ledger
//! that was just imported leaves them.

use app::{App, ImportOptions, import};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use domain::*;
use office::{DONGHUI, sample};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use store::{Author, DossierWrite, StoreError};
use uuid::Uuid;
use wire::message::ImportKind;

const PEOPLE: [&str; 6] = ["林志燕", "黄永妹", "郑美玲", "苏淑华", "陈建国", "王贞华"];
const ITEMS: [&str; 20] = [
    "营业执照是否有效",
    "是否办理环评手续",
    "是否取得排污许可",
    "污染防治设施是否运行",
    "车间是否密闭",
    "废气是否收集处理",
    "废水是否进入管网",
    "危废暂存间是否规范",
    "危废台账是否齐全",
    "固废是否及时清运",
    "噪声是否超标",
    "是否使用淘汰设备",
    "消防通道是否畅通",
    "灭火器是否有效",
    "用电线路是否规范",
    "是否存在住宿",
    "原辅料是否分类存放",
    "应急预案是否备案",
    "是否存在露天焚烧",
    "雨污是否分流",
];
const SEEN: [&str; 8] = [
    "切削液随意堆放,未设危废暂存间",
    "车间未密闭,异味扰民",
    "焊接烟尘无收集设施",
    "废气处理设施未运行",
    "无环评手续,擅自投产",
    "废水直排雨水沟",
    "喷漆工序未设收集罩",
    "粉尘无组织排放,地面积尘明显",
];

/// The rows of the county's ledger as they are known before anybody went there.
struct Ledger(Vec<Vec<String>>);

impl Ledger {
    fn read() -> Self {
        let text = std::fs::read_to_string(sample::path("ledger-jimei.csv")).unwrap();
        let cells = |line: &str| line.splitn(16, ',').map(str::to_owned).collect::<Vec<_>>();
        Self(text.lines().skip(1).map(cells).filter(|cells| cells.len() == 16).collect())
    }
}

fn text(dice: &mut StdRng, sentences: &[&'static str]) -> String {
    let one: &str = sentences.choose(dice).unwrap();
    format!("{one};第{}号车间,{}米处", dice.random_range(1..9), dice.random_range(2..80))
}

fn place(dice: &mut StdRng, at: DateTime<Utc>) -> Position {
    let place = LatLon::new(dice.random_range(24.60..24.70), dice.random_range(118.05..118.12)).unwrap();
    Position {
        accuracy_m: Some(dice.random_range(3.0..30.0)),
        fixed_at: Some(at),
        ..Position::bare(place, Provider::Gps)
    }
}

fn site(dice: &mut StdRng, ledger: &Ledger, n: u64, at: DateTime<Utc>) -> Vec<DossierWrite> {
    let cells = ledger.0.choose(dice).unwrap();
    let mut writes =
        vec![DossierWrite::Register { grid: DONGHUI.parse().unwrap(), at, by: PEOPLE[0].to_owned() }];
    let mut set = |field, value: String| writes.push(DossierWrite::SetField(field, value));
    set(SiteField::Name, format!("{}{n}", cells[5]));
    set(SiteField::Address, format!("灌口镇东辉村{}号", dice.random_range(1..900)));
    set(SiteField::Industry, cells[10].clone());
    set(SiteField::Operator, cells[11].clone());
    set(SiteField::Telephone, format!("12{:09}", dice.random_range(0..1_000_000_000_u64)));
    set(SiteField::Landlord, cells[13].clone());
    set(SiteField::LandlordTelephone, format!("12{:09}", dice.random_range(0..1_000_000_000_u64)));
    set(SiteField::Position, store::stored_position(&place(dice, at)));
    writes
}

fn photo(dice: &mut StdRng, at: DateTime<Utc>, by: &str) -> PhotoReference {
    let hash = hex(&dice.random::<[u8; 32]>()).parse().unwrap();
    let mut photo =
        PhotoReference::new(PhotoId::new(), hash, dice.random_range(300_000..700_000), at, by.to_owned());
    photo.taken_at = Some(at);
    photo.position = Some(place(dice, at));
    photo.camera = "Xiaomi Redmi Note 11".to_owned();
    photo
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A visit with 20 answers, two photos and up to two findings, each with a photo and two steps.
fn visit(dice: &mut StdRng, at: DateTime<Utc>, findings: u32) -> Vec<DossierWrite> {
    let by = *PEOPLE.choose(dice).unwrap();
    let mut inspection =
        Inspection::new(InspectionId::new(), InspectionSource::DailyPatrol, at, by.to_owned());
    inspection.remarks = text(dice, &SEEN);
    inspection.position = Some(place(dice, at));
    let answers = [Answer::Pass, Answer::Pass, Answer::Pass, Answer::Fail, Answer::NotApplicable];
    let answered =
        |item: &&str| ChecklistAnswer { item: (*item).to_owned(), answer: *answers.choose(dice).unwrap() };
    inspection.checklist = ITEMS.iter().map(answered).collect();
    let id = inspection.id;
    let mut writes = vec![DossierWrite::AddInspection(inspection)];
    let mut photos = vec![photo(dice, at, by)];
    for _ in 0..findings {
        let problem = Problem {
            id: ProblemId::new(),
            inspection: Some(id),
            description: text(dice, &SEEN),
            severity: Severity::Ordinary,
            deadline: Some(problem::day_in_china(at + TimeDelta::days(7))),
            at,
            by: by.to_owned(),
        };
        let mut shown = photo(dice, at, by);
        shown.problem = Some(problem.id);
        photos.push(shown);
        let mut after = Vec::new();
        for (days, stage) in [(1, Stage::Confirmed), (2, Stage::Registered)] {
            let at = at + TimeDelta::days(days);
            let step = StageChange {
                id: StageChangeId::new(),
                problem: problem.id,
                stage,
                after: Some(after.clone()),
                comment: String::new(),
                deadline: None,
                position: None,
                at,
                by: PEOPLE[4].to_owned(),
            };
            after = vec![step.id];
            writes.push(DossierWrite::AddStageChange(step));
        }
        writes.insert(1, DossierWrite::AddProblem(problem));
    }
    writes.extend(photos.into_iter().map(|mut photo| {
        photo.inspection = Some(id);
        DossierWrite::AddPhoto(photo)
    }));
    writes
}

fn decision(dice: &mut StdRng, at: DateTime<Utc>) -> DossierWrite {
    DossierWrite::AddDecision(Decision {
        id: DecisionId::new(),
        verdict: Verdict::Upgrade,
        measures: "配套建设污染防治设施,达标排放并补办环保手续".to_owned(),
        deadline: NaiveDate::from_ymd_opt(2026, dice.random_range(3..12), dice.random_range(1..28)),
        responsible_unit: "灌口镇人民政府".to_owned(),
        responsible_person: (*PEOPLE.choose(dice).unwrap()).to_owned(),
        inspection: None,
        after: Some(Vec::new()),
        at,
        by: PEOPLE[4].to_owned(),
    })
}

/// So many dossiers of one village: a registration, five visits with 20 answers each, eight findings with their steps, thirteen
/// photos and a verdict, in seven changes.
pub fn lived_in(office: &App, dossiers: u64) {
    let mut dice = StdRng::seed_from_u64(7);
    let ledger = Ledger::read();
    let begin: DateTime<Utc> = "2025-09-01T01:00:00Z".parse().unwrap();
    for some in (0..dossiers).collect::<Vec<_>>().chunks(100) {
        let write = |writer: &store::Writer<'_>| {
            for n in some {
                let id = SiteId(Uuid::now_v7());
                let mut at = begin + TimeDelta::minutes(dice.random_range(0..40_000));
                let mut changes = vec![("sites.register", at, site(&mut dice, &ledger, *n, at))];
                for findings in [2, 2, 2, 1, 1] {
                    at += TimeDelta::hours(dice.random_range(200..900));
                    changes.push(("inspections.record", at, visit(&mut dice, at, findings)));
                }
                changes.push(("sites.decide", at, vec![decision(&mut dice, at)]));
                for (command, at, writes) in changes {
                    let author = Author { person: PEOPLE[0].to_owned(), command, at };
                    writer.edit_dossier::<StoreError>(id, &author, |_| Ok(writes))?;
                }
            }
            Ok(())
        };
        office.store().write::<_, StoreError>(write).unwrap();
    }
}

/// The ledger of the county, again and again under other names.
pub fn ledger(office: &App, dossiers: u64) {
    let text = std::fs::read_to_string(sample::path("ledger-jimei.csv")).unwrap();
    let mut lines = text.lines();
    let mut ledger = format!("{}\r\n", lines.next().unwrap());
    let lines: Vec<&str> = lines.collect();
    for n in 0..dossiers as usize {
        let mut cells = lines[n % lines.len()].splitn(8, ',').map(str::to_owned).collect::<Vec<_>>();
        cells[5] = format!("{}{}", cells[5], n / lines.len());
        cells[6] = String::new();
        ledger.push_str(&cells.join(","));
        ledger.push_str("\r\n");
    }
    let options =
        ImportOptions { scope: None, what: ImportKind::Ledger, dry_run: false, skip_bad_rows: false };
    let author = Author { person: "林志燕".to_owned(), command: "files.import", at: office.now() };
    import(office.store(), ledger.as_bytes(), options, &author, &|_, _, _| Ok(())).unwrap();
}
