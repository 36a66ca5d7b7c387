//! Photos: on their way into a form, their stamped copies, which are missing, and what they take of the disk.

use chrono::{DateTime, Utc};
use domain::{PhotoHash, Position, ProblemId, SiteId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use uuid::Uuid;

use super::messages;

/// What became of a check of a photo.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum PhotoVerdict {
    /// The file is a photo on record, byte for byte.
    Stored,
    /// The file is a stamped copy that was made here, byte for byte, and its stamp says what is on record.
    Stamped,
    /// The file is a stamped copy of a photo on record, byte for byte as it was made, but its stamp says something else
    /// than the record does: the record was edited since, or the stamp was made up.
    StampDiffers,
    /// The file says that it is a stamped copy of a photo on record, but it was changed since.
    Altered,
    /// The file looks like photos on record: a copy that was compressed again. Compare by eye.
    Similar,
    /// The code that was typed belongs to photos on record.
    Code,
    /// Nothing on record matches.
    Unknown,
}

messages! {
    /// How photos are taken in.
    struct IntakeOptions {
        /// The longest side of what is stored, in pixels, 1,280 to 8,000.
        long_side: u32,
        /// Whether the file that came is kept on this device beside what is stored. It is never sent.
        keep_original: bool,
    }
    /// A photo to be taken in. Its bytes were uploaded before.
    struct AttachPhoto {
        /// The upload.
        upload: Uuid,
        /// The form that holds the photo; it need not be saved yet.
        draft: Uuid,
        /// How; `None` for 2,000 pixels without the original.
        options: Option<IntakeOptions>,
    }
    /// A photo to be taken out of a form.
    struct DetachPhoto {
        /// The form.
        draft: Uuid,
        /// The photo.
        hash: PhotoHash,
    }
    /// A photo that is on the disk.
    struct AttachedPhoto {
        /// The photo.
        hash: PhotoHash,
        /// Its size in bytes.
        bytes: u64,
        /// Its width in pixels, upright.
        width: u32,
        /// Its height in pixels, upright.
        height: u32,
        /// When it was taken, by the camera's clock, if it says so.
        taken_at: Option<DateTime<Utc>>,
        /// Where it was taken, if it says so.
        position: Option<Position>,
        /// Where the camera pointed, in degrees clockwise from north, if it says so.
        #[serde(default)]
        direction_deg: Option<f64>,
        /// Make and model of the camera; empty if it does not say.
        #[serde(default)]
        camera: String,
        /// The problem that it was taken for, if it was found again after the app was closed over the camera.
        #[serde(default)]
        found_for: Option<ProblemId>,
    }
    /// Names photos of one site.
    struct ExportPhotos {
        /// The site.
        site: SiteId,
        /// The photos; all of the site whose bytes are here if there are none. `rows` of the download is how many went
        /// into it.
        photos: Vec<PhotoHash>,
        /// Whether stamped copies are wanted (one file each; several in one ZIP file), or the clean evidence.
        stamped: bool,
    }
    /// A photo to be checked against what is on record.
    struct CheckPhoto {
        /// A file that was uploaded.
        upload: Option<Uuid>,
        /// Or the short code that stands on a stamped copy; at least six hexadecimal digits.
        code: Option<String>,
    }
    /// A photo on record and whose it is.
    struct PhotoOwner {
        /// The photo.
        hash: PhotoHash,
        /// The short code of the photo, as it stands on stamped copies.
        code: String,
        /// The site that shows it.
        site: SiteId,
        /// The name of the site.
        site_name: String,
        /// County, town and village by name.
        path: Vec<String>,
        /// Who added it.
        by: String,
        /// When it was added.
        at: DateTime<Utc>,
        /// When it was taken, by the camera's clock.
        taken_at: Option<DateTime<Utc>>,
        /// Where it was taken.
        position: Option<Position>,
        /// Whether the photo's bytes are here.
        present: bool,
    }
    /// What a check found.
    struct PhotoCheck {
        /// The outcome.
        verdict: PhotoVerdict,
        /// The photos on record that match, the best first; at most 20.
        owners: Vec<PhotoOwner>,
        /// What the stamp of the file says, line by line; empty where it has none.
        stamp: Vec<String>,
    }
    /// A photo that a record mentions and that is not where it should be.
    struct MissingPhoto {
        /// The photo.
        hash: PhotoHash,
        /// The site that shows it.
        site: SiteId,
        /// The name of the site.
        site_name: String,
        /// The name of its village.
        village: String,
        /// Who added it.
        by: String,
        /// When.
        at: DateTime<Utc>,
        /// Whether its bytes are on this replica.
        here: bool,
        /// How many bytes of it have arrived.
        arrived: u64,
        /// Of how many.
        bytes: u64,
    }
    /// Photos that records mention and that are not where they should be: at the office those that have not arrived;
    /// on a device those that the server has not proved it holds, and those that are not here although nobody
    /// removed them.
    struct MissingPhotos {
        /// The photos, by name of site; at most 500.
        photos: Vec<MissingPhoto>,
        /// How many there are.
        total: u64,
    }
    /// What photos take of this device's disk.
    struct PhotoStorage {
        /// Photos whose bytes are here.
        photos: u64,
        /// Their size in bytes, with thumbnails and originals.
        bytes: u64,
        /// Those of them that the server has proved it holds, and that no form holds: they can be removed.
        removable_photos: u64,
        /// Their size in bytes.
        removable_bytes: u64,
        /// Photos whose full size was removed here; they are fetched when they are looked at.
        removed_photos: u64,
        /// Bytes free on the disk, if the platform tells.
        free_bytes: Option<u64>,
    }
    /// Which photos to remove from this device.
    struct FreeSpace {
        /// Only those that were added at least so many days ago.
        older_than_days: u32,
    }
    /// What was removed.
    struct FreedSpace {
        /// So many photos. Each was on the server's disk when it was asked just before.
        photos: u64,
        /// So many bytes.
        bytes: u64,
        /// So many were kept although they were marked as stored, because the server no longer has them. They are
        /// sent again.
        kept: u64,
    }
    /// Names one photo.
    struct OnePhoto {
        /// The photo.
        hash: PhotoHash,
    }
    /// A photo that the camera is about to take. Written before the camera opens, because the app may not live to see
    /// it.
    struct ExpectPhoto {
        /// Names this opening of the camera.
        id: Uuid,
        /// The form that shall hold it.
        draft: Uuid,
        /// The problem that it shows.
        problem: Option<ProblemId>,
        /// How it shall be taken in; `None` for 2,000 pixels without the original.
        options: Option<IntakeOptions>,
    }
    /// The camera came back, with a photo that is in its form by now, or without one.
    struct ExpectedPhoto {
        /// The opening of the camera.
        id: Uuid,
    }
    /// A photo that the camera left in its folder, by name.
    struct TakePhoto {
        /// The name of the file, without a folder.
        file_name: String,
        /// Its size in bytes.
        bytes: u64,
        /// The form that holds it.
        draft: Uuid,
        /// How; `None` for 2,000 pixels without the original.
        options: Option<IntakeOptions>,
    }
    /// A photo that was found after the app had been closed over the camera.
    struct RecoveredPhoto {
        /// The form that holds it now.
        draft: Uuid,
        /// The photo.
        photo: AttachedPhoto,
    }
}
