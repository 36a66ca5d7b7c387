//! A problem on its way between an inspector in the village and a lead at the office.

use domain::{Missing, ProblemId, Role, Severity, SiteId, Stage, Verdict};
use office::{Desk, Inspector, TestOffice, decision, sample, shown, step, visit};
use uuid::Uuid;
use wire::ErrorCode;
use wire::message::*;

const GUANKOU: &str = "350211102";

fn lead(office: &TestOffice) -> Desk {
    Desk::of(&office.app, "陈主任", Role::Lead, &[GUANKOU])
}

/// An inspector who found a problem at a new site, with a photo of it.
fn found(ahua: &Inspector) -> (SiteId, ProblemId) {
    let site = ahua.register("新发五金加工点");
    let draft = Uuid::now_v7();
    let photo = ahua.photograph(draft, &sample::path("photos/gps-DSCN0010.jpg"));
    let problem = ProblemId::new();
    let request = RecordInspection {
        draft: Some(draft),
        decision: Some(decision(Verdict::Upgrade)),
        problems: vec![NewProblem {
            id: problem,
            description: "焊接烟尘无收集设施".into(),
            severity: Severity::Ordinary,
            deadline: None,
        }],
        photos: vec![NewPhoto { problem: Some(problem), ..shown(&photo.hash) }],
        ..visit(site)
    };
    ahua.call::<RecordedInspection>("inspections.record", request);
    (site, problem)
}

fn seen(inspector: &Inspector, site: SiteId, problem: ProblemId) -> ProblemView {
    inspector.dossier(site).problems.into_iter().find(|view| view.problem.id == problem).unwrap()
}

