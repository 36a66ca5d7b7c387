//! The published figures of the field, from rows: what a town found at the companies it was assigned, and how much of
//! what a campaign found was rectified.

use std::fmt::Write as _;
use std::sync::Arc;

use app::{App, system_clock};
use chrono::{Days, NaiveDate};
use domain::{
    InspectionId, InspectionSource, PhotoHash, ProblemId, Role, Severity, SiteId, Stage, TaskId, TaskKind,
};
use office::{Desk, sample, step, visit};
use uuid::Uuid;
use wire::message::*;

const GUANKOU: &str = "350211102";
const JIMEI: &str = "350211";

fn office(ledger: &str) -> (tempfile::TempDir, Arc<App>) {
    let folder = tempfile::tempdir().unwrap();
    let app = Arc::new(App::open(folder.path(), store::Role::Office, system_clock()).unwrap());
    sample::import_file(&app, ImportKind::Divisions, "divisions-350211.csv");
    sample::import_file(&app, ImportKind::Ledger, ledger);
    (folder, app)
}

fn today(app: &App) -> NaiveDate {
    domain::problem::day_in_china(app.now())
}

fn problem(app: &App, severity: Severity) -> NewProblem {
    NewProblem {
        id: ProblemId::new(),
        description: "废气未经收集处理直接排放".into(),
        severity,
        deadline: today(app).checked_add_days(Days::new(30)).filter(|_| severity == Severity::Major),
    }
}

/// A visit for a task, with these problems, each with a photo.
fn inspect(desk: &Desk, site: SiteId, task: TaskId, problems: Vec<NewProblem>, photo: Option<&PhotoHash>) {
    let photos = problems.iter().zip(photo.into_iter().cycle());
    let photos = photos.map(|(problem, hash)| NewPhoto { problem: Some(problem.id), ..office::shown(hash) });
    let request = RecordInspection {
        source: InspectionSource::Assigned,
        task: Some(task),
        photos: photos.collect(),
        problems,
        id: InspectionId::new(),
        ..visit(site)
    };
    desk.call::<RecordedInspection>("inspections.record", request);
}

#[test]
fn of_80_assigned_companies_74_had_problems() {
    let (_folder, app) = office("ledger-donghui.csv");
    let lead = Desk::of(&app, "陈主任", Role::Lead, &[GUANKOU]);
    let polluting = SiteFilter { standing: Some(Standing::Polluting), ..SiteFilter::default() };
    let companies = lead.sites(polluting);
    let mut list = String::from("类型,批次,编号,村居代码,企业名称,统一社会信用代码,办理期限\r\n");
    for (index, company) in companies.iter().take(80).enumerate() {
        let row: LedgerPage = lead.call(
            "ledger.rows",
            ListSites {
                filter: SiteFilter { text: Some(company.name.clone()), ..SiteFilter::default() },
                after: None,
                limit: 1,
            },
        );
        let (name, code) = (&company.name, &row.lines[0].row.credit_code);
        writeln!(list, "上级交办,2026年第3批,{},{},{name},{code},2099-12-31\r", index + 1, company.grid)
            .unwrap();
    }
    let report = lead.import(ImportKind::Tasks, list.as_bytes());
    assert_eq!((report.added, report.rows), (80, 80));
    let again = lead.import_again(list.as_bytes());
    assert_eq!((again.added, again.unchanged), (0, 80), "importing twice adds nothing");

    let filter = TaskFilter { kind: Some(TaskKind::Assigned), ..TaskFilter::default() };
    let tasks: TaskPage = lead.call("tasks.list", ListTasks { filter, after: None, limit: 500 });
    assert_eq!(tasks.tasks.len(), 80);
    let known = tasks.tasks.iter().filter(|task| task.site.is_some()).count();
    assert!(known >= 75, "{known} of 80 companies were found in the ledger by credit code or name");
    for (index, task) in tasks.tasks.iter().enumerate() {
        let site = task.site.unwrap_or(companies[index].id);
        // 52 of the 74 with two problems, 22 with one: 126; 20 of them major.
        let found = match index {
            0..20 => vec![problem(&app, Severity::Major), problem(&app, Severity::Ordinary)],
            20..52 => vec![problem(&app, Severity::Ordinary), problem(&app, Severity::Ordinary)],
            52..74 => vec![problem(&app, Severity::Immediate)],
            _ => vec![],
        };
        inspect(&lead, site, task.id, found, None);
    }

    let TaskList { tasks, figures, .. } = lead.list("2026年第3批", GUANKOU);
    assert_eq!((tasks, figures.assigned, figures.checked, figures.with_problems), (80, 80, 80, 74));
    assert_eq!(figures.discovery_per_mille(), Some(925), "92.5 %");
    assert_eq!((figures.problems, figures.major, figures.closed_out), (126, 20, 0));
    let open = |severity| {
        let stages = vec![Stage::Discovered];
        let filter = ProblemFilter { stages, severity, ..ProblemFilter::default() };
        lead.call::<Count>("problems.count", filter).count
    };
    assert_eq!((open(None), open(Some(Severity::Major))), (126, 20), "each figure is a number of rows");
}

