//! What people do: commands on what they see, chosen by the dice of the season.

use chrono::TimeDelta;
use domain::problem::day_in_china;
use domain::{
    AlertAnswerId, CaseId, CompletionId, DecisionId, LatLon, Missing, PlanProgressId, Position, ProblemId,
    Provider, Severity, SiteField, SiteFields, SiteId, Stage, TaskId, TaskKind, TaskReplyId, Verdict, VoidId,
};
use office::{decision, paper, visit};
use uuid::Uuid;
use wire::message::*;

use crate::device::NoReply;
use crate::season::Season;
use crate::seat::{Seat, Work};
use crate::template::VILLAGES;

type Done = Result<(), NoReply>;

impl Season {
    /// Lets the person of a device do something.
    pub fn work_on(&self, device: usize) {
        let work = Work { season: self, seat: Seat::Device(device) };
        let _ = work.something();
    }
}

impl Work<'_> {
    /// One thing that anybody may do; leads do more.
    pub fn something(&self) -> Done {
        let lead = self.role().may(domain::Permission::Supervise);
        let pick = self.season.below(if lead { 100 } else { 78 });
        match pick {
            0..=15 => self.register(),
            16..=25 => self.edit(),
            26..=43 => self.inspect(),
            44..=56 => self.step(),
            57..=59 => self.report_progress(),
            60..=64 => self.write_paper(),
            65..=69 => self.keep_a_form(),
            70..=71 => self.use_a_form(),
            72..=77 => self.look_around(),
            78..=82 => self.step(),
            83..=85 => self.decide(),
            86..=88 => self.complete(),
            89 => self.void_paper(),
            90 => self.file_case(),
            91 => self.move_site(),
            92..=94 => self.answer_alert(),
            95..=97 => self.hand_out(),
            _ => self.reply_to_task(),
        }
    }

    fn village(&self) -> &'static str {
        let within: Vec<&&str> = match &self.seat {
            Seat::Device(device) => {
                let member = self.season.member(*device);
                VILLAGES.iter().filter(|village| member.covers(village)).collect()
            }
            Seat::Office(caller) => {
                let covers = |village: &&&str| {
                    caller.scope.as_ref().is_none_or(|scope| scope.covers(&village.parse().unwrap()))
                };
                VILLAGES.iter().filter(covers).collect()
            }
        };
        self.season.one_of(&within).map_or(VILLAGES[0], |village| **village)
    }

    fn register(&self) -> Done {
        let names = ["苏老板", "郑美", "林美燕", "曾阿强"];
        let mut fields =
            SiteFields::named(self.village().parse().unwrap(), format!("厂{}", self.season.below(1000)));
        fields.industry = ["金属加工", "塑料注塑"][self.season.below(2)].to_owned();
        fields.operator = names[self.season.below(names.len())].to_owned();
        fields.telephone = format!("1359927{:04}", self.season.below(40));
        let place = LatLon::new(24.66 + self.season.below(100) as f64 / 1e4, 118.08).unwrap();
        fields.position = self.season.chance(0.5).then(|| Position::bare(place, Provider::Typed));
        let request = RegisterSite { id: SiteId::new(), fields, draft: None };
        let site = self.ask::<OneSite>("sites.register", &request)?.site;
        if self.season.chance(0.1) {
            // Pressed twice.
            assert_eq!(self.ask::<OneSite>("sites.register", &request)?.site, site);
        }
        Ok(())
    }

    fn edit(&self) -> Done {
        let Some(site) = self.a_site()? else { return Ok(()) };
        let dossier = self.dossier(site)?;
        if let Some(conflict) = self.season.one_of(&dossier.conflicts) {
            let value = self.season.one_of(&conflict.values).unwrap();
            let request = ChooseValue { site, field: conflict.field, key: value.key.clone() };
            return self.ask::<OneSite>("sites.choose_value", request).map(drop);
        }
        let fields = [SiteField::Telephone, SiteField::Operator, SiteField::Remark, SiteField::Address];
        let field = fields[self.season.below(fields.len())];
        let was = dossier.fields.text(field).unwrap_or_default().to_owned();
        let edits = vec![FieldEdit { field, was, value: format!("改{}", self.season.below(30)) }];
        self.ask::<OneSite>("sites.edit", EditSite { site, edits }).map(drop)
    }

    fn inspect(&self) -> Done {
        let Some(site) = self.a_site()? else { return Ok(()) };
        let dossier = self.dossier(site)?;
        let draft = self.uuid();
        let mut inspection = visit(site);
        inspection.remarks = format!("现场{}", self.season.below(1000));
        inspection.relapse = dossier.summary.done && self.season.chance(0.4);
        if self.season.chance(0.35) {
            let verdict = *self.season.one_of(Verdict::ALL).unwrap();
            inspection.decision = Some(decision(verdict));
        }
        for _ in 0..self.season.below(3) {
            inspection.problems.push(self.problem());
        }
        for _ in 0..[0, 0, 1, 1, 2][self.season.below(5)] {
            let problem = self.season.one_of(&inspection.problems).map(|problem| problem.id);
            inspection.photos.push(NewPhoto { problem, ..self.photograph(draft)? });
        }
        inspection.photos.dedup_by_key(|photo| photo.hash.clone());
        if self.season.chance(0.2) {
            let request = ListTasks { filter: TaskFilter::default(), after: None, limit: 20 };
            let tasks: TaskPage = self.look("tasks.list", request)?;
            inspection.task = self.season.one_of(&tasks.tasks).map(|task| task.id);
        }
        inspection.draft = Some(draft);
        self.ask::<RecordedInspection>("inspections.record", &inspection)?;
        if self.season.chance(0.1) {
            self.ask::<RecordedInspection>("inspections.record", &inspection)?;
        }
        Ok(())
    }

    fn problem(&self) -> NewProblem {
        let severity = *self.season.one_of(Severity::ALL).unwrap();
        let day = day_in_china(self.season.now() + TimeDelta::days(20));
        let deadline = (severity == Severity::Major).then_some(day);
        NewProblem {
            id: ProblemId::new(), description: "焊接烟尘无收集设施".to_owned(), severity, deadline
        }
    }

    fn step(&self) -> Done {
        let Some(site) = self.a_site()? else { return Ok(()) };
        let dossier = self.dossier(site)?;
        let open: Vec<&ProblemView> =
            dossier.problems.iter().filter(|problem| !problem.steps.is_empty()).collect();
        let Some(problem) = self.season.one_of(&open) else { return Ok(()) };
        // Mostly onwards: the first of the steps is the obvious one.
        let next = match self.season.chance(0.75) {
            true => &problem.steps[0],
            false => self.season.one_of(&problem.steps).unwrap(),
        };
        let mut step = office::step(site, problem, next.stage);
        let draft = self.uuid();
        for missing in &next.missing {
            match missing {
                Missing::PhotoBefore | Missing::PhotoAfter => {
                    let photo = self.photograph(draft)?;
                    let rectified = *missing == Missing::PhotoAfter;
                    step.photos.push(NewPhoto { problem: Some(problem.problem.id), rectified, ..photo });
                    step.draft = Some(draft);
                }
                Missing::Deadline => step.deadline = Some(day_in_china(problem.problem.at)),
                Missing::Comment => step.comment = "照片不清楚".to_owned(),
            }
        }
        if next.stage == Stage::Rectifying && self.season.chance(0.5) {
            let photo = self.photograph(draft)?;
            step.photos.push(NewPhoto { problem: Some(problem.problem.id), rectified: true, ..photo });
            step.draft = Some(draft);
        }
        step.photos.dedup_by_key(|photo| photo.hash.clone());
        self.ask::<SteppedProblem>("problems.step", step).map(drop)
    }

    fn report_progress(&self) -> Done {
        let Some(site) = self.a_site()? else { return Ok(()) };
        let percent = self.season.below(101) as u8;
        let request = ReportProgress { id: PlanProgressId::new(), site, percent, comment: String::new() };
        self.ask::<OneSite>("sites.report_progress", request).map(drop)
    }

    fn write_paper(&self) -> Done {
        let Some(site) = self.a_site()? else { return Ok(()) };
        let lead = self.role().may(domain::Permission::Supervise);
        let mut request = match self.season.below(if lead { 3 } else { 2 }) {
            0 => paper::notice(site),
            1 => paper::cutting_off(site, self.season.now()),
            _ => paper::transfer(site),
        };
        request.reason = "情况紧急".to_owned();
        let one = self.ask::<OnePaper>("papers.record", &request)?;
        assert_eq!(one.paper, request.id);
        self.look::<PaperView>("papers.get", one).map(drop)
    }

    fn void_paper(&self) -> Done {
        let request = ListPapers { grid: None, step: None, year: None, after: None, limit: 30 };
        let page: PaperPage = self.look("papers.list", request)?;
        let Some(line) = self.season.one_of(&page.papers) else { return Ok(()) };
        let (id, reason) = (VoidId::new(), "写错".to_owned());
        let request = VoidPaper { id, site: line.site, paper: line.paper, reason };
        self.ask::<OnePaper>("papers.void", request).map(drop)
    }

    fn decide(&self) -> Done {
        let Some(site) = self.a_site()? else { return Ok(()) };
        let dossier = self.dossier(site)?;
        let mut seen = dossier.decision_tips.clone();
        seen.extend(&dossier.contested_decisions);
        let verdict = *self.season.one_of(Verdict::ALL).unwrap();
        let request = DecideSite { id: DecisionId::new(), site, decision: decision(verdict), seen };
        self.ask::<OneSite>("sites.decide", request).map(drop)
    }

    fn complete(&self) -> Done {
        let filter = SiteFilter { open_problems: Some(false), ..SiteFilter::default() };
        let page: SitePage = self.look("sites.list", ListSites { filter, after: None, limit: 60 })?;
        let Some(site) = self.season.one_of(&page.sites).map(|site| site.id) else { return Ok(()) };
        let dossier = self.dossier(site)?;
        let done = self.season.chance(0.8);
        let (id, decision, comment) = (CompletionId::new(), dossier.decision, String::new());
        let request = CompleteSite { id, site, decision, done, done_on: None, comment };
        self.ask::<OneSite>("sites.complete", request).map(drop)
    }

    fn move_site(&self) -> Done {
        let Some(site) = self.a_site()? else { return Ok(()) };
        let was = self.dossier(site)?.fields.grid;
        let request = MoveSite { site, was, grid: self.village().parse().unwrap() };
        self.ask::<OneSite>("sites.move", request).map(drop)
    }

    fn file_case(&self) -> Done {
        let Some(site) = self.a_site()? else { return Ok(()) };
        let request = RecordCase {
            id: CaseId::new(),
            site,
            number: format!("集环罚{}", self.season.below(100)),
            department: "生态环境局".to_owned(),
            filed_on: day_in_china(self.season.now()),
            fine_yuan: self.season.below(100_000) as u64,
            task: None,
        };
        self.ask::<OneSite>("cases.record", request).map(drop)
    }

    fn answer_alert(&self) -> Done {
        let filter = SiteFilter { alert: Some(true), ..SiteFilter::default() };
        let page: SitePage = self.look("sites.list", ListSites { filter, after: None, limit: 20 })?;
        let Some(site) = self.season.one_of(&page.sites) else { return Ok(()) };
        let dossier = self.dossier(site.id)?;
        let Some(alert) = self.season.one_of(&dossier.alerts) else { return Ok(()) };
        let (id, comment) = (AlertAnswerId::new(), "去看过".to_owned());
        let confirmed = self.season.chance(0.5);
        let request = AnswerAlert { id, site: site.id, alert: alert.id, confirmed, comment };
        self.ask::<OneSite>("alerts.answer", request).map(drop)
    }

    fn hand_out(&self) -> Done {
        let grid: domain::GridCode = self.village().parse().unwrap();
        let from = day_in_china(self.season.now());
        if self.season.chance(0.3) {
            let request = CreateCampaign {
                id: TaskId::new(),
                grid,
                name: format!("专项{}", self.season.below(100)),
                purpose: "排查".to_owned(),
                filter: SiteFilter::default(),
                checklist: vec!["有无收集设施".to_owned()],
                from,
                deadline: from + TimeDelta::days(10),
            };
            return self.ask::<OneTask>("tasks.campaign", request).map(drop);
        }
        let request = EnterTask {
            id: TaskId::new(),
            kind: if self.season.chance(0.5) { TaskKind::Petition } else { TaskKind::Assigned },
            grid,
            list: "三月".to_owned(),
            number: format!("访{}", self.season.below(1000)),
            title: "有异味".to_owned(),
            content: String::new(),
            petitioner: "李某".to_owned(),
            from,
            deadline: Some(from + TimeDelta::days(5)),
            site: None,
        };
        self.ask::<OneTask>("tasks.enter", request).map(drop)
    }

    fn reply_to_task(&self) -> Done {
        let request = ListTasks { filter: TaskFilter::default(), after: None, limit: 20 };
        let page: TaskPage = self.look("tasks.list", request)?;
        let Some(task) = self.season.one_of(&page.tasks) else { return Ok(()) };
        let request = ReplyTask {
            id: TaskReplyId::new(),
            task: task.id,
            replied_on: Some(day_in_china(self.season.now())),
            satisfied: Some(self.season.chance(0.5)),
            ends: self.season.chance(0.3),
            comment: "已回复".to_owned(),
        };
        self.ask::<OneTask>("tasks.reply", request).map(drop)
    }

    /// Begins a form and leaves it.
    fn keep_a_form(&self) -> Done {
        let site = self.a_site()?;
        let id = self.uuid();
        self.keep_draft(
            id,
            DraftKind::Inspection,
            site,
            &format!("{{\"remarks\":\"{}\"}}", self.season.below(1000)),
        )?;
        if self.season.chance(0.6) {
            match (&self.seat, self.season.chance(0.4)) {
                (Seat::Device(device), true) => self.open_camera(*device, id)?,
                _ => drop(self.photograph(id)?),
            }
        }
        if self.season.chance(0.3) {
            self.keep_draft(id, DraftKind::Inspection, site, "{\"remarks\":\"后来\"}")?;
        }
        Ok(())
    }

    /// Goes on with a form that was left: finishes it, takes a photo out of it, or throws it away.
    fn use_a_form(&self) -> Done {
        let drafts: Vec<Draft> = self.look("drafts.list", Nothing {})?;
        let Some(draft) = self.season.one_of(&drafts) else { return Ok(()) };
        let id = draft.id;
        let draft: Draft = self.look("drafts.get", OneDraft { id })?;
        match (draft.site, draft.photos.first()) {
            (Some(site), _) if self.season.chance(0.6) => {
                let mut inspection = visit(site);
                inspection.draft = Some(id);
                inspection.photos = draft.photos.iter().map(|photo| office::shown(&photo.hash)).collect();
                self.finish::<RecordedInspection>(id, "inspections.record", inspection).map(drop)
            }
            (_, Some(photo)) if self.season.chance(0.5) => {
                self.forget_photo_of(id, &photo.hash);
                let request = DetachPhoto { draft: id, hash: photo.hash.clone() };
                self.ask::<Nothing>("photos.detach", request).map(drop)
            }
            _ => self.finish::<Nothing>(id, "drafts.discard", OneDraft { id }).map(drop),
        }
    }

    fn forget_photo_of(&self, draft: Uuid, hash: &domain::PhotoHash) {
        if let Seat::Device(device) = &self.seat
            && let Some((_, photos)) = self.season.model.borrow_mut().drafts[*device].get_mut(&draft)
        {
            photos.retain(|other| other != hash);
        }
    }
}
