//! The office's side: a device's bundle is taken in as if it had come over the network, and answered.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use chrono::{DateTime, Utc};
use domain::{GridCode, PhotoHash};
use uuid::Uuid;
use wire::sync::{Cursor, ExchangeReply, ExchangeRequest, PHOTO_PIECE, PhotoState};
use wire::{ApiError, ErrorCode};

use super::LARGEST;
use super::file::{BundleError, Writer, read};
use super::message::{Answer, Frame, Piece, Request};
use crate::error::to_api_error;
use crate::office::{Office, Receiving, Reception};

/// What records take of an answer at most, in bytes; the rest of it is for photos.
const RECORDS: u64 = LARGEST / 2;

/// Whose bundle it is.
pub struct BundleSender {
    /// The office as that device sees it.
    pub office: Office,
    /// To whom the answer is encrypted.
    pub recipient: String,
}

/// What the office made of a bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BundleTaken {
    /// When it was written, by the device's clock.
    pub written_at: DateTime<Utc>,
    /// Changes that are on record now, or were before.
    pub taken: u64,
    /// Changes that wait for a lead or cannot be taken.
    pub refused: u64,
    /// Photos of it that are stored.
    pub photos: u64,
    /// Photos that could not be used.
    pub photos_refused: u64,
}

/// Takes a bundle in and writes the answer to it. `find` knows devices by their tokens. May be done again.
///
/// # Errors
/// When the file is no whole bundle for this office, or comes from a device that `find` does not know: then nothing of it
/// is taken in. When the disk fails: then some of it may have been, and doing it again does no harm.
pub fn take_bundle(
    bundle: &Path,
    identity: &str,
    find: impl FnOnce(&str) -> Result<Option<BundleSender>, ApiError>,
    now: DateTime<Utc>,
    answer: &Path,
) -> Result<BundleTaken, ApiError> {
    let mut find = Some(find);
    let mut taking: Option<Taking> = None;
    read(bundle, identity, |frame| match (frame, &mut taking) {
        (Frame::Request(request), None) => {
            let sender = find.take().map(|find| find(&request.token)).transpose()?.flatten();
            let sender = sender.ok_or(BundleError::UnknownDevice)?;
            taking = Some(Taking::begin(sender, request, now, answer)?);
            Ok(())
        }
        (Frame::Exchange(request), Some(taking)) => taking.exchange(*request),
        (Frame::Piece(piece), Some(taking)) => taking.piece(piece),
        _ => Err(BundleError::WrongWay.into()),
    })?;
    taking.ok_or(BundleError::Damaged)?.finish()
}

/// A bundle that is being taken in.
struct Taking {
    office: Office,
    request: Request,
    answer: Writer,
    /// The first of its exchanges, without what was pushed.
    first: Option<ExchangeRequest>,
    /// Documents that the device is told of: it cannot have named their new photos as missing.
    new: BTreeSet<Uuid>,
    /// How far the device will have read with what is answered so far.
    cursors: BTreeMap<GridCode, Cursor>,
    number: u32,
    receiving: Option<Receiving>,
    /// A photo of which the rest is not wanted.
    passed: Option<PhotoHash>,
    told: BundleTaken,
}

impl Taking {
    fn begin(
        sender: BundleSender,
        request: Request,
        now: DateTime<Utc>,
        answer: &Path,
    ) -> Result<Self, ApiError> {
        let mut answer = Writer::create(answer, &sender.recipient, sender.office.reserve())?;
        answer.add(&Frame::Answer(Answer { written_at: now, nonce: request.nonce }))?;
        let written_at = request.written_at;
        let told = BundleTaken { written_at, taken: 0, refused: 0, photos: 0, photos_refused: 0 };
        Ok(Self {
            office: sender.office,
            request,
            answer,
            first: None,
            new: BTreeSet::new(),
            cursors: BTreeMap::new(),
            number: 0,
            receiving: None,
            passed: None,
            told,
        })
    }

    /// What the device pushed, page by page. What it offers to send is looked at once its photos are here.
    fn exchange(&mut self, mut request: ExchangeRequest) -> Result<(), ApiError> {
        if self.first.is_none() {
            let cursors = request.cursors.iter().map(|cursor| (cursor.grid.clone(), cursor.clone()));
            self.cursors = cursors.collect();
            self.first = Some(ExchangeRequest { push: Vec::new(), ..request.clone() });
        }
        request.photos = Vec::new();
        let reply = self.asked(request)?;
        self.told.refused += reply.refused.len() as u64;
        self.told.taken += reply.answered.saturating_sub(reply.refused.len() as u64);
        self.reply(reply)
    }

