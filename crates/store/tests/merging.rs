//! Merging: whoever writes what, and in whatever order changes arrive, all replicas end alike and no fact is gone.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use chrono::{DateTime, Utc};
use domain::{
    Decision, DecisionId, Dossier, GridCode, Inspection, InspectionId, InspectionSource, Problem, ProblemId,
    Severity, SiteField, SiteId, Stage, StageChange, StageChangeId, Verdict,
};
use proptest::prelude::*;
use proptest::sample::Index;
use store::{Author, DossierWrite, Role, Store, StoreError};
use tempfile::TempDir;
use wire::sync::DocumentChanges;

#[derive(Debug, Clone)]
enum Act {
    Edit(SiteField, String),
    Inspect,
    Decide(domain::Role, Verdict),
    /// One of the steps that are offered for the problem.
    Step(domain::Role, Index),
    /// Takes what another replica has sent so far.
    Pull {
        from: usize,
    },
}

fn act() -> impl Strategy<Value = Act> {
    let field = prop::sample::select(vec![SiteField::Name, SiteField::Telephone, SiteField::Operator]);
    prop_oneof![
        1 => (field, "[一二三]{1,2}").prop_map(|(field, value)| Act::Edit(field, value)),
        1 => Just(Act::Inspect),
        1 => (role(), prop::sample::select(Verdict::ALL.to_vec())).prop_map(|(role, to)| Act::Decide(role, to)),
        3 => (role(), any::<Index>()).prop_map(|(role, choice)| Act::Step(role, choice)),
        2 => (0..3_usize).prop_map(|from| Act::Pull { from }),
    ]
}

fn role() -> impl Strategy<Value = domain::Role> {
    prop::sample::select(vec![domain::Role::Inspector, domain::Role::Lead])
}

struct Replica {
    store: Store,
    _folder: TempDir,
}

fn replica() -> Replica {
    let folder = tempfile::tempdir().unwrap();
    Replica { store: Store::open(folder.path(), Role::Device).unwrap(), _folder: folder }
}

impl Replica {
    fn write(&self, site: SiteId, author: &Author, writes: Vec<DossierWrite>) {
        self.store.write(|writer| writer.edit_dossier::<StoreError>(site, author, |_| Ok(writes))).unwrap();
    }

    /// Takes in all changes that were made on another replica, backwards if so told.
    fn pull(&self, other: &Self, backwards: bool) {
        let mut made =
            other.store.read::<_, StoreError>(|reader| reader.unsent_after(0, usize::MAX)).unwrap();
        if backwards {
            made.reverse();
        }
        let Some(first) = made.first() else { return };
        let news = DocumentChanges {
            document: first.entry.document,
            kind: first.entry.kind,
            changes: made.iter().map(|change| change.entry.bytes.clone().into()).collect(),
        };
        let grid = first.grid.clone();
        let answers = self.store.write(|writer| writer.ingest(&grid, &news, None)).unwrap();
        // A change may build on one that only a third replica has made; it comes with that one.
        assert!(
            answers
                .iter()
                .all(|answer| answer.is_ok() || *answer == Err(store::Refusal::MissingDependencies))
        );
    }

