//! The change that each document begins from. It has a fixed actor, time and content, so that two devices that
//! create the same document apart create the same objects. Its bytes are part of the format and never change; a
//! later schema adds a second fixed change.

use std::sync::OnceLock;

use automerge::{AutoCommit, AutomergeError, Change, ChangeHash};
use wire::sync::DocumentKind;

/// The fixed changes of each kind, one for each schema that added something.
const fn changes(kind: DocumentKind) -> &'static [&'static [u8]] {
    match kind {
        DocumentKind::Dossier => &[include_bytes!("dossier-1.change"), include_bytes!("dossier-2.change")],
        DocumentKind::County => &[include_bytes!("county-1.change"), include_bytes!("county-2.change")],
        DocumentKind::Task => &[include_bytes!("task-2.change")],
    }
}

struct Genesis {
    document: AutoCommit,
    changes: Vec<Change>,
}

fn known(kind: DocumentKind) -> &'static Genesis {
    static DOSSIER: OnceLock<Genesis> = OnceLock::new();
    static COUNTY: OnceLock<Genesis> = OnceLock::new();
    static TASK: OnceLock<Genesis> = OnceLock::new();
    let known = match kind {
        DocumentKind::Dossier => &DOSSIER,
        DocumentKind::County => &COUNTY,
        DocumentKind::Task => &TASK,
    };
    known.get_or_init(|| from_constants(changes(kind)))
}

/// The document that holds the fixed changes and nothing else.
pub fn genesis(kind: DocumentKind) -> &'static AutoCommit {
    &known(kind).document
}

/// Whether this is one of the fixed changes.
pub(super) fn is_fixed(kind: DocumentKind, hash: &ChangeHash) -> bool {
    known(kind).changes.iter().any(|change| change.hash() == *hash)
}

/// Adds those of the fixed changes that a document lacks because an older version saved it.
pub(super) fn complete(kind: DocumentKind, doc: &mut AutoCommit) -> Result<(), AutomergeError> {
    let missing: Vec<Change> = known(kind)
        .changes
        .iter()
        .filter(|change| doc.get_change_meta_by_hash(&change.hash()).is_none())
        .cloned()
        .collect();
    if missing.is_empty() { Ok(()) } else { doc.apply_changes(missing) }
}

#[expect(clippy::expect_used, reason = "the bytes are a constant of this program, and a test reads them")]
fn from_constants(constants: &[&[u8]]) -> Genesis {
    let changes: Vec<Change> = constants
        .iter()
        .map(|bytes| Change::from_bytes(bytes.to_vec()).expect("the fixed changes are readable"))
        .collect();
    let mut document = AutoCommit::new();
    document.apply_changes(changes.clone()).expect("the fixed changes apply to an empty document");
    Genesis { document, changes }
}

#[cfg(test)]
mod tests {
    use super::super::SCHEMA;
    use super::super::county::{BOUNDARIES, RULES, UNITS};
    use super::super::dossier_keys::{
        ALERT_ANSWERS, ALERTS, CASES, COMPLETIONS, DECISIONS, INSPECTIONS, PAPER_NUMBERS, PAPER_VOIDS,
        PAPERS, PHOTOS, PLAN_PROGRESS, PROBLEMS, SCHEMA_KEY, SITE, STAGE_CHANGES,
    };
    use super::super::task::{REPLIES, TASKS};
    use super::*;
    use automerge::transaction::{CommitOptions, Transactable};
    use automerge::{ActorId, ObjType, ROOT, ReadDoc};

    /// What each fixed change adds, by schema; the constants were written from this once.
    const fn description(kind: DocumentKind) -> &'static [(u64, &'static [u8; 16], &'static [&'static str])] {
        match kind {
            DocumentKind::Dossier => &[
                (
                    1,
                    b"village-dossier1",
                    &[SITE, INSPECTIONS, DECISIONS, COMPLETIONS, PROBLEMS, STAGE_CHANGES, PHOTOS],
                ),
                (
                    2,
                    b"village-dossier2",
                    &[PLAN_PROGRESS, PAPERS, PAPER_NUMBERS, PAPER_VOIDS, CASES, ALERTS, ALERT_ANSWERS],
                ),
            ],
            DocumentKind::County => {
                &[(1, b"village-county-1", &[UNITS, BOUNDARIES]), (2, b"village-county-2", &[RULES])]
            }
            DocumentKind::Task => &[(2, b"village-task---2", &[TASKS, REPLIES])],
        }
    }

    fn build(kind: DocumentKind) -> Result<Vec<Vec<u8>>, AutomergeError> {
        let mut doc = AutoCommit::new();
        let mut built = Vec::new();
        for (schema, actor, maps) in description(kind) {
            doc.set_actor(ActorId::from(&actor[..]));
            doc.put(ROOT, SCHEMA_KEY, *schema)?;
            for map in *maps {
                doc.put_object(ROOT, *map, ObjType::Map)?;
            }
            doc.commit_with(CommitOptions::default().with_time(0));
            built.extend(doc.get_last_local_change().map(|change| change.raw_bytes().to_vec()));
        }
        Ok(built)
    }

    const KINDS: [DocumentKind; 3] = [DocumentKind::Dossier, DocumentKind::County, DocumentKind::Task];

    #[test]
    fn the_constants_are_what_the_description_says() {
        for kind in KINDS {
            let built = build(kind).unwrap();
            assert_eq!(built, changes(kind), "{kind:?}");
            assert_eq!(genesis(kind).clone().get_heads().len(), 1);
        }
    }

    #[test]
    fn a_document_of_the_first_schema_is_completed_alike_everywhere() {
        for kind in [DocumentKind::Dossier, DocumentKind::County] {
            let first = Change::from_bytes(changes(kind)[0].to_vec()).unwrap();
            let mut old = AutoCommit::new();
            old.apply_changes([first]).unwrap();
            complete(kind, &mut old).unwrap();
            assert_eq!(old.get_heads(), genesis(kind).clone().get_heads());
            let schema = old.get(ROOT, SCHEMA_KEY).unwrap().unwrap().0.as_u64();
            assert_eq!(schema, Some(SCHEMA));
        }
    }
}
