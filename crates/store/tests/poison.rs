//! Changes that nobody could take in: refused before they do harm, kept, shown, and not read again.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

use automerge::legacy::{OpType, SortedVec};
use automerge::{Change, ChangeHash, ExpandedChange, ScalarValue};
use chrono::{DateTime, TimeZone, Utc};
use domain::{Role, *};
use store::*;
use uuid::Uuid;
use wire::sync::{DocumentChanges, DocumentKind};

const NAME: &str = "阿华";
const VILLAGE: &str = "350211102207";
const DAMAGED: Result<(), Refusal> = Err(Refusal::Damaged);

fn at(minute: i64) -> DateTime<Utc> {
    Utc.timestamp_opt(1_770_000_000 + minute * 60, 0).unwrap()
}

fn village() -> GridCode {
    VILLAGE.parse().unwrap()
}

struct Replica {
    store: Store,
    _folder: tempfile::TempDir,
}

impl Replica {
    fn new(role: store::Role) -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { store: Store::open(folder.path(), role).unwrap(), _folder: folder }
    }

    fn edit(&self, site: SiteId, writes: Vec<DossierWrite>) {
        let author = Author { person: NAME.into(), command: "test", at: at(0) };
        self.store.write(|writer| writer.edit_dossier::<StoreError>(site, &author, |_| Ok(writes))).unwrap();
    }

    fn rename(&self, site: SiteId, name: &str) {
        self.edit(site, vec![DossierWrite::SetField(SiteField::Name, name.into())]);
    }

    fn name(&self, site: SiteId) -> String {
        let dossier = self.store.read::<_, StoreError>(|reader| reader.dossier(site)).unwrap();
        dossier.map(|dossier| dossier.fields.name).unwrap_or_default()
    }

    fn read<T>(&self, read: impl FnOnce(&Reader<'_>) -> Result<T, StoreError>) -> T {
        self.store.read(read).unwrap()
    }

    /// What a device of this install pushes.
    fn pushed(&self, install: u128, site: SiteId, changes: &[Vec<u8>]) -> Vec<Result<(), Refusal>> {
        let (scope, names) = (Scope::new(vec![village()]), [NAME.to_owned()]);
        let rights = Rights { role: Role::Inspector, scope: &scope, names: &names };
        let sender =
            Sender { install: Uuid::from_u128(install), rights, person: NAME, device: "手机", at: at(90) };
        self.store
            .write::<_, StoreError>(|writer| writer.ingest_judged(&village(), &news(site, changes), &sender))
            .unwrap()
    }

    /// What the office sends.
    fn told(&self, site: SiteId, changes: &[Vec<u8>]) -> Vec<Result<(), Refusal>> {
        self.store
            .write::<_, StoreError>(|writer| writer.ingest_news(&village(), &news(site, changes), at(90)))
            .unwrap()
    }

    fn changes(&self) -> Vec<Vec<u8>> {
        let unsent = self.read(|reader| reader.unsent_after(0, usize::MAX));
        unsent.into_iter().map(|unsent| unsent.entry.bytes).collect()
    }
}

fn news(site: SiteId, changes: &[Vec<u8>]) -> DocumentChanges {
    let changes = changes.iter().cloned().map(Into::into).collect();
    DocumentChanges { document: site.0, kind: DocumentKind::Dossier, changes }
}

/// A device that registered a site and named it twice: three changes.
fn device() -> (Replica, SiteId, Vec<Vec<u8>>) {
    let (device, site) = (Replica::new(store::Role::Device), SiteId::new());
    device.edit(site, vec![DossierWrite::Register { grid: village(), at: at(0), by: NAME.into() }]);
    device.rename(site, "新发五金");
    device.rename(site, "新发五金加工点");
    let changes = device.changes();
    (device, site, changes)
}

/// The same change, altered by somebody who knows how to write one.
fn altered(bytes: &[u8], alter: impl FnOnce(&mut ExpandedChange)) -> Vec<u8> {
    let mut change = Change::from_bytes(bytes.to_vec()).unwrap().decode();
    alter(&mut change);
    change.hash = None;
    Change::from(change).raw_bytes().to_vec()
}

fn hostile(good: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let mut flipped = good.to_vec();
    *flipped.last_mut().unwrap() ^= 1;
    vec![
        (
            "numbered at the end of all numbers",
            altered(good, |change| change.start_op = u64::from(u32::MAX - 9).try_into().unwrap()),
        ),
        (
            "numbered beyond",
            altered(good, |change| change.start_op = change.start_op.checked_add(1).unwrap()),
        ),
        ("numbered below", altered(good, |change| change.start_op = 1.try_into().unwrap())),
        ("with a number that is taken", altered(good, |change| change.seq = 1)),
        ("flipped", flipped),
        ("cut", good[..good.len() - 3].to_vec()),
        ("nothing", Vec::new()),
    ]
}

