//! What screens have claimed, and whether it was so.

use std::collections::{BTreeMap, HashMap, HashSet};

use domain::PhotoHash;
use store::StoreError;
use uuid::Uuid;
use wire::message::*;

use crate::replica::{Folder, Hash};
use crate::season::{DEVICES, Season};

/// What was said to people, kept beside the product.
pub struct Model {
    /// Every change that the person who made it, or any screen, was told to be kept.
    pub made: HashSet<Hash>,
    /// Changes that a screen once called sent: all that were not counted as waiting.
    pub sent: HashSet<Hash>,
    /// Photos that a screen once called stored.
    pub stored: HashSet<PhotoHash>,
    /// What nobody could have kept: it was on the disk that was replaced by a backup, and nowhere else.
    pub excused: HashSet<Hash>,
    pub excused_photos: HashSet<PhotoHash>,
    /// What each device held when somebody was last told so.
    local: Vec<HashSet<Hash>>,
    /// The number of the last row that was looked at for that.
    last_row: Vec<i64>,
    /// Claims about an office that was replaced by its backup since. They are claims again once they were compared.
    pub said_of_another_office: Vec<(HashSet<Hash>, HashSet<PhotoHash>)>,
    /// Forms, by device: what stands in each and the photos that it holds.
    pub drafts: Vec<BTreeMap<Uuid, (String, Vec<PhotoHash>)>>,
}

impl Model {
    pub fn new() -> Self {
        Self {
            made: HashSet::new(),
            sent: HashSet::new(),
            stored: HashSet::new(),
            excused: HashSet::new(),
            excused_photos: HashSet::new(),
            local: vec![HashSet::new(); DEVICES],
            last_row: vec![i64::MIN; DEVICES],
            said_of_another_office: vec![Default::default(); DEVICES],
            drafts: vec![BTreeMap::new(); DEVICES],
        }
    }
}

const DOSSIERS: &str =
    "SELECT change.n, change.hash FROM change JOIN document ON document.id = change.document
    WHERE document.kind = 'dossier'";

impl Season {
    /// Checks what a screen that shows this claims.
    pub fn check_claims(&self, device: usize, status: &SyncStatus) {
        let folder = self.devices[device].folder();
        let changes = folder.changes();
        let unsent = changes.iter().filter(|change| change.unsent).count() as u64;
        assert_eq!(status.unsent_changes, unsent, "device {device} counts what waits");
        let office = self.office.changes();
        let mut model = self.model.borrow_mut();
        let model = &mut *model;
        let (old_changes, old_photos) = &model.said_of_another_office[device];
        for change in changes.iter().filter(|change| !change.unsent) {
            model.sent.insert(change.hash);
            assert!(
                office.contains(&change.hash) || old_changes.contains(&change.hash),
                "device {device} calls a change of {} {} sent, and the office does not have it",
                if change.dossier { "dossier" } else { "document" },
                change.document
            );
        }
        self.checked("change called sent", changes.len() as u64 - unsent);
        // What arrived compacted is no row, and claimed all the same.
        let waiting: HashSet<Hash> =
            changes.iter().filter(|change| change.unsent).map(|change| change.hash).collect();
        for head in folder.heads_of_compacted().iter().filter(|head| !waiting.contains(*head)) {
            assert!(
                office.contains(head) || old_changes.contains(head),
                "device {device} holds a compacted document, and the office does not have it"
            );
        }
        let photos = folder.photo_rows();
        for (hash, _) in photos.iter().filter(|(_, (stored, _))| *stored) {
            model.stored.insert(hash.clone());
            assert!(
                old_photos.contains(hash) || self.office.holds_photo(hash),
                "device {device} calls photo {hash} stored, and the office does not have it"
            );
            self.checked("photo called stored", 1);
        }
        if status.verified.is_some() {
            self.checked("status that says verified", 1);
            assert_eq!((status.unsent_changes, status.unsent_photos), (0, 0));
            if !self.said_before_restore(old_changes, old_photos) {
                let mentioned = folder.photos_mentioned();
                let lacking =
                    mentioned.iter().filter(|hash| photos.get(*hash).is_some_and(|(stored, _)| !stored));
                assert_eq!(
                    lacking.count(),
                    0,
                    "device {device} is verified, with photos that are not stored"
                );
            }
        }
    }

