//! Photographs as evidence: stamped copies, checks against the record, and files for those who ask.

use std::io::{Cursor, Read as _};

use domain::{PhotoHash, SiteField, SiteId};
use image::imageops::FilterType;
use office::{Inspector, sample, visit};
use uuid::Uuid;
use wire::message::*;
use wire::{ApiError, ErrorCode};

/// An inspector with two photos on record at one site.
fn with_photos() -> (Inspector, SiteId, [PhotoHash; 2]) {
    let inspector = Inspector::alone();
    sample::import_donghui(inspector.device.app());
    inspector.call::<Session>("session.rename", Rename { person: "阿华".to_owned() });
    let site = inspector.register("新发/五金加工点");
    let draft = Uuid::now_v7();
    let photos = ["photos/gps-DSCN0010.jpg", "photos/orientation-portrait-6.jpg"]
        .map(|name| inspector.photograph(draft, &sample::path(name)).hash);
    let mut inspection = visit(site);
    inspection.draft = Some(draft);
    inspection.photos = photos.iter().map(plain).collect();
    inspector.call::<RecordedInspection>("inspections.record", &inspection);
    (inspector, site, photos)
}

fn plain(hash: &PhotoHash) -> NewPhoto {
    NewPhoto { hash: hash.clone(), problem: None, rectified: false, sketch_of: None, compare_with: None }
}

fn check(inspector: &Inspector, bytes: &[u8]) -> Result<PhotoCheck, ApiError> {
    let upload = Some(inspector.device.upload(bytes).unwrap());
    inspector.try_call("photos.check", CheckPhoto { upload, code: None })
}

fn check_code(inspector: &Inspector, code: &str) -> Result<PhotoCheck, ApiError> {
    inspector.try_call("photos.check", CheckPhoto { upload: None, code: Some(code.to_owned()) })
}

/// What a chat program makes of a picture.
fn compressed_again(jpeg: &[u8]) -> Vec<u8> {
    let picture = image::load_from_memory(jpeg).unwrap();
    let small = picture.resize(picture.width() / 2, picture.height() / 2, FilterType::Triangle);
    let mut bytes = Vec::new();
    let encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(Cursor::new(&mut bytes), 50);
    small.to_rgb8().write_with_encoder(encoder).unwrap();
    bytes
}

#[test]
fn a_stored_photo_is_ours_and_a_changed_one_is_not() {
    let (inspector, site, [photo, _]) = with_photos();
    let stored = inspector.device.photo(&photo, false).unwrap().unwrap();
    let found = check(&inspector, &stored).unwrap();
    assert_eq!(found.verdict, PhotoVerdict::Stored);
    let [owner] = found.owners.as_slice() else { panic!("{found:?}") };
    assert_eq!((owner.site, owner.by.as_str(), owner.present), (site, "阿华", true));
    assert_eq!(owner.site_name, "新发/五金加工点");
    assert_eq!(owner.path.last().map(String::as_str), Some("东辉村委会"));
    assert!(owner.position.is_some());

    // One bit of the picture.
    let mut changed = stored.clone();
    let middle = changed.len() / 2;
    changed[middle] ^= 1;
    let verdict = check(&inspector, &changed).map(|check| check.verdict);
    assert!(!matches!(verdict, Ok(PhotoVerdict::Stored | PhotoVerdict::Stamped)), "{verdict:?}");
}

#[test]
fn a_stamped_copy_is_ours_until_it_or_the_record_changes() {
    let (inspector, site, [photo, _]) = with_photos();
    let stamped = inspector.device.stamped_photo(&photo).unwrap().unwrap();
    let clean = inspector.device.photo(&photo, false).unwrap().unwrap();
    assert_ne!(stamped, clean);
    assert_eq!(photos_hash(&clean), photo, "the evidence stays clean");
    let found = check(&inspector, &stamped).unwrap();
    assert_eq!(found.verdict, PhotoVerdict::Stamped);
    assert_eq!(found.owners[0].hash, photo);
    let stamp = found.stamp.join("\n");
    for said in ["新发/五金加工点", "东辉村", "阿华", "°N", "2008-10-22", &photo.code()] {
        assert!(stamp.contains(said), "{said} is not in {stamp}");
    }

    let mut changed = stamped.clone();
    let end = changed.len() - 40;
    changed[end] ^= 1;
    assert_eq!(check(&inspector, &changed).unwrap().verdict, PhotoVerdict::Altered);

    inspector.edit(site, SiteField::Name, "改了名的加工点");
    let found = check(&inspector, &stamped).unwrap();
    assert_eq!(found.verdict, PhotoVerdict::StampDiffers, "the stamp says what is no longer on record");
    assert!(found.stamp.join("\n").contains("新发/五金加工点"));
    assert_eq!(found.owners[0].site_name, "改了名的加工点");
}