#[test]
fn a_change_that_does_not_fit_is_refused_and_honest_work_goes_on() {
    for (what, bad) in hostile(&device().2[2]).into_iter().map(|(what, _)| what).enumerate() {
        let (phone, site, changes) = device();
        let bytes = hostile(&changes[2])[what].1.clone();
        let office = Replica::new(store::Role::Office);
        let pushed = [changes[0].clone(), changes[1].clone(), bytes.clone()];
        assert_eq!(office.pushed(1, site, &pushed), [Ok(()), Ok(()), DAMAGED], "{bad}");
        assert_eq!(office.name(site), "新发五金", "{bad}");
        // The office can still write, and so can the device.
        office.rename(site, "办公室改名");
        assert_eq!(office.pushed(1, site, &changes), [Ok(()), Ok(()), Ok(())], "{bad}");
        phone.rename(site, "又改名");
        assert_eq!(office.pushed(1, site, &phone.changes()[3..]), [Ok(())], "{bad}");

        // The same at a device that the office sends it to.
        let other = Replica::new(store::Role::Device);
        assert_eq!(other.told(site, &pushed), [Ok(()), Ok(()), DAMAGED], "{bad}");
        assert_eq!(other.name(site), "新发五金");
        assert!(other.read(|reader| reader.is_poisoned(site.0)));
        assert_eq!(other.told(site, &changes), [Ok(()), Ok(()), Ok(())], "{bad}");
        other.rename(site, "改名");
        assert_eq!(other.name(site), "改名");
    }
}

#[test]
fn what_builds_on_it_or_counts_past_it_waits_for_what_is_missing() {
    let (_, site, changes) = device();
    let office = Replica::new(store::Role::Office);
    let gap = altered(&changes[2], |change| change.seq += 1);
    assert_eq!(office.pushed(1, site, &[changes[0].clone(), gap])[1], Err(Refusal::MissingDependencies));
    let orphan = altered(&changes[2], |change| change.deps = vec![ChangeHash([7; 32])]);
    assert_eq!(office.pushed(1, site, &[orphan]), [Err(Refusal::MissingDependencies)]);
    assert_eq!(office.read(|reader| reader.poison_count()), 0, "it may fit later");
}

/// Found by fuzzing: whoever wrote over thousands of values made a change that nobody could read.
#[test]
fn a_field_with_more_values_than_people_can_have_written_apart_is_refused() {
    for (values, taken) in [(100, Ok(())), (300, DAMAGED), (5_000, DAMAGED)] {
        let (_, site, changes) = device();
        let office = Replica::new(store::Role::Office);
        let crowded = altered(&changes[2], |change| {
            let first = change.operations[0].clone();
            change.operations.extend((0..values).map(|n| {
                let mut operation = first.clone();
                operation.action = OpType::Put(ScalarValue::Str(format!("第{n}个名字").into()));
                operation.pred = SortedVec::from(Vec::new());
                operation
            }));
        });
        let pushed = [changes[0].clone(), changes[1].clone(), crowded];
        assert_eq!(office.pushed(1, site, &pushed), [Ok(()), Ok(()), taken], "{values}");
        office.rename(site, "办公室改名");
        assert_eq!(office.name(site), "办公室改名");
        let other = Replica::new(store::Role::Device);
        assert_eq!(other.told(site, &pushed), [Ok(()), Ok(()), taken], "{values} on a device");
        other.rename(site, "改名");
        assert_eq!(other.name(site), "改名");
    }
}

