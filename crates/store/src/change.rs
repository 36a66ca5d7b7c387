//! Documents and their changes in the database.

use automerge::{Change, ChangeHash};
use domain::{Dossier, GridCode, SiteId, Task, TaskId};
use rusqlite::{OptionalExtension as _, params};
use uuid::Uuid;
use wire::sync::{DocumentKind, MAX_CHANGE};

use crate::document::{
    Author, County, CountyWrite, Document, DossierWrite, TaskWrite, county_id, read_kept_change,
};
use crate::{Reader, Role, StoreError, Writer};

/// A document is saved anew when it has this many changes beside its snapshot: loading costs 0.1 ms for each.
const LOOSE_CHANGES: usize = 20;

/// A change that goes into the database.
#[derive(Debug)]
pub struct NewChange<'a> {
    /// The document.
    pub document: Uuid,
    /// The grid unit that the document belongs to.
    pub grid: &'a GridCode,
    /// The change.
    pub change: &'a Change,
    /// The install that it came from; `None` if it was made here.
    pub origin: Option<Uuid>,
    /// Whether the server has it already, so that it need not be sent.
    pub sent: bool,
}

/// A document with what the database knows of it.
pub(crate) struct Stored {
    pub document: Document,
    pub loose: usize,
    /// `None` for a document that is not in the database yet.
    pub grid: Option<GridCode>,
}

impl Reader<'_> {
    /// All that is known of a site; `None` if there is no such site.
    pub fn dossier(&self, site: SiteId) -> Result<Option<Dossier>, StoreError> {
        Ok(self.load(site.0, DocumentKind::Dossier)?.document.dossier(site)?)
    }

    /// What the document of a county holds.
    pub fn county(&self, county: &GridCode) -> Result<County, StoreError> {
        Ok(self.load(county_id(county), DocumentKind::County)?.document.county()?)
    }

    /// A task; `None` if there is no such task.
    pub fn task(&self, task: TaskId) -> Result<Option<Task>, StoreError> {
        Ok(self.load(task.0, DocumentKind::Task)?.document.task(task)?)
    }

    /// A document as it was last saved as a whole, and its grid unit; `None` if it is not here.
    pub(crate) fn load_saved(
        &self,
        id: Uuid,
        kind: DocumentKind,
    ) -> Result<Option<(Document, GridCode)>, StoreError> {
        let row: Option<(Vec<u8>, String)> = self
            .connection
            .prepare_cached("SELECT snapshot, grid FROM document WHERE id = ?1")?
            .query_row([id], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let Some((snapshot, grid)) = row else { return Ok(None) };
        let grid = grid.parse().map_err(|_| StoreError::Row("document"))?;
        Ok(Some((Document::load(kind, &snapshot)?, grid)))
    }

    pub(crate) fn load(&self, id: Uuid, kind: DocumentKind) -> Result<Stored, StoreError> {
        let Some((mut document, grid)) = self.load_saved(id, kind)? else {
            return Ok(Stored { document: Document::begin(kind), loose: 0, grid: None });
        };
        let mut statement = self
            .connection
            .prepare_cached("SELECT bytes FROM change WHERE document = ?1 AND loose = 1 ORDER BY n")?;
        let mut changes = Vec::new();
        let mut rows = statement.query([id])?;
        while let Some(row) = rows.next()? {
            changes.push(read_kept_change(row.get_ref(0)?.as_blob().map_err(rusqlite::Error::from)?)?);
        }
        let loose = changes.len();
        document.apply(changes)?;
        Ok(Stored { document, loose, grid: Some(grid) })
    }
}

