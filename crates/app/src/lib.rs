//! What each command does, and the sync engine. Everything else asks this crate.
//!
//! Absent on purpose: HTTP, Tauri, SQL and Automerge.

mod app;
mod arrival;
mod bundle;
mod command;
mod device;
mod error;
mod export;
mod import;
mod office;
mod photo;
mod photo_storage;
mod pmtiles;
mod sync;
mod tiles;
mod upload;
mod work;

pub use app::{App, Caller, Clock, OpenError, system_clock};
pub use bundle::{BundleError, BundleSender, BundleTaken, new_identity, recipient_of, take_bundle};
pub use device::Device;
pub use error::to_api_error;
pub use export::{ExportError, export_ledger};
pub use import::{ImportFailure, ImportOptions, import};
pub use interchange::MAX_BYTES as LARGEST_IMPORT;
pub use office::{Office, Receiving, Reception};
pub use sync::{SyncOutcome, SyncWatch, sync};
pub use tiles::tile_archive_file;
pub use upload::{OwnFiles, Uploads};
pub use work::Work;
