//! Steps in order, and every pair of steps that two people may take apart.

use chrono::{Duration, TimeZone as _};
use proptest::prelude::*;
use proptest::sample::Index;

use super::*;
use crate::{InspectionId, PhotoId, PhotoReference, ProblemId, Severity, SiteFields, SiteId, StageChangeId};

const BY: &str = "林志燕";

fn start() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 3, 1, 0, 0, 0).unwrap()
}

fn found() -> Problem {
    Problem {
        id: ProblemId::new(),
        inspection: Some(InspectionId::new()),
        description: "喷漆废气未收集".into(),
        severity: Severity::Ordinary,
        deadline: Severity::Ordinary.deadline(start()),
        at: start(),
        by: BY.into(),
    }
}

fn workshop(problem: &Problem) -> Dossier {
    let fields = SiteFields::named("350211102207".parse().unwrap(), "喷漆作坊");
    let mut workshop = Dossier::new(SiteId::new(), fields, start(), BY.into());
    workshop.problems.push(problem.clone());
    workshop
}

/// The step that somebody takes who sees this dossier.
fn taken(dossier: &Dossier, problem: &Problem, role: Role, stage: Stage, minute: i64) -> StageChange {
    StageChange {
        id: StageChangeId::new(),
        problem: problem.id,
        stage,
        after: Some(dossier.step_after(problem, role)),
        comment: String::new(),
        deadline: None,
        position: None,
        at: start() + Duration::minutes(minute),
        by: BY.into(),
    }
}

fn walk(dossier: &mut Dossier, problem: &Problem, stages: &[Stage]) {
    for (minute, stage) in stages.iter().enumerate() {
        let change = taken(dossier, problem, Role::Lead, *stage, minute as i64 + 1);
        dossier.stage_changes.push(change);
    }
}

const LADDER: [Stage; 5] =
    [Stage::Confirmed, Stage::Registered, Stage::Rectifying, Stage::Supervised, Stage::ClosedOut];

#[test]
fn a_problem_goes_through_the_six_stages_in_order() {
    let problem = found();
    let mut workshop = workshop(&problem);
    for (place, stage) in LADDER.into_iter().enumerate() {
        for skipped in LADDER.iter().skip(place + 1) {
            let change = taken(&workshop, &problem, Role::Lead, *skipped, 1);
            let state = state_of(
                &problem,
                &[workshop.stage_changes.as_slice(), std::slice::from_ref(&change)].concat(),
            );
            if !may_follow(workshop.state(&problem).stage, None, *skipped) {
                assert_eq!((state.stage, state.void), (workshop.state(&problem).stage, vec![change.id]));
            }
        }
        walk(&mut workshop, &problem, &[stage]);
        assert_eq!(workshop.state(&problem).stage, stage);
    }
}

#[test]
fn the_obvious_step_comes_first_and_says_what_it_lacks() {
    let problem = found();
    let mut workshop = workshop(&problem);
    let first = |workshop: &Dossier, role| workshop.next_steps(&problem, role).first().map(|step| step.stage);
    assert_eq!(first(&workshop, Role::Inspector), None);
    assert_eq!(first(&workshop, Role::Lead), Some(Stage::Confirmed));
    walk(&mut workshop, &problem, &LADDER[..2]);
    assert_eq!(first(&workshop, Role::Inspector), Some(Stage::Rectifying));
    walk(&mut workshop, &problem, &LADDER[2..4]);
    let close = workshop.next_steps(&problem, Role::Lead).remove(0);
    assert_eq!(close.stage, Stage::ClosedOut);
    assert_eq!(close.missing, [Missing::PhotoBefore, Missing::PhotoAfter]);
    for rectified in [false, true] {
        let hash = "a".repeat(64).parse().unwrap();
        workshop.photos.push(PhotoReference {
            problem: Some(problem.id),
            rectified,
            ..PhotoReference::new(PhotoId::new(), hash, 1, start(), BY.into())
        });
    }
    assert_eq!(workshop.next_steps(&problem, Role::Lead).remove(0).missing, []);
    assert_eq!(workshop.next_steps(&problem, Role::Viewer), []);
}

