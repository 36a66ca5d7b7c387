//! One replica: Automerge documents in SQLite, the tables that screens query, search, and photos on disk.
//!
//! The documents are the truth; the tables are a view of them that can be dropped and rebuilt at any time.
//! Absent on purpose: networks, and any decision about what may be written.

pub mod document;

mod backup;
mod carried;
mod change;
mod connection;
mod draft;
mod error;
mod exchange;
mod figures;
mod fingerprint;
mod ingest;
mod log;
mod original;
mod photo;
mod quarantine;
mod query;
mod replica;
mod reserve;
mod scope;
mod search;
mod setting;
mod verify;
mod view;

pub use backup::{
    BackupError, BackupJob, BackupProgress, BackupStep, Checked, Counts, FileEntry, Made, Manifest, Restored,
    VillageDigest, back_up, check as check_backup, restore,
};
pub use change::NewChange;
pub use document::{
    Author, CountyWrite, DocumentError, DossierWrite, TaskWrite, stored_field, stored_position,
};
pub use draft::{DraftPhotoRow, DraftRow};
pub use error::StoreError;
pub use exchange::{DifferenceRow, LeavingDocument, WholePage};
pub use figures::Figures;
pub use ingest::Refusal;
pub use log::{LogEntry, LogPage, Unsent};
pub use photo::{Incoming, MissingPhotoRow, PhotoFile, PhotoSpace};
pub use quarantine::{
    Fact, HeldChangeRow, HeldRow, HeldStatus, JudgedRow, Reason, Rights, Sender, SetAsideRow, judge,
    new_facts,
};
pub use query::{
    ErrandRow, PaperRow, PaperSeries, PaperToNumber, PapersPage, PhotoMark, ProblemRow, ProblemsPage,
    SiteMark, SiteRow, SitesPage, TaskRow, TaskVisitRow,
};
pub use replica::{Reader, Role, Store, Writer};
pub use reserve::{Reserve, Space, Sparing};
pub use verify::{Fault, Options as VerifyOptions, Report, VerifyStep, verify};
