//! Looks over the bytes of a change before Automerge sees them. Nothing is allocated and nothing expanded: a change
//! stores its operations as columns of run lengths, and 69 bytes can claim millions of them.
//!
//! Format: <https://automerge.org/automerge-binary-format-spec/> (chunks, change chunks, columns), read strictly. Every
//! schema of this product writes maps of scalars with string keys and nothing else, so lists, texts, counters, marks,
//! compressed chunks and trailing bytes are refused, as is what Automerge would write in fewer bytes: it writes
//! columns anew when a document is saved, and the hash would be another one. A schema that needs more of the format
//! raises `wire::sync::PROTOCOL` too.

use sha2::{Digest as _, Sha256};
use wire::sync::MAX_CHANGE;

use super::column::{Runs, booleans, deltas, numbers, texts};
use super::cursor::{Cursor, Wrong, must, wrong};

/// The most operations in one change. Measured: a visit with a problem, a photo, a verdict and a step has 36, forty visits
/// at once have 200, the 84 units of a county 84 and its 69 boundaries 69. Most follows from a dossier that is written
/// anew after a refusal, all of it in one change.
pub(super) const MAX_OPERATIONS: u64 = 20_000;
/// An operation has a key of its own and mostly a value: 30 bytes and more in all that was measured. Fewer bytes than this
/// for each mean run lengths that no honest change has.
const BYTES_PER_OPERATION: u64 = 4;
/// The most earlier operations that one change may replace: one or two for each field, more where many wrote apart.
const MAX_PREDECESSORS: u64 = 20_000;
/// The longest key in bytes. Ours are names of fields, UUIDs and grid codes.
const MAX_KEY: u64 = 128;
/// The most changes that one change may name as those that it builds on: as many as were made apart at one time.
const MAX_DEPENDENCIES: u64 = 1_000;
/// The most actors that one change may refer to: one for each launch of an app that wrote into the document.
const MAX_ACTORS: u64 = 10_000;
/// The longest actor in bytes. Ours have 16.
const MAX_ACTOR: u64 = 32;
/// The longest message in bytes: a command and a person's name.
const MAX_MESSAGE: u64 = 4_096;
/// The largest number of a change or an operation; their first is 1.
const MAX_NUMBER: u64 = u32::MAX as u64;

const MAGIC: [u8; 4] = [0x85, 0x6f, 0x4a, 0x83];
const CHANGE: u8 = 1;

/// What is wrong with the bytes, if anything is. It reads each of them at most three times, whatever they say.
pub(super) fn prescan(bytes: &[u8]) -> Result<(), Wrong> {
    must(bytes.len() <= MAX_CHANGE, "it is too large")?;
    let mut chunk = Cursor::new(bytes);
    must(chunk.take(4)? == MAGIC, "it does not begin like a change")?;
    let checksum = chunk.take(4)?;
    must(chunk.byte()? == CHANGE, "it is another kind of chunk")?;
    let length = chunk.unsigned()?;
    let body = chunk.rest();
    must(length == body.len() as u64, "its length is not what it says")?;
    // What is hashed begins with the kind and the length, as they stand before the body.
    let hashed = bytes.get(8..).unwrap_or_default();
    must(Sha256::digest(hashed).get(..4) == Some(checksum), "its checksum differs")?;
    scan_body(body)
}

fn scan_body(body: &[u8]) -> Result<(), Wrong> {
    let mut body_cursor = Cursor::new(body);
    let i = &mut body_cursor;
    ascending(i, MAX_DEPENDENCIES, |i| i.take(32), "dependencies")?;
    let author = actor(i)?;
    let number = i.unsigned()?;
    must((1..=MAX_NUMBER).contains(&number), "its number among those of its actor is out of range")?;
    let first = i.unsigned()?;
    i.signed()?; // when it was made
    let message = i.unsigned()?;
    must(message <= MAX_MESSAGE, "its message is too long")?;
    must(std::str::from_utf8(i.take_long(message)?).is_ok(), "its message is no text")?;
    let others = ascending(i, MAX_ACTORS, actor, "actors")?;
    let columns = Columns::read(i)?;
    let actors = others.saturating_add(1);
    let operations = columns.scan(i, actors, body.len() as u64)?;
    let last = first.saturating_add(operations);
    must(first > 0 && last <= MAX_NUMBER, "its operations are numbered out of range")?;
    must(i.is_empty(), "something follows its columns")?;
    must(!author.is_empty(), "it has no actor")
}

fn actor<'a>(i: &mut Cursor<'a>) -> Result<&'a [u8], Wrong> {
    let length = i.unsigned()?;
    must(length <= MAX_ACTOR, "an actor is too long")?;
    i.take_long(length)
}

/// A counted list in ascending order, without doubles; gives how many there are.
fn ascending<'a>(
    i: &mut Cursor<'a>,
    most: u64,
    read: impl Fn(&mut Cursor<'a>) -> Result<&'a [u8], Wrong>,
    what: &'static str,
) -> Result<u64, Wrong> {
    let count = i.unsigned()?;
    must(count <= most, what)?;
    let mut last: Option<&[u8]> = None;
    for _ in 0..count {
        let next = read(i)?;
        must(last.is_none_or(|last| last < next), "its dependencies or actors are out of order")?;
        last = Some(next);
    }
    Ok(count)
}