#[test]
fn of_107_problems_97_were_rectified() {
    let (_folder, app) = office("ledger-jimei.csv");
    let lead = Desk::of(&app, "陈主任", Role::Lead, &[JIMEI]);
    let before: LedgerTotals =
        lead.call("ledger.totals", LedgerOf { grid: JIMEI.parse().unwrap(), period: None });
    assert_eq!((before.of.totals.surveyed, before.of.totals.polluting), (1_506, 371));
    let campaign = TaskId::new();
    let filter = SiteFilter { standing: Some(Standing::Upgrade), done: Some(false), ..SiteFilter::default() };
    let request = CreateCampaign {
        id: campaign,
        grid: JIMEI.parse().unwrap(),
        name: "挥发性有机物专项回头看".into(),
        purpose: "逐家核查整改落实情况".into(),
        filter: filter.clone(),
        checklist: vec!["废气收集".into(), "危废暂存间".into()],
        from: today(&app),
        deadline: today(&app).checked_add_days(Days::new(30)).unwrap(),
    };
    lead.call::<OneTask>("tasks.campaign", request);
    let named = SiteFilter { task: Some(campaign), ..SiteFilter::default() };
    let sites = lead.sites(named.clone());
    assert_eq!(sites.len() as u64, lead.call::<Count>("sites.count", filter).count);

    let draft = Uuid::now_v7();
    let bad = lead.photograph(draft, &sample::path("photos/gps-DSCN0010.jpg"));
    let mended = lead.photograph(draft, &sample::path("photos/gps-DSCN0012.jpg"));
    let mut found = Vec::new();
    for index in 0..107 {
        let site = sites[index % sites.len()].id;
        let new = problem(&app, Severity::Ordinary);
        found.push((site, new.id));
        inspect(&lead, site, campaign, vec![new], Some(&bad));
    }
    for (site, problem) in found.iter().take(97) {
        for stage in
            [Stage::Confirmed, Stage::Registered, Stage::Rectifying, Stage::Supervised, Stage::ClosedOut]
        {
            let mut request = step(*site, &lead.problem(*site, *problem), stage);
            if stage == Stage::Rectifying {
                request.photos =
                    vec![NewPhoto { problem: Some(*problem), rectified: true, ..office::shown(&mended) }];
            }
            lead.call::<SteppedProblem>("problems.step", request);
        }
    }

    let TaskList { figures, .. } = lead.list("挥发性有机物专项回头看", JIMEI);
    assert_eq!((figures.problems, figures.closed_out), (107, 97));
    assert_eq!(figures.rectification_per_mille(), Some(907), "90.7 %");
    let visited = SiteFilter { visited: Some(true), ..named };
    assert_eq!(figures.checked, lead.call::<Count>("sites.count", visited).count);
    let view: TaskView = lead.call("tasks.get", OneTask { task: campaign });
    let mut sum = domain::TaskFigures::default();
    view.villages.iter().for_each(|village| sum.add(&village.figures));
    assert_eq!((sum.assigned, sum.checked), (figures.assigned, figures.checked), "villages add up");
    assert_eq!((sum.problems, sum.closed_out), (107, 97));

    let day = today(&app);
    let period = Some(Period { from: day, to: day });
    let request = LedgerOf { grid: JIMEI.parse().unwrap(), period };
    let after: LedgerTotals = lead.call("ledger.totals", request);
    assert_eq!(after.of.totals.inspections, 107);
    let overdue = ProblemFilter { overdue: Some(true), ..ProblemFilter::default() };
    let overdue = lead.call::<Count>("problems.count", overdue).count;
    assert_eq!(after.of.totals.problems_overdue, overdue);
}
