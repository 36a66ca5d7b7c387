//! What is kept of a photo's tags (Exif), and what is not.

use crate::common::{Entry, corners, directory, exif, jpeg, sample};
use jpeg_encoder::ColorType;
use photos::{Intake, Options, take_in};

const TURNED: Entry = (0x0112, 3, 1, [0, 6, 0, 0]);

fn taken_in(block: &[u8]) -> Intake {
    take_in(&jpeg(64, 48, ColorType::Rgb, &corners(64, 48), Some(block)), &Options::default()).unwrap()
}

/// That a block whose first entry turns the photo did so, and that nothing else was kept.
fn only_the_turn(block: &[u8]) {
    let intake = taken_in(block);
    assert_eq!((intake.width, intake.height), (48, 64), "the orientation is found");
    assert_eq!((intake.taken_at, intake.position, intake.direction_deg), (None, None, None));
    assert_eq!(intake.camera, "");
}

/// An orientation, and a GPS directory of latitude, longitude and direction with these rationals.
fn gps(latitude: [(u32, u32); 3], longitude: [(u32, u32); 3], direction: (u32, u32)) -> Vec<u8> {
    let gps_at = 8u32 + 2 + 2 * 12 + 4;
    let values = gps_at + 2 + 5 * 12 + 4;
    let entries: [Entry; 5] = [
        (1, 2, 2, *b"N\0\0\0"),
        (2, 5, 3, values.to_be_bytes()),
        (3, 2, 2, *b"E\0\0\0"),
        (4, 5, 3, (values + 24).to_be_bytes()),
        (17, 5, 1, (values + 48).to_be_bytes()),
    ];
    let rationals = latitude.into_iter().chain(longitude).chain([direction]);
    let bytes = rationals.flat_map(|(over, under)| [over.to_be_bytes(), under.to_be_bytes()]).flatten();
    [
        exif(&[TURNED, (0x8825, 4, 1, u32::to_be_bytes(gps_at))], 0),
        directory(&entries, 0),
        bytes.collect::<Vec<u8>>(),
    ]
    .concat()
}

/// Degrees, minutes and seconds as fractions.
type Degrees = [(u32, u32); 3];

const HERE: (Degrees, Degrees) = ([(39, 1), (23, 1), (4, 1)], [(117, 1), (2, 1), (39, 1)]);

#[test]
fn camera_and_direction_are_kept() {
    let phone = take_in(&sample("phone-8mp-gps.jpg"), &Options::default()).unwrap();
    assert_eq!(phone.camera, "Apple iPhone 6");
    assert!((phone.direction_deg.unwrap() - 212.87).abs() < 0.01);
    let nikon = take_in(&sample("gps-DSCN0010.jpg"), &Options::default()).unwrap();
    assert_eq!((nikon.camera.as_str(), nikon.direction_deg), ("NIKON COOLPIX P6000", None));
    assert_eq!(taken_in(&crate::common::orientation(1)).camera, "");
}

fn camera(make: &[u8], model: &[u8]) -> String {
    let at = 8 + 2 + 2 * 12 + 4;
    let after = at + make.len() as u32;
    let entries: [Entry; 2] = [
        (0x010F, 2, make.len() as u32, u32::to_be_bytes(at)),
        (0x0110, 2, model.len() as u32, after.to_be_bytes()),
    ];
    taken_in(&[exif(&entries, 0), make.to_vec(), model.to_vec()].concat()).camera
}

#[test]
fn the_name_of_a_camera_is_cleaned() {
    assert_eq!(camera(b"HUAWEI\0", b"HUAWEI P30 Lite\0"), "HUAWEI P30 Lite");
    assert_eq!(camera(b"samsung  \0", b"  SM-A125F \0\0"), "samsung SM-A125F");
    assert_eq!(camera("小米科技".as_bytes(), b"M2006 C3LC\0"), "小米科技 M2006 C3LC");
    assert_eq!(camera(b"Bad\r\n\x1B[31m\xFF\xFEMaker\0", b"<x>\t1\0"), "Bad [31m Maker <x> 1");
    let long = camera(&"很".repeat(200).into_bytes(), b"model");
    assert_eq!(long.chars().count(), 80);
    assert_eq!(camera(b"\0\0\0\0\0", b"     "), "");
}

