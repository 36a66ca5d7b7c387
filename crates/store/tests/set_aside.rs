//! Whatever a lead refuses: no honest fact is lost with it, nothing refused stays, and the device goes on.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

use std::collections::BTreeSet;

use chrono::{DateTime, TimeZone, Utc};
use domain::{Role, *};
use proptest::prelude::*;
use store::*;

const NAME: &str = "阿华";

fn at(n: usize) -> DateTime<Utc> {
    Utc.timestamp_opt(1_770_000_000 + n as i64 * 60, 0).unwrap()
}

/// One change of a device: what it says is its author's right, or not.
#[derive(Debug, Clone, Copy)]
enum Step {
    Visit,
    Operator(u8),
    Verdict(Verdict, bool),
    Complete,
    Stage(Stage),
    Progress(u8),
    Foreign,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let verdict = prop_oneof![Just(Verdict::Clean), Just(Verdict::Upgrade), Just(Verdict::ShutDown)];
    let stage = prop_oneof![
        Just(Stage::Confirmed),
        Just(Stage::Rectifying),
        Just(Stage::Registered),
        Just(Stage::SentBack)
    ];
    let step = prop_oneof![
        2 => Just(Step::Visit),
        2 => any::<u8>().prop_map(Step::Operator),
        2 => (verdict, any::<bool>()).prop_map(|(verdict, visit)| Step::Verdict(verdict, visit)),
        1 => Just(Step::Complete),
        3 => stage.prop_map(Step::Stage),
        1 => (0..=100_u8).prop_map(Step::Progress),
        1 => Just(Step::Foreign),
    ];
    prop::collection::vec(step, 1..12)
}

/// What a step writes, and whether an inspector may.
fn writes(step: Step, n: usize, dossier: &Dossier) -> (Vec<DossierWrite>, bool) {
    let (at, by) = (at(n), NAME.to_owned());
    let visit = Inspection::new(InspectionId::new(), InspectionSource::DailyPatrol, at, by.clone());
    match step {
        Step::Visit => (vec![DossierWrite::AddInspection(visit)], true),
        Step::Foreign => {
            (vec![DossierWrite::AddInspection(Inspection { by: "别人".into(), ..visit })], false)
        }
        Step::Operator(who) => {
            (vec![DossierWrite::SetField(SiteField::Operator, format!("老板{who}"))], true)
        }
        Step::Progress(percent) => {
            let note = PlanProgress { id: PlanProgressId::new(), percent, comment: String::new(), at, by };
            (vec![DossierWrite::AddPlanProgress(note)], true)
        }
        Step::Verdict(verdict, on_visit) => {
            let inspection = on_visit.then_some(visit.id);
            let decision = Decision {
                id: DecisionId::new(),
                verdict,
                measures: String::new(),
                deadline: None,
                responsible_unit: String::new(),
                responsible_person: String::new(),
                inspection,
                after: Some(dossier.decision_after(Role::Inspector)),
                at,
                by,
            };
            (vec![DossierWrite::AddInspection(visit), DossierWrite::AddDecision(decision)], on_visit)
        }
        Step::Complete => {
            let completion = Completion {
                of: None,
                id: CompletionId::new(),
                done: true,
                done_on: None,
                comment: String::new(),
                at,
                by,
            };
            (vec![DossierWrite::AddCompletion(completion)], false)
        }
        Step::Stage(stage) => {
            let change = StageChange {
                id: StageChangeId::new(),
                problem: dossier.problems[0].id,
                stage,
                after: Some(dossier.step_after(&dossier.problems[0], Role::Lead)),
                comment: "说明".into(),
                deadline: day_of(at),
                position: None,
                at,
                by,
            };
            (vec![DossierWrite::AddStageChange(change)], stage == Stage::Rectifying)
        }
    }
}

fn day_of(at: DateTime<Utc>) -> Option<chrono::NaiveDate> {
    Some(problem::day_in_china(at))
}

/// Ids of all facts but stage changes without their place in the story: what must survive.
fn ids(dossier: &Dossier) -> BTreeSet<uuid::Uuid> {
    let mut ids = BTreeSet::new();
    ids.extend(dossier.inspections.iter().map(|fact| fact.id.0));
    ids.extend(dossier.decisions.iter().map(|fact| fact.id.0));
    ids.extend(dossier.completions.iter().map(|fact| fact.id.0));
    ids.extend(dossier.problems.iter().map(|fact| fact.id.0));
    ids.extend(dossier.stage_changes.iter().map(|fact| fact.id.0));
    ids.extend(dossier.plan_progress.iter().map(|fact| fact.id.0));
    ids
}

fn id_of(write: &DossierWrite) -> Option<uuid::Uuid> {
    Some(match write {
        DossierWrite::AddInspection(fact) => fact.id.0,
        DossierWrite::AddDecision(fact) => fact.id.0,
        DossierWrite::AddCompletion(fact) => fact.id.0,
        DossierWrite::AddStageChange(fact) => fact.id.0,
        DossierWrite::AddPlanProgress(fact) => fact.id.0,
        _ => return None,
    })
}

