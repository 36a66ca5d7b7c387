//! Letters as pixels. The font comes with the program, so that a stamp looks the same everywhere, byte for byte.

use ab_glyph::{Font, FontRef, Glyph, Point, PxScale};

/// Noto Sans CJK SC, cut down by `scripts/stamp-font.py`, which says which characters it holds.
static FONT: &[u8] = include_bytes!("../../font/stamp.otf");

/// Widths are in thousandths of the size of the type (an em).
pub(super) const EM: u32 = 1000;

pub(super) struct Letters {
    font: FontRef<'static>,
}

impl Letters {
    pub(super) fn new() -> Self {
        // The compiler must not look into the font: it would try to read it while it optimises, for minutes.
        match FontRef::try_from_slice(std::hint::black_box(FONT)) {
            Ok(font) => Self { font },
            Err(error) => unreachable!("the font that comes with the program is one: {error}"),
        }
    }

    /// The width of a letter, in thousandths of an em. A letter that the font lacks is a box of its own width.
    pub(super) fn width(&self, letter: char) -> u32 {
        self.font.h_advance_unscaled(self.font.glyph_id(letter)) as u32
    }

    /// Draws a letter on its baseline: calls `paint` with each pixel and how much of it is covered, 0 to 255.
    pub(super) fn draw(
        &self,
        letter: char,
        em: u32,
        (left, baseline): (usize, usize),
        mut paint: impl FnMut(usize, usize, u8),
    ) {
        let font = &self.font;
        let scale = PxScale::from(em as f32 * font.height_unscaled() / EM as f32);
        let position = Point { x: left as f32, y: baseline as f32 };
        let Some(outline) = font.outline_glyph(Glyph { id: font.glyph_id(letter), scale, position }) else {
            return; // A space has none.
        };
        let (x0, y0) = (outline.px_bounds().min.x as i64, outline.px_bounds().min.y as i64);
        outline.draw(|x, y, coverage| {
            let cover = (coverage.clamp(0.0, 1.0) * 255.0) as u8;
            if let (Ok(x), Ok(y)) = (usize::try_from(x0 + i64::from(x)), usize::try_from(y0 + i64::from(y))) {
                paint(x, y, cover);
            }
        });
    }
}