#[test]
fn a_copy_that_a_chat_compressed_again_is_found_by_what_it_looks_like() {
    let (inspector, site, [photo, other]) = with_photos();
    for hash in [&photo, &other] {
        let clean = inspector.device.photo(hash, false).unwrap().unwrap();
        let stamped = inspector.device.stamped_photo(hash).unwrap().unwrap();
        for bytes in [clean, stamped] {
            let found = check(&inspector, &compressed_again(&bytes)).unwrap();
            assert_eq!(found.verdict, PhotoVerdict::Similar);
            assert_eq!((&found.owners[0].hash, found.owners[0].site), (hash, site));
        }
    }
    let stranger = std::fs::read(sample::path("photos/phone-8mp-gps.jpg")).unwrap();
    let found = check(&inspector, &stranger).unwrap();
    assert_eq!((found.verdict, found.owners), (PhotoVerdict::Unknown, vec![]));
}

#[test]
fn a_typed_code_names_the_photo_and_nonsense_gets_a_sentence() {
    let (inspector, site, [photo, _]) = with_photos();
    for typed in [photo.code(), photo.code().to_uppercase(), photo.as_str()[..6].to_owned()] {
        let found = check_code(&inspector, &typed).unwrap();
        assert_eq!((found.verdict, found.owners[0].site), (PhotoVerdict::Code, site), "{typed}");
    }
    assert_eq!(check_code(&inspector, "000000").unwrap().verdict, PhotoVerdict::Unknown);
    for typed in ["", "12345", "没有的码"] {
        let refused = check_code(&inspector, typed).unwrap_err();
        assert_eq!((refused.code, refused.field.as_deref()), (ErrorCode::Invalid, Some("code")), "{typed}");
    }
    let refused = check(&inspector, b"no photo at all").unwrap_err();
    assert_eq!((refused.code, refused.reason.as_deref()), (ErrorCode::Photo, Some("photo_not_a_photo")));
}

#[test]
fn photos_of_a_site_go_out_as_one_file() {
    let (inspector, site, [photo, other]) = with_photos();
    let export = |photos: Vec<PhotoHash>, stamped| {
        let request = ExportPhotos { site, photos, stamped };
        let download: Download = inspector.call("photos.export", request);
        let path = inspector.device.app().uploads().download(download.id).unwrap();
        (download.file_name, std::fs::read(path).unwrap())
    };
    let (name, bytes) = export(vec![photo.clone()], false);
    assert_eq!(name, format!("新发_五金加工点-{}.jpg", photo.code()));
    assert_eq!(photos_hash(&bytes), photo);
    let (_, bytes) = export(vec![photo.clone()], true);
    assert_eq!(bytes, inspector.device.stamped_photo(&photo).unwrap().unwrap());

    let (name, bytes) = export(vec![], true);
    assert_eq!(name, "新发_五金加工点.zip");
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    assert_eq!(archive.len(), 2);
    for index in 0..2 {
        let mut jpeg = Vec::new();
        archive.by_index(index).unwrap().read_to_end(&mut jpeg).unwrap();
        assert_eq!(check(&inspector, &jpeg).unwrap().verdict, PhotoVerdict::Stamped);
    }

    let strange: PhotoHash = "0".repeat(64).parse().unwrap();
    let refused = inspector
        .try_call::<Download>("photos.export", ExportPhotos { site, photos: vec![strange], stamped: true })
        .unwrap_err();
    assert_eq!(refused.code, ErrorCode::NotFound);
    let bare = inspector.register("没有照片");
    let request = ExportPhotos { site: bare, photos: vec![], stamped: true };
    let refused = inspector.try_call::<Download>("photos.export", request).unwrap_err();
    assert_eq!(refused.reason.as_deref(), Some("no_photos"));
    drop(other);
}

#[test]
fn intake_follows_its_options() {
    let inspector = Inspector::alone();
    sample::import_donghui(inspector.device.app());
    let bytes = std::fs::read(sample::path("photos/phone-8mp-gps.jpg")).unwrap();
    let attach = |long_side, keep_original| {
        let upload = inspector.device.upload(&bytes).unwrap();
        let options = Some(IntakeOptions { long_side, keep_original });
        inspector.try_call::<AttachedPhoto>(
            "photos.attach",
            AttachPhoto { upload, draft: Uuid::now_v7(), options },
        )
    };
    for long_side in [1_280, 2_000, 3_000] {
        let photo = attach(long_side, false).unwrap();
        assert_eq!(photo.width.max(photo.height), long_side);
        assert!(photo.position.is_some() && !photo.camera.is_empty(), "{photo:?}");
        let stored = inspector.device.photo(&photo.hash, false).unwrap().unwrap();
        assert!(!stored.windows(4).any(|window| window == b"Exif"), "private tags are stripped");
    }
    let originals = inspector.folder.path().join("originals");
    assert!(!originals.exists());
    let photo = attach(8_000, true).unwrap();
    let shard = originals.join(&photo.hash.as_str()[..2]);
    assert_eq!(std::fs::read(shard.join(format!("{}.jpg", photo.hash))).unwrap(), bytes);
    for long_side in [0, 1_279, 8_001, u32::MAX] {
        let refused = attach(long_side, false).unwrap_err();
        assert_eq!(refused.field.as_deref(), Some("options.long_side"), "{long_side}");
    }
}

fn photos_hash(bytes: &[u8]) -> PhotoHash {
    photos::hash(bytes)
}
