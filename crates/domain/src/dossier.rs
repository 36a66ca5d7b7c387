//! All that is known of one site (一企一档), and what follows from it.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::decision::{decision_state, same_task};
use crate::problem::day_in_china;
use crate::{
    Alert, AlertAnswer, Case, Completion, Decision, DecisionId, DecisionState, Inspection, Paper,
    PaperNumber, PaperVoid, Permission, PhotoReference, PlanProgress, Problem, Role, SiteField, SiteFields,
    SiteId, Stage, StageChange, Verdict,
};

/// One of several values that people gave a field while they were apart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct FieldValue {
    /// Names this value when it is chosen.
    pub key: String,
    /// The value as stored.
    pub value: String,
    /// Who gave it.
    pub by: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// A field that holds more than one value, until somebody chooses.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct FieldConflict {
    /// The field.
    pub field: SiteField,
    /// The values, at least two; the first is the one shown meanwhile.
    pub values: Vec<FieldValue>,
}

/// All that is known of one site.
#[derive(Debug, Clone, PartialEq)]
pub struct Dossier {
    /// The site.
    pub id: SiteId,
    /// Whether it was written by a newer version, and so can only be looked at.
    pub read_only: bool,
    /// When the site was registered.
    pub registered_at: DateTime<Utc>,
    /// Who registered it.
    pub registered_by: String,
    /// What is known of the site itself.
    pub fields: SiteFields,
    /// Fields with more than one value.
    pub conflicts: Vec<FieldConflict>,
    /// Visits, oldest first.
    pub inspections: Vec<Inspection>,
    /// Verdicts, oldest first.
    pub decisions: Vec<Decision>,
    /// Statements of what was done, oldest first.
    pub completions: Vec<Completion>,
    /// Findings, oldest first.
    pub problems: Vec<Problem>,
    /// Steps of the findings, oldest first.
    pub stage_changes: Vec<StageChange>,
    /// Notes of how far the plan has come, oldest first.
    pub plan_progress: Vec<PlanProgress>,
    /// Papers of enforcement, oldest first.
    pub papers: Vec<Paper>,
    /// The numbers that the office gave them.
    pub paper_numbers: Vec<PaperNumber>,
    /// Which of them are void.
    pub paper_voids: Vec<PaperVoid>,
    /// Cases that were filed, oldest first.
    pub cases: Vec<Case>,
    /// Resettlement alerts, oldest first.
    pub alerts: Vec<Alert>,
    /// What was found out about them, oldest first.
    pub alert_answers: Vec<AlertAnswer>,
    /// Photos, oldest first.
    pub photos: Vec<PhotoReference>,
}

/// Where a site stands: the fold over what happened to it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Standing {
    /// The latest verdict.
    pub verdict: Option<Verdict>,
    /// By when it must be done.
    pub deadline: Option<NaiveDate>,
    /// Whether the verdict was carried out and every problem is closed out.
    pub done: bool,
    /// The day on which it was done.
    pub done_on: Option<NaiveDate>,
    /// Problems that are not closed out.
    pub open_problems: u64,
}

impl Dossier {
    /// A dossier in which nothing has happened yet.
    pub fn new(id: SiteId, fields: SiteFields, registered_at: DateTime<Utc>, registered_by: String) -> Self {
        Self {
            id,
            read_only: false,
            registered_at,
            registered_by,
            fields,
            conflicts: Vec::new(),
            inspections: Vec::new(),
            decisions: Vec::new(),
            completions: Vec::new(),
            problems: Vec::new(),
            stage_changes: Vec::new(),
            plan_progress: Vec::new(),
            papers: Vec::new(),
            paper_numbers: Vec::new(),
            paper_voids: Vec::new(),
            cases: Vec::new(),
            alerts: Vec::new(),
            alert_answers: Vec::new(),
            photos: Vec::new(),
        }
    }

