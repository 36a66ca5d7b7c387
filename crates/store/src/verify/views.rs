//! The tables that screens query against what the documents show.

use rusqlite::types::Value;
use rusqlite::{Connection, Statement};

use super::{Progress, Report, VerifyStep};
use crate::photo::hex;
use crate::{Reader, StoreError};

/// A table, and the columns by which a row of it is known.
struct Table {
    name: &'static str,
    key: &'static [&'static str],
    /// Of an R*Tree the table whose rows' places it holds, under the same numbers.
    whose: Option<&'static str>,
}

const fn table(name: &'static str, key: &'static [&'static str]) -> Table {
    Table { name, key, whose: None }
}

const fn places(name: &'static str, whose: &'static str, key: &'static [&'static str]) -> Table {
    Table { name, key, whose: Some(whose) }
}

/// All tables of [`crate::view::VIEWS`] but the search, and the R*Trees that go with them.
const TABLES: &[Table] = &[
    table("site", &["id"]),
    table("photo", &["site", "id"]),
    table("grid_unit", &["code"]),
    table("boundary", &["code"]),
    table("problem", &["site", "id"]),
    table("visit", &["site", "id"]),
    table("paper", &["site", "id"]),
    table("filed_case", &["site", "id"]),
    table("alert", &["site", "id"]),
    table("task", &["id"]),
    table("task_site", &["task", "site"]),
    table("county_rule", &["county"]),
    places("site_place", "site", &["id"]),
    places("photo_place", "photo", &["site", "id"]),
    places("boundary_box", "boundary", &["code"]),
];

pub(super) fn compare(
    reader: &Reader<'_>,
    rebuilt: &Connection,
    report: &mut Report,
    progress: Progress<'_>,
) -> Result<(), StoreError> {
    if let Some(version) = reader.other_view_version()? {
        let what = format!("they are of version {version:?}: a server or app that starts writes them anew");
        report.fault("table_version", "the tables", what);
    }
    let total = TABLES.len() as u64;
    for (done, table) in TABLES.iter().enumerate() {
        progress(VerifyStep::Tables, done as u64, total);
        table.compare(reader.connection, rebuilt, report)?;
    }
    progress(VerifyStep::Tables, total, total);
    Ok(())
}

impl Table {
    fn compare(
        &self,
        here: &Connection,
        rebuilt: &Connection,
        report: &mut Report,
    ) -> Result<(), StoreError> {
        let sql = self.sql(here)?;
        let (mut here, mut rebuilt) = (here.prepare(&sql)?, rebuilt.prepare(&sql)?);
        let columns: Vec<String> = here.column_names().into_iter().map(str::to_owned).collect();
        let (mut here, mut rebuilt) = (Rows::of(&mut here)?, Rows::of(&mut rebuilt)?);
        let (mut one, mut other) = (here.next()?, rebuilt.next()?);
        loop {
            let order = match (&one, &other) {
                (None, None) => return Ok(()),
                (Some(_), None) => std::cmp::Ordering::Less,
                (None, Some(_)) => std::cmp::Ordering::Greater,
                (Some(one), Some(other)) => self.key_of(one).cmp(&self.key_of(other)),
            };
            let name = self.name;
            match (order, &one, &other) {
                (std::cmp::Ordering::Less, Some(row), _) => {
                    let place = format!("table {name}, row {}", self.named(row));
                    report.fault("table_row_extra", place, "no document says so");
                    one = here.next()?;
                }
                (std::cmp::Ordering::Greater, _, Some(row)) => {
                    let place = format!("table {name}, row {}", self.named(row));
                    report.fault("table_row_missing", place, "a document says so, and the table does not");
                    other = rebuilt.next()?;
                }
                (_, Some(row), Some(right)) => {
                    report.rows += 1;
                    let differing: Vec<&str> = columns
                        .iter()
                        .zip(row.iter().zip(right))
                        .filter(|(_, (is, should))| is != should)
                        .map(|(column, _)| column.as_str())
                        .collect();
                    if !differing.is_empty() {
                        let place = format!("table {name}, row {}", self.named(row));
                        let what = format!("not as in its document: {}", differing.join(", "));
                        report.fault("table_row", place, what);
                    }
                    (one, other) = (here.next()?, rebuilt.next()?);
                }
                _ => return Ok(()),
            }
        }
    }

    /// The rows in the order of their keys, the columns of the key first.
    fn sql(&self, here: &Connection) -> Result<String, StoreError> {
        let key = self.key.join(", ");
        if let Some(whose) = self.whose {
            // Numbers differ, so a row is known by whose it is; a row of nobody is its own.
            let known = |column: &&str| format!("coalesce({whose}.{column}, 'row ' || p.n) AS {column}");
            let columns = self.key.iter().map(known).collect::<Vec<_>>().join(", ");
            return Ok(format!(
                "SELECT {columns}, p.west, p.east, p.south, p.north
                 FROM {} AS p LEFT JOIN {whose} ON {whose}.n = p.n ORDER BY {key}",
                self.name
            ));
        }
        let mut statement = here.prepare(&format!("SELECT name FROM pragma_table_info('{}')", self.name))?;
        let names = statement.query_map([], |row| row.get::<_, String>(0))?;
        let mut columns: Vec<String> = self.key.iter().map(|name| (*name).to_owned()).collect();
        for name in names {
            let name = name?;
            if name != "n" && !self.key.contains(&name.as_str()) {
                columns.push(name);
            }
        }
        Ok(format!("SELECT {} FROM {} ORDER BY {key}", columns.join(", "), self.name))
    }

    /// The key of a row, as SQLite orders it: nothing, texts, bytes.
    fn key_of(&self, row: &[Value]) -> Vec<(u8, Vec<u8>)> {
        row.iter()
            .take(self.key.len())
            .map(|value| match value {
                Value::Text(text) => (1, text.clone().into_bytes()),
                Value::Blob(bytes) => (2, bytes.clone()),
                _ => (0, Vec::new()),
            })
            .collect()
    }

    fn named(&self, row: &[Value]) -> String {
        let parts = row.iter().take(self.key.len()).map(|value| match value {
            Value::Text(text) => text.clone(),
            Value::Blob(bytes) => match bytes.as_slice().try_into().map(uuid::Uuid::from_bytes) {
                Ok(id) => id.to_string(),
                Err(_) => hex(bytes),
            },
            other => format!("{other:?}"),
        });
        parts.collect::<Vec<_>>().join(" ")
    }
}

struct Rows<'a> {
    rows: rusqlite::Rows<'a>,
    columns: usize,
}

impl<'a> Rows<'a> {
    fn of(statement: &'a mut Statement<'_>) -> Result<Self, StoreError> {
        let columns = statement.column_count();
        Ok(Self { rows: statement.query([])?, columns })
    }

    fn next(&mut self) -> Result<Option<Vec<Value>>, StoreError> {
        let Some(row) = self.rows.next()? else { return Ok(None) };
        Ok(Some((0..self.columns).map(|column| row.get(column)).collect::<Result<_, _>>()?))
    }
}

#[cfg(test)]
mod tests {
    use super::TABLES;
    use crate::view::VIEWS;

    #[test]
    fn no_table_is_left_out() {
        for view in VIEWS {
            let compared = TABLES.iter().any(|table| table.name == *view);
            assert!(compared || *view == "site_search", "{view} is not compared");
        }
    }
}