#[test]
fn a_lead_sees_that_it_came_and_can_only_refuse_it() {
    let (_, site, changes) = device();
    let office = Replica::new(store::Role::Office);
    let all: Vec<Vec<u8>> = hostile(&changes[2]).into_iter().map(|(_, bytes)| bytes).collect();
    office.pushed(1, site, &changes[..2]);
    assert!(office.pushed(1, site, &all).iter().all(|answer| *answer == DAMAGED));
    assert_eq!(office.pushed(1, site, &all)[0], DAMAGED, "offered again");
    let held = office.read(|reader| reader.held(true));
    let [work] = held.as_slice() else { panic!("{held:?}") };
    assert_eq!((work.reason.as_str(), work.person.as_str(), work.device.as_str()), ("damaged", NAME, "手机"));
    assert_eq!((work.document, work.grid.clone()), (site.0, village()));
    assert_eq!(work.changes.len(), all.len(), "each is kept once");
    assert_eq!(office.read(|reader| reader.held_waiting()), 1);
    let scoped = |code: &str| {
        let scope = Scope::new(vec![code.parse().unwrap()]);
        office.store.read_within::<_, StoreError>(Some(&scope), |reader| reader.held(true)).unwrap().len()
    };
    assert_eq!((scoped("350211102"), scoped("350211103")), (1, 0), "another town does not see it");

    let (scope, names) = (Scope::new(vec![village()]), Vec::new());
    let rights = Rights { role: Role::Lead, scope: &scope, names: &names };
    let judge = |accept| {
        office.store.write::<_, StoreError>(|writer| {
            assert_eq!(writer.held_complaint(work, &rights)?, Err(Refusal::Damaged));
            writer.judge_held(work, accept, "已与本人核对")
        })
    };
    assert_eq!(judge(true).unwrap(), Err(Refusal::Damaged));
    assert_eq!(judge(false).unwrap(), Ok(()));
    assert_eq!(office.read(|reader| reader.held(true)), []);
    let all_of_it = office.read(|reader| reader.held(false));
    assert_eq!((all_of_it[0].state, all_of_it[0].comment.as_str()), (HeldStatus::Refused, "已与本人核对"));
    assert_eq!(office.pushed(1, site, &all)[0], DAMAGED, "and what was refused does not wait again");
    assert_eq!(office.read(|reader| reader.held_waiting()), 0);
}

#[test]
fn one_install_cannot_fill_the_disk_and_is_told_so() {
    let office = Replica::new(store::Role::Office);
    let junk = |install: u128, from: u32, count: u32| {
        let changes: Vec<Vec<u8>> = (from..from + count).map(|n| n.to_be_bytes().to_vec()).collect();
        office.pushed(install, SiteId(Uuid::from_u128(5)), &changes)
    };
    assert!(junk(1, 0, 500).iter().all(|answer| *answer == DAMAGED));
    assert!(junk(1, 500, 20).iter().all(|answer| *answer == Err(Refusal::PoisonFull)));
    assert!(junk(1, 0, 500).iter().all(|answer| *answer == DAMAGED), "what is kept is answered as before");
    assert_eq!(junk(2, 500, 1), [DAMAGED], "another install has room of its own");
    let large = vec![vec![1; 4 << 20], vec![2; 4 << 20], vec![3; 4 << 20], vec![4; 4 << 20], vec![5; 1]];
    let answers = office.pushed(3, SiteId(Uuid::from_u128(6)), &large);
    assert_eq!(answers, [DAMAGED, DAMAGED, DAMAGED, DAMAGED, Err(Refusal::PoisonFull)]);
    assert_eq!(office.read(|reader| reader.poison_count()), 505);
}

#[test]
fn many_installs_cannot_fill_the_disk_either() {
    let office = Replica::new(store::Role::Office);
    let site = SiteId(Uuid::from_u128(5));
    assert_eq!(office.pushed(1, site, &[vec![1]]), [DAMAGED]);
    let database = rusqlite::Connection::open(office.store.folder().join("replica.sqlite")).unwrap();
    database.execute("UPDATE poison_sum SET changes = 100000 WHERE whose = 'all'", []).unwrap();
    assert_eq!(office.pushed(2, site, &[Vec::new()]), [Err(Refusal::PoisonFull)]);
    assert_eq!(office.pushed(1, site, &[vec![1]]), [DAMAGED], "what is kept is answered as before");
}

#[test]
fn a_device_does_not_offer_again_what_cannot_be_read() {
    let (device, ..) = device();
    let unsent = device.read(|reader| reader.unsent_after(0, usize::MAX));
    device
        .store
        .write::<_, StoreError>(|writer| {
            writer.mark_refused(unsent[0].n, "damaged")?;
            writer.mark_refused(unsent[1].n, "poison_full")?;
            writer.mark_refused(unsent[2].n, "scope")?;
            writer.offer_refused()
        })
        .unwrap();
    let offered: Vec<i64> =
        device.read(|reader| reader.unsent_after(0, usize::MAX)).into_iter().map(|unsent| unsent.n).collect();
    assert_eq!(offered, [unsent[1].n, unsent[2].n], "there may be room for it by now");
    assert_eq!(device.read(|reader| reader.refused()).len(), 1, "it stays to be seen");
}

