use super::*;
use automerge::transaction::Transactable as _;
use automerge::{ActorId, AutoCommit, Change, ObjType, ROOT, ReadDoc as _};
use std::time::Instant;
use wire::sync::DocumentKind;

use crate::document::{genesis, read_change};

fn leb(mut number: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
    bytes
}

/// As a run length, where the bit for the sign must stay free.
fn run(number: u64) -> Vec<u8> {
    let mut bytes = leb(number);
    if bytes.last().is_some_and(|last| last & 0x40 != 0) {
        if let Some(last) = bytes.last_mut() {
            *last |= 0x80;
        }
        bytes.push(0);
    }
    bytes
}

/// A chunk of this kind with the checksum that belongs to it.
fn chunk(kind: u8, body: &[u8]) -> Vec<u8> {
    let mut hashed = vec![kind];
    hashed.extend(leb(body.len() as u64));
    hashed.extend(body);
    let mut bytes = MAGIC.to_vec();
    bytes.extend(&Sha256::digest(&hashed)[..4]);
    bytes.extend(hashed);
    bytes
}

/// A first change of an actor, building on nothing, whose columns are these.
fn crafted(columns: &[(u64, Vec<u8>)]) -> Vec<u8> {
    let mut body = vec![0, 4, 1, 2, 3, 4, 1, 1, 0, 0, 0];
    body.extend(leb(columns.len() as u64));
    for (column, data) in columns {
        body.extend(leb(*column));
        body.extend(leb(data.len() as u64));
    }
    columns.iter().for_each(|(_, data)| body.extend(data));
    chunk(CHANGE, &body)
}

/// A change that puts nothing under one key again and again.
fn repeated(count: u64) -> Vec<(u64, Vec<u8>)> {
    let all = |value: &[u8]| [run(count), value.to_vec()].concat();
    vec![
        (KEY, all(&[1, b'a'])),
        (INSERT, leb(count)),
        (ACTION, all(&[1])),
        (VALUE_KIND, all(&[0])),
        (PREDECESSORS, all(&[0])),
    ]
}

fn refusal(columns: &[(u64, Vec<u8>)]) -> &'static str {
    prescan(&crafted(columns)).unwrap_err().0
}

#[test]
fn a_few_bytes_that_claim_millions_of_operations_are_refused_at_once() {
    let few = crafted(&repeated(8));
    prescan(&few).unwrap();
    assert_eq!(Change::from_bytes(few).unwrap().len(), 8, "Automerge takes changes of this shape");

    for count in [1_000, 20_000_000, u64::MAX >> 1] {
        let bomb = crafted(&repeated(count));
        assert!(bomb.len() < 110, "{}", bomb.len());
        let begin = Instant::now();
        for _ in 0..1_000 {
            assert!(prescan(&bomb).is_err());
        }
        let each = begin.elapsed() / 1_000;
        assert!(each.as_micros() < 200, "{each:?} for {count}");
        assert!(read_change(&bomb).is_err());
    }
    assert_eq!(refusal(&repeated(1_000)), "it has more operations than its size allows");
}

#[test]
fn run_lengths_of_every_column_are_bounded() {
    let huge = [run(50_000_000), vec![1]].concat();
    for column in [OBJECT_ACTOR, OBJECT_COUNTER, KEY, ACTION, VALUE_KIND, PREDECESSORS] {
        let mut columns = repeated(8);
        match columns.iter_mut().find(|(known, _)| *known == column) {
            Some((_, data)) => data.clone_from(&huge),
            None => columns.insert(0, (column, huge.clone())),
        }
        assert!(prescan(&crafted(&columns)).is_err(), "{column:#x}");
    }
    // One operation that names fifty million predecessors.
    let mut columns = repeated(1);
    columns[4].1 = [vec![1], leb(50_000_000)].concat();
    columns.push((PREDECESSOR_ACTOR, [run(50_000_000), vec![0]].concat()));
    columns.push((PREDECESSOR_COUNTER, [run(50_000_000), vec![1]].concat()));
    assert_eq!(refusal(&columns), "it names too many predecessors");
    // A long key over and over: few operations, much memory.
    let mut columns = repeated(20);
    columns[0].1 = [run(20), leb(1_000_000), vec![b'k'; 1_000_000]].concat();
    assert_eq!(refusal(&columns), "a key is too long");
}

