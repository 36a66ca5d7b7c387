//! The bodies of the commands, one file for each noun.

mod alert;
mod case;
mod decision;
mod dossier;
mod draft;
mod grid;
mod held;
mod inspection;
mod ledger;
mod map;
mod new_photos;
mod paper;
mod photo;
mod photo_check;
mod photo_export;
mod photos_missing;
mod place;
mod problem;
mod problem_step;
mod rule;
mod session;
mod site;
mod site_move;
mod task;
mod task_entry;
mod text;
mod tiles;
mod today;

pub(crate) use grid::path;
pub(crate) use site::registration;

use domain::Permission;
use wire::message::*;
use wire::{ApiError, Commands};

use crate::app::Ask;
use crate::{App, Caller};

/// Implements the list of commands by functions of the same names.
macro_rules! bodies {
    ($($method:ident($request:ty) -> $reply:ty = $body:path;)+) => {
        impl Commands for App {
            type Caller = Caller;

            fn permits(&self, caller: &Caller, permission: Permission) -> bool {
                caller.may(permission)
            }

            $(fn $method(&self, caller: &Caller, request: $request) -> Result<$reply, ApiError> {
                $body(Ask::new(self, caller), request).map_err(Into::into)
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
    sites_dossier(OneSite) -> DossierView = dossier::get;
    sites_register(RegisterSite) -> OneSite = site::register;
    sites_edit(EditSite) -> OneSite = site::edit;
    sites_move(MoveSite) -> OneSite = site_move::move_to;
    sites_choose_value(ChooseValue) -> OneSite = site::choose_value;
    inspections_record(RecordInspection) -> RecordedInspection = inspection::record;
    problems_list(ListProblems) -> ProblemPage = problem::list;
    problems_count(ProblemFilter) -> Count = problem::count;
    problems_step(StepProblem) -> SteppedProblem = problem_step::step;
    sites_decide(DecideSite) -> OneSite = decision::decide;
    sites_complete(CompleteSite) -> OneSite = decision::complete;
    sites_report_progress(ReportProgress) -> OneSite = decision::report_progress;
    papers_record(RecordPaper) -> OnePaper = paper::record;
    papers_get(OnePaper) -> PaperView = paper::get;
    papers_list(ListPapers) -> PaperPage = paper::list;
    papers_void(VoidPaper) -> OnePaper = paper::void;
    cases_record(RecordCase) -> OneSite = case::record;
    alerts_answer(AnswerAlert) -> OneSite = alert::answer;
    tasks_list(ListTasks) -> TaskPage = task::list;
    tasks_get(OneTask) -> TaskView = task::get;
    tasks_lists(TaskListsOf) -> Vec<TaskList> = task::lists;
    tasks_enter(EnterTask) -> OneTask = task_entry::enter;
    tasks_campaign(CreateCampaign) -> OneTask = task_entry::campaign;
    tasks_reply(ReplyTask) -> OneTask = task_entry::reply;
    today_get(TodayOf) -> Today = today::get;
    held_list(ListHeld) -> Vec<HeldWork> = held::list;
    held_judge(JudgeHeld) -> HeldWork = held::judge;
    rules_get(RulesOf) -> Rules = rule::get;
    rules_set(Rules) -> Rules = rule::set;
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
