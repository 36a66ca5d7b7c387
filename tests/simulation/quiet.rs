//! The end of a season: the network is whole, everybody syncs until nothing is new, and then all must be alike and there.

use std::collections::HashSet;

use domain::PhotoHash;
use sha2::{Digest as _, Sha256};
use wire::message::*;
use wire::{ApiError, ErrorCode};

use crate::device::NoReply;
use crate::fault;
use crate::office_host::admin;
use crate::replica::{ChangeRow, Folder, Hash};
use crate::season::{DEVICES, Season};
use crate::seat::{Seat, Work};

/// After so many rounds of everybody nothing may be new any more.
const ROUNDS: usize = 8;

/// The tables that screens query, and how their rows are told to lie within a grid unit. All columns but `n` are compared.
const VIEWS: &[(&str, &str)] = &[
    ("site", "grid"),
    ("problem", "grid"),
    ("visit", "grid"),
    ("paper", "grid"),
    ("filed_case", "grid"),
    ("task", "grid"),
    ("photo", "(SELECT grid FROM site WHERE site.id = photo.site)"),
    ("alert", "(SELECT grid FROM site WHERE site.id = alert.site)"),
    ("task_site", "(SELECT grid FROM task WHERE task.id = task_site.task)"),
    ("grid_unit", "code"),
    ("county_rule", "county"),
];

impl Season {
    pub fn end_quietly(&self) {
        fault::no_more_crashes();
        self.trace(|| "everything is quiet".to_owned());
        self.network.mend();
        while self.deliver_late() {}
        self.devices.iter().for_each(|host| host.partitioned.set(false));
        self.devices.iter().for_each(|host| host.clock.mend());
        self.office.clock.mend();
        let unsent_of_revoked = self.unsent_of_revoked();
        let mut rounds = 0;
        while !self.round() {
            rounds += 1;
            assert!(rounds < ROUNDS, "after {rounds} rounds something is new still: {}", self.what_is_new());
        }
        self.everything_is_there();
        for device in self.lets_in() {
            self.is_alike(device);
        }
        self.views_are_what_documents_say();
        assert_eq!(
            self.unsent_of_revoked(),
            unsent_of_revoked,
            "what revoked devices had not sent is on them"
        );
    }

    fn lets_in(&self) -> Vec<usize> {
        (0..DEVICES).filter(|device| self.member(*device).revoked.is_none()).collect()
    }

    /// Everybody syncs, and whoever administers the office decides on all that waits. Says whether nothing was new.
    fn round(&self) -> bool {
        let held = || (self.office.changes().len(), self.office.folder().photo_rows().len());
        let before = held();
        self.pass(600_000);
        for device in 0..DEVICES {
            let synced = self.sync(device);
            match (self.member(device).revoked, synced) {
                (Some(_), Err(NoReply::Refused(ApiError { code: ErrorCode::Unauthorized, .. }))) => {}
                // It erased what it held, and belongs to no office any more.
                (
                    Some(true),
                    Ok(()) | Err(NoReply::Refused(ApiError { code: ErrorCode::NotConnected, .. })),
                ) => {}
                (None, Ok(())) => {}
                // A photo whose record is held, or lies with somebody else, waits.
                (None, Err(NoReply::Refused(ApiError { code: ErrorCode::NotFound, .. }))) => {}
                (revoked, other) => panic!("device {device} (revoked: {revoked:?}) synced to {other:?}"),
            }
        }
        let judged = self.judge_all();
        judged == 0 && held() == before && self.what_is_new().is_empty()
    }

    /// What is not settled, in words.
    fn what_is_new(&self) -> String {
        let mut new = Vec::new();
        for device in self.lets_in() {
            let status = self.status_of(device);
            let waits = (status.unsent_changes, status.unsent_photos);
            if waits != (0, 0) || status.verified.is_none() {
                let refused: HashSet<String> =
                    status.refused.into_iter().map(|change| change.reason).collect();
                let differing: Vec<_> =
                    status.differing.into_iter().map(|unit| format!("{unit:?}")).collect();
                new.push(format!("device {device} waits with {waits:?}, refused {refused:?}, differing {differing:?}, {:?}", status.error));
            }
        }
        new.join("; ")
    }

    fn judge_all(&self) -> usize {
        let work = Work { season: self, seat: Seat::Office(admin()) };
        let waiting: Vec<HeldWork> = work.look("held.list", ListHeld { waiting: true }).unwrap();
        for held in &waiting {
            let accept = JudgeHeld { id: held.id, accept: true, comment: String::new() };
            match work.ask::<HeldWork>("held.judge", accept) {
                Ok(_) => {}
                Err(NoReply::Refused(error)) => {
                    self.trace(|| {
                        format!("held work of {} on {} cannot be let in: {error:?}", held.person, held.name)
                    });
                    let refuse =
                        JudgeHeld { id: held.id, accept: false, comment: "不符合规定".to_owned() };
                    work.ask::<HeldWork>("held.judge", refuse).unwrap();
                }
                Err(NoReply::Crashed) => unreachable!("nothing crashes any more"),
            }
        }
        waiting.len()
    }

