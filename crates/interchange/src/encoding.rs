//! Bytes to text: the encodings in which offices save tables.

use encoding_rs::{Encoding, GB18030, UTF_8, UTF_16BE, UTF_16LE};

use crate::ReadError;

/// Decodes text and makes every line end in `\n` alone.
///
/// UTF-8 with or without a mark, UTF-16 with one (Excel's "Unicode text"), or GB18030, which is what Excel and WPS
/// write as "CSV" in China. UTF-8 is tried first: Chinese in GB18030 is practically never valid UTF-8.
pub(crate) fn decode(bytes: &[u8]) -> Result<String, ReadError> {
    let decoded = match Encoding::for_bom(bytes) {
        Some((encoding, length)) => with(encoding, bytes.get(length..).unwrap_or_default()),
        None => with(UTF_8, bytes).or_else(|| with(GB18030, bytes)),
    };
    let mut text = decoded.ok_or(ReadError::UnknownEncoding)?;
    if text.contains('\r') {
        text = text.replace("\r\n", "\n").replace('\r', "\n");
    }
    if text.trim().is_empty() {
        return Err(ReadError::Empty);
    }
    Ok(text)
}

fn with(encoding: &'static Encoding, bytes: &[u8]) -> Option<String> {
    debug_assert!([UTF_8, UTF_16LE, UTF_16BE, GB18030].contains(&encoding));
    encoding.decode_without_bom_handling_and_without_replacement(bytes).map(std::borrow::Cow::into_owned)
}
