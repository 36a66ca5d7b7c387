//! The application over one replica: what every host shares.

use std::path::Path;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use store::{Author, Role, Store, StoreError};
use wire::Permission;
use wire::message::Host;

use crate::tiles::Tiles;
use crate::upload::Uploads;
use crate::work::Work;

/// Tells the time; tests give their own.
pub type Clock = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;

/// The clock of this machine.
pub fn system_clock() -> Clock {
    Arc::new(Utc::now)
}

/// Why a replica cannot be opened.
#[derive(Debug, thiserror::Error)]
#[error("the data in {folder} cannot be opened: {source}")]
pub struct OpenError {
    folder: String,
    source: Box<StoreError>,
}

/// Who asks, and what they may do.
#[derive(Debug, Clone)]
pub struct Caller {
    permissions: Vec<Permission>,
}

impl Caller {
    /// Somebody who may do everything: roles are not told apart yet.
    pub fn everything() -> Self {
        Self { permissions: vec![Permission::Read, Permission::Record, Permission::ManageLedger] }
    }

    /// Somebody who may do this and nothing else.
    pub fn with(permissions: Vec<Permission>) -> Self {
        Self { permissions }
    }

    pub(crate) fn may(&self, permission: Permission) -> bool {
        self.permissions.contains(&permission)
    }
}

/// The application over one replica.
pub struct App {
    pub(crate) store: Arc<Store>,
    pub(crate) uploads: Uploads,
    pub(crate) tiles: Tiles,
    pub(crate) work: Work,
    pub(crate) clock: Clock,
}

pub(crate) const PERSON: &str = "person";
pub(crate) const SCOPE: &str = "scope";

impl App {
    /// Opens the replica in a folder, or creates it.
    pub fn open(folder: &Path, role: Role, clock: Clock) -> Result<Self, OpenError> {
        let open = || {
            let store = Arc::new(Store::open(folder, role)?);
            let uploads = Uploads::open(folder)?;
            let tiles = Tiles::open(&store)?;
            Ok(Self { store, uploads, tiles, work: Work::default(), clock })
        };
        open().map_err(|source| OpenError { folder: folder.display().to_string(), source: Box::new(source) })
    }

    /// The replica itself.
    pub fn store(&self) -> &Arc<Store> {
        &self.store
    }

    /// Files that were uploaded, and files that can be downloaded.
    pub fn uploads(&self) -> &Uploads {
        &self.uploads
    }

    /// The long piece of work that may be running.
    pub fn work(&self) -> &Work {
        &self.work
    }

    /// What time it is.
    pub fn now(&self) -> DateTime<Utc> {
        (self.clock)()
    }

    pub(crate) fn host(&self) -> Host {
        match self.store.role() {
            Role::Device => Host::Device,
            Role::Office => Host::Office,
        }
    }

    pub(crate) fn person(&self) -> Result<String, StoreError> {
        self.store.read(|reader| Ok(reader.setting(PERSON)?.unwrap_or_default()))
    }

    pub(crate) fn author(&self, command: &'static str) -> Result<Author, StoreError> {
        Ok(Author { person: self.person()?, command, at: self.now() })
    }
}
