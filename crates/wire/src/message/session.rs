//! Who asks, where, and the long piece of work that may be running.

use chrono::{DateTime, Utc};
use domain::{GridCode, Permission, Role};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::messages;

/// What kind of host answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Host {
    /// A phone or desktop with its own store.
    Device,
    /// The server's office console.
    Office,
}

/// What a long piece of work is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum WorkStep {
    /// Reading the file.
    Reading,
    /// Comparing it with what is on record.
    Comparing,
    /// Writing.
    Writing,
}

messages! {
    /// No arguments, or nothing to tell.
    #[derive(Default)]
    struct Nothing {}
    /// Who is asking.
    struct Session {
        /// What kind of host answers.
        host: Host,
        /// The name that is put under what is recorded; empty until it is given.
        person: String,
        /// What they are to the team, which says what they may do.
        role: Role,
        /// What they may do.
        permissions: Vec<Permission>,
        /// The version of the program.
        version: String,
        /// The grid units that this replica is for, with their ancestors' names in `grid.units`.
        scope: Vec<GridCode>,
        /// The largest file that can be uploaded, in bytes.
        upload_limit: u64,
    }
    /// A new name.
    struct Rename {
        /// The name.
        person: String,
    }
    /// How far a long piece of work has come.
    struct WorkProgress {
        /// What it is doing.
        step: WorkStep,
        /// How many are done.
        done: u64,
        /// Of how many.
        total: u64,
        /// When the work began.
        started_at: DateTime<Utc>,
    }
}
