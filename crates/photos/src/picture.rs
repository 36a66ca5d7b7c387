//! Decoded pixels: shrinking, turning upright, encoding.

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

use crate::PhotoError;
use crate::metadata::Orientation;

/// What a pixel consists of, one byte each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Channels {
    Grey,
    Rgb,
}

impl Channels {
    fn count(self) -> usize {
        match self {
            Self::Grey => 1,
            Self::Rgb => 3,
        }
    }
}

/// Decoded pixels, row by row.
#[derive(Debug)]
pub(crate) struct Picture {
    width: u32,
    height: u32,
    channels: Channels,
    pixels: Vec<u8>,
}

impl Picture {
    /// `None` unless there are exactly as many bytes as the size says, and at least one pixel.
    pub(crate) fn new(width: u32, height: u32, channels: Channels, pixels: Vec<u8>) -> Option<Self> {
        let length = (width as usize).checked_mul(height as usize)?.checked_mul(channels.count())?;
        (length > 0 && length == pixels.len()).then_some(Self { width, height, channels, pixels })
    }

    pub(crate) fn width(&self) -> u32 {
        self.width
    }

    pub(crate) fn height(&self) -> u32 {
        self.height
    }

    /// This picture if its long side is at most `side`, or else a smaller copy.
    pub(crate) fn within(self, side: u32) -> Result<Self, PhotoError> {
        if self.width.max(self.height) <= side { Ok(self) } else { self.shrunk(side) }
    }

    /// A copy whose long side is at most `side`; never enlarged.
    pub(crate) fn shrunk(&self, side: u32) -> Result<Self, PhotoError> {
        let Self { width, height, channels, ref pixels } = *self;
        let long = width.max(height);
        if long <= side {
            return Ok(Self { width, height, channels, pixels: pixels.clone() });
        }
        let scaled = |length: u32| {
            let rounded = (u64::from(length) * u64::from(side) + u64::from(long) / 2) / u64::from(long);
            u32::try_from(rounded).unwrap_or(side).max(1)
        };
        let kind = match channels {
            Channels::Grey => PixelType::U8,
            Channels::Rgb => PixelType::U8x3,
        };
        let broken = |error: &dyn std::fmt::Display| PhotoError::Broken(error.to_string());
        let source = ImageRef::new(width, height, pixels, kind).map_err(|error| broken(&error))?;
        let mut target = Image::new(scaled(width), scaled(height), kind);
        // Hamming is as sharp as bicubic at the cost of bilinear.
        let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Hamming));
        Resizer::new().resize(&source, &mut target, &options).map_err(|error| broken(&error))?;
        Ok(Self { width: target.width(), height: target.height(), channels, pixels: target.into_vec() })
    }

    /// The picture as it was seen by who took it.
    pub(crate) fn turned(self, orientation: Orientation) -> Self {
        if orientation == Orientation::UPRIGHT {
            return self;
        }
        let Self { width, height, channels, pixels } = self;
        let size = (width as usize, height as usize);
        let pixels = match channels {
            Channels::Grey => turned::<1>(&pixels, size, orientation),
            Channels::Rgb => turned::<3>(&pixels, size, orientation),
        };
        let (width, height) = if orientation.swaps_sides() { (height, width) } else { (width, height) };
        Self { width, height, channels, pixels }
    }

    /// A JPEG without any tag but its own size and density.
    pub(crate) fn jpeg(&self, quality: u8) -> Result<Vec<u8>, PhotoError> {
        let side = |length: u32| u16::try_from(length).map_err(|error| PhotoError::Broken(error.to_string()));
        let color = match self.channels {
            Channels::Grey => ColorType::Luma,
            Channels::Rgb => ColorType::Rgb,
        };
        let mut bytes = Vec::new();
        let mut encoder = Encoder::new(&mut bytes, quality);
        encoder.set_sampling_factor(SamplingFactor::R_4_2_0);
        encoder
            .encode(&self.pixels, side(self.width)?, side(self.height)?, color)
            .map_err(|error| PhotoError::Broken(error.to_string()))?;
        Ok(bytes)
    }
}

/// Pixel (x, y) of the result is pixel `start + x * right + y * below` of the source.
fn turned<const N: usize>(
    pixels: &[u8],
    (width, height): (usize, usize),
    orientation: Orientation,
) -> Vec<u8> {
    let (source, _) = pixels.as_chunks::<N>();
    let (row, last) = (width as isize, (width * height) as isize - 1);
    let (start, right, below) = match orientation.tag() {
        2 => (row - 1, -1, row),
        3 => (last, -1, -row),
        4 => (last + 1 - row, 1, -row),
        5 => (0, row, 1),
        6 => (last + 1 - row, -row, 1),
        7 => (last, -row, -1),
        8 => (row - 1, row, -1),
        _ => (0, 1, row),
    };
    let (columns, rows) = if orientation.swaps_sides() { (height, width) } else { (width, height) };
    let mut turned = Vec::with_capacity(source.len());
    for y in 0..rows as isize {
        let first = start + y * below;
        turned.extend((0..columns as isize).filter_map(|x| source.get((first + x * right) as usize)));
    }
    turned.into_flattened()
}
