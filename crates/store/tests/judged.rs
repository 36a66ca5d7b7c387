//! What a device pushes is judged change by change, in whatever order it comes.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

use automerge::transaction::Transactable as _;
use automerge::{AutoCommit, ReadDoc as _};
use chrono::{DateTime, TimeZone, Utc};
use domain::{Role, *};
use store::*;
use uuid::Uuid;
use wire::sync::{DocumentChanges, DocumentKind};

const NAME: &str = "阿华";
const VILLAGE: &str = "350211102207";

fn at(minute: i64) -> DateTime<Utc> {
    Utc.timestamp_opt(1_770_000_000 + minute * 60, 0).unwrap()
}

fn author(minute: i64) -> Author {
    Author { person: NAME.into(), command: "test", at: at(minute) }
}

fn grid(code: &str) -> GridCode {
    code.parse().unwrap()
}

/// A device that has a site with a problem, and an office that has the same.
struct Both {
    device: Store,
    office: Store,
    site: SiteId,
    problem: ProblemId,
    _folders: [tempfile::TempDir; 2],
}

impl Both {
    fn new() -> Self {
        let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
        let device = Store::open(folders[0].path(), store::Role::Device).unwrap();
        let office = Store::open(folders[1].path(), store::Role::Office).unwrap();
        let (site, problem) = (SiteId::new(), ProblemId::new());
        let both = Self { device, office, site, problem, _folders: folders };
        let visit = Inspection::new(InspectionId::new(), InspectionSource::Survey, at(0), NAME.into());
        both.edit(0, |_| {
            vec![
                DossierWrite::Register { grid: grid(VILLAGE), at: at(0), by: NAME.into() },
                DossierWrite::AddProblem(Problem {
                    id: problem,
                    inspection: Some(visit.id),
                    description: "无证照".into(),
                    severity: Severity::Ordinary,
                    deadline: Some(problem::day_in_china(at(0))),
                    at: at(0),
                    by: NAME.into(),
                }),
                DossierWrite::AddInspection(visit.clone()),
            ]
        });
        both
    }

    fn edit(
        &self,
        minute: i64,
        writes: impl FnOnce(&dyn Fn(Stage, Vec<StageChangeId>) -> StageChange) -> Vec<DossierWrite>,
    ) {
        let step = |stage, after| StageChange {
            id: StageChangeId::new(),
            problem: self.problem,
            stage,
            after: Some(after),
            comment: "说明".into(),
            deadline: Some(problem::day_in_china(at(0))),
            position: None,
            at: at(minute),
            by: NAME.into(),
        };
        let writes = writes(&step);
        self.device
            .write(|writer| writer.edit_dossier::<StoreError>(self.site, &author(minute), |_| Ok(writes)))
            .unwrap();
    }

    fn changes(&self) -> Vec<Vec<u8>> {
        let unsent = self.device.read::<_, StoreError>(|reader| reader.unsent_after(0, usize::MAX)).unwrap();
        unsent.into_iter().map(|unsent| unsent.entry.bytes).collect()
    }

    fn push(&self, role: Role, scope: &str, changes: Vec<Vec<u8>>) -> Vec<Result<(), Refusal>> {
        let (scope, names) = (Scope::new(vec![grid(scope)]), [NAME.to_owned()]);
        let rights = Rights { role, scope: &scope, names: &names };
        let sender = Sender { install: Uuid::nil(), rights, person: NAME, device: "手机", at: at(90) };
        let changes = changes.into_iter().map(Into::into).collect();
        let news = DocumentChanges { document: self.site.0, kind: DocumentKind::Dossier, changes };
        self.office
            .write::<_, StoreError>(|writer| writer.ingest_judged(&grid(VILLAGE), &news, &sender))
            .unwrap()
    }

    /// A program that writes whatever it likes on top of these changes.
    fn crafted(&self, changes: &[Vec<u8>]) -> AutoCommit {
        let mut doc = document::genesis(DocumentKind::Dossier).clone();
        let read = |bytes: &Vec<u8>| document::read_change(bytes).unwrap();
        doc.apply_changes(changes.iter().map(read)).unwrap();
        doc
    }

    fn there(&self) -> Option<Dossier> {
        self.office.read::<_, StoreError>(|reader| reader.dossier(self.site)).unwrap()
    }
}

const HELD: Result<(), Refusal> = Err(Refusal::Held(Reason::Role));

#[test]
fn the_order_in_which_changes_come_lets_nothing_through() {
    let both = Both::new();
    both.edit(1, |step| vec![DossierWrite::AddStageChange(step(Stage::Confirmed, vec![]))]);
    both.edit(2, |step| vec![DossierWrite::AddStageChange(step(Stage::Registered, vec![]))]);
    let mut changes = both.changes();
    changes.reverse();
    assert_eq!(both.push(Role::Inspector, VILLAGE, changes), [HELD, HELD, Ok(())]);
    assert_eq!(both.there().unwrap().stage_changes, []);
    // Those that build on nothing that is known are not taken in either.
    let other = Both::new();
    other.edit(1, |step| vec![DossierWrite::AddStageChange(step(Stage::Confirmed, vec![]))]);
    let child = other.changes().split_off(1);
    assert_eq!(other.push(Role::Inspector, VILLAGE, child), [Err(Refusal::MissingDependencies)]);
    assert_eq!(other.there(), None);
}

