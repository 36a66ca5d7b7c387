//! The checksum extension of tus: a piece is kept only if it is what its checksum says.

use axum::http::HeaderMap;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use sha1::Sha1;
use sha2::{Digest, Sha256};
use wire::ApiError;

use super::header::UPLOAD_CHECKSUM;

/// The algorithms, as `Tus-Checksum-Algorithm` names them.
pub(super) const ALGORITHMS: &str = "sha1,sha256";

/// A checksum that a piece was announced with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Checksum {
    Sha1(Vec<u8>),
    Sha256(Vec<u8>),
}

impl Checksum {
    /// What `Upload-Checksum: <algorithm> <base64>` says; `None` if the header is absent.
    pub fn announced(headers: &HeaderMap) -> Result<Option<Self>, ApiError> {
        let Some(header) = headers.get(UPLOAD_CHECKSUM) else { return Ok(None) };
        let wrong = || {
            let message = format!("the header must be one of {ALGORITHMS} and the checksum in base64");
            ApiError::invalid(UPLOAD_CHECKSUM.as_str(), message)
        };
        let (algorithm, sum) =
            header.to_str().ok().and_then(|text| text.split_once(' ')).ok_or_else(wrong)?;
        let sum = BASE64_STANDARD.decode(sum.trim()).map_err(|_| wrong())?;
        match algorithm {
            "sha1" => Ok(Some(Self::Sha1(sum))),
            "sha256" => Ok(Some(Self::Sha256(sum))),
            _ => Err(wrong()),
        }
    }

    /// Whether these are the bytes.
    pub fn fits(&self, bytes: &[u8]) -> bool {
        match self {
            Self::Sha1(sum) => Sha1::digest(bytes).as_slice() == sum.as_slice(),
            Self::Sha256(sum) => Sha256::digest(bytes).as_slice() == sum.as_slice(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(header: &str) -> Result<Option<Checksum>, ApiError> {
        let mut headers = HeaderMap::new();
        headers.insert(UPLOAD_CHECKSUM, header.parse().unwrap());
        Checksum::announced(&headers)
    }

    #[test]
    fn a_checksum_tells_right_bytes_from_wrong_ones() {
        assert_eq!(Checksum::announced(&HeaderMap::new()), Ok(None));
        let sha1 = read("sha1 Kq5sNclPz7QV2+lfQIuc6R7oRu0=").unwrap().unwrap();
        assert!(sha1.fits(b"hello world"));
        assert!(!sha1.fits(b"hello worlds"));
        for wrong in ["sha1", "md5 kAFQmDzST7DWlj99KOF/cg==", "sha1 not-base64!", "crc32 AAAA"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
