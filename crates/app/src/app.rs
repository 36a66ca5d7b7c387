//! The application over one replica: what every host shares.

use std::ops::Deref;
use std::path::Path;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use domain::{Dossier, GridCode, Permission, PhotoHash, Role, Scope, SiteId};
use store::{Author, DossierWrite, Reader, Store, StoreError, Writer};
use wire::message::Host;
use wire::{ApiError, ErrorCode};

use crate::bundle;
use crate::error::Failure;
use crate::office::follow_up;
use crate::photo::thumbnail::thumbnail;
use crate::tiles::Tiles;
use crate::upload::{OwnFiles, Uploads};
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

/// Who asks: what they are to the team, and for which grid units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// Their name, which is put under what they record.
    pub person: String,
    /// Their role.
    pub role: Role,
    /// The grid units that they may change; `None` for all that this replica holds.
    pub scope: Option<Scope>,
}

impl Caller {
    /// Somebody who may do everything everywhere: whoever sits at the server itself.
    pub fn everything() -> Self {
        Self { person: String::new(), role: Role::Admin, scope: None }
    }

    pub(crate) fn may(&self, permission: Permission) -> bool {
        self.role.may(permission)
    }
}

/// The application as one caller asks it.
#[derive(Clone, Copy)]
pub(crate) struct Ask<'a> {
    pub app: &'a App,
    pub caller: &'a Caller,
    /// The replica, of which the caller reads what lies within their scope.
    pub store: Seen<'a>,
    /// Files on their way in and out, as far as they are the caller's.
    pub uploads: OwnFiles<'a>,
}

/// A replica as somebody sees it: reading shows what lies within their scope. A write looks at everything, because
/// what it compares with may stand elsewhere; its body asks [`Ask::within`].
#[derive(Clone, Copy)]
pub(crate) struct Seen<'a> {
    store: &'a Arc<Store>,
    scope: Option<&'a Scope>,
}

impl Seen<'_> {
    /// Reads a consistent state of what the caller may see.
    pub fn read<T, E: From<StoreError>>(
        &self,
        work: impl FnOnce(&Reader<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        self.store.read_within(self.scope, work)
    }
}

impl Deref for Seen<'_> {
    type Target = Arc<Store>;

    fn deref(&self) -> &Arc<Store> {
        self.store
    }
}

impl Deref for Ask<'_> {
    type Target = App;

    fn deref(&self) -> &App {
        self.app
    }
}

/// Whose forms and files these are: at the office each person has their own, a device's are its holder's.
fn owner<'a>(app: &App, caller: &'a Caller) -> &'a str {
    match app.host() {
        Host::Device => "",
        Host::Office => &caller.person,
    }
}

impl<'a> Ask<'a> {
    pub fn new(app: &'a App, caller: &'a Caller) -> Self {
        let store = Seen { store: &app.store, scope: caller.scope.as_ref() };
        Self { app, caller, store, uploads: app.uploads.of(owner(app, caller)) }
    }

    /// Whose the forms and files of this command are; see [`owner`].
    pub fn owner(&self) -> &'a str {
        owner(self.app, self.caller)
    }

    /// Who is noted as the author of what this command writes.
    pub fn author(&self, command: &'static str) -> Author {
        Author { person: self.caller.person.clone(), command, at: self.app.now() }
    }

    /// Changes a dossier, as [`Writer::edit_dossier`] does, and sees to what the office does about it.
    ///
    /// # Errors
    /// When `decide` refuses, or the store fails.
    pub fn edit_dossier(
        &self,
        writer: &Writer<'_>,
        site: SiteId,
        author: &Author,
        decide: impl FnOnce(Option<&Dossier>) -> Result<Vec<DossierWrite>, Failure>,
    ) -> Result<(), Failure> {
        writer.edit_dossier(site, author, decide)?;
        if self.store.role() == store::Role::Office {
            follow_up(writer, &[site], self.now())?;
        }
        Ok(())
    }

    /// The caller's role.
    pub fn role(&self) -> Role {
        self.caller.role
    }

    /// That the caller may do this.
    ///
    /// # Errors
    /// When their role may not.
    pub fn needs(&self, permission: Permission) -> Result<(), ApiError> {
        if self.caller.may(permission) {
            Ok(())
        } else {
            Err(ApiError::new(ErrorCode::Forbidden, "you may not do this").because(permission.as_str()))
        }
    }

    /// That the caller may change what belongs to this grid unit.
    ///
    /// # Errors
    /// When it lies outside their scope.
    pub fn within(&self, grid: &GridCode) -> Result<(), ApiError> {
        if self.caller.scope.as_ref().is_none_or(|scope| scope.covers(grid)) {
            Ok(())
        } else {
            let message = format!("{grid} is outside of what you are responsible for");
            Err(ApiError::new(ErrorCode::Forbidden, message).because("scope"))
        }
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
/// The role of the device's person, as the office said; a device that was never connected has none.
pub(crate) const ROLE: &str = "person_role";

/// To whom bundles for the office are encrypted: an age recipient.
pub(crate) const OFFICE_KEY: &str = "office_key";
/// Every name that the device's person has or had, one a line.
pub(crate) const NAMES: &str = "person_names";

impl App {
    /// Opens the replica in a folder, or creates it.
    pub fn open(folder: &Path, role: store::Role, clock: Clock) -> Result<Self, OpenError> {
        let open = || {
            let store = Arc::new(Store::open(folder, role)?);
            let uploads = Uploads::open(folder, Arc::clone(store.reserve()))?;
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

    /// A photo's thumbnail; while the photo is not here, the one that came ahead of it. `None` if there is neither.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn thumbnail(&self, hash: &PhotoHash) -> Result<Option<Vec<u8>>, StoreError> {
        thumbnail(&self.store, hash)
    }

    /// What time it is.
    pub fn now(&self) -> DateTime<Utc> {
        (self.clock)()
    }

    pub(crate) fn host(&self) -> Host {
        match self.store.role() {
            store::Role::Device => Host::Device,
            store::Role::Office => Host::Office,
        }
    }

    /// To whom bundles for this device are encrypted: an age recipient, whose identity was made when it was first asked for.
    pub(crate) fn bundle_key(&self) -> Result<String, StoreError> {
        bundle::device::key(&self.store)
    }

    /// Whoever holds this device, as far as the office has said. One that was never connected belongs to whoever holds it:
    /// the office judges what they wrote when it is first sent.
    pub fn holder(&self) -> Result<Caller, StoreError> {
        self.store.read(|reader| {
            let role = reader.setting(ROLE)?.and_then(|role| role.parse().ok()).unwrap_or(Role::Lead);
            Ok(Caller { person: reader.setting(PERSON)?.unwrap_or_default(), role, scope: None })
        })
    }
}