#[test]
fn what_was_sent_back_goes_on_where_it_was_in_question() {
    for (reached, goes_on) in [
        (&LADDER[..0], Stage::Discovered),
        (&LADDER[..1], Stage::Discovered),
        (&LADDER[..2], Stage::Rectifying),
        (&LADDER[..4], Stage::Rectifying),
        (&LADDER[..], Stage::Rectifying),
    ] {
        let problem = found();
        let mut workshop = workshop(&problem);
        walk(&mut workshop, &problem, reached);
        walk(&mut workshop, &problem, &[Stage::SentBack]);
        assert_eq!(workshop.next_steps(&problem, Role::Inspector).remove(0).stage, goes_on);
        walk(&mut workshop, &problem, &[goes_on]);
        assert_eq!(workshop.state(&problem).stage, goes_on);
    }
}

#[test]
fn a_sending_back_stands_until_a_lead_settles_it() {
    let problem = found();
    let mut workshop = workshop(&problem);
    walk(&mut workshop, &problem, &LADDER[..3]);
    let back = taken(&workshop, &problem, Role::Lead, Stage::SentBack, 10);
    let forward = taken(&workshop, &problem, Role::Lead, Stage::Supervised, 11);
    workshop.stage_changes.extend([forward.clone(), back.clone()]);
    let state = workshop.state(&problem);
    assert_eq!((state.stage, state.contested.as_slice()), (Stage::SentBack, [forward.id].as_slice()));
    assert!(workshop.is_contested());
    let again = taken(&workshop, &problem, Role::Inspector, Stage::Rectifying, 12);
    workshop.stage_changes.push(again);
    assert_eq!(workshop.state(&problem).stage, Stage::Rectifying);
    assert!(workshop.is_contested(), "an inspector goes on, but settles nothing");
    let settled = taken(&workshop, &problem, Role::Lead, Stage::Supervised, 13);
    workshop.stage_changes.push(settled);
    assert_eq!(workshop.state(&problem).stage, Stage::Supervised);
    assert!(!workshop.is_contested());
}

/// The stages that lead to what stands, in the order of causes.
fn history(problem: &Problem, changes: &[StageChange]) -> Vec<Stage> {
    let state = state_of(problem, changes);
    let mut wanted: Vec<StageChangeId> = state.tips;
    let mut seen = Vec::new();
    while let Some(id) = wanted.pop() {
        let Some(change) = changes.iter().find(|change| change.id == id) else { continue };
        if !seen.contains(&id) {
            seen.push(id);
            wanted.extend(change.after.iter().flatten());
        }
    }
    let effective =
        changes.iter().filter(|change| seen.contains(&change.id) && !state.void.contains(&change.id));
    effective.map(|change| change.stage).collect()
}

fn role() -> impl Strategy<Value = Role> {
    prop::sample::select(vec![Role::Inspector, Role::Lead])
}

/// Choices of one person: each takes one of the steps that are offered then.
fn choices(most: usize) -> impl Strategy<Value = Vec<(Role, Index, i64)>> {
    prop::collection::vec((role(), any::<Index>(), 0_i64..10_000), 0..most)
}

