//! Device: documents that it is to hold no longer, and their removal once the office has proved that it has all of them.

use domain::{GridCode, PhotoHash, SiteId};
use rusqlite::params;
use uuid::Uuid;
use wire::sync::DocumentKind;

use crate::change::word_kind;
use crate::document::Document;
use crate::{Reader, Store, StoreError, Writer};

/// A document that the device is to hold no longer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeavingDocument {
    /// The document.
    pub document: Uuid,
    /// Its kind.
    pub kind: DocumentKind,
    /// Its grid unit, as it is known here.
    pub grid: GridCode,
    /// Its heads as they were looked at.
    pub heads: Vec<u8>,
    /// How many of its changes the office does not have.
    pub unsent: u64,
}

impl LeavingDocument {
    /// The changes of which the office must prove that it has them: they stand for all that they build on.
    pub fn proof(&self) -> Vec<[u8; 32]> {
        Document::made_heads(self.kind, &self.heads)
    }
}

/// Photos that no record and no form here mentions.
const UNMENTIONED: &str = "NOT EXISTS (SELECT 1 FROM photo WHERE photo.hash = photo_file.hash)
    AND NOT EXISTS (SELECT 1 FROM draft_photo WHERE draft_photo.hash = photo_file.hash)";

impl Reader<'_> {
    /// Documents of grid units that are not to be here, and documents that left theirs.
    pub fn leaving(&self, stays: impl Fn(&GridCode) -> bool) -> Result<Vec<LeavingDocument>, StoreError> {
        let mut leaving = Vec::new();
        // A screen asks this twice a second.
        for grid in self.grids_with_documents()? {
            // CROSS: from the few that departed to their documents.
            let from = if stays(&grid) {
                "departed CROSS JOIN document ON document.id = departed.document AND document.grid = departed.grid"
            } else {
                "document"
            };
            let mut statement = self.connection.prepare_cached(&format!(
                "SELECT document.id, document.kind, document.heads,
                    (SELECT count(*) FROM change WHERE change.document = document.id AND change.unsent = 1)
                 FROM {from} WHERE document.grid = ?1 ORDER BY document.id"
            ))?;
            let mut rows = statement.query([grid.as_str()])?;
            while let Some(row) = rows.next()? {
                leaving.push(LeavingDocument {
                    document: row.get(0)?,
                    kind: word_kind(row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?)?,
                    grid: grid.clone(),
                    heads: row.get(2)?,
                    unsent: row.get(3)?,
                });
            }
        }
        Ok(leaving)
    }

    /// The photos of a site whose bytes are here. Of one that cannot be read: those that nothing else mentions.
    pub fn photos_here_of(&self, document: Uuid) -> Result<Vec<PhotoHash>, StoreError> {
        let mut statement = self.connection.prepare_cached(&format!(
            "SELECT photo.hash FROM photo JOIN photo_file ON photo_file.hash = photo.hash
                WHERE photo.site = ?1 AND photo_file.removed = 0
             UNION SELECT hash FROM photo_file
                WHERE removed = 0 AND EXISTS (SELECT 1 FROM unreadable WHERE document = ?1) AND {UNMENTIONED}"
        ))?;
        let rows = statement.query_map([document], |row| row.get::<_, String>(0))?;
        rows.map(|hash| hash?.parse().map_err(|_| StoreError::Row("photo"))).collect()
    }

    /// Every document that is here.
    pub fn documents(&self) -> Result<Vec<LeavingDocument>, StoreError> {
        self.leaving(|_| false)
    }

    /// Every photo whose bytes are here and that a record mentions.
    pub fn photos_here(&self) -> Result<Vec<PhotoHash>, StoreError> {
        self.hashes(
            "SELECT hash FROM photo_file WHERE removed = 0
                AND EXISTS (SELECT 1 FROM photo WHERE photo.hash = photo_file.hash) ORDER BY hash",
        )
    }
}

