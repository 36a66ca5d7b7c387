//! A device that begins gets compacted documents, page by page: it can be cut at any of them, work goes on meanwhile, and
//! nothing that is not whole is kept.

use std::collections::BTreeMap;
use std::sync::Mutex;

use app::{App, Office, SyncOutcome, SyncWatch};
use domain::{Role, Scope, SiteField, SiteId};
use office::apart::{Replica, TestClock};
use office::{DONGHUI, Desk, JIMEI, forward, sample, visit};
use store::StoreError;
use uuid::Uuid;
use wire::message::*;
use wire::sync::*;
use wire::{ApiError, ErrorCode};

const SITES: u64 = 180;

/// A server whose answers are lost as often as wanted, and may be bent on the way.
struct Link {
    office: Office,
    /// Whether the answer to each exchange arrives, in turn.
    arrives: Mutex<Vec<bool>>,
    /// A document of which one byte is wrong whenever it is sent as one of the first, or a change of it is.
    bent: Option<Uuid>,
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    exchanges: u32,
    snapshots: Vec<Uuid>,
    changes: usize,
    to_come: Vec<u64>,
    fetched: Vec<Uuid>,
    pushed: usize,
    heads: u32,
}

impl Link {
    fn to(office: &Replica, role: Role) -> Self {
        let scope = Scope::new(vec![DONGHUI.parse().unwrap()]);
        let office = Office::new(office.app.store().clone(), scope, "阿华".to_owned(), role);
        Self { office, arrives: Mutex::default(), bent: None, seen: Mutex::default() }
    }

    fn sync(&self, device: &App) -> Result<SyncOutcome, ApiError> {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(app::sync(device.store(), self, &|| device.now(), &SyncWatch::default()))
    }
}

impl SyncProtocol for Link {
    async fn exchange(&self, request: ExchangeRequest) -> Result<ExchangeReply, ProtocolError> {
        let pushed =
            request.push.iter().flat_map(|push| &push.documents).map(|one| one.changes.len()).sum::<usize>();
        let mut reply = self.office.exchange(request).await?;
        assert!(encode(&reply).unwrap().len() < MAX_MESSAGE);
        let mut seen = self.seen.lock().unwrap();
        seen.exchanges += 1;
        seen.pushed += pushed;
        let mut arrives = self.arrives.lock().unwrap();
        if !arrives.is_empty() && !arrives.remove(0) {
            return Err(ProtocolError::Unreachable("cut".to_owned()));
        }
        seen.to_come.push(reply.to_come);
        for feed in &mut reply.feeds {
            assert!(feed.snapshots.len() <= 50, "a device writes so many in one go");
            seen.changes += feed.documents.iter().map(|one| one.changes.len()).sum::<usize>();
            let bent = feed.documents.iter_mut().filter(|one| Some(one.document) == self.bent);
            for change in bent.flat_map(|one| &mut one.changes) {
                let middle = change.len() / 2;
                change[middle] ^= 0x55;
            }
            seen.snapshots.extend(feed.snapshots.iter().map(|snapshot| snapshot.document));
            for snapshot in feed.snapshots.iter_mut().filter(|one| Some(one.document) == self.bent) {
                let middle = snapshot.bytes.len() / 2;
                snapshot.bytes[middle] ^= 0x55;
            }
        }
        Ok(reply)
    }

    async fn heads(&self, grid: &domain::GridCode, after: Option<Uuid>) -> Result<HeadsPage, ProtocolError> {
        self.seen.lock().unwrap().heads += 1;
        self.office.heads(grid, after).await
    }

    async fn documents_fetch(&self, documents: Vec<Uuid>) -> Result<Documents, ProtocolError> {
        self.seen.lock().unwrap().fetched.extend(&documents);
        self.office.documents_fetch(documents).await
    }

    forward!(office: photo_state, photo_send, photo_fetch, photos_held, thumbnails_send, thumbnails_fetch, changes_held, erased);
}

fn clock() -> TestClock {
    TestClock::at("2026-03-02T02:00:00Z")
}

