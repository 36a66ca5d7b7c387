//! Dropping every view and writing it again.

use domain::SiteId;
use uuid::Uuid;
use wire::sync::DocumentKind;

use crate::change::word_kind;
use crate::{Store, StoreError};

/// The tables that hold nothing of their own.
// The R*Trees of sites and photos go with them.
const VIEWS: &[&str] = &["site", "site_search", "photo", "grid_unit", "boundary", "boundary_box"];

/// The form in which this version writes them. To be raised whenever the same documents would give other rows.
const VERSION: &str = "2";
const VERSION_SETTING: &str = "view_version";

impl Store {
    /// Writes the tables anew if another version wrote them: no screen may show them half filled, so this comes
    /// before anything else.
    pub(crate) fn refresh_views(&self) -> Result<(), StoreError> {
        let written = self.read::<_, StoreError>(|reader| reader.setting(VERSION_SETTING))?;
        if written.as_deref() == Some(VERSION) {
            return Ok(());
        }
        self.rebuild_views(|done, total| {
            if total > 0 && done % 5_000 == 0 {
                tracing::info!(done, total, "writing the tables of an older version anew");
            }
        })
    }

    /// Empties the tables that screens query and fills them again from the documents. `progress` is told how many
    /// documents are done, of how many.
    pub fn rebuild_views(&self, mut progress: impl FnMut(u64, u64)) -> Result<(), StoreError> {
        self.write(|writer| {
            for view in VIEWS {
                writer.transaction.execute(&format!("DELETE FROM {view}"), [])?;
            }
            let documents: Vec<(Uuid, String)> = writer
                .transaction
                .prepare("SELECT id, kind FROM document ORDER BY n")?
                .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect::<Result<_, _>>()?;
            let total = documents.len() as u64;
            for (done, (id, kind)) in documents.into_iter().enumerate() {
                progress(done as u64, total);
                let kind = word_kind(&kind)?;
                let document = writer.load(id, kind)?.document;
                match kind {
                    DocumentKind::Dossier => {
                        if let Some(dossier) = document.dossier(SiteId(id))? {
                            writer.show_dossier(&dossier)?;
                        }
                    }
                    DocumentKind::County => writer.show_county(&document.county()?)?,
                }
            }
            writer.set_setting(VERSION_SETTING, VERSION)?;
            progress(total, total);
            Ok(())
        })
    }
}
