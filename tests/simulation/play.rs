//! The course of a season: who does what next, and what befalls them.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use app::Caller;
use domain::{Role, Scope};
use wire::message::*;

use crate::device::NoReply;
use crate::fault::{self, Side};
use crate::office_host::admin;
use crate::season::{self, DEVICES, INSPECTORS, Season};
use crate::seat::{Seat, Work};
use crate::tally::Tally;
use crate::template::{TOWNS, VILLAGES};

/// What befalls people and replicas, as it is counted.
pub const FAULTS: &[&str] = &[
    "server restarted",
    "app restarted",
    "clock set back",
    "clock set forward",
    "device revoked, to be erased",
    "device revoked",
    "person renamed",
    "role changed",
    "scope changed",
    "request answered by the process before",
    "server process followed by another",
    "backup of the office made",
    "office restored",
    "office folder copied back",
    "backup of a device made",
    "device restored",
];

/// Plays the season of a seed to its end. An error says what was not as it should be.
pub fn season(seed: u64) -> Result<Tally, String> {
    let season = Rc::new(Season::new(seed));
    season::play(Some(Rc::clone(&season)));
    let played = catch_unwind(AssertUnwindSafe(|| {
        (0..DEVICES).for_each(|device| season.note_local(device));
        season.note_office();
        for step in 1..=season.steps(seed) {
            season.step.set(step);
            season.something_happens();
        }
        season.end_quietly();
    }));
    fault::no_more_crashes();
    season::play(None);
    let mut tally = season.tally.take();
    tally.crashes = fault::take_crashes();
    match played {
        Ok(()) => Ok(tally),
        Err(failure) => {
            let text = failure.downcast_ref::<String>().cloned();
            let text = text.or_else(|| failure.downcast_ref::<&str>().map(|text| (*text).to_owned()));
            Err(format!("step {}: {}", season.step.get(), text.unwrap_or_default()))
        }
    }
}

impl Season {
    /// How long it is: one in twenty is long, so that much can pile up; the short ones meet more beginnings and ends.
    fn steps(&self, seed: u64) -> u32 {
        let (least, more) = if seed.is_multiple_of(20) { (60, 31) } else { (12, 15) };
        least + self.below(more) as u32
    }

    /// Connects a device with the office, and lets it sync once or not.
    pub fn connect(&self, device: usize, syncs: bool) {
        let request = ConnectServer {
            address: "https://office".to_owned(),
            certificate: None,
            token: device.to_string(),
            person: String::new(),
        };
        self.call_device::<SyncStatus>(device, "sync.connect", &request).unwrap();
        if syncs {
            self.sync(device).unwrap();
        }
    }

    fn something_happens(&self) {
        self.pass(60_000 * (1 + self.below(90) as i64));
        if self.chance(0.05) {
            self.pass(86_400_000 * (1 + self.below(12) as i64));
        }
        let device = self.below(DEVICES);
        if self.chance(0.07) {
            fault::plan(Side::Device, self.crash_after());
        }
        if self.chance(0.05) {
            fault::plan(Side::Office, self.crash_after());
        }
        match self.below(1000) {
            0..=479 => {
                self.trace(|| format!("device {device} works"));
                for _ in 0..=self.below(2) {
                    self.work_on(device);
                }
            }
            480..=549 => self.work_at_office(),
            550..=819 => drop(self.sync(device)),
            820..=849 => drop(self.housekeeping(device)),
            850..=864 => drop(self.look_at_status(device)),
            865..=884 => self.clock_jumps(device),
            885..=904 => self.devices[device].partitioned.set(!self.devices[device].partitioned.get()),
            905..=919 => self.back_up_device(device),
            920..=934 => drop(self.restore_device(device)),
            935..=944 => self.back_up_office(),
            945..=951 => drop(self.restore_office(self.chance(0.6))),
            952..=959 => self.revoke(device),
            960..=969 => self.change_member(device),
            970..=979 => self.hand_over_office(),
            980..=984 => {
                self.fault("server restarted");
                self.reopen_office();
            }
            985..=989 => {
                self.fault("app restarted");
                self.restart_device(device);
            }
            _ => drop(self.deliver_late()),
        }
    }

