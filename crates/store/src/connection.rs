//! The database: one connection that writes, and a few that read beside it (WAL).

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use domain::Scope;
use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};
use rusqlite_migration::{M, Migrations};

use crate::{StoreError, scope};

/// How much of the database a connection keeps in memory: in KiB, which SQLite takes negative.
const CACHE: i64 = -32_000;
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
    M::up(include_str!("schema/0009-poison.sql")),
    M::up(include_str!("schema/0010-exchange.sql")),
    M::up(include_str!("schema/0011-unreadable.sql")),
];

/// What connections may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Read and write.
    Own,
    /// Read, beside others who write.
    Reading,
    /// Read a file that nobody writes, such as one of a backup: nothing is created beside it.
    Copy,
}

#[derive(Debug)]
pub(crate) struct Database {
    path: PathBuf,
    mode: Mode,
    writer: Mutex<Connection>,
    /// Idle ones, by the scope that they are kept to.
    readers: Mutex<HashMap<String, Vec<Connection>>>,
}

impl Database {
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let mut writer = connect(path, Mode::Own)?;
        Migrations::from_slice(MIGRATIONS).to_latest(&mut writer)?;
        Ok(Self::with(path, Mode::Own, writer))
    }

    /// Opens a database that is there, for reading only.
    ///
    /// # Errors
    /// When it is not of this version.
    pub fn open_reading(path: &Path, mode: Mode) -> Result<Self, StoreError> {
        let connection = connect(path, mode)?;
        let version: usize = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
        // What stands in a copy of an older version can be compared, and is brought up to date when it is opened to be used.
        if version != MIGRATIONS.len() && (mode != Mode::Copy || version > MIGRATIONS.len()) {
            return Err(StoreError::OtherVersion(version, MIGRATIONS.len()));
        }
        Ok(Self::with(path, mode, connection))
    }

    /// Gives what deleted rows took back to the disk, and leaves nothing of them in the file or beside it.
    ///
    /// # Errors
    /// When somebody reads for so long that it cannot be: then some of it is left.
    pub fn fold_up(&self) -> Result<(), StoreError> {
        // Idle readers hold on to pages of before.
        self.readers.lock().unwrap_or_else(PoisonError::into_inner).clear();
        let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        writer.execute_batch("VACUUM")?;
        let busy = writer.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, bool>(0))?;
        if busy {
            let busy = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_BUSY);
            return Err(rusqlite::Error::SqliteFailure(busy, None).into());
        }
        Ok(())
    }

    /// Whether it is of this version.
    pub fn is_current(&self) -> Result<bool, StoreError> {
        self.read(None, |connection| {
            let version: usize = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
            Ok(version == MIGRATIONS.len())
        })
    }

    /// Where it lies, and what connections to it may do.
    pub fn place(&self) -> (&Path, Mode) {
        let mode = if self.mode == Mode::Own { Mode::Reading } else { self.mode };
        (&self.path, mode)
    }

    fn with(path: &Path, mode: Mode, writer: Connection) -> Self {
        Self { path: path.to_owned(), mode, writer: Mutex::new(writer), readers: Mutex::default() }
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
                let connection = connect(&self.path, self.mode)?;
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
        fail::fail_point!("database.before_commit");
        transaction.commit().map_err(StoreError::from)?;
        fail::fail_point!("database.after_commit");
        Ok(result)
    }
}

/// An empty database with all tables, which SQLite keeps in memory and, when it grows, in a file that nobody else sees.
pub(crate) fn temporary() -> Result<Connection, StoreError> {
    let mut connection = Connection::open("")?;
    Migrations::from_slice(MIGRATIONS).to_latest(&mut connection)?;
    connection.set_prepared_statement_cache_capacity(128);
    Ok(connection)
}

/// Opens a database that is there, for reading only.
pub(crate) fn connect_reading(path: &Path, mode: Mode) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_URI;
    let connection = match mode {
        Mode::Copy => {
            let uri = format!("file:{}?immutable=1", escaped(path));
            Connection::open_with_flags(uri, flags | OpenFlags::SQLITE_OPEN_READ_ONLY)?
        }
        // What is needed to read beside a writer lies in files, which must be writable; the records are not.
        _ => {
            let flags = OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_READ_WRITE;
            Connection::open_with_flags(path, flags)?
        }
    };
    connection.busy_timeout(Duration::from_secs(60))?;
    connection.pragma_update(None, "query_only", "ON")?;
    connection.pragma_update(None, "cache_size", CACHE)?;
    connection.set_prepared_statement_cache_capacity(128);
    Ok(connection)
}

/// A path as it stands in a URI.
fn escaped(path: &Path) -> String {
    let path = path.to_string_lossy().replace('\\', "/");
    path.replace('%', "%25").replace('?', "%3f").replace('#', "%23")
}

fn connect(path: &Path, mode: Mode) -> Result<Connection, StoreError> {
    if mode != Mode::Own {
        return connect_reading(path, mode);
    }
    let connection = Connection::open(path)?;
    connection.busy_timeout(Duration::from_secs(60))?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // NORMAL may lose the last commits when the power fails.
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", "ON")?;
    connection.pragma_update(None, "cache_size", CACHE)?;
    connection.set_prepared_statement_cache_capacity(128);
    Ok(connection)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_somebody_still_reads_is_not_said_to_be_gone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("replica.sqlite");
        let database = Database::open(&path).unwrap();
        database.fold_up().unwrap();
        database.writer.lock().unwrap().busy_timeout(Duration::from_millis(1)).unwrap();
        let reader = connect_reading(&path, Mode::Reading).unwrap();
        reader.execute_batch("BEGIN").unwrap();
        reader.query_row("SELECT count(*) FROM document", [], |_| Ok(())).unwrap();
        assert!(database.fold_up().is_err());
        reader.execute_batch("COMMIT").unwrap();
        database.fold_up().unwrap();
    }
}
