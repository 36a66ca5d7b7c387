//! The store as others hold it.

use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::{Arc, RwLock};

use automerge::ActorId;
use domain::Scope;
use rusqlite::{Connection, Transaction};

use crate::connection::{Database, Mode};
use crate::photo::Claims;
use crate::query::VillageIndex;
use crate::{Reserve, StoreError};

/// The setting that says what a replica is for.
const ROLE: &str = "role";
const DEVICE: &str = "device";

/// What a replica is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// A phone or desktop: what it changes waits to be sent.
    Device,
    /// The server: what it changes goes into the logs at once.
    Office,
}

/// One replica in one folder. Cheap to share between threads behind an `Arc`.
#[derive(Debug)]
pub struct Store {
    pub(crate) folder: PathBuf,
    pub(crate) database: Database,
    pub(crate) role: Role,
    /// Made anew at each start: a restored backup that went on with its old actor would jam sync.
    pub(crate) actor: ActorId,
    /// Photos that somebody is adding to.
    pub(crate) claims: Arc<Claims>,
    pub(crate) reserve: Arc<Reserve>,
    /// Villages by where they lie, once somebody has asked.
    pub(crate) villages: RwLock<Option<Arc<VillageIndex>>>,
}

impl Store {
    /// Opens the replica in a folder, or creates it. The folder itself is created if need be, for nobody else to look into.
    pub fn open(folder: &Path, role: Role) -> Result<Self, StoreError> {
        create_private(folder).map_err(StoreError::file(folder))?;
        for name in ["photos", "thumbnails", "provisional", "incoming"] {
            let path = folder.join(name);
            std::fs::create_dir_all(&path).map_err(StoreError::file(&path))?;
        }
        // Opening writes, too.
        Reserve::of(folder, role).tend();
        let database = Database::open(&folder.join("replica.sqlite"))?;
        let store = Self::over(folder, database, role);
        store.claim(role)?;
        store.finish_erasing()?;
        store.sweep_unfinished()?;
        store.sweep_removed()?;
        store.refresh_views()?;
        Ok(store)
    }

    /// Opens a replica that is there for reading only, beside whoever writes it: nothing is created, swept or brought up
    /// to date.
    ///
    /// # Errors
    /// When there is none, or it was written by another version.
    pub fn open_reading(folder: &Path) -> Result<Self, StoreError> {
        Self::reading(folder, Mode::Reading)
    }

    /// The same for a folder that nobody writes, such as a backup.
    pub(crate) fn open_copy(folder: &Path) -> Result<Self, StoreError> {
        Self::reading(folder, Mode::Copy)
    }

    fn reading(folder: &Path, mode: Mode) -> Result<Self, StoreError> {
        let database = Database::open_reading(&folder.join("replica.sqlite"), mode)?;
        let mut store = Self::over(folder, database, Role::Office);
        let claimed = store.read::<_, StoreError>(|reader| reader.setting(ROLE))?;
        if claimed.as_deref() == Some(DEVICE) {
            store.role = Role::Device;
        }
        Ok(store)
    }

    fn over(folder: &Path, database: Database, role: Role) -> Self {
        Self {
            folder: folder.to_owned(),
            database,
            role,
            actor: ActorId::random(),
            claims: Arc::default(),
            reserve: Arc::new(Reserve::of(folder, role)),
            villages: RwLock::new(None),
        }
    }

    /// Notes what this replica is for, or finds that it is for something else: a device's changes would never be sent
    /// if the office's program wrote them.
    fn claim(&self, role: Role) -> Result<(), StoreError> {
        let word = match role {
            Role::Device => DEVICE,
            Role::Office => "office",
        };
        let claimed = self.read::<_, StoreError>(|reader| reader.setting(ROLE))?;
        match claimed.as_deref() {
            None => self.write(|writer| writer.set_setting(ROLE, word)),
            Some(claimed) if claimed == word => Ok(()),
            Some(_) => Err(StoreError::OtherRole),
        }
    }

    /// What this replica is for.
    pub fn role(&self) -> Role {
        self.role
    }

    /// The folder of this replica.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Reads a consistent state.
    pub fn read<T, E: From<StoreError>>(
        &self,
        work: impl FnOnce(&Reader<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        self.read_within(None, work)
    }

    /// Reads a consistent state of what lies within a scope, and nothing else; see [`crate::Reader::scope`].
    pub fn read_within<T, E: From<StoreError>>(
        &self,
        scope: Option<&Scope>,
        work: impl FnOnce(&Reader<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        self.database.read(scope, |connection| work(&Reader { connection, store: self, scope }))
    }

    /// Writes all or nothing. What was written is on the medium when this returns.
    pub fn write<T, E: From<StoreError>>(
        &self,
        work: impl FnOnce(&Writer<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        self.reserve.tend();
        let written = self.database.write(|transaction| {
            work(&Writer {
                reader: Reader { connection: transaction, store: self, scope: None },
                transaction,
            })
        });
        if written.is_err() {
            // It may have failed for lack of space: the next one finds some.
            self.reserve.tend();
        }
        written
    }
}

/// A consistent state to read from.
#[derive(Debug)]
pub struct Reader<'a> {
    pub(crate) connection: &'a Connection,
    pub(crate) store: &'a Store,
    /// What it is kept to; the tables of its connection show nothing else.
    pub(crate) scope: Option<&'a Scope>,
}

/// A transaction: all that is written through it is kept, or none.
#[derive(Debug)]
pub struct Writer<'a> {
    pub(crate) reader: Reader<'a>,
    pub(crate) transaction: &'a Transaction<'a>,
}

impl<'a> Deref for Writer<'a> {
    type Target = Reader<'a>;

    fn deref(&self) -> &Self::Target {
        &self.reader
    }
}

/// Creates a folder, if it is not there, that only its owner may look into.
pub(crate) fn create_private(folder: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(folder)
}
