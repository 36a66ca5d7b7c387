//! A device's side: what waits to be sent goes into a file, and the office's answer comes back in one.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use age::secrecy::ExposeSecret as _;
use age::x25519::Identity;
use chrono::{DateTime, Utc};
use store::{Incoming, Store, StoreError};
use uuid::Uuid;
use wire::message::{Download, ReadBundle, WrittenBundle};
use wire::sync::{ExchangeReply, MAX_PHOTOS_NAMED, PHOTO_PIECE};
use wire::{ApiError, ErrorCode};

use super::file::{Added, BundleError, Writer, read as read_file};
use super::message::{Frame, Piece, Request};
use super::pending::{GONE, Pending};
use super::{EXTENSION, LARGEST};
use crate::app::{App, OFFICE_KEY};
use crate::arrival;
use crate::error::to_api_error;
use crate::sync::record::{self, Exchanged, Offer};
use crate::sync::report::report;
use crate::sync::{SyncOutcome, conclude, note_sent_since};
use crate::upload::whole_or_gone;

/// The setting that holds the identity with which answers of the office are decrypted.
const IDENTITY: &str = "bundle_identity";
/// How long reading waits while a piece of the same photo arrives over the network.
const PATIENCE: Duration = Duration::from_secs(5);

/// To whom bundles for this device are encrypted.
pub(crate) fn key(store: &Store) -> Result<String, StoreError> {
    Ok(identity(store)?.to_public().to_string())
}

fn identity(store: &Store) -> Result<Identity, StoreError> {
    let read = |text: Option<String>| text.and_then(|text| text.parse::<Identity>().ok());
    if let Some(identity) = read(store.read::<_, StoreError>(|reader| reader.setting(IDENTITY))?) {
        return Ok(identity);
    }
    store.write(|writer| {
        if let Some(identity) = read(writer.setting(IDENTITY)?) {
            return Ok(identity);
        }
        let identity = Identity::generate();
        writer.set_setting(IDENTITY, identity.to_string().expose_secret())?;
        Ok(identity)
    })
}

/// Writes what waits to be sent into a file for the office. Nothing counts as sent for that: only the office's answer
/// says what it has.
pub(crate) fn write(app: &App, token: &str) -> Result<WrittenBundle, ApiError> {
    let store = app.store();
    let now = app.now();
    let office = store.read::<_, StoreError>(|reader| reader.setting(OFFICE_KEY)).map_err(to_api_error)?;
    let office = office.filter(|key| !key.is_empty()).ok_or(BundleError::NoKey)?;
    let file_name = format!("{}.{EXTENSION}", now.format("%Y%m%d-%H%M%S"));
    let (id, path) = app.uploads().new_download(&file_name)?;
    let file = Writer::create(&path, &office, store.reserve()).map_err(ApiError::from);
    let filled = whole_or_gone(&path, file.and_then(|file| fill(store, file, token, now)))?;
    let Filled { pending, photos, photos_left } = filled;
    let changes = pending.changes.iter().map(|changes| changes.len() as u64).sum();
    store.write::<_, StoreError>(|writer| pending.remember(writer)).map_err(to_api_error)?;
    let bytes = std::fs::metadata(&path).map_err(BundleError::Io)?.len();
    let file = Download { id, file_name, bytes, rows: changes };
    Ok(WrittenBundle { file, changes, photos, photos_left })
}

/// What is in a bundle that was written.
struct Filled {
    pending: Pending,
    photos: u64,
    /// Photos that did not fit.
    photos_left: u64,
}