fn act(dossier: &mut Dossier, problem: &Problem, choices: &[(Role, Index, i64)]) {
    for (role, choice, minute) in choices {
        let steps = dossier.next_steps(problem, *role);
        if !steps.is_empty() {
            let change = taken(dossier, problem, *role, choice.get(&steps).stage, *minute);
            dossier.stage_changes.push(change);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    /// Three people act on one problem, after some shared history, each without knowing of the others, by clocks that
    /// agree with nobody's. Every replica that has all of it says the same, keeps all of it, and skipped nothing.
    #[test]
    fn whatever_people_do_apart_merges_alike_and_skips_no_stage(
        shared in choices(8),
        apart in prop::collection::vec(choices(4), 1..4),
        later in choices(4),
        shuffle in any::<u64>(),
    ) {
        let problem = found();
        let mut before = workshop(&problem);
        act(&mut before, &problem, &shared);
        let mut merged = before.clone();
        for choices in &apart {
            let mut own = before.clone();
            act(&mut own, &problem, choices);
            let news = own.stage_changes.iter().skip(before.stage_changes.len()).cloned();
            merged.stage_changes.extend(news);
        }
        act(&mut merged, &problem, &later);

        let state = merged.state(&problem);
        prop_assert_eq!(&state.void, &Vec::<StageChangeId>::new(), "whatever was offered takes effect");
        let mut other = merged.clone();
        let count = other.stage_changes.len().max(1);
        other.stage_changes.rotate_left(shuffle as usize % count);
        other.stage_changes.reverse();
        prop_assert_eq!(other.state(&problem), state.clone());

        let history = history(&problem, &merged.stage_changes);
        let ladder = [Stage::Confirmed, Stage::Registered, Stage::Rectifying, Stage::Supervised, Stage::ClosedOut];
        if let Some(reached) = ladder.iter().position(|stage| *stage == state.stage) {
            for stage in &ladder[..=reached] {
                prop_assert!(history.contains(stage), "{:?} without {stage:?}: {history:?}", state.stage);
            }
        }
        // Nothing that nobody built upon is hidden: it stands, or it is shown as contested.
        let built_upon: Vec<StageChangeId> =
            merged.stage_changes.iter().flat_map(|change| change.after.clone().unwrap_or_default()).collect();
        for change in &merged.stage_changes {
            let stands = state.tips.contains(&change.id) || state.contested.contains(&change.id);
            prop_assert_eq!(stands, !built_upon.contains(&change.id));
        }
    }

    /// Crafted changes, with any stage after anything, never panic and never depend on the order.
    #[test]
    fn any_changes_fold_alike_in_any_order(
        crafted in prop::collection::vec((0_usize..7, any::<Index>(), prop::bool::ANY, 0_i64..5), 0..12)
    ) {
        let problem = found();
        let mut changes: Vec<StageChange> = Vec::new();
        for (stage, after, known, minute) in crafted {
            let id = StageChangeId::new();
            let after = match (known, changes.is_empty()) {
                (true, false) => Some(vec![after.get(&changes).id]),
                (true, true) => Some(vec![id]),
                (false, _) => None,
            };
            let at = start() + Duration::minutes(minute);
            let stage = Stage::ALL[stage];
            changes.push(StageChange {
                id, problem: problem.id, stage, after, comment: String::new(), deadline: None, position: None, at, by: BY.into(),
            });
        }
        let state = state_of(&problem, &changes);
        changes.reverse();
        prop_assert_eq!(state_of(&problem, &changes), state);
    }
}

/// Every pair of steps that two people can take apart, at every stage that a problem can be at.
#[test]
fn every_pair_of_concurrent_steps_is_settled_by_the_rule() {
    let mut pairs = 0;
    for reached in 0..=LADDER.len() {
        for sent_back in [false, true] {
            let problem = found();
            let mut before = workshop(&problem);
            walk(&mut before, &problem, &LADDER[..reached]);
            if sent_back {
                walk(&mut before, &problem, &[Stage::SentBack]);
            }
            for one in Role::ALL.iter().flat_map(|role| before.next_steps(&problem, *role)) {
                for other in Role::ALL.iter().flat_map(|role| before.next_steps(&problem, *role)) {
                    let mut merged = before.clone();
                    merged.stage_changes.push(taken(&before, &problem, Role::Lead, one.stage, 20));
                    merged.stage_changes.push(taken(&before, &problem, Role::Lead, other.stage, 30));
                    let state = merged.state(&problem);
                    let expected = if [one.stage, other.stage].contains(&Stage::SentBack) {
                        Stage::SentBack
                    } else {
                        one.stage.max(other.stage)
                    };
                    assert_eq!(state.stage, expected);
                    let disagree = (one.stage == Stage::SentBack) != (other.stage == Stage::SentBack);
                    assert_eq!(!state.contested.is_empty(), disagree);
                    pairs += 1;
                }
            }
        }
    }
    assert!(pairs > 100, "{pairs}");
}
