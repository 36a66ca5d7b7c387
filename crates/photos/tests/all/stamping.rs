//! Stamped copies, and whether they can be checked.

use crate::common::{corners, decoded, jpeg, sample};
use jpeg_encoder::ColorType;
use photos::{
    MAX_MARK_BYTES, Options, PhotoError, STAMP_VERSION, Stamp, StampLine, hash, mark_of, stamped, take_in,
};
use proptest::prelude::*;

fn stamp() -> Stamp {
    let line = |label: &str, text: &str| StampLine { label: label.into(), text: text.into() };
    Stamp {
        lines: vec![
            line("时间", "2026-11-22 09:31:07"),
            line("地点", "东汇镇小李庄村"),
            line("坐标", "39.384512, 117.044310 ±8米"),
            line("对象", "鑫燚顺金属制品加工厂（邨办）"),
            line("检查人", "赵䶮堃"),
        ],
        code: "3F9A-22C1".into(),
    }
}

fn stored(width: u16, height: u16) -> Vec<u8> {
    jpeg(width, height, ColorType::Rgb, &corners(width, height), None)
}

#[test]
fn a_stamped_copy_tells_what_it_is_and_can_be_made_again() {
    let photo = take_in(&sample("gps-DSCN0010.jpg"), &Options::default()).unwrap();
    let copy = stamped(&photo.jpeg, &stamp()).unwrap();
    let mark = mark_of(&copy).unwrap();
    assert_eq!((&mark.photo, mark.version, &mark.stamp), (&photo.hash, STAMP_VERSION, &stamp()));
    assert_eq!(stamped(&photo.jpeg, &mark.stamp).unwrap(), copy);
    assert_eq!(mark_of(&photo.jpeg), None, "the stored photo stays clean");

    // Somebody writes another time into the mark, or into the picture: stamping again gives other bytes.
    let text = b"09:31:07";
    let at = copy.windows(text.len()).position(|bytes| bytes == text).unwrap();
    let mut forged = copy.clone();
    forged[at + 1] = b'8';
    let claimed = mark_of(&forged).unwrap();
    assert_ne!(stamped(&photo.jpeg, &claimed.stamp).unwrap(), forged);
}

#[test]
fn the_same_photo_and_stamp_give_the_same_bytes_on_every_machine() {
    // Changes only together with STAMP_VERSION: copies that people hold could not be checked any more.
    let mut photo = Vec::new();
    // Not the encoder of the other tests: its bytes differ by machine.
    let encoder = stamp_encoder::Encoder::new(&mut photo, 92);
    encoder.encode(&corners(1000, 750), 1000, 750, stamp_encoder::ColorType::Rgb).unwrap();
    let copy = stamped(&photo, &stamp()).unwrap();
    assert_eq!(hash(&copy).as_str(), GOLDEN);
}

const GOLDEN: &str = "75d7b1f1cf405290f332aafc91ec56e24766400e0fc25317141488e1e72ab456";

#[test]
fn the_upper_part_stays_as_it_was_and_the_band_can_be_read() {
    for (width, height) in [(2000, 1500), (1500, 2000), (1280, 960)] {
        let photo = stored(width, height);
        let (w, h, pixels) = decoded(&stamped(&photo, &stamp()).unwrap());
        assert_eq!((w, h), (width.into(), height.into()));
        let before = decoded(&photo).2;
        let upper = w as usize * 3 * (h as usize * 69 / 100);
        let differences =
            pixels[..upper].iter().zip(&before[..upper]).map(|(one, other)| one.abs_diff(*other));
        let mean = differences.map(f64::from).sum::<f64>() / upper as f64;
        assert!(mean < 1.5, "{width} x {height}: {mean}");
        // White letters on what is dark: at least 6 to 1 by WCAG's measure over a white corner of the photo.
        let lower = &pixels[w as usize * 3 * (h as usize * 90 / 100)..];
        assert!(
            lower.as_chunks::<3>().0.iter().filter(|pixel| pixel.iter().all(|c| *c > 235)).count() > 1000
        );
        let corner = &lower[3..6];
        assert!(corner.iter().all(|sample| *sample < 110), "{corner:?}");
    }
}

#[test]
fn tiny_long_and_narrow_photos_get_room_for_the_letters() {
    for ((width, height), size) in
        [((320, 240), (960, 720)), ((240, 320), (720, 960)), ((64, 48), (960, 720)), ((1, 1), (960, 960))]
    {
        let (w, h, _) = decoded(&stamped(&stored(width, height), &stamp()).unwrap());
        assert_eq!((w, h), size, "{width} x {height}");
    }
    // Where 30 % of the height is too little, the band hangs below the photo.
    let (w, h, _) = decoded(&stamped(&stored(2000, 200), &stamp()).unwrap());
    assert!(w == 2000 && h > 400, "{w} x {h}");
    let (w, h, _) = decoded(&stamped(&stored(20, 2000), &stamp()).unwrap());
    assert!(w == 480 && h == 2000, "{w} x {h}");
}

#[test]
fn grey_photos_are_stamped_in_colour() {
    let photo = jpeg(1000, 800, ColorType::Luma, &vec![200; 800_000], None);
    let (_, _, pixels) = decoded(&stamped(&photo, &stamp()).unwrap());
    let red = pixels.as_chunks::<3>().0.iter().filter(|[r, g, _]| r.saturating_sub(*g) > 80).count();
    assert!(red > 500, "the seal is red: {red}");
}

