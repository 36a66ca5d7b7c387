//! Numbers of papers: given by the office alone, in the order in which it hears of them, one series for each town, year
//! and step. A failing seed is replayed by `VILLAGE_LEDGER_SEED=7 cargo test -p village-tests --test paper_numbers`.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use domain::{EnforcementStep, GridLevel, PaperId, PaperNumber, Role, SiteField, SiteId};
use office::apart::{Replica, TestClock};
use office::paper::{cutting_off, notice, void};
use office::sample;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use store::{Author, DossierWrite, StoreError, Writer};
use wire::message::*;

const GUANKOU: &str = "350211102";
const HOUXI: &str = "350211103";
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

fn houxi_village() -> String {
    let divisions = std::fs::read_to_string(sample::path("divisions-350211.csv")).unwrap();
    let mut code = divisions.lines().filter_map(|line| line.split(',').next());
    code.find(|code| code.len() == 12 && code.starts_with(HOUXI)).unwrap().to_owned()
}

#[test]
fn the_office_numbers_its_own_papers_at_once_and_a_void_one_keeps_its_number() {
    let (office, clock) = office("2026-03-01T02:00:00Z");
    let lead = office.desk("陈主任", Role::Lead, WHOLE);
    let site = lead.register(DONGHUI, "东辉一厂");
    let first: OnePaper = lead.call("papers.record", notice(site));
    assert_eq!(lead.paper(&first).number_text, "灌口镇整改〔2026〕1号");

    let request = void(&first);
    lead.call::<OnePaper>("papers.void", &request);
    lead.call::<OnePaper>("papers.void", &request);
    lead.call::<OnePaper>("papers.void", void(&first));
    let paper = lead.paper(&first);
    assert_eq!(paper.number_text, "灌口镇整改〔2026〕1号");
    assert_eq!(paper.void.unwrap().id, request.id, "it is void once");

    clock.forward(TimeDelta::minutes(1));
    let second: OnePaper = lead.call("papers.record", notice(site));
    assert_eq!(lead.paper(&second).number_text, "灌口镇整改〔2026〕2号");
    let lines = lead.papers(None, None, None);
    assert_eq!(lines.iter().map(|line| line.paper).collect::<Vec<_>>(), [second.paper, first.paper]);
    assert_eq!(lines.iter().map(|line| line.void).collect::<Vec<_>>(), [false, true]);

    // Another town, and another step, count for themselves.
    let elsewhere = lead.register(&houxi_village(), "后溪一厂");
    let there: OnePaper = lead.call("papers.record", notice(elsewhere));
    assert_eq!(lead.paper(&there).number_text, "后溪镇整改〔2026〕1号");
    let cut_off: OnePaper = lead.call("papers.record", cutting_off(site, lead.app.now()));
    assert_eq!(lead.paper(&cut_off).number_text, "灌口镇断清〔2026〕1号");
    assert_eq!(lead.papers(Some(HOUXI), None, None).len(), 1);
    assert_eq!(lead.papers(Some(GUANKOU), Some(EnforcementStep::CutOff), None).len(), 1);

    // The year is that of China: sixteen o'clock in London is midnight there.
    clock.set("2026-12-31T15:59:59Z");
    let last: OnePaper = lead.call("papers.record", notice(site));
    assert_eq!(lead.paper(&last).number_text, "灌口镇整改〔2026〕3号");
    clock.set("2026-12-31T16:00:00Z");
    let new: OnePaper = lead.call("papers.record", notice(site));
    assert_eq!(lead.paper(&new).number_text, "灌口镇整改〔2027〕1号");
    assert_eq!(lead.papers(None, None, Some(2027)).len(), 1);
    assert_eq!(lead.papers(None, None, Some(2026)).len(), 5);

    // One that was written in the old year and arrives in the new one counts in the old.
    let device = Replica::device(&clock);
    device.sync(&office, "阿华", Role::Inspector, &[DONGHUI]);
    clock.set("2026-12-31T14:00:00Z");
    let late: OnePaper = device.desk("阿华", Role::Inspector, &[DONGHUI]).call("papers.record", notice(site));
    clock.set("2027-01-03T02:00:00Z");
    device.sync(&office, "阿华", Role::Inspector, &[DONGHUI]);
    assert_eq!(lead.paper(&late).number_text, "灌口镇整改〔2026〕4号");
}

