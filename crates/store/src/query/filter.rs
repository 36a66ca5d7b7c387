//! A filter over sites as SQL. Conditions are written out so that SQLite can choose among the indexes; values are
//! always bound.

use domain::GridCode;
use rusqlite::ToSql;
use wire::message::{SiteFilter, Standing};

use crate::search;

/// The part of a query after `FROM`, with its values.
pub(super) struct Condition {
    pub from: &'static str,
    pub terms: Vec<String>,
    pub values: Vec<Box<dyn ToSql>>,
    /// Whether the search index leads, so that rows come in the order of their numbers.
    pub by_search: bool,
}

impl Condition {
    pub fn of(filter: &SiteFilter) -> Self {
        let SiteFilter { grid, text, standing, done, open_problems, conflict } = filter;
        let mut condition = Self { from: "site", terms: Vec::new(), values: Vec::new(), by_search: false };
        let words = text.as_deref().filter(|text| !text.trim().is_empty());
        match words.map(|text| search::query(text, grid.as_ref())) {
            Some(Some(query)) => {
                condition.from = "site_search JOIN site ON site.n = site_search.rowid";
                condition.by_search = true;
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
        condition
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
