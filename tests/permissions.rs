//! Every command as every role, through the console and through devices; and what lies outside of somebody's scope.

use domain::{CaseId, CompletionId, DecisionId, PlanProgressId, Role, Scope, SiteFields, SiteId, Verdict};
use office::{DONGHUI, JIMEI, TestOffice, decision, donghui, sample, shown, visit};
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};
use store::StoreError;
use wire::command::COMMANDS;
use wire::device::DEVICE_COMMANDS;
use wire::message::*;
use wire::office::OFFICE_COMMANDS;
use wire::{ApiError, ErrorCode};

/// A village in which nobody here works.
const ELSEWHERE: &str = "350211102208";

/// Somebody at the console.
struct Console {
    address: String,
    session: String,
    client: Client,
}

impl Console {
    fn of(office: &TestOffice, name: &str, role: Role) -> Self {
        let session = office.session(&office.person(name, role));
        Self { address: office.address.clone(), session, client: Client::new() }
    }

    async fn call(&self, command: &str, request: Value) -> Result<Value, ApiError> {
        let request = self
            .client
            .post(format!("{}/api/call/{command}", self.address))
            .header("cookie", format!("village_ledger_session={}", self.session))
            .header("x-village-ledger", "console")
            .header("content-type", "application/json")
            .body(request.to_string());
        let response = request.send().await.unwrap();
        let good = response.status().is_success();
        let status = response.status();
        let body: Value = serde_json::from_slice(&response.bytes().await.unwrap()).unwrap();
        if good {
            return Ok(body);
        }
        let error: ApiError = serde_json::from_value(body).unwrap();
        assert_eq!(status == StatusCode::FORBIDDEN, error.code == ErrorCode::Forbidden);
        Err(error)
    }

    async fn get(&self, path: &str) -> StatusCode {
        let request = self.client.get(format!("{}{path}", self.address));
        let cookie = format!("village_ledger_session={}", self.session);
        request.header("cookie", cookie).send().await.unwrap().status()
    }
}

