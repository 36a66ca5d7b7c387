//! What a file is, by its first bytes. Names and media types are not believed.

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Jpeg,
    Png,
    WebP,
    Heic,
    Unknown,
}

/// Tells the kinds apart by their signatures.
pub(crate) fn of(bytes: &[u8]) -> Kind {
    if bytes.starts_with(&[0xFF, 0xD8, 0xFF]) {
        return Kind::Jpeg;
    }
    if bytes.starts_with(b"\x89PNG\r\n\x1A\n") {
        return Kind::Png;
    }
    match (bytes.get(..4), bytes.get(4..8), bytes.get(8..12)) {
        (Some(b"RIFF"), _, Some(b"WEBP")) => Kind::WebP,
        (_, Some(b"ftyp"), Some(brand)) if is_heic(brand) => Kind::Heic,
        _ => Kind::Unknown,
    }
}

fn is_heic(brand: &[u8]) -> bool {
    const BRANDS: [&[u8]; 9] =
        [b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"heif", b"mif1", b"msf1"];
    BRANDS.contains(&brand)
}
