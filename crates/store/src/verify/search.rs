//! The search: the words under which each site is found, against those that its dossier gives.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use rusqlite::Connection;
use uuid::Uuid;

use super::Report;
use crate::StoreError;

/// Lets a connection that only reads see the words of the search one by one.
pub(super) fn prepare(connection: &Connection) -> Result<(), StoreError> {
    connection.pragma_update(None, "query_only", "OFF")?;
    connection.execute_batch(
        "CREATE VIRTUAL TABLE IF NOT EXISTS temp.search_words USING fts5vocab('main', 'site_search', 'instance')",
    )?;
    Ok(connection.pragma_update(None, "query_only", "ON")?)
}

pub(super) fn compare(
    here: &Connection,
    rebuilt: &Connection,
    report: &mut Report,
) -> Result<(), StoreError> {
    rebuilt.execute_batch(
        "CREATE VIRTUAL TABLE IF NOT EXISTS temp.search_words USING fts5vocab('main', 'site_search', 'instance')",
    )?;
    let (is, mut should) = (words(here)?, words(rebuilt)?);
    for (site, sum) in is {
        match (site, should.remove(&site)) {
            (Some(site), found) if found != Some(sum) => {
                let place = format!("table site_search, site {site}");
                report.fault("search", place, "it is found by other words than its dossier has");
            }
            (None, None) => report.fault("search", "table site_search", "it finds sites that are not there"),
            _ => {}
        }
    }
    for site in should.into_keys().flatten() {
        report.fault("search", format!("table site_search, site {site}"), "it is not found");
    }
    Ok(())
}

/// A sum over the words of each site that does not hang on their order; `None` for rows of no site.
fn words(connection: &Connection) -> Result<HashMap<Option<Uuid>, u64>, StoreError> {
    let mut sites: HashMap<i64, Uuid> = HashMap::new();
    let mut statement = connection.prepare("SELECT n, id FROM site")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        sites.insert(row.get(0)?, row.get(1)?);
    }
    let mut sums: HashMap<Option<Uuid>, u64> = HashMap::new();
    let mut statement = connection.prepare("SELECT doc, term, col, offset FROM temp.search_words")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let mut hasher = DefaultHasher::new();
        row.get_ref(1)?.as_bytes().map_err(rusqlite::Error::from)?.hash(&mut hasher);
        row.get_ref(2)?.as_bytes_or_null().map_err(rusqlite::Error::from)?.hash(&mut hasher);
        row.get::<_, i64>(3)?.hash(&mut hasher);
        let sum = sums.entry(sites.get(&row.get(0)?).copied()).or_default();
        *sum = sum.wrapping_add(hasher.finish());
    }
    Ok(sums)
}
