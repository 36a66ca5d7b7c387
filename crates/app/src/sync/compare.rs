//! Comparing a grid unit document by document, and mending what differs: only that travels.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use domain::GridCode;
use serde_bytes::ByteBuf;
use store::{DifferenceRow, LeavingDocument, Store, StoreError};
use uuid::Uuid;
use wire::sync::{
    DocumentHeads, DocumentKind, MAX_CHANGES_NAMED, MAX_DOCUMENTS_NAMED, Snapshot, SyncProtocol,
};
use wire::{ApiError, ErrorCode};

use super::report::note_sent_since;
use crate::error::{from_protocol, to_api_error};

/// How many documents one question asks for: what does not fit into an answer was named in vain.
const ASKED: usize = if MAX_DOCUMENTS_NAMED < 200 { MAX_DOCUMENTS_NAMED } else { 200 };

/// A document that both sides hold differently.
#[derive(Debug)]
struct Different {
    document: Uuid,
    kind: DocumentKind,
    /// Its heads here; `None` if it is not here.
    here: Option<Vec<u8>>,
    /// Its heads there; `None` if it is not there.
    there: Option<Vec<u8>>,
}

/// Mends what differs in a grid unit, as far as that can be: what is missing here is fetched, what is missing there offered
/// with the next exchange. `own` is whether the unit lies in the scope; of others what the office has is right.
pub(super) async fn mend(
    store: &Arc<Store>,
    protocol: &impl SyncProtocol,
    grid: &GridCode,
    own: bool,
    now: DateTime<Utc>,
) -> Result<(), ApiError> {
    let different = differing(store, protocol, grid).await?;
    let only_here: Vec<&Different> = different.iter().filter(|one| one.there.is_none()).collect();
    if own {
        let proofs: Vec<Vec<[u8; 32]>> = only_here.iter().map(|one| proof(grid, one)).collect();
        let held = all_held(protocol, &proofs).await?;
        let write = |writer: &store::Writer<'_>| {
            let mut offered = 0;
            for (one, held) in only_here.iter().zip(&held) {
                if *held {
                    // The office has all of it, as part of another grid unit.
                    writer.note_departed(one.document, grid)?;
                } else {
                    match writer.offer_all(one.document) {
                        // It shall not keep the others from being offered.
                        Err(StoreError::Document(error)) => {
                            tracing::error!(document = %one.document, %error, "a document cannot be offered");
                        }
                        changes => offered += changes?,
                    }
                }
            }
            if offered > 0 {
                // What else did it lose? Photos are proven anew.
                writer.doubt_photos()?;
            }
            Ok(())
        };
        store.write::<_, StoreError>(write).map_err(to_api_error)?;
    } else {
        let forget = |writer: &store::Writer<'_>| {
            only_here.iter().try_for_each(|one| writer.forget_shared_document(one.document).map(drop))
        };
        store.write::<_, StoreError>(forget).map_err(to_api_error)?;
    }
    let wanted: Vec<Uuid> =
        different.iter().filter(|one| one.there.is_some()).map(|one| one.document).collect();
    fetch(store, protocol, &wanted, own, now).await
}

/// Notes which documents of a grid unit differ, and which side lacks something of each.
pub(super) async fn note(
    store: &Arc<Store>,
    protocol: &impl SyncProtocol,
    grid: &GridCode,
) -> Result<(), ApiError> {
    let different = differing(store, protocol, grid).await?;
    let proofs: Vec<Vec<[u8; 32]>> = different.iter().map(|one| proof(grid, one)).collect();
    let held = all_held(protocol, &proofs).await?;
    let write = |writer: &store::Writer<'_>| {
        let mut rows = Vec::new();
        for (one, held) in different.iter().zip(held) {
            let lacking_here = match (&one.here, &one.there) {
                (None, _) => true,
                (Some(_), None) => false,
                (Some(_), Some(there)) => match writer.holds_all(one.document, there) {
                    // It cannot be read here, and shall not hide the others.
                    Err(StoreError::Document(_)) => true,
                    held => !held?,
                },
            };
            let lacking_there = one.here.is_some() && !held;
            let (document, grid) = (one.document, grid.clone());
            rows.push(DifferenceRow { document, grid, lacking_there, lacking_here });
        }
        writer.set_differences(grid, &rows)
    };
    store.write::<_, StoreError>(write).map_err(to_api_error)
}