fn judged_by_an_inspector(fact: &Fact, before: &Dossier, after: &Dossier, rights: &Rights<'_>) -> bool {
    judge(fact, Some(before), Some(after), rights).is_none()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn no_honest_fact_is_lost_with_what_a_lead_refused(steps in steps()) {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path(), store::Role::Device).unwrap();
        let site = SiteId::new();
        let grid: GridCode = "350211102207".parse().unwrap();
        let scope = Scope::new(vec![grid.clone()]);
        let names = [NAME.to_owned()];
        let rights = Rights { role: Role::Inspector, scope: &scope, names: &names };
        let author = |n| Author { person: NAME.into(), command: "test", at: at(n) };
        let edit = |n: usize, writes: Vec<DossierWrite>| {
            store
                .write(|writer| writer.edit_dossier::<StoreError>(site, &author(n), |_| Ok(writes)))
                .unwrap();
        };
        let read = || store.read::<_, StoreError>(|reader| reader.dossier(site)).unwrap().unwrap();
        let problem = Problem {
            id: ProblemId::new(),
            inspection: Some(InspectionId::new()),
            description: "无证照".into(),
            severity: Severity::Ordinary,
            deadline: day_of(at(0)),
            at: at(0),
            by: NAME.into(),
        };
        edit(0, vec![
            DossierWrite::Register { grid, at: at(0), by: NAME.into() },
            DossierWrite::SetField(SiteField::Name, "曾美服装厂".into()),
            DossierWrite::AddProblem(problem),
        ]);
        let sent: Vec<i64> = unsent(&store).into_iter().map(|(n, _)| n).collect();
        store.write::<_, StoreError>(|writer| sent.iter().try_for_each(|n| writer.mark_sent(*n).map(drop))).unwrap();
        let mut honest = ids(&read());
        let mut dishonest = BTreeSet::new();
        let mut operator = String::new();
        let mut first_bad = None;
        for (n, step) in (1..).zip(&steps) {
            let before = read();
            let (writes, _) = writes(*step, n, &before);
            edit(n, writes.clone());
            let after = read();
            for fact in new_facts(Some(&before), &after) {
                let may = judged_by_an_inspector(&fact, &before, &after, &rights);
                let Fact::Dossier(write) = &fact else { panic!("{fact:?}") };
                if let Some(id) = id_of(write) {
                    if may { honest.insert(id) } else { dishonest.insert(id) };
                }
                if !may {
                    first_bad.get_or_insert(n);
                }
                if let DossierWrite::SetField(SiteField::Operator, value) = &**write {
                    operator.clone_from(value);
                }
            }
        }
        let Some(first_bad) = first_bad else { return Ok(()) };
        // The office held the first bad change and all that builds on it; a lead refused it.
        let held: Vec<Vec<u8>> = unsent(&store).into_iter().skip(first_bad - 1).map(|(_, hash)| hash).collect();
        let refused: Vec<(&[u8], &str)> = held.iter().take(1).map(|hash| (hash.as_slice(), "不行")).collect();
        store.write::<_, StoreError>(|writer| writer.set_refused_aside(&refused, &rights, &author(90))).unwrap();
        let left = read();
        prop_assert_eq!(ids(&left), honest);
        prop_assert!(ids(&left).is_disjoint(&dishonest));
        prop_assert_eq!(&left.fields.operator, &operator);
        let rows = store.read::<_, StoreError>(|reader| reader.set_aside()).unwrap();
        prop_assert_eq!(rows.len(), 1);
        prop_assert_eq!(rows[0].comment.as_str(), "不行");
        // All that is left loads again, and another replica that never saw what was refused takes it.
        edit(91, vec![DossierWrite::SetField(SiteField::Telephone, "13599270016".into())]);
        store.rebuild_views(|_, _| {}).unwrap();
        let other_folder = tempfile::tempdir().unwrap();
        let office = Store::open(other_folder.path(), store::Role::Office).unwrap();
        let news = all_changes(&store, site);
        let answers = office
            .write::<_, StoreError>(|writer| {
                let sender = Sender {
                    install: uuid::Uuid::nil(),
                    rights,
                    person: NAME,
                    device: "手机",
                    at: at(92),
                };
                writer.ingest_judged(&"350211102207".parse().unwrap(), &news, &sender)
            })
            .unwrap();
        prop_assert!(answers.iter().all(Result::is_ok), "{:?}", answers);
        let there = office.read::<_, StoreError>(|reader| reader.dossier(site)).unwrap().unwrap();
        prop_assert_eq!(there, read());
    }
}

fn unsent(store: &Store) -> Vec<(i64, Vec<u8>)> {
    let unsent = store.read::<_, StoreError>(|reader| reader.unsent_after(0, usize::MAX)).unwrap();
    let hash = |bytes: &[u8]| document::read_change(bytes).unwrap().hash().0.to_vec();
    unsent.into_iter().map(|change| (change.n, hash(&change.entry.bytes))).collect()
}

fn all_changes(store: &Store, site: SiteId) -> wire::sync::DocumentChanges {
    let scope = ["350211102207".parse().unwrap()];
    store.write::<_, StoreError>(|writer| writer.forget_server(&scope)).unwrap();
    let unsent = store.read::<_, StoreError>(|reader| reader.unsent_after(0, usize::MAX)).unwrap();
    wire::sync::DocumentChanges {
        document: site.0,
        kind: wire::sync::DocumentKind::Dossier,
        changes: unsent.into_iter().map(|change| change.entry.bytes.into()).collect(),
    }
}
