//! The commands that every host answers: the app's shell and the office server.
//!
//! A command is declared here once, with its request, its reply and the permission it needs. [`Commands`] has a
//! method for each, so a host that lacks one does not compile.

use domain::{GridUnit, LatLon, Permission};

use crate::message::*;

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
            fn permits(&self, caller: &Self::Caller, permission: domain::Permission) -> bool;

            $($(#[$doc])* fn $method(&self, caller: &Self::Caller, request: $request) -> Result<$reply, $crate::ApiError>;)+
        }

        /// Every command of this list.
        pub const $list: &[$crate::command::CommandInfo] = &[$($crate::command::CommandInfo {
            name: $name,
            permission: domain::Permission::$permission,
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
                    host.permits(caller, domain::Permission::$permission),
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
    "session.rename" session_rename(Rename) -> Session, Read;

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
    /// Keeps a PMTiles archive for the map, in place of the one before. On their own device anybody may; at the office,
    /// where everybody sees it, who may import ledgers.
    "tiles.import" tiles_import(ImportTiles) -> TileArchive, Read;
    /// Removes the tile archive; the same holds.
    "tiles.remove" tiles_remove(Nothing) -> Nothing, Read;

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
    /// Moves a site to another village, with all that is on record of it.
    "sites.move" sites_move(MoveSite) -> OneSite, Supervise;
    /// Settles a field that holds several values.
    "sites.choose_value" sites_choose_value(ChooseValue) -> OneSite, Record;

    /// Puts a visit on record, with its photos, problems and verdict, as one change.
    "inspections.record" inspections_record(RecordInspection) -> RecordedInspection, Record;

    /// One page of problems.
    "problems.list" problems_list(ListProblems) -> ProblemPage, Read;
    /// How many problems a filter leaves.
    "problems.count" problems_count(ProblemFilter) -> Count, Read;
    /// Moves a problem to its next stage, or sends it back. What the step itself needs is checked in the body: an
    /// inspector may rectify and resubmit, the rest is for leads.
    "problems.step" problems_step(StepProblem) -> SteppedProblem, Record;
    /// Decides on a site at the office, and so settles what was decided apart.
    "sites.decide" sites_decide(DecideSite) -> OneSite, Supervise;
    /// States that the verdict on a site was carried out, or that it was not after all.
    "sites.complete" sites_complete(CompleteSite) -> OneSite, Supervise;
    /// Notes how far the plan of a site has come.
    "sites.report_progress" sites_report_progress(ReportProgress) -> OneSite, Record;

    /// Puts a paper of enforcement on record. A transfer notice is for leads.
    "papers.record" papers_record(RecordPaper) -> OnePaper, Record;
    /// A paper with all that is printed on it.
    "papers.get" papers_get(OnePaper) -> PaperView, Read;
    /// One page of the register of papers.
    "papers.list" papers_list(ListPapers) -> PaperPage, Read;
    /// Makes a paper void.
    "papers.void" papers_void(VoidPaper) -> OnePaper, Supervise;
    /// Puts on record that a case was filed against a site.
    "cases.record" cases_record(RecordCase) -> OneSite, Supervise;
    /// Answers a resettlement alert.
    "alerts.answer" alerts_answer(AnswerAlert) -> OneSite, Supervise;

    /// One page of petitions, assigned tasks and campaigns.
    "tasks.list" tasks_list(ListTasks) -> TaskPage, Read;
    /// All about one task.
    "tasks.get" tasks_get(OneTask) -> TaskView, Read;
    /// What came of each list.
    "tasks.lists" tasks_lists(TaskListsOf) -> Vec<TaskList>, Read;
    /// Hands out a petition or an assigned task.
    "tasks.enter" tasks_enter(EnterTask) -> OneTask, Assign;
    /// Hands out a campaign.
    "tasks.campaign" tasks_campaign(CreateCampaign) -> OneTask, Assign;
    /// Notes an answer, a follow-up or the end of a task.
    "tasks.reply" tasks_reply(ReplyTask) -> OneTask, Assign;

    /// What waits for whoever asks: where to go next, and for a lead what to decide.
    "today.get" today_get(TodayOf) -> Today, Read;

    /// Work of devices that is held because its author lacked the right for it. Only the office has any.
    "held.list" held_list(ListHeld) -> Vec<HeldWork>, Supervise;
    /// Lets held work in, or refuses it.
    "held.judge" held_judge(JudgeHeld) -> HeldWork, Supervise;

    /// The rules of a county.
    "rules.get" rules_get(RulesOf) -> Rules, Read;
    /// Sets the rules of a county.
    "rules.set" rules_set(Rules) -> Rules, Administer;

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
    "ledger.export" ledger_export(ExportLedger) -> Download, Export;
    /// Reads an uploaded file of division codes, boundaries or ledger rows.
    "files.import" files_import(ImportFile) -> ImportReport, ManageLedger;

    /// How far the long piece of work that runs now has come.
    "work.progress" work_progress(Nothing) -> Option<WorkProgress>, Read;
    /// Stops the long piece of work that runs now; what it did so far is undone.
    "work.cancel" work_cancel(Nothing) -> Nothing, Read;
}