/// The documents of a grid unit that are not the same on both sides, or cannot be read here.
async fn differing(
    store: &Arc<Store>,
    protocol: &impl SyncProtocol,
    grid: &GridCode,
) -> Result<Vec<Different>, ApiError> {
    let (here, unreadable) = store
        .read::<_, StoreError>(|reader| {
            Ok((reader.heads_after(grid, None, usize::MAX)?, reader.unreadable_documents()?))
        })
        .map_err(to_api_error)?;
    let one = |heads: DocumentHeads, here: bool| {
        let DocumentHeads { document, kind, heads } = heads;
        let heads = Some(heads.into_vec());
        match here {
            true => Different { document, kind, here: heads, there: None },
            false => Different { document, kind, here: None, there: heads },
        }
    };
    let mut found: BTreeMap<Uuid, Different> =
        here.documents.into_iter().map(|heads| (heads.document, one(heads, true))).collect();
    let mut after = None;
    loop {
        let page = protocol.heads(grid, after).await.map_err(from_protocol)?;
        let last = page.documents.last().map(|heads| heads.document);
        if page.more && last <= after {
            return Err(ApiError::new(ErrorCode::Malformed, "the server repeats a page of heads"));
        }
        after = last;
        for heads in page.documents {
            match found.get_mut(&heads.document) {
                Some(both) => both.there = Some(heads.heads.into_vec()),
                None => drop(found.insert(heads.document, one(heads, false))),
            }
        }
        if !page.more {
            break;
        }
    }
    let is_unreadable = |one: &Different| unreadable.iter().any(|(document, _)| *document == one.document);
    Ok(found.into_values().filter(|one| one.here != one.there || is_unreadable(one)).collect())
}

/// The changes that stand for all that is here of a document.
fn proof(grid: &GridCode, one: &Different) -> Vec<[u8; 32]> {
    let Different { document, kind, here, there: _ } = one;
    let heads = here.clone().unwrap_or_default();
    LeavingDocument { document: *document, kind: *kind, grid: grid.clone(), heads, unsent: 0 }.proof()
}

/// Says of each list of changes whether the office has all of them.
pub(super) async fn all_held(
    protocol: &impl SyncProtocol,
    proofs: &[Vec<[u8; 32]>],
) -> Result<Vec<bool>, ApiError> {
    let named: Vec<ByteBuf> = proofs.iter().flatten().map(|hash| ByteBuf::from(hash.to_vec())).collect();
    let mut answers = Vec::with_capacity(named.len());
    for batch in named.chunks(MAX_CHANGES_NAMED) {
        let answer = protocol.changes_held(batch.to_vec()).await.map_err(from_protocol)?;
        if answer.len() != batch.len() {
            let message = "the server did not answer for every change";
            return Err(ApiError::new(ErrorCode::Malformed, message));
        }
        answers.extend(answer);
    }
    let mut answers = answers.into_iter();
    Ok(proofs
        .iter()
        .map(|proof| {
            let held: Vec<bool> = answers.by_ref().take(proof.len()).collect();
            held.len() == proof.len() && held.into_iter().all(|one| one)
        })
        .collect())
}

/// Fetches whole documents, takes from them what is missing here, and offers what they lack.
async fn fetch(
    store: &Arc<Store>,
    protocol: &impl SyncProtocol,
    wanted: &[Uuid],
    own: bool,
    now: DateTime<Utc>,
) -> Result<(), ApiError> {
    let mut rest = wanted;
    while !rest.is_empty() {
        let (asked, _) = rest.split_at(rest.len().min(ASKED));
        let reply = protocol.documents_fetch(asked.to_vec()).await.map_err(from_protocol)?;
        let answered = usize::try_from(reply.answered).unwrap_or_default().min(asked.len());
        if answered == 0 {
            return Err(ApiError::new(ErrorCode::Malformed, "the server answered for no document"));
        }
        let (asked, later) = rest.split_at(answered);
        let wanted = reply.snapshots.iter().filter(|snapshot| asked.contains(&snapshot.document));
        let take = |writer: &store::Writer<'_>| {
            let mut lacking = 0;
            for snapshot in wanted {
                lacking += mend_one(writer, snapshot, own, now)?;
                note_sent_since(writer)?;
            }
            if lacking > 0 { writer.doubt_photos() } else { Ok(()) }
        };
        store.write::<_, StoreError>(take).map_err(to_api_error)?;
        rest = later;
    }
    Ok(())
}

/// Gives how many changes the office lacks.
fn mend_one(
    writer: &store::Writer<'_>,
    snapshot: &Snapshot,
    own: bool,
    now: DateTime<Utc>,
) -> Result<u64, StoreError> {
    let whole = writer.ingest_snapshot(snapshot, now)?;
    if own {
        return if whole { writer.offer_beyond(snapshot) } else { Ok(0) };
    }
    if writer.has_beyond(snapshot)? && writer.forget_shared_document(snapshot.document)? {
        writer.ingest_snapshot(snapshot, now)?;
    }
    Ok(0)
}
