//! Thumbnails that come ahead of their photos. They are shown, and say nothing about the photo.

use domain::PhotoHash;
use wire::ApiError;
use wire::sync::{MAX_PHOTOS_NAMED, MAX_THUMBNAIL, THUMBNAIL_BYTES, Thumbnail, Thumbnails};

use super::{Office, bounded};
use crate::arrival;
use crate::error::to_api_error;
use crate::photo::thumbnail::thumbnail;

impl Office {
    pub(super) fn take_thumbnails(&self, thumbnails: &[Thumbnail]) -> Result<(), ApiError> {
        bounded("photos", thumbnails.len(), MAX_PHOTOS_NAMED)?;
        for thumbnail in thumbnails {
            if self.mentioned(&thumbnail.hash).map_err(to_api_error)? {
                arrival::keep_thumbnail(&self.store, thumbnail)?;
            }
        }
        Ok(())
    }

    pub(super) fn thumbnails_of(&self, hashes: &[PhotoHash]) -> Result<Thumbnails, ApiError> {
        bounded("photos", hashes.len(), MAX_PHOTOS_NAMED)?;
        let mut reply = Thumbnails::default();
        let mut size = 0;
        for hash in hashes {
            let jpeg = match self.mentioned(hash).map_err(to_api_error)? {
                true => thumbnail(&self.store, hash).map_err(to_api_error)?,
                false => None,
            };
            if let Some(jpeg) = jpeg.filter(|jpeg| jpeg.len() <= MAX_THUMBNAIL) {
                size += jpeg.len();
                if size > THUMBNAIL_BYTES && !reply.thumbnails.is_empty() {
                    break;
                }
                reply.thumbnails.push(Thumbnail { hash: hash.clone(), jpeg: jpeg.into() });
            }
            reply.answered += 1;
        }
        Ok(reply)
    }
}
