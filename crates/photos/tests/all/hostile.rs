//! Files that are no photographs, or were made to do harm.

use crate::common::{Entry, corners, decoded, directory, exif, jpeg, orientation, sample};
use jpeg_encoder::ColorType;
use photos::{MAX_BYTES, Options, PhotoError, Stamp, fingerprint, stamped, take_in, thumbnail};
use proptest::prelude::*;

fn refusal(bytes: &[u8]) -> PhotoError {
    take_in(bytes, &Options::default()).map(|intake| intake.hash).unwrap_err()
}

#[test]
fn what_is_no_photo_is_named() {
    assert_eq!(refusal(b""), PhotoError::Empty);
    assert_eq!(refusal(b"%PDF-1.7 and so on"), PhotoError::NotAPhoto);
    assert_eq!(refusal(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"), PhotoError::Heic);
    assert_eq!(refusal(b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic"), PhotoError::Heic);
    assert!(refusal(b"\0\0\0\x18ftypheic").to_string().contains("Most Compatible"));
    assert_eq!(refusal(&vec![0; MAX_BYTES + 1]).code(), "photo_too_many_bytes");
    assert_eq!(thumbnail(b"\x89PNG\r\n\x1A\n"), Err(PhotoError::NotAPhoto));
}

#[test]
fn a_photo_cut_off_anywhere_is_refused() {
    let photo = sample("gps-DSCN0010.jpg");
    for part in 1..20 {
        let cut = &photo[..photo.len() * part / 20];
        assert_eq!(refusal(cut), PhotoError::Truncated, "{part} of 20 parts");
        assert_eq!(fingerprint(cut), Err(PhotoError::Truncated));
    }
    assert_eq!(refusal(&photo[..photo.len() - 2]), PhotoError::Truncated);
    assert!(PhotoError::Truncated.to_string().contains("cut off"));
}

#[test]
fn a_photo_cut_off_and_closed_again_is_refused() {
    let photo = sample("gps-DSCN0010.jpg");
    for tenths in 4..10 {
        let mended = [&photo[..photo.len() * tenths / 10], &[0xFF, 0xD9]].concat();
        assert_eq!(refusal(&mended), PhotoError::Truncated, "{tenths} tenths");
    }
}

#[test]
fn a_progressive_photo_is_read_and_its_cut_is_noticed() {
    let mut photo = Vec::new();
    let mut encoder = jpeg_encoder::Encoder::new(&mut photo, 90);
    encoder.set_progressive(true);
    encoder.encode(&corners(640, 480), 640, 480, ColorType::Rgb).unwrap();
    assert_eq!(take_in(&photo, &Options::default()).unwrap().width, 640);
    let mended = [&photo[..photo.len() - 60], &[0xFF, 0xD9]].concat();
    assert!(take_in(&mended, &Options::default()).is_err());
}

#[test]
fn a_header_of_50_000_by_50_000_allocates_nothing() {
    let mut png = b"\x89PNG\r\n\x1A\n\0\0\0\x0DIHDR".to_vec();
    png.extend(50_000u32.to_be_bytes());
    png.extend(50_000u32.to_be_bytes());
    png.extend([8, 6, 0, 0, 0, 0, 0, 0, 0]);
    assert!(matches!(refusal(&png), PhotoError::TooManyPixels { width: 50_000, height: 50_000, .. }));

    let mut photo = sample("gps-DSCN0010.jpg");
    // The first frame header is that of the camera's own thumbnail, inside the tags.
    let frame = photo.windows(4).rposition(|bytes| bytes == [0xFF, 0xC0, 0, 17]).unwrap();
    photo[frame + 5..frame + 9].copy_from_slice(&[0xC3, 0x50, 0xC3, 0x50]);
    assert!(matches!(refusal(&photo), PhotoError::TooManyPixels { width: 50_000, height: 50_000, .. }));
    assert!(thumbnail(&photo).is_err() && fingerprint(&photo).is_err());
    assert!(stamped(&photo, &Stamp::default()).is_err());

    // The extended header has room for such a size; the pictures inside a WebP have at most 16,383 pixels a side.
    let mut webp = b"RIFF\x1E\0\0\0WEBPVP8X\x0A\0\0\0\0\0\0\0".to_vec();
    webp.extend([&49_999u32.to_le_bytes()[..3], &49_999u32.to_le_bytes()[..3], b"VP8 \0\0\0\0"].concat());
    let refused = refusal(&webp);
    assert!(
        ["photo_too_many_pixels", "photo_broken", "photo_truncated"].contains(&refused.code()),
        "{refused}"
    );
}

#[test]
fn a_progressive_header_that_would_hold_too_much_is_refused() {
    let mut photo = Vec::new();
    let mut encoder = jpeg_encoder::Encoder::new(&mut photo, 90);
    encoder.set_progressive(true);
    encoder.set_sampling_factor(jpeg_encoder::SamplingFactor::R_4_4_4);
    encoder.encode(&corners(64, 64), 64, 64, ColorType::Rgb).unwrap();
    let frame = photo.windows(2).position(|bytes| bytes == [0xFF, 0xC2]).unwrap();
    photo[frame + 5..frame + 9].copy_from_slice(&[0x1F, 0x40, 0x1F, 0x40]);
    let PhotoError::TooManyPixels { limit, .. } = refusal(&photo) else {
        panic!("8,000 x 8,000 in full colour")
    };
    assert!((21_000_000..22_000_000).contains(&limit), "{limit}");
}

#[test]
fn a_zip_behind_the_photo_is_not_kept() {
    let photo = sample("gps-DSCN0010.jpg");
    let polyglot = [photo.as_slice(), b"PK\x03\x04 a secret archive"].concat();
    let intake = take_in(&polyglot, &Options::default()).unwrap();
    assert_eq!(intake, take_in(&photo, &Options::default()).unwrap());
    assert!(intake.jpeg.ends_with(&[0xFF, 0xD9]));
}

#[test]
fn what_is_two_things_at_once_is_a_photo_only_if_it_begins_as_one() {
    let photo = sample("gps-DSCN0010.jpg");
    let clean = take_in(&photo, &Options::default()).unwrap();
    let script = b"<html><script>alert(1)</script></html>".as_slice();
    // HTML behind the photo, or in a comment in front of its picture: neither is kept.
    let comment = [&[0xFF, 0xD8, 0xFF, 0xFE, 0, script.len() as u8 + 2], script, &photo[2..]].concat();
    for polyglot in [[&photo, script].concat(), comment] {
        let intake = take_in(&polyglot, &Options::default()).unwrap();
        assert_eq!(intake.hash, clean.hash);
        assert!(!intake.jpeg.windows(6).any(|bytes| bytes == b"<html>"));
    }
    // Something else that has a photo inside it.
    for front in
        [b"GIF89a".as_slice(), b"%PDF-1.7\n", b"PK\x03\x04", b"<html>", b"\0", b"BM", b"II*\0", b"MZ"]
    {
        assert_eq!(refusal(&[front, &photo].concat()), PhotoError::NotAPhoto, "{front:?}");
    }
    // The names and first bytes of one kind with the body of another.
    assert_eq!(refusal(&[b"\x89PNG\r\n\x1A\n", &photo[8..]].concat()).code(), "photo_too_many_pixels");
    assert!(
        take_in(&[&[0xFF, 0xD8, 0xFF], b"\x89PNG\r\n\x1A\n".as_slice()].concat(), &Options::default())
            .is_err()
    );
    assert_eq!(refusal(&[0xFF, 0xD8, 0xFF]), PhotoError::Truncated);
    assert_eq!(refusal(&[0xFF, 0xD8, 0xFF, 0xD9]).code(), "photo_broken");
    assert_eq!(refusal(&[0; 4096]), PhotoError::NotAPhoto);
}

fn with_exif(block: &[u8]) -> Vec<u8> {
    jpeg(64, 48, ColorType::Rgb, &corners(64, 48), Some(block))
}

#[test]
fn exif_that_leads_in_circles_ends() {
    let turn: Entry = (0x0112, 3, 1, [0, 6, 0, 0]);
    let exif_pointer: Entry = (0x8769, 4, 1, [0, 0, 0, 8]);
    let gps_pointer: Entry = (0x8825, 4, 1, [0, 0, 0, 8]);
    for block in [exif(&[turn], 8), exif(&[turn, exif_pointer, gps_pointer], 8)] {
        let intake = take_in(&with_exif(&block), &Options::default()).unwrap();
        assert_eq!((intake.width, intake.height), (48, 64), "what could be read is used");
    }
}

#[test]
fn exif_of_ten_thousand_pointers_is_left_unread() {
    let pointers: Vec<Entry> = (0..5000u32).map(|n| (0x8769, 4, 1, (10 + 12 * n).to_be_bytes())).collect();
    let intake = take_in(&with_exif(&exif(&pointers, 0)), &Options::default()).unwrap();
    assert_eq!((intake.width, intake.taken_at, intake.position), (64, None, None));
}

#[test]
fn impossible_positions_and_times_are_no_positions_and_times() {
    // Latitude 99 degrees north, 0/0 degrees east; taken on the 99th of a month.
    let gps_at = 8 + 2 + 2 * 12 + 4;
    let gps_values = gps_at + 2 + 4 * 12 + 4;
    let exif_at = gps_values + 48;
    let exif_values = exif_at + 2 + 12 + 4;
    let ninety_nine = [99u32, 1, 0, 1, 0, 1].map(u32::to_be_bytes).concat();
    let nothing = [0u32; 6].map(u32::to_be_bytes).concat();
    let block = [
        exif(&[(0x8825, 4, 1, u32::to_be_bytes(gps_at)), (0x8769, 4, 1, u32::to_be_bytes(exif_at))], 0),
        directory(
            &[
                (1, 2, 2, *b"N\0\0\0"),
                (2, 5, 3, gps_values.to_be_bytes()),
                (3, 2, 2, *b"E\0\0\0"),
                (4, 5, 3, (gps_values + 24).to_be_bytes()),
            ],
            0,
        ),
        ninety_nine,
        nothing,
        directory(&[(0x9003, 2, 20, exif_values.to_be_bytes())], 0),
        b"2023:04:99 12:00:00\0".to_vec(),
    ]
    .concat();
    let intake = take_in(&with_exif(&block), &Options::default()).unwrap();
    assert_eq!((intake.position, intake.taken_at), (None, None));
}

/// What a hostile file may cost is bounded by its header; here only that the outcome is a photo or an error.
fn survives(bytes: &[u8]) {
    match take_in(bytes, &Options::default()) {
        Ok(intake) => {
            let (width, height, _) = decoded(&intake.jpeg);
            assert_eq!((width, height), (intake.width, intake.height));
            assert!(width <= 2000 && height <= 2000);
        }
        Err(error) => assert!(!error.code().is_empty() && !error.to_string().is_empty()),
    }
    let _ = thumbnail(bytes);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn garbage_is_an_error(bytes in proptest::collection::vec(any::<u8>(), 0..2000), magic in 0..4usize) {
        let magic: &[u8] = [b"".as_slice(), b"\xFF\xD8\xFF", b"\x89PNG\r\n\x1A\n", b"RIFF\0\x10\0\0WEBP"][magic];
        survives(&[magic, &bytes].concat());
    }

    #[test]
    fn a_damaged_photo_is_a_photo_or_an_error(
        hits in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
        early in any::<bool>(),
        tag in 0..10u8,
    ) {
        let mut photo = jpeg(96, 64, ColorType::Rgb, &corners(96, 64), Some(&orientation(tag)));
        // Half of the runs hit the headers, which are the interesting part.
        let reach = if early { photo.len().min(700) } else { photo.len() };
        for (place, byte) in hits {
            let at = place.index(reach);
            photo[at] = byte;
        }
        survives(&photo);
    }

    #[test]
    fn a_damaged_png_or_webp_is_a_photo_or_an_error(
        hits in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        webp in any::<bool>(),
    ) {
        use image::{ExtendedColorType::Rgb8, ImageEncoder};
        let (pixels, mut file) = (corners(48, 32), Vec::new());
        if webp {
            image::codecs::webp::WebPEncoder::new_lossless(&mut file).write_image(&pixels, 48, 32, Rgb8).unwrap();
        } else {
            image::codecs::png::PngEncoder::new(&mut file).write_image(&pixels, 48, 32, Rgb8).unwrap();
        }
        for (place, byte) in hits {
            let at = place.index(file.len());
            file[at] = byte;
        }
        survives(&file);
    }

    #[test]
    fn a_real_photo_with_damaged_tags_is_a_photo_or_an_error(
        hits in proptest::collection::vec((2..4000usize, any::<u8>()), 1..20),
    ) {
        let mut photo = sample("gps-DSCN0010.jpg");
        for (at, byte) in hits {
            photo[at] = byte;
        }
        survives(&photo);
    }
}