    fn dossier(&self, site: SiteId) -> Dossier {
        self.store.read::<_, StoreError>(|reader| reader.dossier(site)).unwrap().unwrap()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn replicas_that_have_seen_the_same_are_the_same(acts in prop::collection::vec((0..3_usize, act()), 1..24)) {
        let replicas = [replica(), replica(), replica()];
        let site = SiteId::new();
        let grid: GridCode = "350211102207".parse().unwrap();
        let author = |n: usize, second: i64| Author {
            person: format!("网格员{n}"),
            command: "test",
            at: DateTime::<Utc>::from_timestamp(1_700_000_000 + second, 0).unwrap(),
        };
        let first = author(0, 0);
        let by = first.person.clone();
        let problem = Problem {
            id: ProblemId::new(),
            inspection: Some(InspectionId::new()),
            description: "废气直排".into(),
            severity: Severity::Ordinary,
            deadline: Severity::Ordinary.deadline(first.at),
            at: first.at,
            by: by.clone(),
        };
        let begin = vec![
            DossierWrite::Register { grid, at: first.at, by },
            DossierWrite::AddProblem(problem.clone()),
        ];
        replicas[0].write(site, &first, begin);
        replicas[1].pull(&replicas[0], false);
        replicas[2].pull(&replicas[0], false);
        let (mut inspections, mut decisions, mut steps) = (0, 0, 0);
        for (step, (who, act)) in acts.into_iter().enumerate() {
            // Clocks disagree: the second replica's runs backwards.
            let author = author(who, if who == 1 { -(step as i64) } else { step as i64 });
            let (at, by) = (author.at, author.person.clone());
            match act {
                Act::Edit(field, value) => replicas[who].write(site, &author, vec![DossierWrite::SetField(field, value)]),
                Act::Inspect => {
                    let inspection =
                        Inspection::new(InspectionId::new(), InspectionSource::DailyPatrol, at, by);
                    replicas[who].write(site, &author, vec![DossierWrite::AddInspection(inspection)]);
                    inspections += 1;
                }
                Act::Step(role, choice) => {
                    let dossier = replicas[who].dossier(site);
                    let offered = dossier.next_steps(&problem, role);
                    if offered.is_empty() {
                        continue;
                    }
                    let change = StageChange {
                        id: StageChangeId::new(),
                        problem: problem.id,
                        stage: choice.get(&offered).stage,
                        after: Some(dossier.step_after(&problem, role)),
                        comment: String::new(),
                        deadline: None,
                        position: None,
                        at,
                        by,
                    };
                    replicas[who].write(site, &author, vec![DossierWrite::AddStageChange(change)]);
                    steps += 1;
                }
                Act::Decide(role, verdict) => {
                    let decision = Decision {
                        id: DecisionId::new(),
                        verdict,
                        measures: String::new(),
                        deadline: None,
                        responsible_unit: String::new(),
                        responsible_person: String::new(),
                        inspection: None,
                        after: Some(replicas[who].dossier(site).decision_after(role)),
                        at,
                        by,
                    };
                    replicas[who].write(site, &author, vec![DossierWrite::AddDecision(decision)]);
                    decisions += 1;
                }
                Act::Pull { from } => replicas[who].pull(&replicas[from], step % 2 == 0),
            }
        }
        let digest = |replica: &Replica| replica.store.read::<_, StoreError>(|reader| reader.digests(|_| true)).unwrap();
        // Everybody hears everybody until nobody hears anything new: what builds on what a third replica made is taken
        // in a round later.
        let mut before = Vec::new();
        loop {
            for backwards in [true, false] {
                for to in &replicas {
                    for from in &replicas {
                        to.pull(from, backwards);
                    }
                }
            }
            let after: Vec<_> = replicas.iter().map(digest).collect();
            if after == before {
                break;
            }
            before = after;
        }
        let dossier = replicas[0].dossier(site);
        prop_assert_eq!(dossier.inspections.len(), inspections);
        prop_assert_eq!(dossier.decisions.len(), decisions);
        prop_assert_eq!(dossier.stage_changes.len(), steps);
        let state = dossier.state(&problem);
        prop_assert_eq!(&state.void, &Vec::new(), "whatever was offered takes effect");
        let reached: Vec<Stage> = dossier.stage_changes.iter().map(|change| change.stage).collect();
        let ladder =
            [Stage::Confirmed, Stage::Registered, Stage::Rectifying, Stage::Supervised, Stage::ClosedOut];
        for stage in ladder.iter().take_while(|stage| state.stage != Stage::SentBack && **stage <= state.stage) {
            prop_assert!(reached.contains(stage), "{:?} without {stage:?}", state.stage);
        }
        for other in &replicas[1..] {
            prop_assert_eq!(&other.dossier(site), &dossier);
            prop_assert_eq!(other.dossier(site).standing(), dossier.standing());
            prop_assert_eq!(digest(other), digest(&replicas[0]));
        }
    }
}

/// A moment at the end of time can be written, but no sum with it can be made: it is left out, and nothing stops.
#[test]
fn a_moment_that_nobody_can_mean_is_left_out() {
    let replica = replica();
    let site = SiteId::new();
    let author = |at| Author { person: "网格员".to_owned(), command: "test", at };
    let now = DateTime::<Utc>::from_timestamp(1_700_000_000, 0).unwrap();
    let grid = "350211102207".parse().unwrap();
    replica.write(site, &author(now), vec![DossierWrite::Register { grid, at: now, by: String::new() }]);
    for at in [DateTime::<Utc>::MAX_UTC, DateTime::<Utc>::MIN_UTC] {
        let visit = Inspection::new(InspectionId::new(), InspectionSource::Survey, at, String::new());
        replica.write(site, &author(now), vec![DossierWrite::AddInspection(visit)]);
    }
    let dossier = replica.dossier(site);
    assert_eq!((dossier.inspections.len(), dossier.read_only), (0, true));
}
