//! The office server: it syncs with devices, keeps photos, and shows the console in the browser.

pub mod access;
mod announce;
pub mod cli;
pub mod config;
mod connection;
pub mod http;
mod logging;
mod office;
mod serve;
pub mod tls;

pub use connection::Connection;
pub use serve::{ServeError, Server};