fn fill(store: &Store, mut file: Writer, token: &str, now: DateTime<Utc>) -> Result<Filled, ApiError> {
    let missing = store.read::<_, StoreError>(|reader| {
        let mut missing = reader.photos_missing()?;
        missing.truncate(MAX_PHOTOS_NAMED);
        Ok(missing)
    });
    let missing = missing.map_err(to_api_error)?;
    let nonce = Uuid::new_v4();
    file.add(&Frame::Request(Request { written_at: now, token: token.to_owned(), nonce, missing }))?;
    let mut pending = Pending { nonce, at: now, changes: Vec::new(), photos: Vec::new() };
    let mut offered_to = 0;
    let report = report(store).map_err(to_api_error)?;
    loop {
        let offer = record::offer(store, offered_to, false, report.clone());
        let Offer { request, numbers } = offer.map_err(to_api_error)?;
        let last = numbers.iter().copied().max();
        if pending.changes.is_empty() {
            pending.photos.clone_from(&request.photos);
        } else if last.is_none() {
            break;
        }
        offered_to = last.unwrap_or(i64::MAX);
        pending.changes.push(names(store, &numbers).map_err(to_api_error)?);
        file.add(&Frame::Exchange(Box::new(request)))?;
        if file.size() > LARGEST {
            // The rest goes into the next one.
            break;
        }
    }
    let (mut photos, mut photos_left) = (0, 0);
    for hash in &pending.photos {
        match file.add_photo(hash, |offset| store.photo_piece(hash, offset, PHOTO_PIECE as u64))? {
            Added::Whole => photos += 1,
            Added::NoRoom => photos_left += 1,
            Added::NotHere => {}
        }
    }
    file.finish()?;
    Ok(Filled { pending, photos, photos_left })
}

/// The changes with these numbers, by names that stay.
fn names(store: &Store, numbers: &[i64]) -> Result<Vec<(Uuid, String)>, StoreError> {
    store.read(|reader| {
        let name = |n: &i64| {
            let (document, hash) = reader.change_named(*n)?.ok_or(StoreError::Row("change"))?;
            Ok((document, hex::encode(hash)))
        };
        numbers.iter().map(name).collect()
    })
}

/// Reads the office's answer, as its answers over the network are read. May be done again; an answer that something newer
/// has overtaken only says what is on the office's disk.
pub(crate) fn read(
    app: &App,
    upload: &Path,
    last_success: Option<DateTime<Utc>>,
) -> Result<(ReadBundle, Option<SyncOutcome>), ApiError> {
    let store = app.store();
    let identity = identity(store).map_err(to_api_error)?;
    let mut reading: Option<Reading<'_>> = None;
    read_file(upload, identity.to_string().expose_secret(), |frame| match (frame, &mut reading) {
        (Frame::Answer(answer), None) => {
            let found = store.read(|reader| Pending::find(reader, answer.nonce)).map_err(to_api_error)?;
            let pending = found.ok_or(BundleError::Unasked)?;
            let overtaken = last_success.is_some_and(|success| success > pending.at);
            let told =
                ReadBundle { written_at: answer.written_at, sent: 0, received: 0, photos: 0, more: false };
            let now = app.now();
            reading = Some(Reading { store, now, pending, overtaken, told, last: None, incoming: None });
            Ok(())
        }
        (Frame::Reply(number, reply), Some(reading)) => reading.reply(number, *reply),
        (Frame::Piece(piece), Some(reading)) => reading.piece(piece),
        _ => Err(BundleError::WrongWay.into()),
    })?;
    reading.ok_or(BundleError::Damaged)?.finish()
}

/// An answer that is being read.
struct Reading<'a> {
    store: &'a Arc<Store>,
    now: DateTime<Utc>,
    /// The bundle that it answers.
    pending: Pending,
    /// Whether something newer was heard from the office since it was written.
    overtaken: bool,
    told: ReadBundle,
    last: Option<ExchangeReply>,
    incoming: Option<Incoming>,
}