impl Writer<'_> {
    /// Removes documents, except those of which something changed since they were looked at or is unsent. Their photos that
    /// nothing else mentions are removed with them; their files go afterwards, by [`Store::unlink_unmentioned`]. The
    /// caller had the office prove that it has all of both. Gives how many documents went.
    pub fn remove_documents(&self, proven: &[LeavingDocument]) -> Result<u64, StoreError> {
        let (mut removed, mut photos) = (0, Vec::new());
        for LeavingDocument { document, kind, grid, heads, unsent: _ } in proven {
            let unsent = self
                .transaction
                .prepare_cached("SELECT 1 FROM change WHERE document = ?1 AND unsent = 1")?
                .exists([document])?;
            if unsent || self.heads_of(*document)?.as_ref() != Some(heads) {
                continue;
            }
            let own = self.photos_here_of(*document)?;
            own.iter().try_for_each(|hash| self.mark_photo_stored(hash))?;
            photos.extend(own);
            for table in
                ["change", "compacted", "departed", "moved_here", "proven", "difference", "unreadable"]
            {
                self.transaction
                    .prepare_cached(&format!("DELETE FROM {table} WHERE document = ?1"))?
                    .execute([document])?;
            }
            self.transaction.prepare_cached("DELETE FROM document WHERE id = ?1")?.execute([document])?;
            match kind {
                DocumentKind::Dossier => self.forget_dossier(SiteId(*document))?,
                DocumentKind::County => self.forget_county_rows(grid)?,
                DocumentKind::Task => self.forget_task_rows(*document)?,
            }
            removed += 1;
        }
        // Of no other photo was anything proven just now.
        for hash in photos {
            self.transaction
                .prepare_cached(&format!(
                    "UPDATE photo_file SET removed = 1 WHERE hash = ?1 AND removed = 0 AND {UNMENTIONED}"
                ))?
                .execute([hash.as_str()])?;
        }
        Ok(removed)
    }

    /// Removes what the tables show of a task.
    pub(crate) fn forget_task_rows(&self, task: Uuid) -> Result<(), StoreError> {
        self.transaction.prepare_cached("DELETE FROM task_site WHERE task = ?1")?.execute([task])?;
        self.transaction.prepare_cached("DELETE FROM task WHERE id = ?1")?.execute([task])?;
        Ok(())
    }

    /// Removes what was read from the office of one document that is only read here, unless something of it is unsent.
    /// Gives whether it is gone.
    pub fn forget_shared_document(&self, document: Uuid) -> Result<bool, StoreError> {
        let Some((kind, grid)) = self.document_place(document)? else { return Ok(true) };
        if kind == DocumentKind::Dossier {
            return Ok(false);
        }
        let heads = self.heads_of(document)?.unwrap_or_default();
        Ok(self.remove_documents(&[LeavingDocument { document, kind, grid, heads, unsent: 0 }])? > 0)
    }

    /// Forgets how far the logs of these grid units were read: should they come back, they are read from the beginning.
    pub fn forget_log_positions(&self, stays: impl Fn(&GridCode) -> bool) -> Result<(), StoreError> {
        for (grid, _) in self.log_positions()? {
            if !stays(&grid) {
                self.transaction
                    .execute("DELETE FROM log_position WHERE grid = ?1", params![grid.as_str()])?;
                self.transaction
                    .execute("DELETE FROM proven_unit WHERE grid = ?1", params![grid.as_str()])?;
            }
        }
        Ok(())
    }
}

