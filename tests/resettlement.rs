//! Resettlement alerts: a workshop that was shut down in one town opens again in another.

use domain::{AlertAnswerId, DecisionId, MatchedBy, Role, Scope, SiteField, SiteFields, SiteId, Verdict};
use office::apart::{Replica, TestClock};
use office::{Desk, Inspector, TestOffice, decision, sample};
use wire::ErrorCode;
use wire::message::*;

const DONGHUI: &str = "350211102207";
const WHOLE: &[&str] = &["3502"];
const PHONE: &str = "13850012345";

fn houxi() -> String {
    let divisions = std::fs::read_to_string(sample::path("divisions-350211.csv")).unwrap();
    let mut codes = divisions.lines().filter_map(|line| line.split(',').next());
    codes.find(|code| code.len() == 12 && code.starts_with("350211103")).unwrap().to_owned()
}

fn fields(village: &str, name: &str, telephone: &str) -> SiteFields {
    let mut fields = SiteFields::named(village.parse().unwrap(), name);
    fields.telephone = telephone.to_owned();
    fields
}

fn decide(site: SiteId, verdict: Verdict, seen: Vec<DecisionId>) -> DecideSite {
    DecideSite { id: DecisionId::new(), site, decision: decision(verdict), seen }
}

fn answer(site: SiteId, dossier: &DossierView, confirmed: bool, comment: &str) -> AnswerAlert {
    let alert = dossier.alerts[0].id;
    AnswerAlert { id: AlertAnswerId::new(), site, alert, confirmed, comment: comment.to_owned() }
}

/// A lead with a device of a town, connected to the server.
async fn lead(office: &TestOffice, name: &str, town: &str) -> Inspector {
    let now = office.app.now();
    let scope = Scope::new(vec![town.parse().unwrap()]);
    let person = office.access.add_person(name, Role::Lead, Some(scope), now).unwrap();
    let token = office.access.add_device("手机", person.id, None, now).unwrap();
    let lead = Inspector::alone().connected(&office.address, token).await;
    lead.sync().await.unwrap();
    lead
}

#[tokio::test(flavor = "multi_thread")]
async fn a_workshop_that_opens_again_in_another_town_is_flagged_to_both() {
    let office = TestOffice::of_donghui().await;
    let (guankou, hou) =
        (lead(&office, "陈主任", "350211102").await, lead(&office, "王主任", "350211103").await);
    let register = |person: &Inspector, fields: SiteFields| {
        let request = RegisterSite { id: SiteId::new(), fields, draft: None };
        person.call::<OneSite>("sites.register", request).site
    };
    let old = register(&guankou, fields(DONGHUI, "旺达五金加工厂", PHONE));
    guankou.call::<OneSite>("sites.decide", decide(old, Verdict::ShutDown, vec![]));
    let new = register(&hou, fields(&houxi(), "新旺达五金", PHONE));
    let unrelated = register(&hou, fields(&houxi(), "后溪豆腐坊", "13850054321"));
    assert_eq!(hou.dossier(new).alerts, vec![], "a device by itself knows of no other town");

    // The new one arrives first.
    hou.sync().await.unwrap();
    guankou.sync().await.unwrap();
    hou.sync().await.unwrap();
    let (there, here) = (hou.dossier(new), guankou.dossier(old));
    assert_eq!((there.alerts.len(), here.alerts.len()), (1, 1));
    assert_eq!((there.summary.alerts, here.summary.alerts), (1, 1));
    let (newer, older) = (&there.alerts[0], &here.alerts[0]);
    assert_eq!(newer.id, older.id);
    assert_eq!((newer.matched_by, newer.is_new, older.is_new), (MatchedBy::Telephone, true, false));
    assert_eq!((newer.other, newer.other_name.as_str()), (old, "旺达五金加工厂"));
    assert_eq!((older.other, older.other_grid.as_str()), (new, houxi().as_str()));
    assert_eq!(hou.dossier(unrelated).alerts, vec![]);

    // Answered in one town, without signal, it is answered in the other after both synced.
    let request = answer(new, &there, true, "");
    hou.call::<OneSite>("alerts.answer", &request);
    hou.call::<OneSite>("alerts.answer", &request);
    assert_eq!(hou.dossier(new).summary.alerts, 0);
    assert_eq!(guankou.dossier(old).summary.alerts, 1);
    hou.sync().await.unwrap();
    guankou.sync().await.unwrap();
    let here = guankou.dossier(old);
    assert_eq!((here.summary.alerts, here.alert_answers), (0, hou.dossier(new).alert_answers));
    assert_eq!(hou.dossier(new).alert_answers.len(), 1);
    hou.sync().await.unwrap();
    assert!(hou.status().verified.is_some() && guankou.status().verified.is_some());
}

