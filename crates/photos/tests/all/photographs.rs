//! Photographs as inspectors take them.

use crate::common::{corners, decoded, jpeg, orientation, sample};
use domain::Provider;
use jpeg_encoder::ColorType;
use photos::{Options, PhotoError, THUMBNAIL_BYTES, hash, take_in, thumbnail};

/// The mean difference of two pictures of the same size, 0 to 255.
fn difference(one: &[u8], other: &[u8]) -> f64 {
    assert_eq!(one.len(), other.len());
    let sum: u64 = one.iter().zip(other).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    sum as f64 / one.len() as f64
}

/// The mean of each block of 30 x 30 pixels. The samples are separate encodings with a different label in the middle.
fn blocks(pixels: &[u8], width: u32) -> Vec<u8> {
    let (width, rows) = (width as usize, pixels.len() / 3 / width as usize);
    let mut means = Vec::new();
    for top in (0..rows / 30 * 30).step_by(30) {
        for left in (0..width / 30 * 30).step_by(30) {
            let samples = (top..top + 30).flat_map(|y| &pixels[(y * width + left) * 3..][..90]);
            means.push((samples.map(|sample| u32::from(*sample)).sum::<u32>() / 2700) as u8);
        }
    }
    means
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

#[test]
fn the_same_scene_held_four_ways_comes_out_upright() {
    let [first, rest @ ..] = ["1", "3", "6", "8"].map(|held| {
        let photo = sample(&format!("orientation-portrait-{held}.jpg"));
        let intake = take_in(&photo, &Options::default()).unwrap();
        let (width, height, pixels) = decoded(&intake.jpeg);
        assert_eq!((width, height), (intake.width, intake.height));
        assert_eq!((width, height), (450, 600), "orientation {held}");
        blocks(&pixels, width)
    });
    let upside_down: Vec<u8> = first.iter().rev().copied().collect();
    for turned in &rest {
        assert!(difference(turned, &rest[0]) < 2.0);
        // The first sample is brighter than the others.
        assert!(difference(turned, &first) < 20.0 && difference(turned, &upside_down) > 35.0);
    }
}

#[test]
fn all_eight_orientations_are_turned_upright() {
    // Where the picture's corners stand in what the sensor wrote, clockwise from the upper left.
    let stored = [
        [0, 1, 2, 3],
        [1, 0, 3, 2],
        [2, 3, 0, 1],
        [3, 2, 1, 0],
        [0, 3, 2, 1],
        [1, 2, 3, 0],
        [2, 1, 0, 3],
        [3, 0, 1, 2],
    ];
    let palette = [[220u8, 20, 20], [20, 220, 20], [20, 20, 220], [250, 250, 250]];
    for (tag, corners) in (1u8..).zip(stored) {
        let (width, height): (u16, u16) = if tag >= 5 { (48, 64) } else { (64, 48) };
        let mut pixels = Vec::new();
        for y in 0..height {
            for x in 0..width {
                let corner = match (x < width / 2, y < height / 2) {
                    (true, true) => 0,
                    (false, true) => 1,
                    (false, false) => 2,
                    (true, false) => 3,
                };
                pixels.extend(palette[corners[corner]]);
            }
        }
        let photo = jpeg(width, height, ColorType::Rgb, &pixels, Some(&orientation(tag)));
        let intake = take_in(&photo, &Options::default()).unwrap();
        assert_eq!((intake.width, intake.height), (64, 48), "orientation {tag}");
        let off = difference(&decoded(&intake.jpeg).2, &crate::common::corners(64, 48));
        assert!(off < 8.0, "orientation {tag} is off by {off}");
    }
}

#[test]
fn what_the_camera_knew_of_place_and_time_is_read() {
    let intake = take_in(&sample("gps-DSCN0010.jpg"), &Options::default()).unwrap();
    let position = intake.position.unwrap();
    assert!((position.place.latitude() - 43.467_448).abs() < 1e-5, "{position:?}");
    assert!((position.place.longitude() - 11.885_126).abs() < 1e-5, "{position:?}");
    assert_eq!((position.provider, position.mock), (Provider::Photo, false));
    assert_eq!(position.fixed_at.unwrap().to_rfc3339(), "2008-10-23T14:27:07.240+00:00");
    // The camera's clock said 16:28:39 and no offset, so it is taken as China's.
    assert_eq!(intake.taken_at.unwrap().to_rfc3339(), "2008-10-22T08:28:39+00:00");
    for name in ["gps-DSCN0012.jpg", "gps-DSCN0021.jpg"] {
        let place = take_in(&sample(name), &Options::default()).unwrap().position.unwrap().place;
        assert!((place.latitude() - 43.467).abs() < 0.01 && (place.longitude() - 11.88).abs() < 0.01);
    }
}

#[test]
fn a_phone_photo_is_shrunk_and_stripped() {
    let original = sample("phone-8mp-gps.jpg");
    let intake = take_in(&original, &Options::default()).unwrap();
    assert!(
        intake.position.is_some() && intake.taken_at.is_some(),
        "{:?}",
        (intake.position, intake.taken_at)
    );
    assert_eq!(intake.width.max(intake.height), 2000);
    assert_eq!(intake.hash, hash(&intake.jpeg));
    for tag in [b"Exif".as_slice(), b"http://ns.adobe.com", b"ICC_PROFILE"] {
        assert!(!contains(&intake.jpeg, tag) && !contains(&intake.thumbnail, tag));
    }
    let (width, height, _) = decoded(&intake.thumbnail);
    assert_eq!(width.max(height), 320);
    assert!(intake.thumbnail.len() <= THUMBNAIL_BYTES, "{} bytes", intake.thumbnail.len());
    assert_eq!(take_in(&original, &Options::default()).unwrap(), intake);
}

#[test]
fn a_server_makes_the_same_sort_of_thumbnail() {
    let intake = take_in(&sample("phone-8mp-gps.jpg"), &Options::default()).unwrap();
    let made = thumbnail(&intake.jpeg).unwrap();
    assert!(made.len() <= THUMBNAIL_BYTES);
    let (one, other) = (decoded(&intake.thumbnail), decoded(&made));
    assert_eq!((one.0, one.1), (other.0, other.1));
    assert!(difference(&one.2, &other.2) < 6.0);
    assert_eq!(thumbnail(&intake.jpeg[..intake.jpeg.len() / 2]), Err(PhotoError::Truncated));
}

#[test]
fn a_small_photo_keeps_its_size() {
    let photo = jpeg(64, 48, ColorType::Rgb, &corners(64, 48), None);
    let intake = take_in(&photo, &Options { long_side: 0 }).unwrap();
    assert_eq!((intake.width, intake.height, intake.taken_at, intake.position), (64, 48, None, None));
    assert_eq!(decoded(&intake.thumbnail).0, 64);
}

#[test]
fn grey_and_cmyk_photos_are_read() {
    let grey = take_in(&jpeg(16, 16, ColorType::Luma, &[90; 256], None), &Options::default()).unwrap();
    assert!(decoded(&grey.jpeg).2.iter().all(|sample| sample.abs_diff(90) < 3));

    // No ink at all, then full cyan.
    for (ink, [red, green, blue]) in [([0, 0, 0, 0], [255, 255, 255]), ([255, 0, 0, 0], [0, 255, 255])] {
        let pixels: Vec<u8> = std::iter::repeat_n(ink, 256).flatten().collect();
        let photo = take_in(&jpeg(16, 16, ColorType::Cmyk, &pixels, None), &Options::default()).unwrap();
        let (_, _, pixels) = decoded(&photo.jpeg);
        let near = |sample: u8, wanted: u8| sample.abs_diff(wanted) < 12;
        assert!(
            near(pixels[0], red) && near(pixels[1], green) && near(pixels[2], blue),
            "{:?}",
            &pixels[..3]
        );
    }
}

#[test]
fn png_and_webp_are_read_and_what_is_transparent_turns_white() {
    use image::{ExtendedColorType, ImageEncoder};
    let pixels: Vec<u8> = std::iter::repeat_n([10, 20, 30, 0], 32 * 24).flatten().collect();
    let (mut png, mut webp) = (Vec::new(), Vec::new());
    image::codecs::png::PngEncoder::new(&mut png)
        .write_image(&pixels, 32, 24, ExtendedColorType::Rgba8)
        .unwrap();
    image::codecs::webp::WebPEncoder::new_lossless(&mut webp)
        .write_image(&pixels, 32, 24, ExtendedColorType::Rgba8)
        .unwrap();
    for file in [&png, &webp] {
        let intake = take_in(file, &Options::default()).unwrap();
        assert_eq!((intake.width, intake.height), (32, 24));
        assert!(decoded(&intake.jpeg).2.iter().all(|sample| *sample > 250));
        assert!(take_in(&file[..file.len() / 2], &Options::default()).is_err());
    }

    let deep: Vec<u8> = std::iter::repeat_n(0x8000u16.to_ne_bytes(), 32 * 24).flatten().collect();
    let mut png = Vec::new();
    image::codecs::png::PngEncoder::new(&mut png).write_image(&deep, 32, 24, ExtendedColorType::L16).unwrap();
    let intake = take_in(&png, &Options::default()).unwrap();
    assert!(decoded(&intake.jpeg).2.iter().all(|sample| sample.abs_diff(128) < 3));
}
