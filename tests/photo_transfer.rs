//! Photos between devices and a real server: cut at every place, removed and fetched again, lost and found.

use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use domain::{PhotoHash, Role};
use office::{Inspector, TestOffice, sample};
use reqwest::{Client, StatusCode};
use store::StoreError;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use uuid::Uuid;
use wire::ErrorCode;
use wire::message::*;

fn on_record(office: &TestOffice, hash: &PhotoHash) -> bool {
    office.app.store().read::<_, StoreError>(|reader| reader.photo_file(hash)).unwrap().is_some()
}

fn missing_at(office: &TestOffice) -> MissingPhotos {
    let everything = app::Caller::everything();
    let reply = wire::dispatch(&*office.app, &everything, "photos.missing", serde_json::json!({}));
    serde_json::from_value(reply.unwrap().unwrap()).unwrap()
}

/// The file of a photo in a data folder.
fn file_of(folder: &std::path::Path, hash: &PhotoHash) -> std::path::PathBuf {
    folder.join("photos").join(&hash.as_str()[..2]).join(format!("{hash}.jpg"))
}

/// A server, and a device whose record mentions a photo that the server lacks.
async fn awaited(file: &str) -> (TestOffice, Inspector, AttachedPhoto, Vec<u8>) {
    let office = TestOffice::of_donghui().await;
    let ahua = office.inspector("阿华").await;
    ahua.sync().await.unwrap();
    let site = ahua.register("新发五金加工点");
    let photo = ahua.photographed(site, file);
    let jpeg = ahua.device.photo(&photo.hash, false).unwrap().unwrap();
    // The record goes, the photo does not: a protocol that knows exchanges only.
    let there = office::seen_by(&office.app, office::donghui());
    office::records_only(ahua.device.app(), there).await;
    assert!(!on_record(&office, &photo.hash));
    (office, ahua, photo, jpeg)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_photo_that_is_cut_at_every_fiftieth_of_its_bytes_is_never_sent_twice() {
    let (office, _ahua, photo, jpeg) = awaited("photos/orientation-portrait-3.jpg").await;
    let token = office.token();
    let host = office.address.strip_prefix("http://").unwrap().to_owned();
    let client = Client::new();
    let place = format!("{}/sync/photos/{}", office.address, photo.hash);
    let metadata = format!("sha256 {}", BASE64_STANDARD.encode(photo.hash.as_str()));
    let created = client
        .post(format!("{}/sync/photos", office.address))
        .bearer_auth(&token)
        .header("Tus-Resumable", "1.0.0")
        .header("Upload-Length", jpeg.len())
        .header("Upload-Metadata", metadata)
        .send()
        .await
        .unwrap();
    assert_eq!(created.status(), StatusCode::CREATED);
    let step = jpeg.len().div_ceil(50);
    let mut sent = 0;
    let mut cuts = 0;
    loop {
        let response =
            client.head(&place).bearer_auth(&token).header("Tus-Resumable", "1.0.0").send().await.unwrap();
        let offset: usize = response.headers()["upload-offset"].to_str().unwrap().parse().unwrap();
        assert_eq!(offset, sent, "what was sent before the cut is here, no more and no less");
        if offset == jpeg.len() {
            break;
        }
        // All the rest is announced; after a piece of it the connection is gone.
        let mut stream = TcpStream::connect(&host).await.unwrap();
        let head = format!(
            "PATCH /sync/photos/{} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\nTus-Resumable: 1.0.0\r\n\
             Content-Type: application/offset+octet-stream\r\nUpload-Offset: {offset}\r\nContent-Length: {}\r\n\r\n",
            photo.hash,
            jpeg.len() - offset
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        let end = jpeg.len().min(offset + step);
        stream.write_all(&jpeg[offset..end]).await.unwrap();
        sent = end;
        if end < jpeg.len() {
            cuts += 1;
            wait_for(|| office.app.store().part_size(&photo.hash) == sent as u64).await;
            match cuts % 3 {
                0 => drop(stream),
                1 => reset(stream),
                // Dead, and nobody knows.
                _ => std::mem::forget(stream),
            }
        } else {
            let mut answer = [0; 12];
            stream.read_exact(&mut answer).await.unwrap();
            assert_eq!(&answer, b"HTTP/1.1 204");
        }
    }
    assert_eq!(cuts, 49);
    assert!(on_record(&office, &photo.hash));
    assert_eq!(office.app.store().photo_bytes(&photo.hash).unwrap().unwrap(), jpeg);
    assert!(office.app.store().has_own_thumbnail(&photo.hash).unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn two_requests_that_finish_the_same_photo_at_once_both_succeed() {
    let (office, _ahua, photo, jpeg) = awaited("photos/orientation-portrait-6.jpg").await;
    for _ in 0..5 {
        let store = office.app.store();
        store.write::<_, StoreError>(|writer| writer.forget_photo(&photo.hash)).unwrap();
        let _ = std::fs::remove_file(file_of(office.folder.path(), &photo.hash));
        let (most, last) = jpeg.split_at(jpeg.len() - 1_000);
        office::arrived(&office.app, &photo.hash, photo.bytes, most);
        let finish = || {
            let request = Client::new()
                .patch(format!("{}/sync/photos/{}", office.address, photo.hash))
                .bearer_auth(office.token())
                .header("Tus-Resumable", "1.0.0")
                .header("Content-Type", "application/offset+octet-stream")
                .header("Upload-Offset", most.len())
                .body(last.to_vec());
            tokio::spawn(request.send())
        };
        let both = [finish(), finish(), finish()];
        let mut done = 0;
        for response in both {
            let status = response.await.unwrap().unwrap().status();
            // The other one may be first: then nothing is lost, and the client asks for the offset.
            assert!(
                [StatusCode::NO_CONTENT, StatusCode::CONFLICT, StatusCode::LOCKED].contains(&status),
                "{status}"
            );
            done += usize::from(status == StatusCode::NO_CONTENT);
        }
        assert!(done >= 1);
        assert!(on_record(&office, &photo.hash));
        assert_eq!(store.photo_bytes(&photo.hash).unwrap().unwrap(), jpeg);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_a_crash_leaves_is_no_photo_or_a_whole_one() {
    let (office, ahua, photo, jpeg) = awaited("photos/gps-DSCN0012.jpg").await;
    let thumbnail = ahua.device.photo(&photo.hash, true).unwrap().unwrap();
    let hash = photo.hash.clone();
    let mut closed = office.close().await;
    // What lies on the disk when the process ends between any two steps, by name of what was done last.
    let steps = ["part", "torn part", "new file", "thumbnail", "renamed", "other bytes in its place"];
    for step in steps {
        let folder = closed.0.path().to_owned();
        let incoming = folder.join("incoming");
        let put = |path: std::path::PathBuf, bytes: &[u8]| {
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, bytes).unwrap();
        };
        put(incoming.join(format!("{hash}.size")), jpeg.len().to_string().as_bytes());
        match step {
            "part" => put(incoming.join(format!("{hash}.part")), &jpeg),
            "torn part" => put(incoming.join(format!("{hash}.part")), &vec![0; jpeg.len()]),
            "new file" => put(incoming.join("4711-0.new"), &jpeg[..500]),
            "thumbnail" => {
                put(incoming.join(format!("{hash}.part")), &jpeg);
                let path = file_of(&folder, &hash).to_string_lossy().replace("/photos/", "/thumbnails/");
                put(path.into(), &thumbnail);
            }
            "renamed" => put(file_of(&folder, &hash), &jpeg),
            _ => put(file_of(&folder, &hash), &jpeg[..jpeg.len() / 2]),
        }
        let office = TestOffice::reopen(closed).await;
        assert!(!on_record(&office, &hash), "{step}: nothing is called stored before it was proven");
        assert!(!folder.join("incoming/4711-0.new").exists());
        ahua.sync().await.unwrap();
        assert!(on_record(&office, &hash), "{step}");
        assert_eq!(office.app.store().photo_bytes(&hash).unwrap().unwrap(), jpeg, "{step}");
        assert_eq!(ahua.status().unsent_photos, 0, "{step}");
        assert_eq!(std::fs::read_dir(&incoming).unwrap().count(), 0, "{step}: nothing is left over");
        // Once more from the beginning.
        office.app.store().write::<_, StoreError>(|writer| writer.forget_photo(&hash)).unwrap();
        std::fs::remove_file(file_of(&folder, &hash)).unwrap();
        ahua.device.app().store().write::<_, StoreError>(|writer| writer.mark_photo_unsent(&hash)).unwrap();
        closed = office.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_photo_is_listed_by_name_on_both_sides_until_it_arrives() {
    let (office, ahua, photo, _) = awaited("photos/gps-DSCN0010.jpg").await;
    let listed = missing_at(&office);
    assert_eq!((listed.total, listed.photos.len()), (1, 1));
    let there = &listed.photos[0];
    assert_eq!((there.site_name.as_str(), there.by.as_str()), ("新发五金加工点", "阿华"));
    assert_eq!(
        (there.village.as_str(), there.here, there.arrived, there.bytes),
        ("东辉村委会", false, 0, photo.bytes)
    );
    let here: MissingPhotos = ahua.call("photos.missing", Nothing {});
    assert_eq!((here.total, here.photos[0].here), (1, true));

    // Another device has the record before the photo has arrived: it has its name.
    let lin = office.inspector("小林").await;
    lin.sync().await.unwrap();
    let at_lin: MissingPhotos = lin.call("photos.missing", Nothing {});
    assert_eq!((at_lin.total, at_lin.photos[0].here), (1, false));
    let site = lin.find("新发五金")[0].id;
    assert_eq!((lin.dossier(site).photos[0].present, lin.dossier(site).photos[0].thumbnail), (false, false));

    // A thumbnail comes ahead. It is shown, and nobody calls the photo stored for it.
    let thumbnail = ahua.device.photo(&photo.hash, true).unwrap().unwrap();
    let server = office::seen_by(&office.app, office::donghui());
    let ahead = wire::sync::Thumbnail { hash: photo.hash.clone(), jpeg: thumbnail.into() };
    wire::sync::SyncProtocol::thumbnails_send(&server, vec![ahead]).await.unwrap();
    assert!(!on_record(&office, &photo.hash));
    assert_eq!(missing_at(&office).total, 1);
    lin.sync().await.unwrap();
    let seen = &lin.dossier(site).photos[0];
    assert_eq!((seen.present, seen.thumbnail, seen.stored), (false, true, false));
    assert!(!lin.device.app().store().has_own_thumbnail(&photo.hash).unwrap(), "it is provisional");

    ahua.sync().await.unwrap();
    lin.sync().await.unwrap();
    assert_eq!(missing_at(&office).total, 0);
    for inspector in [&ahua, &lin] {
        assert_eq!(inspector.call::<MissingPhotos>("photos.missing", Nothing {}).total, 0);
        let seen = &inspector.dossier(site).photos[0];
        assert_eq!((seen.present, seen.thumbnail, seen.stored), (true, true, true));
        assert!(inspector.device.app().store().has_own_thumbnail(&photo.hash).unwrap());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_thumbnail_is_not_kept() {
    let (office, _ahua, photo, jpeg) = awaited("photos/gps-DSCN0010.jpg").await;
    let server = office::seen_by(&office.app, office::donghui());
    let send = async |hash: &PhotoHash, bytes: Vec<u8>| {
        let thumbnail = wire::sync::Thumbnail { hash: hash.clone(), jpeg: bytes.into() };
        wire::sync::SyncProtocol::thumbnails_send(&server, vec![thumbnail]).await.unwrap();
        office.app.store().has_thumbnail(hash).unwrap()
    };
    let unknown: PhotoHash = "0".repeat(64).parse().unwrap();
    assert!(!send(&photo.hash, b"<script>".to_vec()).await);
    assert!(!send(&photo.hash, vec![]).await);
    assert!(!send(&photo.hash, jpeg.clone()).await, "too large for a thumbnail");
    assert!(!send(&unknown, jpeg[..100].to_vec()).await, "no record mentions it");
}

#[tokio::test(flavor = "multi_thread")]
async fn room_is_made_only_by_what_the_server_has_and_comes_back_when_it_is_looked_at() {
    let office = TestOffice::of_donghui().await;
    let ahua = office.inspector("阿华").await;
    ahua.sync().await.unwrap();
    let site = ahua.register("新发五金加工点");
    let sent = ahua.photographed(site, "photos/gps-DSCN0010.jpg");
    let lost = ahua.photographed(site, "photos/gps-DSCN0012.jpg");
    ahua.sync().await.unwrap();
    let unsent = ahua.photographed(site, "photos/gps-DSCN0021.jpg");
    // A form holds one that is on record too.
    let drafted = ahua.photographed(site, "photos/orientation-portrait-1.jpg");
    ahua.sync().await.unwrap();
    ahua.device
        .app()
        .store()
        .write::<_, StoreError>(|writer| writer.mark_photo_unsent(&unsent.hash))
        .unwrap();
    ahua.photograph(Uuid::now_v7(), &sample::path("photos/orientation-portrait-1.jpg"));
    // The server loses one.
    std::fs::remove_file(file_of(office.folder.path(), &lost.hash)).unwrap();

    let before: PhotoStorage = ahua.call("photos.storage", Nothing {});
    assert_eq!((before.photos, before.removable_photos, before.removed_photos), (4, 2, 0));
    assert_eq!(before.removable_bytes, sent.bytes + lost.bytes);
    assert!(before.bytes > sent.bytes + lost.bytes + unsent.bytes && before.free_bytes.unwrap() > 0);
    let old = ahua.asked::<FreedSpace>("photos.free_space", FreeSpace { older_than_days: 1 }).await.unwrap();
    assert_eq!((old.photos, old.kept), (0, 0), "nothing is a day old");

    let freed =
        ahua.asked::<FreedSpace>("photos.free_space", FreeSpace { older_than_days: 0 }).await.unwrap();
    assert_eq!((freed.photos, freed.bytes, freed.kept), (1, sent.bytes, 1));
    let here = |photo: &AttachedPhoto| ahua.device.photo(&photo.hash, false).unwrap().is_some();
    assert_eq!([&sent, &lost, &unsent, &drafted].map(here), [false, true, true, true]);
    let view = |photo: &AttachedPhoto| {
        let dossier = ahua.dossier(site);
        let view = dossier.photos.iter().find(|view| view.photo.hash == photo.hash).unwrap();
        (view.present, view.thumbnail, view.stored)
    };
    assert_eq!(view(&sent), (false, true, true));
    assert_eq!(view(&lost), (true, true, false), "it is sent again");
    assert_eq!(ahua.status().missing_photos, 0, "what was removed is not missing");

    ahua.sync().await.unwrap();
    assert!(!here(&sent), "sync does not fetch what was removed");
    assert_eq!(view(&lost), (true, true, true));
    assert!(file_of(office.folder.path(), &lost.hash).exists(), "the server has it again");
    assert_eq!(ahua.status().verified.unwrap().photos, 4);
    assert_eq!(ahua.call::<MissingPhotos>("photos.missing", Nothing {}).total, 0);

    ahua.asked::<Nothing>("photos.fetch", OnePhoto { hash: sent.hash.clone() }).await.unwrap();
    assert_eq!(view(&sent), (true, true, true));
    let bytes = ahua.device.photo(&sent.hash, false).unwrap().unwrap();
    assert_eq!(office.app.store().photo_bytes(&sent.hash).unwrap().unwrap(), bytes);
    assert_eq!(ahua.call::<PhotoStorage>("photos.storage", Nothing {}).removed_photos, 0);

    // Removed here, and then lost there: nobody claims to have it.
    ahua.asked::<FreedSpace>("photos.free_space", FreeSpace { older_than_days: 0 }).await.unwrap();
    assert!(!here(&sent));
    std::fs::remove_file(file_of(office.folder.path(), &sent.hash)).unwrap();
    let gone = ahua.asked::<Nothing>("photos.fetch", OnePhoto { hash: sent.hash.clone() }).await.unwrap_err();
    assert_eq!((gone.code, gone.reason.as_deref()), (ErrorCode::NotFound, Some("photo_not_on_server")));
    assert_eq!(view(&sent), (false, true, false));
    assert_eq!(ahua.call::<MissingPhotos>("photos.missing", Nothing {}).photos[0].hash, sent.hash);
    assert_eq!(missing_at(&office).photos[0].hash, sent.hash);

    let alone = Inspector::alone();
    let refused = alone.asked::<FreedSpace>("photos.free_space", FreeSpace { older_than_days: 0 }).await;
    assert_eq!(refused.unwrap_err().code, ErrorCode::NotConnected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_while_room_is_made_claims_nothing_that_is_not_so() {
    let office = TestOffice::of_donghui().await;
    let ahua = office.inspector("阿华").await;
    ahua.sync().await.unwrap();
    let site = ahua.register("新发五金加工点");
    let photo = ahua.photographed(site, "photos/gps-DSCN0010.jpg");
    ahua.sync().await.unwrap();
    // Marked, and the process ended before the file went.
    let store = ahua.device.app().store();
    let marked = store.write::<_, StoreError>(|writer| writer.mark_photo_removed(&photo.hash)).unwrap();
    assert_eq!(marked, Some(photo.bytes));
    let path = file_of(ahua.folder.path(), &photo.hash);
    assert!(path.exists());
    let ahua = ahua.restarted();
    assert!(!path.exists(), "swept at the next start");
    let seen = &ahua.dossier(site).photos[0];
    assert_eq!((seen.present, seen.thumbnail, seen.stored), (false, true, true));
    // A file that is gone although its row says otherwise: noticed when it is to be sent, and fetched again.
    ahua.asked::<Nothing>("photos.fetch", OnePhoto { hash: photo.hash.clone() }).await.unwrap();
    std::fs::remove_file(&path).unwrap();
    ahua.device.app().store().write::<_, StoreError>(|writer| writer.mark_photo_unsent(&photo.hash)).unwrap();
    std::fs::remove_file(file_of(office.folder.path(), &photo.hash)).unwrap();
    ahua.sync().await.unwrap();
    assert_eq!(ahua.status().missing_photos, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_meets_another_server_does_not_claim_photos_that_it_removed() {
    let first = TestOffice::of_donghui().await;
    let ahua = first.member("阿华", Role::Lead).await;
    ahua.sync().await.unwrap();
    let site = ahua.register("新发五金加工点");
    let photo = ahua.photographed(site, "photos/gps-DSCN0010.jpg");
    ahua.sync().await.unwrap();
    ahua.asked::<FreedSpace>("photos.free_space", FreeSpace { older_than_days: 0 }).await.unwrap();
    let second = TestOffice::of_donghui().await;
    let token = second.token_of("阿华", Role::Lead);
    let ahua = ahua.connected(&second.address, token).await;
    ahua.sync().await.unwrap();
    let status = ahua.status();
    assert_eq!(status.missing_photos, 1, "neither side has it");
    assert_eq!(status.verified.map(|verified| verified.photos), Some(0));
    assert_eq!(ahua.call::<MissingPhotos>("photos.missing", Nothing {}).photos[0].hash, photo.hash);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_clock_is_told_and_a_right_one_is_not() {
    let office = TestOffice::of_donghui().await;
    let ahua = office.inspector("阿华").await;
    ahua.sync().await.unwrap();
    assert_eq!(ahua.status().clock, None);
    // The server's clock is seven minutes behind.
    let late: app::Clock = std::sync::Arc::new(|| chrono::Utc::now() - chrono::TimeDelta::seconds(421));
    let server = office::seen_by(&office.app, office::donghui()).with_clock(late);
    let clock = || ahua.device.app().now();
    let watch = app::SyncWatch::default();
    app::sync(ahua.device.app().store(), &server, &clock, &watch).await.unwrap();
    let deviation = ahua.status().clock.unwrap();
    assert_eq!(deviation.against, domain::ClockReference::Server);
    assert!((419..=423).contains(&deviation.ahead_s), "{deviation:?}");
    ahua.sync().await.unwrap();
    assert_eq!(ahua.status().clock, None);
}

/// Ends a connection as a phone does that lost its network: what is on its way is lost.
#[allow(deprecated)]
fn reset(stream: TcpStream) {
    stream.set_linger(Some(Duration::ZERO)).unwrap();
}

async fn wait_for(condition: impl Fn() -> bool) {
    for _ in 0..500 {
        if condition() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("waited five seconds in vain");
}