/// An office that knows the divisions of its county, and a village of the next.
fn office(clock: &TestClock) -> (Replica, Desk) {
    let office = Replica::office(clock);
    sample::import_file(&office.app, ImportKind::Divisions, "divisions-350211.csv");
    let lead = office.desk("陈主任", Role::Lead, WHOLE);
    let next = "code,name,level,parent\n350212,同安区,county,3502\n350212101,莲花镇,town,350212\n\
        350212101200,莲花村委会,village,350212101\n";
    lead.import(ImportKind::Divisions, next.as_bytes());
    (office, lead)
}

#[test]
fn only_a_later_site_of_the_same_county_that_is_not_gone_itself_is_an_alert() {
    let clock = TestClock::at("2026-03-01T02:00:00Z");
    let (_office, lead) = office(&clock);
    let minute = || clock.forward(chrono::TimeDelta::minutes(1));
    let earlier = lead.register_with(fields(&houxi(), "早就有的厂", PHONE));
    minute();
    let old = lead.register_with(fields(DONGHUI, "旺达五金加工厂", PHONE));
    minute();
    lead.call::<OneSite>("sites.decide", decide(old, Verdict::Upgrade, vec![]));
    minute();
    let during = lead.register_with(fields(&houxi(), "关停之前的厂", PHONE));
    minute();
    let seen = lead.dossier(old).decision_tips;
    lead.call::<OneSite>("sites.decide", decide(old, Verdict::Relocate, seen));
    let alerts = |site| lead.dossier(site).alerts.len();
    assert_eq!([alerts(earlier), alerts(during), alerts(old)], [0, 0, 0], "they stood there before");
    minute();
    let elsewhere = lead.register_with(fields("350212101200", "同安的厂", PHONE));
    assert_eq!(alerts(elsewhere), 0, "another county");
    let without = lead.register_with(fields(&houxi(), "没有电话的厂", ""));
    let placeholder = lead.register_with(fields(&houxi(), "电话不详的厂", "无"));
    assert_eq!([alerts(without), alerts(placeholder)], [0, 0]);
    assert_eq!(alerts(old), 0);

    // It becomes one once its telephone is known.
    let edits = vec![FieldEdit { field: SiteField::Telephone, was: String::new(), value: PHONE.to_owned() }];
    lead.call::<OneSite>("sites.edit", EditSite { site: without, edits });
    assert_eq!([alerts(without), alerts(old)], [1, 1]);
    // Further changes note nothing twice.
    let seen = lead.dossier(old).decision_tips;
    lead.call::<OneSite>("sites.decide", decide(old, Verdict::ShutDown, seen));
    assert_eq!([alerts(without), alerts(old)], [1, 1]);
}

#[test]
fn a_credit_code_or_an_operator_in_the_same_industry_is_an_alert_too() {
    let clock = TestClock::at("2026-03-01T02:00:00Z");
    let (_office, lead) = office(&clock);
    let known = |village: &str, name: &str, code: &str, operator: &str, industry: &str| SiteFields {
        credit_code: code.to_owned(),
        operator: operator.to_owned(),
        industry: industry.to_owned(),
        ..SiteFields::named(village.parse().unwrap(), name)
    };
    let code = "92350211H5T3D0XPAM";
    let old = lead.register_with(known(DONGHUI, "旺达五金加工厂", code, "陈美丽", "金属加工"));
    lead.call::<OneSite>("sites.decide", decide(old, Verdict::ShutDown, vec![]));
    clock.forward(chrono::TimeDelta::days(30));
    let same_code = lead.register_with(known(&houxi(), "甲", code, "别人", "塑料注塑"));
    let same_person = lead.register_with(known(&houxi(), "乙", "", "陈美丽", "金属加工"));
    let other_trade = lead.register_with(known(&houxi(), "丙", "", "陈美丽", "塑料注塑"));
    let matched = |site| lead.dossier(site).alerts.first().map(|alert| alert.matched_by);
    assert_eq!(matched(same_code), Some(MatchedBy::CreditCode));
    assert_eq!(matched(same_person), Some(MatchedBy::OperatorAndIndustry));
    assert_eq!(matched(other_trade), None);
    assert_eq!(lead.dossier(old).summary.alerts, 2);

    // Looked at in the old site's dossier and found to be another: that has to be explained.
    let dossier = lead.dossier(old);
    let alert = dossier.alerts.iter().find(|alert| alert.other == same_person).unwrap().id;
    let request = AnswerAlert { alert, ..answer(old, &dossier, false, " ") };
    let error = lead.try_call::<OneSite>("alerts.answer", &request).unwrap_err();
    assert_eq!((error.field.as_deref(), error.reason.as_deref()), (Some("comment"), Some("missing")));
    let request = AnswerAlert { comment: "同名同姓,电话和身份证不同".into(), ..request };
    lead.call::<OneSite>("alerts.answer", &request);
    assert_eq!(lead.dossier(old).summary.alerts, 1);
    assert_eq!(lead.dossier(same_person).summary.alerts, 0, "answered in both at once");
    assert_eq!(lead.dossier(same_code).summary.alerts, 1);
    let unknown = AnswerAlert { id: AlertAnswerId::new(), site: other_trade, ..request };
    assert_eq!(lead.try_call::<OneSite>("alerts.answer", unknown).unwrap_err().code, ErrorCode::NotFound);
}

