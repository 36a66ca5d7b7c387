//! How sure it is that the office has a site's record and photos.

use domain::{PhotoHash, SiteId};
use store::{Reader, StoreError};
use wire::ApiError;
use wire::message::{PhotoReceipt, Receipt, SiteReceipts};

use crate::app::App;
use crate::error::{Failure, not_found};

/// The receipts of a site. A photo that is not on this device, and that the office has not proved it holds, has none.
pub(super) fn of_site(app: &App, site: SiteId) -> Result<SiteReceipts, ApiError> {
    let receipts = app.store.read::<_, Failure>(|reader| {
        let dossier = reader.dossier(site)?.ok_or_else(|| not_found("site"))?;
        let verified_at = reader.proven_at(site.0)?;
        let record = match (reader.unsent_of(site)?, verified_at) {
            (0, Some(_)) => Receipt::Verified,
            (0, None) => Receipt::Sent,
            _ => Receipt::OnDevice,
        };
        let mut photos = Vec::new();
        for photo in &dossier.photos {
            if let Some(receipt) = of_photo(reader, &photo.hash, record)? {
                photos.push(PhotoReceipt { hash: photo.hash.clone(), receipt });
            }
        }
        Ok(SiteReceipts { record, verified_at: verified_at.filter(|_| record == Receipt::Verified), photos })
    });
    Ok(receipts?)
}

fn of_photo(reader: &Reader<'_>, hash: &PhotoHash, record: Receipt) -> Result<Option<Receipt>, StoreError> {
    let Some(file) = reader.photo_known(hash)? else { return Ok(None) };
    Ok(Some(match (file.stored, record) {
        (true, Receipt::Verified) => Receipt::Verified,
        (true, _) => Receipt::Stored,
        (false, _) if reader.photo_began(hash)? => Receipt::Sent,
        (false, _) => Receipt::OnDevice,
    }))
}
