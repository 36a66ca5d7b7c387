//! Handing out petitions, assigned tasks and campaigns, and noting what became of them.

use domain::problem::day_in_china;
use domain::{SiteId, Task, TaskKind, TaskReply};
use store::{Reader, TaskWrite};
use wire::ApiError;
use wire::message::{CreateCampaign, EnterTask, OneTask, ReplyTask, SiteFilter};

use super::grid::known;
use super::inspection::MOST_CHECKLIST;
use super::text::{Limit, clean, day, required};
use crate::app::Ask;
use crate::error::{Failure, not_found};

/// The most sites that a campaign can name: what one change may carry at 16 bytes each, with room to spare.
const MOST_SITES: u32 = 20_000;

pub(super) fn enter(app: Ask<'_>, request: EnterTask) -> Result<OneTask, Failure> {
    let EnterTask { id, kind, grid, list, number, title, content, petitioner, from, deadline, site } =
        request;
    if kind == TaskKind::Campaign {
        let message = "a campaign is handed out by tasks.campaign";
        return Err(ApiError::invalid("kind", message).because("campaign").into());
    }
    let author = app.author("tasks.enter");
    let task = Task {
        id,
        kind,
        grid,
        list: clean("list", &list, Limit::Line)?,
        number: clean("number", &number, Limit::Line)?,
        title: required("title", &title, Limit::Line)?,
        content: clean("content", &content, Limit::Paragraphs)?,
        petitioner: clean("petitioner", &petitioner, Limit::Line)?,
        from: day("from", Some(from))?.unwrap_or(from),
        deadline: day("deadline", deadline)?,
        sites: site.into_iter().collect(),
        checklist: Vec::new(),
        at: author.at,
        by: author.person.clone(),
        replies: Vec::new(),
    };
    hand_out(app, task, |reader, task| {
        for site in &task.sites {
            reader.site(*site)?.ok_or_else(|| not_found("site"))?;
        }
        Ok(task.sites.clone())
    })
}

pub(super) fn campaign(app: Ask<'_>, request: CreateCampaign) -> Result<OneTask, Failure> {
    let CreateCampaign { id, grid, name, purpose, filter, checklist, from, deadline } = request;
    if checklist.len() > MOST_CHECKLIST {
        let message = format!("a checklist can have at most {MOST_CHECKLIST} lines");
        return Err(ApiError::invalid("checklist", message).because("too_many").into());
    }
    let checklist = checklist
        .iter()
        .enumerate()
        .map(|(index, item)| required(&format!("checklist.{index}"), item, Limit::Line))
        .collect::<Result<_, ApiError>>()?;
    let author = app.author("tasks.campaign");
    let name = required("name", &name, Limit::Line)?;
    let task = Task {
        id,
        kind: TaskKind::Campaign,
        grid: grid.clone(),
        list: name.clone(),
        number: String::new(),
        title: name,
        content: clean("purpose", &purpose, Limit::Paragraphs)?,
        petitioner: String::new(),
        from: day("from", Some(from))?.unwrap_or(from),
        deadline: day("deadline", Some(deadline))?,
        sites: Vec::new(),
        checklist,
        at: author.at,
        by: author.person.clone(),
        replies: Vec::new(),
    };
    let today = day_in_china(author.at);
    hand_out(app, task, |reader, _| {
        let filter = SiteFilter { grid: Some(grid), ..filter };
        let page = reader.sites(&filter, today, None, MOST_SITES)?;
        if page.sites.is_empty() {
            let message = "this filter leaves no site";
            return Err(ApiError::invalid("filter", message).because("no_sites").into());
        }
        if page.next.is_some() {
            let message = format!("this filter leaves more than {MOST_SITES} sites");
            return Err(ApiError::invalid("filter", message).because("too_many").into());
        }
        Ok(page.sites.into_iter().map(|site| site.id).collect())
    })
}

fn hand_out(
    app: Ask<'_>,
    task: Task,
    sites: impl FnOnce(&Reader<'_>, &Task) -> Result<Vec<SiteId>, Failure>,
) -> Result<OneTask, Failure> {
    if task.deadline.is_some_and(|deadline| deadline < task.from) {
        let message = "it would have to be done before it begins";
        return Err(ApiError::invalid("deadline", message).because("before_start").into());
    }
    let author = app.author(if task.kind == TaskKind::Campaign { "tasks.campaign" } else { "tasks.enter" });
    app.store.write(|writer| {
        known(writer, &task.grid)?;
        app.within(&task.grid)?;
        writer.edit_task::<Failure>(task.id, &author, |before| match before {
            // Pressed twice, or sent again: it is on record.
            Some(_) => Ok(Vec::new()),
            None => Ok(vec![TaskWrite::HandOut(Task { sites: sites(writer, &task)?, ..task.clone() })]),
        })?;
        Ok(OneTask { task: task.id })
    })
}

pub(super) fn reply(app: Ask<'_>, request: ReplyTask) -> Result<OneTask, Failure> {
    let ReplyTask { id, task, replied_on, satisfied, ends, comment } = request;
    let replied_on = day("replied_on", replied_on)?;
    let comment = clean("comment", &comment, Limit::Paragraphs)?;
    if replied_on.is_none() && satisfied.is_none() && !ends && comment.is_empty() {
        let message = "say when it was answered, how the follow-up went, that it ends, or a comment";
        return Err(ApiError::invalid("comment", message).because("missing").into());
    }
    let author = app.author("tasks.reply");
    app.store.write(|writer| {
        writer.edit_task::<Failure>(task, &author, |before| {
            let before = before.ok_or_else(|| not_found("task"))?;
            app.within(&before.grid)?;
            if before.replies.iter().any(|known| known.id == id) {
                return Ok(Vec::new());
            }
            // Clocks disagree; the last word is the one that was said last.
            let last = before.replies.iter().map(|known| known.at + chrono::TimeDelta::milliseconds(1));
            let at = last.fold(author.at, chrono::DateTime::max);
            let by = author.person.clone();
            Ok(vec![TaskWrite::AddReply(TaskReply { id, replied_on, satisfied, ends, comment, at, by })])
        })?;
        Ok(OneTask { task })
    })
}