// Numbers of columns: the id times 16, and the type.
const OBJECT_ACTOR: u64 = 0x01;
const OBJECT_COUNTER: u64 = 0x02;
const KEY: u64 = 0x15;
const INSERT: u64 = 0x34;
const ACTION: u64 = 0x42;
const VALUE_KIND: u64 = 0x56;
const VALUE: u64 = 0x57;
const PREDECESSORS: u64 = 0x70;
const PREDECESSOR_ACTOR: u64 = 0x71;
const PREDECESSOR_COUNTER: u64 = 0x73;
const KNOWN: [u64; 10] = [
    OBJECT_ACTOR,
    OBJECT_COUNTER,
    KEY,
    INSERT,
    ACTION,
    VALUE_KIND,
    VALUE,
    PREDECESSORS,
    PREDECESSOR_ACTOR,
    PREDECESSOR_COUNTER,
];

/// Actions that maps know: a new map, a value, and a deletion.
const ACTIONS: [u64; 3] = [0, 1, 3];

/// The lengths of the columns, in the order of [`KNOWN`].
struct Columns {
    lengths: [u64; KNOWN.len()],
}

impl Columns {
    fn read(i: &mut Cursor<'_>) -> Result<Self, Wrong> {
        let count = i.unsigned()?;
        must(count <= KNOWN.len() as u64, "it has too many columns")?;
        let mut lengths = [0; KNOWN.len()];
        let mut places = KNOWN.iter().zip(&mut lengths);
        for _ in 0..count {
            let (column, length) = (i.unsigned()?, i.unsigned()?);
            // Going on where the last was found: columns out of order or twice are not found.
            let Some((_, place)) = places.find(|(known, _)| **known == column) else {
                return wrong("it has a column that no map has, or one out of order");
            };
            must(length > 0, "it has an empty column")?;
            *place = length;
        }
        Ok(Self { lengths })
    }

    /// Walks over all columns; gives the number of operations.
    fn scan(&self, i: &mut Cursor<'_>, actors: u64, bytes: u64) -> Result<u64, Wrong> {
        let mut columns = [Cursor::new(&[]); KNOWN.len()];
        for (column, length) in columns.iter_mut().zip(self.lengths) {
            *column = Cursor::new(i.take_long(length)?);
        }
        let [objects, counters, keys, inserts, actions, kinds, values, groups, group_actors, group_counters] =
            columns;
        let most = MAX_OPERATIONS.min(bytes / BYTES_PER_OPERATION);
        let Runs { count: operations, nulls } =
            numbers(actions, most, |action, _| must(ACTIONS.contains(&action), "action"))?;
        must(nulls == 0, "an operation has no action")?;
        let each = |runs: Runs, what| must(runs.count == operations, what);
        let each_or_none = |runs: Runs, what| must(runs.count == operations || runs.count == 0, what);

        let is_actor = |actor: u64, _: u64| must(actor < actors, "it refers to an unknown actor");
        let is_counter = |counter: u64, _: u64| {
            must((1..=MAX_NUMBER).contains(&counter), "it refers to an operation out of range")
        };
        let objects = numbers(objects, operations, is_actor)?;
        each_or_none(objects, "objects")?;
        let counters = numbers(counters, operations, is_counter)?;
        each_or_none(counters, "objects")?;
        must(objects == counters, "an object is named by half")?;
        let mut spelled = 0_u64;
        let keys = texts(keys, operations, |key, times| {
            spelled = spelled.saturating_add(times.saturating_mul(key));
            must(key <= MAX_KEY, "a key is too long")
        })?;
        each(keys, "keys")?;
        must(keys.nulls == 0, "an operation has no key")?;
        must(spelled <= MAX_CHANGE as u64, "its keys are too long when written out")?;
        let inserts = booleans(inserts, operations)?;
        let none = Runs { count: operations, nulls: operations };
        must(inserts == none, "it inserts into a list")?;
        let mut needed = 0_u64;
        let kinds = numbers(kinds, operations, |kind, times| {
            needed = needed.saturating_add(times.saturating_mul(kind >> 4));
            // Nothing, false, true, two sorts of integers, a fraction, a text, bytes, a time. Not: a counter.
            must(matches!(kind & 15, 0..=7 | 9), "it has a value of an unknown kind")
        })?;
        each(kinds, "values")?;
        let filled = kinds.nulls == 0 && needed == values.rest().len() as u64;
        must(filled, "its values do not fill their column")?;
        let mut named = 0_u64;
        let groups = numbers(groups, operations, |group, times| {
            named = named.saturating_add(times.saturating_mul(group));
            Ok(())
        })?;
        each(groups, "predecessors")?;
        must(groups.nulls == 0 && named <= MAX_PREDECESSORS, "it names too many predecessors")?;
        let all = Runs { count: named, nulls: 0 };
        let whole = numbers(group_actors, named, is_actor)? == all && deltas(group_counters, named)? == all;
        must(whole, "a predecessor is named by half")?;
        Ok(operations)
    }
}

#[cfg(test)]
#[path = "prescan_tests.rs"]
mod tests;
