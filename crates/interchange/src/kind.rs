//! What a file is, by its content. Names are not believed: "ledger.xls" is often a web page.

use crate::ReadError;

/// How a table is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// CSV, in whatever encoding.
    Text,
    /// An Office Open XML package.
    Workbook,
}

/// Tells CSV and XLSX apart, and refuses by name what is something else.
pub(crate) fn of(bytes: &[u8]) -> Result<Kind, ReadError> {
    if bytes.starts_with(b"PK\x03\x04") {
        return Ok(Kind::Workbook);
    }
    if bytes.starts_with(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1") {
        // A workbook with a password is an encrypted stream in the old container.
        let encrypted: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let is_encrypted = bytes.windows(encrypted.len()).any(|window| window == encrypted);
        return Err(if is_encrypted { ReadError::ProtectedWorkbook } else { ReadError::LegacyWorkbook });
    }
    match other(bytes) {
        Some(looks_like) => Err(ReadError::NotATable { looks_like }),
        None => Ok(Kind::Text),
    }
}

fn other(bytes: &[u8]) -> Option<&'static str> {
    const MAGIC: [(&[u8], &str); 8] = [
        (b"%PDF", "a PDF"),
        (b"\xFF\xD8\xFF", "a photo"),
        (b"\x89PNG", "a picture"),
        (b"GIF8", "a picture"),
        (b"Rar!", "a RAR archive"),
        (b"7z\xBC\xAF", "a 7z archive"),
        (b"\x1F\x8B", "a gzip archive"),
        (b"{\\rtf", "a text document (RTF)"),
    ];
    if let Some((_, name)) = MAGIC.iter().find(|(magic, _)| bytes.starts_with(magic)) {
        return Some(name);
    }
    let text = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes).trim_ascii_start();
    match text.first()? {
        b'{' | b'[' => Some("JSON"),
        b'<' if text.get(..5).is_some_and(|start| start.eq_ignore_ascii_case(b"<?xml")) => Some("XML"),
        b'<' => Some("a web page"),
        _ => None,
    }
}
