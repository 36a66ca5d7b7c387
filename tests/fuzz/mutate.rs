//! Damaging bytes: what a bad link, a bad disk or somebody with an editor for bytes does to them.

use rand::Rng as _;
use rand::rngs::StdRng;

/// Numbers at which counts, lengths and positions break.
const EXTREMES: [u64; 14] = [
    0,
    1,
    0x7f,
    0x80,
    0xff,
    0x7fff,
    0xffff,
    0x7fff_ffff,
    0x8000_0000,
    0xffff_ffff,
    0x1_0000_0000,
    0x7fff_ffff_ffff_ffff,
    0x8000_0000_0000_0000,
    u64::MAX,
];

/// One of these, or any number.
pub fn extreme(rng: &mut StdRng) -> u64 {
    match rng.random_range(0..4) {
        0 => rng.random(),
        1 => rng.random_range(0..300),
        _ => EXTREMES[rng.random_range(0..EXTREMES.len())],
    }
}

pub fn pick<'a, T>(rng: &mut StdRng, of: &'a [T]) -> &'a T {
    &of[rng.random_range(0..of.len())]
}

/// Random bytes, up to so many.
pub fn noise(rng: &mut StdRng, most: usize) -> Vec<u8> {
    let count = rng.random_range(0..=most);
    (0..count).map(|_| rng.random()).collect()
}

/// A place within so many bytes, and a length from there.
fn range(rng: &mut StdRng, length: usize) -> std::ops::Range<usize> {
    let from = rng.random_range(0..=length);
    let most = (length - from).min(if rng.random_ratio(1, 8) { usize::MAX } else { 40 });
    from..from + rng.random_range(0..=most)
}

/// Damages bytes once. `other` is of the same kind, for pieces that fit where they do not belong.
pub fn damage(rng: &mut StdRng, bytes: &mut Vec<u8>, other: &[u8]) {
    if bytes.is_empty() {
        *bytes = noise(rng, 40);
        return;
    }
    let at = rng.random_range(0..bytes.len());
    match rng.random_range(0..11) {
        0 => bytes[at] ^= 1 << rng.random_range(0..8),
        1 => bytes[at] = rng.random(),
        2 => bytes[at] = bytes[at].wrapping_add(if rng.random() { 1 } else { 255 }),
        3 => drop(bytes.drain(range(rng, bytes.len()))),
        4 => {
            let again = bytes[range(rng, bytes.len())].to_vec();
            let times = if rng.random_ratio(1, 20) { rng.random_range(1..200) } else { 1 };
            bytes.splice(at..at, again.repeat(times));
        }
        5 => drop(bytes.splice(at..at, noise(rng, 20))),
        6 => bytes.truncate(at),
        7 => {
            let piece = other[range(rng, other.len())].to_vec();
            bytes.splice(at..at, piece);
        }
        8 => {
            let piece = &other[range(rng, other.len())];
            let end = (at + piece.len()).min(bytes.len());
            bytes.splice(at..end, piece.iter().copied());
        }
        9 => {
            let number = extreme(rng).to_be_bytes();
            let width = [1, 2, 4, 8][rng.random_range(0..4)];
            let mut number = number[8 - width..].to_vec();
            if rng.random() {
                number.reverse();
            }
            let end = (at + width).min(bytes.len());
            bytes.splice(at..end, number);
        }
        _ => {
            let end = range(rng, bytes.len() - at).len() + at;
            bytes[at..end].fill([0, 0xff, b' ', b'A'][rng.random_range(0..4)]);
        }
    }
}

/// Damages bytes a few times.
pub fn damaged(rng: &mut StdRng, bytes: &[u8], other: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..=rng.random_range(0..6_u32) {
        damage(rng, &mut bytes, other);
    }
    bytes
}