#[test]
fn what_cannot_be_read_is_refused_and_not_held_whoever_sends_it() {
    for scope in [VILLAGE, "350211103"] {
        let both = Both::new();
        let mut changes = both.changes();
        let mut doc = both.crafted(&changes);
        let (_, site) = doc.get(automerge::ROOT, "site").unwrap().unwrap();
        let keys: Vec<String> = doc.keys(&site).collect();
        doc.delete(automerge::ROOT, "site").unwrap();
        doc.commit();
        changes.push(doc.get_last_local_change().unwrap().raw_bytes().to_vec());
        let mended = doc.put_object(automerge::ROOT, "site", automerge::ObjType::Map).unwrap();
        for key in keys {
            doc.put(&mended, key, VILLAGE).unwrap();
        }
        doc.commit();
        changes.push(doc.get_last_local_change().unwrap().raw_bytes().to_vec());
        let first = if scope == VILLAGE { Ok(()) } else { Err(Refusal::Held(Reason::Scope)) };
        let expected = [first, Err(Refusal::Damaged), Err(Refusal::MissingDependencies)];
        assert_eq!(both.push(Role::Inspector, scope, changes.clone()), expected);
        // The device goes on: nothing of it fails the next exchange.
        both.edit(5, |_| vec![DossierWrite::SetField(SiteField::Operator, "苏老板".into())]);
        assert_eq!(both.push(Role::Inspector, scope, both.changes()), [first, first]);
        assert_eq!(both.push(Role::Inspector, VILLAGE, both.changes()), [Ok(()), Ok(())]);
        assert_eq!(both.there().unwrap().fields.operator, "苏老板");
    }
}

#[test]
fn a_fact_that_is_held_is_not_let_in_by_another_change_that_says_the_same() {
    let both = Both::new();
    let begun = both.changes();
    assert_eq!(both.push(Role::Inspector, VILLAGE, begun.clone()), [Ok(())]);
    both.edit(1, |step| vec![DossierWrite::AddStageChange(step(Stage::Confirmed, vec![]))]);
    let held = both.changes().split_off(1);
    assert_eq!(both.push(Role::Inspector, VILLAGE, held.clone()), [HELD]);
    // The same entry under the same key, not built on the one that is held.
    let source = both.crafted(&both.changes());
    let (_, steps) = source.get(automerge::ROOT, "stage_changes").unwrap().unwrap();
    let key = source.keys(&steps).next().unwrap();
    let (_, entry) = source.get(&steps, key.as_str()).unwrap().unwrap();
    let mut doc = both.crafted(&begun);
    let again = doc.put_object(&steps, key.as_str(), automerge::ObjType::Map).unwrap();
    for field in source.keys(&entry).collect::<Vec<_>>() {
        let (value, id) = source.get(&entry, field.as_str()).unwrap().unwrap();
        match value {
            automerge::Value::Scalar(scalar) => {
                doc.put(&again, field.as_str(), scalar.into_owned()).unwrap();
            }
            automerge::Value::Object(kind) => {
                assert_eq!(source.length(&id), 0);
                doc.put_object(&again, field.as_str(), kind).unwrap();
            }
        }
    }
    doc.commit();
    let twin = doc.get_last_local_change().unwrap().raw_bytes().to_vec();
    assert_eq!(both.push(Role::Inspector, VILLAGE, vec![twin]), [HELD]);
    assert_eq!(both.there().unwrap().stage_changes, []);
}

#[test]
fn a_mark_is_not_settled_by_saying_nothing_or_within_one_push() {
    let decision = |after, minute, verdict| Decision {
        id: DecisionId::new(),
        verdict,
        measures: String::new(),
        deadline: None,
        responsible_unit: String::new(),
        responsible_person: String::new(),
        inspection: Some(InspectionId::new()),
        after,
        at: at(minute),
        by: NAME.into(),
    };
    let one = decision(Some(vec![]), 2, Verdict::Upgrade);
    let other = decision(Some(vec![]), 3, Verdict::ShutDown);
    let both_named = decision(Some(vec![one.id, other.id]), 4, Verdict::Clean);
    let silent = decision(None, 5, Verdict::Clean);
    for settling in [both_named, silent] {
        let apart = Both::new();
        for (minute, decision) in (2..).zip([&one, &other, &settling]) {
            apart.edit(minute, |_| vec![DossierWrite::AddDecision(decision.clone())]);
        }
        assert_eq!(apart.push(Role::Inspector, VILLAGE, apart.changes()), [Ok(()), Ok(()), Ok(()), HELD]);
        let at_once = Both::new();
        at_once.edit(2, |_| {
            [&one, &other, &settling].map(|fact| DossierWrite::AddDecision(fact.clone())).to_vec()
        });
        assert_eq!(at_once.push(Role::Inspector, VILLAGE, at_once.changes()), [Ok(()), HELD]);
        let lead = Both::new();
        lead.edit(2, |_| {
            [&one, &other, &settling].map(|fact| DossierWrite::AddDecision(fact.clone())).to_vec()
        });
        assert_eq!(lead.push(Role::Lead, VILLAGE, lead.changes()), [Ok(()), Ok(())]);
    }
}

