//! How much there is, for whoever operates a server: counts, and nothing of what is on record.

use crate::{Reader, StoreError};

/// How much there is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Figures {
    /// How many documents there are of each kind.
    pub documents: Vec<(String, u64)>,
    /// How many entries the logs of all grid units have.
    pub log_entries: u64,
    /// How many photos are here, and their bytes.
    pub photos: (u64, u64),
    /// How many pieces of work wait for a lead, by what they lack.
    pub held: Vec<(String, u64)>,
    /// How many changes are kept that nobody could read, and their bytes.
    pub poison: (u64, u64),
}

impl Reader<'_> {
    /// How much there is, whatever the scope. Reads indexes and small tables only, so that it may be asked often.
    pub fn figures(&self) -> Result<Figures, StoreError> {
        let by_word = |sql: &str| {
            let mut statement = self.connection.prepare_cached(sql)?;
            let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
            rows.collect::<Result<Vec<(String, u64)>, _>>()
        };
        let pair = |sql: &str| {
            let mut statement = self.connection.prepare_cached(sql)?;
            statement.query_row([], |row| Ok((row.get::<_, u64>(0)?, row.get::<_, u64>(1)?)))
        };
        let (log_entries, _) = pair("SELECT coalesce(sum(seq), 0), 0 FROM log_position")?;
        Ok(Figures {
            documents: by_word("SELECT kind, count(*) FROM document GROUP BY kind ORDER BY kind")?,
            log_entries,
            photos: pair("SELECT count(*), coalesce(sum(bytes), 0) FROM photo_file WHERE removed = 0")?,
            held: by_word(
                "SELECT reason, count(*) FROM held WHERE state = 'waiting' GROUP BY reason ORDER BY reason",
            )?,
            poison: pair(
                "SELECT coalesce(sum(changes), 0), coalesce(sum(bytes), 0) FROM poison_sum WHERE whose = 'all'",
            )?,
        })
    }
}
