//! The phone and desktop shell: two commands, schemes for photos and for map tiles, and a sync that runs for as long as
//! the app does.
//!
//! Absent on purpose: anything that knows what a command means. That is in `app`.

mod commands;
mod connect;
mod failure;
mod folders;
mod permissions;
mod photos;
mod tiles;

use std::sync::Arc;

use sync_client::HttpConnector;
use tauri::webview::WebviewWindowBuilder;
use tauri::{Manager, RunEvent};

use crate::failure::Failure;

/// What the commands and the photo scheme reach: the device, shared with the sync in the background.
type Device = Arc<app::Device<HttpConnector>>;

/// Tells the page that it may ask the geolocation plugin.
#[cfg(mobile)]
const ON_PHONE: &str = "window.__VILLAGE_LEDGER_PHONE__ = true";

/// Runs the app until its window is closed, and ends the process.
#[cfg_attr(mobile, tauri::mobile_entry_point)]
pub fn run() {
    #[cfg(target_os = "linux")]
    if ["DISPLAY", "WAYLAND_DISPLAY"].iter().all(|name| std::env::var_os(name).is_none()) {
        // The toolkit would panic.
        eprintln!("village-ledger: there is no display: DISPLAY and WAYLAND_DISPLAY are not set");
        std::process::exit(1);
    }
    let builder = tauri::Builder::default();
    #[cfg(mobile)]
    let builder = builder.plugin(tauri_plugin_geolocation::init());
    let built = builder
        .invoke_handler(tauri::generate_handler![commands::call, commands::upload])
        .register_asynchronous_uri_scheme_protocol(photos::SCHEME, photos::serve)
        .register_asynchronous_uri_scheme_protocol(tiles::SCHEME, tiles::serve)
        .register_uri_scheme_protocol(failure::SCHEME, failure::serve)
        .on_permission_request(|_, kind| permissions::answer(kind))
        .setup(|shell| {
            match open(shell) {
                Ok(()) => open_main_window(shell)?,
                Err(reason) => failure::show(shell, Failure::new(reason))?,
            }
            Ok(())
        })
        .build(tauri::generate_context!());
    match built {
        Ok(shell) => shell.run(|shell, event| {
            if let RunEvent::ExitRequested { code: None, api, .. } = event
                && shell.try_state::<Failure>().is_some()
            {
                api.prevent_exit();
                shell.exit(1);
            }
        }),
        Err(error) => {
            eprintln!("village-ledger: the window cannot be opened: {error}");
            std::process::exit(1);
        }
    }
}

fn open(shell: &tauri::App) -> Result<(), Box<dyn std::error::Error>> {
    let data = folders::data(shell)?;
    std::fs::create_dir_all(&data).map_err(|error| format!("{}: {error}", data.display()))?;
    let device: Device = Arc::new(
        app::Device::open(&data, HttpConnector::new())
            .map_err(|error| format!("{}: {error}", data.display()))?,
    );
    device.app().store().keep_reserve();
    device.set_downloads_folder(folders::downloads(shell, &data));
    if let Some(pictures) = folders::pictures(shell) {
        device.set_pictures_folder(pictures);
    }
    shell.manage(Arc::clone(&device));

    connect::from_environment(Arc::clone(&device));
    tauri::async_runtime::spawn(async move { device.keep_synced().await });
    Ok(())
}

fn open_main_window(shell: &tauri::App) -> tauri::Result<()> {
    for window in &shell.config().app.windows {
        let builder = WebviewWindowBuilder::from_config(shell, window)?;
        #[cfg(mobile)]
        let builder = builder.initialization_script(ON_PHONE);
        builder.build()?;
    }
    Ok(())
}
