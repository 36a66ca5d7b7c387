//! The network of a season: it loses, doubles, cuts and delays, so that a request may arrive after a later one, and while
//! an answer is under way its person works on.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use app::Office;
use domain::{GridCode, PhotoHash};
use office::now;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_bytes::ByteBuf;
use uuid::Uuid;
use wire::ApiError;
use wire::sync::*;

use crate::fault;
use crate::office_host::OpenTo::{self, Members, Revoked};
use crate::season::{Season, current};

/// What it does to messages, as it is counted.
pub const FAULTS: &[&str] = &[
    "request arrived after a later one",
    "nobody to be reached",
    "request lost",
    "request delayed",
    "request doubled",
    "work while an answer is under way",
    "answer lost",
    "message cut",
    "photo cut while it was sent",
    "photo cut while it was fetched",
    "some thumbnails arrived, and nobody was told",
    "fewer thumbnails fitted into an answer",
    "device erased",
];

type Late = Box<dyn FnOnce(&Season)>;

/// How bad it is, and what is still under way although its sender gave up.
pub struct Network {
    faults: Cell<f64>,
    /// Whether people work while their devices sync.
    busy: Cell<bool>,
    late: RefCell<Vec<Late>>,
}

impl Network {
    pub fn new(faults: f64) -> Self {
        Self { faults: Cell::new(faults), busy: Cell::new(true), late: RefCell::default() }
    }

    /// Does something while everything arrives.
    pub fn calm<T>(&self, work: impl FnOnce() -> T) -> T {
        let (faults, busy) = (self.faults.replace(0.0), self.busy.replace(false));
        let done = work();
        self.faults.set(faults);
        self.busy.set(busy);
        done
    }

    /// From now on everything arrives, once, and nobody does anything meanwhile.
    pub fn mend(&self) {
        self.busy.set(false);
        self.faults.set(0.0);
    }
}

impl Season {
    fn unlucky(&self) -> bool {
        self.chance(self.network.faults.get())
    }

    /// Lets a request arrive whose sender has given up, if there is one.
    pub fn deliver_late(&self) -> bool {
        let count = self.network.late.borrow().len();
        if count == 0 {
            return false;
        }
        let late = self.network.late.borrow_mut().swap_remove(self.below(count));
        self.fault("request arrived after a later one");
        self.trace(|| "a delayed request arrives".to_owned());
        late(self);
        true
    }
}

/// Connects devices with the office of the season.
pub struct Net;

impl Connect for Net {
    type Protocol = Line;

    fn connect(&self, _: &ServerAddress, token: &str) -> Result<Line, ApiError> {
        Ok(Line { device: token.parse().unwrap() })
    }

    async fn enrol(&self, _: &ServerAddress, _: EnrolRequest) -> Result<EnrolReply, ProtocolError> {
        Err(ProtocolError::Unreachable("devices of a season are connected by their token".to_owned()))
    }

    async fn discover(&self, _: &Pin) -> Vec<String> {
        Vec::new()
    }
}

/// The line of one device.
pub struct Line {
    device: usize,
}

impl Line {
    /// Takes one request to the office and brings the answer back, or does not.
    fn ask<T>(
        &self,
        what: &'static str,
        open_to: OpenTo,
        call: impl Fn(&Office) -> Result<T, ProtocolError> + 'static,
    ) -> Result<T, ProtocolError> {
        let season = current();
        let device = self.device;
        let lost = |why: &str| Err(ProtocolError::Unreachable(why.to_owned()));
        if season.devices[device].partitioned.get() {
            season.fault("nobody to be reached");
            return lost("no signal");
        }
        if season.unlucky() {
            season.fault("request lost");
            return lost("lost");
        }
        let call = Rc::new(call);
        if season.unlucky() {
            season.fault("request delayed");
            let call = Rc::clone(&call);
            let late: Late =
                Box::new(move |season| drop(season.ask_office(device, open_to, |office| call(office))));
            season.network.late.borrow_mut().push(late);
            return lost("no answer in time");
        }
        if season.unlucky() {
            season.deliver_late();
        }
        if season.unlucky() {
            season.fault("request doubled");
            season.trace(|| format!("{what} of device {device} arrives twice"));
            let _ = season.ask_office(device, open_to, |office| call(office));
        }
        let answer = season.ask_office(device, open_to, |office| call(office));
        if season.unlucky() {
            season.deliver_late();
        }
        if season.network.busy.get() && season.chance(0.04) {
            // Whoever waits for an answer goes on working.
            season.fault("work while an answer is under way");
            season.work_on(device);
        }
        if season.unlucky() {
            season.fault("answer lost");
            return lost("lost");
        }
        answer
    }

