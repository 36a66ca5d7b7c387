//! Messages as bytes: CBOR, compressed with zstd. What is inflated is bounded before it is read.

use std::io::Read;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::MAX_MESSAGE;

/// The level at which 1,000 small changes took 120.6 kB; 19 would take 112 kB and many times the time.
const LEVEL: i32 = 9;

/// The most CBOR items in one message: one byte can say "an empty list" and take many in memory. A page of changes has
/// some 30,000, an answer about 100,000 photos 800,000.
const MAX_ITEMS: usize = 2_000_000;
/// How far back compressed bytes may refer, as a power of two: as far as a message is long. More is not allocated.
const WINDOW_LOG: u32 = 24;

/// Why bytes are no message.
#[derive(Debug, thiserror::Error)]
pub enum FrameError {
    /// Not zstd.
    #[error("the message is not compressed as expected: {0}")]
    Compression(#[source] std::io::Error),
    /// More than [`MAX_MESSAGE`] bytes.
    #[error("the message is larger than {MAX_MESSAGE} bytes")]
    TooLarge,
    /// Not the expected message.
    #[error("the message cannot be read: {0}")]
    Shape(String),
}

/// Writes a message.
pub fn encode(message: &impl Serialize) -> Result<Vec<u8>, FrameError> {
    let mut plain = Vec::new();
    ciborium::into_writer(message, &mut plain).map_err(|error| FrameError::Shape(error.to_string()))?;
    if plain.len() > MAX_MESSAGE {
        return Err(FrameError::TooLarge);
    }
    zstd::encode_all(plain.as_slice(), LEVEL).map_err(FrameError::Compression)
}

/// Reads a message. At most [`MAX_MESSAGE`] bytes are inflated.
pub fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, FrameError> {
    let mut plain = Vec::new();
    zstd::Decoder::new(bytes)
        .and_then(|mut decoder| {
            decoder.window_log_max(WINDOW_LOG)?;
            decoder.take(MAX_MESSAGE as u64 + 1).read_to_end(&mut plain)
        })
        .map_err(FrameError::Compression)?;
    if plain.len() > MAX_MESSAGE || items(&plain) > MAX_ITEMS {
        return Err(FrameError::TooLarge);
    }
    ciborium::from_reader(plain.as_slice()).map_err(|error| FrameError::Shape(error.to_string()))
}

/// How many items begin in these bytes, as far as they are CBOR: nothing is nested here, and nothing kept.
fn items(mut plain: &[u8]) -> usize {
    let mut count = 0;
    while let Some((first, rest)) = plain.split_first() {
        count += 1;
        let width = match first & 0x1f {
            24 => 1,
            25 => 2,
            26 => 4,
            27 => 8,
            _ => 0,
        };
        let Some((number, rest)) = rest.split_at_checked(width) else { break };
        let small = if width == 0 { u64::from(first & 0x1f) } else { 0 };
        let number = number.iter().fold(small, |number, byte| number << 8 | u64::from(*byte));
        // Bytes and texts of a length that is told; what has none is a list of pieces that have one.
        let skipped = if matches!(first >> 5, 2 | 3) && first & 0x1f < 28 { number } else { 0 };
        let Some(rest) = rest.get(usize::try_from(skipped).unwrap_or(usize::MAX)..) else { break };
        plain = rest;
    }
    count
}

#[cfg(test)]
mod tests {
    use super::super::*;
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_message_comes_back_as_it_was() {
        let request = ExchangeRequest {
            protocol: PROTOCOL,
            install: Uuid::nil(),
            own_too: false,
            generation: Some(Uuid::nil()),
            cursors: vec![Cursor { grid: "350211102207".parse().unwrap(), seq: 7, after: None }],
            push: vec![],
            photos: vec![],
            held: vec![],
            report: DeviceReport::default(),
        };
        let bytes = encode(&request).unwrap();
        assert_eq!(decode::<ExchangeRequest>(&bytes).unwrap(), request);
    }

    #[test]
    fn a_bomb_is_refused() {
        let bomb = zstd::encode_all(vec![0_u8; 100 << 20].as_slice(), 3).unwrap();
        assert!(bomb.len() < 100_000);
        assert!(matches!(decode::<ExchangeRequest>(&bomb), Err(FrameError::TooLarge)));
    }

    #[test]
    fn millions_of_items_are_not_built() {
        let mut plain = vec![0xa1, 0x64];
        plain.extend(b"held");
        plain.push(0x9a);
        plain.extend(15_000_000_u32.to_be_bytes());
        plain.extend(vec![0x40; 15_000_000]);
        assert_eq!(items(&plain), 15_000_003);
        let frame = zstd::encode_all(plain.as_slice(), 1).unwrap();
        assert!(frame.len() < 10_000);
        assert!(matches!(decode::<ExchangeRequest>(&frame), Err(FrameError::TooLarge)));
    }

    #[test]
    fn a_frame_that_looks_far_back_allocates_nothing() {
        // A header that says: 512 MiB of window, one raw block of nothing.
        let frame = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x98, 0x01, 0x00, 0x00];
        assert!(matches!(decode::<ExchangeRequest>(&frame), Err(FrameError::Compression(_))));
    }

    proptest! {
        #[test]
        fn items_are_counted_as_they_are_written(lengths in proptest::collection::vec(0..70_000_usize, 0..20)) {
            let list: Vec<serde_bytes::ByteBuf> = lengths.iter().map(|length| vec![7; *length].into()).collect();
            let mut plain = Vec::new();
            ciborium::into_writer(&(list, "text", -5, 0.5, Some(true)), &mut plain).unwrap();
            prop_assert_eq!(items(&plain), lengths.len() + 6);
        }

        #[test]
        fn any_bytes_are_a_message_or_an_error(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _ = decode::<ExchangeReply>(&bytes);
            let _ = decode::<ExchangeRequest>(&zstd::encode_all(bytes.as_slice(), 1).unwrap());
        }
    }
}
