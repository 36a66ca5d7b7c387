//! Documents that change their place: a site moves to another village, a device gets another scope, or is revoked. Nothing
//! leaves a device before the office has proved that it has it.

use domain::{GridCode, Role, Scope, SiteFields, SiteId};
use office::apart::{Replica, TestClock};
use office::{DONGHUI, Desk, Inspector, TestOffice, donghui, right, sample, visit};
use store::StoreError;
use sync_server::access::PersonChange;
use wire::ErrorCode;
use wire::message::*;

const DINGXU: &str = "350211102208";
const TOWN: &str = "350211102";

fn grid(code: &str) -> GridCode {
    code.parse().unwrap()
}

fn move_site(site: SiteId, was: &str, to: &str) -> MoveSite {
    MoveSite { site, was: grid(was), grid: grid(to) }
}

struct County {
    office: Replica,
    lead: Desk,
    site: SiteId,
}

impl County {
    fn of_donghui(clock: &TestClock) -> Self {
        let office = Replica::office(clock);
        sample::import_donghui(&office.app);
        let lead = office.desk("陈主任", Role::Lead, &[TOWN]);
        let site = lead.sites(SiteFilter::default())[3].id;
        Self { office, lead, site }
    }

    fn device(&self, clock: &TestClock, role: Role, scope: &[&str]) -> Replica {
        let device = Replica::device(clock);
        device.sync(&self.office, "阿华", role, scope);
        device
    }
}

fn holds(replica: &Replica, site: SiteId) -> Option<String> {
    let dossier = replica.app.store().read::<_, StoreError>(|reader| reader.dossier(site)).unwrap();
    dossier.map(|dossier| dossier.fields.grid.to_string())
}

fn counts(desk: &Desk) -> (u64, u64) {
    let of = |code: &str| {
        let filter = SiteFilter { grid: Some(grid(code)), ..SiteFilter::default() };
        desk.call::<Count>("sites.count", filter).count
    };
    (of(DONGHUI), of(DINGXU))
}

#[test]
fn a_site_goes_to_the_devices_of_its_new_village_and_from_those_of_the_old_one() {
    let clock = TestClock::at("2026-03-02T02:00:00Z");
    let county = County::of_donghui(&clock);
    let old = county.device(&clock, Role::Inspector, &[DONGHUI]);
    let new = county.device(&clock, Role::Inspector, &[DINGXU]);
    let both = county.device(&clock, Role::Lead, &[TOWN]);
    assert_eq!(counts(&county.lead), (180, 0));
    county.lead.call::<OneSite>("sites.move", move_site(county.site, DONGHUI, DINGXU));
    // Pressed twice.
    county.lead.call::<OneSite>("sites.move", move_site(county.site, DONGHUI, DINGXU));
    assert_eq!(counts(&county.lead), (179, 1));
    // Work on it that was done before its device heard of that, also twice.
    let ahua = old.desk("阿华", Role::Inspector, &[DONGHUI]);
    ahua.call::<RecordedInspection>("inspections.record", visit(county.site));
    for device in [&old, &new, &both, &new] {
        let (role, scope) =
            if std::ptr::eq(device, &both) { (Role::Lead, TOWN) } else { (Role::Inspector, DONGHUI) };
        let scope = if std::ptr::eq(device, &new) { DINGXU } else { scope };
        device.sync(&county.office, "阿华", role, &[scope]);
    }
    assert_eq!(holds(&old, county.site), None);
    for replica in [&county.office, &new, &both] {
        assert_eq!(holds(replica, county.site).as_deref(), Some(DINGXU));
    }
    let dossier = county.lead.dossier(county.site);
    assert_eq!(dossier.inspections.len(), 1, "what was pending is on record");
    for replica in [&new, &both] {
        let desk = replica.desk("阿华", Role::Lead, &[TOWN]);
        assert_eq!(desk.dossier(county.site).inspections, dossier.inspections);
    }
    assert_eq!(counts(&both.desk("阿华", Role::Lead, &[TOWN])), (179, 1));
    let held: Vec<HeldWork> = county.lead.call("held.list", ListHeld { waiting: true });
    assert_eq!(held, []);
    // And back again.
    county.lead.call::<OneSite>("sites.move", move_site(county.site, DINGXU, DONGHUI));
    for (device, role, scope) in
        [(&old, Role::Inspector, DONGHUI), (&new, Role::Inspector, DINGXU), (&both, Role::Lead, TOWN)]
    {
        device.sync(&county.office, "阿华", role, &[scope]);
    }
    assert_eq!(holds(&old, county.site).as_deref(), Some(DONGHUI));
    assert_eq!(holds(&new, county.site), None);
    assert_eq!(holds(&both, county.site).as_deref(), Some(DONGHUI));
    right(county.office.app.store().folder());
}