    /// The same for a message that is written and read as on the wire, and may be cut at any byte.
    fn send<Q: Serialize + DeserializeOwned + Clone + 'static, A: Serialize + DeserializeOwned>(
        &self,
        what: &'static str,
        open_to: OpenTo,
        question: Q,
        call: impl Fn(&Office, Q) -> Result<A, ProtocolError> + 'static,
    ) -> Result<A, ProtocolError> {
        let season = current();
        if season.unlucky() {
            season.fault("message cut");
            fault::aside(|| cut::<Q>(&season, &encode(&question).unwrap()));
            return Err(ProtocolError::Unreachable("cut".to_owned()));
        }
        let answer = self.ask(what, open_to, move |office| call(office, question.clone()))?;
        if season.unlucky() {
            season.fault("message cut");
            fault::aside(|| cut::<A>(&season, &encode(&answer).unwrap()));
            return Err(ProtocolError::Unreachable("cut".to_owned()));
        }
        Ok(answer)
    }
}

/// A message that was cut cannot be taken for a whole one.
fn cut<T: DeserializeOwned>(season: &Season, bytes: &[u8]) {
    let end = season.below(bytes.len());
    assert!(decode::<T>(&bytes[..end]).is_err(), "{end} of {} bytes read as a whole message", bytes.len());
}

impl SyncProtocol for Line {
    async fn exchange(&self, request: ExchangeRequest) -> Result<ExchangeReply, ProtocolError> {
        self.send("exchange", Members, request, |office, request| now(office.exchange(request)))
    }

    async fn photo_state(&self, hash: &PhotoHash) -> Result<PhotoState, ProtocolError> {
        self.send("photo_state", Members, hash.clone(), |office, hash| now(office.photo_state(&hash)))
    }

    async fn photo_send(
        &self,
        hash: &PhotoHash,
        total: u64,
        offset: u64,
        mut bytes: Vec<u8>,
    ) -> Result<PhotoState, ProtocolError> {
        let season = current();
        if season.unlucky() && bytes.len() > 1 {
            // Cut in the middle: what came through stays there.
            season.fault("photo cut while it was sent");
            bytes.truncate(1 + season.below(bytes.len() - 1));
        }
        let hash = hash.clone();
        self.ask("photo_send", Members, move |office| {
            now(office.photo_send(&hash, total, offset, bytes.clone()))
        })
    }

    async fn photo_fetch(
        &self,
        hash: &PhotoHash,
        offset: u64,
        limit: u64,
    ) -> Result<Option<(Vec<u8>, u64)>, ProtocolError> {
        let season = current();
        let limit = if season.unlucky() {
            season.fault("photo cut while it was fetched");
            limit.min(1 + season.below(900) as u64)
        } else {
            limit
        };
        let hash = hash.clone();
        self.ask("photo_fetch", Members, move |office| now(office.photo_fetch(&hash, offset, limit)))
    }

    async fn photos_held(&self, hashes: Vec<PhotoHash>) -> Result<Vec<bool>, ProtocolError> {
        self.send("photos_held", Revoked, hashes, |office, hashes| now(office.photos_held(hashes)))
    }

    async fn thumbnails_send(&self, mut thumbnails: Vec<Thumbnail>) -> Result<(), ProtocolError> {
        let season = current();
        if season.unlucky() {
            season.fault("some thumbnails arrived, and nobody was told");
            thumbnails.truncate(thumbnails.len() / 2);
            self.send("thumbnails_send", Members, thumbnails, |office, some| {
                now(office.thumbnails_send(some))
            })?;
            return Err(ProtocolError::Unreachable("cut".to_owned()));
        }
        self.send("thumbnails_send", Members, thumbnails, |office, all| now(office.thumbnails_send(all)))
    }

    async fn thumbnails_fetch(&self, hashes: Vec<PhotoHash>) -> Result<Thumbnails, ProtocolError> {
        let season = current();
        let mut reply = self.send("thumbnails_fetch", Members, hashes, |office, hashes| {
            now(office.thumbnails_fetch(hashes))
        })?;
        if season.unlucky() {
            season.fault("fewer thumbnails fitted into an answer");
            reply.answered = 1;
            reply.thumbnails.truncate(1);
        }
        Ok(reply)
    }

    async fn changes_held(&self, hashes: Vec<ByteBuf>) -> Result<Vec<bool>, ProtocolError> {
        self.send("changes_held", Revoked, hashes, |office, hashes| now(office.changes_held(hashes)))
    }

    async fn heads(&self, grid: &GridCode, after: Option<Uuid>) -> Result<HeadsPage, ProtocolError> {
        let question = (grid.clone(), after);
        self.send("heads", Members, question, |office, (grid, after)| now(office.heads(&grid, after)))
    }

    async fn documents_fetch(&self, documents: Vec<Uuid>) -> Result<Documents, ProtocolError> {
        self.send("documents_fetch", Members, documents, |office, named| now(office.documents_fetch(named)))
    }

    async fn erased(&self) -> Result<(), ProtocolError> {
        current().fault("device erased");
        self.send("erased", Revoked, (), |office, ()| now(office.erased()))
    }
}
