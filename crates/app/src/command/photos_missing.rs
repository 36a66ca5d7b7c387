//! Photos that are not where they should be.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use store::{MissingPhotoRow, Role};
use wire::message::{MissingPhoto, MissingPhotos, Nothing};

use crate::app::Ask;
use crate::error::Failure;

/// How many are listed at most; how many there are is said beside.
const MOST: u32 = 500;

pub(super) fn list(app: Ask<'_>, _request: Nothing) -> Result<MissingPhotos, Failure> {
    app.store.read(|reader| {
        let (rows, total) = reader.misplaced_photos(MOST)?;
        let mut dossiers = HashMap::new();
        let mut photos = Vec::new();
        for MissingPhotoRow { hash, reference, site, site_name, grid, here, sent } in rows {
            let dossier = match dossiers.entry(site) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(unknown) => unknown.insert(reader.dossier(site)?),
            };
            let mut shown = dossier.iter().flat_map(|dossier| &dossier.photos);
            let Some(photo) = shown.find(|photo| photo.id == reference) else {
                continue;
            };
            photos.push(MissingPhoto {
                // What is here is on its way to the server; what is not, on its way here.
                arrived: if here { sent } else { app.store.part_size(&hash) },
                village: reader.unit(&grid)?.map(|unit| unit.name).unwrap_or_default(),
                hash,
                site,
                site_name,
                by: photo.by.clone(),
                at: photo.at,
                here: here && app.store.role() == Role::Device,
                bytes: photo.bytes,
            });
        }
        Ok(MissingPhotos { photos, total })
    })
}
