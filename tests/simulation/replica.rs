//! A folder with a replica in it, its clock, and what stands in its database.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use app::Clock;
use chrono::DateTime;
use domain::PhotoHash;
use rusqlite::Connection;
use uuid::Uuid;

pub type Hash = [u8; 32];

/// The true time of a season, and by how much one replica's clock is wrong. Both in milliseconds.
#[derive(Clone)]
pub struct ReplicaClock {
    truth: Arc<AtomicI64>,
    ahead: Arc<AtomicI64>,
}

impl ReplicaClock {
    pub fn by(truth: &Arc<AtomicI64>) -> Self {
        Self { truth: Arc::clone(truth), ahead: Arc::default() }
    }

    pub fn jump(&self, milliseconds: i64) {
        self.ahead.fetch_add(milliseconds, Ordering::Relaxed);
    }

    pub fn mend(&self) {
        self.ahead.store(0, Ordering::Relaxed);
    }

    pub fn source(&self) -> Clock {
        let these = self.clone();
        Arc::new(move || {
            let shown = these.truth.load(Ordering::Relaxed) + these.ahead.load(Ordering::Relaxed);
            DateTime::from_timestamp_millis(shown).unwrap()
        })
    }
}

/// A change as the database of a replica has it.
pub struct ChangeRow {
    pub hash: Hash,
    pub document: Uuid,
    pub dossier: bool,
    pub grid: String,
    pub unsent: bool,
    pub refused: String,
}

/// What a replica's folder holds, read beside the product.
pub struct Folder {
    path: PathBuf,
    connection: RefCell<Option<Connection>>,
}

impl Folder {
    pub fn at(path: PathBuf) -> Self {
        Self { path, connection: RefCell::default() }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Before the folder is closed: a connection that stays would keep the database from being folded up.
    pub fn let_go(&self) {
        *self.connection.borrow_mut() = None;
    }

    pub fn query<T>(
        &self,
        sql: &str,
        params: impl rusqlite::Params,
        row: impl FnMut(&rusqlite::Row<'_>) -> rusqlite::Result<T>,
    ) -> Vec<T> {
        let mut connection = self.connection.borrow_mut();
        let connection = connection.get_or_insert_with(|| {
            let connection = Connection::open(self.path.join("replica.sqlite")).unwrap();
            connection.pragma_update(None, "query_only", true).unwrap();
            connection.set_prepared_statement_cache_capacity(64);
            connection
        });
        let mut statement = connection.prepare_cached(sql).unwrap();
        statement.query_map(params, row).unwrap().collect::<Result<_, _>>().unwrap()
    }

    pub fn changes(&self) -> Vec<ChangeRow> {
        self.query(
            "SELECT change.hash, change.document, document.kind, change.grid, change.unsent, change.refused
             FROM change LEFT JOIN document ON document.id = change.document ORDER BY change.n",
            [],
            |row| {
                Ok(ChangeRow {
                    hash: row.get(0)?,
                    document: row.get(1)?,
                    dossier: row.get::<_, Option<String>>(2)?.as_deref() == Some("dossier"),
                    grid: row.get(3)?,
                    unsent: row.get(4)?,
                    refused: row.get(5)?,
                })
            },
        )
    }

    /// The latest changes of documents that arrived compacted.
    pub fn heads_of_compacted(&self) -> HashSet<Hash> {
        let sql = "SELECT heads FROM document WHERE id IN (SELECT document FROM compacted)";
        let heads: Vec<Vec<u8>> = self.query(sql, [], |row| row.get(0));
        heads.iter().flat_map(|heads| heads.as_chunks::<32>().0.to_vec()).collect()
    }

    /// Every change in the snapshots of documents that arrived compacted.
    pub fn compacted(&self, grid: impl Fn(&str) -> bool) -> HashSet<Hash> {
        let sql = "SELECT grid, snapshot FROM document WHERE id IN (SELECT document FROM compacted)";
        let rows: Vec<(String, Vec<u8>)> = self.query(sql, [], |row| Ok((row.get(0)?, row.get(1)?)));
        let mut hashes = HashSet::new();
        for (_, snapshot) in rows.iter().filter(|(of, snapshot)| grid(of) && !snapshot.is_empty()) {
            let document = automerge::Automerge::load(snapshot).unwrap();
            hashes.extend(document.get_changes(&[]).iter().map(|change| change.hash().0));
        }
        hashes
    }

    pub fn hashes(&self, sql: &str) -> HashSet<Hash> {
        self.query(sql, [], |row| row.get(0)).into_iter().collect()
    }

    /// Photos whose row says that they are here, and whether the server is said to hold them.
    pub fn photo_rows(&self) -> HashMap<PhotoHash, (bool, bool)> {
        let rows = self.query("SELECT hash, stored, removed FROM photo_file", [], |row| {
            Ok((row.get::<_, String>(0)?, (row.get(1)?, row.get(2)?)))
        });
        rows.into_iter().map(|(hash, said)| (hash.parse().unwrap(), said)).collect()
    }

    /// Photos that records mention.
    pub fn photos_mentioned(&self) -> HashSet<PhotoHash> {
        self.photos_of(|_| true)
    }

    /// Photos that records of these grid units mention.
    pub fn photos_of(&self, grid: impl Fn(&str) -> bool) -> HashSet<PhotoHash> {
        let sql = "SELECT DISTINCT photo.hash, site.grid FROM photo JOIN site ON site.id = photo.site";
        let rows = self.query(sql, [], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)));
        rows.into_iter().filter(|(_, of)| grid(of)).map(|(hash, _)| hash.parse().unwrap()).collect()
    }

    pub fn photo_path(&self, hash: &PhotoHash) -> PathBuf {
        self.path.join("photos").join(&hash.as_str()[..2]).join(format!("{hash}.jpg"))
    }
}
