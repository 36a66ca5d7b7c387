//! What can be proven of a replica, backed up and restored, and what a full disk does to it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

mod backup;
mod full_disk;
mod sample;
#[path = "../../../../tests/office/small_disk.rs"]
mod small_disk;
mod verify;
