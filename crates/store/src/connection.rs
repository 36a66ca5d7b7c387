//! The database: one connection that writes, and a few that read beside it (WAL).

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use domain::Scope;
use rusqlite::{Connection, Transaction, TransactionBehavior};
use rusqlite_migration::{M, Migrations};

use crate::{StoreError, scope};

/// In order, and never edited once released.
const MIGRATIONS: &[M<'static>] = &[
    M::up(include_str!("schema/0001-replica.sql")),
    M::up(include_str!("schema/0002-views.sql")),
    M::up(include_str!("schema/0003-photos.sql")),
    M::up(include_str!("schema/0004-map.sql")),
    M::up(include_str!("schema/0005-fingerprint.sql")),
    M::up(include_str!("schema/0006-closed-loop.sql")),
    M::up(include_str!("schema/0007-quarantine.sql")),
    M::up(include_str!("schema/0008-draft-owner.sql")),
];

#[derive(Debug)]
pub(crate) struct Database {
    path: PathBuf,
    writer: Mutex<Connection>,
    /// Idle ones, by the scope that they are kept to.
    readers: Mutex<HashMap<String, Vec<Connection>>>,
}

impl Database {
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let mut writer = connect(path)?;
        Migrations::from_slice(MIGRATIONS).to_latest(&mut writer)?;
        Ok(Self { path: path.to_owned(), writer: Mutex::new(writer), readers: Mutex::default() })
    }

    /// Reads a consistent state, of all or of what lies within a scope.
    pub fn read<T, E: From<StoreError>>(
        &self,
        scope: Option<&Scope>,
        work: impl FnOnce(&Connection) -> Result<T, E>,
    ) -> Result<T, E> {
        let key = scope::key(scope);
        let idle =
            self.readers.lock().unwrap_or_else(PoisonError::into_inner).get_mut(&key).and_then(Vec::pop);
        let mut connection = match idle {
            Some(connection) => connection,
            None => {
                let connection = connect(&self.path)?;
                if let Some(scope) = scope {
                    scope::cover(&connection, scope)?;
                }
                connection
            }
        };
        let result = {
            let transaction = connection.transaction().map_err(StoreError::from)?;
            work(&transaction)
        };
        self.readers.lock().unwrap_or_else(PoisonError::into_inner).entry(key).or_default().push(connection);
        result
    }

    /// Writes all or nothing. What was written is on the medium when this returns.
    pub fn write<T, E: From<StoreError>>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        // Code that panicked while it wrote has left nothing: its transaction was rolled back when it was dropped.
        let mut connection = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let transaction =
            connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(StoreError::from)?;
        let result = work(&transaction)?;
        transaction.commit().map_err(StoreError::from)?;
        Ok(result)
    }
}

fn connect(path: &Path) -> Result<Connection, StoreError> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(Duration::from_secs(60))?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // NORMAL may lose the last commits when the power fails.
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", "ON")?;
    connection.pragma_update(None, "cache_size", -32_000)?;
    connection.set_prepared_statement_cache_capacity(128);
    Ok(connection)
}
