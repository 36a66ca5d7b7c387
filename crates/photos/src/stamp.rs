//! The stamped copy (水印) of a stored photo, for display, sharing and export. The stored photo itself stays clean.
//!
//! A stamped copy can be checked: its [`Mark`] names the stored photo and the stamp, and stamping that photo again gives
//! the same bytes on every machine. Equal bytes prove that nothing was altered; see [`mark_of`].

mod canvas;
mod layout;
mod letters;
mod mark;

use serde::{Deserialize, Serialize};

use crate::{PhotoError, caught, check_size, hash};
use canvas::{Canvas, Color};
use layout::{Ink, Row};
use letters::{EM, Letters};
pub use mark::{MAX_MARK_BYTES, Mark, STAMP_VERSION, mark_of};

/// What is written on a photo, in words for people. Control characters (line breaks too) are written as spaces, and a
/// character that the font lacks as a box.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Stamp {
    /// Time, place, coordinates, site, inspector: what the caller has.
    pub lines: Vec<StampLine>,
    /// The short code to look the photo up by; written behind the product's mark.
    pub code: String,
}

/// One line of a [`Stamp`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StampLine {
    /// What the text is, such as 时间; may be empty.
    pub label: String,
    /// The text.
    pub text: String,
}

const GROUND: Color = [0x12, 0x16, 0x1B];
/// How much of the picture the ground hides, of 255. White on it is 6 : 1 even over snow.
const GROUND_COVER: u8 = 168;
const TEXT: Color = [0xFF, 0xFF, 0xFF];
const LABEL: Color = [0xC9, 0xCF, 0xD6];
const SEAL: Color = [0xB8, 0x32, 0x2A];

/// Smaller photos are stamped enlarged, so that there is room to write.
const MIN_LONG_SIDE: usize = 960;
/// Narrower photos are stamped on a wider ground.
const MIN_WIDTH: usize = 480;

/// The stamped copy of a stored photo: a translucent band with the stamp's texts along the bottom, over at most 30 % of
/// the photo's height (what does not fit hangs below it), and the [`Mark`] in a comment segment. Letters are at least
/// 1/32 of the short side and 1/36 of the width high, which is 10 px where the copy is shown 360 px wide.
///
/// The same photo and stamp give the same bytes on every machine, until [`STAMP_VERSION`] changes.
///
/// # Errors
/// [`PhotoError::StampTooLong`] where the mark would have more than [`MAX_MARK_BYTES`]; [`PhotoError::NotAPhoto`] for
/// anything but a JPEG; and what [`crate::thumbnail`] gives.
pub fn stamped(jpeg: &[u8], stamp: &Stamp) -> Result<Vec<u8>, PhotoError> {
    caught(|| {
        check_size(jpeg)?;
        let mark = Mark { photo: hash(jpeg), version: STAMP_VERSION, stamp: stamp.clone() };
        mark::body(&mark)?;
        let canvas = Canvas::decode(jpeg)?;
        let times = MIN_LONG_SIDE.div_ceil(canvas.width.max(canvas.height)).max(1);
        let (height, canvas) = (canvas.height * times, canvas.enlarged(times));
        let canvas = canvas.on_ground(MIN_WIDTH, height, GROUND);
        let mut stamped = drawn(canvas, stamp).jpeg()?;
        mark::put(&mut stamped, &mark)?;
        Ok(stamped)
    })
}

/// Sizes in pixels, all from the size of the type.
struct Sizes {
    em: usize,
}

impl Sizes {
    /// The largest type with which the rows keep to 30 % of the height, or else the smallest.
    fn fitting(canvas: &Canvas, stamp: &Stamp, letters: &Letters) -> (Self, Vec<Row>) {
        let short = canvas.width.min(canvas.height);
        let least = short.div_ceil(32).max(canvas.width.div_ceil(36));
        let mut em = least.max(canvas.width / 30);
        loop {
            let sizes = Self { em };
            let rows = layout::rows(stamp, letters, sizes.capacity(canvas.width));
            if em <= least || sizes.band(rows.len()) <= canvas.height * 3 / 10 {
                return (sizes, rows);
            }
            em -= 1;
        }
    }

    fn margin(&self) -> usize {
        self.em * 3 / 4
    }

    fn rule(&self) -> usize {
        (self.em / 10).max(2)
    }

    fn row(&self) -> usize {
        self.em * 27 / 20
    }

    fn band(&self, rows: usize) -> usize {
        self.rule() + self.em * 4 / 5 + rows * self.row()
    }

    fn capacity(&self, width: usize) -> u32 {
        let inner = width.saturating_sub(2 * self.margin());
        u32::try_from(inner * EM as usize / self.em).unwrap_or(u32::MAX)
    }

    fn pixels(&self, thousandths: u32) -> usize {
        thousandths as usize * self.em / EM as usize
    }
}

fn drawn(canvas: Canvas, stamp: &Stamp) -> Canvas {
    let letters = Letters::new();
    let (sizes, rows) = Sizes::fitting(&canvas, stamp, &letters);
    let (width, height) = (canvas.width, canvas.height);
    let band = sizes.band(rows.len());
    let below = band.saturating_sub(height * 3 / 10);
    let mut canvas = canvas.on_ground(width, height + below, GROUND);
    let top = canvas.height.saturating_sub(band);
    canvas.cover(0..width, top..canvas.height, GROUND, GROUND_COVER);
    canvas.cover(0..width, top..top + sizes.rule(), SEAL, 255);
    let first_row = top + sizes.rule() + sizes.em * 2 / 5;
    for (number, row) in rows.iter().enumerate() {
        draw_row(&mut canvas, &letters, &sizes, row, first_row + number * sizes.row());
    }
    canvas
}

fn draw_row(canvas: &mut Canvas, letters: &Letters, sizes: &Sizes, row: &[layout::Placed], top: usize) {
    let mut seal = row.iter().filter(|placed| placed.ink == Ink::Seal);
    if let Some(first) = seal.next() {
        let last = seal.next_back().unwrap_or(first);
        let left = sizes.margin() + sizes.pixels(first.left.saturating_sub(layout::SEAL_MARGIN));
        let right = sizes.margin() + sizes.pixels(last.left + last.width + layout::SEAL_MARGIN);
        let inset = sizes.em / 20;
        canvas.cover(left..right, top + inset..top + sizes.row() - inset, SEAL, 255);
    }
    // In this font a Chinese letter reaches from 0.88 em above the baseline to 0.12 em below.
    let baseline = top + sizes.em * 9 / 50 + sizes.em * 22 / 25;
    for placed in row {
        let color = if placed.ink == Ink::Label { LABEL } else { TEXT };
        let at = (sizes.margin() + sizes.pixels(placed.left), baseline);
        letters.draw(placed.letter, sizes.em as u32, at, |x, y, cover| canvas.paint(x, y, color, cover));
    }
}
