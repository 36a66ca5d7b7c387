//! A document as one piece: written for another replica, read from it, and taken apart into its changes.

use automerge::{Change, ChangeHash, ReadDoc};
use domain::GridCode;
use wire::sync::DocumentKind;

use super::dossier_keys::{GRID, SITE};
use super::{Document, DocumentError, caught, genesis};

/// How a document begins that Automerge saved: its magic, a checksum, and that a whole document follows.
const MAGIC: &[u8] = &[0x85, 0x6f, 0x4a, 0x83];
const TYPE_AT: usize = 8;
const WHOLE: u8 = 0;

impl Document {
    /// The document with everything in it, not compressed: the message that it goes into is.
    pub(crate) fn save_plain(&mut self) -> Vec<u8> {
        self.doc.save_nocompress()
    }

    /// Reads a document that another replica saved. That it loads, and that all its hashes are right, is proven by this.
    ///
    /// # Errors
    /// When it is anything else than one whole document.
    pub(crate) fn read_whole(kind: DocumentKind, bytes: &[u8]) -> Result<Self, DocumentError> {
        let wrong = |what: &str| DocumentError::Damaged(what.to_owned());
        if !bytes.starts_with(MAGIC) || bytes.get(TYPE_AT) != Some(&WHOLE) {
            return Err(wrong("it is no whole document"));
        }
        caught(|| {
            let document = Self::load(kind, bytes)?;
            if document.doc.get_missing_deps(&[]).is_empty() {
                Ok(document)
            } else {
                Err(DocumentError::MissingDependencies)
            }
        })
    }

    /// Its changes in an order in which they can be applied, without those that every document of its kind begins with.
    pub(crate) fn changes(&mut self) -> Result<Vec<Change>, DocumentError> {
        let kind = self.kind;
        caught(|| {
            let mut changes = self.doc.get_changes(&[]);
            changes.retain(|change| !genesis::is_fixed(kind, &change.hash()));
            Ok(changes)
        })
    }

    /// One of its changes; `None` if it holds no such.
    pub(crate) fn change(&mut self, hash: &ChangeHash) -> Option<Change> {
        self.doc.get_change_by_hash(hash)
    }

    /// The hashes of the latest changes, sorted, without the fixed ones: those that somebody made.
    pub(crate) fn made_heads(kind: DocumentKind, heads: &[u8]) -> Vec<[u8; 32]> {
        let (heads, _) = heads.as_chunks::<32>();
        heads.iter().filter(|head| !genesis::is_fixed(kind, &ChangeHash(**head))).copied().collect()
    }

    /// The village that a dossier belonged to for somebody who knew these changes and those beneath them; `None` where it
    /// belonged to none yet, or they are not all here.
    pub(crate) fn village_at(&mut self, heads: &[ChangeHash]) -> Option<GridCode> {
        if self.kind != DocumentKind::Dossier || heads.iter().any(|head| !self.holds(head)) {
            return None;
        }
        let read = || {
            let site = self.map(SITE)?;
            let value = self.doc.get_at(&site, GRID, heads)?;
            Ok(value.and_then(|(value, _)| value.as_str().and_then(|code| code.parse().ok())))
        };
        caught(read).ok().flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_whole_document_of_its_kind_is_read() {
        let mut task = Document::begin(DocumentKind::Task);
        let bytes = task.save_plain();
        assert!(Document::read_whole(DocumentKind::Task, &bytes).is_ok());
        let change = genesis::genesis(DocumentKind::Task).clone().get_changes(&[]).remove(0);
        assert!(Document::read_whole(DocumentKind::Task, change.raw_bytes()).is_err(), "a change is none");
        for cut in 0..bytes.len() {
            assert!(Document::read_whole(DocumentKind::Task, &bytes[..cut]).is_err(), "cut at {cut}");
        }
        for place in 0..bytes.len() {
            let mut bent = bytes.clone();
            bent[place] ^= 0x40;
            assert!(Document::read_whole(DocumentKind::Task, &bent).is_err(), "bent at {place}");
        }
    }
}