/// It is filed under what stands on its sheet, wherever its site belongs later.
#[test]
fn a_paper_keeps_its_number_when_its_site_is_moved_to_another_village() {
    let (office, clock) = office("2026-03-01T02:00:00Z");
    let lead = office.desk("陈主任", Role::Lead, WHOLE);
    let houxi = houxi_village();
    let site = lead.register(DONGHUI, "东辉一厂");
    let first: OnePaper = lead.call("papers.record", notice(site));
    let there: OnePaper = lead.call("papers.record", notice(lead.register(&houxi, "后溪一厂")));
    // One is written where nobody has heard of the move.
    let device = Replica::device(&clock);
    device.sync(&office, "阿华", Role::Inspector, WHOLE);
    let ahua = device.desk("阿华", Role::Inspector, WHOLE);
    clock.forward(TimeDelta::minutes(1));
    let late: OnePaper = ahua.call("papers.record", notice(site));

    let number = lead.paper(&first).number;
    for (was, to) in [(DONGHUI, KENGNEI), (KENGNEI, houxi.as_str())] {
        let request = MoveSite { site, was: was.parse().unwrap(), grid: to.parse().unwrap() };
        lead.call::<OneSite>("sites.move", request);
        let paper = lead.paper(&first);
        assert_eq!(paper.number, number, "in {to}");
        assert_eq!(paper.number_text, "灌口镇整改〔2026〕1号", "in {to}");
    }
    // What is numbered from now on counts where the site is, and leaves no gap where it was.
    clock.forward(TimeDelta::minutes(1));
    device.sync(&office, "阿华", Role::Inspector, WHOLE);
    clock.forward(TimeDelta::minutes(1));
    let next: OnePaper = lead.call("papers.record", notice(lead.register(DONGHUI, "东辉二厂")));
    device.sync(&office, "阿华", Role::Inspector, WHOLE);
    let expected =
        ["灌口镇整改〔2026〕1号", "后溪镇整改〔2026〕1号", "后溪镇整改〔2026〕2号", "灌口镇整改〔2026〕2号"];
    for desk in [&lead, &ahua] {
        assert_eq!([&first, &there, &late, &next].map(|paper| desk.paper(paper).number_text), expected);
        let mut listed: Vec<String> =
            desk.papers(None, None, None).into_iter().map(|line| line.number_text).collect();
        listed.sort();
        let mut sorted = expected.map(str::to_owned).to_vec();
        sorted.sort();
        assert_eq!(listed, sorted, "the register says the same");
    }
}

/// Two papers with one number can only come from an office that was restored from a backup. The paper that had it first
/// keeps it.
#[test]
fn of_two_papers_with_one_number_the_later_is_numbered_anew() {
    let (office, clock) = office("2026-03-01T02:00:00Z");
    let lead = office.desk("陈主任", Role::Lead, WHOLE);
    let sites = ["甲厂", "乙厂", "丙厂"].map(|name| lead.register(DONGHUI, name));
    let papers = sites.map(|site| {
        clock.forward(TimeDelta::minutes(1));
        lead.call::<OnePaper>("papers.record", notice(site))
    });
    let numbers = || papers.each_ref().map(|paper| lead.paper(paper).number.unwrap().number);
    assert_eq!(numbers(), [1, 2, 3]);
    // The first and the third get the number of the second, one of them before it and one after.
    let author = Author { person: String::new(), command: "papers.number", at: clock.now() };
    for (paper, minutes) in [(&papers[0], -60), (&papers[2], 60)] {
        let number = PaperNumber {
            number: 2,
            at: clock.now() + TimeDelta::minutes(minutes),
            ..lead.paper(paper).number.unwrap()
        };
        let write = vec![DossierWrite::NumberPaper(number)];
        let work =
            |writer: &Writer<'_>| writer.edit_dossier::<StoreError>(paper.site, &author, |_| Ok(write));
        office.app.store().write(work).unwrap();
    }
    assert_eq!(numbers(), [2, 2, 2]);
    let edits =
        vec![FieldEdit { field: SiteField::Operator, was: String::new(), value: "陈美丽".to_owned() }];
    lead.call::<OneSite>("sites.edit", EditSite { site: sites[2], edits });
    assert_eq!(numbers(), [2, 3, 4]);
    // What is damaged is no number.
    let absurd = PaperNumber { number: u64::MAX, ..lead.paper(&papers[0]).number.unwrap() };
    let work = |writer: &Writer<'_>| {
        let write = vec![DossierWrite::NumberPaper(absurd)];
        writer.edit_dossier::<StoreError>(sites[0], &author, |_| Ok(write))
    };
    office.app.store().write(work).unwrap();
    let next: OnePaper = lead.call("papers.record", notice(sites[1]));
    assert_eq!(lead.paper(&next).number.unwrap().number, 5);
}