#[test]
fn a_town_that_differs_forgets_its_tasks_and_not_its_county() {
    let folder = tempfile::tempdir().unwrap();
    let device = Store::open(folder.path(), store::Role::Device).unwrap();
    let (county, town) = (grid("350211"), grid("350211102"));
    let hand_out = |town: &GridCode| {
        let task = Task {
            id: TaskId::new(),
            kind: TaskKind::ALL[0],
            grid: town.clone(),
            list: String::new(),
            number: String::new(),
            title: "专项行动".into(),
            content: String::new(),
            petitioner: String::new(),
            from: problem::day_in_china(at(0)),
            deadline: None,
            sites: vec![SiteId::new()],
            checklist: Vec::new(),
            at: at(0),
            by: NAME.into(),
            replies: Vec::new(),
        };
        let id = task.id;
        device
            .write(|writer| {
                writer.edit_task::<StoreError>(id, &author(0), |_| Ok(vec![TaskWrite::HandOut(task)]))
            })
            .unwrap();
        id
    };
    let unit = GridUnit { code: county.clone(), name: "集美区".into() };
    device
        .write::<_, StoreError>(|writer| {
            writer.edit_county(&county, &author(0), &[CountyWrite::SetUnit(unit)])
        })
        .unwrap();
    let ghost = hand_out(&town);
    let sent = device.read::<_, StoreError>(|reader| reader.unsent_after(0, usize::MAX)).unwrap();
    device
        .write::<_, StoreError>(|writer| {
            sent.iter().try_for_each(|change| writer.mark_sent(change.n).map(drop))
        })
        .unwrap();
    let own = hand_out(&town);
    device
        .write::<_, StoreError>(|writer| {
            assert!(writer.forget_shared_document(ghost.0)?);
            assert!(!writer.forget_shared_document(own.0)?, "something of it is unsent");
            Ok(())
        })
        .unwrap();
    let read = |task| device.read::<_, StoreError>(|reader| reader.task(task)).unwrap();
    assert_eq!(read(ghost), None);
    assert!(read(own).is_some(), "what was not sent stays");
    let units = || device.read::<_, StoreError>(|reader| reader.units()).unwrap().len();
    assert_eq!(units(), 1);
    // An emptied office, of which somebody reads nothing.
    device.write::<_, StoreError>(|writer| writer.forget_server(&[])).unwrap();
    assert_eq!(units(), 1);
    device.write::<_, StoreError>(|writer| writer.forget_server(&[grid(VILLAGE)])).unwrap();
    assert_eq!(units(), 0);
}

#[test]
fn what_is_set_aside_leaves_the_visit_of_a_problem_named_and_no_rules() {
    let both = Both::new();
    let begun = both.device.read::<_, StoreError>(|reader| reader.unsent_after(0, usize::MAX)).unwrap();
    both.device.write::<_, StoreError>(|writer| writer.mark_sent(begun[0].n)).unwrap();
    let visit = Inspection::new(InspectionId::new(), InspectionSource::Survey, at(1), "别人".into());
    let problem = Problem {
        id: ProblemId::new(),
        inspection: Some(visit.id),
        description: "烟尘".into(),
        severity: Severity::Ordinary,
        deadline: None,
        at: at(1),
        by: NAME.into(),
    };
    both.edit(1, |_| {
        vec![DossierWrite::AddInspection(visit.clone()), DossierWrite::AddProblem(problem.clone())]
    });
    let county = grid("350211");
    let rules = || both.device.read::<_, StoreError>(|reader| reader.recheck_days(&county)).unwrap();
    let days = RecheckDays::try_from(vec![7]).unwrap();
    both.device
        .write::<_, StoreError>(|writer| {
            writer.edit_county(&county, &author(2), &[CountyWrite::SetRecheckDays(days.clone())])
        })
        .unwrap();
    assert_eq!(rules(), days);
    let hash = |bytes: &Vec<u8>| document::read_change(bytes).unwrap().hash().0;
    let hashes: Vec<[u8; 32]> = both.changes().iter().map(hash).collect();
    let refused: Vec<(&[u8], &str)> = hashes.iter().map(|hash| (hash.as_slice(), "不行")).collect();
    let (scope, names) = (Scope::new(vec![county.clone()]), [NAME.to_owned()]);
    let rights = Rights { role: Role::Inspector, scope: &scope, names: &names };
    both.device
        .write::<_, StoreError>(|writer| writer.set_refused_aside(&refused, &rights, &author(3)))
        .unwrap();
    assert_eq!(rules(), RecheckDays::default());
    let dossier = both.device.read::<_, StoreError>(|reader| reader.dossier(both.site)).unwrap().unwrap();
    assert_eq!((dossier.inspections.len(), dossier.problems.len()), (1, 2));
    assert_eq!(dossier.problems[1].inspection, Some(visit.id));
}
