//! Reading within a scope. Whoever may see only some grid units reads through a connection on which every table that
//! tells of sites is covered by a view of the same name that shows only those: a query cannot forget it.
//!
//! Such a view has no indexes to be named, so a query with `INDEXED BY` must ask [`Reader::indexed_by`].

use domain::{GridCode, Scope};
use rusqlite::Connection;

use crate::{Reader, StoreError};

/// How the rows of a table are told to belong to a scope.
enum Limit {
    /// Its grid unit lies in it.
    Grid,
    /// Its grid unit lies in it or above it: what is shared.
    GridOrAbove,
    /// Its site lies in it.
    Site,
    /// It is about no site, or its site lies in it.
    SiteIfAny,
    /// Its number is that of a site that lies in it.
    SiteNumber(&'static str),
    /// Its number is that of a photo of a site that lies in it.
    PhotoNumber,
}

const LIMITS: &[(&str, Limit)] = &[
    ("site", Limit::Grid),
    ("site_place", Limit::SiteNumber("n")),
    ("site_place_rowid", Limit::SiteNumber("rowid")),
    ("problem", Limit::Grid),
    ("visit", Limit::Grid),
    ("paper", Limit::Grid),
    ("filed_case", Limit::Grid),
    ("alert", Limit::Site),
    ("photo", Limit::Site),
    ("photo_place", Limit::PhotoNumber),
    ("task", Limit::GridOrAbove),
    ("task_site", Limit::Site),
    ("document", Limit::GridOrAbove),
    ("held", Limit::Grid),
    ("poison", Limit::Grid),
    ("departure", Limit::Grid),
    ("draft", Limit::SiteIfAny),
];

/// Covers the tables of a connection. `temp` comes before `main` where a name is looked up.
pub(crate) fn cover(connection: &Connection, scope: &Scope) -> Result<(), StoreError> {
    for (table, limit) in LIMITS {
        let condition = match limit {
            Limit::Grid => within("t.grid", scope),
            Limit::GridOrAbove => format!("{} OR {}", within("t.grid", scope), above("t.grid", scope)),
            Limit::Site => site("id = t.site", scope),
            Limit::SiteIfAny => format!("t.site IS NULL OR {}", site("id = t.site", scope)),
            Limit::SiteNumber(column) => site(&format!("n = t.{column}"), scope),
            Limit::PhotoNumber => format!(
                "EXISTS (SELECT 1 FROM main.photo AS p JOIN main.site AS s ON s.id = p.site
                    WHERE p.n = t.n AND ({}))",
                within("s.grid", scope)
            ),
        };
        connection.execute_batch(&format!(
            "CREATE TEMP VIEW {table} AS SELECT * FROM main.{table} AS t WHERE {condition}"
        ))?;
    }
    Ok(())
}

fn site(found_by: &str, scope: &Scope) -> String {
    let condition = within("s.grid", scope);
    format!("EXISTS (SELECT 1 FROM main.site AS s WHERE s.{found_by} AND ({condition}))")
}

/// Codes are digits, so they can stand in SQL as they are.
fn within(column: &str, scope: &Scope) -> String {
    let one = |code: &GridCode| format!("({column} >= '{code}' AND {column} < '{code}:')");
    any(scope.codes().iter().map(one))
}

fn above(column: &str, scope: &Scope) -> String {
    let mut codes = Vec::new();
    for code in scope.codes() {
        let mut parent = code.parent();
        while let Some(code) = parent {
            parent = code.parent();
            codes.push(code);
        }
    }
    any(codes.iter().map(|code| format!("{column} = '{code}'")))
}

fn any(terms: impl Iterator<Item = String>) -> String {
    let terms: Vec<String> = terms.collect();
    if terms.is_empty() { "0".to_owned() } else { terms.join(" OR ") }
}

/// Names a scope among connections; empty for none.
pub(crate) fn key(scope: Option<&Scope>) -> String {
    match scope {
        None => String::new(),
        Some(scope) => scope.codes().iter().fold(":".to_owned(), |key, code| key + code.as_str() + ","),
    }
}

impl Reader<'_> {
    /// What this reader is kept to; `None` where it sees all that is here.
    pub fn scope(&self) -> Option<&Scope> {
        self.scope
    }

    /// `INDEXED BY` this index, where the table is not covered by a view.
    pub(crate) fn indexed_by(&self, index: &str) -> String {
        if self.scope.is_none() { format!("INDEXED BY {index}") } else { String::new() }
    }
}
