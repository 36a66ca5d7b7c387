//! Who gets into the console, by what, for how long; and who may manage whom there.

use domain::{Role, Scope};
use office::console::{Console, error};
use office::{DONGHUI, Inspector, TestOffice};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use wire::message::*;
use wire::sync::Invitation;
use wire::{ApiError, ErrorCode};

const TOWN: &str = "350211102";
const ELSEWHERE: &str = "350211103";
const PASSWORD: &str = "东辉村 2026 台账";

fn reason(error: &ApiError) -> (ErrorCode, &str) {
    (error.code, error.reason.as_deref().unwrap_or_default())
}

async fn refused<T: std::fmt::Debug>(
    answer: impl Future<Output = Result<T, ApiError>>,
) -> (ErrorCode, String) {
    let error = answer.await.unwrap_err();
    (error.code, error.reason.unwrap_or_default())
}

fn scope(codes: &[&str]) -> Option<Scope> {
    Some(Scope::new(codes.iter().map(|code| code.parse().unwrap()).collect()))
}

/// A lead of the town, at the console.
async fn lead(office: &TestOffice) -> Console {
    let now = office.app.now();
    let person = office.access.add_person("陈主任", Role::Lead, scope(&[TOWN]), now).unwrap();
    Console::with(office, &office.session(&person))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_is_set_after_a_link_and_opens_the_console_afterwards() {
    let office = TestOffice::of_donghui().await;
    let console = lead(&office).await;
    let account: Account = console.call("account.get", json!({})).await;
    assert_eq!(
        (account.name.as_str(), account.has_password, account.needs_current),
        ("陈主任", false, false)
    );
    let short = console.try_call::<Account>("account.change_password", json!({ "current": "", "new": "短" }));
    assert_eq!(refused(short).await, (ErrorCode::Invalid, "password_length".to_owned()));
    let new = json!({ "current": "", "new": PASSWORD });
    let account: Account = console.call("account.change_password", new).await;
    assert!(account.has_password && !account.needs_current, "the link was used a moment ago");

    let mut browser = Console::stranger(&office);
    for credentials in [
        json!({ "name": "陈主任", "password": "不对的密码啊啊啊" }),
        json!({ "name": "没有这个人", "password": PASSWORD }),
    ] {
        let wrong = browser.sign_in(credentials).await.unwrap_err();
        assert_eq!(reason(&wrong), (ErrorCode::Unauthorized, "password"));
        assert_eq!(wrong.message, "the name or the password is wrong", "the same for both");
    }
    browser.sign_in(json!({ "name": "陈主任", "password": PASSWORD })).await.unwrap();
    let account: Account = browser.call("account.get", json!({})).await;
    assert!(account.needs_current && account.sessions.len() == 2);
    assert!(account.sessions.iter().filter(|session| session.own).count() == 1);
    let unsaid = json!({ "current": "", "new": "另一个密码 2027" });
    let unsaid = browser.try_call::<Account>("account.change_password", unsaid);
    assert_eq!(refused(unsaid).await, (ErrorCode::Invalid, "password_current".to_owned()));
    let change = json!({ "current": PASSWORD, "new": "另一个密码 2027" });
    let account: Account = browser.call("account.change_password", change).await;
    assert_eq!(account.sessions.len(), 1, "the other session ended");
    let ended = console.try_call::<Account>("account.get", json!({})).await.unwrap_err();
    assert_eq!(ended.code, ErrorCode::Unauthorized);

    let mut phone = browser.clone();
    phone.sign_in(json!({ "name": "陈主任", "password": "另一个密码 2027" })).await.unwrap();
    assert_ne!(phone.cookie, browser.cookie, "each time another secret");
    let gone = browser.try_call::<Account>("account.get", json!({})).await.unwrap_err();
    assert_eq!(gone.code, ErrorCode::Unauthorized, "the session that the browser came with has ended");
    phone.post("/api/sign-out", json!({})).await;
    assert!(phone.try_call::<Account>("account.get", json!({})).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_are_listed_and_ended() {
    let office = TestOffice::of_donghui().await;
    let console = lead(&office).await;
    let person = office.access.person_named("陈主任").unwrap().unwrap();
    let others: Vec<Console> = (0..3).map(|_| Console::with(&office, &office.session(&person))).collect();
    let account: Account = console.call("account.get", json!({})).await;
    let other: Account = others[0].call("account.get", json!({})).await;
    let one = other.sessions.iter().find(|session| session.own).unwrap().id;
    assert!(account.sessions.iter().any(|session| session.id == one && !session.own));
    assert!(
        account.sessions.iter().all(|session| session.browser == "a test" && session.peer == "127.0.0.1")
    );
    let account: Account = console.call("account.end_session", json!({ "id": one })).await;
    assert_eq!(account.sessions.len(), 3);
    assert!(others[0].try_call::<Account>("account.get", json!({})).await.is_err());
    let account: Account = console.call("account.end_session", json!({ "id": null })).await;
    assert!(account.sessions.len() == 1 && account.sessions[0].own);
    assert!(others[2].try_call::<Account>("account.get", json!({})).await.is_err());
    let stranger = office.session(&office.access.first_admin(office.app.now()).unwrap());
    let own: Account = Console::with(&office, &stranger).call("account.get", json!({})).await;
    let theirs = console.try_call::<Account>("account.end_session", json!({ "id": own.sessions[0].id }));
    assert_eq!(refused(theirs).await.0, ErrorCode::NotFound, "nobody ends somebody else's");
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_has_to_wait_and_says_how_long() {
    let office = TestOffice::of_donghui().await;
    let person = office.person("陈主任", Role::Lead);
    office.access.set_password(person.id, PASSWORD, None, None, office.app.now()).unwrap();
    let mut browser = Console::stranger(&office);
    for _ in 0..5 {
        let wrong = browser.sign_in(json!({ "name": "陈主任", "password": "猜一个密码看看" })).await;
        assert_eq!(reason(&wrong.unwrap_err()), (ErrorCode::Unauthorized, "password"));
    }
    let right = json!({ "name": "陈主任", "password": PASSWORD });
    let response = browser.post("/api/sign-in", &right).await;
    assert_eq!(response.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(response.headers()["retry-after"], "1");
    assert_eq!(reason(&error(response).await), (ErrorCode::TooManyRequests, "1"));
    tokio::time::sleep(std::time::Duration::from_millis(1_050)).await;
    browser.sign_in(right).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn only_pages_of_this_origin_change_anything_and_answers_are_kept_nowhere() {
    let office = TestOffice::of_donghui().await;
    let console = lead(&office).await;
    let call = "/api/call/session.get";
    let own = office.address.clone();
    for (headers, good) in [
        (vec![], true),
        (vec![("origin", own.as_str()), ("sec-fetch-site", "same-origin")], true),
        (vec![("origin", "https://evil.example")], false),
        (vec![("origin", "null")], false),
        (vec![("origin", "http://127.0.0.1:1")], false),
        (vec![("sec-fetch-site", "cross-site")], false),
        (vec![("sec-fetch-site", "same-site")], false),
    ] {
        let response = console.post_with(call, json!({}), &headers).await;
        let expected = if good { StatusCode::OK } else { StatusCode::FORBIDDEN };
        assert_eq!(response.status(), expected, "{headers:?}");
        assert_eq!(response.headers()["cache-control"], "no-store", "{headers:?}");
    }
    for path in [call, "/api/uploads", "/api/sign-in", "/api/sign-out"] {
        let form = console.bare(Method::POST, path).header("content-type", "application/json").body("{}");
        let status = form.send().await.unwrap().status();
        assert!(
            matches!(status, StatusCode::FORBIDDEN | StatusCode::UNPROCESSABLE_ENTITY),
            "{path}: {status}"
        );
    }
    console.call::<Session>("session.get", json!({})).await;

    // The cookie is for this site, out of reach of scripts, and over TLS for nothing else.
    let person = office.access.person_named("陈主任").unwrap().unwrap();
    let code = office.access.new_sign_in_code(person.id, office.app.now()).unwrap();
    let response = Console::stranger(&office).post("/api/sign-in", json!({ "code": code })).await;
    assert_eq!(response.headers()["cache-control"], "no-store");
    let set = response.headers()["set-cookie"].to_str().unwrap().to_owned();
    assert!(set.starts_with("village_ledger_session="), "{set}");
    for part in ["HttpOnly", "SameSite=Strict", "Path=/"] {
        assert!(set.contains(part), "{set}");
    }
    assert!(!set.contains("Secure") && !set.contains("Domain"), "{set}");

    let tls = office.address.replace("http://", "https://");
    let trusting = reqwest::Client::builder().tls_danger_accept_invalid_certs(true).build().unwrap();
    let mut browser = Console { address: tls, client: trusting, ..Console::stranger(&office) };
    let code = office.access.new_sign_in_code(person.id, office.app.now()).unwrap();
    let response = browser.post("/api/sign-in", json!({ "code": code })).await;
    let set = response.headers()["set-cookie"].to_str().unwrap().to_owned();
    assert!(set.starts_with("__Host-village_ledger_session=") && set.contains("Secure"), "{set}");
    browser.cookie = set.split(';').next().unwrap().to_owned();
    browser.call::<Session>("session.get", json!({})).await;
    browser.cookie = browser.cookie.trim_start_matches("__Host-").to_owned();
    let planted = browser.try_call::<Session>("session.get", json!({}));
    assert_eq!(refused(planted).await.0, ErrorCode::Unauthorized, "a cookie that plain HTTP could have set");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lead_manages_those_beneath_within_the_town_and_an_admin_everybody() {
    let office = TestOffice::of_donghui().await;
    let lead = lead(&office).await;
    let admin = Console::with(&office, &office.admin_session());
    let add = |name: &str, role: &str, grids: &[&str]| json!({ "name": name, "role": role, "grids": grids });
    let village: PersonInfo = lead.call("people.add", add("林志燕", "inspector", &[DONGHUI])).await;
    assert!(village.changeable && village.scope[0].name == "东辉村委会", "{village:?}");
    for (request, expected) in [
        (add("甲", "lead", &[DONGHUI]), (ErrorCode::Forbidden, "role_beyond")),
        (add("甲", "admin", &[]), (ErrorCode::Forbidden, "scope")),
        (add("甲", "inspector", &[ELSEWHERE]), (ErrorCode::Forbidden, "scope")),
        (add("甲", "inspector", &[DONGHUI, ELSEWHERE]), (ErrorCode::Forbidden, "scope")),
        (add("甲", "viewer", &["350211"]), (ErrorCode::Forbidden, "scope")),
        (add("甲", "inspector", &[]), (ErrorCode::Invalid, "missing")),
        (add("甲", "inspector", &["990000000000"]), (ErrorCode::UnknownGrid, "")),
        (add("林志燕", "viewer", &[DONGHUI]), (ErrorCode::Invalid, "name_taken")),
        (add(" 林志燕 ", "viewer", &[DONGHUI]), (ErrorCode::Invalid, "name_taken")),
        (add(" ", "viewer", &[DONGHUI]), (ErrorCode::Invalid, "missing")),
        (add(&"长".repeat(61), "viewer", &[DONGHUI]), (ErrorCode::Invalid, "too_long")),
        (add("两\n行", "viewer", &[DONGHUI]), (ErrorCode::Invalid, "too_long")),
    ] {
        let error = lead.try_call::<PersonInfo>("people.add", &request).await.unwrap_err();
        assert_eq!(reason(&error), expected, "{request}");
    }
    let other: PersonInfo = admin.call("people.add", add("外镇网格员", "inspector", &[ELSEWHERE])).await;
    let peer: PersonInfo = admin.call("people.add", add("副组长", "lead", &[DONGHUI])).await;

    let seen: Vec<PersonInfo> = lead.call("people.list", json!({})).await;
    let seen: Vec<(&str, bool)> = seen.iter().map(|info| (info.name.as_str(), info.changeable)).collect();
    assert_eq!(seen, [("陈主任", false), ("林志燕", true), ("副组长", false)]);
    let all: Vec<PersonInfo> = admin.call("people.list", json!({})).await;
    assert!(all.len() == 5 && all.iter().all(|info| info.changeable));
    let chen = all.iter().find(|info| info.name == "陈主任").unwrap();
    let own_admin = all.iter().find(|info| info.role == Role::Admin).unwrap();

    let change =
        |id, role: &str, grids: &[&str]| json!({ "id": id, "name": "改名", "role": role, "grids": grids });
    for (request, expected) in [
        (change(village.id, "lead", &[DONGHUI]), (ErrorCode::Forbidden, "role_beyond")),
        (change(village.id, "inspector", &[ELSEWHERE]), (ErrorCode::Forbidden, "scope")),
        (change(peer.id, "inspector", &[DONGHUI]), (ErrorCode::Forbidden, "role_beyond")),
        (change(chen.id, "lead", &["350211"]), (ErrorCode::Forbidden, "role_beyond")),
        (change(other.id, "inspector", &[DONGHUI]), (ErrorCode::NotFound, "")),
        (change(own_admin.id, "viewer", &[DONGHUI]), (ErrorCode::NotFound, "")),
    ] {
        let error = lead.try_call::<PersonInfo>("people.change", &request).await.unwrap_err();
        assert_eq!(reason(&error), expected, "{request}");
    }
    for (command, id, code) in [
        ("people.remove", peer.id, ErrorCode::Forbidden),
        ("people.remove", chen.id, ErrorCode::Forbidden),
        ("people.remove", other.id, ErrorCode::NotFound),
        ("people.sign_in_link", peer.id, ErrorCode::Forbidden),
        ("people.sign_in_link", own_admin.id, ErrorCode::NotFound),
    ] {
        assert_eq!(refused(lead.try_call::<Value>(command, json!({ "id": id }))).await.0, code, "{command}");
    }
    for request in [change(own_admin.id, "viewer", &[DONGHUI]), change(own_admin.id, "admin", &[TOWN])] {
        let last = admin.try_call::<PersonInfo>("people.change", request);
        assert_eq!(refused(last).await, (ErrorCode::Forbidden, "last_admin".to_owned()));
    }
    let last = admin.try_call::<Value>("people.remove", json!({ "id": own_admin.id }));
    assert_eq!(refused(last).await, (ErrorCode::Forbidden, "last_admin".to_owned()));

    let changed: PersonInfo = lead.call("people.change", change(village.id, "viewer", &[TOWN])).await;
    assert_eq!((changed.name.as_str(), changed.role), ("改名", Role::Viewer));
    let link: SignInLink = lead.call("people.sign_in_link", json!({ "id": village.id })).await;
    let code = link.url.split_once("code=").unwrap().1.to_owned();
    assert!(link.url.starts_with(&format!("{}/sign-in?", office.address)));
    let mut viewer = Console::stranger(&office);
    // A look ahead uses no link up.
    let path = link.url.strip_prefix(&office.address).unwrap();
    viewer.bare(Method::HEAD, path).send().await.unwrap();
    viewer.bare(Method::GET, path).header("sec-purpose", "prefetch").send().await.unwrap();
    viewer.sign_in(json!({ "code": code })).await.unwrap();
    assert_eq!(viewer.call::<Account>("account.get", json!({})).await.id, village.id);
    lead.call::<Nothing>("people.remove", json!({ "id": village.id })).await;
    assert!(viewer.try_call::<Account>("account.get", json!({})).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_is_invited_by_a_code_that_a_camera_reads_and_revoked_again() {
    let office = TestOffice::of_donghui().await;
    let lead = lead(&office).await;
    let now = office.app.now();
    let lin = office.access.add_person("林志燕", Role::Inspector, scope(&[DONGHUI]), now).unwrap();
    let other = office.access.add_person("外镇网格员", Role::Inspector, scope(&[ELSEWHERE]), now).unwrap();
    let invite = |person, grids: &[&str], address: Option<&str>| json!({ "person": person, "device": "林志燕的手机", "grids": grids, "address": address });
    for (request, expected) in [
        (invite(other.id, &[], None), (ErrorCode::NotFound, "")),
        (invite(lin.id, &[TOWN], None), (ErrorCode::Forbidden, "scope")),
        (invite(lin.id, &[], Some("http://192.168.1.5:8770")), (ErrorCode::Invalid, "plain")),
        (invite(lin.id, &[], Some("nonsense nonsense")), (ErrorCode::Invalid, "address")),
        (
            json!({ "person": lin.id, "device": "", "grids": [], "address": null }),
            (ErrorCode::Invalid, "missing"),
        ),
    ] {
        let error = lead.try_call::<Invited>("devices.invite", &request).await.unwrap_err();
        assert_eq!(reason(&error), expected, "{request}");
    }
    let away: Invited = lead.call("devices.invite", invite(lin.id, &[], Some("192.168.1.5:8770"))).await;
    assert_eq!(away.address, "https://192.168.1.5:8770");
    assert!(away.addresses.contains(&office.address) && !away.addresses.contains(&away.address));
    let invited: Invited = lead.call("devices.invite", invite(lin.id, &[DONGHUI], None)).await;
    for invited in [&away, &invited] {
        // A camera finds in the picture what is typed otherwise.
        let read = photos::read_qr(&picture(&invited.qr)).unwrap();
        assert_eq!(read, std::slice::from_ref(&invited.url));
        let scanned = Invitation::read(&invited.url, "").unwrap();
        let typed = Invitation::read(&invited.typed, &invited.address).unwrap();
        assert_eq!((&scanned.code, &scanned.server.url), (&typed.code, &typed.server.url));
        let (whole, beginning) = (scanned.server.pin.unwrap(), typed.server.pin.unwrap());
        assert!(whole == office.pin && whole.agrees_with(&beginning) && beginning.as_bytes().len() == 10);
    }
    let list: Devices = lead.call("devices.list", json!({})).await;
    let open: Vec<_> = list.invitations.iter().map(|open| (open.id, open.device.as_str())).collect();
    assert_eq!(open, [(invited.id, "林志燕的手机"), (away.id, "林志燕的手机")]);
    let list: Devices = lead.call("devices.withdraw", json!({ "id": away.id })).await;
    assert_eq!(list.invitations.len(), 1);
    let again = lead.try_call::<Devices>("devices.withdraw", json!({ "id": away.id }));
    assert_eq!(refused(again).await.0, ErrorCode::NotFound);

    let enrol = json!({ "text": invited.url, "address": "", "device": "" });
    let phone = Inspector::alone();
    let device = std::sync::Arc::clone(&phone.device);
    tokio::task::spawn_blocking(move || device.call("sync.enrol", enrol)).await.unwrap().unwrap();
    phone.sync().await.unwrap();
    let list: Devices = lead.call("devices.list", json!({})).await;
    assert!(list.invitations.is_empty());
    let [device] = list.devices.as_slice() else { panic!("{list:?}") };
    assert_eq!((device.state, device.person_name.as_str()), (DeviceState::Active, "林志燕"));
    assert!(device.changeable && device.last_sync_at.is_some() && device.scope[0].code.as_str() == DONGHUI);
    let revoke = |erase: bool| json!({ "id": device.id, "erase": erase });
    let revoked: DeviceInfo = lead.call("devices.revoke", revoke(false)).await;
    assert_eq!(revoked.state, DeviceState::Revoked);
    assert!(phone.sync().await.is_err() && phone.status().revoked.is_some());
    let told: DeviceInfo = lead.call("devices.revoke", revoke(true)).await;
    assert_eq!(told.state, DeviceState::Erasing);

    // A lead has a device too; somebody else's lead has nothing to say about it.
    let chen = office.access.person_named("陈主任").unwrap().unwrap();
    lead.call::<Invited>("devices.invite", invite(chen.id, &[], None)).await;
    let peer = office.access.add_person("副组长", Role::Lead, scope(&[TOWN]), now).unwrap();
    office.access.add_device("陈主任的手机", chen.id, None, now).unwrap();
    let chens = office.access.devices().unwrap().into_iter().find(|row| row.person.id == chen.id).unwrap().id;
    let peer = Console::with(&office, &office.session(&peer));
    let beyond = peer.try_call::<DeviceInfo>("devices.revoke", json!({ "id": chens, "erase": true }));
    assert_eq!(refused(beyond).await, (ErrorCode::Forbidden, "role_beyond".to_owned()));
    let unseen = office.access.add_device("外镇手机", other.id, None, now).map(|_| other.id).unwrap();
    let unseen = office.access.devices().unwrap().into_iter().find(|row| row.person.id == unseen).unwrap().id;
    let beyond = lead.try_call::<DeviceInfo>("devices.revoke", json!({ "id": unseen, "erase": false }));
    assert_eq!(refused(beyond).await.0, ErrorCode::NotFound);
}

/// A photo of a code on a screen: grey, not quite sharp.
fn picture(rows: &[String]) -> Vec<u8> {
    const MODULE: usize = 7;
    let side = (rows.len() + 8) * MODULE;
    let module = |place: usize| (place / MODULE).checked_sub(4);
    let pixel = |x: usize, y: usize| {
        let row = module(y).and_then(|y| rows.get(y));
        let dark = row.zip(module(x)).is_some_and(|(row, x)| row.as_bytes().get(x) == Some(&b'1'));
        if dark { 40_u8 } else { 215 }
    };
    let pixels: Vec<u8> = (0..side).flat_map(|y| (0..side).map(move |x| pixel(x, y))).collect();
    let mut jpeg = Vec::new();
    let size = u16::try_from(side).unwrap();
    jpeg_encoder::Encoder::new(&mut jpeg, 70)
        .encode(&pixels, size, size, jpeg_encoder::ColorType::Luma)
        .unwrap();
    jpeg
}

#[tokio::test(flavor = "multi_thread")]
async fn files_are_of_whoever_brought_or_made_them() {
    let office = TestOffice::of_donghui().await;
    let lead = lead(&office).await;
    let admin = Console::with(&office, &office.admin_session());
    let ledger = format!("村居代码,企业名称,是否散乱污\n{DONGHUI},东辉新厂,否\n");
    let upload = async |console: &Console| {
        let request = console.bare(Method::POST, "/api/uploads").header("x-village-ledger", "console");
        let response = request.body(ledger.clone()).send().await.unwrap();
        let body: Value = serde_json::from_slice(&response.bytes().await.unwrap()).unwrap();
        body["upload"].clone()
    };
    let import = |upload: &Value| json!({ "upload": upload, "what": "ledger", "dry_run": false, "skip_bad_rows": false });
    let own = upload(&lead).await;
    let theirs = admin.try_call::<ImportReport>("files.import", import(&own));
    assert_eq!(refused(theirs).await.0, ErrorCode::NotFound);
    let report: ImportReport = lead.call("files.import", import(&own)).await;
    assert!(report.written);
    let export: Download = lead.call("ledger.export", json!({ "grid": DONGHUI, "format": "csv" })).await;
    let path = format!("/api/downloads/{}", export.id);
    for (console, expected) in [(&admin, StatusCode::NOT_FOUND), (&lead, StatusCode::OK)] {
        let response = console.bare(Method::GET, &path).send().await.unwrap();
        assert_eq!(response.status(), expected);
        assert_eq!(response.headers()["cache-control"], "no-store");
    }
}