fn donghui(clock: &TestClock) -> Replica {
    let office = Replica::office(clock);
    sample::import_donghui(&office.app);
    office
}

fn sites(desk: &Desk) -> Vec<SiteSummary> {
    desk.sites(SiteFilter::default())
}

fn edit(desk: &Desk, site: SiteId, value: &str) {
    let was = desk.dossier(site).fields.remark;
    let edits = vec![FieldEdit { field: SiteField::Remark, was, value: value.to_owned() }];
    desk.call::<OneSite>("sites.edit", EditSite { site, edits });
}

fn rows(device: &Replica, sql: &str) -> u64 {
    let connection = rusqlite::Connection::open(device.app.store().folder().join("replica.sqlite")).unwrap();
    connection.query_row(sql, [], |row| row.get(0)).unwrap()
}

#[test]
fn an_enrolment_goes_on_where_it_was_cut_and_the_device_is_of_use_meanwhile() {
    let clock = clock();
    let (office, device) = (donghui(&clock), Replica::device(&clock));
    let lead = office.desk("林志燕", Role::Admin, &[JIMEI]);
    let ahua = device.desk("阿华", Role::Inspector, &[DONGHUI]);
    let link = Link::to(&office, Role::Inspector);
    // Every other answer is lost, and the device stopped: it begins a new sync each time.
    let all = sites(&lead);
    assert_eq!(all.len() as u64, SITES);
    let mut here = Vec::new();
    for round in 0.. {
        *link.arrives.lock().unwrap() = vec![true, false];
        match link.sync(&device.app) {
            Ok(outcome) => {
                assert!(outcome.verified.is_some(), "{outcome:?}");
                break;
            }
            Err(error) => assert_eq!(error.code, ErrorCode::Unreachable),
        }
        assert!(round < 10, "it gets nowhere");
        here.push(sites(&ahua).len());
        if round == 1 {
            // Meanwhile there is work on both sides: on what has arrived, and on what has not.
            ahua.call::<RecordedInspection>("inspections.record", visit(sites(&ahua)[0].id));
            edit(&lead, all.iter().map(|site| site.id).min().unwrap(), "已有");
            edit(&lead, all.iter().map(|site| site.id).max().unwrap(), "未到");
        }
    }
    assert!(here.windows(2).all(|pair| pair[0] <= pair[1]) && here[0] < here[here.len() - 1], "{here:?}");
    assert_eq!(sites(&ahua), sites(&lead));
    let seen = link.seen.lock().unwrap();
    let mut times: BTreeMap<Uuid, u32> = BTreeMap::new();
    seen.snapshots.iter().for_each(|document| *times.entry(*document).or_default() += 1);
    assert!(times.values().all(|times| *times == 1), "what arrived is not sent again");
    assert_eq!(times.len() as u64, rows(&office, "SELECT count(*) FROM document"));
    assert!(seen.changes <= 3, "only what was changed meanwhile came as changes, not {}", seen.changes);
    assert!(
        seen.to_come.windows(2).all(|pair| pair[0] >= pair[1]) && seen.to_come[0] > 0,
        "{:?}",
        seen.to_come
    );
    assert_eq!(*seen.to_come.last().unwrap(), 0);
    assert_eq!((seen.heads, seen.fetched.len()), (0, 0), "nothing was to be mended");
    // What arrived is no single change; what was made since is.
    assert_eq!(rows(&device, "SELECT count(*) FROM compacted"), times.len() as u64);
    assert!(rows(&device, "SELECT count(*) FROM change") <= 3);
}

#[test]
fn what_arrives_damaged_is_not_kept_and_is_mended_document_by_document() {
    let clock = clock();
    let (office, device) = (donghui(&clock), Replica::device(&clock));
    let lead = office.desk("林志燕", Role::Admin, &[JIMEI]);
    let victim = sites(&lead)[7].id;
    let mut link = Link::to(&office, Role::Inspector);
    link.bent = Some(victim.0);
    let outcome = link.sync(&device.app).unwrap();
    assert!(outcome.verified.is_some(), "{outcome:?}");
    assert_eq!(link.seen.lock().unwrap().fetched, [victim.0], "only what differed");
    let ahua = device.desk("阿华", Role::Inspector, &[DONGHUI]);
    assert_eq!(sites(&ahua), sites(&lead));
    assert_eq!(
        rows(&device, "SELECT count(*) FROM poison"),
        1,
        "what came is kept for whoever looks into it"
    );
}

