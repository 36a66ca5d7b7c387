//! A device comes to belong to somebody by an invitation, and is let go of again.

use app::Device;
use chrono::Duration;
use domain::Role;
use office::{Inspector, TestOffice, donghui};
use reqwest::{Client, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_bytes::ByteBuf;
use sync_client::HttpConnector;
use sync_server::access::NewInvitation;
use wire::message::*;
use wire::sync::*;
use wire::{ApiError, ErrorCode};

/// Takes an invitation to the office on this device.
async fn enrol(device: &Inspector, text: String, name: &str) -> Result<SyncStatus, ApiError> {
    let request = Enrol { text, address: String::new(), device: name.to_owned() };
    let (request, device) = (serde_json::to_value(request).unwrap(), std::sync::Arc::clone(&device.device));
    let call = move || Device::<HttpConnector>::call(&device, "sync.enrol", request);
    let reply = tokio::task::spawn_blocking(call).await.unwrap()?;
    Ok(serde_json::from_value(reply).unwrap())
}

/// A message of the protocol, as a device sends it.
async fn post<A: DeserializeOwned>(
    office: &TestOffice,
    path: &str,
    token: &str,
    question: &impl Serialize,
) -> Result<A, (StatusCode, ApiError)> {
    let request = Client::new().post(format!("{}{path}", office.address)).bearer_auth(token);
    let response = request.body(encode(question).unwrap()).send().await.unwrap();
    let status = response.status();
    let retry_after = response.headers().get("retry-after").map(|value| value.to_str().unwrap().to_owned());
    let body = response.bytes().await.unwrap();
    if status.is_success() {
        return Ok(decode(&body).unwrap());
    }
    let error: ApiError = serde_json::from_slice(&body).unwrap();
    assert_eq!(retry_after.is_some(), status == StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(retry_after, error.reason.clone().filter(|_| status == StatusCode::TOO_MANY_REQUESTS));
    Err((status, error))
}

fn request(code: &str, token: &str) -> EnrolRequest {
    let (code, token) = (code.to_owned(), format!("vl_{token:0>43}"));
    EnrolRequest { protocol: PROTOCOL, code, token, device: String::new(), key: String::new() }
}

fn reason<T: std::fmt::Debug>(answer: Result<T, (StatusCode, ApiError)>) -> (u16, String) {
    let (status, error) = answer.unwrap_err();
    (status.as_u16(), error.reason.unwrap_or_default())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_makes_a_device_that_syncs_and_the_office_sees_how_it_is() {
    let office = TestOffice::of_donghui().await;
    let lin = office.person("林志燕", Role::Inspector);
    let invitation = office.invitation(&lin);
    let phone = Inspector::alone();
    let status = enrol(&phone, invitation.to_url(), "林志燕的红米").await.unwrap();
    assert_eq!(status.server.unwrap().device, "林志燕的红米");
    let session: Session = phone.call("session.get", Nothing {});
    assert_eq!((session.person.as_str(), session.role), ("林志燕", Role::Inspector));
    assert_eq!(session.scope, donghui().codes());
    phone.sync().await.unwrap();
    assert!(phone.status().verified.is_some(), "{:?}", phone.status());
    phone.register("东辉新厂");
    phone.sync().await.unwrap();

    let device = office.access.devices().unwrap().remove(0);
    assert_eq!((device.name.as_str(), device.person.id), ("林志燕的红米", lin.id));
    assert!(device.last_sync_at.is_some());
    assert_eq!(device.report.version, env!("CARGO_PKG_VERSION"));
    let stranger = Inspector::alone();
    let used = enrol(&stranger, invitation.to_url(), "").await.unwrap_err();
    assert_eq!((used.code, used.reason.as_deref()), (ErrorCode::Unauthorized, Some("invitation")));
    assert!(stranger.status().server.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_works_once_and_a_lost_answer_is_told_again_to_the_same_device_only() {
    let office = TestOffice::of_donghui().await;
    let lin = office.person("林志燕", Role::Lead);
    let code = office.invitation(&lin).code;
    let enrol = |request| {
        let office = &office;
        async move { post::<EnrolReply>(office, "/sync/enrol", "", &request).await }
    };
    let first = enrol(request(&code, "one")).await.unwrap();
    assert_eq!((first.device.as_str(), first.role, first.person.as_str()), ("手机", Role::Lead, "林志燕"));
    assert_eq!(first.certificate.unwrap().as_bytes().len(), 32, "the whole hash, to be pinned");
    assert_eq!(first.scope, donghui().codes());
    let again = enrol(request(&code, "one")).await.unwrap();
    assert_eq!(again.id, first.id);
    assert_eq!(reason(enrol(request(&code, "two")).await), (401, "invitation".to_owned()));
    assert_eq!(office.access.devices().unwrap().len(), 1);

    // What is no request of a device is told so, and is no attempt.
    for (wrong, expected) in [
        (EnrolRequest { protocol: 3, ..request(&code, "one") }, "protocol"),
        (EnrolRequest { token: "short".to_owned(), ..request(&code, "one") }, "token"),
        (EnrolRequest { device: "长".repeat(61), ..request(&code, "one") }, "too_long"),
    ] {
        assert_eq!(reason(enrol(wrong).await), (422, expected.to_owned()));
    }

    let old = NewInvitation { person: lin.id, device: "旧", scope: None };
    let (_, old, _) = office.access.invite(old, office.app.now() - Duration::hours(24)).unwrap();
    assert_eq!(reason(enrol(request(&old, "two")).await), (401, "invitation".to_owned()));
    // A device that was revoked meanwhile is told that, and not that it is enrolled.
    office.access.revoke_device(first.id, false, office.app.now()).unwrap();
    assert_eq!(reason(enrol(request(&code, "one")).await), (401, "revoked".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_codes_is_slowed_down() {
    let office = TestOffice::of_donghui().await;
    let code = office.invitation(&office.person("林志燕", Role::Inspector)).code;
    for number in 0..5 {
        let guess = request(&format!("000000000{number}"), "one");
        let answer = post::<EnrolReply>(&office, "/sync/enrol", "", &guess).await;
        assert_eq!(reason(answer), (401, "invitation".to_owned()));
    }
    let answer = post::<EnrolReply>(&office, "/sync/enrol", "", &request(&code, "one")).await;
    assert_eq!(reason(answer), (429, "1".to_owned()), "the right one has to wait as well");
    tokio::time::sleep(std::time::Duration::from_millis(1_050)).await;
    post::<EnrolReply>(&office, "/sync/enrol", "", &request(&code, "one")).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_device_is_told_so_and_may_only_ask_what_the_office_has() {
    let office = TestOffice::of_donghui().await;
    let lin = office.person("林志燕", Role::Inspector);
    let token = office.token_of("林志燕", Role::Inspector);
    let device = office.access.device(&token).unwrap().unwrap().id;
    let phone = Inspector::alone().connected(&office.address, token.clone()).await;
    phone.sync().await.unwrap();
    let exchange = ExchangeRequest {
        protocol: PROTOCOL,
        install: uuid::Uuid::new_v4(),
        own_too: false,
        generation: None,
        cursors: vec![],
        push: vec![],
        photos: vec![],
        held: vec![],
        report: DeviceReport::default(),
    };
    let no_photos: Vec<domain::PhotoHash> = vec![];
    let unknown = vec![ByteBuf::from(vec![7; 32])];
    let erased = post::<()>(&office, "/sync/erased", &token, &()).await;
    assert_eq!(reason(erased), (403, "not_told".to_owned()), "nobody told it to erase anything");
    post::<ExchangeReply>(&office, "/sync/exchange", &token, &exchange).await.unwrap();

    for (erase, word) in [(false, "revoked"), (true, "revoked_erase")] {
        office.access.revoke_device(device, erase, office.app.now()).unwrap();
        let told = (401, word.to_owned());
        let answer = post::<ExchangeReply>(&office, "/sync/exchange", &token, &exchange).await;
        assert_eq!(reason(answer), told);
        let grid = donghui().codes()[0].clone();
        let heads = post::<HeadsPage>(&office, "/sync/heads", &token, &(grid, None::<uuid::Uuid>)).await;
        assert_eq!(reason(heads), told);
        let none: Vec<uuid::Uuid> = vec![];
        assert_eq!(reason(post::<Documents>(&office, "/sync/documents/fetch", &token, &none).await), told);
        assert_eq!(
            reason(post::<Thumbnails>(&office, "/sync/thumbnails/fetch", &token, &no_photos).await),
            told
        );
        let nothing: Vec<Thumbnail> = vec![];
        assert_eq!(reason(post::<()>(&office, "/sync/thumbnails/send", &token, &nothing).await), told);
        let url = format!("{}/sync/photos/{}", office.address, "a".repeat(64));
        for asked in [Client::new().get(&url), Client::new().patch(&url), Client::new().delete(&url)] {
            let asked =
                asked.bearer_auth(&token).header("tus-resumable", "1.0.0").header("upload-offset", "0");
            assert_eq!(asked.send().await.unwrap().status(), StatusCode::UNAUTHORIZED);
        }
        let held: Vec<bool> = post(&office, "/sync/changes-held", &token, &unknown).await.unwrap();
        assert_eq!(held, [false]);
        assert!(
            post::<Vec<bool>>(&office, "/sync/photos-held", &token, &no_photos).await.unwrap().is_empty()
        );
        assert_eq!(post::<()>(&office, "/sync/erased", &token, &()).await.is_ok(), erase);
        if !erase {
            assert!(phone.sync().await.is_err());
            assert!(phone.status().revoked.is_some(), "the app says so");
        }
    }
    assert!(office.access.devices().unwrap()[0].revoked.unwrap().erased_at.is_some());

    // Somebody who is removed takes their devices along; a token that nobody has is another matter.
    let tablet = office.token_of("林志燕", Role::Inspector);
    office.access.remove_person(lin.id, office.app.now()).unwrap();
    let answer = post::<ExchangeReply>(&office, "/sync/exchange", &tablet, &exchange).await;
    assert_eq!(reason(answer), (401, "revoked".to_owned()));
    let guess = post::<ExchangeReply>(&office, "/sync/exchange", "vl_guess", &exchange).await;
    assert_eq!(reason(guess), (401, "token".to_owned()));
}