    /// What a device has just called verified is what it holds of its villages.
    pub fn check_count(&self, device: usize, verified: &Verification) {
        let member = self.member(device);
        let sql = "SELECT grid FROM document WHERE kind = 'dossier'";
        let folder = self.devices[device].folder();
        let grids: Vec<String> = folder.query(sql, [], |row| row.get(0));
        let dossiers = grids.iter().filter(|grid| member.covers(grid)).count() as u64;
        assert_eq!(verified.dossiers, dossiers, "dossiers that device {device} calls verified");
        self.checked("number of dossiers called verified", dossiers);
        let (mentioned, photos) = (folder.photos_mentioned(), folder.photo_rows());
        let stored = mentioned.iter().filter(|hash| photos.get(*hash).is_some_and(|(stored, _)| *stored));
        assert_eq!(verified.photos, stored.count() as u64, "photos that device {device} calls verified");
    }

    fn said_before_restore(&self, changes: &HashSet<Hash>, photos: &HashSet<PhotoHash>) -> bool {
        !changes.is_empty() || !photos.is_empty()
    }

    /// Notes what a device holds that it did not hold before: its person was told.
    pub fn note_local(&self, device: usize) {
        let folder = self.devices[device].folder();
        let mut model = self.model.borrow_mut();
        let sql = format!("{DOSSIERS} AND change.n > ?1 ORDER BY change.n");
        let news: Vec<(i64, Hash)> =
            folder.query(&sql, [model.last_row[device]], |row| Ok((row.get(0)?, row.get(1)?)));
        for (n, hash) in news {
            model.last_row[device] = n;
            model.local[device].insert(hash);
            if model.made.insert(hash) {
                self.trace(|| format!("device {device} keeps {}", short(&hash)));
            }
        }
    }

    /// The same where all may be another: after a start, or where a backup was restored.
    pub fn note_local_anew(&self, device: usize) {
        let mut model = self.model.borrow_mut();
        model.last_row[device] = i64::MIN;
        model.local[device].clear();
        drop(model);
        self.note_local(device);
    }

    /// Notes what the office holds now: whoever sits there was told.
    pub fn note_office(&self) {
        let office = self.office.changes();
        self.model.borrow_mut().made.extend(office.iter());
    }

    /// After a start: everything that was told to be kept is there, or the office has it, or a lead refused it.
    pub fn check_local(&self, device: usize) {
        let folder = self.devices[device].folder();
        let now = folder.hashes("SELECT hash FROM change");
        let away = folder.hashes("SELECT hash FROM set_aside");
        let office = self.office.changes();
        let model = self.model.borrow();
        let kept = model.local[device].len() as u64;
        let gone = |hash: &&Hash| !now.contains(*hash) && !away.contains(*hash) && !office.contains(*hash);
        let gone = model.local[device].iter().filter(gone).count();
        assert_eq!(gone, 0, "{gone} changes that device {device} had kept are gone after a restart");
        self.checked("change on a device after a restart", kept);
        drop(model);
        self.note_local_anew(device);
        let model = self.model.borrow();
        // A device that erased what it held had to prove only what it had pushed.
        let forms =
            if self.member(device).revoked == Some(true) { None } else { Some(&model.drafts[device]) };
        for (id, (body, photos)) in forms.into_iter().flatten() {
            let here: Option<String> =
                folder.query("SELECT body FROM draft WHERE id = ?1", [id], |row| row.get(0)).pop();
            assert_eq!(here.as_ref(), Some(body), "a form of device {device} after a restart");
            for hash in photos {
                let sql = "SELECT bytes FROM photo_file WHERE hash = ?1";
                let bytes: Option<u64> = folder.query(sql, [hash.as_str()], |row| row.get(0)).pop();
                let file = std::fs::metadata(folder.photo_path(hash)).ok().map(|metadata| metadata.len());
                assert!(bytes.is_some() && bytes == file, "photo {hash} of a form of device {device}");
            }
            self.checked("form after a restart", 1);
        }
    }

