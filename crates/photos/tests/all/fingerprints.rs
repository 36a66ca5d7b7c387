//! Whether a photo is found again from a copy. `--nocapture` prints what was measured.

use crate::common::{decoded, jpeg, sample};
use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{PixelType, Resizer};
use jpeg_encoder::{ColorType, Encoder};
use photos::{
    Options, SAME_PHOTO_DISTANCE, Stamp, StampLine, fingerprint, fingerprint_distance, stamped, take_in,
};

/// What a messenger makes of a photo: half its size, quality 50.
fn forwarded(photo: &[u8], part: u32) -> Vec<u8> {
    let (width, height, pixels) = decoded(photo);
    let source = ImageRef::new(width, height, &pixels, PixelType::U8x3).unwrap();
    let mut small = Image::new(width / part, height / part, PixelType::U8x3);
    Resizer::new().resize(&source, &mut small, None).unwrap();
    let mut bytes = Vec::new();
    let (width, height) = (small.width() as u16, small.height() as u16);
    Encoder::new(&mut bytes, 50).encode(small.buffer(), width, height, ColorType::Rgb).unwrap();
    bytes
}

fn stamp() -> Stamp {
    let line = |label: &str, text: &str| StampLine { label: label.into(), text: text.into() };
    let lines = vec![
        line("时间", "2026-11-22 09:31:07"),
        line("地点", "天津市武清区东汇镇小李庄村村民委员会"),
        line("坐标", "39.384512, 117.044310 ±8米"),
        line("对象", "天津市武清区鑫燚顺金属制品加工厂（邨办）"),
        line("检查人", "林娜"),
    ];
    Stamp { lines, code: "3F9A-22C1".into() }
}

/// The four portraits are one scene.
const SCENES: [&[&str]; 5] = [
    &["gps-DSCN0010.jpg"],
    &["gps-DSCN0012.jpg"],
    &["gps-DSCN0021.jpg"],
    &["orientation-portrait-1.jpg", "orientation-portrait-6.jpg"],
    &["phone-8mp-gps.jpg"],
];

#[test]
fn a_copy_is_close_to_its_photo_and_another_scene_is_not() {
    let mut scenes = Vec::new();
    let mut farthest_copy = 0;
    for names in SCENES {
        let mut prints = Vec::new();
        for name in names {
            let intake = take_in(&sample(name), &Options { long_side: 1280 }).unwrap();
            let own = intake.fingerprint;
            assert!(fingerprint_distance(own, fingerprint(&intake.jpeg).unwrap()) <= 2, "{name}");
            let marked = stamped(&intake.jpeg, &stamp()).unwrap();
            for copy in
                [marked.clone(), forwarded(&intake.jpeg, 2), forwarded(&marked, 1), forwarded(&marked, 2)]
            {
                let distance = fingerprint_distance(own, fingerprint(&copy).unwrap());
                farthest_copy = farthest_copy.max(distance);
                prints.push(fingerprint(&copy).unwrap());
            }
            prints.push(own);
        }
        scenes.push(prints);
    }
    let mut nearest_other = 64;
    for (number, scene) in scenes.iter().enumerate() {
        for other in &scenes[number + 1..] {
            for (one, two) in scene.iter().flat_map(|one| other.iter().map(move |two| (*one, *two))) {
                nearest_other = nearest_other.min(fingerprint_distance(one, two));
            }
        }
    }
    println!("farthest copy: {farthest_copy} bits; nearest other scene: {nearest_other} bits");
    assert!(farthest_copy <= SAME_PHOTO_DISTANCE / 2, "{farthest_copy}");
    assert!(nearest_other > SAME_PHOTO_DISTANCE * 3 / 2, "{nearest_other}");
}

#[test]
fn the_smallest_photos_have_fingerprints_too() {
    for (width, height) in [(1, 1), (3, 1), (1, 20), (8, 7)] {
        let photo = jpeg(width, height, ColorType::Luma, &vec![77; usize::from(width * height)], None);
        let flat = take_in(&photo, &Options::default()).unwrap();
        assert_eq!(flat.fingerprint, fingerprint(&flat.jpeg).unwrap());
        assert_eq!(stamped(&flat.jpeg, &stamp()).map(|copy| copy.is_empty()), Ok(false));
    }
}
