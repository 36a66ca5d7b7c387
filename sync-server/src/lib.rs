//! The office server: it syncs with devices, keeps photos, and shows the console in the browser.

pub mod access;
pub mod cli;
pub mod http;
mod serve;

pub use serve::{ServeError, Server};
