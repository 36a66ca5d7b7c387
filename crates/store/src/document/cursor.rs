//! Reading numbers and bytes from the front of a slice, without a copy and without trust.

/// What is wrong with the bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(super) struct Wrong(pub &'static str);

pub(super) fn wrong<T>(what: &'static str) -> Result<T, Wrong> {
    Err(Wrong(what))
}

/// What must hold of the bytes, and what is wrong with them where it does not.
pub(super) fn must(holds: bool, what: &'static str) -> Result<(), Wrong> {
    if holds { Ok(()) } else { wrong(what) }
}

/// What is left of the bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cursor<'a> {
    rest: &'a [u8],
}

impl<'a> Cursor<'a> {
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    pub const fn rest(&self) -> &'a [u8] {
        self.rest
    }

    pub const fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub fn take(&mut self, count: usize) -> Result<&'a [u8], Wrong> {
        let (taken, rest) = self.rest.split_at_checked(count).ok_or(Wrong("it ends too early"))?;
        self.rest = rest;
        Ok(taken)
    }

    /// As many bytes as a number in the bytes says.
    pub fn take_long(&mut self, count: u64) -> Result<&'a [u8], Wrong> {
        self.take(usize::try_from(count).unwrap_or(usize::MAX))
    }

    pub fn byte(&mut self) -> Result<u8, Wrong> {
        let (byte, rest) = self.rest.split_first().ok_or(Wrong("it ends too early"))?;
        self.rest = rest;
        Ok(*byte)
    }

    /// An unsigned LEB128 number of at most 64 bits in its shortest form.
    pub fn unsigned(&mut self) -> Result<u64, Wrong> {
        let mut number = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let part = u64::from(byte & 0x7f);
            if shift == 63 && part > 1 {
                return wrong("a number is too large");
            }
            number |= part << shift;
            if byte & 0x80 == 0 {
                return if byte == 0 && shift > 0 {
                    wrong("a number is longer than it need be")
                } else {
                    Ok(number)
                };
            }
        }
        wrong("a number is too large")
    }

    /// A signed LEB128 number of at most 64 bits in its shortest form.
    pub fn signed(&mut self) -> Result<i64, Wrong> {
        let (mut number, mut before) = (0_i64, 0_u8);
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            if shift == 63 && !matches!(byte, 0 | 0x7f) {
                return wrong("a number is too large");
            }
            number |= i64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                let longer = (byte == 0 && before & 0x40 == 0) || (byte == 0x7f && before & 0x40 != 0);
                if shift > 0 && longer {
                    return wrong("a number is longer than it need be");
                }
                if shift < 57 && byte & 0x40 != 0 {
                    number |= -1_i64 << (shift + 7);
                }
                return Ok(number);
            }
            before = byte;
        }
        wrong("a number is too large")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn unsigned(bytes: &[u8]) -> Result<u64, Wrong> {
        Cursor::new(bytes).unsigned()
    }

    fn signed(bytes: &[u8]) -> Result<i64, Wrong> {
        Cursor::new(bytes).signed()
    }

    #[test]
    fn numbers_are_read_in_their_shortest_form_only() {
        assert_eq!(unsigned(&[0]), Ok(0));
        assert_eq!(unsigned(&[0xff, 0x7f]), Ok(16_383));
        assert_eq!(unsigned(&[255, 255, 255, 255, 255, 255, 255, 255, 255, 1]), Ok(u64::MAX));
        for bad in
            [&[0x81, 0][..], &[0xff], &[], &[255, 255, 255, 255, 255, 255, 255, 255, 255, 2], &[0x81; 12]]
        {
            assert!(unsigned(bad).is_err(), "{bad:?}");
        }
        assert_eq!(signed(&[0x7f]), Ok(-1));
        assert_eq!(signed(&[0x80, 0x40]), Ok(-8_192));
        let least = [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x7f];
        assert_eq!(signed(&least), Ok(i64::MIN));
        for bad in
            [&[0xbf, 0][..], &[0x81, 0xff, 0x7f], &[0x90], &[255, 255, 255, 255, 255, 255, 255, 255, 255, 1]]
        {
            assert!(signed(bad).is_err(), "{bad:?}");
        }
    }

    proptest! {
        #[test]
        fn every_number_comes_back(number: i64) {
            let mut bytes = Vec::new();
            let mut rest = number;
            loop {
                let byte = (rest & 0x7f) as u8;
                rest >>= 7;
                let last = (rest == 0 && byte & 0x40 == 0) || (rest == -1 && byte & 0x40 != 0);
                bytes.push(if last { byte } else { byte | 0x80 });
                if last {
                    break;
                }
            }
            prop_assert_eq!(signed(&bytes), Ok(number));
        }
    }
}
