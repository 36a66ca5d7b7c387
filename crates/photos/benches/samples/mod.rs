//! The photos that are measured.

use std::path::{Path, PathBuf};

use image::imageops::FilterType;
use image::{DynamicImage, RgbImage};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

/// A phone's photo of 8 megapixels, which stands beside the repository.
pub fn phone() -> PathBuf {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/photos/phone-8mp-gps.jpg");
    assert!(Path::new(path).exists(), "the sample photographs are needed: {path}");
    path.into()
}

pub fn decoded(jpeg: &[u8]) -> DynamicImage {
    let mut decoder = jpeg_decoder::Decoder::new(jpeg);
    let pixels = decoder.decode().unwrap();
    let info = decoder.info().unwrap();
    RgbImage::from_raw(info.width.into(), info.height.into(), pixels).unwrap().into()
}

/// A photo of 12 megapixels, 4000 x 3000: the phone's, enlarged, with the noise of a sensor laid over it again, which
/// enlarging took away and which costs an encoder much of its time. Made once.
pub fn twelve_megapixels(folder: &Path) -> PathBuf {
    let path = folder.join("twelve-megapixels.jpg");
    if path.exists() {
        return path;
    }
    let photo = decoded(&std::fs::read(phone()).unwrap());
    let mut pixels = photo.resize_exact(4000, 3000, FilterType::CatmullRom).to_rgb8().into_raw();
    let mut seed = 0x9E37_79B9_7F4A_7C15u64;
    for sample in &mut pixels {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        // The sum of two dice: -3 to 3, mostly near 0.
        *sample = sample.saturating_add_signed((seed % 4 + (seed >> 8) % 4) as i8 - 3);
    }
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, 92);
    encoder.set_sampling_factor(SamplingFactor::R_4_2_0);
    encoder.encode(&pixels, 4000, 3000, ColorType::Rgb).unwrap();
    std::fs::write(&path, bytes).unwrap();
    path
}
