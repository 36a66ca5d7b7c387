//! Device: erasing all that a store holds, when the office ordered it and has proved that it has everything.

use std::fs;
use std::io::ErrorKind;

use crate::{Store, StoreError};

/// The setting that stands while files are still to be erased.
const ERASING: &str = "erasing";
/// Settings without which the store would not be what it is.
const OWN: &[&str] = &["role", "view_version"];

impl Store {
    /// Unless something waits to be sent, erases every row but those of the settings named in `keep`, and every file beside the database. It can be made
    /// again; a crash in between is finished at the next start. Gives whether it did.
    ///
    /// # Errors
    /// When the disk fails. Then some of it may be left.
    pub fn erase(&self, keep: &[&str]) -> Result<bool, StoreError> {
        let erased = self.write::<_, StoreError>(|writer| {
            if writer.unsent_count()? > 0 {
                return Ok(false);
            }
            // What was deleted is overwritten, in the database file too.
            writer.transaction.pragma_update(None, "secure_delete", "ON")?;
            let tables: Vec<String> = writer
                .transaction
                .prepare(
                    "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type IN ('virtual', 'table')
                        AND name NOT LIKE 'sqlite_%' AND name <> 'setting' ORDER BY type = 'table', name",
                )?
                .query_map([], |row| row.get(0))?
                .collect::<Result<_, _>>()?;
            for table in tables {
                writer.transaction.execute(&format!("DELETE FROM {table}"), [])?;
            }
            let settings: Vec<String> = writer
                .transaction
                .prepare("SELECT key FROM setting")?
                .query_map([], |row| row.get(0))?
                .collect::<Result<_, _>>()?;
            for key in settings.iter().filter(|key| !OWN.iter().chain(keep).any(|kept| kept == key)) {
                writer.clear_setting(key)?;
            }
            writer.set_setting(ERASING, "1")?;
            Ok(true)
        })?;
        self.finish_erasing()?;
        Ok(erased)
    }

    /// Removes what files are left, if an erasing was begun.
    pub(crate) fn finish_erasing(&self) -> Result<(), StoreError> {
        let begun = self.read::<_, StoreError>(|reader| reader.setting(ERASING))?;
        if begun.is_none() {
            return Ok(());
        }
        let failed = |error| StoreError::file(&self.folder)(error);
        for entry in fs::read_dir(&self.folder).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            if path.is_dir() {
                empty(&path)?;
            }
        }
        if let Ok(mut villages) = self.villages.write() {
            *villages = None;
        }
        self.database.fold_up()?;
        self.write(|writer| writer.clear_setting(ERASING))
    }
}

/// Removes all that is in a folder. The folders themselves stay: others write into them.
fn empty(folder: &std::path::Path) -> Result<(), StoreError> {
    for entry in fs::read_dir(folder).map_err(StoreError::file(folder))? {
        let path = entry.map_err(StoreError::file(folder))?.path();
        if path.is_dir() {
            empty(&path)?;
        } else if let Err(error) = fs::remove_file(&path)
            && error.kind() != ErrorKind::NotFound
        {
            return Err(StoreError::file(path)(error));
        }
    }
    Ok(())
}
