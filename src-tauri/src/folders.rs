//! Where the device keeps its data, and where it puts files for the person.

use std::path::{Path, PathBuf};

use tauri::Manager;

/// `VILLAGE_LEDGER_DATA`, or the platform's folder for this app.
pub fn data(shell: &tauri::App) -> tauri::Result<PathBuf> {
    match from_environment("VILLAGE_LEDGER_DATA") {
        Some(folder) => Ok(folder),
        None => shell.path().app_data_dir(),
    }
}

/// `VILLAGE_LEDGER_DOWNLOADS`, or the person's folder of downloads, or one beside the data where there is none.
pub fn downloads(shell: &tauri::App, data: &Path) -> PathBuf {
    from_environment("VILLAGE_LEDGER_DOWNLOADS")
        .or_else(|| shell.path().download_dir().ok())
        .unwrap_or_else(|| data.join("downloads"))
}

/// Where the camera app leaves its photos: `VILLAGE_LEDGER_PICTURES`, or on Android this app's folder of pictures. `None`
/// where no camera app is opened, or where Android has no place for it.
pub fn pictures(shell: &tauri::App) -> Option<PathBuf> {
    from_environment("VILLAGE_LEDGER_PICTURES")
        .or_else(|| if cfg!(target_os = "android") { shell.path().picture_dir().ok() } else { None })
}

fn from_environment(name: &str) -> Option<PathBuf> {
    std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from)
}
