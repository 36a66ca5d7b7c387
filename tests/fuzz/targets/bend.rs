//! Changes written as Automerge writes them, of operations that no program of ours puts together.

use std::panic::catch_unwind;

use automerge::legacy::{Key, ObjectId, Op, OpId, OpType, SortedVec};
use automerge::{Change, ExpandedChange, ObjType, ScalarValue};
use rand::Rng as _;
use rand::rngs::StdRng;

use crate::fuzz::mutate::{extreme, noise, pick};

/// Names that mean something in some document.
const KEYS: &[&str] = &[
    "schema",
    "site",
    "grid",
    "inspections",
    "problems",
    "decisions",
    "stage_changes",
    "photos",
    "units",
    "boundaries",
    "rules",
    "tasks",
    "replies",
    "at",
    "by",
    "after",
    "deadline",
    "position",
    "name",
    "",
    "stage",
    "problem",
    "hash",
    "00000000-0000-0000-0000-0000000000c8",
    "350211102207",
    "registered_at",
    "papers",
    "content",
    "bytes",
    "recheck_days",
];

/// Texts at which something that reads them may break.
const TEXTS: &[&str] = &[
    "",
    "350211102207",
    "35",
    "9999-12-31",
    "-262143-01-01",
    "+262142-12-31",
    "0000-00-00",
    "NaN",
    "closed_out",
    "shut_down",
    "null",
    "{}",
    "[]",
    "\u{0}",
    "\u{202e}",
    "{\"place\":{\"latitude\":1e308,\"longitude\":-1e308},\"accuracy_m\":-1.0}",
    "{\"place\":{\"latitude\":24.6,\"longitude\":118.0},\"accuracy_m\":1e300,\"fixed_at\":\"+262142-12-31T23:59:59Z\",\"provider\":\"gps\",\"mock\":true}",
    "{\"type\":\"Polygon\",\"coordinates\":[[[0,0],[1e300,0],[1e300,1e300],[0,0]]]}",
    "{\"type\":\"MultiPolygon\",\"coordinates\":[]}",
    "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
];

/// The change, unless Automerge itself will not write it.
pub fn written(change: ExpandedChange) -> Option<Vec<u8>> {
    catch_unwind(|| Change::from(change).raw_bytes().to_vec()).ok()
}

/// A sound change with some operations that are not.
pub fn bent(rng: &mut StdRng, sound: &[u8]) -> Vec<u8> {
    let Ok(change) = Change::from_bytes(sound.to_vec()) else { return sound.to_vec() };
    let mut change: ExpandedChange = change.decode();
    change.hash = None;
    for _ in 0..rng.random_range(1..6) {
        bend(rng, &mut change);
    }
    written(change).unwrap_or_else(|| sound.to_vec())
}

fn bend(rng: &mut StdRng, change: &mut ExpandedChange) {
    if change.operations.is_empty() {
        return;
    }
    let (place, source) =
        (rng.random_range(0..change.operations.len()), rng.random_range(0..change.operations.len()));
    let other = change.operations[source].clone();
    let start = change.start_op.get();
    let mine = OpId(start + rng.random_range(0..change.operations.len() as u64 + 2), change.actor_id.clone());
    let any = OpId(rng.random_range(0..start + 40), mine.1.clone());
    let op: &mut Op = &mut change.operations[place];
    match rng.random_range(0..17) {
        0 => op.key = Key::Map((*pick(rng, KEYS)).into()),
        1 => op.key = other.key,
        2 => op.obj = other.obj,
        3 => op.obj = ObjectId::Root,
        4 => op.obj = ObjectId::Id(if rng.random() { mine } else { any }),
        5 => op.pred = SortedVec::from(Vec::new()),
        6 => op.pred = other.pred,
        7 => op.pred = SortedVec::from(vec![mine, any]),
        8 => op.action = OpType::Delete,
        9 => {
            op.action = OpType::Make(*pick(
                rng,
                &[ObjType::Map, ObjType::Map, ObjType::List, ObjType::Text, ObjType::Table],
            ))
        }
        10 => op.insert = !op.insert,
        11 => op.action = OpType::Increment(extreme(rng) as i64),
        12 => drop(change.operations.remove(place)),
        13 => change.operations.insert(place, other),
        14 => change.operations.swap(place, source),
        _ => op.action = OpType::Put(value(rng)),
    }
}

fn value(rng: &mut StdRng) -> ScalarValue {
    match rng.random_range(0..10) {
        0 => ScalarValue::Null,
        1 => ScalarValue::Boolean(rng.random()),
        2 => ScalarValue::Int(extreme(rng) as i64),
        3 => ScalarValue::Uint(extreme(rng)),
        4 => ScalarValue::Timestamp(extreme(rng) as i64),
        5 => ScalarValue::F64(*pick(rng, &[f64::NAN, f64::INFINITY, -0.0, 1e308, 5e-324])),
        6 => ScalarValue::Bytes(noise(rng, 100)),
        7 => ScalarValue::counter(extreme(rng) as i64),
        8 => ScalarValue::Bytes(pick(rng, TEXTS).as_bytes().to_vec()),
        _ => ScalarValue::Str((*pick(rng, TEXTS)).into()),
    }
}