#[test]
fn a_place_and_a_direction_that_are_possible_are_read() {
    let intake = taken_in(&gps(HERE.0, HERE.1, (35_999, 100)));
    let place = intake.position.unwrap().place;
    assert!((place.latitude() - 39.384_444).abs() < 1e-5 && (place.longitude() - 117.044_166).abs() < 1e-5);
    assert_eq!(intake.direction_deg, Some(359.99));
    assert_eq!(taken_in(&gps(HERE.0, HERE.1, (360, 1))).direction_deg, Some(0.0));
}

#[test]
fn numbers_that_are_none_are_not_kept() {
    let (latitude, longitude) = HERE;
    for bad in [(0, 0), (1, 0), (u32::MAX, 0), (361, 1), (u32::MAX, 1)] {
        let intake = taken_in(&gps(latitude, longitude, bad));
        assert_eq!((intake.direction_deg, intake.position.is_some()), (None, true), "direction {bad:?}");
    }
    let direction = (0, 0);
    for bad in [(0, 0), (39, 0), (91, 1), (u32::MAX, 1)] {
        only_the_turn(&gps([bad, (0, 1), (0, 1)], longitude, direction));
    }
    for bad in [(0, 0), (1, 0), (181, 1), (u32::MAX, 1)] {
        only_the_turn(&gps(latitude, [bad, (0, 1), (0, 1)], direction));
    }
    // Minutes that carry the latitude beyond the pole; and no fix at all.
    only_the_turn(&gps([(89, 1), (61, 1), (0, 1)], longitude, direction));
    only_the_turn(&gps([(0, 1); 3], [(0, 1); 3], direction));
}

#[test]
fn directories_that_are_cut_off_or_lie_keep_what_came_before() {
    let turned = exif(&[TURNED], 0);
    // Says five entries and ends after one.
    let mut cut = turned.clone();
    cut[9] = 5;
    cut.truncate(8 + 2 + 12);
    only_the_turn(&cut);
    // Ends in the middle of the second.
    let mut half = exif(&[TURNED, (0x010F, 2, 4, *b"abc\0")], 0);
    half.truncate(8 + 2 + 12 + 7);
    only_the_turn(&half);
    // A next directory, or a sub-directory, outside of the block.
    only_the_turn(&exif(&[TURNED], u32::MAX));
    only_the_turn(&exif(&[TURNED, (0x8825, 4, 1, u32::MAX.to_be_bytes())], 0));
    // A sub-directory that says 65,535 entries.
    let at = 8 + 2 + 2 * 12 + 4;
    only_the_turn(&[exif(&[TURNED, (0x8825, 4, 1, u32::to_be_bytes(at))], 0), vec![0xFF; 40]].concat());
    // Counts of four billion, of every type.
    for kind in 1..=13 {
        only_the_turn(&exif(&[TURNED, (0x010F, kind, u32::MAX, [0, 0, 0, 8])], 0));
        only_the_turn(&exif(&[TURNED, (0x8825, kind, u32::MAX, [0, 0, 0, 8])], 0));
    }
    // An unknown type, and a second orientation that is none.
    only_the_turn(&exif(&[TURNED, (0x010F, 99, 1, [0; 4])], 0));
}

#[test]
fn an_orientation_that_is_none_leaves_the_photo_as_it_is() {
    for (kind, count, value) in
        [(3, 1, [0, 0, 0, 0]), (3, 1, [0, 9, 0, 0]), (3, 0, [0, 6, 0, 0]), (2, 1, *b"6\0\0\0")]
    {
        let intake = taken_in(&exif(&[(0x0112, kind, count, value)], 0));
        assert_eq!((intake.width, intake.height), (64, 48), "{kind} {count} {value:?}");
    }
}