#[test]
fn an_office_that_was_restored_from_a_backup_leaves_no_number_double() {
    let (office, clock) = office("2026-03-01T02:00:00Z");
    let lead = office.desk("陈主任", Role::Lead, WHOLE);
    let site = lead.register(DONGHUI, "东辉一厂");
    let kept: OnePaper = lead.call("papers.record", notice(site));
    let people = ["阿华", "小林"];
    let devices = people.map(|_| Replica::device(&clock));
    let desks = [0, 1].map(|n| devices[n].desk(people[n], Role::Inspector, &[DONGHUI]));
    let sync = |office: &Replica, n: usize| devices[n].sync(office, people[n], Role::Inspector, &[DONGHUI]);
    sync(&office, 0);
    sync(&office, 1);
    let backup = office.backup();
    clock.forward(TimeDelta::hours(1));
    let second: OnePaper = desks[0].call("papers.record", notice(site));
    sync(&office, 0);
    assert_eq!(desks[0].paper(&second).number.unwrap().number, 2);

    drop(lead);
    let office = office.restored(backup);
    clock.forward(TimeDelta::hours(1));
    let other: OnePaper = desks[1].call("papers.record", notice(site));
    sync(&office, 1);
    assert_eq!(desks[1].paper(&other).number.unwrap().number, 2, "the office knows of no other");

    // What the office had written comes back by a device that has no right to it: a lead lets it in.
    clock.forward(TimeDelta::hours(1));
    sync(&office, 0);
    let lead = office.desk("陈主任", Role::Lead, WHOLE);
    for work in lead.call::<Vec<HeldWork>>("held.list", ListHeld { waiting: true }) {
        let request = JudgeHeld { id: work.id, accept: true, comment: String::new() };
        assert_eq!(lead.call::<HeldWork>("held.judge", request).state, HeldState::Accepted);
    }
    [0, 1, 0].into_iter().for_each(|n| sync(&office, n));
    for desk in [&lead, &desks[0], &desks[1]] {
        assert_eq!(desk.paper(&kept).number.unwrap().number, 1);
        assert_eq!(desk.paper(&second), lead.paper(&second));
        assert_eq!(desk.paper(&other), lead.paper(&other));
        let mut texts: Vec<String> =
            desk.papers(None, None, None).into_iter().map(|line| line.number_text).collect();
        texts.sort();
        assert_eq!(texts, ["灌口镇整改〔2026〕1号", "灌口镇整改〔2026〕2号", "灌口镇整改〔2026〕3号"]);
    }
}

/// People of two towns write papers apart, over two years, and sync whenever they like, some answers being lost.
fn season(seed: u64) {
    let mut dice = StdRng::seed_from_u64(seed);
    let (office, clock) = office("2026-12-20T02:00:00Z");
    let lead = office.desk("陈主任", Role::Lead, WHOLE);
    let houxi = houxi_village();
    let villages = [DONGHUI, KENGNEI, houxi.as_str()];
    let sites: Vec<SiteId> = (0..6).map(|n| lead.register(villages[n % 3], &format!("{n}号厂"))).collect();
    let people = ["阿华", "小林", "美玲"];
    let devices = people.map(|_| Replica::device(&clock));
    let sync = |person: usize| devices[person].sync(&office, people[person], Role::Inspector, WHOLE);
    (0..3).for_each(sync);

    let mut seen: BTreeMap<PaperId, String> = BTreeMap::new();
    let mut written = Vec::new();
    for _ in 0..40 {
        clock.forward(TimeDelta::hours(dice.random_range(1..20)));
        let person = dice.random_range(0..3_usize);
        let at = &devices[person];
        match dice.random_range(0..10) {
            0..5 => {
                let site = sites[dice.random_range(0..sites.len())];
                let mut request =
                    if dice.random_bool(0.6) { notice(site) } else { cutting_off(site, at.app.now()) };
                request.reason = "夜间偷排".to_owned();
                let desk = at.desk(people[person], Role::Inspector, WHOLE);
                written.push(desk.call::<OnePaper>("papers.record", request));
            }
            5 => {
                let site = sites[dice.random_range(0..sites.len())];
                written.push(lead.call::<OnePaper>("papers.record", notice(site)));
            }
            6 => {
                let papers = lead.papers(None, None, None);
                if let Some(line) = papers.get(dice.random_range(0..written.len().max(1))) {
                    let paper = OnePaper { site: line.site, paper: line.paper };
                    lead.call::<OnePaper>("papers.void", void(&paper));
                }
            }
            7 => at.sync_in_vain(&office, people[person], Role::Inspector, WHOLE),
            _ => sync(person),
        }
        for line in lead.papers(None, None, None) {
            assert!(line.numbered, "the office numbers at once");
            let before = seen.insert(line.paper, line.number_text.clone());
            assert!(before.is_none_or(|before| before == line.number_text), "a number stays");
        }
    }
    for person in [0, 1, 2, 0, 1, 2] {
        sync(person);
    }

    let mut series: BTreeMap<(String, i32, EnforcementStep), Vec<u64>> = BTreeMap::new();
    for paper in &written {
        let there = lead.paper(paper);
        let number = there.number.clone().expect("all are numbered");
        for (device, person) in devices.iter().zip(people) {
            let here = device.desk(person, Role::Inspector, WHOLE).paper(paper);
            assert_eq!(here, there, "{person} sees what the office sees");
        }
        let town = lead.dossier(paper.site).fields.grid.at(GridLevel::Town).unwrap();
        assert_eq!(number.town, town);
        let of = (town.to_string(), number.year, there.paper.content.step());
        series.entry(of).or_default().push(number.number);
    }
    for (of, mut numbers) in series {
        numbers.sort_unstable();
        assert_eq!(numbers, (1..=numbers.len() as u64).collect::<Vec<_>>(), "{of:?}");
    }
}

#[test]
fn whatever_arrives_when_the_numbers_have_neither_gaps_nor_doubles() {
    let seeds = match std::env::var("VILLAGE_LEDGER_SEED") {
        Ok(seed) => vec![seed.parse().unwrap()],
        Err(_) => (0..8).collect(),
    };
    for seed in seeds {
        println!("VILLAGE_LEDGER_SEED={seed}");
        season(seed);
    }
}
