//! Sync without a network: a file, encrypted for the other side, carried by hand.
//!
//! A device writes what waits to be sent ([`device::write`]); the office takes it in as if it had come over the network,
//! and writes an answer ([`office::take`]); the device reads that as it reads the office's answers ([`device::read`]).

pub(crate) mod device;
mod file;
mod message;
mod office;
mod pending;

pub use file::{BundleError, new_identity, recipient_of};
pub use office::{BundleSender, BundleTaken, take_bundle};

/// How large a bundle becomes at most, in bytes: it is uploaded to the office as one file.
const LARGEST: u64 = crate::upload::UPLOAD_LIMIT - (2 << 20);
/// What the name of a bundle ends in.
const EXTENSION: &str = "vlbundle";
