//! Dropping every view and writing it again.

use domain::{GridCode, SiteId, TaskId};
use uuid::Uuid;
use wire::sync::DocumentKind;

use crate::change::word_kind;
use crate::document::Document;
use crate::quarantine::Content;
use crate::{Reader, Store, StoreError, Writer};

/// The tables that hold nothing of their own.
// The R*Trees of sites and photos go with them.
pub(crate) const VIEWS: &[&str] = &[
    "site",
    "site_search",
    "photo",
    "grid_unit",
    "boundary",
    "boundary_box",
    "problem",
    "visit",
    "paper",
    "filed_case",
    "alert",
    "task",
    "task_site",
    "county_rule",
];

/// The form in which this version writes them. To be raised whenever the same documents would give other rows.
const VERSION: &str = "3";
const VERSION_SETTING: &str = "view_version";

impl Writer<'_> {
    /// Writes what the tables show of a document of this grid unit.
    pub(crate) fn show(&self, grid: &GridCode, content: &Content) -> Result<(), StoreError> {
        match content {
            Content::Dossier(dossier) => {
                dossier.as_deref().map_or(Ok(()), |dossier| self.show_dossier(dossier))
            }
            Content::Task(task) => task.as_deref().map_or(Ok(()), |task| self.show_task(task)),
            Content::County(county) => self.show_county(grid, county),
        }
    }

    /// Writes what the tables show of a document as it can be loaded.
    fn show_loaded(&self, id: Uuid, kind: DocumentKind, grid: &GridCode) -> Result<(), StoreError> {
        let mut document = self.load(id, kind)?.document;
        // A newer schema begins documents with more, which every replica of it counts among their heads.
        self.set_heads(id, &document.heads())?;
        let content = Content::read(&document, id)?;
        self.show(grid, &content)
    }

    /// Writes what the tables show of a document that holds less than before, or could not be read before.
    pub(crate) fn show_again(
        &self,
        id: Uuid,
        grid: &GridCode,
        document: &Document,
    ) -> Result<(), StoreError> {
        self.transaction.prepare_cached("DELETE FROM unreadable WHERE document = ?1")?.execute([id])?;
        match document.kind() {
            DocumentKind::Dossier => match document.dossier(SiteId(id))? {
                Some(dossier) => self.show_dossier(&dossier),
                None => self.forget_dossier(SiteId(id)),
            },
            DocumentKind::Task => {
                self.forget_task_rows(id)?;
                document.task(TaskId(id))?.map_or(Ok(()), |task| self.show_task(&task))
            }
            DocumentKind::County => {
                self.forget_county_rows(grid)?;
                self.show_county(grid, &document.county()?)
            }
        }
    }
}

impl Reader<'_> {
    /// Whether there are documents that belong or belonged to a grid unit, or to any, of which the tables show nothing
    /// because they could not be read: what is counted by the tables lacks them.
    pub fn any_unreadable(&self, grid: Option<&GridCode>) -> Result<bool, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT 1 FROM unreadable JOIN document ON document.id = unreadable.document
             WHERE ?1 IS NULL OR (document.grid >= ?1 AND document.grid < ?1 || ':')
                OR EXISTS (SELECT 1 FROM departure WHERE departure.document = unreadable.document
                    AND departure.grid >= ?1 AND departure.grid < ?1 || ':')",
        )?;
        Ok(statement.exists([grid.map(GridCode::as_str)])?)
    }

    /// These documents, and their grid units.
    pub fn unreadable_documents(&self) -> Result<Vec<(Uuid, GridCode)>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT id, grid FROM unreadable JOIN document ON document.id = unreadable.document",
        )?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get::<_, String>(1)?)))?;
        rows.map(|row| {
            let (id, grid) = row?;
            Ok((id, grid.parse().map_err(|_| StoreError::Row("document"))?))
        })
        .collect()
    }

    /// The version that wrote the tables, if that is another one.
    pub fn other_view_version(&self) -> Result<Option<String>, StoreError> {
        let written = self.setting(VERSION_SETTING)?.unwrap_or_default();
        Ok((written != VERSION).then_some(written))
    }
}

impl Store {
    /// Writes the tables anew if another version wrote them: no screen may show them half filled, so this comes
    /// before anything else.
    pub(crate) fn refresh_views(&self) -> Result<(), StoreError> {
        let written = self.read::<_, StoreError>(|reader| reader.setting(VERSION_SETTING))?;
        if written.as_deref() == Some(VERSION) {
            return self.show_what_can_be_read_by_now();
        }
        self.rebuild_views(|done, total| {
            if total > 0 && done % 5_000 == 0 {
                tracing::info!(done, total, "writing the tables of an older version anew");
            }
        })
    }

    fn show_what_can_be_read_by_now(&self) -> Result<(), StoreError> {
        let unreadable = self.read::<_, StoreError>(|reader| reader.unreadable_documents())?;
        for (id, grid) in unreadable {
            self.write(|writer| {
                let Some((kind, _)) = writer.document_place(id)? else { return Ok(()) };
                match writer.show_loaded(id, kind, &grid) {
                    Err(StoreError::Document(_)) => return Ok(()),
                    shown => shown?,
                }
                writer.transaction.execute("DELETE FROM unreadable WHERE document = ?1", [id])?;
                Ok::<_, StoreError>(())
            })?;
        }
        Ok(())
    }

    /// Empties the tables that screens query and fills them again from the documents. `progress` is told how many
    /// documents are done, of how many.
    pub fn rebuild_views(&self, mut progress: impl FnMut(u64, u64)) -> Result<(), StoreError> {
        self.write(|writer| {
            for view in VIEWS {
                writer.transaction.execute(&format!("DELETE FROM {view}"), [])?;
            }
            writer.transaction.execute("DELETE FROM unreadable", [])?;
            let documents: Vec<(Uuid, String, String)> = writer
                .transaction
                .prepare("SELECT id, kind, grid FROM document ORDER BY n")?
                .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
                .collect::<Result<_, _>>()?;
            let total = documents.len() as u64;
            for (done, (id, kind, grid)) in documents.into_iter().enumerate() {
                progress(done as u64, total);
                let grid = grid.parse().map_err(|_| StoreError::Row("document"))?;
                match writer.show_loaded(id, word_kind(&kind)?, &grid) {
                    // It keeps nobody from the others. `verify` names it.
                    Err(StoreError::Document(error)) => {
                        tracing::error!(document = %id, %error, "a document cannot be read and is not shown");
                        writer.transaction.execute("INSERT INTO unreadable VALUES (?1)", [id])?;
                    }
                    shown => shown?,
                }
            }
            writer.set_setting(VERSION_SETTING, VERSION)?;
            progress(total, total);
            Ok(())
        })
    }
}
