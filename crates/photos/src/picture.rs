//! Decoded pixels: shrinking, turning upright, encoding.

use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::{U8, U8x3};
use fast_image_resize::{FilterType, PixelTrait, ResizeAlg, ResizeOptions, Resizer};
use jpeg_encoder::{Encoder, ImageBuffer, JpegColorType, SamplingFactor, rgb_to_ycbcr};

use crate::PhotoError;
use crate::metadata::Orientation;

/// How many rows are shrunk at a time.
const STRIP_ROWS: usize = 64;

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
    ///
    /// Made in strips: shrunk as a whole, the picture would be held a third time, shrunk in one direction only.
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
        let size = (scaled(width), scaled(height));
        // By pixel type, as only these two are compiled then; the others would take minutes.
        let pixels = match channels {
            Channels::Grey => shrunk::<U8>(pixels, (width, height), size),
            Channels::Rgb => shrunk::<U8x3>(pixels, (width, height), size),
        };
        let pixels = pixels.map_err(|error| PhotoError::Broken(error.to_string()))?;
        Ok(Self { width: size.0, height: size.1, channels, pixels })
    }

    /// How light each pixel is, row by row, 0 to 255.
    pub(crate) fn rows(&self) -> impl Iterator<Item = impl Iterator<Item = u8>> {
        let samples = self.channels.count();
        self.pixels.chunks_exact(self.width as usize * samples).map(move |line| {
            line.chunks_exact(samples).map(|pixel| match pixel {
                &[red, green, blue] => {
                    ((77 * u32::from(red) + 150 * u32::from(green) + 29 * u32::from(blue)) >> 8) as u8
                }
                pixel => pixel.first().copied().unwrap_or(0),
            })
        })
    }
}

fn shrunk<P: PixelTrait>(
    pixels: &[u8],
    (width, height): (u32, u32),
    (new_width, new_height): (u32, u32),
) -> Result<Vec<u8>, Box<dyn std::error::Error>> {
    let source = TypedImageRef::<P>::from_buffer(width, height, pixels)?;
    let mut resizer = Resizer::new();
    let row = new_width as usize * P::size();
    let mut target = vec![0; row * new_height as usize];
    let scale = f64::from(height) / f64::from(new_height);
    let mut done = 0;
    for strip in target.chunks_mut(row * STRIP_ROWS) {
        let rows = (strip.len() / row) as u32;
        let top = f64::from(done) * scale;
        let covered = (f64::from(rows) * scale).min(f64::from(height) - top);
        // Hamming is as sharp as bicubic at the cost of bilinear.
        let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Hamming)).crop(
            0.0,
            top,
            f64::from(width),
            covered,
        );
        let mut part = TypedImage::<P>::from_buffer(new_width, rows, strip)?;
        resizer.resize_typed(&source, &mut part, &options)?;
        done += rows;
    }
    Ok(target)
}

/// A picture as it was seen by who took it. Turned while it is read, not copied.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Upright<'a> {
    picture: &'a Picture,
    orientation: Orientation,
}

impl<'a> Upright<'a> {
    pub(crate) fn new(picture: &'a Picture, orientation: Orientation) -> Self {
        Self { picture, orientation }
    }

    /// Width and height in pixels.
    pub(crate) fn size(self) -> (u32, u32) {
        let Picture { width, height, .. } = *self.picture;
        if self.orientation.swaps_sides() { (height, width) } else { (width, height) }
    }

    /// A JPEG without any tag but its own size and density.
    pub(crate) fn jpeg(self, quality: u8) -> Result<Vec<u8>, PhotoError> {
        if [self.size().0, self.size().1].iter().any(|side| u16::try_from(*side).is_err()) {
            return Err(PhotoError::Broken("it is longer than a JPEG can be".to_owned()));
        }
        let mut bytes = Vec::new();
        let mut encoder = Encoder::new(&mut bytes, quality);
        encoder.set_sampling_factor(SamplingFactor::R_4_2_0);
        encoder.encode_image(self).map_err(|error| PhotoError::Broken(error.to_string()))?;
        Ok(bytes)
    }

    pub(crate) fn copy(self) -> Picture {
        let (width, height) = self.size();
        let channels = self.picture.channels;
        let mut pixels = Vec::with_capacity(self.picture.pixels.len());
        for y in 0..height {
            match channels {
                Channels::Grey => self.row::<1>(y).for_each(|pixel| pixels.extend(pixel)),
                Channels::Rgb => self.row::<3>(y).for_each(|pixel| pixels.extend(pixel)),
            }
        }
        Picture { width, height, channels, pixels }
    }

    /// Pixel (x, y) is pixel `start + x * right + y * below` of the picture.
    fn row<const N: usize>(self, y: u32) -> impl Iterator<Item = &'a [u8; N]> {
        let (source, _) = self.picture.pixels.as_chunks::<N>();
        let (row, last) = (self.picture.width as isize, source.len() as isize - 1);
        let (start, right, below) = match self.orientation.tag() {
            2 => (row - 1, -1, row),
            3 => (last, -1, -row),
            4 => (last + 1 - row, 1, -row),
            5 => (0, row, 1),
            6 => (last + 1 - row, -row, 1),
            7 => (last, -row, -1),
            8 => (row - 1, row, -1),
            _ => (0, 1, row),
        };
        let first = start + y as isize * below;
        (0..self.size().0 as isize).filter_map(move |x| source.get((first + x * right) as usize))
    }
}

impl ImageBuffer for Upright<'_> {
    fn get_jpeg_color_type(&self) -> JpegColorType {
        match self.picture.channels {
            Channels::Grey => JpegColorType::Luma,
            Channels::Rgb => JpegColorType::Ycbcr,
        }
    }

    fn width(&self) -> u16 {
        u16::try_from(self.size().0).unwrap_or(u16::MAX)
    }

    fn height(&self) -> u16 {
        u16::try_from(self.size().1).unwrap_or(u16::MAX)
    }

    fn fill_buffers(&self, y: u16, [luma, blue, red, _]: &mut [Vec<u8>; 4]) {
        match self.picture.channels {
            Channels::Grey => luma.extend(self.row::<1>(y.into()).flatten()),
            Channels::Rgb => {
                for &[r, g, b] in self.row::<3>(y.into()) {
                    let (y, cb, cr) = rgb_to_ycbcr(r, g, b);
                    luma.push(y);
                    blue.push(cb);
                    red.push(cr);
                }
            }
        }
    }
}