    /// What stands on devices other than one, as far as they may still tell the office of it.
    fn elsewhere(&self, except: Option<usize>) -> (HashSet<Hash>, HashSet<PhotoHash>) {
        let (mut changes, mut photos) = (HashSet::new(), HashSet::new());
        for host in self.devices.iter().filter(|host| Some(host.index) != except) {
            let member = self.member(host.index);
            if member.revoked.is_some() {
                continue;
            }
            let folder = host.folder();
            let rows = folder.changes();
            changes.extend(rows.iter().filter(|row| member.covers(&row.grid)).map(|row| row.hash));
            changes.extend(folder.compacted(|grid| member.covers(grid)));
            let rows = folder.photo_rows();
            photos.extend(rows.into_iter().filter(|(_, (_, removed))| !removed).map(|(hash, _)| hash));
        }
        (changes, photos)
    }

    pub fn before_office_is_restored(&self, backup: &Folder) {
        let (mut kept, mut photos) = self.elsewhere(None);
        kept.extend(backup.hashes("SELECT hash FROM change"));
        photos.extend(backup.photo_rows().into_keys());
        backup.let_go();
        let office = self.office.changes();
        let mut model = self.model.borrow_mut();
        model.excused.extend(office.iter().filter(|hash| !kept.contains(*hash)));
        let lost = self.office.folder().photo_rows().into_keys().filter(|hash| !photos.contains(hash));
        model.excused_photos.extend(lost);
        for host in &self.devices {
            let folder = host.folder();
            let mut sent = folder.hashes("SELECT hash FROM change WHERE unsent = 0");
            sent.extend(folder.heads_of_compacted());
            let stored =
                folder.photo_rows().into_iter().filter(|(_, (stored, _))| *stored).map(|(hash, _)| hash);
            let said = &mut model.said_of_another_office[host.index];
            said.0.extend(sent);
            said.1.extend(stored);
        }
    }

    pub fn before_device_is_restored(&self, device: usize, backup: &Folder) {
        let (mut kept, mut photos) = self.elsewhere(Some(device));
        kept.extend(backup.hashes("SELECT hash FROM change"));
        kept.extend(self.office.changes().iter());
        photos.extend(backup.photo_rows().into_keys());
        photos.extend(self.office.folder().photo_rows().into_keys());
        let drafts: HashMap<Uuid, String> = backup
            .query("SELECT id, body FROM draft", [], |row| Ok((row.get(0)?, row.get(1)?)))
            .into_iter()
            .collect();
        let attached: HashSet<(Uuid, String)> = backup
            .query("SELECT draft, hash FROM draft_photo", [], |row| Ok((row.get(0)?, row.get(1)?)))
            .into_iter()
            .collect();
        backup.let_go();
        let folder = self.devices[device].folder();
        let mut model = self.model.borrow_mut();
        let lost = folder.hashes("SELECT hash FROM change").into_iter().filter(|hash| !kept.contains(hash));
        model.excused.extend(lost);
        let lost = folder.photo_rows().into_keys().filter(|hash| !photos.contains(hash));
        model.excused_photos.extend(lost);
        // What the older state says was sent was sent to the office of then.
        if self.office.epoch.get() > 0 {
            let said = &mut model.said_of_another_office[device];
            said.0.extend(backup.hashes("SELECT hash FROM change WHERE unsent = 0"));
            said.0.extend(backup.heads_of_compacted());
            let rows = backup.photo_rows().into_iter().filter(|(_, (stored, _))| *stored);
            said.1.extend(rows.map(|(hash, _)| hash));
            backup.let_go();
        }
        let of_then = drafts.into_iter().map(|(id, body)| {
            let photos = attached.iter().filter(|(draft, _)| *draft == id);
            (id, (body, photos.map(|(_, hash)| hash.parse().unwrap()).collect()))
        });
        model.drafts[device] = of_then.collect();
    }

    /// Whether two replicas hold the same of every grid unit within a scope.
    pub fn digests_within(
        &self,
        store: &store::Store,
        covers: impl Fn(&str) -> bool,
    ) -> Vec<wire::sync::Digest> {
        let mut digests = store.read::<_, StoreError>(|reader| reader.digests(|_| true)).unwrap();
        digests.retain(|digest| covers(digest.grid.as_str()));
        digests
    }
}

/// The beginning of a hash, for traces.
fn short(hash: &Hash) -> String {
    hash.iter().take(4).map(|byte| format!("{byte:02x}")).collect()
}