    /// Small numbers hit commands, large ones the middle of a sync.
    fn crash_after(&self) -> u32 {
        match self.below(3) {
            0 => self.below(3) as u32,
            1 => self.below(12) as u32,
            _ => self.below(60) as u32,
        }
    }

    fn clock_jumps(&self, device: usize) {
        let hours = [-400, -30, -2, 1, 3, 26, 300][self.below(7)];
        self.fault(if hours < 0 { "clock set back" } else { "clock set forward" });
        self.trace(|| format!("the clock of device {device} jumps by {hours} h"));
        if self.chance(0.15) {
            self.office.clock.jump(hours.clamp(-3, 26) * 3_600_000);
        } else {
            self.devices[device].clock.jump(hours * 3_600_000);
        }
    }

    fn revoke(&self, device: usize) {
        // Both leads stay: somebody must decide.
        if device >= INSPECTORS
            || self.members.borrow().iter().filter(|member| member.revoked.is_some()).count() > 2
        {
            return;
        }
        let erase = self.chance(0.5);
        self.fault(if erase { "device revoked, to be erased" } else { "device revoked" });
        self.trace(|| format!("device {device} is revoked (to be erased: {erase})"));
        self.members.borrow_mut()[device].revoked = Some(erase);
    }

    /// Another name, another role, other villages.
    fn change_member(&self, device: usize) {
        let pick = self.below(3);
        let village = VILLAGES[self.below(VILLAGES.len())];
        let mut members = self.members.borrow_mut();
        let member = &mut members[device];
        match pick {
            0 => {
                let new = format!("{}改", member.name);
                let old = std::mem::replace(&mut member.name, new);
                member.former.push(old);
                self.fault("person renamed");
            }
            1 => {
                member.role = if member.role == Role::Lead { Role::Inspector } else { Role::Lead };
                self.fault("role changed");
            }
            _ if device < INSPECTORS => {
                member.scope = vec![village];
                self.fault("scope changed");
            }
            _ => {}
        }
        self.trace(|| format!("device {device} belongs to {member:?}"));
    }

    fn work_at_office(&self) {
        let caller = if self.chance(0.3) {
            admin()
        } else {
            let scope = Scope::new(vec![TOWNS[self.below(TOWNS.len())].parse().unwrap()]);
            Caller { person: "值班员".to_owned(), role: Role::Lead, scope: Some(scope) }
        };
        self.trace(|| format!("{} works at the office", caller.person));
        let work = Work { season: self, seat: Seat::Office(caller) };
        let _ = match self.below(10) {
            0..=3 => work.judge_one(),
            4 => work.set_rules(),
            5 => work.import_ledger(),
            _ => work.something(),
        };
    }
}

impl Work<'_> {
    /// Decides about one piece of held work.
    pub fn judge_one(&self) -> Result<(), NoReply> {
        let waiting: Vec<HeldWork> = self.look("held.list", ListHeld { waiting: true })?;
        let Some(work) = self.season.one_of(&waiting) else { return Ok(()) };
        let (accept, comment) = (self.season.chance(0.7), "不归你管".to_owned());
        self.ask::<HeldWork>("held.judge", JudgeHeld { id: work.id, accept, comment }).map(drop)
    }

    fn set_rules(&self) -> Result<(), NoReply> {
        let recheck_days = vec![30, 60 + self.season.below(60) as u16, 180];
        let grid = "350211".parse().unwrap();
        self.ask::<Rules>("rules.set", Rules { grid, recheck_days }).map(drop)
    }

    fn import_ledger(&self) -> Result<(), NoReply> {
        let village = VILLAGES[self.season.below(VILLAGES.len())];
        let number = self.season.below(40);
        let text = format!(
            "村居代码,企业名称,负责人,联系电话,是否散乱污,整治类型\n{village},台账厂{number},郑美,1359927{:04},是,提升改造\n",
            self.season.below(40)
        );
        let upload = self.season.office.app().uploads().add(text.as_bytes()).unwrap();
        let what = ImportKind::Ledger;
        let request = ImportFile { upload, what, dry_run: false, skip_bad_rows: false };
        self.ask::<ImportReport>("files.import", request).map(drop)
    }
}