#[test]
fn what_no_schema_writes_is_refused() {
    let with = |place: usize, data: &[u8]| {
        let mut columns = repeated(2);
        columns[place].1 = data.to_vec();
        columns
    };
    assert_eq!(refusal(&with(1, &[0, 2])), "it inserts into a list");
    assert_eq!(refusal(&with(2, &[2, 5])), "action");
    assert_eq!(refusal(&with(3, &[2, 8])), "it has a value of an unknown kind");
    assert_eq!(refusal(&with(3, &[2, 0x16])), "its values do not fill their column");
    assert_eq!(refusal(&with(0, &[0, 2])), "an operation has no key");
    assert_eq!(refusal(&with(0, &[1, 1, b'a'])), "keys");
    assert_eq!(refusal(&with(2, &[0x82, 0, 1])), "a number is longer than it need be");
    for column in [0x11, 0x13, 0x94, 0xa5, 0x4a] {
        let mut columns = repeated(2);
        columns.push((column, vec![2, 0]));
        columns.sort();
        assert_eq!(refusal(&columns), "it has a column that no map has, or one out of order", "{column:#x}");
    }
    let list = {
        let mut doc = AutoCommit::new();
        doc.put_object(ROOT, "list", ObjType::List).unwrap();
        doc.commit();
        doc.get_last_local_change().unwrap().raw_bytes().to_vec()
    };
    assert!(prescan(&list).is_err());
}

#[test]
fn other_chunks_and_torn_ones_are_refused() {
    let good = crafted(&repeated(2));
    let body = &good[10..];
    for kind in [0, 2, 3, 4, 255] {
        assert_eq!(prescan(&chunk(kind, body)), wrong("it is another kind of chunk"));
    }
    assert_eq!(prescan(&chunk(CHANGE, &[body, &[0]].concat())), wrong("something follows its columns"));
    assert_eq!(prescan(&[&good[..], &[0]].concat()), wrong("its length is not what it says"));
    let mut flipped = good.clone();
    *flipped.last_mut().unwrap() ^= 1;
    assert_eq!(prescan(&flipped), wrong("its checksum differs"));
    for end in 0..good.len() {
        assert!(prescan(&good[..end]).is_err(), "{end}");
    }
    for end in 0..body.len() {
        assert!(prescan(&chunk(CHANGE, &body[..end])).is_err(), "{end}");
    }
    assert_eq!(prescan(&vec![0; MAX_CHANGE + 1]), wrong("it is too large"));
}

#[test]
fn whatever_automerge_writes_of_maps_passes() {
    for kind in [DocumentKind::Dossier, DocumentKind::County, DocumentKind::Task] {
        let mut doc = genesis(kind).clone();
        for change in doc.get_changes(&[]) {
            prescan(change.raw_bytes()).unwrap();
        }
    }
    let mut doc = AutoCommit::new();
    let mut forks = Vec::new();
    for turn in 0..12_u8 {
        let mut fork = doc.fork().with_actor(ActorId::from(&[turn; 16][..]));
        let map = fork.put_object(ROOT, format!("map {turn}"), ObjType::Map).unwrap();
        for key in 0..40 {
            fork.put(&map, format!("键 {key}"), format!("值 {}", key % 3)).unwrap();
        }
        fork.put(&map, "flag", turn % 2 == 0).unwrap();
        fork.put(&map, "number", -i64::from(turn) * 1_000_000).unwrap();
        fork.put(&map, "fraction", 0.5).unwrap();
        fork.put(&map, "bytes", vec![turn; 300]).unwrap();
        fork.put(&map, "time", automerge::ScalarValue::Timestamp(1_700_000_000_000)).unwrap();
        fork.put(ROOT, "shared", u64::from(turn)).unwrap();
        fork.delete(&map, "键 7").unwrap();
        fork.commit();
        forks.push(fork);
        if turn % 3 == 2 {
            for mut fork in forks.drain(..) {
                doc.merge(&mut fork).unwrap();
            }
            // Over three values that stand side by side.
            doc.put(ROOT, "shared", "merged").unwrap();
            doc.commit();
        }
    }
    let changes = doc.get_changes(&[]);
    assert!(changes.len() > 15);
    for change in changes {
        prescan(change.raw_bytes()).unwrap_or_else(|wrong| panic!("{wrong}: {:?}", change.decode()));
        assert_eq!(read_change(change.raw_bytes()).unwrap(), change);
    }
    assert_eq!(doc.keys(ROOT).count(), 13);
}
