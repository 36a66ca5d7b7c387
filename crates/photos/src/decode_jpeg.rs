//! JPEG, decoded at the smallest scale that is still large enough.

use jpeg_decoder::{Decoder, Error, PixelFormat};

use crate::jpeg_segments::{Frame, Sealed, outline};
use crate::picture::{Channels, Picture};
use crate::{MAX_PIXELS, PhotoError};

/// The most samples that a progressive JPEG may have: all its coefficients are held at once, two bytes each.
const MAX_PROGRESSIVE_SAMPLES: u64 = 64_000_000;

/// Decodes a JPEG to at least `long_side`, or to its own size if that is less, and finds its Exif block.
pub(crate) fn decode(bytes: &[u8], long_side: u32) -> Result<(Picture, Option<Vec<u8>>), PhotoError> {
    let outline = outline(bytes)?;
    check(outline.frame)?;
    let exif = outline.exif.map(<[u8]>::to_vec);

    let mut source = Sealed::new(outline.pieces);
    let mut decoder = Decoder::new(&mut source);
    let decoded = run(&mut decoder, long_side);
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