    /// Every change and photo that was ever called kept, sent or stored.
    fn everything_is_there(&self) {
        let office = self.office.changes();
        let refused = self.office.folder().hashes("SELECT hash FROM held_change");
        let (mut away, mut revoked): (HashSet<Hash>, HashSet<Hash>) = Default::default();
        for host in &self.devices {
            away.extend(host.folder().hashes("SELECT hash FROM set_aside"));
            if self.member(host.index).revoked.is_some() {
                revoked.extend(host.folder().hashes("SELECT hash FROM change WHERE unsent = 1"));
            }
        }
        let model = self.model.borrow();
        let known = |hash: &Hash| office.contains(hash) || model.excused.contains(hash);
        let lost = |hash: &&Hash| !known(hash) && !refused.contains(*hash) && !away.contains(*hash);
        let lost: Vec<&Hash> =
            model.made.iter().filter(lost).filter(|hash| !revoked.contains(*hash)).collect();
        assert_eq!(
            lost.len(),
            0,
            "changes that people made are nowhere, such as {}",
            self.where_is(lost.first())
        );
        let gone: Vec<&Hash> =
            model.sent.iter().filter(|hash| !known(hash) && !away.contains(*hash)).collect();
        assert_eq!(
            gone.len(),
            0,
            "changes that were called sent are not at the office, such as {}",
            self.where_is(gone.first())
        );
        self.checked("change at the end", (model.made.len() + model.sent.len()) as u64);
        for hash in model.stored.iter().filter(|hash| !model.excused_photos.contains(*hash)) {
            let bytes = std::fs::read(self.office.folder().photo_path(hash));
            let bytes =
                bytes.unwrap_or_else(|_| panic!("photo {hash} was called stored and is not at the office"));
            assert_eq!(hex_of(&Sha256::digest(&bytes)), hash.as_str(), "the bytes of a photo at the office");
        }
        let mentioned = self.office.folder().photos_mentioned();
        for hash in mentioned.iter().filter(|hash| !self.office.holds_photo(hash)) {
            assert!(
                !self.is_somewhere(hash),
                "photo {hash} is on record and on a device, and not at the office"
            );
        }
        self.checked("photo at the end", (model.stored.len() + mentioned.len()) as u64);
    }

    /// What the replicas know of a change, for whoever looks into a failure.
    fn where_is(&self, hash: Option<&&Hash>) -> String {
        let Some(hash) = hash else { return String::new() };
        let mut text = hex_of(&hash[..]);
        for host in &self.devices {
            let changes = host.folder().changes();
            if let Some(row) = changes.iter().find(|row| row.hash == **hash) {
                let ChangeRow { document, grid, unsent, refused, .. } = row;
                let device = host.index;
                text +=
                    &format!("; device {device}: {document} of {grid}, unsent {unsent}, refused {refused:?}");
            }
        }
        text
    }

    fn is_somewhere(&self, hash: &PhotoHash) -> bool {
        let on = |device: &usize| self.devices[*device].folder().photo_path(hash).exists();
        self.lets_in().iter().any(on)
    }

    /// A device holds of its grid units what the office holds: documents, what screens show of them, and photos.
    fn is_alike(&self, device: usize) {
        let member = self.member(device);
        let host = &self.devices[device];
        let office = self.office.app();
        let core = host.device();
        assert_eq!(
            self.digests_within(core.app().store(), |grid| member.covers(grid)),
            self.digests_within(office.store(), |grid| member.covers(grid)),
            "documents of device {device}"
        );
        for (table, grid) in VIEWS {
            for code in &member.scope {
                let here = rows(&host.folder(), table, grid, code);
                let there = rows(&self.office.folder(), table, grid, code);
                assert_eq!(here, there, "table {table} of device {device}");
                self.checked("row of a view alike", here.len() as u64);
            }
        }
        let status = self.status_of(device);
        assert!(status.verified.is_some() && status.differing.is_empty(), "device {device}: {status:?}");
        let (mentioned, here) =
            (host.folder().photos_of(|grid| member.covers(grid)), host.folder().photo_rows());
        for hash in mentioned.iter().filter(|hash| self.office.holds_photo(hash)) {
            let Some((stored, removed)) = here.get(hash) else {
                panic!("photo {hash} did not come to device {device}")
            };
            assert!(stored, "photo {hash} is at the office, and device {device} does not know");
            assert!(*removed || host.folder().photo_path(hash).exists(), "photo {hash} on device {device}");
            self.checked("photo on a device", 1);
        }
        self.check_local(device);
    }

    /// Views of the office and of one device are what their documents say; and every document can be loaded.
    fn views_are_what_documents_say(&self) {
        let device = &self.devices[self.below(DEVICES)];
        let (office, core) = (self.office.app(), device.device());
        for (store, folder) in [(office.store(), self.office.folder()), (core.app().store(), device.folder())]
        {
            let dump =
                || VIEWS.iter().map(|(table, grid)| rows(&folder, table, grid, "3502")).collect::<Vec<_>>();
            let before = dump();
            store.rebuild_views(|_, _| {}).unwrap();
            assert_eq!(dump(), before, "views written anew");
            self.checked("replica whose views were written anew", 1);
        }
    }

    fn unsent_of_revoked(&self) -> Vec<HashSet<Hash>> {
        let revoked = self.devices.iter().filter(|host| self.member(host.index).revoked.is_some());
        revoked.map(|host| host.folder().hashes("SELECT hash FROM change WHERE unsent = 1")).collect()
    }
}

/// The rows of a table that lie within a grid unit, each as one text, without the numbers that SQLite gave them, in an order
/// of their own.
fn rows(folder: &Folder, table: &str, grid: &str, code: &str) -> Vec<String> {
    let sql = "SELECT group_concat('quote(' || name || ')', '||'',''||') FROM pragma_table_info(?1) WHERE name <> 'n'";
    let columns: String = folder.query(sql, [table], |row| row.get(0)).remove(0);
    let sql =
        format!("SELECT {columns} AS text FROM {table} WHERE {grid} >= ?1 AND {grid} < ?2 ORDER BY text");
    folder.query(&sql, [code, &format!("{code}:")], |row| row.get(0))
}

fn hex_of(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
