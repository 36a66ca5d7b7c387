//! The bodies of the commands, one file for each noun.

mod draft;
mod grid;
mod inspection;
mod ledger;
mod photo;
mod session;
mod site;
mod text;

pub(crate) use photo::refused as photo_refused;
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
    ledger_totals(LedgerOf) -> LedgerTotals = ledger::totals;
    ledger_rows(ListSites) -> LedgerPage = ledger::rows;
    ledger_export(ExportLedger) -> Download = ledger::export;
    files_import(ImportFile) -> ImportReport = ledger::import;
    work_progress(Nothing) -> Option<WorkProgress> = session::progress;
    work_cancel(Nothing) -> Nothing = session::cancel;
}