#[test]
fn a_change_that_arrives_damaged_holds_up_nothing_and_is_mended_in_the_same_sync() {
    let clock = clock();
    let (office, device) = (donghui(&clock), Replica::device(&clock));
    let lead = office.desk("林志燕", Role::Admin, &[JIMEI]);
    let ahua = device.desk("阿华", Role::Inspector, &[DONGHUI]);
    let mut link = Link::to(&office, Role::Inspector);
    link.sync(&device.app).unwrap();
    let all = sites(&lead);
    let (victim, other) = (all[7].id, all[8].id);
    link.bent = Some(victim.0);
    for round in 1..=2_usize {
        edit(&lead, victim, &format!("弯了{round}次"));
        edit(&lead, other, &format!("好的{round}"));
        ahua.call::<RecordedInspection>("inspections.record", visit(other));
        let outcome = link.sync(&device.app).unwrap();
        assert!(outcome.verified.is_some(), "{outcome:?}");
        assert_eq!(ahua.dossier(victim).fields.remark, format!("弯了{round}次"));
        assert_eq!(lead.dossier(other).inspections.len(), round);
        assert_eq!(sites(&ahua), sites(&lead));
        assert_eq!(link.seen.lock().unwrap().fetched, vec![victim.0; round], "only what differed");
        assert_eq!(rows(&device, "SELECT count(*) FROM poison"), round as u64, "and what came is kept");
    }
}

#[test]
fn whoever_begins_with_work_of_their_own_is_not_sent_it_back() {
    let clock = clock();
    let (office, device) = (donghui(&clock), Replica::device(&clock));
    sample::import_file(&device.app, ImportKind::Divisions, "divisions-350211.csv");
    let lead = device.desk("阿华", Role::Lead, &[DONGHUI]);
    let own: Vec<SiteId> = (0..5)
        .map(|n| {
            let fields = domain::SiteFields::named(DONGHUI.parse().unwrap(), format!("自查{n}"));
            lead.call::<OneSite>("sites.register", RegisterSite { id: SiteId::new(), fields, draft: None })
                .site
        })
        .collect();
    let link = Link::to(&office, Role::Lead);
    link.sync(&device.app).unwrap();
    let seen = link.seen.lock().unwrap();
    assert!(own.iter().all(|site| !seen.snapshots.contains(&site.0)));
    assert_eq!(sites(&lead).len() as u64, SITES + 5);
}

#[test]
fn an_office_restored_from_a_backup_is_filled_again_with_what_arrived_compacted() {
    let clock = clock();
    let office = donghui(&clock);
    let lead = office.desk("林志燕", Role::Admin, &[JIMEI]);
    let backup = office.backup();
    let changed: Vec<SiteId> = sites(&lead).iter().take(3).map(|site| site.id).collect();
    changed.iter().for_each(|site| edit(&lead, *site, "备份之后"));
    let device = Replica::device(&clock);
    Link::to(&office, Role::Lead).sync(&device.app).unwrap();
    assert!(rows(&device, "SELECT count(*) FROM compacted") > SITES);
    drop(lead);
    let office = office.restored(backup);
    office.app.store().write::<_, StoreError>(|writer| writer.clear_setting("generation")).unwrap();
    let link = Link::to(&office, Role::Lead);
    let outcome = link.sync(&device.app).unwrap();
    assert!(outcome.verified.is_some(), "{outcome:?}");
    let lead = office.desk("林志燕", Role::Admin, &[JIMEI]);
    for site in &changed {
        assert_eq!(lead.dossier(*site).fields.remark, "备份之后");
    }
    let seen = link.seen.lock().unwrap();
    assert_eq!(seen.pushed, 3, "only what the office lacked was offered");
}
