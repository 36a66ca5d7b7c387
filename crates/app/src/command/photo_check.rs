//! Whether a photo is ours, and whose.

use std::collections::BTreeSet;

use domain::PhotoHash;
use photos::{Mark, SAME_PHOTO_DISTANCE, Stamp, fingerprint_distance};
use store::Reader;
use wire::ApiError;
use wire::message::{CheckPhoto, PhotoCheck, PhotoOwner, PhotoVerdict};

use crate::App;
use crate::app::Ask;
use crate::error::Failure;
use crate::photo::decoding;
use crate::photo::stamp::OnRecord;
use crate::photo::thumbnail::thumbnail;

/// The most photos that a check names.
const MOST: usize = 20;
/// How many fingerprints are made in one transaction.
const BATCH: u32 = 200;

pub(super) fn check(app: Ask<'_>, request: CheckPhoto) -> Result<PhotoCheck, Failure> {
    match (request.upload, request.code) {
        (Some(upload), None) => {
            let bytes = app.uploads.bytes(upload)?;
            let check = check_file(&app, &bytes);
            app.uploads.remove(upload);
            check
        }
        (None, Some(code)) => check_code(&app, &code),
        _ => Err(ApiError::invalid("upload", "give either a file or a code").because("missing").into()),
    }
}

fn check_code(app: &App, code: &str) -> Result<PhotoCheck, Failure> {
    let digits = PhotoHash::code_digits(code).ok_or_else(|| {
        ApiError::invalid("code", "a code has at least six digits 0 to 9 and a to f").because("not_a_code")
    })?;
    app.store.read(|reader| {
        let hashes = reader.photos_beginning(&digits, MOST as u32)?;
        found(reader, PhotoVerdict::Code, &hashes, Vec::new())
    })
}

fn check_file(app: &App, bytes: &[u8]) -> Result<PhotoCheck, Failure> {
    let hash = photos::hash(bytes);
    if app.store.read(|reader| reader.site_of_photo(&hash).map_err(Failure::from))?.is_some() {
        return app.store.read(|reader| found(reader, PhotoVerdict::Stored, &[hash], Vec::new()));
    }
    let mark = photos::mark_of(bytes);
    let said = mark.as_ref().map(|mark| lines(&mark.stamp)).unwrap_or_default();
    if let Some(Mark { photo, version, stamp }) = mark {
        let records = app.store.read(|reader| OnRecord::find(reader, &photo))?;
        if !records.is_empty() {
            let verdict = match app.store.photo_bytes(&photo)? {
                Some(jpeg) if version == photos::STAMP_VERSION => {
                    let _alone = decoding::alone();
                    let unchanged = photos::stamped(&jpeg, &stamp).is_ok_and(|stamped| stamped == bytes);
                    match records.iter().any(|record| record.stamp() == stamp) {
                        _ if !unchanged => PhotoVerdict::Altered,
                        true => PhotoVerdict::Stamped,
                        false => PhotoVerdict::StampDiffers,
                    }
                }
                // The photo is not on this device, or another version drew the stamp: nothing can be proved here.
                _ => PhotoVerdict::Similar,
            };
            return app.store.read(|reader| found(reader, verdict, &[photo], said));
        }
    }
    // Anything that is no photo is told so.
    let fingerprint = {
        let _alone = decoding::alone();
        photos::fingerprint(bytes).map_err(crate::photo::intake::refused)?
    };
    note_fingerprints(app)?;
    app.store.read(|reader| {
        let mut alike: Vec<(u32, PhotoHash)> = reader
            .fingerprints()?
            .into_iter()
            .map(|(hash, other)| (fingerprint_distance(fingerprint, other), hash))
            .filter(|(distance, _)| *distance <= SAME_PHOTO_DISTANCE)
            .collect();
        alike.sort();
        let hashes: Vec<PhotoHash> = alike.into_iter().map(|(_, hash)| hash).take(MOST).collect();
        let verdict = if hashes.is_empty() { PhotoVerdict::Unknown } else { PhotoVerdict::Similar };
        found(reader, verdict, &hashes, said)
    })
}

fn lines(stamp: &Stamp) -> Vec<String> {
    let mut lines: Vec<String> =
        stamp.lines.iter().map(|line| format!("{} {}", line.label, line.text)).collect();
    lines.push(stamp.code.clone());
    lines
}

/// Makes the fingerprints that are not known yet: those of photos that came from elsewhere.
fn note_fingerprints(app: &App) -> Result<(), Failure> {
    loop {
        let unknown = app.store.read::<_, Failure>(|reader| Ok(reader.photos_without_fingerprint(BATCH)?))?;
        if unknown.is_empty() {
            return Ok(());
        }
        let mut made = Vec::new();
        for hash in unknown {
            let thumbnail = thumbnail(&app.store, &hash)?;
            let fingerprint = thumbnail.and_then(|jpeg| photos::fingerprint(&jpeg).ok());
            made.push((hash, fingerprint));
        }
        app.store.write::<_, Failure>(|writer| {
            for (hash, fingerprint) in &made {
                writer.note_fingerprint(hash, *fingerprint)?;
            }
            Ok(())
        })?;
    }
}

fn found(
    reader: &Reader<'_>,
    verdict: PhotoVerdict,
    hashes: &[PhotoHash],
    stamp: Vec<String>,
) -> Result<PhotoCheck, Failure> {
    let mut owners = Vec::new();
    for hash in hashes.iter().collect::<BTreeSet<_>>() {
        let present = reader.photo_file(hash)?.is_some();
        for OnRecord { dossier, reference, path } in OnRecord::find(reader, hash)? {
            owners.push(PhotoOwner {
                hash: hash.clone(),
                code: hash.code(),
                site: dossier.id,
                site_name: dossier.fields.name.clone(),
                path,
                by: reference.by,
                at: reference.at,
                taken_at: reference.taken_at,
                position: reference.position,
                present,
            });
        }
    }
    // The best first, as they were given.
    owners.sort_by_key(|owner| hashes.iter().position(|hash| *hash == owner.hash));
    owners.truncate(MOST);
    let verdict = if owners.is_empty() { PhotoVerdict::Unknown } else { verdict };
    Ok(PhotoCheck { verdict, owners, stamp })
}
