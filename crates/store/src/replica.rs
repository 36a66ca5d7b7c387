//! The store as others hold it.

use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::{Arc, RwLock};

use automerge::ActorId;
use domain::Scope;
use rusqlite::{Connection, Transaction};

use crate::StoreError;
use crate::connection::Database;
use crate::photo::Claims;
use crate::query::VillageIndex;

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
    /// Villages by where they lie, once somebody has asked.
    pub(crate) villages: RwLock<Option<Arc<VillageIndex>>>,
}

impl Store {
    /// Opens the replica in a folder, or creates it. The folder itself is created if need be.
    pub fn open(folder: &Path, role: Role) -> Result<Self, StoreError> {
        for name in ["photos", "thumbnails", "provisional", "incoming"] {
            let path = folder.join(name);
            std::fs::create_dir_all(&path).map_err(StoreError::file(&path))?;
        }
        let database = Database::open(&folder.join("replica.sqlite"))?;
        let store = Self {
            folder: folder.to_owned(),
            database,
            role,
            actor: ActorId::random(),
            claims: Arc::default(),
            villages: RwLock::new(None),
        };
        store.claim(role)?;
        store.sweep_unfinished()?;
        store.sweep_removed()?;
        store.refresh_views()?;
        Ok(store)
    }

    /// Notes what this replica is for, or finds that it is for something else: a device's changes would never be sent
    /// if the office's program wrote them.
    fn claim(&self, role: Role) -> Result<(), StoreError> {
        const ROLE: &str = "role";
        let word = match role {
            Role::Device => "device",
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
        self.database.write(|transaction| {
            work(&Writer {
                reader: Reader { connection: transaction, store: self, scope: None },
                transaction,
            })
        })
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