#[test]
fn a_character_that_the_font_lacks_is_a_box_and_counts_as_much() {
    let photo = stored(1000, 750);
    let with = |text: &str| {
        let lines = vec![StampLine { label: String::new(), text: text.into() }];
        stamped(&photo, &Stamp { lines, code: String::new() }).map(|copy| decoded(&copy).2).unwrap()
    };
    let [nothing, emoji, letter, break_] = ["", "\u{1F600}", "村", "\n"].map(with);
    assert_ne!(emoji, nothing);
    assert_ne!(emoji, letter);
    assert_eq!(break_, with(" "), "a line break is a space");
}

#[test]
fn every_character_of_a_name_has_its_own_shape() {
    // Rare ones of the standard table's third part and of GBK, and one of Unicode's extension C.
    let photo = stored(960, 960);
    let drawn = |text: char| {
        let lines = vec![StampLine { label: String::new(), text: text.into() }];
        let copy = stamped(&photo, &Stamp { lines, code: String::new() }).unwrap();
        decoded(&copy).2
    };
    let tofu = drawn('\u{10FFFF}');
    for letter in "䶮堃燚邨鱻㛃𬭎Ａé，°".chars() {
        assert_ne!(drawn(letter), tofu, "{letter}");
    }
}

#[test]
fn texts_that_do_not_fit_the_mark_are_refused_before_anything_is_drawn() {
    let mut long = stamp();
    long.lines[3].text = "厂".repeat(MAX_MARK_BYTES / 3);
    let Err(PhotoError::StampTooLong { bytes, limit }) = stamped(b"not even a photo", &long) else {
        panic!("4 kB of a name")
    };
    assert!(bytes > limit && limit == 4096);
    assert_eq!(stamped(b"not even a photo", &stamp()), Err(PhotoError::NotAPhoto));
    assert_eq!(stamped(b"", &stamp()), Err(PhotoError::Empty));
    let photo = stored(640, 480);
    assert_eq!(stamped(&photo[..photo.len() / 2], &stamp()), Err(PhotoError::Truncated));
    // The longest that fits is written in full, on as much ground as it needs.
    long.lines[3].text = "厂".repeat(1180);
    let copy = stamped(&photo, &long).unwrap();
    assert_eq!(mark_of(&copy).unwrap().stamp, long);
    assert!(decoded(&copy).1 > 1500);
}

fn with_comment(body: &[u8]) -> Vec<u8> {
    let length = u16::try_from(body.len() + 2).unwrap().to_be_bytes();
    [&[0xFF, 0xD8, 0xFF, 0xFE], &length[..], body, &[0xFF, 0xDA, 0, 2, 0xFF, 0xD9]].concat()
}

#[test]
fn what_is_no_mark_is_none() {
    let digits = "ab".repeat(32);
    let good = format!("village-ledger {digits} 1 {{\"lines\":[],\"code\":\"x\"}}");
    assert_eq!(mark_of(&with_comment(good.as_bytes())).unwrap().photo.as_str(), digits);
    for body in [
        format!("village-ledger {digits} 1 {{\"lines\":[]}}"),
        format!("village-ledger {digits} 999 {{\"lines\":[],\"code\":\"x\"}}"),
        format!("village-ledger {} 1 {{\"lines\":[],\"code\":\"x\"}}", "AB".repeat(32)),
        format!("village-ledger {digits} 1 {{\"lines\":[],\"code\":\"{}\"}}", "x".repeat(MAX_MARK_BYTES)),
        format!("village-ledger {digits} 1 {}", "[".repeat(3000)),
        "village-ledger".to_owned(),
        String::new(),
    ] {
        assert_eq!(mark_of(&with_comment(body.as_bytes())), None, "{body:.80}");
    }
    assert_eq!(mark_of(&with_comment(&[0xFF; 300])), None);
    assert_eq!(mark_of(good.as_bytes()), None);
    let (mut late, comment) = (stored(16, 16), with_comment(good.as_bytes()));
    late.extend(&comment[2..comment.len() - 6]);
    assert_eq!(mark_of(&late), None, "behind the picture nothing is looked for");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_texts_come_back_from_the_copy(
        lines in proptest::collection::vec(("\\PC{0,8}|.{0,8}", ".{0,40}"), 0..6),
        code in ".{0,12}",
        (width, height) in (1..90u16, 1..90u16),
    ) {
        let lines = lines.into_iter().map(|(label, text)| StampLine { label, text }).collect();
        let stamp = Stamp { lines, code };
        let photo = stored(width, height);
        let copy = stamped(&photo, &stamp).unwrap();
        let mark = mark_of(&copy).unwrap();
        prop_assert_eq!((mark.photo, mark.stamp), (hash(&photo), stamp));
    }

    #[test]
    fn looking_for_a_mark_survives_anything(
        mut bytes in proptest::collection::vec(any::<u8>(), 0..3000),
        hits in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..20),
    ) {
        let _ = mark_of(&bytes);
        bytes.splice(0..0, [0xFF, 0xD8]);
        let _ = mark_of(&bytes);
        let body = format!("village-ledger {} 1 {{\"lines\":[],\"code\":\"x\"}}", "ab".repeat(32));
        let mut marked = with_comment(body.as_bytes());
        for (place, byte) in hits {
            let at = place.index(marked.len());
            marked[at] = byte;
        }
        let _ = mark_of(&marked);
    }
}
