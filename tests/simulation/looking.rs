//! What people look at, and what they ask their device for beside their work.

use domain::{Datum, LatLon, Position, Provider};
use uuid::Uuid;
use wire::message::*;

use crate::device::NoReply;
use crate::season::Season;
use crate::seat::{Seat, Work};
use crate::template::{Template, VILLAGES};

type Done = Result<(), NoReply>;

fn everywhere() -> MapBounds {
    MapBounds { west: 117.0, south: 24.0, east: 119.0, north: 25.0 }
}

impl Work<'_> {
    /// Opens one of the screens.
    pub fn look_around(&self) -> Done {
        let grid: domain::GridCode = VILLAGES[self.season.below(VILLAGES.len())][..9].parse().unwrap();
        let place = LatLon::new(24.66, 118.08).unwrap();
        let filter = SiteFilter::default();
        let bounds = everywhere();
        match self.season.below(26) {
            0 => self.look::<Session>("session.get", Nothing {}).map(drop),
            1 => self.look::<Session>("session.rename", Rename { person: "别人".to_owned() }).map(drop),
            2 => self.look::<Vec<domain::GridUnit>>("grid.units", Nothing {}).map(drop),
            3 => self.look::<Located>("grid.locate", Locate { place }).map(drop),
            4 => {
                let Some(site) = self.a_site()? else { return Ok(()) };
                let position = Position::bare(place, Provider::Typed);
                self.look::<ComparedPosition>("positions.compare", ComparePosition { position, site })
                    .map(drop)
            }
            5 => {
                let request = ConvertPlace { place, from: Datum::Wgs84, to: Datum::Gcj02 };
                self.look::<LatLon>("positions.convert", request).map(drop)
            }
            6 => self.look::<MapExtent>("map.extent", Nothing {}).map(drop),
            7 => self.look::<MapSitePage>("map.sites", MapSites { filter, bounds, limit: 50 }).map(drop),
            8 => {
                self.look::<Vec<VillageOutline>>("map.villages", MapVillages { bounds, limit: 50 }).map(drop)
            }
            9 => self.look::<Vec<MapPhoto>>("map.photos", MapPhotos { bounds, limit: 50 }).map(drop),
            10 => self.look::<Count>("sites.count", filter).map(drop),
            11 => {
                let request = ListProblems { filter: ProblemFilter::default(), after: None, limit: 50 };
                self.look::<ProblemPage>("problems.list", request).map(drop)
            }
            12 => self.look::<Count>("problems.count", ProblemFilter::default()).map(drop),
            13 => {
                let request = ListTasks { filter: TaskFilter::default(), after: None, limit: 20 };
                let page: TaskPage = self.look("tasks.list", request)?;
                let Some(task) = self.season.one_of(&page.tasks) else { return Ok(()) };
                self.look::<TaskView>("tasks.get", OneTask { task: task.id }).map(drop)
            }
            14 => self.look::<Vec<TaskList>>("tasks.lists", TaskListsOf { grid: None }).map(drop),
            15 => {
                let request =
                    TodayOf { order: TodayOrder::Deadline, from: Some(place), grid: None, limit: 20 };
                self.look::<Today>("today.get", request).map(drop)
            }
            16 => self.look::<Rules>("rules.get", RulesOf { grid: "350211".parse().unwrap() }).map(drop),
            17 => self.look::<MissingPhotos>("photos.missing", Nothing {}).map(drop),
            18 => self.look::<LedgerTotals>("ledger.totals", LedgerOf { grid, period: None }).map(drop),
            19 => {
                let request = ListSites { filter, after: None, limit: 50 };
                self.look::<LedgerPage>("ledger.rows", request).map(drop)
            }
            20 => self.export(grid),
            21 => self.look::<Option<WorkProgress>>("work.progress", Nothing {}).map(drop),
            22 => self.look::<Nothing>("work.cancel", Nothing {}).map(drop),
            23 => self.look::<Option<TileArchive>>("tiles.get", Nothing {}).map(drop),
            24 => self.check_photo(),
            _ => self.look::<Vec<HeldWork>>("held.list", ListHeld { waiting: true }).map(drop),
        }
    }

    /// Takes a ledger or photos along.
    fn export(&self, grid: domain::GridCode) -> Done {
        let download: Download = if self.season.chance(0.5) {
            self.look("ledger.export", ExportLedger { grid, format: LedgerFormat::Csv })?
        } else {
            let Some(site) = self.a_site()? else { return Ok(()) };
            self.look("photos.export", ExportPhotos { site, photos: vec![], stamped: false })?
        };
        match &self.seat {
            Seat::Device(_) => {
                self.look::<SavedDownload>("downloads.save", SaveDownload { id: download.id }).map(drop)
            }
            Seat::Office(_) => Ok(()),
        }
    }

    fn check_photo(&self) -> Done {
        let photos = &Template::get().photos;
        let bytes = &photos[self.season.below(photos.len())];
        let Seat::Device(device) = &self.seat else { return Ok(()) };
        let upload = self.season.upload(*device, bytes)?;
        self.look::<PhotoCheck>("photos.check", CheckPhoto { upload: Some(upload), code: None }).map(drop)
    }

    /// Takes a photo with the camera app; this app may be closed before it comes back.
    pub fn open_camera(&self, device: usize, draft: Uuid) -> Done {
        let opening = self.uuid();
        self.ask::<Nothing>(
            "camera.expect",
            ExpectPhoto { id: opening, draft, problem: None, options: None },
        )?;
        let photos = &Template::get().photos;
        let bytes = &photos[self.season.below(photos.len())];
        let file_name = format!("JPEG_{}.jpg", opening.simple());
        std::fs::write(self.season.devices[device].pictures().join(&file_name), bytes).unwrap();
        if self.season.chance(0.3) {
            // The system closes the app.
            if !self.season.devices[device].syncing.get() {
                self.season.restart_device(device);
            }
            return Ok(());
        }
        let request = TakePhoto { file_name, bytes: bytes.len() as u64, draft, options: None };
        self.ask::<Option<AttachedPhoto>>("camera.take", request)?;
        self.ask::<Nothing>("camera.done", ExpectedPhoto { id: opening }).map(drop)
    }
}

impl Season {
    /// What a person asks their device for about photos and sync.
    pub fn housekeeping(&self, device: usize) -> Done {
        let work = Work { season: self, seat: Seat::Device(device) };
        match self.below(8) {
            0..=2 => {
                let freed: FreedSpace = work.ask("photos.free_space", FreeSpace { older_than_days: 0 })?;
                self.trace(|| format!("device {device} freed {} photos", freed.photos));
                Ok(())
            }
            3 => work.look::<PhotoStorage>("photos.storage", Nothing {}).map(drop),
            4..=5 => {
                let removed = self.devices[device].folder().photo_rows();
                let removed: Vec<_> = removed.into_iter().filter(|(_, (_, removed))| *removed).collect();
                let Some((hash, _)) = self.one_of(&removed) else { return Ok(()) };
                work.ask::<Nothing>("photos.fetch", OnePhoto { hash: hash.clone() }).map(drop)
            }
            6 => work.look::<SyncStatus>("sync.start", Nothing {}).map(drop),
            _ => work.look::<SyncStatus>("sync.stop", Nothing {}).map(drop),
        }
    }
}