#[test]
fn a_lead_moves_sites_offline_also_one_that_was_never_sent_and_only_within_their_scope() {
    let clock = TestClock::at("2026-03-02T02:00:00Z");
    let county = County::of_donghui(&clock);
    let device = county.device(&clock, Role::Lead, &[TOWN]);
    let lead = device.desk("阿华", Role::Lead, &[TOWN]);
    let fields = SiteFields::named(grid(DONGHUI), "新发五金加工点");
    let new =
        lead.call::<OneSite>("sites.register", RegisterSite { id: SiteId::new(), fields, draft: None }).site;
    for site in [new, county.site] {
        lead.call::<OneSite>("sites.move", move_site(site, DONGHUI, DINGXU));
        lead.call::<RecordedInspection>("inspections.record", visit(site));
    }
    let changed =
        lead.try_call::<OneSite>("sites.move", move_site(new, DONGHUI, "350211102201")).unwrap_err();
    assert_eq!(changed.code, ErrorCode::Changed);
    let town = lead.try_call::<OneSite>("sites.move", move_site(new, DINGXU, TOWN)).unwrap_err();
    assert_eq!((town.code, town.reason.as_deref()), (ErrorCode::Invalid, Some("not_a_village")));
    let narrow = device.desk("阿华", Role::Lead, &[DINGXU]);
    let outside = narrow.try_call::<OneSite>("sites.move", move_site(new, DINGXU, DONGHUI)).unwrap_err();
    assert_eq!((outside.code, outside.reason.as_deref()), (ErrorCode::Forbidden, Some("scope")));
    device.sync(&county.office, "阿华", Role::Lead, &[TOWN]);
    for site in [new, county.site] {
        assert_eq!(holds(&county.office, site).as_deref(), Some(DINGXU));
        assert_eq!(county.lead.dossier(site).inspections.len(), 1);
    }
    // Whoever is for the new village alone cannot fetch a site from elsewhere by saying that it is theirs.
    let thief = county.device(&clock, Role::Lead, &[DONGHUI]);
    let mine = thief.desk("阿华", Role::Lead, &[TOWN]);
    let other = mine.sites(SiteFilter::default())[0].id;
    mine.call::<OneSite>("sites.move", move_site(other, DONGHUI, DINGXU));
    thief.sync(&county.office, "阿华", Role::Lead, &[DONGHUI]);
    assert_eq!(holds(&county.office, other).as_deref(), Some(DONGHUI));
    let held: Vec<HeldWork> = county.lead.call("held.list", ListHeld { waiting: true });
    assert_eq!((held.len(), held[0].reason.as_str()), (1, "scope"));
    assert_eq!(held[0].changes[0].facts, ["moved"]);
    // Refused, it is where it was on the device too.
    let judge = JudgeHeld { id: held[0].id, accept: false, comment: "不行".into() };
    county.lead.call::<HeldWork>("held.judge", judge);
    thief.sync(&county.office, "阿华", Role::Lead, &[DONGHUI]);
    assert_eq!(holds(&thief, other).as_deref(), Some(DONGHUI));
}

fn scoped(code: &str) -> Option<Scope> {
    Some(Scope::new(vec![grid(code)]))
}

fn rescope(office: &TestOffice, name: &str, scope: Option<Scope>) {
    let person = office.access.person_named(name).unwrap().unwrap();
    let change = PersonChange { scope: Some(scope), ..PersonChange::default() };
    office.access.change_person(person.id, change).unwrap();
}