impl Writer<'_> {
    /// Changes a dossier, or begins one. `decide` is shown what is on record and says what is to be written; that
    /// becomes one change. Nothing happens where it says nothing.
    pub fn edit_dossier<E: From<StoreError>>(
        &self,
        site: SiteId,
        author: &Author,
        decide: impl FnOnce(Option<&Dossier>) -> Result<Vec<DossierWrite>, E>,
    ) -> Result<(), E> {
        self.store.reserve.room_to_record()?;
        let mut stored = self.load(site.0, DocumentKind::Dossier)?;
        let before = match stored.grid {
            Some(_) => stored.document.dossier(site).map_err(StoreError::from)?,
            None => None,
        };
        let writes = decide(before.as_ref())?;
        let change = stored
            .document
            .write_dossier(&self.actor_of(site.0)?, author, &writes)
            .map_err(StoreError::from)?;
        let Some(change) = change else { return Ok(()) };
        let dossier =
            stored.document.dossier(site).map_err(StoreError::from)?.ok_or(StoreError::Row("document"))?;
        let grid = dossier.fields.grid.clone();
        self.settle_in(site.0, stored.grid.as_ref(), &grid)?;
        self.append(&NewChange {
            document: site.0,
            grid: &grid,
            change: &change,
            origin: None,
            sent: false,
        })?;
        self.keep(site.0, &grid, &mut stored, 1)?;
        self.show_dossier(&dossier)?;
        Ok(())
    }

    /// Changes the document of a county, or begins it. Returns whether anything was new.
    pub fn edit_county(
        &self,
        county: &GridCode,
        author: &Author,
        writes: &[CountyWrite],
    ) -> Result<bool, StoreError> {
        self.store.reserve.room_to_record()?;
        let id = county_id(county);
        let mut stored = self.load(id, DocumentKind::County)?;
        let Some(change) = stored.document.write_county(&self.actor_of(id)?, author, writes)? else {
            return Ok(false);
        };
        self.append(&NewChange { document: id, grid: county, change: &change, origin: None, sent: false })?;
        self.keep(id, county, &mut stored, 1)?;
        self.show_county(county, &stored.document.county()?)?;
        Ok(true)
    }

    /// Changes the document of a task, or begins it. `decide` is shown what is on record.
    pub fn edit_task<E: From<StoreError>>(
        &self,
        task: TaskId,
        author: &Author,
        decide: impl FnOnce(Option<&Task>) -> Result<Vec<TaskWrite>, E>,
    ) -> Result<(), E> {
        self.store.reserve.room_to_record()?;
        let mut stored = self.load(task.0, DocumentKind::Task)?;
        let before = stored.document.task(task).map_err(StoreError::from)?;
        let writes = decide(before.as_ref())?;
        let change =
            stored.document.write_task(&self.actor_of(task.0)?, author, &writes).map_err(StoreError::from)?;
        let Some(change) = change else { return Ok(()) };
        let after =
            stored.document.task(task).map_err(StoreError::from)?.ok_or(StoreError::Row("document"))?;
        self.append(&NewChange {
            document: task.0,
            grid: &after.grid,
            change: &change,
            origin: None,
            sent: false,
        })?;
        self.keep(task.0, &after.grid, &mut stored, 1)?;
        self.show_task(&after)?;
        Ok(())
    }

    /// Puts a change into the database, at the office into the log too. It must be in the document already.
    pub(crate) fn append(&self, new: &NewChange<'_>) -> Result<(), StoreError> {
        let NewChange { document, grid, change, origin, sent } = new;
        let size = change.raw_bytes().len();
        if size > MAX_CHANGE {
            return Err(StoreError::ChangeTooLarge(size));
        }
        let seq = match self.store.role {
            Role::Office => Some(self.next_position(grid)?),
            Role::Device => None,
        };
        let unsent = self.store.role == Role::Device && !sent;
        let origin: &[u8] = origin.as_ref().map(|install| install.as_bytes().as_slice()).unwrap_or_default();
        self.transaction
            .prepare_cached(
                // A row that is there already is one that its document does not hold: the disk damaged it.
                "INSERT INTO change (document, grid, hash, bytes, seq, origin, loose, unsent, refused)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, 1, ?7, '')
                 ON CONFLICT (document, hash) DO UPDATE SET grid = excluded.grid, bytes = excluded.bytes,
                    seq = excluded.seq, loose = 1, unsent = excluded.unsent, refused = ''",
            )?
            .execute(params![
                document,
                grid.as_str(),
                change.hash().0,
                change.raw_bytes(),
                seq,
                origin,
                unsent
            ])?;
        Ok(())
    }

    /// Notes the latest changes of a document.
    pub(crate) fn set_heads(&self, id: Uuid, heads: &[ChangeHash]) -> Result<(), StoreError> {
        self.transaction
            .prepare_cached("UPDATE document SET heads = ?2 WHERE id = ?1")?
            .execute(params![id, joined(heads)])?;
        Ok(())
    }

    /// Writes the row of a document whose changes were appended, and a snapshot when there are many.
    pub(crate) fn keep(
        &self,
        id: Uuid,
        grid: &GridCode,
        stored: &mut Stored,
        appended: usize,
    ) -> Result<(), StoreError> {
        let heads = stored.document.heads();
        if stored.grid.is_none() {
            let kind = kind_word(stored.document.kind());
            self.transaction
                .prepare_cached(
                    "INSERT INTO document (id, kind, grid, snapshot, heads) VALUES (?1, ?2, ?3, x'', ?4)",
                )?
                .execute(params![id, kind, grid.as_str(), joined(&heads)])?;
        } else {
            self.set_heads(id, &heads)?;
        }
        if stored.loose + appended >= LOOSE_CHANGES {
            let Ok((snapshot, _)) = stored.document.proven() else {
                // It goes on from its single changes, which were proven to apply.
                tracing::error!(document = %id, "the document cannot be loaded again and is not saved as one");
                return Ok(());
            };
            self.transaction
                .execute("UPDATE document SET snapshot = ?2 WHERE id = ?1", params![id, snapshot])?;
            self.transaction
                .execute("UPDATE change SET loose = 0 WHERE document = ?1 AND loose = 1", [id])?;
        }
        Ok(())
    }
}

pub(crate) fn kind_word(kind: DocumentKind) -> &'static str {
    match kind {
        DocumentKind::Dossier => "dossier",
        DocumentKind::County => "county",
        DocumentKind::Task => "task",
    }
}

pub(crate) fn word_kind(word: &str) -> Result<DocumentKind, StoreError> {
    match word {
        "dossier" => Ok(DocumentKind::Dossier),
        "county" => Ok(DocumentKind::County),
        "task" => Ok(DocumentKind::Task),
        _ => Err(StoreError::Row("document")),
    }
}

pub(crate) fn joined(heads: &[ChangeHash]) -> Vec<u8> {
    heads.iter().flat_map(|head| head.0).collect()
}
