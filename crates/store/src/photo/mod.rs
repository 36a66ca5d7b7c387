//! Photos on the disk, under their hash. A photo is on the medium before anything refers to it.

mod file;
mod incoming;
mod row;
mod space;
mod thumbnail;

pub(crate) use file::{file_size, flush_folder, hex};
pub(crate) use incoming::Claims;

pub use incoming::Incoming;
pub use row::{MissingPhotoRow, PhotoFile};
pub use space::PhotoSpace;
