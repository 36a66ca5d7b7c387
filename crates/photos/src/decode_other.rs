//! PNG and WebP: screenshots, and what messengers make of photos.

use std::io::Cursor;

use image::codecs::{png::PngDecoder, webp::WebPDecoder};
use image::{ColorType, ImageDecoder, ImageError, Limits};

use crate::PhotoError;
use crate::picture::{Channels, Picture};

/// The most bytes that the decoded pixels may take. The decoders need about as much again while they work.
const MAX_DECODED_BYTES: u64 = 96 * 1024 * 1024;

/// Decodes a PNG, and finds its Exif block.
pub(crate) fn png(bytes: &[u8]) -> Result<(Picture, Option<Vec<u8>>), PhotoError> {
    let header =
        bytes.get(16..24).and_then(|size| <[u8; 8]>::try_from(size).ok()).ok_or(PhotoError::Truncated)?;
    let [w0, w1, w2, w3, h0, h1, h2, h3] = header;
    // The decoder allocates by the header as soon as it is made, so this looks first, at the smallest pixel.
    check(u32::from_be_bytes([w0, w1, w2, w3]), u32::from_be_bytes([h0, h1, h2, h3]), 1)?;
    let mut limits = Limits::default();
    limits.max_alloc = Some(MAX_DECODED_BYTES);
    decode(PngDecoder::with_limits(Cursor::new(bytes), limits).map_err(refusal)?)
}

/// Decodes a WebP, of a moving one the first picture, and finds its Exif block.
pub(crate) fn webp(bytes: &[u8]) -> Result<(Picture, Option<Vec<u8>>), PhotoError> {
    decode(WebPDecoder::new(Cursor::new(bytes)).map_err(refusal)?)
}

fn decode(mut decoder: impl ImageDecoder) -> Result<(Picture, Option<Vec<u8>>), PhotoError> {
    let (width, height) = decoder.dimensions();
    let color = decoder.color_type();
    check(width, height, color.bytes_per_pixel().into())?;
    // A photo without readable tags is still a photo.
    let exif = decoder.exif_metadata().ok().flatten();
    let length = usize::try_from(decoder.total_bytes()).unwrap_or(0);
    let mut pixels = vec![0; length];
    decoder.read_image(&mut pixels).map_err(refusal)?;
    let (channels, pixels) = opaque_bytes(color, pixels)?;
    let picture = Picture::new(width, height, channels, pixels);
    Ok((picture.ok_or_else(|| PhotoError::Broken("fewer pixels than its size says".to_owned()))?, exif))
}

fn check(width: u32, height: u32, bytes_per_pixel: u64) -> Result<(), PhotoError> {
    let limit = MAX_DECODED_BYTES / bytes_per_pixel.max(1);
    if u64::from(width) * u64::from(height) > limit {
        return Err(PhotoError::TooManyPixels { width, height, limit });
    }
    Ok(())
}

/// Eight bits a sample, laid over white where transparent.
fn opaque_bytes(color: ColorType, pixels: Vec<u8>) -> Result<(Channels, Vec<u8>), PhotoError> {
    let over_white = |sample: u8, alpha: u8| {
        let (sample, alpha) = (u16::from(sample), u16::from(alpha));
        ((sample * alpha + 255 * (255 - alpha)) / 255) as u8
    };
    let (color, pixels) = match color {
        ColorType::L16 => (ColorType::L8, high_bytes(&pixels)),
        ColorType::La16 => (ColorType::La8, high_bytes(&pixels)),
        ColorType::Rgb16 => (ColorType::Rgb8, high_bytes(&pixels)),
        ColorType::Rgba16 => (ColorType::Rgba8, high_bytes(&pixels)),
        color => (color, pixels),
    };
    Ok(match color {
        ColorType::L8 => (Channels::Grey, pixels),
        ColorType::Rgb8 => (Channels::Rgb, pixels),
        ColorType::La8 => (
            Channels::Grey,
            pixels.as_chunks::<2>().0.iter().map(|&[grey, alpha]| over_white(grey, alpha)).collect(),
        ),
        ColorType::Rgba8 => {
            let mut opaque = Vec::with_capacity(pixels.len() / 4 * 3);
            for &[red, green, blue, alpha] in pixels.as_chunks::<4>().0 {
                opaque.extend([red, green, blue].map(|sample| over_white(sample, alpha)));
            }
            (Channels::Rgb, opaque)
        }
        other => return Err(PhotoError::Unsupported(format!("{other:?}"))),
    })
}

fn high_bytes(pixels: &[u8]) -> Vec<u8> {
    pixels.as_chunks::<2>().0.iter().map(|sample| (u16::from_ne_bytes(*sample) >> 8) as u8).collect()
}

fn refusal(error: ImageError) -> PhotoError {
    match error {
        ImageError::IoError(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
            PhotoError::Truncated
        }
        ImageError::Unsupported(error) => PhotoError::Unsupported(error.to_string()),
        error => PhotoError::Broken(error.to_string()),
    }
}