impl Reading<'_> {
    fn reply(&mut self, number: u32, reply: ExchangeReply) -> Result<(), ApiError> {
        // Looked up now: numbers that the reply before this one made free may name other changes since.
        let read = self.store.read::<_, StoreError>(|reader| {
            Ok((record::generation(reader)?, self.pending.numbers(reader, number as usize)?))
        });
        let (known, numbers) = read.map_err(to_api_error)?;
        if known.is_some_and(|known| known != reply.generation) {
            // The office has another store by now: everything is offered anew, in another bundle. Unless this is the one
            // that went: then that was done.
            if !self.overtaken {
                record::begin_anew(self.store, known, &reply).map_err(to_api_error)?;
            }
            self.told.more = true;
        } else if reply.answered != numbers.len() as u64 {
            // The bundle was written for a store that went meanwhile: this one took nothing of it.
            self.told.more = true;
        }
        if self.told.more {
            return Ok(());
        }
        if self.overtaken {
            return self.only_what_was_sent(&numbers, &reply);
        }
        if known.is_none() {
            record::begin_anew(self.store, known, &reply).map_err(to_api_error)?;
        }
        record::take(self.store, &numbers, &reply, self.now)?;
        self.told.sent += reply.answered.saturating_sub(reply.refused.len() as u64);
        self.told.received += received(&reply);
        self.last = Some(reply);
        Ok(())
    }

    /// What is on the office's disk stays there, whatever happened since.
    fn only_what_was_sent(&mut self, numbers: &[i64], reply: &ExchangeReply) -> Result<(), ApiError> {
        let refused: Vec<u64> = reply.refused.iter().map(|refused| refused.change).collect();
        let sent = (0..).zip(numbers).filter(|(place, n)| **n != GONE && !refused.contains(place));
        let sent: Vec<i64> = sent.map(|(_, n)| *n).collect();
        self.told.sent += sent.len() as u64;
        let mark = |writer: &store::Writer<'_>| {
            for n in &sent {
                if writer.mark_sent(*n)? {
                    note_sent_since(writer)?;
                }
            }
            Ok(())
        };
        self.store.write::<_, StoreError>(mark).map_err(to_api_error)
    }

    fn piece(&mut self, piece: Piece) -> Result<(), ApiError> {
        let Piece { hash, total, offset, bytes } = piece;
        if offset == 0 {
            self.incoming = None;
            let missing = self.store.read::<_, StoreError>(|reader| reader.site_of_photo(&hash));
            let unknown = missing.map_err(to_api_error)?.is_none();
            if unknown || self.store.proven_photo(&hash).map_err(to_api_error)?.is_some() {
                return Ok(());
            }
            let mut incoming = self.store.incoming(&hash, PATIENCE).map_err(to_api_error)?;
            incoming.discard().map_err(to_api_error)?;
            incoming.announce(total).map_err(to_api_error)?;
            self.incoming = Some(incoming);
        }
        let here = |incoming: &&mut Incoming| *incoming.hash() == hash && incoming.size() == offset;
        let Some(incoming) = self.incoming.as_mut().filter(here) else { return Ok(()) };
        if offset + bytes.len() as u64 > total {
            self.incoming = None;
            return Ok(());
        }
        incoming.add(&bytes).and_then(|()| incoming.flush()).map_err(to_api_error)?;
        if incoming.size() == total {
            match arrival::keep(self.store, incoming) {
                Ok(_) => self.told.photos += 1,
                Err(error) if error.code == ErrorCode::Photo => {}
                Err(error) => return Err(error),
            }
            self.incoming = None;
        }
        Ok(())
    }

    /// The last reply says which photos the office lacks, and what it holds: compared once all is here.
    fn finish(mut self) -> Result<(ReadBundle, Option<SyncOutcome>), ApiError> {
        self.incoming = None;
        let Some(reply) = self.last.take().filter(|_| !self.told.more) else { return Ok((self.told, None)) };
        if reply.more {
            self.told.more = true;
            return Ok((self.told, None));
        }
        let wanted = record::note_photos(self.store, &self.pending.photos, reply.photos_wanted);
        let wanted = wanted.map_err(to_api_error)?;
        let exchanged = Exchanged { scope: reply.scope, digests: reply.digests, photos_wanted: wanted };
        let outcome = conclude(self.store, exchanged, None, self.now).map_err(to_api_error)?;
        Ok((self.told, Some(outcome)))
    }
}

