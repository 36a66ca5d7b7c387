//! What a photo looks like, in 64 bits: a difference hash (dHash), so that a copy which a messenger shrank and
//! compressed again is still found.

use crate::picture::Picture;

/// Two photos whose fingerprints differ in at most this many bits are taken for the same one.
///
/// Measured on the sample photographs by `cargo test -p photos --test fingerprints -- --nocapture`: halved, at quality 50,
/// stamped or not, a copy is at most 2 bits from its original; different scenes are at least 28 bits apart. Two photos of
/// one scene from one spot may well be as close as a copy. So a find is a candidate to look at: what a copy really is,
/// its mark or its bytes tell.
pub const SAME_PHOTO_DISTANCE: u32 = 8;

const COLUMNS: usize = 9;
const ROWS: usize = 8;

/// In how many bits two fingerprints differ, 0 to 64.
pub const fn distance(one: u64, other: u64) -> u32 {
    (one ^ other).count_ones()
}

/// The fingerprint of the upper 70 % of an upright picture: a stamp covers the rest. Each bit tells whether one of 9 x 8
/// fields is darker than the next to the right.
pub(crate) fn of(picture: &Picture) -> u64 {
    let (width, height) = (picture.width() as usize, (picture.height() as usize * 7 / 10).max(1));
    let mut sums = [[(0u64, 0u64); COLUMNS]; ROWS];
    for (y, line) in picture.rows().take(height).enumerate() {
        let Some(fields) = sums.get_mut(y * ROWS / height) else { continue };
        for (x, light) in line.enumerate() {
            if let Some((sum, count)) = fields.get_mut(x * COLUMNS / width) {
                *sum += u64::from(light);
                *count += 1;
            }
        }
    }
    sums.iter().flat_map(|fields| fields.windows(2)).fold(0, |bits, pair| {
        let [(left, left_count), (right, right_count)] = pair else { return bits };
        bits << 1 | u64::from(left * right_count < right * left_count)
    })
}