fn is_forbidden(reply: &Result<Value, ApiError>) -> bool {
    matches!(reply, Err(error) if error.code == ErrorCode::Forbidden)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_command_asks_for_its_permission_whoever_calls_it_at_the_console() {
    let office = TestOffice::of_donghui().await;
    let mut refused = 0;
    for role in Role::ALL {
        let console = Console::of(&office, role.zh(), *role);
        for info in COMMANDS.iter().chain(OFFICE_COMMANDS) {
            // A request that no command can read: the permission comes first.
            let reply = console.call(info.name, Value::Null).await;
            assert_eq!(
                is_forbidden(&reply),
                !role.may(info.permission),
                "{} as {role}: {reply:?}",
                info.name
            );
            assert!(reply.is_err(), "{}", info.name);
            refused += usize::from(is_forbidden(&reply));
        }
    }
    let all = || COMMANDS.iter().chain(OFFICE_COMMANDS);
    let expected = Role::ALL.iter().flat_map(|role| all().map(move |info| (role, info)));
    assert_eq!(refused, expected.filter(|(role, info)| !role.may(info.permission)).count());
}

#[tokio::test(flavor = "multi_thread")]
async fn every_command_asks_for_its_permission_on_a_device_too() {
    let office = TestOffice::of_donghui().await;
    for role in Role::ALL {
        let person = office.member(role.zh(), *role).await;
        for info in COMMANDS.iter().chain(DEVICE_COMMANDS) {
            let reply = person.try_call::<Value>(info.name, Value::Null);
            assert_eq!(
                is_forbidden(&reply),
                !role.may(info.permission),
                "{} as {role}: {reply:?}",
                info.name
            );
            assert!(reply.is_err(), "{}", info.name);
        }
        // What only the office knows, no device answers.
        for info in OFFICE_COMMANDS {
            let reply = person.try_call::<Value>(info.name, Value::Null).unwrap_err();
            assert_eq!(reply.code, ErrorCode::UnknownCommand, "{}", info.name);
        }
        let session: Session = person.call("session.get", Nothing {});
        assert_eq!((session.person.as_str(), session.role), (role.zh(), *role));
        assert_eq!(session.permissions, role.permissions());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_session_says_who_asks_and_ends_with_them() {
    let office = TestOffice::of_donghui().await;
    let lead = Console::of(&office, "陈主任", Role::Lead);
    let session: Session =
        serde_json::from_value(lead.call("session.get", json!({})).await.unwrap()).unwrap();
    assert_eq!((session.person.as_str(), session.role, session.host), ("陈主任", Role::Lead, Host::Office));
    assert_eq!(session.scope, donghui().codes());
    let fields = SiteFields::named(DONGHUI.parse().unwrap(), "东辉新厂");
    let site = SiteId::new();
    let register = json!({ "id": site, "fields": fields, "draft": null });
    lead.call("sites.register", register).await.unwrap();
    let dossier = office.app.store().read::<_, StoreError>(|reader| reader.dossier(site)).unwrap().unwrap();
    assert_eq!(dossier.registered_by, "陈主任", "what is recorded bears the name of whoever is signed in");
    let renamed = lead.call("session.rename", json!({ "person": "县长" })).await.unwrap_err();
    assert_eq!(renamed.reason.as_deref(), Some("name_given"));
    let person = office.person("陈主任", Role::Lead);
    office.access.remove_person(person.id, office.app.now()).unwrap();
    assert_eq!(lead.call("session.get", json!({})).await.unwrap_err().code, ErrorCode::Unauthorized);
}

/// A site with a photo in a village outside of Donghui, as an administrator recorded it.
async fn elsewhere(office: &TestOffice) -> (SiteId, domain::PhotoHash) {
    let now = office.app.now();
    let scope = Scope::new(vec![ELSEWHERE.parse().unwrap()]);
    let person = office.access.add_person("外村网格员", Role::Inspector, Some(scope), now).unwrap();
    let token = office.access.add_device("手机", person.id, None, now).unwrap();
    let device = office::Inspector::alone().connected(&office.address, token).await;
    device.sync().await.unwrap();
    let site = SiteId::new();
    let mut fields = SiteFields::named(ELSEWHERE.parse().unwrap(), "外村的厂");
    let place = domain::LatLon::new(24.66, 118.09).unwrap();
    fields.position = Some(domain::Position::bare(place, domain::Provider::Typed));
    device.call::<OneSite>("sites.register", RegisterSite { id: site, fields, draft: None });
    let draft = uuid::Uuid::now_v7();
    let photo = device.photograph(draft, &sample::path("photos/gps-DSCN0010.jpg"));
    let inspection = RecordInspection { draft: Some(draft), photos: vec![shown(&photo.hash)], ..visit(site) };
    device.call::<RecordedInspection>("inspections.record", inspection);
    device.sync().await.unwrap();
    assert!(device.status().verified.is_some(), "{:?}", device.status());
    (site, photo.hash)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_lies_outside_of_the_scope_is_neither_written_nor_seen() {
    let office = TestOffice::of_donghui().await;
    let (site, photo) = elsewhere(&office).await;
    let lead = Console::of(&office, "陈主任", Role::Lead);
    let admin =
        Console { address: office.address.clone(), session: office.admin_session(), client: Client::new() };
    let inspection = serde_json::to_value(visit(site)).unwrap();
    let decision = decision(Verdict::Upgrade);
    for (command, request) in [
        (
            "sites.register",
            json!({ "id": SiteId::new(), "fields": SiteFields::named(ELSEWHERE.parse().unwrap(), "厂"), "draft": null }),
        ),
        (
            "sites.edit",
            json!({ "site": site, "edits": [{ "field": "name", "was": "外村的厂", "value": "我的厂" }] }),
        ),
        ("sites.choose_value", json!({ "site": site, "field": "name", "key": "1@aa" })),
        ("inspections.record", inspection),
        ("sites.decide", json!({ "id": DecisionId::new(), "site": site, "decision": decision, "seen": [] })),
        (
            "sites.complete",
            json!({ "id": CompletionId::new(), "site": site, "done": false, "done_on": null, "comment": "否" }),
        ),
        (
            "sites.report_progress",
            json!({ "id": PlanProgressId::new(), "site": site, "percent": 50, "comment": "" }),
        ),
        (
            "cases.record",
            json!({
                "id": CaseId::new(), "site": site, "number": "1", "department": "执法局", "filed_on": "2026-03-01",
                "fine_yuan": 0, "task": null,
            }),
        ),
    ] {
        let error = lead.call(command, request).await.unwrap_err();
        assert_eq!((error.code, error.reason.as_deref()), (ErrorCode::Forbidden, Some("scope")), "{command}");
    }

    let dossier = json!({ "site": site });
    assert_eq!(lead.call("sites.dossier", dossier.clone()).await.unwrap_err().code, ErrorCode::NotFound);
    admin.call("sites.dossier", dossier).await.unwrap();
    let anything = serde_json::to_value(SiteFilter::default()).unwrap();
    let named =
        serde_json::to_value(SiteFilter { text: Some("外村".into()), ..SiteFilter::default() }).unwrap();
    let whole = json!({ "west": -180.0, "south": -90.0, "east": 180.0, "north": 90.0 });
    let export = lead.call("photos.export", json!({ "site": site, "photos": [], "stamped": false })).await;
    assert_eq!(export.unwrap_err().code, ErrorCode::NotFound);
    for (console, count, mark, found) in [(&lead, 180, 0, 0), (&admin, 181, 1, 1)] {
        let counted = console.call("sites.count", anything.clone()).await.unwrap();
        assert_eq!(counted["count"], count);
        let list = json!({ "filter": named, "after": null, "limit": 50 });
        for command in ["sites.list", "ledger.rows"] {
            let page = console.call(command, list.clone()).await.unwrap();
            let rows = page.get("sites").or(page.get("lines")).unwrap();
            assert_eq!(rows.as_array().unwrap().len(), found, "{command}");
        }
        let totals = console.call("ledger.totals", json!({ "grid": JIMEI, "period": null })).await.unwrap();
        assert_eq!(totals["of"]["totals"]["surveyed"], count);
        let export = console.call("ledger.export", json!({ "grid": JIMEI, "format": "csv" })).await.unwrap();
        assert_eq!(export["rows"], count);
        let map = json!({ "filter": named, "bounds": whole, "limit": 10 });
        let marks = console.call("map.sites", map).await.unwrap();
        assert_eq!(marks["total"], mark);
        let photos = console.call("map.photos", json!({ "bounds": whole, "limit": 10 })).await.unwrap();
        assert_eq!(photos.as_array().unwrap().len(), found);
        let all = json!({ "filter": anything, "bounds": whole, "limit": 1 });
        let placed = console.call("map.sites", all).await.unwrap()["total"].as_u64().unwrap();
        let extent = console.call("map.extent", json!({})).await.unwrap();
        assert_eq!(placed + extent["sites_without_place"].as_u64().unwrap(), count);
        for path in ["", "/thumbnail", "/stamped"] {
            let status = console.get(&format!("/api/photos/{photo}{path}")).await;
            let expected = if found == 1 { StatusCode::OK } else { StatusCode::NOT_FOUND };
            assert_eq!(status, expected, "{path}");
        }
    }

    // A device reads no photos of elsewhere either, and ends no upload of somebody else.
    let token = office.token();
    let url = format!("{}/sync/photos/{photo}", office.address);
    let fetched = Client::new().get(&url).bearer_auth(&token).send().await.unwrap();
    assert_eq!(fetched.status(), StatusCode::NOT_FOUND);
    let ended = Client::new().delete(&url).bearer_auth(&token).header("tus-resumable", "1.0.0").send();
    assert_eq!(ended.await.unwrap().status(), StatusCode::FORBIDDEN);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_of_an_import_outside_of_the_scope_is_a_bad_row() {
    let office = TestOffice::of_donghui().await;
    let lead = Console::of(&office, "陈主任", Role::Lead);
    let ledger = format!("村居代码,企业名称,是否散乱污\n{DONGHUI},东辉新厂,否\n{ELSEWHERE},外村的厂,否\n");
    let upload = office.app.uploads().add(ledger.as_bytes()).unwrap();
    let import =
        |skip: bool| json!({ "upload": upload, "what": "ledger", "dry_run": false, "skip_bad_rows": skip });
    let report = lead.call("files.import", import(false)).await.unwrap();
    assert_eq!((&report["written"], &report["bad_rows"]), (&json!(false), &json!(1)));
    assert_eq!((&report["bad"][0]["row"], &report["bad"][0]["reason"]), (&json!(3), &json!("outside_scope")));
    let report = lead.call("files.import", import(true)).await.unwrap();
    assert_eq!((&report["written"], &report["added"]), (&json!(true), &json!(1)));
}