    /// What stands of the decisions.
    pub fn decision_state(&self) -> DecisionState<'_> {
        decision_state(&self.decisions)
    }

    /// The decision in force.
    pub fn decision(&self) -> Option<&Decision> {
        self.decision_state().in_force
    }

    /// What the next decision takes the place of: for somebody who may settle, everything that stands; for others only
    /// what is in force, so that a contested verdict stays marked.
    pub fn decision_after(&self, role: Role) -> Vec<DecisionId> {
        let DecisionState { in_force: _, mut tips, contested } = self.decision_state();
        if role.may(Permission::Supervise) {
            tips.extend(contested.iter().map(|decision| decision.id));
        }
        tips
    }

    /// Whether anything waits for somebody to settle it: a field with several values, a verdict or a problem that people
    /// moved differently while they were apart.
    pub fn is_contested(&self) -> bool {
        !self.conflicts.is_empty()
            || !self.decision_state().contested.is_empty()
            || self.problems.iter().any(|problem| !self.state(problem).contested.is_empty())
    }

    /// The statement in force of what was done.
    pub fn completion(&self) -> Option<&Completion> {
        self.completions.iter().max_by_key(|completion| (completion.at, completion.id))
    }

    /// The latest visit.
    pub fn last_inspection(&self) -> Option<&Inspection> {
        self.inspections.iter().max_by_key(|inspection| (inspection.at, inspection.id))
    }

    /// Since when the present verdict has stood: a later decision for the same verdict changes the plan, one for
    /// another verdict sets a new task. What was done before that was another task.
    pub(crate) fn in_force_since(&self) -> Option<DateTime<Utc>> {
        let verdict = self.decision()?.verdict;
        let mut decisions: Vec<&Decision> = self.decisions.iter().collect();
        decisions.sort_by_key(|decision| (decision.at, decision.id));
        let last = decisions.iter().rposition(|decision| decision.verdict == verdict)?;
        let present =
            decisions.iter().take(last + 1).rev().take_while(|decision| decision.verdict == verdict);
        present.last().map(|decision| decision.at)
    }

    /// The moment for a decision or completion that is made now: never before those on record, so that a clock that
    /// ran ahead on one phone cannot keep its decision in force against later ones.
    pub fn moment_after(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        let decided = self.decisions.iter().map(|decision| decision.at);
        let stated = self.completions.iter().map(|completion| completion.at);
        let relapses = self.inspections.iter().filter(|inspection| inspection.relapse).map(|visit| visit.at);
        decided
            .chain(stated)
            .chain(relapses)
            .max()
            .map_or(now, |latest| now.max(latest + TimeDelta::milliseconds(1)))
    }

    /// The stage of one of the problems.
    pub fn stage(&self, problem: &Problem) -> Stage {
        self.state(problem).stage
    }

    /// Where the site stands.
    ///
    /// A polluting site is done when the latest statement says so and no problem is open: one that is found later, or a
    /// relapse, opens it again.
    pub fn standing(&self) -> Standing {
        let open_problems =
            self.problems.iter().filter(|problem| self.stage(problem) != Stage::ClosedOut).count() as u64;
        let decision = self.decision();
        let since = self.in_force_since();
        let relapsed = |since: DateTime<Utc>| {
            self.inspections.iter().any(|inspection| inspection.relapse && inspection.at > since)
        };
        let task = same_task(&self.decisions);
        let is_about_it = |completion: &&Completion| match completion.of {
            Some(of) => task.contains(&of),
            None => since.is_some_and(|since| completion.at >= since),
        };
        let stated = self.completions.iter().filter(is_about_it);
        let completion = stated
            .max_by_key(|completion| (completion.at, completion.id))
            .filter(|completion| completion.done && !relapsed(completion.at));
        let polluting = decision.is_some_and(|decision| decision.verdict.is_polluting());
        let done = polluting && completion.is_some() && open_problems == 0;
        Standing {
            verdict: decision.map(|decision| decision.verdict),
            deadline: decision.and_then(|decision| decision.deadline),
            done,
            done_on: completion.filter(|_| done).and_then(|completion| completion.done_on),
            open_problems,
        }
    }
}

