//! The bodies of the commands, one file for each noun.

mod draft;
mod grid;
mod inspection;
mod ledger;
mod map;
mod photo;
mod photo_check;
mod photo_export;
mod photos_missing;
mod place;
mod session;
mod site;
mod text;
mod tiles;

pub(crate) use grid::path;
pub(crate) use site::registration;

use wire::message::*;
use wire::{ApiError, Commands, Permission};

use crate::{App, Caller};

/// Implements the list of commands by functions of the same names.
macro_rules! bodies {
    ($($method:ident($request:ty) -> $reply:ty = $body:path;)+) => {
        impl Commands for App {
            type Caller = Caller;

            fn permits(&self, caller: &Caller, permission: Permission) -> bool {
                caller.may(permission)
            }

            $(fn $method(&self, _caller: &Caller, request: $request) -> Result<$reply, ApiError> {
                $body(self, request).map_err(Into::into)
            })+
        }
    };
}

bodies! {
    session_get(Nothing) -> Session = session::get;
    session_rename(Rename) -> Session = session::rename;
    grid_units(Nothing) -> Vec<domain::GridUnit> = grid::units;
    grid_locate(Locate) -> Located = grid::locate;
    positions_compare(ComparePosition) -> ComparedPosition = place::compare;
    positions_convert(ConvertPlace) -> domain::LatLon = place::convert;
    map_extent(Nothing) -> MapExtent = map::extent;
    map_sites(MapSites) -> MapSitePage = map::sites;
    map_villages(MapVillages) -> Vec<VillageOutline> = map::villages;
    map_photos(MapPhotos) -> Vec<MapPhoto> = map::photos;
    tiles_get(Nothing) -> Option<TileArchive> = tiles::get;
    tiles_import(ImportTiles) -> TileArchive = tiles::import;
    tiles_remove(Nothing) -> Nothing = tiles::remove;
    sites_list(ListSites) -> SitePage = site::list;
    sites_count(SiteFilter) -> Count = site::count;
    sites_dossier(OneSite) -> DossierView = site::dossier;
    sites_register(RegisterSite) -> OneSite = site::register;
    sites_edit(EditSite) -> OneSite = site::edit;
    sites_choose_value(ChooseValue) -> OneSite = site::choose_value;
    inspections_record(RecordInspection) -> RecordedInspection = inspection::record;
    drafts_save(SaveDraft) -> Draft = draft::save;
    drafts_get(OneDraft) -> Draft = draft::get;
    drafts_list(Nothing) -> Vec<Draft> = draft::list;
    drafts_discard(OneDraft) -> Nothing = draft::discard;
    photos_attach(AttachPhoto) -> AttachedPhoto = photo::attach;
    photos_detach(DetachPhoto) -> Nothing = photo::detach;
    photos_export(ExportPhotos) -> Download = photo_export::export;
    photos_check(CheckPhoto) -> PhotoCheck = photo_check::check;
    photos_missing(Nothing) -> MissingPhotos = photos_missing::list;
    ledger_totals(LedgerOf) -> LedgerTotals = ledger::totals;
    ledger_rows(ListSites) -> LedgerPage = ledger::rows;
    ledger_export(ExportLedger) -> Download = ledger::export;
    files_import(ImportFile) -> ImportReport = ledger::import;
    work_progress(Nothing) -> Option<WorkProgress> = session::progress;
    work_cancel(Nothing) -> Nothing = session::cancel;
}