/// A visit with a photo, to a site that is registered for it.
fn with_photo(person: &Inspector, name: &str) -> (SiteId, domain::PhotoHash) {
    let site = person.register(name);
    (site, person.photographed(site, "photos/gps-DSCN0010.jpg").hash)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_lies_outside_a_new_scope_goes_when_the_office_has_it_and_not_before() {
    let office = TestOffice::of_donghui().await;
    let ahua = office.inspector("阿华").await;
    ahua.sync().await.unwrap();
    let (_, photo) = with_photo(&ahua, "新发五金加工点");
    ahua.sync().await.unwrap();
    assert!(ahua.status().verified.is_some());
    // Not sent when the scope changes: it waits for the lead, and stays.
    let (pending, _) = with_photo(&ahua, "另一家");
    rescope(&office, "阿华", scoped(DINGXU));
    ahua.sync().await.unwrap();
    let status = ahua.status();
    assert_eq!(status.verified, None);
    let [leaving] = status.leaving.as_slice() else { panic!("{:?}", status.leaving) };
    assert_eq!((leaving.unit.code.as_str(), leaving.documents, leaving.unsent_changes), (DONGHUI, 1, 2));
    assert_eq!(ahua.find("曾美服装厂").len(), 0, "the office has it");
    assert_eq!(ahua.dossier(pending).inspections.len(), 1);
    assert!(ahua.device.photo(&photo, false).unwrap().is_some(), "what stays mentions the same photo");
    // The lead lets it in: then it goes, and its photo with it.
    let lead = Desk::of(&office.app, "陈主任", Role::Lead, &[DONGHUI]);
    let held: Vec<HeldWork> = lead.call("held.list", ListHeld { waiting: true });
    let judge = JudgeHeld { id: held[0].id, accept: true, comment: String::new() };
    lead.call::<HeldWork>("held.judge", judge);
    ahua.sync().await.unwrap();
    let status = ahua.status();
    assert_eq!((status.leaving.len(), status.unsent_changes, status.unsent_photos), (0, 0, 0), "{status:?}");
    assert!(status.verified.is_some());
    assert_eq!(ahua.device.photo(&photo, false).unwrap(), None);
    assert_eq!(ahua.device.photo(&photo, true).unwrap(), None);
    assert!(office.app.store().photo_bytes(&photo).unwrap().is_some());
    // Back in scope, all of it arrives anew.
    rescope(&office, "阿华", Some(donghui()));
    ahua.sync().await.unwrap();
    assert_eq!(ahua.status().verified.map(|verified| (verified.dossiers, verified.photos)), Some((182, 1)));
    assert!(ahua.device.photo(&photo, false).unwrap().is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_erased_that_the_office_does_not_have() {
    let office = TestOffice::of_donghui().await;
    let ahua = office.inspector("阿华").await;
    ahua.sync().await.unwrap();
    let (site, photo) = with_photo(&ahua, "新发五金加工点");
    ahua.sync().await.unwrap();
    let (pending, _) = with_photo(&ahua, "另一家");
    let device = office.access.devices().unwrap()[0].id;
    office.access.revoke_device(device, false, office.app.now()).unwrap();
    let error = ahua.sync().await.unwrap_err();
    assert_eq!((error.code, error.reason.as_deref()), (ErrorCode::Unauthorized, Some("revoked")));
    let told = ahua.status().revoked.unwrap();
    assert_eq!((told.erase, told.unsent_changes, told.unsent_photos), (false, 2, 0));
    office.access.revoke_device(device, true, office.app.now()).unwrap();
    ahua.sync().await.unwrap_err();
    let told = ahua.status().revoked.unwrap();
    assert!(told.erase && told.unsent_changes == 2);
    assert_eq!(ahua.dossier(pending).inspections.len(), 1, "it was not sent, so nothing was erased");
    assert!(ahua.device.photo(&photo, false).unwrap().is_some());
    // As if it had been sent: the office has it, by another way.
    let unsent =
        ahua.device.app().store().read::<_, StoreError>(|reader| reader.unsent_after(0, usize::MAX)).unwrap();
    let sent =
        |writer: &store::Writer<'_>| unsent.iter().try_for_each(|one| writer.mark_sent(one.n).map(drop));
    ahua.device.app().store().write::<_, StoreError>(sent).unwrap();
    ahua.sync().await.unwrap_err();
    assert_eq!(ahua.dossier(pending).inspections.len(), 1, "the office does not prove that it has it");
    let ingest = |writer: &store::Writer<'_>| {
        for one in &unsent {
            let changes = vec![one.entry.bytes.clone().into()];
            let news =
                wire::sync::DocumentChanges { document: one.entry.document, kind: one.entry.kind, changes };
            assert_eq!(writer.ingest(&one.grid, &news, None)?, [Ok(())]);
        }
        Ok(())
    };
    office.app.store().write::<_, StoreError>(ingest).unwrap();
    ahua.sync().await.unwrap_err();
    let status = ahua.status();
    assert_eq!((status.server, status.revoked), (None, None), "as new");
    assert_eq!(ahua.find("新发").len(), 0);
    assert!(ahua.try_call::<DossierView>("sites.dossier", OneSite { site }).is_err());
    assert_eq!(ahua.device.photo(&photo, false).unwrap(), None);
    assert!(office.access.devices().unwrap()[0].revoked.unwrap().erased_at.is_some());
    let folder = ahua.folder.path().to_owned();
    let ahua = ahua.restarted();
    assert_eq!(ahua.status().server, None);
    let left = std::fs::read(folder.join("replica.sqlite")).unwrap();
    let name = "新发五金加工点".as_bytes();
    assert!(!left.windows(name.len()).any(|bytes| bytes == name), "nothing of it can be read from the file");
    // It can be of use again.
    let token = office.token_of("阿华", Role::Inspector);
    let ahua = ahua.connected(&office.address, token).await;
    ahua.sync().await.unwrap();
    assert_eq!(ahua.dossier(site).photos[0].photo.hash, photo);
}
