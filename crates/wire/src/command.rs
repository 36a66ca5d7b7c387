//! The commands that every host answers: the app's shell and the office server.
//!
//! A command is declared here once, with its request, its reply and the permission it needs. [`Commands`] has a
//! method for each, so a host that lacks one does not compile.

use domain::{GridUnit, LatLon};

use crate::message::*;

/// What somebody must be allowed to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Permission {
    /// Look at sites and figures.
    Read,
    /// Register and edit sites, record inspections.
    Record,
    /// Import and export whole ledgers.
    ManageLedger,
}

/// A command as a table row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CommandInfo {
    /// Its name on the wire.
    pub name: &'static str,
    /// What its caller must be allowed to do.
    pub permission: Permission,
}

macro_rules! commands {
    (
        $(#[$trait_doc:meta])* trait $trait:ident, list $list:ident, dispatch $dispatch:ident, typescript $typescript:ident;
        $($(#[$doc:meta])* $name:literal $method:ident($request:ty) -> $reply:ty, $permission:ident;)+
    ) => {
        $(#[$trait_doc])*
        pub trait $trait {
            /// Who asks.
            type Caller;

            /// Whether the caller may do this.
            fn permits(&self, caller: &Self::Caller, permission: $crate::command::Permission) -> bool;

            $($(#[$doc])* fn $method(&self, caller: &Self::Caller, request: $request) -> Result<$reply, $crate::ApiError>;)+
        }

        /// Every command of this list.
        pub const $list: &[$crate::command::CommandInfo] = &[$($crate::command::CommandInfo {
            name: $name,
            permission: $crate::command::Permission::$permission,
        },)+];

        /// Finds the command, checks the permission, reads the request and runs the body. `None` where this list has
        /// no command of that name.
        pub fn $dispatch<H: $trait>(
            host: &H,
            caller: &H::Caller,
            command: &str,
            request: serde_json::Value,
        ) -> Option<Result<serde_json::Value, $crate::ApiError>> {
            Some(match command {
                $($name => $crate::command::run(
                    host.permits(caller, $crate::command::Permission::$permission),
                    request,
                    |request| host.$method(caller, request),
                ),)+
                _ => return None,
            })
        }

        pub(crate) fn $typescript(config: &ts_rs::Config) -> Vec<(&'static str, String, String)> {
            vec![$(($name, <$request as ts_rs::TS>::name(config), <$reply as ts_rs::TS>::name(config)),)+]
        }

        pub(crate) fn export_types(config: &ts_rs::Config) -> Result<(), ts_rs::ExportError> {
            $(
                $crate::typescript::export::<$request>(config)?;
                $crate::typescript::export::<$reply>(config)?;
            )+
            Ok(())
        }
    };
}
pub(crate) use commands;

pub(crate) fn run<Q: serde::de::DeserializeOwned, R: serde::Serialize>(
    permitted: bool,
    request: serde_json::Value,
    body: impl FnOnce(Q) -> Result<R, crate::ApiError>,
) -> Result<serde_json::Value, crate::ApiError> {
    use crate::{ApiError, ErrorCode};
    if !permitted {
        return Err(ApiError::new(ErrorCode::Forbidden, "you may not do this"));
    }
    let request = serde_json::from_value(request)
        .map_err(|error| ApiError::new(ErrorCode::Invalid, format!("the request cannot be read: {error}")))?;
    let reply = body(request)?;
    serde_json::to_value(reply)
        .map_err(|error| ApiError::new(ErrorCode::Internal, format!("the reply cannot be written: {error}")))
}

commands! {
    /// The commands that every host answers.
    trait Commands, list COMMANDS, dispatch dispatch, typescript typescript;

    /// Who is asking, on which host, and what they hold.
    "session.get" session_get(Nothing) -> Session, Read;
    /// Sets the name that is put under what this person records from now on.
    "session.rename" session_rename(Rename) -> Session, Record;

    /// Every grid unit that this replica knows, in the order of codes.
    "grid.units" grid_units(Nothing) -> Vec<GridUnit>, Read;
    /// The village whose boundary contains a place.
    "grid.locate" grid_locate(Locate) -> Located, Read;
    /// How a position lies to a site: distance, village, and what speaks against it.
    "positions.compare" positions_compare(ComparePosition) -> ComparedPosition, Read;
    /// Coordinates in another datum.
    "positions.convert" positions_convert(ConvertPlace) -> LatLon, Read;

    /// The part of the map that holds all that is known.
    "map.extent" map_extent(Nothing) -> MapExtent, Read;
    /// Sites in a part of the map.
    "map.sites" map_sites(MapSites) -> MapSitePage, Read;
    /// Outlines of villages in a part of the map.
    "map.villages" map_villages(MapVillages) -> Vec<VillageOutline>, Read;
    /// Photos taken in a part of the map.
    "map.photos" map_photos(MapPhotos) -> Vec<MapPhoto>, Read;
    /// The tile archive that is kept here, if one was imported.
    "tiles.get" tiles_get(Nothing) -> Option<TileArchive>, Read;
    /// Keeps a PMTiles archive for the map, in place of the one before.
    "tiles.import" tiles_import(ImportTiles) -> TileArchive, ManageLedger;
    /// Removes the tile archive.
    "tiles.remove" tiles_remove(Nothing) -> Nothing, ManageLedger;

    /// One page of sites.
    "sites.list" sites_list(ListSites) -> SitePage, Read;
    /// How many sites a filter leaves.
    "sites.count" sites_count(SiteFilter) -> Count, Read;
    /// All that is known of one site.
    "sites.dossier" sites_dossier(OneSite) -> DossierView, Read;
    /// Puts a new site on record.
    "sites.register" sites_register(RegisterSite) -> OneSite, Record;
    /// Changes fields of a site.
    "sites.edit" sites_edit(EditSite) -> OneSite, Record;
    /// Settles a field that holds several values.
    "sites.choose_value" sites_choose_value(ChooseValue) -> OneSite, Record;

    /// Puts a visit on record, with its photos, problems and verdict, as one change.
    "inspections.record" inspections_record(RecordInspection) -> RecordedInspection, Record;

    /// Keeps a form as it is being filled in.
    "drafts.save" drafts_save(SaveDraft) -> Draft, Record;
    /// One form, with the photos that were attached to it.
    "drafts.get" drafts_get(OneDraft) -> Draft, Record;
    /// The forms that were begun and not finished, the latest first.
    "drafts.list" drafts_list(Nothing) -> Vec<Draft>, Record;
    /// Throws a form away.
    "drafts.discard" drafts_discard(OneDraft) -> Nothing, Record;

    /// Takes an uploaded photo in, and notes that a form holds it.
    "photos.attach" photos_attach(AttachPhoto) -> AttachedPhoto, Record;
    /// Takes a photo out of a form again.
    "photos.detach" photos_detach(DetachPhoto) -> Nothing, Record;
    /// Writes photos of a site, stamped or clean, to a file that the host then offers.
    "photos.export" photos_export(ExportPhotos) -> Download, Read;
    /// Checks a file or a short code against what is on record: is this ours, and whose.
    "photos.check" photos_check(CheckPhoto) -> PhotoCheck, Read;
    /// Photos that records mention and that are not where they should be.
    "photos.missing" photos_missing(Nothing) -> MissingPhotos, Read;

    /// The figures of a grid unit and of those directly beneath it.
    "ledger.totals" ledger_totals(LedgerOf) -> LedgerTotals, Read;
    /// One page of ledger rows.
    "ledger.rows" ledger_rows(ListSites) -> LedgerPage, Read;
    /// Writes the ledger of a grid unit to a file that the host then offers.
    "ledger.export" ledger_export(ExportLedger) -> Download, ManageLedger;
    /// Reads an uploaded file of division codes, boundaries or ledger rows.
    "files.import" files_import(ImportFile) -> ImportReport, ManageLedger;

    /// How far the long piece of work that runs now has come.
    "work.progress" work_progress(Nothing) -> Option<WorkProgress>, Read;
    /// Stops the long piece of work that runs now; what it did so far is undone.
    "work.cancel" work_cancel(Nothing) -> Nothing, Record;
}