fn received(reply: &ExchangeReply) -> u64 {
    let of_feed = |feed: &wire::sync::Feed| {
        let changes: usize = feed.documents.iter().map(|document| document.changes.len()).sum();
        (changes + feed.snapshots.len()) as u64
    };
    reply.feeds.iter().map(of_feed).sum()
}

#[cfg(test)]
mod tests {
    use domain::SiteId;
    use store::{Author, DossierWrite};

    use super::*;
    use crate::app::system_clock;

    const OFFICE: Uuid = Uuid::from_u128(7);

    fn device() -> (tempfile::TempDir, App) {
        let folder = tempfile::tempdir().unwrap();
        let app = App::open(folder.path(), store::Role::Device, system_clock()).unwrap();
        (folder, app)
    }

    fn unsent(app: &App) -> Vec<store::Unsent> {
        app.store().read::<_, StoreError>(|reader| reader.unsent_after(0, usize::MAX)).unwrap()
    }

    /// Registers a site. Gives the number of the change, and how a bundle names it.
    fn registered(app: &App) -> (i64, (Uuid, String)) {
        let (site, now) = (SiteId::new(), app.now());
        let author = Author { person: "hua".to_owned(), command: "sites.register", at: now };
        let grid = "350211102207".parse().unwrap();
        let writes = vec![DossierWrite::Register { grid, at: now, by: "hua".to_owned() }];
        app.store()
            .write::<_, StoreError>(|writer| writer.edit_dossier(site, &author, |_| Ok(writes)))
            .unwrap();
        let n = unsent(app).into_iter().find(|change| change.entry.document == site.0).unwrap().n;
        (n, names(app.store(), &[n]).unwrap().remove(0))
    }

    fn reading(app: &App, changes: Vec<Vec<(Uuid, String)>>, overtaken: bool) -> Reading<'_> {
        let now = app.now();
        let pending = Pending { nonce: Uuid::nil(), at: now, changes, photos: Vec::new() };
        let told = ReadBundle { written_at: now, sent: 0, received: 0, photos: 0, more: false };
        Reading { store: app.store(), now, pending, overtaken, told, last: None, incoming: None }
    }

    fn answered(answered: u64) -> ExchangeReply {
        ExchangeReply {
            generation: OFFICE,
            scope: Vec::new(),
            person: "hua".to_owned(),
            names: vec!["hua".to_owned()],
            role: domain::Role::Inspector,
            judged: Vec::new(),
            answered,
            refused: Vec::new(),
            feeds: Vec::new(),
            more: false,
            to_come: 0,
            key: String::new(),
            photos_wanted: Vec::new(),
            digests: Vec::new(),
            now: DateTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn of_a_bundle_for_a_store_that_went_nothing_counts_as_sent() {
        for overtaken in [false, true] {
            let (_folder, app) = device();
            let (_, change) = registered(&app);
            record::begin_anew(app.store(), None, &answered(0)).unwrap();
            let mut reading = reading(&app, vec![vec![change]], overtaken);
            reading.reply(0, answered(0)).unwrap();
            assert_eq!((reading.told.sent, reading.told.more), (0, true));
            assert_eq!(unsent(&app).len(), 1);
        }
    }

    #[test]
    fn a_number_that_was_given_anew_counts_for_no_other_change() {
        let (_folder, app) = device();
        let (n, change) = registered(&app);
        let mut reading = reading(&app, vec![Vec::new(), vec![change]], false);
        reading.reply(0, answered(0)).unwrap();
        let gone = app.store().write::<_, StoreError>(|writer| {
            writer.mark_sent(n)?;
            let documents = writer.documents()?;
            writer.remove_documents(&documents)
        });
        assert_eq!(gone.unwrap(), 1);
        assert_eq!(registered(&app).0, n);
        reading.reply(1, answered(1)).unwrap();
        assert_eq!(unsent(&app).len(), 1);
    }
}
