//! The outline of a JPEG (ITU-T T.81, Annex B), read before anything is decoded: its size, what decoding will cost,
//! its Exif block, and whether its picture data reach the end.

use std::io::Read;

use crate::PhotoError;

/// More scans than any encoder writes; each costs a pass over the whole picture.
const MAX_SCANS: usize = 100;

/// Put where a scan ends: eight bytes for a decoder that fills its bit buffer ahead, then a sequence that one skips
/// between segments but cannot read as picture data. A decoder that still wants picture data fails on it; without it,
/// it would paint the rest of the photo grey.
const SEAL: &[u8] = &[0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0x00];

/// The outline of a JPEG.
#[derive(Debug)]
pub(crate) struct Outline<'a> {
    pub frame: Frame,
    /// The first Exif block, without its `Exif\0\0`.
    pub exif: Option<&'a [u8]>,
    /// The file up to its end marker, cut where scans end.
    pub pieces: Vec<&'a [u8]>,
}

/// What the frame header says.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Frame {
    pub width: u32,
    pub height: u32,
    pub progressive: bool,
    /// Samples of all components, blocks at the edges filled up: what a progressive decoder holds at once.
    pub samples: u64,
}

/// Reads the outline.
pub(crate) fn outline(bytes: &[u8]) -> Result<Outline<'_>, PhotoError> {
    let (mut frame, mut exif, mut pieces) = (None, None, Vec::new());
    let (mut at, mut piece_start) = (2, 0);
    loop {
        let (marker, after) = next_marker(bytes, at).ok_or(PhotoError::Truncated)?;
        at = after;
        match marker {
            0xD9 => break,
            0x01 | 0xD0..=0xD8 => continue,
            _ => {}
        }
        let body = segment(bytes, at)?;
        at += 2 + body.len();
        match marker {
            0xC0..=0xC2 if frame.is_none() => frame = Some(read_frame(marker, body)?),
            0xC3 | 0xC5..=0xC7 | 0xC9..=0xCB | 0xCD..=0xCF => {
                return Err(PhotoError::Unsupported("its coding is not that of a camera".to_owned()));
            }
            0xE1 if exif.is_none() => exif = body.strip_prefix(b"Exif\0\0"),
            0xDA => {
                at = scan_end(bytes, at).ok_or(PhotoError::Truncated)?;
                pieces.push(bytes.get(piece_start..at).unwrap_or_default());
                piece_start = at;
                if pieces.len() > MAX_SCANS {
                    return Err(PhotoError::Broken(format!("it has more than {MAX_SCANS} scans")));
                }
            }
            _ => {}
        }
    }
    if pieces.is_empty() {
        return Err(PhotoError::Broken("it holds no picture data".to_owned()));
    }
    let frame = frame.ok_or_else(|| PhotoError::Broken("it does not tell its size".to_owned()))?;
    pieces.push(bytes.get(piece_start..at).unwrap_or_default());
    Ok(Outline { frame, exif, pieces })
}

/// The next marker at or after `at`, and where its segment begins. Stray bytes between segments are skipped, as all
/// decoders do.
pub(crate) fn next_marker(bytes: &[u8], mut at: usize) -> Option<(u8, usize)> {
    loop {
        at += bytes.get(at..)?.iter().position(|byte| *byte == 0xFF)?;
        at += bytes.get(at..)?.iter().position(|byte| *byte != 0xFF)?;
        let marker = *bytes.get(at)?;
        at += 1;
        if marker != 0 {
            return Some((marker, at));
        }
    }
}

/// The body of the segment whose length stands at `at`.
pub(crate) fn segment(bytes: &[u8], at: usize) -> Result<&[u8], PhotoError> {
    let length = bytes.get(at..at + 2).and_then(be16).ok_or(PhotoError::Truncated)?;
    if length < 2 {
        return Err(PhotoError::Broken("a segment has an impossible length".to_owned()));
    }
    bytes.get(at + 2..at + usize::from(length)).ok_or(PhotoError::Truncated)
}

/// Where the picture data that begin at `at` end: the `0xFF` of the next marker that is no restart marker.
fn scan_end(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        at += bytes.get(at..)?.iter().position(|byte| *byte == 0xFF)?;
        match bytes.get(at + 1)? {
            0x00 | 0xD0..=0xD7 => at += 2,
            0xFF => at += 1,
            _ => return Some(at),
        }
    }
}

fn read_frame(marker: u8, body: &[u8]) -> Result<Frame, PhotoError> {
    let broken = || PhotoError::Broken("its frame header makes no sense".to_owned());
    let height = body.get(1..3).and_then(be16).ok_or_else(broken)?;
    let width = body.get(3..5).and_then(be16).ok_or_else(broken)?;
    let factors: Vec<(u64, u64)> = body
        .get(6..)
        .unwrap_or_default()
        .chunks_exact(3)
        .filter_map(|component| component.get(1))
        .map(|factors| (u64::from(factors >> 4), u64::from(factors & 15)))
        .collect();
    let across = factors.iter().map(|factor| factor.0).max().unwrap_or(0);
    let down = factors.iter().map(|factor| factor.1).max().unwrap_or(0);
    if width == 0 || height == 0 || across == 0 || down == 0 {
        return Err(broken());
    }
    let units = u64::from(width).div_ceil(8 * across) * u64::from(height).div_ceil(8 * down);
    let blocks: u64 = factors.iter().map(|(across, down)| units * across * down).sum();
    Ok(Frame {
        width: width.into(),
        height: height.into(),
        progressive: marker == 0xC2,
        samples: blocks.saturating_mul(64),
    })
}

fn be16(bytes: &[u8]) -> Option<u16> {
    bytes.try_into().ok().map(u16::from_be_bytes)
}

/// Reads the pieces of an [`Outline`] with a [`SEAL`] after each but the last.
pub(crate) struct Sealed<'a> {
    pieces: std::vec::IntoIter<&'a [u8]>,
    current: &'a [u8],
    in_seal: bool,
}

impl<'a> Sealed<'a> {
    pub(crate) fn new(pieces: Vec<&'a [u8]>) -> Self {
        let mut pieces = pieces.into_iter();
        Self { current: pieces.next().unwrap_or_default(), pieces, in_seal: false }
    }

    /// Whether reading stopped at the last byte of a seal, so that picture data were wanted past their end.
    pub(crate) fn stopped_at_a_seal(&self) -> bool {
        self.in_seal && self.current.is_empty()
    }

    fn advance(&mut self) {
        if self.current.is_empty() && !self.pieces.as_slice().is_empty() {
            self.in_seal = !self.in_seal;
            self.current = if self.in_seal { SEAL } else { self.pieces.next().unwrap_or_default() };
        }
    }
}

impl Read for Sealed<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        self.advance();
        self.current.read(buffer)
    }

    fn read_exact(&mut self, buffer: &mut [u8]) -> std::io::Result<()> {
        // The decoder reads byte by byte: this is its innermost loop.
        if let ([byte], Some((first, rest))) = (&mut *buffer, self.current.split_first()) {
            *byte = *first;
            self.current = rest;
            return Ok(());
        }
        let mut unfilled = buffer;
        while !unfilled.is_empty() {
            match self.read(unfilled)? {
                0 => return Err(std::io::ErrorKind::UnexpectedEof.into()),
                count => unfilled = unfilled.get_mut(count..).unwrap_or_default(),
            }
        }
        Ok(())
    }
}
