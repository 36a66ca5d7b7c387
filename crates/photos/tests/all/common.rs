//! The sample photographs, and photographs made up for a test.

use jpeg_encoder::{ColorType, Encoder};

/// One of the sample photographs, which stand beside the repository.
pub fn sample(name: &str) -> Vec<u8> {
    let path = format!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/photos/{}"), name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("the sample photographs are needed: {path}: {error}"))
}

/// Width, height and bytes of a JPEG.
pub fn decoded(jpeg: &[u8]) -> (u32, u32, Vec<u8>) {
    let mut decoder = jpeg_decoder::Decoder::new(jpeg);
    let pixels = decoder.decode().unwrap();
    let info = decoder.info().unwrap();
    (info.width.into(), info.height.into(), pixels)
}

/// A JPEG of these pixels, with these bytes as its Exif block if there are any.
pub fn jpeg(width: u16, height: u16, color: ColorType, pixels: &[u8], exif: Option<&[u8]>) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, 92);
    if let Some(exif) = exif {
        encoder.add_app_segment(1, [b"Exif\0\0", exif].concat()).unwrap();
    }
    encoder.encode(pixels, width, height, color).unwrap();
    bytes
}

/// A picture with a different colour in each corner: red, green, blue, white, clockwise from the upper left.
pub fn corners(width: u16, height: u16) -> Vec<u8> {
    let mut pixels = Vec::new();
    for y in 0..height {
        for x in 0..width {
            pixels.extend(match (x < width / 2, y < height / 2) {
                (true, true) => [220, 20, 20],
                (false, true) => [20, 220, 20],
                (false, false) => [20, 20, 220],
                (true, false) => [250, 250, 250],
            });
        }
    }
    pixels
}

/// One tag of an Exif directory: its number, type, count and the four bytes of its value, big-endian.
pub type Entry = (u16, u16, u32, [u8; 4]);

/// An Exif directory at the given place, with the place of the next one.
pub fn directory(entries: &[Entry], next: u32) -> Vec<u8> {
    let mut bytes = (entries.len() as u16).to_be_bytes().to_vec();
    for (tag, kind, count, value) in entries {
        bytes.extend(tag.to_be_bytes());
        bytes.extend(kind.to_be_bytes());
        bytes.extend(count.to_be_bytes());
        bytes.extend(value);
    }
    bytes.extend(next.to_be_bytes());
    bytes
}

/// An Exif block whose first directory holds these entries.
pub fn exif(entries: &[Entry], next: u32) -> Vec<u8> {
    [b"MM\0\x2A\0\0\0\x08".to_vec(), directory(entries, next)].concat()
}

/// An Exif block that only tells the orientation.
pub fn orientation(tag: u8) -> Vec<u8> {
    exif(&[(0x0112, 3, 1, [0, tag, 0, 0])], 0)
}
