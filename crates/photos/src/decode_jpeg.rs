//! JPEG, decoded at the smallest scale that is still large enough.

use jpeg_decoder::{Decoder, Error, PixelFormat};

use crate::jpeg_segments::{Frame, Sealed, outline};
use crate::kind::{self, Kind};
use crate::picture::{Channels, Picture};
use crate::{MAX_PIXELS, PhotoError};

/// The most samples that a progressive JPEG may have: all its coefficients are held at once, two bytes each.
const MAX_PROGRESSIVE_SAMPLES: u64 = 64_000_000;

/// The most bytes that decoding may take, beside the file. A larger photo is decoded at a smaller scale than asked for.
const MAX_WORKING_BYTES: u64 = 240_000_000;

/// The most pixels of a stored photo: 8,000 x 8,000.
const MAX_STORED_PIXELS: u64 = 64_000_000;

/// Refuses what is no whole JPEG, or larger than a stored photo, without decoding it.
pub(crate) fn check_outline(bytes: &[u8]) -> Result<(), PhotoError> {
    if kind::of(bytes) != Kind::Jpeg {
        return Err(PhotoError::NotAPhoto);
    }
    let frame = outline(bytes)?.frame;
    check(frame)?;
    let limit = MAX_STORED_PIXELS;
    let Frame { width, height, .. } = frame;
    if u64::from(width) * u64::from(height) > limit {
        return Err(PhotoError::TooManyPixels { width, height, limit });
    }
    Ok(())
}

/// Width and height as the header of a JPEG has them.
pub(crate) fn declared_size(bytes: &[u8]) -> Option<(u32, u32)> {
    let frame = outline(bytes).ok()?.frame;
    Some((frame.width, frame.height))
}

/// Decodes a JPEG to at least `long_side`, or to its own size if that is less, and finds its Exif block. Where memory
/// would not do, it comes out smaller.
pub(crate) fn decode(bytes: &[u8], long_side: u32) -> Result<(Picture, Option<Vec<u8>>), PhotoError> {
    let outline = outline(bytes)?;
    check(outline.frame)?;
    let exif = outline.exif.map(<[u8]>::to_vec);

    let mut source = Sealed::new(outline.pieces);
    let mut decoder = Decoder::new(&mut source);
    let decoded = run(&mut decoder, affordable(outline.frame, long_side));
    drop(decoder);
    match decoded {
        Ok(picture) => Ok((picture, exif)),
        Err(_) if source.stopped_at_a_seal() => Err(PhotoError::Truncated),
        Err(error) => Err(refusal(error)),
    }
}

fn check(frame: Frame) -> Result<(), PhotoError> {
    let Frame { width, height, progressive, samples } = frame;
    let pixels = u64::from(width) * u64::from(height);
    let limit = if progressive && samples > MAX_PROGRESSIVE_SAMPLES {
        (MAX_PROGRESSIVE_SAMPLES * pixels / samples.max(1)).min(MAX_PIXELS)
    } else {
        MAX_PIXELS
    };
    if pixels > limit { Err(PhotoError::TooManyPixels { width, height, limit }) } else { Ok(()) }
}

/// `long_side`, or what is left of it where decoding at that scale would take too much: the pixels, the samples that they
/// are made of, and in a progressive JPEG all coefficients.
fn affordable(frame: Frame, mut long_side: u32) -> u32 {
    let Frame { width, height, progressive, samples } = frame;
    let held = if progressive { 2 * samples } else { 0 };
    let long = width.max(height);
    for scale in [1, 2, 4] {
        let pixels = u64::from(width) * u64::from(height) * 3;
        if held + (pixels + samples) / (scale * scale) <= MAX_WORKING_BYTES {
            break;
        }
        long_side = long_side.min(long / (2 * scale as u32));
    }
    long_side
}

fn run<R: std::io::Read>(decoder: &mut Decoder<R>, long_side: u32) -> Result<Picture, Error> {
    let side = u16::try_from(long_side).unwrap_or(u16::MAX);
    decoder.scale(side, side)?;
    let pixels = decoder.decode()?;
    let info = decoder.info().ok_or_else(|| Error::Format("no frame".to_owned()))?;
    let (channels, pixels) = match info.pixel_format {
        PixelFormat::L8 => (Channels::Grey, pixels),
        PixelFormat::RGB24 => (Channels::Rgb, pixels),
        PixelFormat::CMYK32 => (Channels::Rgb, rgb_of_cmyk(&pixels)),
        PixelFormat::L16 => return Err(Error::Format("16 bits a sample".to_owned())),
    };
    Picture::new(info.width.into(), info.height.into(), channels, pixels)
        .ok_or_else(|| Error::Format("fewer pixels than its size says".to_owned()))
}

/// Without a colour profile, which is enough to recognise what a photo shows. 0 is no ink.
fn rgb_of_cmyk(pixels: &[u8]) -> Vec<u8> {
    let light = |ink: u8, black: u8| (u16::from(255 - ink) * u16::from(255 - black) / 255) as u8;
    let (inks, _) = pixels.as_chunks::<4>();
    inks.iter().flat_map(|&[c, m, y, k]| [light(c, k), light(m, k), light(y, k)]).collect()
}

fn refusal(error: Error) -> PhotoError {
    match error {
        Error::Io(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => PhotoError::Truncated,
        Error::Unsupported(feature) => PhotoError::Unsupported(format!("{feature:?}")),
        error => PhotoError::Broken(error.to_string()),
    }
}
