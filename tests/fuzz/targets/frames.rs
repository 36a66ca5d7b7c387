//! Messages of the sync protocol, as bytes: whatever is read is small, and can be written again.

use domain::{PhotoHash, Role};
use rand::Rng as _;
use rand::rngs::StdRng;
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;
use wire::sync::*;

use super::base;
use crate::fuzz::mutate::{damaged, noise, pick};
use crate::fuzz::runner::Target;

pub struct Frames {
    /// Messages of every type, not compressed.
    samples: Vec<Vec<u8>>,
}

/// The first byte says of what type it is, the second whether the rest is to be compressed.
type Reader = fn(&[u8]) -> Result<(), String>;
const READERS: [Reader; 8] = [
    read::<ExchangeRequest>,
    read::<ExchangeReply>,
    read::<Thumbnails>,
    read::<Documents>,
    read::<HeadsPage>,
    read::<EnrolRequest>,
    read::<EnrolReply>,
    read::<Vec<PhotoHash>>,
];

fn read<T: DeserializeOwned + Serialize>(bytes: &[u8]) -> Result<(), String> {
    let Ok(message) = decode::<T>(bytes) else { return Ok(()) };
    match encode(&message) {
        // What was read twice from a map, or in a longer form, can be larger than the limit when it is written.
        Ok(_) | Err(FrameError::TooLarge) => Ok(()),
        Err(error) => Err(format!("what was read cannot be written: {error}")),
    }
}

pub fn request() -> ExchangeRequest {
    let known = base::known();
    let pushed =
        |known: &base::Known| Push { grid: known.grid.clone(), documents: vec![known.news(&known.next[0])] };
    let hash: PhotoHash = "a".repeat(64).parse().expect("64 digits");
    ExchangeRequest {
        protocol: PROTOCOL,
        install: Uuid::from_u128(9),
        own_too: false,
        generation: None,
        cursors: vec![Cursor { grid: known[0].grid.clone(), seq: 7, after: Some(Uuid::from_u128(3)) }],
        push: known.iter().map(pushed).collect(),
        photos: vec![hash],
        held: vec![vec![7; 32].into()],
        report: DeviceReport::default(),
    }
}

fn reply() -> ExchangeReply {
    let known = base::known();
    let hash: PhotoHash = "b".repeat(64).parse().expect("64 digits");
    let feed = |known: &base::Known| Feed {
        grid: known.grid.clone(),
        to_seq: 9,
        documents: vec![known.news(&known.changes)],
        snapshots: vec![snapshot(known)],
        after: None,
        left: vec![Uuid::from_u128(8)],
    };
    ExchangeReply {
        generation: Uuid::from_u128(1),
        scope: vec![known[0].grid.clone()],
        person: base::NAME.to_owned(),
        names: vec![base::NAME.to_owned()],
        role: Role::Lead,
        judged: vec![Judged { hash: vec![1; 32].into(), accepted: false, comment: "不行".into() }],
        answered: 3,
        refused: vec![Refused { change: 1, reason: "damaged".into() }],
        feeds: known.iter().map(feed).collect(),
        more: false,
        to_come: 0,
        key: String::new(),
        photos_wanted: vec![WantedPhoto { hash, arrived: 5, thumbnail: true }],
        digests: vec![Digest { grid: known[0].grid.clone(), documents: 1, digest: vec![2; 32].into() }],
        now: base::at(0),
    }
}

fn snapshot(known: &base::Known) -> Snapshot {
    Snapshot {
        document: known.id,
        kind: known.kind,
        grid: known.grid.clone(),
        bytes: known.changes.concat().into(),
    }
}

/// The message as it stands before it is compressed.
pub fn plain(message: &impl Serialize) -> Vec<u8> {
    zstd::decode_all(encode(message).expect("it is small").as_slice()).expect("it was just compressed")
}

impl Frames {
    pub fn new() -> Self {
        let known = base::known();
        let hash: PhotoHash = "c".repeat(64).parse().expect("64 digits");
        let heads = DocumentHeads { document: known[0].id, kind: known[0].kind, heads: vec![3; 64].into() };
        let thumbnail = Thumbnail { hash: hash.clone(), jpeg: vec![0xff; 300].into() };
        let samples = vec![
            plain(&request()),
            plain(&reply()),
            plain(&Thumbnails { answered: 1, thumbnails: vec![thumbnail] }),
            plain(&Documents { answered: 1, snapshots: known.iter().map(snapshot).collect() }),
            plain(&HeadsPage { documents: vec![heads], more: true }),
            // Messages of enrolment say who is who to each other only.
            plain(&request()),
            plain(&reply()),
            plain(&vec![hash]),
        ];
        Self { samples }
    }
}

impl Target for Frames {
    fn next(&mut self, rng: &mut StdRng) -> Vec<u8> {
        let kind = rng.random_range(0..READERS.len());
        let (sample, other) = (&self.samples[kind], pick(rng, &self.samples));
        let how = rng.random_range(0..12);
        let mut case = vec![kind as u8, u8::from(how != 1)];
        case.extend(match how {
            0 => noise(rng, 300),
            1 => {
                let compressed = zstd::encode_all(sample.as_slice(), 3).expect("it is written into memory");
                damaged(rng, &compressed, other)
            }
            2 => deep(rng),
            3 => wide(rng, sample),
            _ => damaged(rng, sample, other),
        });
        case
    }

    fn run(&mut self, case: &[u8]) -> Result<(), String> {
        let [kind, compressed, rest @ ..] = case else { return Ok(()) };
        let reader = READERS[usize::from(*kind) % READERS.len()];
        if *compressed == 0 {
            return reader(rest);
        }
        let compressed = zstd::encode_all(rest, 1).expect("it is written into memory");
        reader(&compressed)
    }
}

/// Lists within lists, or maps within maps.
fn deep(rng: &mut StdRng) -> Vec<u8> {
    let times = rng.random_range(1..100_000);
    match rng.random_range(0..4) {
        0 => vec![0x81; times],
        1 => vec![0x9f; times],
        2 => [0xa1, 0x60].repeat(times),
        // Tags upon tags.
        _ => vec![0xc6; times],
    }
}

/// Puts a list that is as long as a message can be, or says that it is longer, where a list was.
fn wide(rng: &mut StdRng, sample: &[u8]) -> Vec<u8> {
    let places: Vec<usize> =
        sample.iter().enumerate().filter(|(_, byte)| **byte & 0xe0 == 0x80).map(|(at, _)| at).collect();
    if places.is_empty() {
        return sample.to_vec();
    }
    let at = *pick(rng, &places);
    let mut bytes = sample[..at].to_vec();
    let item = *pick(rng, &[0x40, 0x60, 0x80, 0xa0, 0xf6, 0x00]);
    if rng.random() {
        bytes.push(0x9b);
        bytes.extend(crate::fuzz::mutate::extreme(rng).to_be_bytes());
        bytes.extend(vec![item; rng.random_range(0..1_000)]);
    } else {
        let count = rng.random_range(1_u32..15 << 20);
        bytes.push(0x9a);
        bytes.extend(count.to_be_bytes());
        bytes.extend(vec![item; count as usize]);
    }
    bytes.extend(&sample[at + 1..]);
    bytes
}
