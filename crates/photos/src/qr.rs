//! QR codes on a photo.

use crate::picture::Picture;
use crate::{PhotoError, caught, read};

/// The long side, in pixels, at which codes are looked for: first at the smaller, which is quick and enough for most.
const SIDES: [u32; 2] = [1_000, 2_000];
/// How many codes are read from one photo.
const MOST: usize = 8;

/// The texts of the QR codes on a photo, at most eight; none where there is no code that can be read.
///
/// # Errors
/// What [`crate::take_in`] gives.
pub fn read_qr(photo: &[u8]) -> Result<Vec<String>, PhotoError> {
    caught(|| {
        for side in SIDES {
            let (picture, _) = read(photo, side)?;
            let texts = texts(&picture);
            if !texts.is_empty() {
                return Ok(texts);
            }
        }
        Ok(Vec::new())
    })
}

/// A code is read however it is turned.
fn texts(picture: &Picture) -> Vec<String> {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let grey: Vec<u8> = picture.rows().flatten().collect();
    let brightness = |x: usize, y: usize| grey.get(y * width + x).copied().unwrap_or(u8::MAX);
    let mut prepared = rqrr::PreparedImage::prepare_from_greyscale(width, height, brightness);
    let codes = prepared.detect_grids();
    codes.iter().take(MOST).filter_map(|code| code.decode().ok()).map(|(_, text)| text).collect()
}
