//! Somebody at the office, who asks the server's replica directly.

use std::path::Path;
use std::sync::Arc;

use app::{App, Caller};
use domain::{GridCode, PhotoHash, ProblemId, Role, Scope, SiteId, Stage, StageChangeId};
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;
use wire::ApiError;
use wire::message::*;

/// Somebody at the office.
pub struct Desk {
    pub app: Arc<App>,
    pub caller: Caller,
}

impl Desk {
    /// A person of this name and role, responsible for these grid units.
    pub fn of(app: &Arc<App>, person: &str, role: Role, scope: &[&str]) -> Self {
        let codes = scope.iter().map(|code| code.parse().unwrap()).collect();
        let caller = Caller { person: person.to_owned(), role, scope: Some(Scope::new(codes)) };
        Self { app: Arc::clone(app), caller }
    }

    /// Runs a command.
    pub fn try_call<R: DeserializeOwned>(
        &self,
        command: &str,
        request: impl Serialize,
    ) -> Result<R, ApiError> {
        let request = serde_json::to_value(request).unwrap();
        let reply = wire::dispatch(&*self.app, &self.caller, command, request).expect("a known command")?;
        Ok(serde_json::from_value(reply).unwrap())
    }

    /// Runs a command and expects it to succeed.
    pub fn call<R: DeserializeOwned>(&self, command: &str, request: impl Serialize) -> R {
        self.try_call(command, request).unwrap_or_else(|error| panic!("{command}: {error:?}"))
    }

    pub fn dossier(&self, site: SiteId) -> DossierView {
        self.call("sites.dossier", OneSite { site })
    }

    /// The problem as it stands in the dossier.
    pub fn problem(&self, site: SiteId, problem: ProblemId) -> ProblemView {
        let problems = self.dossier(site).problems;
        problems.into_iter().find(|view| view.problem.id == problem).unwrap()
    }

    /// Imports a file and expects every row to be read.
    pub fn import(&self, what: ImportKind, bytes: &[u8]) -> ImportReport {
        let upload = self.app.uploads().add(bytes).unwrap();
        let request = ImportFile { upload, what, dry_run: false, skip_bad_rows: false };
        let report: ImportReport = self.call("files.import", request);
        assert_eq!((report.bad.as_slice(), report.written), (&[][..], true));
        report
    }

    /// Imports a list that was imported before.
    pub fn import_again(&self, tasks: &[u8]) -> ImportReport {
        let upload = self.app.uploads().add(tasks).unwrap();
        let request = ImportFile { upload, what: ImportKind::Tasks, dry_run: false, skip_bad_rows: false };
        self.call("files.import", request)
    }

    /// Takes a photo from a file in.
    pub fn photograph(&self, draft: Uuid, file: &Path) -> PhotoHash {
        let upload = self.app.uploads().add(&std::fs::read(file).unwrap()).unwrap();
        self.call::<AttachedPhoto>("photos.attach", AttachPhoto { upload, draft, options: None }).hash
    }

    /// Every site of a grid unit that a filter leaves, in the order of the ledger.
    pub fn sites(&self, filter: SiteFilter) -> Vec<SiteSummary> {
        let mut sites = Vec::new();
        let mut after = None;
        loop {
            let request = ListSites { filter: filter.clone(), after, limit: 500 };
            let page: SitePage = self.call("sites.list", request);
            sites.extend(page.sites);
            match page.next {
                Some(next) => after = Some(next),
                None => return sites,
            }
        }
    }

    /// What came of a list.
    pub fn list(&self, name: &str, grid: &str) -> TaskList {
        let grid: GridCode = grid.parse().unwrap();
        let lists: Vec<TaskList> = self.call("tasks.lists", TaskListsOf { grid: Some(grid) });
        lists.into_iter().find(|list| list.list == name).unwrap()
    }
}

/// A step of a problem, taken by somebody who saw it like this.
pub fn step(site: SiteId, seen: &ProblemView, stage: Stage) -> StepProblem {
    StepProblem {
        id: StageChangeId::new(),
        site,
        problem: seen.problem.id,
        stage,
        seen: [seen.tips.as_slice(), &seen.contested].concat(),
        comment: String::new(),
        deadline: None,
        position: None,
        photos: vec![],
        draft: None,
    }
}
