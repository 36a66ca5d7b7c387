use chrono::{DateTime, TimeZone, Utc};
use domain::{
    Completion, CompletionId, Decision, DecisionId, Inspection, InspectionId, InspectionSource, PaperId,
    PaperNumber, PhotoId, PhotoReference, Problem, ProblemId, Role, Scope, Severity, SiteFields, SiteId,
    StageChangeId, Verdict,
};

use super::super::new_facts;
use super::*;

fn at(minute: u32) -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 3, 1, 1, minute, 0).unwrap()
}

fn workshop() -> Dossier {
    let fields = SiteFields::named("350211102207".parse().unwrap(), "曾美服装厂");
    let mut workshop = Dossier::new(SiteId::new(), fields, at(0), "林志燕".into());
    let visit = Inspection::new(InspectionId::new(), InspectionSource::Survey, at(1), "林志燕".into());
    workshop.problems.push(Problem {
        id: ProblemId::new(),
        inspection: Some(visit.id),
        description: "无证照".into(),
        severity: Severity::Ordinary,
        deadline: None,
        at: at(1),
        by: "林志燕".into(),
    });
    workshop.inspections.push(visit);
    workshop
}

fn step(workshop: &Dossier, stage: Stage, comment: &str) -> StageChange {
    StageChange {
        id: StageChangeId::new(),
        problem: workshop.problems[0].id,
        stage,
        after: Some(workshop.step_after(&workshop.problems[0], Role::Lead)),
        comment: comment.into(),
        deadline: chrono::NaiveDate::from_ymd_opt(2026, 3, 8),
        position: None,
        at: at(9),
        by: "林志燕".into(),
    }
}

/// What speaks against all that is in `after` and not in `before`, once for each fact.
fn complaints(role: Role, before: Option<&Dossier>, after: &Dossier) -> Vec<Option<Reason>> {
    let names = ["林志燕".to_owned(), "小林".to_owned()];
    let scope = Scope::default();
    let rights = Rights { role, scope: &scope, names: &names };
    new_facts(before, after).iter().map(|fact| judge(fact, before, Some(after), &rights)).collect()
}

#[test]
fn a_step_needs_its_permission_and_what_it_says() {
    let before = workshop();
    for (stage, comment, inspector, lead) in [
        (Stage::Rectifying, "", None, None),
        (Stage::Confirmed, "", Some(Reason::Role), None),
        (Stage::Supervised, "", Some(Reason::Role), None),
        (Stage::SentBack, "不符", Some(Reason::Role), None),
        (Stage::SentBack, " ", Some(Reason::Role), Some(Reason::Rule)),
        (Stage::ClosedOut, "", Some(Reason::Role), Some(Reason::Rule)),
    ] {
        let mut after = before.clone();
        after.stage_changes.push(step(&before, stage, comment));
        assert_eq!(complaints(Role::Inspector, Some(&before), &after), [inspector], "{stage}");
        assert_eq!(complaints(Role::Lead, Some(&before), &after), [lead], "{stage}");
        assert_eq!(complaints(Role::Viewer, Some(&before), &after), [Some(Reason::Role)], "{stage}");
    }
    let mut photographed = before.clone();
    for (rectified, digit) in [(false, "a"), (true, "b")] {
        let hash = digit.repeat(64).parse().unwrap();
        let photo = PhotoReference::new(PhotoId::new(), hash, 9, at(2), "林志燕".into());
        let problem = Some(before.problems[0].id);
        photographed.photos.push(PhotoReference { problem, rectified, ..photo });
    }
    let mut after = photographed.clone();
    after.stage_changes.push(step(&photographed, Stage::ClosedOut, ""));
    assert_eq!(complaints(Role::Lead, Some(&photographed), &after), [None]);
}

#[test]
fn a_decision_on_a_visit_is_the_inspectors_and_settling_is_the_leads() {
    let base = workshop();
    let decision = |verdict, after: Vec<DecisionId>, minute| Decision {
        id: DecisionId::new(),
        verdict,
        measures: String::new(),
        deadline: None,
        responsible_unit: String::new(),
        responsible_person: String::new(),
        inspection: Some(base.inspections[0].id),
        after: Some(after),
        at: at(minute),
        by: "小林".into(),
    };
    let mut contested = base.clone();
    contested.decisions.push(decision(Verdict::Upgrade, vec![], 2));
    assert_eq!(complaints(Role::Inspector, Some(&base), &contested), [None], "a former name is theirs");
    contested.decisions.push(decision(Verdict::ShutDown, vec![], 3));
    let both = contested.decision_after(Role::Lead);
    assert_eq!(both.len(), 2);
    let mut settled = contested.clone();
    settled.decisions.push(decision(Verdict::Upgrade, both, 4));
    assert_eq!(complaints(Role::Inspector, Some(&contested), &settled), [Some(Reason::Role)]);
    assert_eq!(complaints(Role::Lead, Some(&contested), &settled), [None]);
    let mut at_the_office = base.clone();
    at_the_office.decisions.push(Decision { inspection: None, ..decision(Verdict::Clean, vec![], 5) });
    assert_eq!(complaints(Role::Inspector, Some(&base), &at_the_office), [Some(Reason::Role)]);
}

#[test]
fn nobody_signs_for_others_numbers_papers_or_overwrites_what_is_on_record() {
    let before = workshop();
    let mut forged = before.clone();
    forged.inspections.push(Inspection {
        id: InspectionId::new(),
        by: "黄亚".into(),
        ..before.inspections[0].clone()
    });
    assert_eq!(complaints(Role::Inspector, Some(&before), &forged), [Some(Reason::Role)]);
    assert_eq!(complaints(Role::Lead, Some(&before), &forged), [None], "a lead vouches for it");
    let mut nameless = before.clone();
    nameless.inspections.push(Inspection {
        id: InspectionId::new(),
        by: String::new(),
        ..before.inspections[0].clone()
    });
    assert_eq!(complaints(Role::Inspector, Some(&before), &nameless), [None]);
    let mut numbered = before.clone();
    let (paper, town) = (PaperId::new(), "350211102".parse().unwrap());
    numbered.paper_numbers.push(PaperNumber { paper, town, year: 2026, number: 1, at: at(2) });
    assert_eq!(complaints(Role::Admin, Some(&before), &numbered), [Some(Reason::Role)]);
    let mut other = before.clone();
    other.inspections[0].remarks = "改过的".into();
    assert_eq!(complaints(Role::Lead, Some(&before), &other), [Some(Reason::Rule)]);
    let mut lost = before.clone();
    lost.problems.clear();
    assert_eq!(complaints(Role::Admin, Some(&before), &lost), [Some(Reason::Rule)]);
    let mut newer = before.clone();
    newer.read_only = true;
    assert_eq!(complaints(Role::Inspector, Some(&before), &newer), [Some(Reason::Rule)]);
    let mut done = before.clone();
    let comment = String::new();
    done.completions.push(Completion {
        of: None,
        id: CompletionId::new(),
        done: true,
        done_on: None,
        comment,
        at: at(3),
        by: "林志燕".into(),
    });
    assert_eq!(complaints(Role::Inspector, Some(&before), &done), [Some(Reason::Role)]);
    assert!(complaints(Role::Viewer, None, &before).iter().all(|complaint| *complaint == Some(Reason::Role)));
    assert!(complaints(Role::Inspector, None, &before).iter().all(Option::is_none));
}
