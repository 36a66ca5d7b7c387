//! Compacted documents: how the office writes them, and how a device keeps one without its single changes.

use std::collections::HashSet;

use automerge::ChangeHash;
use chrono::{DateTime, Utc};
use domain::GridCode;
use rusqlite::{OptionalExtension as _, params};
use uuid::Uuid;
use wire::sync::{DocumentChanges, DocumentKind, MAX_MESSAGE, Snapshot};

use crate::change::{joined, kind_word, word_kind};
use crate::document::{Document, DocumentError, county_id};
use crate::quarantine::{Content, Origin};
use crate::{Reader, Refusal, StoreError, Writer};

/// A document of more bytes than this goes compressed by Automerge itself, so that a message can carry it.
const LARGE: usize = MAX_MESSAGE / 2;

/// Compacted documents of one grid unit, in the order of ids.
#[derive(Debug, Clone, PartialEq)]
pub struct WholePage {
    /// The documents.
    pub snapshots: Vec<Snapshot>,
    /// The last one that was looked at; `None` where there was none.
    pub last: Option<Uuid>,
    /// Whether there are more.
    pub more: bool,
}

impl Reader<'_> {
    /// A document with everything in it; `None` if it is not here.
    ///
    /// # Errors
    /// When it cannot be loaded, among others.
    pub fn snapshot(&self, document: Uuid) -> Result<Option<Snapshot>, StoreError> {
        let Some((kind, grid)) = self.document_place(document)? else { return Ok(None) };
        let mut stored = self.load(document, kind)?;
        let plain = stored.document.save_plain();
        let bytes = if plain.len() > LARGE { stored.document.save() } else { plain };
        Ok(Some(Snapshot { document, kind, grid, bytes: bytes.into() }))
    }

    /// Compacted documents of exactly this grid unit after one of them: at most `most`, and of at most `budget` bytes
    /// unless the first alone is larger. Those of which every change came from the install `skipped` are left out.
    pub fn whole_after(
        &self,
        grid: &GridCode,
        after: Option<Uuid>,
        budget: usize,
        most: usize,
        skipped: Option<Uuid>,
    ) -> Result<WholePage, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT id FROM document WHERE grid = ?1 AND (?2 IS NULL OR id > ?2) ORDER BY id",
        )?;
        let mut rows = statement.query(params![grid.as_str(), after])?;
        let mut page = WholePage { snapshots: Vec::new(), last: after, more: false };
        let mut size = 0;
        while let Some(row) = rows.next()? {
            let id: Uuid = row.get(0)?;
            if page.snapshots.len() == most {
                page.more = true;
                break;
            }
            let own = match skipped {
                Some(install) => self.came_all_from(id, install)?,
                None => false,
            };
            let snapshot = match self.snapshot(id) {
                _ if own => None,
                Err(StoreError::Document(error)) => {
                    // It holds up nobody; comparing the heads shows that it is missing there.
                    tracing::error!(document = %id, %error, "a document cannot be loaded and is not sent");
                    None
                }
                read => read?,
            };
            if let Some(snapshot) = snapshot {
                size += snapshot.bytes.len();
                if size > budget && !page.snapshots.is_empty() {
                    page.more = true;
                    break;
                }
                page.snapshots.push(snapshot);
            }
            page.last = Some(id);
        }
        Ok(page)
    }

    /// How many documents of exactly this grid unit come after one of them.
    pub fn count_after(&self, grid: &GridCode, after: Option<Uuid>) -> Result<u64, StoreError> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT count(*) FROM document WHERE grid = ?1 AND (?2 IS NULL OR id > ?2)")?;
        Ok(statement.query_row(params![grid.as_str(), after], |row| row.get(0))?)
    }

    fn came_all_from(&self, document: Uuid, install: Uuid) -> Result<bool, StoreError> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT 1 FROM change WHERE document = ?1 AND origin <> ?2 LIMIT 1")?;
        Ok(!statement.exists(params![document, install.as_bytes().as_slice()])?)
    }

    /// The kind of a document that is here, and its grid unit.
    pub fn document_place(&self, document: Uuid) -> Result<Option<(DocumentKind, GridCode)>, StoreError> {
        let mut statement =
            self.connection.prepare_cached("SELECT kind, grid FROM document WHERE id = ?1")?;
        let row: Option<(String, String)> =
            statement.query_row([document], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
        let Some((kind, grid)) = row else { return Ok(None) };
        Ok(Some((word_kind(&kind)?, grid.parse().map_err(|_| StoreError::Row("document"))?)))
    }

    /// Whether the changes that a document arrived with are no rows.
    pub(crate) fn is_compacted(&self, document: Uuid) -> Result<bool, StoreError> {
        let mut statement = self.connection.prepare_cached("SELECT 1 FROM compacted WHERE document = ?1")?;
        Ok(statement.exists([document])?)
    }
}

