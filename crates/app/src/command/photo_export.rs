//! Photos of a site as files, stamped or clean.

use std::collections::HashSet;
use std::io::{self, Write as _};
use std::path::Path;
use std::sync::Arc;

use store::StoreError;
use wire::message::{Download, ExportPhotos};
use wire::{ApiError, ErrorCode};
use zip::write::SimpleFileOptions;

use crate::App;
use crate::app::Ask;
use crate::error::{Failure, not_found};
use crate::photo::stamp::{OnRecord, stamped_by};

/// The longest part of a file name that a site's name makes, in characters.
const NAME_CHARACTERS: usize = 40;

pub(super) fn export(app: Ask<'_>, request: ExportPhotos) -> Result<Download, Failure> {
    let ExportPhotos { site, photos, stamped } = request;
    let all = photos.is_empty();
    let records = app.store.read::<_, Failure>(|reader| {
        let dossier = Arc::new(reader.dossier(site)?.ok_or_else(|| not_found("site"))?);
        let mut hashes = photos;
        if all {
            hashes.extend(dossier.photos.iter().map(|photo| photo.hash.clone()));
        }
        let mut seen = HashSet::new();
        hashes.retain(|hash| seen.insert(hash.clone()));
        hashes
            .iter()
            .map(|hash| OnRecord::within(reader, &dossier, hash)?.ok_or_else(|| not_found("photo").into()))
            .collect::<Result<Vec<_>, Failure>>()
    })?;
    let Some(first) = records.first() else {
        return Err(ApiError::new(ErrorCode::NotFound, "this site has no photos")
            .because("no_photos")
            .into());
    };
    let base = file_name(&first.dossier.fields.name);
    if let [only] = records.as_slice() {
        let jpeg = bytes(&app, only, stamped)?;
        let file_name = format!("{base}-{}.jpg", only.reference.hash.code());
        let (id, path) = app.uploads.new_download(&file_name)?;
        app.uploads.filled(&path, |mut file| file.write_all(&jpeg).map_err(unwritable(&path)))?;
        return Ok(Download { id, file_name, bytes: size(&path), rows: 1 });
    }
    let file_name = format!("{base}.zip");
    let (id, path) = app.uploads.new_download(&file_name)?;
    let written = app.uploads.filled::<_, Failure>(&path, |file| {
        let mut written = 0;
        let mut archive = zip::ZipWriter::new(file);
        // They are compressed already.
        let options = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
        for (number, record) in (1..).zip(&records) {
            let jpeg = match bytes(&app, record, stamped) {
                // Of all that there are, those that are here; the caller is told how many that is.
                Err(failure) if all && failure.0.code == ErrorCode::NotFound => continue,
                jpeg => jpeg?,
            };
            written += 1;
            let name = format!("{base}-{number:02}-{}.jpg", record.reference.hash.code());
            archive.start_file(name, options).map_err(|error| unwritable(&path)(error.into()))?;
            archive.write_all(&jpeg).map_err(unwritable(&path))?;
        }
        archive.finish().map_err(|error| unwritable(&path)(error.into()))?;
        if written == 0 {
            let nothing = ApiError::new(ErrorCode::NotFound, "none of the photos is here");
            return Err(nothing.because("photo_not_here").into());
        }
        Ok(written)
    })?;
    Ok(Download { id, file_name, bytes: size(&path), rows: written })
}

fn bytes(app: &App, record: &OnRecord, stamped: bool) -> Result<Vec<u8>, Failure> {
    let hash = &record.reference.hash;
    let bytes = if stamped { stamped_by(app, record)? } else { app.store.photo_bytes(hash)? };
    bytes.ok_or_else(|| {
        let message = format!("the photo {} is not here", hash.code());
        ApiError::new(ErrorCode::NotFound, message).because("photo_not_here").into()
    })
}

fn size(path: &Path) -> u64 {
    std::fs::metadata(path).map(|metadata| metadata.len()).unwrap_or_default()
}

fn unwritable(path: &Path) -> impl Fn(io::Error) -> Failure {
    move |source| StoreError::File { path: path.to_owned(), source }.into()
}

/// A name that every file system takes.
fn file_name(name: &str) -> String {
    let clean: String = name
        .chars()
        .map(|character| match character {
            '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|' => '_',
            control if control.is_control() => '_',
            other => other,
        })
        .take(NAME_CHARACTERS)
        .collect();
    match clean.trim_matches(['.', ' ']) {
        "" => "photos".to_owned(),
        name => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_becomes_a_file_name() {
        assert_eq!(file_name("新发/五金:加工点"), "新发_五金_加工点");
        assert_eq!(file_name("..."), "photos");
        assert_eq!(file_name(&"厂".repeat(80)).chars().count(), NAME_CHARACTERS);
    }
}