impl Standing {
    /// By how many days the deadline has passed; `None` if it has not, or if there is nothing left to do.
    pub fn days_overdue(&self, now: DateTime<Utc>) -> Option<i64> {
        let polluting = self.verdict.is_some_and(Verdict::is_polluting);
        let deadline = self.deadline.filter(|_| polluting && !self.done)?;
        let days = (day_in_china(now) - deadline).num_days();
        (days > 0).then_some(days)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{CompletionId, DecisionId, ProblemId, Severity, StageChangeId};
    use chrono::TimeZone;

    fn at(hour: u32) -> DateTime<Utc> {
        Utc.with_ymd_and_hms(2026, 3, 1, hour, 0, 0).unwrap()
    }

    fn done_workshop() -> Dossier {
        let problem = Problem {
            id: ProblemId::new(),
            inspection: None,
            description: "焊接烟尘无收集设施".into(),
            severity: Severity::Ordinary,
            deadline: None,
            at: at(1),
            by: "林志燕".into(),
        };
        let closed = StageChange {
            id: StageChangeId::new(),
            problem: problem.id,
            stage: Stage::ClosedOut,
            after: None,
            comment: String::new(),
            deadline: None,
            position: None,
            at: at(3),
            by: "黄亚".into(),
        };
        let fields = SiteFields::named("350211102207".parse().unwrap(), "曾美服装厂");
        let mut workshop = Dossier::new(SiteId::new(), fields, at(0), "林志燕".into());
        workshop.decisions.push(Decision {
            id: DecisionId::new(),
            verdict: Verdict::Upgrade,
            measures: String::new(),
            deadline: NaiveDate::from_ymd_opt(2026, 2, 26),
            responsible_unit: String::new(),
            responsible_person: String::new(),
            inspection: None,
            after: None,
            at: at(2),
            by: "黄亚".into(),
        });
        workshop.completions.push(Completion {
            id: CompletionId::new(),
            of: None,
            done: true,
            done_on: NaiveDate::from_ymd_opt(2026, 3, 1),
            comment: String::new(),
            at: at(4),
            by: "黄亚".into(),
        });
        workshop.problems.push(problem);
        workshop.stage_changes.push(closed);
        workshop
    }

    #[test]
    fn a_site_is_done_only_while_every_problem_is_closed_out() {
        let mut workshop = done_workshop();
        assert!(workshop.standing().done);
        assert_eq!(workshop.standing().days_overdue(at(5)), None);
        let reopened = StageChange {
            id: StageChangeId::new(),
            stage: Stage::SentBack,
            at: at(6),
            ..workshop.stage_changes[0].clone()
        };
        workshop.stage_changes.push(reopened);
        let standing = workshop.standing();
        assert!(!standing.done);
        assert_eq!((standing.open_problems, standing.done_on), (1, None));
        assert_eq!(standing.days_overdue(at(7)), Some(3));
    }

    #[test]
    fn a_new_verdict_is_a_new_task_and_a_new_plan_is_not() {
        let mut workshop = done_workshop();
        let plan = Decision {
            id: DecisionId::new(),
            at: at(8),
            measures: "补办手续".into(),
            ..workshop.decisions[0].clone()
        };
        workshop.decisions.push(plan.clone());
        assert!(workshop.standing().done);
        workshop.decisions.push(Decision {
            id: DecisionId::new(),
            at: at(9),
            verdict: Verdict::ShutDown,
            ..plan
        });
        assert!(!workshop.standing().done);
        assert_eq!(workshop.moment_after(at(5)), at(9) + TimeDelta::milliseconds(1));
    }

    #[test]
    fn the_order_of_facts_does_not_matter() {
        let mut workshop = done_workshop();
        let clean = Decision {
            id: DecisionId::new(),
            verdict: Verdict::Clean,
            at: at(9),
            ..workshop.decisions[0].clone()
        };
        workshop.decisions.insert(0, clean);
        assert_eq!(workshop.standing().verdict, Some(Verdict::Clean));
        workshop.decisions.reverse();
        assert_eq!(workshop.standing().verdict, Some(Verdict::Clean));
    }

    #[test]
    fn of_decisions_taken_apart_the_stricter_stands_until_somebody_settles_it() {
        let mut workshop = done_workshop();
        let base = workshop.decisions[0].clone();
        let apart = |verdict, hour| Decision {
            id: DecisionId::new(),
            verdict,
            after: Some(vec![base.id]),
            at: at(hour),
            ..base.clone()
        };
        let (strict, mild) = (apart(Verdict::ShutDown, 5), apart(Verdict::Clean, 9));
        workshop.decisions.extend([strict.clone(), mild.clone()]);
        let state = workshop.decision_state();
        assert_eq!(state.in_force, Some(&strict));
        assert_eq!(state.contested, [&mild]);
        assert!(workshop.is_contested());
        assert_eq!(workshop.decision_after(Role::Inspector), [strict.id]);
        let settled = Decision {
            id: DecisionId::new(),
            after: Some(workshop.decision_after(Role::Lead)),
            at: at(10),
            ..mild.clone()
        };
        workshop.decisions.push(settled.clone());
        assert_eq!(workshop.decision(), Some(&settled));
        assert!(!workshop.is_contested());
        assert_eq!(workshop.decisions.len(), 4);
    }

    #[test]
    fn a_recheck_that_finds_it_polluting_again_reopens_a_site() {
        let mut workshop = done_workshop();
        let days = crate::RecheckDays::default();
        assert_eq!(workshop.recheck_on(&days), NaiveDate::from_ymd_opt(2026, 3, 31));
        let visit = |month, day, relapse| {
            let at = Utc.with_ymd_and_hms(2026, month, day, 3, 0, 0).unwrap();
            let (id, recheck) = (crate::InspectionId::new(), crate::InspectionSource::Recheck);
            Inspection { relapse, ..Inspection::new(id, recheck, at, "林志燕".into()) }
        };
        workshop.inspections.push(visit(3, 28, false));
        assert_eq!(workshop.recheck_on(&days), NaiveDate::from_ymd_opt(2026, 5, 30), "a little early counts");
        workshop.inspections.push(visit(9, 20, false));
        assert_eq!(workshop.recheck_on(&days), None, "late counts for all that had passed");
        workshop.inspections.push(visit(10, 1, true));
        assert!(!workshop.standing().done);
        assert_eq!(workshop.recheck_on(&days), None);
        assert!(workshop.relapsed_at().is_some());
        let moment = workshop.moment_after(at(5));
        workshop.completions.push(Completion {
            id: CompletionId::new(),
            at: moment,
            done_on: NaiveDate::from_ymd_opt(2026, 10, 9),
            ..workshop.completions[0].clone()
        });
        assert!(workshop.standing().done);
        assert_eq!(workshop.relapsed_at(), None);
        assert_eq!(workshop.recheck_on(&days), NaiveDate::from_ymd_opt(2026, 11, 8));
    }
}
