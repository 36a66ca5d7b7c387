//! A change taken apart into its fields and columns, and put together again with the checksum that belongs to it.

use sha2::{Digest as _, Sha256};

/// The fields of a change, whatever they say.
#[derive(Debug, Clone, Default)]
pub struct Parts {
    pub kind: u8,
    pub dependencies: Vec<[u8; 32]>,
    pub actor: Vec<u8>,
    pub seq: u64,
    pub start: u64,
    pub time: Vec<u8>,
    pub message: Vec<u8>,
    pub others: Vec<Vec<u8>>,
    pub columns: Vec<(u64, Vec<u8>)>,
    pub trailing: Vec<u8>,
}

impl Parts {
    /// Takes a sound change apart.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        let mut rest = bytes.get(8..)?;
        let kind = take(&mut rest, 1)?[0];
        number(&mut rest)?;
        let i = &mut rest;
        let mut parts = Self { kind, ..Self::default() };
        for _ in 0..number(i)? {
            parts.dependencies.push(take(i, 32)?.try_into().ok()?);
        }
        parts.actor = prefixed(i)?;
        parts.seq = number(i)?;
        parts.start = number(i)?;
        let length = i.iter().position(|byte| byte & 0x80 == 0)? + 1;
        parts.time = take(i, length)?.to_vec();
        parts.message = prefixed(i)?;
        for _ in 0..number(i)? {
            parts.others.push(prefixed(i)?);
        }
        let mut lengths = Vec::new();
        for _ in 0..number(i)? {
            lengths.push((number(i)?, number(i)?));
        }
        for (column, length) in lengths {
            parts.columns.push((column, take(i, usize::try_from(length).ok()?)?.to_vec()));
        }
        parts.trailing = i.to_vec();
        Some(parts)
    }

    /// The change.
    pub fn bytes(&self) -> Vec<u8> {
        let mut body = leb(self.dependencies.len() as u64);
        body.extend(self.dependencies.iter().flatten());
        put(&mut body, &self.actor);
        body.extend(leb(self.seq));
        body.extend(leb(self.start));
        body.extend(&self.time);
        put(&mut body, &self.message);
        body.extend(leb(self.others.len() as u64));
        self.others.iter().for_each(|actor| put(&mut body, actor));
        body.extend(leb(self.columns.len() as u64));
        for (column, data) in &self.columns {
            body.extend(leb(*column));
            body.extend(leb(data.len() as u64));
        }
        body.extend(self.columns.iter().flat_map(|(_, data)| data));
        body.extend(&self.trailing);
        chunk(self.kind, &body)
    }
}

/// A chunk of this kind with the checksum that belongs to it.
pub fn chunk(kind: u8, body: &[u8]) -> Vec<u8> {
    let mut hashed = vec![kind];
    hashed.extend(leb(body.len() as u64));
    hashed.extend(body);
    let mut bytes = vec![0x85, 0x6f, 0x4a, 0x83];
    bytes.extend(&Sha256::digest(&hashed)[..4]);
    bytes.extend(hashed);
    bytes
}

/// A number of 7 bits a byte.
pub fn leb(mut number: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
    bytes
}

/// The same with a sign.
pub fn signed_leb(mut number: i64) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let byte = (number & 0x7f) as u8;
        number >>= 7;
        let last = (number == 0 && byte & 0x40 == 0) || (number == -1 && byte & 0x40 != 0);
        bytes.push(if last { byte } else { byte | 0x80 });
        if last {
            return bytes;
        }
    }
}

fn put(body: &mut Vec<u8>, bytes: &[u8]) {
    body.extend(leb(bytes.len() as u64));
    body.extend(bytes);
}

fn take<'a>(rest: &mut &'a [u8], count: usize) -> Option<&'a [u8]> {
    let (taken, left) = rest.split_at_checked(count)?;
    *rest = left;
    Some(taken)
}

fn number(rest: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let byte = take(rest, 1)?[0];
        number |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

fn prefixed(rest: &mut &[u8]) -> Option<Vec<u8>> {
    let length = usize::try_from(number(rest)?).ok()?;
    take(rest, length).map(<[u8]>::to_vec)
}
