//! The pixels that are stamped.

use std::ops::Range;

use stamp_encoder::{ColorType, Encoder, SamplingFactor};
use zune_core::bytestream::ZCursor;
use zune_core::colorspace::ColorSpace;
use zune_core::options::DecoderOptions;
use zune_jpeg::JpegDecoder;

use crate::{PhotoError, decode_jpeg};

pub(super) type Color = [u8; 3];

/// Red, green and blue, row by row. What is painted outside is left out.
pub(super) struct Canvas {
    pub(super) width: usize,
    pub(super) height: usize,
    bytes: Vec<u8>,
}

impl Canvas {
    /// Decodes a JPEG whole, to the same pixels on every machine: the decoder of intake is faster, and rounds by the
    /// processor. Orientation is left as it is: stored photos are upright.
    pub(super) fn decode(jpeg: &[u8]) -> Result<Self, PhotoError> {
        decode_jpeg::check_outline(jpeg)?;
        let side = usize::from(u16::MAX);
        let options = DecoderOptions::default()
            .set_use_unsafe(false)
            .set_strict_mode(true)
            .set_max_width(side)
            .set_max_height(side)
            .jpeg_set_out_colorspace(ColorSpace::RGB);
        let mut decoder = JpegDecoder::new_with_options(ZCursor::new(jpeg), options);
        let bytes = decoder.decode().map_err(|error| PhotoError::Broken(error.to_string()))?;
        match decoder.dimensions() {
            Some((width, height)) if width > 0 && bytes.len() == width * height * 3 => {
                Ok(Self { width, height, bytes })
            }
            _ => Err(PhotoError::Broken("fewer pixels than its size says".to_owned())),
        }
    }

    /// Each pixel as a square of `times` pixels.
    pub(super) fn enlarged(self, times: usize) -> Self {
        if times == 1 {
            return self;
        }
        let mut bytes = Vec::with_capacity(self.bytes.len() * times * times);
        for line in self.bytes.chunks_exact(self.width * 3) {
            let (pixels, _) = line.as_chunks::<3>();
            let wide: Vec<u8> = pixels.iter().flat_map(|pixel| pixel.repeat(times)).collect();
            for _ in 0..times {
                bytes.extend_from_slice(&wide);
            }
        }
        Self { width: self.width * times, height: self.height * times, bytes }
    }

    /// On a ground of at least this size, in its upper left corner.
    pub(super) fn on_ground(self, width: usize, height: usize, color: Color) -> Self {
        let (width, height) = (width.max(self.width), height.max(self.height));
        let Self { width: old_width, height: old_height, mut bytes } = self;
        if width > old_width {
            let beside = color.repeat(width - old_width);
            bytes = bytes
                .chunks_exact(old_width * 3)
                .flat_map(|line| [line, &beside])
                .flatten()
                .copied()
                .collect();
        }
        bytes.extend(color.repeat((height - old_height) * width));
        Self { width, height, bytes }
    }

    /// Lays a colour over a rectangle; `cover` 255 hides what was there.
    pub(super) fn cover(&mut self, columns: Range<usize>, rows: Range<usize>, color: Color, cover: u8) {
        let (pixels, _) = self.bytes.as_chunks_mut::<3>();
        let columns = columns.start.min(self.width)..columns.end.min(self.width);
        for line in pixels.chunks_exact_mut(self.width).take(rows.end).skip(rows.start) {
            for pixel in line.get_mut(columns.clone()).unwrap_or_default() {
                *pixel = blended(*pixel, color, cover);
            }
        }
    }

    /// Lays a colour over one pixel.
    pub(super) fn paint(&mut self, x: usize, y: usize, color: Color, cover: u8) {
        let (pixels, _) = self.bytes.as_chunks_mut::<3>();
        if x < self.width
            && let Some(pixel) = pixels.get_mut(y * self.width + x)
        {
            *pixel = blended(*pixel, color, cover);
        }
    }

    /// A JPEG of quality 85: the photo is compressed a second time, and letters want more than pictures.
    pub(super) fn jpeg(&self) -> Result<Vec<u8>, PhotoError> {
        let side =
            |length: usize| u16::try_from(length).map_err(|error| PhotoError::Broken(error.to_string()));
        let mut jpeg = Vec::new();
        let mut encoder = Encoder::new(&mut jpeg, 85);
        encoder.set_sampling_factor(SamplingFactor::R_4_2_0);
        encoder
            .encode(&self.bytes, side(self.width)?, side(self.height)?, ColorType::Rgb)
            .map_err(|error| PhotoError::Broken(error.to_string()))?;
        Ok(jpeg)
    }
}

fn blended(under: Color, over: Color, cover: u8) -> Color {
    let (over_part, under_part) = (u32::from(cover), 255 - u32::from(cover));
    let mix = |under: u8, over: u8| {
        ((u32::from(under) * under_part + u32::from(over) * over_part + 127) / 255) as u8
    };
    let ([r, g, b], [red, green, blue]) = (under, over);
    [mix(r, red), mix(g, green), mix(b, blue)]
}
