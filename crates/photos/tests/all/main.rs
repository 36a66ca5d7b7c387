//! Photographs in, what is stored of them out.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // helpers of tests, where a panic is the point

mod common;
mod fingerprints;
mod hostile;
mod photographs;
mod stamping;
mod tags;