impl Writer<'_> {
    /// Takes in a whole document that the office sent at this moment. One that is not here is kept as it came; one that is
    /// here takes what it lacks as single changes. Gives whether all of it is here now; what cannot be taken in is kept
    /// apart.
    pub fn ingest_snapshot(&self, snapshot: &Snapshot, at: DateTime<Utc>) -> Result<bool, StoreError> {
        let Snapshot { document, kind, grid, bytes } = snapshot;
        // What was refused before is not read once more.
        let read = match self.is_poison(*document, bytes)? {
            true => Err(DocumentError::Damaged("it was refused before".to_owned())),
            false => Document::read_whole(*kind, bytes),
        };
        let taken = match (read, self.document_place(*document)?) {
            (Ok(whole), Some((kind, _))) if self.is_damaged(*document, kind)? => {
                self.repair(snapshot, whole)?
            }
            (Ok(mut whole), Some(_)) => {
                let changes = whole.changes()?;
                let changes = changes.iter().map(|change| change.raw_bytes().to_vec().into()).collect();
                let news = DocumentChanges { document: *document, kind: *kind, changes };
                return Ok(self.ingest_news(grid, &news, at)?.iter().all(Result::is_ok));
            }
            (Ok(whole), None) => self.keep_whole(snapshot, whole)?,
            (Err(_), _) => false,
        };
        if !taken {
            let news = DocumentChanges { document: *document, kind: *kind, changes: vec![bytes.clone()] };
            self.keep_poison(grid, &news, &mut [Err(Refusal::Damaged)], &Origin::office(at))?;
        } else if self.is_poisoned(*document)? {
            self.forget_poison(*document, bytes)?;
        }
        Ok(taken)
    }

    /// Keeps a document that is not here, if it says that it belongs where it was said to.
    fn keep_whole(&self, snapshot: &Snapshot, mut whole: Document) -> Result<bool, StoreError> {
        let Snapshot { document, kind, grid, bytes } = snapshot;
        let Some(content) = belonging(snapshot, &whole) else { return Ok(false) };
        self.transaction
            .prepare_cached(
                "INSERT INTO document (id, kind, grid, snapshot, heads) VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute(params![
                document,
                kind_word(*kind),
                grid.as_str(),
                bytes.as_slice(),
                joined(&whole.heads())
            ])?;
        self.transaction.prepare_cached("INSERT INTO compacted VALUES (?1)")?.execute([document])?;
        self.transaction.execute("DELETE FROM unreadable WHERE document = ?1", [document])?;
        self.show(grid, &content)?;
        Ok(true)
    }

    /// Writes the changes that a document arrived with as rows, where somebody needs them one by one. They are numbered
    /// below all others: those build on them.
    pub(crate) fn take_apart(&self, document: Uuid) -> Result<(), StoreError> {
        if !self.is_compacted(document)? {
            return Ok(());
        }
        let Some((kind, _)) = self.document_place(document)? else { return Ok(()) };
        let Some((mut saved, grid)) = self.load_saved(document, kind)? else { return Ok(()) };
        let rows: HashSet<[u8; 32]> = self
            .transaction
            .prepare_cached("SELECT hash FROM change WHERE document = ?1")?
            .query_map([document], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        let mut changes = saved.changes()?;
        changes.retain(|change| !rows.contains(&change.hash().0));
        let least: i64 = self
            .transaction
            .prepare_cached("SELECT coalesce(min(n), 0) FROM change")?
            .query_row([], |row| row.get(0))?;
        let first = least.min(0) - i64::try_from(changes.len()).unwrap_or_default();
        for (n, change) in (first..).zip(changes) {
            self.transaction
                .prepare_cached(
                    "INSERT INTO change (n, document, grid, hash, bytes, seq, origin, loose, unsent, refused)
                     VALUES (?1, ?2, ?3, ?4, ?5, NULL, x'', 0, 0, '')",
                )?
                .execute(params![n, document, grid.as_str(), change.hash().0, change.raw_bytes()])?;
        }
        self.transaction.prepare_cached("DELETE FROM compacted WHERE document = ?1")?.execute([document])?;
        Ok(())
    }

    /// Offers the office what a document holds here beyond what the office sent of it, also what it would not take because it
    /// lacked what that builds on. Gives how many changes that are; those that wait already are not counted.
    ///
    /// # Errors
    /// When what the office sent cannot be read, among others.
    pub fn offer_beyond(&self, there: &Snapshot) -> Result<u64, StoreError> {
        let Some((kind, _)) = self.document_place(there.document)? else { return Ok(0) };
        let mut whole = Document::read_whole(there.kind, &there.bytes)?;
        let mut here = self.load(there.document, kind)?.document.changes()?;
        here.retain(|change| !whole.holds(&change.hash()));
        if here.is_empty() {
            return Ok(0);
        }
        self.take_apart(there.document)?;
        let mut offered = 0;
        for change in here {
            offered += self
                .transaction
                .prepare_cached(
                    "UPDATE change SET unsent = 1, refused = '' WHERE document = ?1 AND hash = ?2
                        AND (unsent = 0 OR refused = 'missing_dependencies')",
                )?
                .execute(params![there.document, change.hash().0])? as u64;
        }
        Ok(offered)
    }

    /// Whether a document holds anything here beyond what the office sent of it.
    ///
    /// # Errors
    /// When what the office sent cannot be read, among others.
    pub fn has_beyond(&self, there: &Snapshot) -> Result<bool, StoreError> {
        let Some((kind, _)) = self.document_place(there.document)? else { return Ok(false) };
        let mut whole = Document::read_whole(there.kind, &there.bytes)?;
        let here = self.load(there.document, kind)?.document.changes()?;
        Ok(here.iter().any(|change| !whole.holds(&change.hash())))
    }

    /// Whether a document that is here holds all of these changes, given as [`wire::sync::DocumentHeads`] has them.
    pub fn holds_all(&self, document: Uuid, heads: &[u8]) -> Result<bool, StoreError> {
        let Some((kind, _)) = self.document_place(document)? else { return Ok(false) };
        let mut stored = self.load(document, kind)?;
        let (heads, rest) = heads.as_chunks::<32>();
        Ok(rest.is_empty() && heads.iter().all(|head| stored.document.holds(&ChangeHash(*head))))
    }

    /// Offers the office all that a document holds. Gives how many changes that are, without those that wait already.
    pub fn offer_all(&self, document: Uuid) -> Result<u64, StoreError> {
        self.take_apart(document)?;
        let offered = self
            .transaction
            .prepare_cached(
                "UPDATE change SET unsent = 1, refused = '' WHERE document = ?1
                    AND (unsent = 0 OR refused = 'missing_dependencies')",
            )?
            .execute([document])?;
        Ok(offered as u64)
    }
}

/// What the whole document says, if it says that it belongs where it was said to.
pub(super) fn belonging(snapshot: &Snapshot, whole: &Document) -> Option<Content> {
    let Snapshot { document, kind: _, grid, bytes: _ } = snapshot;
    let content = Content::read(whole, *document).ok()?;
    let belongs = match &content {
        Content::Dossier(dossier) => dossier.as_ref().is_some_and(|dossier| dossier.fields.grid == *grid),
        Content::Task(task) => task.as_ref().is_some_and(|task| task.grid == *grid),
        Content::County(_) => *document == county_id(grid),
    };
    belongs.then_some(content)
}