#[test]
fn what_many_sites_share_names_nobody() {
    let clock = TestClock::at("2026-03-01T02:00:00Z");
    let (_office, lead) = office(&clock);
    let market = "05926061234";
    let old = lead.register_with(fields(DONGHUI, "市场一号摊", market));
    lead.call::<OneSite>("sites.decide", decide(old, Verdict::ShutDown, vec![]));
    for stall in 2..=30 {
        clock.forward(chrono::TimeDelta::minutes(1));
        lead.register_with(fields(&houxi(), &format!("市场{stall}号摊"), market));
    }
    assert_eq!(lead.dossier(old).alerts.len(), domain::resettlement::MOST_SHARING);
}

/// Two leads answer one alert apart, each in the dossier of their own town: both answers stand in both dossiers.
#[test]
fn answers_that_were_given_apart_are_both_kept_in_both_dossiers() {
    let clock = TestClock::at("2026-03-01T02:00:00Z");
    let (office, desk) = office(&clock);
    let old = desk.register_with(fields(DONGHUI, "旺达五金加工厂", PHONE));
    desk.call::<OneSite>("sites.decide", decide(old, Verdict::ShutDown, vec![]));
    clock.forward(chrono::TimeDelta::days(30));
    let new = desk.register_with(fields(&houxi(), "新旺达五金", PHONE));
    let towns = [("陈主任", "350211102", old), ("王主任", "350211103", new)];
    let devices = towns.map(|_| Replica::device(&clock));
    let sync = |n: usize| devices[n].sync(&office, towns[n].0, Role::Lead, &[towns[n].1]);
    let seen_on = |n: usize| devices[n].desk(towns[n].0, Role::Lead, &[towns[n].1]);
    [0, 1].into_iter().for_each(sync);
    for (n, (_, _, site)) in towns.into_iter().enumerate() {
        let lead = seen_on(n);
        let request = answer(site, &lead.dossier(site), n == 1, "看过了");
        lead.call::<OneSite>("alerts.answer", request);
    }
    devices[0].sync_in_vain(&office, towns[0].0, Role::Lead, &[towns[0].1]);
    [0, 1, 0].into_iter().for_each(sync);
    let answers = seen_on(0).dossier(old).alert_answers;
    assert_eq!(answers.len(), 2);
    assert_eq!(seen_on(1).dossier(new).alert_answers, answers);
    assert_eq!(desk.dossier(new).alert_answers, answers);
}

/// A device that holds both dossiers shows both as answered at once, and the office hears of one answer.
#[test]
fn on_a_device_that_holds_both_an_answer_closes_both() {
    let clock = TestClock::at("2026-03-01T02:00:00Z");
    let (office, desk) = office(&clock);
    let old = desk.register_with(fields(DONGHUI, "旺达五金加工厂", PHONE));
    desk.call::<OneSite>("sites.decide", decide(old, Verdict::ShutDown, vec![]));
    clock.forward(chrono::TimeDelta::days(30));
    let new = desk.register_with(fields(&houxi(), "新旺达五金", PHONE));
    let device = Replica::device(&clock);
    let sync = || device.sync(&office, "陈主任", Role::Lead, WHOLE);
    sync();
    let lead = device.desk("陈主任", Role::Lead, WHOLE);
    lead.call::<OneSite>("alerts.answer", answer(old, &lead.dossier(old), true, ""));
    assert_eq!([lead.dossier(old).summary.alerts, lead.dossier(new).summary.alerts], [0, 0]);
    sync();
    for site in [old, new] {
        assert_eq!(desk.dossier(site).alert_answers, lead.dossier(old).alert_answers);
        assert_eq!(desk.dossier(site).alert_answers.len(), 1);
    }
}

/// Sites of one ledger stood there when it was written: they never are alerts about each other. How many alerts two
/// ledgers of a county give is known, so that a change of the rule shows.
#[test]
fn importing_ledgers_does_not_flood_anybody() {
    let clock = TestClock::at("2026-03-01T02:00:00Z");
    let (office, lead) = office(&clock);
    let alerts = || {
        let flagged = SiteFilter { alert: Some(true), ..SiteFilter::default() };
        lead.sites(flagged).into_iter().map(|site| site.alerts).sum::<u64>()
    };
    sample::import_file(&office.app, ImportKind::Ledger, "ledger-donghui.csv");
    assert_eq!(alerts(), 0);
    clock.forward(chrono::TimeDelta::days(1));
    sample::import_file(&office.app, ImportKind::Ledger, "ledger-jimei.csv");
    // Each stands in two dossiers. They are people of one name in one trade, in two villages: worth a question.
    assert_eq!(alerts(), 2 * 4);
    clock.forward(chrono::TimeDelta::days(1));
    sample::import_file(&office.app, ImportKind::Ledger, "ledger-jimei.csv");
    assert_eq!(alerts(), 2 * 4);
}
