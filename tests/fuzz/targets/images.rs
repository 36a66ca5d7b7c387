//! Photographs, as they are taken in.

use std::io::Cursor;

use image::{ImageFormat, RgbImage};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use photos::{MAX_BYTES, Options, take_in};
use rand::Rng as _;
use rand::rngs::StdRng;

use crate::fuzz::mutate::{damaged, extreme, noise, pick};
use crate::fuzz::runner::Target;
use crate::fuzz::shared;

pub struct Images {
    /// Small ones first, which are read in no time.
    samples: Vec<Vec<u8>>,
    small: usize,
}

impl Images {
    pub fn new() -> Self {
        let picture =
            RgbImage::from_fn(96, 64, |x, y| image::Rgb([(x * 2) as u8, (y * 3) as u8, (x ^ y) as u8]));
        let mut samples = Vec::new();
        for (sampling, progressive, restart) in [
            (SamplingFactor::F_1_1, false, 0),
            (SamplingFactor::F_2_2, false, 2),
            (SamplingFactor::F_2_1, true, 0),
        ] {
            let mut bytes = Vec::new();
            let mut encoder = Encoder::new(&mut bytes, 85);
            encoder.set_sampling_factor(sampling);
            encoder.set_progressive(progressive);
            if restart > 0 {
                encoder.set_restart_interval(restart);
            }
            encoder.add_app_segment(1, exif()).expect("it is short");
            encoder.encode(picture.as_raw(), 96, 64, ColorType::Rgb).expect("it is written into memory");
            samples.push(bytes);
        }
        for format in [ImageFormat::Png, ImageFormat::WebP] {
            let mut bytes = Cursor::new(Vec::new());
            picture.write_to(&mut bytes, format).expect("it is written into memory");
            samples.push(bytes.into_inner());
        }
        let small = samples.len();
        for name in ["photos/orientation-portrait-6.jpg", "photos/gps-DSCN0010.jpg"] {
            samples.push(shared(name));
        }
        Self { samples, small }
    }
}

/// Tags of all sorts: turned, taken somewhere at some time by some camera.
fn exif() -> Vec<u8> {
    let mut bytes = b"Exif\0\0MM\0\x2A\0\0\0\x08".to_vec();
    let entries: [(u16, u16, u32, [u8; 4]); 4] = [
        (0x010F, 2, 4, *b"Cam\0"),
        (0x0112, 3, 1, [0, 6, 0, 0]),
        (0x8769, 4, 1, [0, 0, 0, 62]),
        (0x8825, 4, 1, [0, 0, 0, 62]),
    ];
    for directory in 0..2 {
        bytes.extend((entries.len() as u16).to_be_bytes());
        for (tag, kind, count, value) in entries {
            let tag = if directory == 0 { tag } else { tag & 0x1f };
            bytes.extend(tag.to_be_bytes());
            bytes.extend(kind.to_be_bytes());
            bytes.extend(count.to_be_bytes());
            bytes.extend(value);
        }
        bytes.extend([0; 4]);
    }
    bytes
}

impl Target for Images {
    fn next(&mut self, rng: &mut StdRng) -> Vec<u8> {
        let real = rng.random_ratio(1, 40);
        let sample = if real { &self.samples[self.small..] } else { &self.samples[..self.small] };
        let (sample, other) = (pick(rng, sample), pick(rng, &self.samples[..self.small]));
        match rng.random_range(0..10) {
            0 => [&sample[..sample.len().min(12)], &noise(rng, 300)].concat(),
            1..4 => sizes(rng, sample),
            4..6 => segments(rng, sample),
            _ => damaged(rng, sample, other),
        }
    }

    fn run(&mut self, case: &[u8]) -> Result<(), String> {
        let _ = (photos::extension(case), photos::declared_size(case), photos::mark_of(case));
        let _ = (photos::fingerprint(case), photos::thumbnail(case), photos::read_qr(case));
        match take_in(case, &Options::default()) {
            Ok(intake) => {
                let longest = intake.width.max(intake.height);
                if longest > 2_000
                    || intake.jpeg.len() > MAX_BYTES
                    || photos::hash(&intake.jpeg) != intake.hash
                {
                    return Err(format!("what is stored is {longest} px, {} bytes", intake.jpeg.len()));
                }
                // What is stored can be taken in on the other side.
                photos::fingerprint(&intake.jpeg)
                    .map_err(|error| format!("what is stored cannot be read: {error}"))?;
                Ok(())
            }
            Err(error) if error.to_string().is_empty() => Err("an error says nothing".to_owned()),
            Err(_) => Ok(()),
        }
    }
}

/// Writes another width and height into the header.
fn sizes(rng: &mut StdRng, sample: &[u8]) -> Vec<u8> {
    let mut bytes = sample.to_vec();
    let at = if sample.starts_with(b"\x89PNG") {
        16
    } else if sample.starts_with(b"RIFF") {
        20
    } else {
        // After the marker of a frame: its length and the depth.
        let frame = sample.windows(2).position(|pair| pair[0] == 0xff && (0xc0..=0xc2).contains(&pair[1]));
        frame.map_or(0, |frame| frame + 5)
    };
    for byte in bytes.iter_mut().skip(at).take(8) {
        if rng.random_ratio(1, 3) {
            *byte = rng.random();
        }
    }
    if rng.random() {
        let number = extreme(rng).to_be_bytes();
        let end = (at + 4).min(bytes.len());
        bytes.splice(at.min(end)..end, number[4..].iter().copied());
    }
    bytes
}

/// Repeats, drops and damages whole segments of a JPEG.
fn segments(rng: &mut StdRng, sample: &[u8]) -> Vec<u8> {
    let mut parts: Vec<Vec<u8>> = Vec::new();
    for byte in sample {
        match parts.last_mut() {
            Some(part) if !(*byte == 0xff && part.len() > 1) => part.push(*byte),
            _ => parts.push(vec![*byte]),
        }
    }
    for _ in 0..rng.random_range(1..4) {
        let place = rng.random_range(0..parts.len());
        match rng.random_range(0..4) {
            0 => {
                let times = if rng.random_ratio(1, 8) { rng.random_range(1..3_000) } else { 1 };
                let again = parts[place].clone();
                parts.splice(place..place, std::iter::repeat_n(again, times));
            }
            1 => drop(parts.remove(place)),
            2 => {
                let other = rng.random_range(0..parts.len());
                parts.swap(place, other);
            }
            _ => parts[place] = damaged(rng, &parts[place], sample),
        }
        if parts.is_empty() {
            break;
        }
    }
    parts.concat()
}
