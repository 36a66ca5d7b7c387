//! The document of a task: a petition, a line of an assigned list, or a campaign.

use automerge::{ActorId, Change, ReadDoc};
use domain::{SiteId, Task, TaskId, TaskReply};

use super::dossier_entries::parse;
use super::dossier_keys::{AT, BY, COMMENT, DEADLINE, GRID};
use super::new_fact::NewFact;
use super::value::{Fact, NotUnderstood};
use super::{Author, Document, DocumentError, SCHEMA};

/// The one entry is the task itself, under its id.
pub(super) const TASKS: &str = "tasks";
pub(super) const REPLIES: &str = "replies";

const KIND: &str = "kind";
const LIST: &str = "list";
const NUMBER: &str = "number";
const TITLE: &str = "title";
const TEXT: &str = "content";
const PETITIONER: &str = "petitioner";
const FROM: &str = "from";
const SITES: &str = "sites";
const CHECKLIST: &str = "checklist";
const REPLIED_ON: &str = "replied_on";
const SATISFIED: &str = "satisfied";
const ENDS: &str = "ends";

/// One thing to be written into the document of a task.
#[derive(Debug, Clone, PartialEq)]
pub enum TaskWrite {
    /// The task itself, without its replies. The first write of every such document.
    HandOut(Task),
    /// A note on it.
    AddReply(TaskReply),
}

impl Document {
    /// Writes into the document of a task as one change; `None` if nothing was written.
    pub fn write_task(
        &mut self,
        actor: &ActorId,
        author: &Author,
        writes: &[TaskWrite],
    ) -> Result<Option<Change>, DocumentError> {
        if self.schema() > SCHEMA {
            return Err(DocumentError::ReadOnly);
        }
        self.set_actor(actor);
        for write in writes {
            let written = match write {
                TaskWrite::HandOut(task) => self.add(TASKS, task.id, task_fact(task)),
                TaskWrite::AddReply(reply) => self.add(REPLIES, reply.id, reply_fact(reply)),
            };
            if let Err(error) = written {
                self.doc.rollback();
                return Err(error);
            }
        }
        Ok(self.commit(author))
    }

    /// Reads the task; `None` if none was written yet, or if this version cannot understand it.
    pub fn task(&self, id: TaskId) -> Result<Option<Task>, DocumentError> {
        let Some((_, entry)) = self.doc.get(&self.map(TASKS)?, id.to_string())? else { return Ok(None) };
        let Ok(mut task) = task(id, &Fact::read(&self.doc, &entry)) else { return Ok(None) };
        for item in self.doc.map_range(&self.map(REPLIES)?, ..) {
            task.replies.extend(reply(&item.key, &Fact::read(&self.doc, &item.id())).ok());
        }
        task.replies.sort_by_key(|reply| (reply.at, reply.id));
        Ok(Some(task))
    }
}

fn task_fact(task: &Task) -> NewFact {
    let Task {
        id: _,
        kind,
        grid,
        list,
        number,
        title,
        content,
        petitioner,
        from,
        deadline,
        sites,
        checklist,
        at,
        by,
        replies: _,
    } = task;
    NewFact::signed(*at, by)
        .text(KIND, kind.as_str())
        .text(GRID, grid.as_str())
        .text(LIST, list)
        .text(NUMBER, number)
        .text(TITLE, title)
        .text(TEXT, content)
        .text(PETITIONER, petitioner)
        .word(FROM, Some(from))
        .word(DEADLINE, deadline.as_ref())
        .ids(SITES, sites.iter().map(|site| site.0))
        .json(CHECKLIST, (!checklist.is_empty()).then_some(checklist))
}

fn reply_fact(reply: &TaskReply) -> NewFact {
    let TaskReply { id: _, replied_on, satisfied, ends, comment, at, by } = reply;
    NewFact::signed(*at, by)
        .word(REPLIED_ON, replied_on.as_ref())
        .word(SATISFIED, satisfied.as_ref())
        .flag(ENDS, *ends)
        .text(COMMENT, comment)
}

fn task(id: TaskId, fact: &Fact) -> Result<Task, NotUnderstood> {
    Ok(Task {
        id,
        kind: fact.required(KIND)?,
        grid: fact.required(GRID)?,
        list: fact.text(LIST).to_owned(),
        number: fact.text(NUMBER).to_owned(),
        title: fact.text(TITLE).to_owned(),
        content: fact.text(TEXT).to_owned(),
        petitioner: fact.text(PETITIONER).to_owned(),
        from: fact.required(FROM)?,
        deadline: fact.day(DEADLINE)?,
        sites: fact.ids::<SiteId>(SITES)?.unwrap_or_default(),
        checklist: fact.json(CHECKLIST)?.unwrap_or_default(),
        at: fact.moment(AT).ok_or(NotUnderstood)?,
        by: fact.text(BY).to_owned(),
        replies: Vec::new(),
    })
}

fn reply(id: &str, fact: &Fact) -> Result<TaskReply, NotUnderstood> {
    Ok(TaskReply {
        id: parse(id)?,
        replied_on: fact.day(REPLIED_ON)?,
        satisfied: fact.parsed(SATISFIED)?,
        ends: fact.flag(ENDS),
        comment: fact.text(COMMENT).to_owned(),
        at: fact.moment(AT).ok_or(NotUnderstood)?,
        by: fact.text(BY).to_owned(),
    })
}
