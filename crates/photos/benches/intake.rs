//! Intake of one phone photograph: the bar in DESIGN.md, section 7.

use photos::{Options, take_in, thumbnail};

fn main() {
    divan::main();
}

fn phone_photo() -> Vec<u8> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/photos/phone-8mp-gps.jpg");
    std::fs::read(path)
        .unwrap_or_else(|error| unreachable!("the sample photographs are needed: {path}: {error}"))
}

/// A photo of 12 megapixels with the texture of a real one: the 8-megapixel sample, tiled.
fn twelve_megapixels() -> Vec<u8> {
    let Ok(intake) = take_in(&phone_photo(), &Options::default()) else {
        unreachable!("the sample is a photo")
    };
    let mut decoder = jpeg_decoder::Decoder::new(intake.jpeg.as_slice());
    let Ok(pixels) = decoder.decode() else { unreachable!("what was stored decodes") };
    let row = intake.width as usize * 3;
    let mut twice = Vec::new();
    for _ in 0..2 {
        for line in pixels.chunks_exact(row) {
            twice.extend_from_slice(line);
            twice.extend_from_slice(line);
        }
    }
    let mut bytes = Vec::new();
    let encoder = jpeg_encoder::Encoder::new(&mut bytes, 90);
    let (width, height) = (2 * intake.width as u16, 2 * intake.height as u16);
    if let Err(error) = encoder.encode(&twice, width, height, jpeg_encoder::ColorType::Rgb) {
        unreachable!("{error}");
    }
    bytes
}

#[divan::bench(sample_count = 20)]
fn take_in_8_megapixels(bencher: divan::Bencher<'_, '_>) {
    let photo = phone_photo();
    bencher.bench(|| take_in(divan::black_box(&photo), &Options::default()));
}

#[divan::bench(sample_count = 20)]
fn take_in_12_megapixels(bencher: divan::Bencher<'_, '_>) {
    let photo = twelve_megapixels();
    bencher.bench(|| take_in(divan::black_box(&photo), &Options::default()));
}

#[divan::bench(sample_count = 20)]
fn thumbnail_of_a_stored_photo(bencher: divan::Bencher<'_, '_>) {
    let stored = take_in(&phone_photo(), &Options::default()).map(|intake| intake.jpeg).unwrap_or_default();
    bencher.bench(|| thumbnail(divan::black_box(&stored)));
}
