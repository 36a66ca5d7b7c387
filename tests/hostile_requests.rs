//! What strangers and broken devices send gets an error with a reason, and changes nothing.

use app::App;
use office::{DONGHUI, TestOffice, sample, visit};
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};
use store::StoreError;
use wire::message::*;
use wire::sync::*;
use wire::{ApiError, ErrorCode};

async fn exchange(office: &TestOffice, token: &str, body: Vec<u8>) -> (StatusCode, Vec<u8>) {
    let url = format!("{}/sync/exchange", office.address);
    let response = Client::new().post(url).bearer_auth(token).body(body).send().await.unwrap();
    (response.status(), response.bytes().await.unwrap().to_vec())
}

fn digests(app: &App) -> Vec<Digest> {
    app.store().read::<_, StoreError>(|reader| reader.digests(|_| true)).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_token_or_a_session_no_door_opens() {
    let office = TestOffice::of_donghui().await;
    let client = Client::new();
    for path in ["/sync/photos/00", "/api/photos/00", "/api/downloads/00000000-0000-0000-0000-000000000000"] {
        let response = client.get(format!("{}{path}", office.address)).send().await.unwrap();
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED, "{path}");
    }
    for path in ["/sync/exchange", "/sync/photos", "/api/call/sites.list", "/api/uploads"] {
        let response = client.post(format!("{}{path}", office.address)).body("{}").send().await.unwrap();
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED, "{path}");
    }
    assert_eq!(exchange(&office, "vl_guess", vec![]).await.0, StatusCode::UNAUTHORIZED);

    // A session without the header that only the console sends changes nothing.
    let session = office.admin_session();
    let call = |header: bool| {
        let request = client
            .post(format!("{}/api/call/session.get", office.address))
            .header("cookie", format!("village_ledger_session={session}"))
            .header("content-type", "application/json")
            .body("{}");
        if header { request.header("x-village-ledger", "console") } else { request }.send()
    };
    assert_eq!(call(false).await.unwrap().status(), StatusCode::FORBIDDEN);
    assert_eq!(call(true).await.unwrap().status(), StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_malformed_batch_is_refused_and_the_store_is_as_it_was() {
    let office = TestOffice::of_donghui().await;
    let before = digests(&office.app);
    let token = office.token();
    let (status, body) = exchange(&office, &token, b"nonsense".to_vec()).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    let error: ApiError = serde_json::from_slice(&body).unwrap();
    assert_eq!(error.code, ErrorCode::Malformed);

    let ahua = office.inspector("阿华").await;
    ahua.sync().await.unwrap();
    let site = ahua.register("东辉新厂");
    let unsent =
        ahua.device.app().store().read::<_, StoreError>(|reader| reader.unsent_after(0, 1 << 20)).unwrap();
    let good = unsent[0].entry.bytes.clone();
    let push = |grid: &str, document: uuid::Uuid, changes: Vec<Vec<u8>>| ExchangeRequest {
        protocol: PROTOCOL,
        install: uuid::Uuid::nil(),
        own_too: false,
        generation: None,
        cursors: vec![],
        push: vec![Push {
            grid: grid.parse().unwrap(),
            documents: vec![DocumentChanges {
                document,
                kind: DocumentKind::Dossier,
                changes: changes.into_iter().map(Into::into).collect(),
            }],
        }],
        photos: vec![],
        held: vec![],
        report: DeviceReport::default(),
    };
    let mut outcomes = Vec::new();
    let torn = good[..good.len() / 2].to_vec();
    let mut mutated = good.clone();
    let last = mutated.len() - 1;
    mutated[last] ^= 0xff;
    for request in [
        push(DONGHUI, site.0, vec![torn, mutated, vec![], vec![0; 70_000]]),
        push("350211102", site.0, vec![good.clone()]),
        push("440305001001", site.0, vec![good.clone()]),
    ] {
        let (status, body) = exchange(&office, &token, encode(&request).unwrap()).await;
        assert_eq!(status, StatusCode::OK);
        let reply: ExchangeReply = decode(&body).unwrap();
        assert_eq!(reply.answered as usize, request.push[0].documents[0].changes.len());
        outcomes.push(reply.refused.into_iter().map(|refused| refused.reason).collect::<Vec<_>>());
    }
    assert_eq!(outcomes, [vec!["damaged"; 4], vec!["scope"], vec!["scope"]]);
    assert_eq!(digests(&office.app), before);
    ahua.sync().await.unwrap();
    assert!(ahua.status().verified.is_some(), "the honest device is not held up");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_photo_that_is_not_what_it_is_called_is_not_stored() {
    let office = TestOffice::of_donghui().await;
    let ahua = office.inspector("阿华").await;
    ahua.sync().await.unwrap();
    let site = ahua.register("有照片的厂");
    let photo = ahua.photograph(uuid::Uuid::now_v7(), &sample::path("photos/gps-DSCN0012.jpg"));
    let mut inspection = visit(site);
    inspection.photos = vec![NewPhoto {
        hash: photo.hash.clone(),
        problem: None,
        rectified: false,
        sketch_of: None,
        compare_with: None,
    }];
    ahua.call::<RecordedInspection>("inspections.record", inspection);
    let server = office::seen_by(&office.app, domain::Scope::default());
    let stranger = server.photo_send(&photo.hash, 10, 0, b"0123456789".to_vec()).await;
    assert!(matches!(stranger, Err(ProtocolError::Refused(error)) if error.code == ErrorCode::NotFound));
    ahua.sync().await.unwrap();
    assert_eq!(ahua.status().verified.unwrap().photos, 1);

    let other = ahua.photograph(uuid::Uuid::now_v7(), &sample::path("photos/gps-DSCN0021.jpg"));
    let mut inspection = visit(site);
    inspection.photos = vec![NewPhoto {
        hash: other.hash.clone(),
        problem: None,
        rectified: false,
        sketch_of: None,
        compare_with: None,
    }];
    ahua.call::<RecordedInspection>("inspections.record", inspection);
    // Half of something else lies where the photo will arrive.
    let wrong = vec![7_u8; 1_000];
    office::arrived(&office.app, &other.hash, other.bytes, &wrong);
    let first = ahua.sync().await.unwrap_err();
    assert_eq!((first.code, first.reason.as_deref()), (ErrorCode::Photo, Some("differs")));
    assert_eq!(ahua.status().verified, None);
    ahua.sync().await.unwrap();
    assert_eq!(ahua.status().verified.unwrap().photos, 2, "the second attempt begins anew");
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_input_says_which_field_is_wrong() {
    let office = TestOffice::of_donghui().await;
    let ahua = office.inspector("阿华").await;
    ahua.sync().await.unwrap();
    let site = ahua.find("曾美服装厂")[0].id;
    let before = ahua.dossier(site);
    let field = |command: &str, request: Value| {
        let error = ahua.try_call::<Value>(command, request).unwrap_err();
        (error.code, error.field)
    };
    let edit = |field: &str, value: &str| json!({ "site": site, "edits": [{ "field": field, "was": "", "value": value }] });
    let invalid = |name: &str| (ErrorCode::Invalid, Some(name.to_owned()));
    assert_eq!(field("sites.edit", edit("name", "  ")), invalid("name"));
    assert_eq!(field("sites.edit", edit("credit_code", "92350211H5T3D0XPAN")), invalid("credit_code"));
    let nowhere = r#"{"place":{"latitude":91,"longitude":0},"accuracy_m":null,"fixed_at":null,"provider":"typed","mock":false}"#;
    assert_eq!(field("sites.edit", edit("position", nowhere)), invalid("position"));
    assert_eq!(field("sites.edit", edit("remark", &"长".repeat(5_000))), invalid("remark"));
    let mut major = serde_json::to_value(visit(site)).unwrap();
    major["problems"] =
        json!([{ "id": uuid::Uuid::now_v7(), "description": "重大", "severity": "major", "deadline": null }]);
    assert_eq!(field("inspections.record", major), invalid("problems.0.deadline"));
    let fields = domain::SiteFields::named("350211102999".parse().unwrap(), "无名村的厂");
    let register = RegisterSite { id: domain::SiteId::new(), fields, draft: None };
    let unknown = field("sites.register", serde_json::to_value(register).unwrap());
    assert_eq!(unknown, (ErrorCode::UnknownGrid, Some("grid".to_owned())));
    assert_eq!(field("ledger.totals", json!({ "grid": "35021" })).0, ErrorCode::Invalid);
    assert_eq!(field("no.such", json!({})).0, ErrorCode::UnknownCommand);
    let draft = uuid::Uuid::now_v7();
    let upload = ahua.device.upload(b"not a photo").unwrap();
    let broken =
        ahua.try_call::<Value>("photos.attach", AttachPhoto { upload, draft, options: None }).unwrap_err();
    assert_eq!((broken.code, broken.reason.as_deref()), (ErrorCode::Photo, Some("photo_not_a_photo")));
    assert_eq!(ahua.dossier(site), before);
    assert_eq!(ahua.status().unsent_changes, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_photo_that_arrived_whole_before_a_crash_is_stored_only_once_it_is_on_record() {
    let office = TestOffice::of_donghui().await;
    let ahua = office.inspector("阿华").await;
    ahua.sync().await.unwrap();
    let site = ahua.register("有照片的厂");
    let photo = ahua.photograph(uuid::Uuid::now_v7(), &sample::path("photos/gps-DSCN0010.jpg"));
    let mut inspection = visit(site);
    inspection.photos = vec![NewPhoto {
        hash: photo.hash.clone(),
        problem: None,
        rectified: false,
        sketch_of: None,
        compare_with: None,
    }];
    ahua.call::<RecordedInspection>("inspections.record", inspection);
    let jpeg = ahua.device.photo(&photo.hash, false).unwrap().unwrap();
    office::arrived(&office.app, &photo.hash, photo.bytes, &jpeg);
    let on_record = || {
        office.app.store().read::<_, StoreError>(|reader| reader.photo_file(&photo.hash)).unwrap().is_some()
    };
    assert!(!on_record());
    ahua.sync().await.unwrap();
    assert_eq!(ahua.status().verified.unwrap().photos, 1);
    assert!(on_record());
    assert_eq!(office.app.store().photo_bytes(&photo.hash).unwrap().unwrap(), jpeg);
    // And the other way: all of it lies on a device that crashed before it was on record there.
    let lin = office.inspector("小林").await;
    office::arrived(lin.device.app(), &photo.hash, photo.bytes, &jpeg);
    lin.sync().await.unwrap();
    assert!(lin.device.photo(&photo.hash, false).unwrap().is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_of_a_value_that_changed_meanwhile_is_not_written() {
    let office = TestOffice::of_donghui().await;
    let (ahua, lin) = (office.inspector("阿华").await, office.inspector("小林").await);
    ahua.sync().await.unwrap();
    let site = ahua.find("曾美服装厂")[0].id;
    let seen = ahua.dossier(site).fields.operator;
    lin.sync().await.unwrap();
    lin.edit(site, domain::SiteField::Operator, "苏淑华");
    lin.sync().await.unwrap();
    ahua.sync().await.unwrap();
    let edit = FieldEdit { field: domain::SiteField::Operator, was: seen, value: "苏老板".into() };
    let error = ahua.try_call::<OneSite>("sites.edit", EditSite { site, edits: vec![edit] }).unwrap_err();
    assert_eq!((error.code, error.field.as_deref()), (ErrorCode::Changed, Some("operator")));
    assert_eq!(ahua.dossier(site).fields.operator, "苏淑华");
}

#[test]
fn a_device_and_an_office_never_open_each_others_data() {
    let folder = tempfile::tempdir().unwrap();
    drop(App::open(folder.path(), store::Role::Device, app::system_clock()).unwrap());
    let refused = App::open(folder.path(), store::Role::Office, app::system_clock()).err().unwrap();
    assert!(refused.to_string().contains("other kind"), "{refused}");
    App::open(folder.path(), store::Role::Device, app::system_clock()).unwrap();
}