#[test]
fn what_arrives_at_once_is_taken_in_by_its_numbers_whatever_it_names() {
    let (_phone, site, changes) = device();
    let other = Replica::new(store::Role::Device);
    let fields = [SiteField::Name, SiteField::Remark, SiteField::Address, SiteField::Operator];
    let writes = fields.map(|field| DossierWrite::SetField(field, "别人写的".into()));
    let register = DossierWrite::Register { grid: village(), at: at(0), by: NAME.into() };
    other.edit(site, std::iter::once(register).chain(writes).collect());
    let others = other.changes().remove(0);
    let before = Change::from_bytes(others.clone()).unwrap();
    // Its maker says that it comes after the other's, and not that it comes after their own first.
    let second = altered(&changes[1], |change| {
        change.deps = vec![before.hash()];
        change.start_op = (before.max_op() + 1).try_into().unwrap();
    });
    let given = [others, second, changes[0].clone()];
    let office = Replica::new(store::Role::Office);
    assert_eq!(office.pushed(1, site, &given), [Ok(()), Ok(()), Ok(())]);
    assert_eq!(
        office.pushed(1, site, &given),
        [Ok(()), Ok(()), Ok(())],
        "sent again it is answered the same"
    );
}

#[test]
fn a_damaged_document_is_taken_from_the_office_with_what_the_office_lacks() {
    let (phone, site, _) = device();
    phone.edit(site, vec![DossierWrite::SetField(SiteField::Remark, "没发出去".into())]);
    phone.edit(site, vec![DossierWrite::SetField(SiteField::Operator, "读不出来".into())]);
    phone.edit(site, vec![DossierWrite::SetField(SiteField::Telephone, "12700000001".into())]);
    let changes = phone.changes();
    let office = Replica::new(store::Role::Office);
    assert_eq!(office.pushed(1, site, &changes[..2]), [Ok(()), Ok(())]);
    office.rename(site, "办公室改名");
    let numbers: Vec<i64> =
        phone.read(|reader| reader.unsent_after(0, usize::MAX)).iter().map(|unsent| unsent.n).collect();
    phone
        .store
        .write::<_, StoreError>(|writer| numbers[..2].iter().try_for_each(|n| writer.mark_sent(*n).map(drop)))
        .unwrap();
    let database = rusqlite::Connection::open(phone.store.folder().join("replica.sqlite")).unwrap();
    database.execute("UPDATE document SET snapshot = x'00'", []).unwrap();
    database.execute("UPDATE change SET bytes = x'00' WHERE n = ?1", [numbers[4]]).unwrap();
    let whole = office.read(|reader| reader.snapshot(site.0)).unwrap();
    assert!(phone.store.write::<_, StoreError>(|writer| writer.ingest_snapshot(&whole, at(91))).unwrap());
    let fields = || phone.read(|reader| reader.dossier(site)).unwrap().fields;
    let shown = || (fields().name, fields().remark, fields().operator, fields().telephone);
    assert_eq!(fields().remark, "没发出去");
    assert!(["办公室改名", "新发五金加工点"].contains(&fields().name.as_str()), "both were written apart");
    let unsent = || phone.read(|reader| reader.unsent_after(0, usize::MAX));
    let waiting: Vec<i64> = unsent().iter().map(|unsent| unsent.n).collect();
    assert_eq!(waiting, numbers[2..], "whatever the office lacks is offered, also what cannot be read");

    // The office answers, and a lead refuses what nobody can read.
    let (scope, names) = (Scope::new(vec![village()]), [NAME.to_owned()]);
    let rights = Rights { role: Role::Inspector, scope: &scope, names: &names };
    let author = Author { person: NAME.into(), command: "test", at: at(92) };
    let refused = phone.store.write::<_, StoreError>(|writer| {
        writer.mark_refused(numbers[4], "damaged")?;
        writer.mark_refused(numbers[5], "missing_dependencies")?;
        let hash = &writer.held_there()?[0];
        writer.set_refused_aside(&[(hash, "请重新填报")], &rights, &author)
    });
    refused.unwrap();
    let waiting: Vec<Vec<u8>> = unsent().into_iter().map(|unsent| unsent.entry.bytes).collect();
    assert_eq!(waiting, changes[2..4], "with it goes what builds on it");
    assert_eq!(phone.read(|reader| reader.set_aside()).len(), 1);
    assert_eq!(office.pushed(1, site, &waiting), [Ok(()), Ok(())]);
    let there = office.read(|reader| reader.dossier(site)).unwrap().fields;
    assert_eq!((there.name, there.remark, there.operator, there.telephone), shown());
}
