//! Whether a file is a PMTiles archive, version 3, that the map can show: its head and its root directory
//! (<https://github.com/protomaps/PMTiles/blob/main/spec/v3/spec.md>).
//!
//! The kept crate for PMTiles hides where the parts of the file lie, which is what must be checked here.

use std::io::Read;

use flate2::read::GzDecoder;
use wire::{ApiError, ErrorCode};

/// The head and the root directory lie within so many bytes.
pub(crate) const START: u64 = 16_384;
const HEAD: usize = 127;
/// What the root directory may take once it is unpacked, in bytes.
const DIRECTORY: u64 = 4 << 20;
/// The deepest zoom whose tiles have numbers.
const DEEPEST: u8 = 31;

/// What the head says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Header {
    /// `png`, `jpeg`, `webp` or `mvt`.
    pub tile_type: &'static str,
    pub min_zoom: u8,
    pub max_zoom: u8,
    /// West, south, east, north, in degrees.
    pub bounds: [f64; 4],
}

/// A stretch of the file.
#[derive(Clone, Copy)]
struct Part {
    offset: u64,
    length: u64,
}

/// Checks the first [`START`] bytes of an archive of `total` bytes.
///
/// # Errors
/// A sentence and a word that name what is wrong.
pub(crate) fn check(start: &[u8], total: u64) -> Result<Header, ApiError> {
    if total == 0 {
        return Err(wrong("tiles_empty", "the file is empty"));
    }
    if !start.starts_with(b"PMTiles") {
        return Err(wrong("tiles_not_pmtiles", "this is not a PMTiles archive"));
    }
    let byte = |at: usize| start.get(at).copied().unwrap_or_default();
    if start.len() >= 8 && byte(7) != 3 {
        let message =
            format!("this is a PMTiles archive of version {}; only version 3 can be shown", byte(7));
        return Err(wrong("tiles_version", message));
    }
    if start.len() < HEAD {
        return Err(truncated(total));
    }
    let part = |at: usize| Part { offset: number(start, at), length: number(start, at + 8) };
    let (root, metadata, leaves, data) = (part(8), part(24), part(40), part(56));
    for part in [root, metadata, leaves, data] {
        if part.offset.checked_add(part.length).is_none_or(|end| end > total) {
            return Err(truncated(total));
        }
    }
    if root.length == 0 || data.length == 0 {
        return Err(wrong("tiles_none", "the archive holds no tiles"));
    }
    let tile_type = match byte(99) {
        1 => "mvt",
        2 => "png",
        3 => "jpeg",
        4 => "webp",
        other => {
            let message = format!("the tiles are of type {other}; only mvt, png, jpeg and webp can be shown");
            return Err(wrong("tiles_type", message));
        }
    };
    // 1: not at all, 2: gzip. Of tiles a picture may leave it open: it is packed by itself.
    let (packed, tiles_packed) = (byte(97), byte(98));
    let is_readable = |packing: u8| matches!(packing, 1 | 2);
    let tiles_readable = is_readable(tiles_packed) || (tiles_packed == 0 && tile_type != "mvt");
    if !(is_readable(packed) && tiles_readable) {
        let message = "the archive is compressed in a way that browsers cannot read: write it with gzip";
        return Err(wrong("tiles_compression", message));
    }
    let (min_zoom, max_zoom) = (byte(100), byte(101));
    if min_zoom > max_zoom || max_zoom > DEEPEST {
        let message = format!("the archive has zooms from {min_zoom} to {max_zoom}, which cannot be");
        return Err(wrong("tiles_zoom", message));
    }
    let bounds = bounds(start)?;
    directory(start, root, leaves, data, packed == 2)?;
    Ok(Header { tile_type, min_zoom, max_zoom, bounds })
}

/// That the file is shorter than it says of itself.
pub(crate) fn truncated(total: u64) -> ApiError {
    let message =
        format!("the archive is cut off: it has {total} bytes, and more belong to it; copy it again");
    wrong("tiles_truncated", message)
}

fn bounds(start: &[u8]) -> Result<[f64; 4], ApiError> {
    let degrees = |at: usize| {
        let bytes = start.get(at..at + 4).and_then(|bytes| bytes.try_into().ok()).unwrap_or_default();
        f64::from(i32::from_le_bytes(bytes)) / 1e7
    };
    let [west, south, east, north] = [degrees(102), degrees(106), degrees(110), degrees(114)];
    if [west, south, east, north] == [0.0; 4] {
        // Left open by who wrote it.
        return Ok([-180.0, -85.0, 180.0, 85.0]);
    }
    let sound = (-180.0..=180.0).contains(&west)
        && (-180.0..=180.0).contains(&east)
        && (-90.0..=90.0).contains(&south)
        && (-90.0..=90.0).contains(&north)
        && west < east
        && south < north;
    if !sound {
        let message =
            format!("the archive covers {west} to {east} east and {south} to {north} north, which cannot be");
        return Err(wrong("tiles_bounds", message));
    }
    Ok([west, south, east, north])
}

/// Reads the root directory: every entry must lie within the file.
fn directory(start: &[u8], root: Part, leaves: Part, data: Part, packed: bool) -> Result<(), ApiError> {
    let damaged = || wrong("tiles_damaged", "the archive is damaged: its directory cannot be read");
    let from = usize::try_from(root.offset).map_err(|_| damaged())?;
    let length = usize::try_from(root.length).map_err(|_| damaged())?;
    let bytes = from.checked_add(length).and_then(|to| start.get(from..to)).ok_or_else(damaged)?;
    let mut unpacked = Vec::new();
    if packed {
        GzDecoder::new(bytes).take(DIRECTORY).read_to_end(&mut unpacked).map_err(|_| damaged())?;
    } else {
        unpacked.extend_from_slice(bytes);
    }
    let mut rest = unpacked.as_slice();
    let entries = varint(&mut rest).ok_or_else(damaged)?;
    // Each entry takes at least four bytes.
    if entries == 0 || entries > unpacked.len() as u64 / 4 {
        return Err(damaged());
    }
    let mut column =
        || (0..entries).map(|_| varint(&mut rest)).collect::<Option<Vec<u64>>>().ok_or_else(damaged);
    let (_tiles, runs, lengths, offsets) = (column()?, column()?, column()?, column()?);
    let mut next = 0_u64;
    for ((run, length), offset) in runs.into_iter().zip(lengths).zip(offsets) {
        // Nothing: right behind the entry before. Else one more than the offset.
        let offset = if offset == 0 { next } else { offset - 1 };
        next = offset.checked_add(length).ok_or_else(damaged)?;
        let within = if run == 0 { leaves } else { data };
        if length == 0 || next > within.length {
            return Err(damaged());
        }
    }
    Ok(())
}

fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0_u64;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(byte & 0x7f).checked_shl(shift)?;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

fn number(bytes: &[u8], at: usize) -> u64 {
    bytes.get(at..at + 8).and_then(|bytes| bytes.try_into().ok()).map(u64::from_le_bytes).unwrap_or_default()
}

fn wrong(word: &str, message: impl Into<String>) -> ApiError {
    ApiError::new(ErrorCode::File, message).because(word)
}
