//! The change that each document begins from. It has a fixed actor, time and content, so that two devices that
//! create the same document apart create the same objects. Its bytes are part of the format and never change; a
//! later schema adds a second fixed change.

use std::sync::OnceLock;

use automerge::{AutoCommit, Change};
use wire::sync::DocumentKind;

const DOSSIER: &[u8] = include_bytes!("dossier-1.change");
const COUNTY: &[u8] = include_bytes!("county-1.change");

/// The document that holds the genesis change and nothing else.
pub fn genesis(kind: DocumentKind) -> &'static AutoCommit {
    static DOSSIER_DOCUMENT: OnceLock<AutoCommit> = OnceLock::new();
    static COUNTY_DOCUMENT: OnceLock<AutoCommit> = OnceLock::new();
    match kind {
        DocumentKind::Dossier => DOSSIER_DOCUMENT.get_or_init(|| from_constant(DOSSIER)),
        DocumentKind::County => COUNTY_DOCUMENT.get_or_init(|| from_constant(COUNTY)),
    }
}

#[expect(clippy::expect_used, reason = "the bytes are a constant of this program, and a test reads them")]
fn from_constant(bytes: &[u8]) -> AutoCommit {
    let change = Change::from_bytes(bytes.to_vec()).expect("the genesis change is readable");
    let mut doc = AutoCommit::new();
    doc.apply_changes([change]).expect("the genesis change applies to an empty document");
    doc
}

#[cfg(test)]
mod tests {
    use super::super::SCHEMA;
    use super::super::county::{BOUNDARIES, UNITS};
    use super::super::dossier_keys::{
        COMPLETIONS, DECISIONS, INSPECTIONS, PHOTOS, PROBLEMS, SCHEMA_KEY, SITE, STAGE_CHANGES,
    };
    use super::*;
    use automerge::transaction::{CommitOptions, Transactable};
    use automerge::{ActorId, ObjType, ROOT};

    /// Builds a genesis change from its description; the constants were written from this once.
    fn build(kind: DocumentKind) -> Result<Vec<u8>, automerge::AutomergeError> {
        let (actor, maps): (_, &[&str]) = match kind {
            DocumentKind::Dossier => (
                *b"village-dossier1",
                &[SITE, INSPECTIONS, DECISIONS, COMPLETIONS, PROBLEMS, STAGE_CHANGES, PHOTOS],
            ),
            DocumentKind::County => (*b"village-county-1", &[UNITS, BOUNDARIES]),
        };
        let mut doc = AutoCommit::new().with_actor(ActorId::from(&actor[..]));
        doc.put(ROOT, SCHEMA_KEY, SCHEMA)?;
        for map in maps {
            doc.put_object(ROOT, *map, ObjType::Map)?;
        }
        doc.commit_with(CommitOptions::default().with_time(0));
        Ok(doc.get_last_local_change().map(|change| change.raw_bytes().to_vec()).unwrap_or_default())
    }

    #[test]
    fn the_constants_are_what_the_description_says() {
        for (kind, constant) in [(DocumentKind::Dossier, DOSSIER), (DocumentKind::County, COUNTY)] {
            assert_eq!(build(kind).unwrap(), constant, "{kind:?}");
            assert_eq!(genesis(kind).clone().get_heads().len(), 1);
        }
    }
}
