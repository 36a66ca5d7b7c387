//! Changes that are small and claim to be large, and changes that are large.

use automerge::legacy::{Key, ObjectId, Op, OpType, SortedVec};
use automerge::{Change, ExpandedChange, ObjType, ScalarValue};
use rand::Rng as _;
use rand::rngs::StdRng;

use super::chunk::{Parts, chunk, leb, signed_leb};
use crate::fuzz::mutate::{extreme, noise, pick};

/// A column of random run lengths.
pub fn runs(rng: &mut StdRng) -> Vec<u8> {
    let mut data = Vec::new();
    for _ in 0..rng.random_range(1..4) {
        let count = extreme(rng) as i64;
        data.extend(signed_leb(if rng.random() { count } else { rng.random_range(-4..200_000) }));
        data.extend(match rng.random_range(0..3) {
            0 => leb(extreme(rng)),
            1 => signed_leb(extreme(rng) as i64),
            _ => noise(rng, 12),
        });
    }
    data
}

/// The same columns with run lengths of so many operations.
pub fn bomb(rng: &mut StdRng, sound: &[u8]) -> Vec<u8> {
    let Some(mut parts) = Parts::of(sound) else { return sound.to_vec() };
    let count = *pick(rng, &[10_i64, 300, 5_000, 19_999, 20_001, 1_000_000, 20_000_000, i64::MAX]);
    let run = |value: &[u8]| [signed_leb(count), value.to_vec()].concat();
    let named = rng.random();
    parts.columns = vec![
        (0x15, run(&[1, b'a'])),
        (0x34, leb(count as u64)),
        (0x42, run(&[1])),
        (0x56, run(&[0])),
        (0x70, run(&[u8::from(named)])),
    ];
    if named {
        parts.columns.extend([(0x71, run(&[0])), (0x73, run(&[rng.random_range(0..3)]))]);
    }
    // So large that the number of operations is not too much for its size.
    if rng.random() {
        let padding = usize::try_from(count.min(20_000)).unwrap_or_default() * 2;
        parts.columns[0].1 = [signed_leb(-count.min(20_000)), [1, b'a'].repeat(padding / 2)].concat();
    }
    parts.bytes()
}

/// The same change compressed, or something else that inflates to much.
pub fn compressed(rng: &mut StdRng, sound: &[u8]) -> Vec<u8> {
    use std::io::Write as _;
    let body = match rng.random_range(0..3) {
        0 => vec![0; 3 << 20],
        1 => [&sound[10..], &vec![0; 3 << 20][..]].concat(),
        _ => sound[10..].to_vec(),
    };
    let mut deflated = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
    deflated.write_all(&body).expect("it is written into memory");
    let mut bytes = chunk(2, &deflated.finish().expect("it is written into memory"));
    // Its checksum is that of what was compressed.
    let honest = chunk(1, &body);
    bytes[4..8].copy_from_slice(&honest[4..8]);
    bytes
}

/// Very many honest operations: values of one key that stand side by side, keys, maps, or maps within maps.
pub fn many(rng: &mut StdRng, sound: &[u8]) -> Vec<u8> {
    let Ok(change) = Change::from_bytes(sound.to_vec()) else { return sound.to_vec() };
    let mut change: ExpandedChange = change.decode();
    let Some(Op { obj, key, .. }) = change.operations.first().cloned() else { return sound.to_vec() };
    let count = if rng.random_ratio(1, 12) { rng.random_range(1..19_000) } else { rng.random_range(1..600) };
    let what = rng.random_range(0..6);
    let deep = change.operations.len() as u64;
    for n in 0..count {
        let value = ScalarValue::Str(format!("值{n}").into());
        let id = automerge::legacy::OpId(change.start_op.get() + deep + n - 1, change.actor_id.clone());
        let of_before = if n == 0 { obj.clone() } else { ObjectId::Id(id.clone()) };
        let (obj, key, action) = match what {
            0 => (obj.clone(), key.clone(), OpType::Put(value)),
            1 => (obj.clone(), Key::Map(format!("{n}").into()), OpType::Put(value)),
            2 => (obj.clone(), Key::Map(format!("{n}").into()), OpType::Make(ObjType::Map)),
            3 => (of_before, Key::Map("deeper".into()), OpType::Make(ObjType::Map)),
            4 => (ObjectId::Root, Key::Map("site".into()), OpType::Put(value)),
            _ => (obj.clone(), key.clone(), OpType::Delete),
        };
        let pred = if what == 5 && n > 0 { vec![id] } else { Vec::new() };
        change.operations.push(Op { action, obj, key, pred: SortedVec::from(pred), insert: false });
    }
    super::bend::written(change).unwrap_or_else(|| sound.to_vec())
}