fn today(inspector: &Inspector) -> Today {
    let request = TodayOf { order: TodayOrder::Deadline, from: None, grid: None, limit: 200 };
    inspector.call("today.get", request)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_problem_is_sent_back_mended_and_closed_out() {
    let office = TestOffice::of_donghui().await;
    let (ahua, lin) = (office.inspector("阿华").await, lead(&office));
    ahua.sync().await.unwrap();
    let (site, problem) = found(&ahua);
    ahua.sync().await.unwrap();

    // What waits for the lead is a number of rows.
    let request = TodayOf { order: TodayOrder::Deadline, from: None, grid: None, limit: 50 };
    let waiting = lin.call::<Today>("today.get", &request).lead.unwrap();
    let discovered = ProblemFilter { stages: vec![Stage::Discovered], ..ProblemFilter::default() };
    assert_eq!(waiting.to_confirm, lin.call::<Count>("problems.count", discovered).count);
    assert!(waiting.to_confirm >= 1);

    let back = step(site, &lin.problem(site, problem), Stage::SentBack);
    let refusal = lin.try_call::<SteppedProblem>("problems.step", &back).unwrap_err();
    assert_eq!((refusal.field.as_deref(), refusal.reason.as_deref()), (Some("comment"), Some("comment")));
    let comment = "照片看不清排气筒,请补拍".to_owned();
    lin.call::<SteppedProblem>("problems.step", StepProblem { comment: comment.clone(), ..back });

    ahua.sync().await.unwrap();
    assert_eq!(today(&ahua).sent_back, 1);
    let errand = &today(&ahua).places.into_iter().find(|place| place.site == Some(site)).unwrap().errands[0];
    assert_eq!((errand.reason, &errand.text), (VisitReason::SentBack, &comment));
    // An inspector may answer, and nothing else.
    let view = seen(&ahua, site, problem);
    assert_eq!(view.steps.iter().map(|step| step.stage).collect::<Vec<_>>(), [Stage::Discovered]);
    let confirmed = ahua.try_call::<SteppedProblem>("problems.step", step(site, &view, Stage::Confirmed));
    assert_eq!(confirmed.unwrap_err().code, ErrorCode::Forbidden);
    let answer = step(site, &view, Stage::Discovered);
    ahua.call::<SteppedProblem>("problems.step", &answer);
    ahua.call::<SteppedProblem>("problems.step", &answer);
    assert_eq!(ahua.dossier(site).stage_changes.len(), 2, "pressed twice is one step");
    ahua.sync().await.unwrap();

    // Somebody who looks at an old view is told so.
    let old = lin.problem(site, problem);
    lin.call::<SteppedProblem>("problems.step", step(site, &old, Stage::Confirmed));
    let late = lin.try_call::<SteppedProblem>("problems.step", step(site, &old, Stage::Confirmed));
    assert_eq!(late.unwrap_err().code, ErrorCode::Changed);
    let skipped = step(site, &lin.problem(site, problem), Stage::ClosedOut);
    let skipped = lin.try_call::<SteppedProblem>("problems.step", skipped).unwrap_err();
    assert_eq!(skipped.reason.as_deref(), Some("out_of_turn"));
    lin.call::<SteppedProblem>("problems.step", step(site, &lin.problem(site, problem), Stage::Registered));

    ahua.sync().await.unwrap();
    assert!(today(&ahua).places.iter().any(|place| {
        place.site == Some(site) && place.errands.iter().any(|errand| errand.problem == Some(problem))
    }));
    let draft = Uuid::now_v7();
    let after = ahua.photograph(draft, &sample::path("photos/gps-DSCN0012.jpg"));
    ahua.call::<SteppedProblem>(
        "problems.step",
        StepProblem { draft: Some(draft), ..step(site, &seen(&ahua, site, problem), Stage::Rectifying) },
    );
    ahua.sync().await.unwrap();

    lin.call::<SteppedProblem>("problems.step", step(site, &lin.problem(site, problem), Stage::Supervised));
    let view = lin.problem(site, problem);
    assert_eq!((view.steps[0].stage, &view.steps[0].missing), (Stage::ClosedOut, &vec![Missing::PhotoAfter]));
    let close = lin.try_call::<SteppedProblem>("problems.step", step(site, &view, Stage::ClosedOut));
    assert_eq!(close.unwrap_err().reason.as_deref(), Some("photo_after"));
    let back = step(site, &view, Stage::SentBack);
    lin.call::<SteppedProblem>("problems.step", StepProblem { comment: "缺整改后照片".into(), ..back });
    ahua.sync().await.unwrap();
    let again = step(site, &seen(&ahua, site, problem), Stage::Rectifying);
    let photos = vec![NewPhoto { problem: Some(problem), rectified: true, ..shown(&after.hash) }];
    ahua.call::<SteppedProblem>("problems.step", StepProblem { photos, ..again });
    ahua.sync().await.unwrap();

    let unfinished = CompleteSite {
        id: domain::CompletionId::new(),
        site,
        decision: lin.dossier(site).decision,
        done: true,
        done_on: None,
        comment: String::new(),
    };
    let refusal = lin.try_call::<OneSite>("sites.complete", &unfinished).unwrap_err();
    assert_eq!(refusal.reason.as_deref(), Some("open_problems"));
    for stage in [Stage::Supervised, Stage::ClosedOut] {
        lin.call::<SteppedProblem>("problems.step", step(site, &lin.problem(site, problem), stage));
    }
    lin.call::<OneSite>("sites.complete", &unfinished);
    ahua.sync().await.unwrap();
    let dossier = ahua.dossier(site);
    assert!(dossier.summary.done);
    assert_eq!(dossier.stage_changes.len(), 10, "the whole story stays");
    let photo = dossier.photos.iter().find(|view| view.photo.rectified).unwrap();
    assert!(photo.photo.stage_change.is_some());
    let thirty = domain::problem::day_in_china(office.app.now()).checked_add_days(chrono::Days::new(30));
    assert_eq!(dossier.summary.recheck_on, thirty);
    assert!(ahua.status().verified.is_some(), "both sides hold the same");

    // A recheck finds it polluting again.
    let relapse =
        RecordInspection { source: domain::InspectionSource::Recheck, relapse: true, ..visit(site) };
    ahua.call::<RecordedInspection>("inspections.record", relapse);
    ahua.sync().await.unwrap();
    let dossier = lin.dossier(site);
    assert!(!dossier.summary.done && dossier.summary.relapsed && dossier.relapsed_at.is_some());
    let relapsed = SiteFilter { relapsed: Some(true), ..SiteFilter::default() };
    assert_eq!(lin.call::<Count>("sites.count", relapsed).count, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_two_people_do_apart_stays_marked_until_a_lead_settles_it() {
    let office = TestOffice::of_donghui().await;
    let (ahua, lin) = (office.inspector("阿华").await, lead(&office));
    ahua.sync().await.unwrap();
    let (site, problem) = found(&ahua);
    ahua.sync().await.unwrap();
    for stage in [Stage::Confirmed, Stage::Registered] {
        lin.call::<SteppedProblem>("problems.step", step(site, &lin.problem(site, problem), stage));
    }
    ahua.sync().await.unwrap();

    // Apart: the inspector rectifies, the lead sends back; the inspector decides anew, the lead decides otherwise.
    ahua.call::<SteppedProblem>("problems.step", step(site, &seen(&ahua, site, problem), Stage::Rectifying));
    let clean = RecordInspection { decision: Some(decision(Verdict::Clean)), ..visit(site) };
    ahua.call::<RecordedInspection>("inspections.record", clean);
    let back = step(site, &lin.problem(site, problem), Stage::SentBack);
    lin.call::<SteppedProblem>("problems.step", StepProblem { comment: "期限要重定".into(), ..back });
    let dossier = lin.dossier(site);
    let decide = |verdict, dossier: &DossierView| DecideSite {
        id: domain::DecisionId::new(),
        site,
        decision: decision(verdict),
        seen: [dossier.decision_tips.as_slice(), &dossier.contested_decisions].concat(),
    };
    lin.call::<OneSite>("sites.decide", decide(Verdict::ShutDown, &dossier));
    ahua.sync().await.unwrap();

    for view in [lin.dossier(site), ahua.dossier(site)] {
        assert_eq!(view.problems[0].stage, Stage::SentBack);
        assert_eq!((view.problems[0].contested.len(), view.contested_decisions.len()), (1, 1));
        assert_eq!(view.summary.verdict, Some(Verdict::ShutDown), "the stricter stands meanwhile");
        assert!(view.summary.conflict);
        assert_eq!((view.stage_changes.len(), view.decisions.len()), (4, 3), "nothing vanished");
    }
    let contested = SiteFilter { conflict: Some(true), ..SiteFilter::default() };
    assert_eq!(lin.call::<Count>("sites.count", &contested).count, 1);

    // The inspector goes on, and settles nothing.
    ahua.call::<SteppedProblem>("problems.step", step(site, &seen(&ahua, site, problem), Stage::Rectifying));
    ahua.sync().await.unwrap();
    assert_eq!(lin.problem(site, problem).contested.len(), 1);

    let view = lin.problem(site, problem);
    let settle = view.steps.iter().find(|step| step.settles).expect("a lead can settle it");
    let settling = StepProblem { comment: "按现场整改".into(), ..step(site, &view, settle.stage) };
    lin.call::<SteppedProblem>("problems.step", settling);
    let old = lin.dossier(site);
    lin.call::<OneSite>("sites.decide", decide(Verdict::Upgrade, &old));
    let late = lin.try_call::<OneSite>("sites.decide", decide(Verdict::Clean, &old));
    assert_eq!(late.unwrap_err().code, ErrorCode::Changed);
    ahua.sync().await.unwrap();
    for view in [lin.dossier(site), ahua.dossier(site)] {
        assert!(!view.summary.conflict);
        assert_eq!(view.summary.verdict, Some(Verdict::Upgrade));
        assert_eq!(view.decisions.len(), 4);
    }
    assert_eq!(lin.call::<Count>("sites.count", contested).count, 0);
    assert_eq!(ahua.dossier(site).problems, {
        // What each may do differs; where it stands does not.
        let mut problems = lin.dossier(site).problems;
        problems[0].steps = ahua.dossier(site).problems[0].steps.clone();
        problems
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn petitions_come_back_with_what_was_found() {
    let office = TestOffice::of_donghui().await;
    let (ahua, lin) = (office.inspector("阿华").await, lead(&office));
    let task = domain::TaskId::new();
    let today_there = domain::problem::day_in_china(office.app.now());
    let petition = EnterTask {
        id: task,
        kind: domain::TaskKind::Petition,
        grid: office::DONGHUI.parse().unwrap(),
        list: "12345热线".into(),
        number: "XF-2026-18".into(),
        title: "夜间喷漆异味扰民".into(),
        content: "东辉村东侧夜间有刺鼻气味".into(),
        petitioner: "王先生".into(),
        from: today_there,
        deadline: today_there.checked_add_days(chrono::Days::new(3)),
        site: None,
    };
    lin.call::<OneTask>("tasks.enter", &petition);
    ahua.sync().await.unwrap();
    let place = today(&ahua).places.into_iter().find(|place| place.errands[0].task == Some(task)).unwrap();
    assert_eq!((place.site, place.name.as_str()), (None, "夜间喷漆异味扰民"));
    let forbidden = ahua.try_call::<OneTask>(
        "tasks.reply",
        ReplyTask {
            id: domain::TaskReplyId::new(),
            task,
            replied_on: Some(today_there),
            satisfied: None,
            ends: false,
            comment: String::new(),
        },
    );
    assert_eq!(forbidden.unwrap_err().code, ErrorCode::Forbidden);

    let site = ahua.register("无名喷漆点");
    let found = NewProblem {
        id: ProblemId::new(),
        description: "露天喷漆".into(),
        severity: Severity::Major,
        deadline: today_there.checked_add_days(chrono::Days::new(10)),
    };
    let request = RecordInspection {
        source: domain::InspectionSource::Petition,
        task: Some(task),
        problems: vec![found],
        ..visit(site)
    };
    ahua.call::<RecordedInspection>("inspections.record", request);
    assert!(!today(&ahua).places.iter().any(|place| place.errands.iter().any(|e| e.task == Some(task))));
    ahua.sync().await.unwrap();

    let view: TaskView = lin.call("tasks.get", OneTask { task });
    assert_eq!((view.state, view.visits.len()), (TaskState::Checked, 1));
    assert_eq!((view.figures.checked, view.figures.with_problems, view.figures.major), (1, 1, 1));
    let reply = |satisfied, ends| ReplyTask {
        id: domain::TaskReplyId::new(),
        task,
        replied_on: Some(today_there),
        satisfied,
        ends,
        comment: "已责令停止".into(),
    };
    lin.call::<OneTask>("tasks.reply", reply(None, false));
    lin.call::<OneTask>("tasks.reply", reply(Some(true), true));
    ahua.sync().await.unwrap();
    let view: TaskView = ahua.call("tasks.get", OneTask { task });
    assert_eq!((view.state, view.task.replies.len()), (TaskState::Ended, 2));
    let list = lin.list("12345热线", GUANKOU);
    assert_eq!((list.figures.replied, list.figures.satisfied), (1, 1));
    assert!(ahua.status().verified.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_rules_of_a_county_reach_its_devices() {
    let office = TestOffice::of_donghui().await;
    let ahua = office.inspector("阿华").await;
    ahua.sync().await.unwrap();
    let (admin, lin) = (Desk::of(&office.app, "管理员", Role::Admin, &["350211"]), lead(&office));
    let due = SiteFilter { recheck_due: Some(true), ..SiteFilter::default() };
    let rules = |recheck_days: Vec<u16>| Rules { grid: "350211".parse().unwrap(), recheck_days };
    assert_eq!(lin.try_call::<Rules>("rules.set", rules(vec![10])).unwrap_err().code, ErrorCode::Forbidden);
    let refusal = admin.try_call::<Rules>("rules.set", rules(vec![90, 30])).unwrap_err();
    assert_eq!(refusal.reason.as_deref(), Some("recheck_days"));
    // All that is done was done in 2023: only with an appointment in the far future nothing is due.
    assert!(ahua.call::<Count>("sites.count", &due).count > 100);
    admin.call::<Rules>("rules.set", rules(vec![3650]));
    ahua.sync().await.unwrap();
    for count in [ahua.call::<Count>("sites.count", &due).count, lin.call::<Count>("sites.count", &due).count]
    {
        assert_eq!(count, 0);
    }
    assert_eq!(
        ahua.call::<Rules>("rules.get", RulesOf { grid: "350211".parse().unwrap() }),
        rules(vec![3650])
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_overruled_by_a_form_that_was_open_meanwhile() {
    let office = TestOffice::of_donghui().await;
    let (ahua, lin) = (office.inspector("阿华").await, lead(&office));
    ahua.sync().await.unwrap();
    let site = ahua.register("新发五金加工点");
    let judged = RecordInspection { decision: Some(decision(Verdict::Upgrade)), ..visit(site) };
    ahua.call::<RecordedInspection>("inspections.record", judged);
    ahua.sync().await.unwrap();
    // The form is opened here; then a sync brings what the lead has decided.
    let seen = Some(ahua.dossier(site).decision_tips);
    let decide = |verdict, dossier: &DossierView| DecideSite {
        id: domain::DecisionId::new(),
        site,
        decision: decision(verdict),
        seen: [dossier.decision_tips.as_slice(), &dossier.contested_decisions].concat(),
    };
    let before = lin.dossier(site);
    lin.call::<OneSite>("sites.decide", decide(Verdict::ShutDown, &before));
    ahua.sync().await.unwrap();
    let late = RecordInspection { decision: Some(decision(Verdict::Clean)), seen, ..visit(site) };
    ahua.call::<RecordedInspection>("inspections.record", late);
    ahua.sync().await.unwrap();
    let view = lin.dossier(site);
    assert_eq!(view.summary.verdict, Some(Verdict::ShutDown), "the stricter stands");
    assert_eq!(view.contested_decisions.len(), 1);

    // What was done about one verdict says nothing of another.
    let done = |decision| CompleteSite {
        id: domain::CompletionId::new(),
        site,
        decision,
        done: true,
        done_on: None,
        comment: String::new(),
    };
    let refusal = lin.try_call::<OneSite>("sites.complete", done(before.decision)).unwrap_err();
    assert_eq!(refusal.code, ErrorCode::Changed);
    lin.call::<OneSite>("sites.complete", done(view.decision));
    assert!(lin.dossier(site).summary.done);
    let stands = lin.dossier(site);
    lin.call::<OneSite>("sites.decide", decide(Verdict::Relocate, &stands));
    assert!(!lin.dossier(site).summary.done, "another verdict is a new task");
}

#[tokio::test(flavor = "multi_thread")]
async fn at_the_office_everybody_has_their_own_forms() {
    let office = TestOffice::of_donghui().await;
    let lin = lead(&office);
    let other = Desk::of(&office.app, "林志燕", Role::Inspector, &[office::DONGHUI]);
    let id = Uuid::now_v7();
    let draft = |body: &str| SaveDraft { id, kind: DraftKind::Registration, site: None, body: body.into() };
    lin.call::<Draft>("drafts.save", draft("{}"));
    assert_eq!(lin.call::<Vec<Draft>>("drafts.list", Nothing {}).len(), 1);
    assert_eq!(other.call::<Vec<Draft>>("drafts.list", Nothing {}), vec![]);
    for refused in [
        other.try_call::<Draft>("drafts.get", OneDraft { id }).unwrap_err(),
        other.try_call::<Draft>("drafts.save", draft("overwritten")).unwrap_err(),
    ] {
        assert_eq!(refused.code, ErrorCode::NotFound);
    }
    other.call::<Nothing>("drafts.discard", OneDraft { id });
    assert_eq!(lin.call::<Draft>("drafts.get", OneDraft { id }).body, "{}");
}
