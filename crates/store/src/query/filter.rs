//! A filter over sites as SQL. Conditions are written out so that SQLite can choose among the indexes; values are
//! always bound.

use chrono::NaiveDate;
use domain::{GridCode, TaskId};
use rusqlite::ToSql;
use wire::message::{SiteFilter, Standing};

use crate::search;

/// The part of a query after `FROM`, with its values.
pub(super) struct Condition {
    pub from: &'static str,
    pub terms: Vec<String>,
    pub values: Vec<Box<dyn ToSql>>,
    pub order: Order,
}

/// The order in which rows come, which an index must give without sorting.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    /// Grid codes, then registration.
    Ledger,
    /// Arrival on this replica: the search index leads.
    Arrival,
    /// The longest overdue first.
    Deadline,
    /// The longest due for a recheck first.
    Recheck,
}

impl Order {
    pub fn sql(self) -> &'static str {
        match self {
            Self::Ledger => "site.grid, site.id",
            Self::Arrival => "site_search.rowid",
            Self::Deadline => "site.deadline, site.id",
            Self::Recheck => "site.recheck_on, site.id",
        }
    }
}

impl Condition {
    /// `today` decides what is overdue.
    pub fn of(filter: &SiteFilter, today: NaiveDate) -> Self {
        let SiteFilter {
            grid,
            text,
            standing,
            done,
            open_problems,
            conflict,
            overdue,
            placed,
            industry,
            recheck_due,
            relapsed,
            alert,
            task,
            visited,
        } = filter;
        let mut condition =
            Self { from: "site", terms: Vec::new(), values: Vec::new(), order: Order::Ledger };
        let words = text.as_deref().filter(|text| !text.trim().is_empty());
        match words.map(|text| search::query(text, grid.as_ref())) {
            Some(Some(query)) => {
                condition.from = "site_search JOIN site ON site.n = site_search.rowid";
                condition.order = Order::Arrival;
                condition.bind("site_search MATCH ?", query);
            }
            // Only punctuation was typed: nothing is found.
            Some(None) => condition.terms.push("0".to_owned()),
            None => condition.within(grid.as_ref()),
        }
        if let Some(standing) = standing {
            condition.terms.push(
                match standing {
                    Standing::Polluting => "site.verdict IN ('upgrade', 'relocate', 'shut_down')",
                    Standing::Clean => "site.verdict = 'clean'",
                    Standing::Unjudged => "site.verdict = ''",
                    Standing::Upgrade => "site.verdict = 'upgrade'",
                    Standing::Relocate => "site.verdict = 'relocate'",
                    Standing::ShutDown => "site.verdict = 'shut_down'",
                }
                .to_owned(),
            );
        }
        if let Some(done) = done {
            condition.terms.push(format!("site.done = {}", u8::from(*done)));
        }
        match open_problems {
            Some(true) => condition.terms.push("site.open_problems > 0".to_owned()),
            Some(false) => condition.terms.push("site.open_problems = 0".to_owned()),
            None => {}
        }
        if let Some(conflict) = conflict {
            condition.terms.push(format!("site.conflict = {}", u8::from(*conflict)));
        }
        match placed {
            Some(true) => condition.terms.push("site.latitude IS NOT NULL".to_owned()),
            Some(false) => condition.terms.push("site.latitude IS NULL".to_owned()),
            None => {}
        }
        if let Some(overdue) = overdue {
            condition.overdue(*overdue, today);
        }
        if let Some(industry) = industry.as_deref().filter(|industry| !industry.trim().is_empty()) {
            condition.bind("instr(site.industry, ?) > 0", industry.trim().to_owned());
        }
        match relapsed {
            Some(true) => condition.terms.push("site.relapsed = 1".to_owned()),
            Some(false) => condition.terms.push("site.relapsed = 0".to_owned()),
            None => {}
        }
        match alert {
            Some(true) => condition.terms.push("site.alerts > 0".to_owned()),
            Some(false) => condition.terms.push("site.alerts = 0".to_owned()),
            None => {}
        }
        if let Some(due) = recheck_due {
            condition.recheck_due(*due, today);
        }
        if let Some(task) = task {
            condition.of_task(*task, *visited);
        }
        condition
    }

    fn recheck_due(&mut self, due: bool, today: NaiveDate) {
        const DUE: &str = "site.recheck_on IS NOT NULL AND site.recheck_on <= ?";
        if due {
            self.bind(DUE, today.to_string());
            if self.order == Order::Ledger {
                self.order = Order::Recheck;
            }
        } else {
            self.bind(&format!("NOT ({DUE})"), today.to_string());
        }
    }

    /// Sites that are to be visited for a task: those it names, or that somebody visited for it.
    fn of_task(&mut self, task: TaskId, visited: Option<bool>) {
        self.values.push(Box::new(task.0));
        let n = self.values.len();
        self.terms.push(format!(
            "site.id IN (SELECT site FROM task_site WHERE task = ?{n} UNION SELECT site FROM visit WHERE task = ?{n})"
        ));
        if let Some(visited) = visited {
            let not = if visited { "" } else { "NOT " };
            self.terms.push(format!("site.id {not}IN (SELECT site FROM visit WHERE task = ?{n})"));
        }
    }

    fn overdue(&mut self, overdue: bool, today: NaiveDate) {
        const WAITING: &str = "site.done = 0 AND site.verdict IN ('upgrade', 'relocate', 'shut_down') \
            AND site.deadline IS NOT NULL AND site.deadline < ?";
        if overdue {
            self.bind(WAITING, today.to_string());
            if self.order == Order::Ledger {
                self.order = Order::Deadline;
            }
        } else {
            self.bind(&format!("NOT ({WAITING})"), today.to_string());
        }
    }

    fn within(&mut self, grid: Option<&GridCode>) {
        if let Some(grid) = grid {
            // All codes with this prefix: ':' comes after '9'.
            self.bind("site.grid >= ?", grid.as_str().to_owned());
            self.bind("site.grid < ?", format!("{grid}:"));
        }
    }

    pub fn bind(&mut self, term: &str, value: impl ToSql + 'static) {
        self.values.push(Box::new(value));
        self.terms.push(term.replacen('?', &format!("?{}", self.values.len()), 1));
    }

    pub fn sql(&self) -> String {
        if self.terms.is_empty() { "1".to_owned() } else { self.terms.join(" AND ") }
    }

    pub fn values(&self) -> Vec<&dyn ToSql> {
        self.values.iter().map(AsRef::as_ref).collect()
    }
}
