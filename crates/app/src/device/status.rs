//! Where sync stands, as a screen shows it.

use std::collections::BTreeMap;

use domain::{GridCode, GridUnit, SiteId};
use store::{DifferenceRow, Reader, SetAsideRow, Space, StoreError};
use wire::message::{
    Difference, DifferingDocument, DiskSpace, LeavingUnit, RefusedChange, Revoked, SyncStatus, Verification,
};
use wire::sync::Connect;

use super::server::{Revocation, Server};
use super::{Core, DIFFERING, LAST_SUCCESS, VERIFIED};
use crate::App;
use crate::app::SCOPE;
use crate::error::Failure;
use crate::sync::{SENT_SINCE, clock_of, stays};

impl<C: Connect> Core<C> {
    /// Where sync stands now.
    pub(super) fn status(&self) -> Result<SyncStatus, Failure> {
        let (phase, done, total) = self.watch.step();
        let failure = self.failure.lock().ok().and_then(|failure| failure.clone());
        self.app.store.read(|reader| {
            let unsent_changes = reader.unsent_count()?;
            let unsent_photos = reader.unsent_photo_count()?;
            let verified: Option<Verification> =
                reader.setting(VERIFIED)?.and_then(|text| serde_json::from_str(&text).ok());
            let sent_since = reader.setting(SENT_SINCE)?.is_some();
            let last_success = reader.setting(LAST_SUCCESS)?;
            Ok(SyncStatus {
                server: Server::shown(reader)?,
                revoked: Revocation::read(reader)?.map(|Revocation { at, erase }| Revoked {
                    at,
                    erase,
                    unsent_changes,
                    unsent_photos,
                }),
                phase,
                done,
                total,
                bytes: self.watch.bytes(),
                unsent_changes,
                unsent_photos,
                missing_photos: reader.missing_photo_count()?,
                last_success_at: last_success.and_then(|text| text.parse().ok()),
                // Whatever changed here since waits to be sent or was sent since.
                verified: verified.filter(|_| unsent_changes == 0 && unsent_photos == 0 && !sent_since),
                differing: differing(reader)?,
                leaving: leaving(reader)?,
                space: space(&self.app),
                clock: clock_of(reader, self.app.now())?,
                refused: refused(reader)?,
                error_at: failure.as_ref().map(|(_, at)| *at),
                error: failure.map(|(error, _)| error),
            })
        })
    }
}

/// What is left of the disk, if the platform tells.
fn space(app: &App) -> Option<DiskSpace> {
    let Space { free, low, full, .. } = app.store().space().ok()?;
    Some(DiskSpace { free_bytes: free, low, full })
}

/// How many of the documents that differ are named.
const NAMED: usize = 50;

fn differing(reader: &Reader<'_>) -> Result<Vec<Difference>, StoreError> {
    let codes = reader.setting(DIFFERING)?.unwrap_or_default();
    let mut units = Vec::new();
    for code in codes.split(',').filter_map(|code| code.parse::<GridCode>().ok()) {
        let (rows, documents) = reader.differences(&code, NAMED)?;
        let mut first = Vec::new();
        for DifferenceRow { document, grid: _, lacking_there, lacking_here } in rows {
            let (site, name) = reader.document_name(document)?;
            let damaged = reader.is_poisoned(document)?;
            first.push(DifferingDocument { site, name, lacking_there, lacking_here, damaged });
        }
        units.push(Difference { unit: unit(reader, code)?, documents, first });
    }
    Ok(units)
}

fn unit(reader: &Reader<'_>, code: GridCode) -> Result<GridUnit, StoreError> {
    let name = reader.unit(&code)?.map(|unit| unit.name).unwrap_or_default();
    Ok(GridUnit { code, name })
}

/// What is here that is to be here no longer, by grid unit.
fn leaving(reader: &Reader<'_>) -> Result<Vec<LeavingUnit>, StoreError> {
    let scope = reader.setting(SCOPE)?.unwrap_or_default();
    let scope: Vec<GridCode> = scope.split(',').filter_map(|code| code.parse().ok()).collect();
    let mut units: BTreeMap<GridCode, (u64, u64)> = BTreeMap::new();
    for document in reader.leaving(|grid| stays(&scope, grid))? {
        let (documents, unsent) = units.entry(document.grid).or_default();
        *documents += 1;
        *unsent += document.unsent;
    }
    let units = units.into_iter().map(|(code, (documents, unsent_changes))| {
        Ok(LeavingUnit { unit: unit(reader, code)?, documents, unsent_changes })
    });
    units.collect()
}

fn refused(reader: &Reader<'_>) -> Result<Vec<RefusedChange>, StoreError> {
    let mut refused = Vec::new();
    for (document, reason) in reader.refused()? {
        let site = reader.site(SiteId(document))?;
        refused.push(RefusedChange {
            site: site.as_ref().map(|site| site.id),
            site_name: site.map(|site| site.row.name),
            reason,
            comment: String::new(),
        });
    }
    for SetAsideRow { document, name, comment } in reader.set_aside()? {
        refused.push(RefusedChange {
            site: reader.site(SiteId(document))?.map(|site| site.id),
            site_name: (!name.is_empty()).then_some(name),
            reason: "refused".to_owned(),
            comment,
        });
    }
    Ok(refused)
}