impl Store {
    /// Removes the files of photos that were removed with the documents that mentioned them, and then what was known of
    /// them. A crash in between leaves something to do for the next time.
    pub fn unlink_unmentioned(&self) -> Result<(), StoreError> {
        let sql = format!("SELECT hash FROM photo_file WHERE removed = 1 AND stored = 1 AND {UNMENTIONED}");
        let gone = self.read::<_, StoreError>(|reader| reader.hashes(&sql))?;
        if gone.is_empty() {
            return Ok(());
        }
        self.unlink_removed(&gone)?;
        for hash in &gone {
            self.remove_thumbnails(hash)?;
        }
        self.write(|writer| {
            for hash in &gone {
                writer.transaction.execute(
                    &format!("DELETE FROM photo_file WHERE hash = ?1 AND removed = 1 AND {UNMENTIONED}"),
                    [hash.as_str()],
                )?;
                writer
                    .transaction
                    .execute("DELETE FROM photo_fingerprint WHERE hash = ?1", [hash.as_str()])?;
            }
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use chrono::{TimeZone as _, Utc};
    use domain::{PhotoId, PhotoReference};
    use sha2::{Digest as _, Sha256};

    use super::*;
    use crate::photo::hex;
    use crate::{Author, DossierWrite, Role};

    const VILLAGE: &str = "350211102207";

    fn put_photo(store: &Store, bytes: &[u8], stored: bool) -> PhotoHash {
        let hash: PhotoHash = hex(&Sha256::digest(bytes)).parse().unwrap();
        store.put_photo_files(&hash, bytes, b"thumbnail").unwrap();
        store.write::<_, StoreError>(|writer| writer.note_photo(&hash, bytes.len() as u64, stored)).unwrap();
        hash
    }

    /// A device with one site that has a photo.
    fn device(folder: &std::path::Path) -> (Store, PhotoHash) {
        let store = Store::open(folder, Role::Device).unwrap();
        let own = put_photo(&store, b"of the site", false);
        let at = Utc.timestamp_opt(1_770_000_000, 0).unwrap();
        let author = Author { person: "阿华".to_owned(), command: "test", at };
        let photo = PhotoReference::new(PhotoId::new(), own.clone(), 11, at, "阿华".to_owned());
        let grid = VILLAGE.parse().unwrap();
        let writes =
            vec![DossierWrite::Register { grid, at, by: "阿华".to_owned() }, DossierWrite::AddPhoto(photo)];
        store
            .write::<_, StoreError>(|writer| writer.edit_dossier(SiteId::new(), &author, |_| Ok(writes)))
            .unwrap();
        (store, own)
    }

    fn remove_all(store: &Store) -> u64 {
        let all = store.read::<_, StoreError>(|reader| reader.documents()).unwrap();
        assert!(!all.is_empty());
        store.write::<_, StoreError>(|writer| writer.remove_documents(&all)).unwrap()
    }

    #[test]
    fn only_the_photos_of_what_leaves_go_with_it() {
        let folder = tempfile::tempdir().unwrap();
        let (store, own) = device(folder.path());
        // The office said that it has this one; nobody asked it again.
        let other = put_photo(&store, b"of no record", true);
        assert_eq!(remove_all(&store), 0, "it was not sent");
        store
            .write::<_, StoreError>(|writer| {
                writer
                    .unsent_after(0, usize::MAX)?
                    .iter()
                    .try_for_each(|unsent| writer.mark_sent(unsent.n).map(drop))
            })
            .unwrap();
        assert_eq!(remove_all(&store), 1);
        store.unlink_unmentioned().unwrap();
        let known =
            |hash: &PhotoHash| store.read::<_, StoreError>(|reader| reader.photo_known(hash)).unwrap();
        assert!(known(&own).is_none() && !store.photo_path(&own).exists());
        assert!(known(&other).is_some_and(|file| !file.removed) && store.photo_path(&other).exists());
    }

    #[test]
    fn of_units_that_stay_only_what_departed_is_to_leave() {
        let folder = tempfile::tempdir().unwrap();
        let (store, _) = device(folder.path());
        let leaving =
            |stays: bool| store.read::<_, StoreError>(|reader| Ok(reader.leaving(|_| stays)?.len())).unwrap();
        assert_eq!((leaving(true), leaving(false)), (0, 1));
        let document = store.read::<_, StoreError>(|reader| reader.documents()).unwrap().remove(0).document;
        let grid = VILLAGE.parse().unwrap();
        store.write::<_, StoreError>(|writer| writer.note_departed(document, &grid)).unwrap();
        assert_eq!((leaving(true), leaving(false)), (1, 1));
    }
}