    /// Asks the office from where the device will stand.
    fn asked(&mut self, mut request: ExchangeRequest) -> Result<ExchangeReply, ApiError> {
        request.cursors = self.cursors.values().cloned().collect();
        let reply = self.office.exchange_now(&request)?;
        for feed in &reply.feeds {
            self.new.extend(feed.snapshots.iter().map(|snapshot| snapshot.document));
            self.new.extend(feed.documents.iter().map(|news| news.document));
            let cursor = Cursor { grid: feed.grid.clone(), seq: feed.to_seq, after: feed.after };
            self.cursors.insert(feed.grid.clone(), cursor);
        }
        Ok(reply)
    }

    fn reply(&mut self, reply: ExchangeReply) -> Result<(), ApiError> {
        self.answer.add(&Frame::Reply(self.number, Box::new(reply)))?;
        self.number += 1;
        Ok(())
    }

    fn piece(&mut self, piece: Piece) -> Result<(), ApiError> {
        let Piece { hash, total, offset, bytes } = piece;
        if offset == 0 {
            self.receiving = None;
            self.passed = None;
            match self.office.photo_receive(&hash, Some(total)) {
                Ok(Some(Reception::Ready(mut receiving))) => {
                    // Part of it may have come over the network: the whole is here.
                    receiving.cut_back(0)?;
                    self.receiving = Some(receiving);
                }
                Ok(_) => {
                    self.told.photos += 1;
                    self.passed = Some(hash);
                    return Ok(());
                }
                Err(error) if is_about_the_photo(&error) => return self.pass(hash),
                Err(error) => return Err(error),
            }
        }
        if self.passed.as_ref() == Some(&hash) {
            return Ok(());
        }
        let Some(receiving) = self.receiving.as_mut().filter(|receiving| receiving.size() == offset) else {
            return self.pass(hash);
        };
        match receiving.add(&bytes).and_then(|()| receiving.finish()) {
            Ok(PhotoState::Stored) => {
                self.told.photos += 1;
                self.receiving = None;
                Ok(())
            }
            Ok(_) => Ok(()),
            Err(error) if is_about_the_photo(&error) => self.pass(hash),
            Err(error) => Err(error),
        }
    }

    /// A photo that cannot be used holds up nothing else.
    fn pass(&mut self, hash: PhotoHash) -> Result<(), ApiError> {
        self.told.photos_refused += 1;
        self.receiving = None;
        self.passed = Some(hash);
        Ok(())
    }

    /// Tells what more there is, then the photos that the device lacks, as far as they fit.
    fn finish(mut self) -> Result<BundleTaken, ApiError> {
        self.receiving = None;
        let first = self.first.take().ok_or(BundleError::Damaged)?;
        loop {
            let reply = self.asked(first.clone())?;
            let more = reply.more && reply.generation == first.generation.unwrap_or(reply.generation);
            self.reply(reply)?;
            if !more || !self.office.tells() || self.answer.size() > RECORDS {
                break;
            }
        }
        if !self.office.tells() {
            self.answer.finish()?;
            return Ok(self.told);
        }
        let mut wanted = std::mem::take(&mut self.request.missing);
        let mut named: BTreeSet<PhotoHash> = wanted.iter().chain(&first.photos).cloned().collect();
        // What it offered it has. Others of these it may have too: reading them again does no harm.
        for document in std::mem::take(&mut self.new) {
            let photos = self.office.photos_of_others(document).map_err(to_api_error)?;
            wanted.extend(photos.into_iter().filter(|hash| named.insert(hash.clone())));
        }
        for hash in wanted {
            let office = &self.office;
            self.answer
                .add_photo(&hash, |offset| office.photo_piece_now(&hash, offset, PHOTO_PIECE as u64))?;
        }
        self.answer.finish()?;
        Ok(self.told)
    }
}

/// Whether only this photo is refused, and not everything.
fn is_about_the_photo(error: &ApiError) -> bool {
    matches!(error.code, ErrorCode::Photo | ErrorCode::NotFound | ErrorCode::Busy)
}
