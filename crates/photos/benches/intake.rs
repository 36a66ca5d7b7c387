//! Intake beside libvips. `cargo bench -p photos` prints the table.
//!
//! Each run is a process of its own, so that processor time and peak memory are what the system counted for it: this
//! program calls itself with the name of a photo, and `vipsthumbnail` makes the same two files from it, on one core.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // a benchmark may stop

mod measure;
mod samples;

use std::path::Path;
use std::process::Command;

use image::imageops::FilterType;
use measure::{Cost, best_of, ssim};
use photos::{Options, Stamp, StampLine, stamped, take_in};

const RUNS: usize = 7;
const CPU_BAR: f64 = 0.35;
const MEMORY_BAR: f64 = 50.0;
const SSIM_BAR: f64 = 0.98;
const STAMP_BAR_MS: f64 = 120.0;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    match arguments.get(1).map(String::as_str) {
        Some("--take-in") => return take_in_to_files(&arguments[2], &arguments[3]),
        Some("--measure") => return measure::measure(&arguments[2..]),
        _ => {}
    }
    // The test runner asks every benchmark for its list of tests.
    if arguments.iter().any(|argument| argument == "--list" || argument == "--test") {
        return;
    }
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("intake");
    std::fs::create_dir_all(&folder).unwrap();
    let has_vips = Command::new("vipsthumbnail").arg("--version").output().is_ok();
    if !has_vips {
        println!("vipsthumbnail is not here: apt-get install libvips-tools. Only our own figures follow.");
    }
    println!("{:<24}{:>12}{:>12}{:>9}{:>9}", "", "ours", "vips", "ratio", "bar");
    let mut met = true;
    for (name, file) in
        [("12 MP, 4000 x 3000", samples::twelve_megapixels(&folder)), ("8 MP, a phone's", samples::phone())]
    {
        met &= compare(name, &file, &folder, has_vips);
    }
    met &= stamp_cost();
    println!("{}", if met { "all bars met" } else { "NOT all bars met" });
}

fn take_in_to_files(photo: &str, folder: &str) {
    let intake = take_in(&std::fs::read(photo).unwrap(), &Options::default()).unwrap();
    std::fs::write(Path::new(folder).join("ours.jpg"), intake.jpeg).unwrap();
    std::fs::write(Path::new(folder).join("ours-small.jpg"), intake.thumbnail).unwrap();
}

fn compare(name: &str, photo: &Path, folder: &Path, has_vips: bool) -> bool {
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<String>>();
    let me = std::env::current_exe().unwrap();
    let (me, photo_name) = (me.to_str().unwrap(), photo.to_str().unwrap());
    let ours = best_of(RUNS, &[words(&[me, "--take-in", photo_name, folder.to_str().unwrap()])]);
    let theirs = has_vips.then(|| {
        let make = |size: &str, output: &str| {
            let output = format!("{}[Q=80,strip]", folder.join(output).display());
            words(&["vipsthumbnail", "--size", size, "-o", &output, photo_name])
        };
        best_of(RUNS, &[make("2000x2000>", "vips.jpg"), make("320x320>", "vips-small.jpg")])
    });
    let reference = reference(photo);
    let likeness = |file: &str| ssim(&image_of(&folder.join(file)), &reference);
    let our_likeness = likeness("ours.jpg");
    println!("{name}");
    let cpu = row("  processor time, ms", ours.cpu_ms, theirs.map(|cost| cost.cpu_ms), CPU_BAR);
    let memory_met = ours.peak_mib < MEMORY_BAR;
    let vips_memory = theirs.map_or(f64::NAN, |cost: Cost| cost.peak_mib);
    println!(
        "{:<24}{:>12.1}{vips_memory:>12.1}{:>9.2}{MEMORY_BAR:>9}  {}",
        "  peak memory, MiB",
        ours.peak_mib,
        ours.peak_mib / vips_memory,
        verdict(memory_met)
    );
    let vips_likeness = if has_vips { likeness("vips.jpg") } else { f64::NAN };
    let likeness_met = our_likeness >= SSIM_BAR;
    println!(
        "{:<24}{our_likeness:>12.4}{vips_likeness:>12.4}{:>9.2}{SSIM_BAR:>9}  {}",
        "  SSIM to Lanczos",
        our_likeness / vips_likeness,
        verdict(likeness_met)
    );
    cpu && memory_met && likeness_met
}

fn row(what: &str, ours: f64, theirs: Option<f64>, bar: f64) -> bool {
    let theirs = theirs.unwrap_or(f64::NAN);
    let ratio = ours / theirs;
    // Without the peer nothing is proven, nor disproven.
    let met = ratio.is_nan() || ratio <= bar;
    println!("{what:<24}{ours:>12.1}{theirs:>12.1}{ratio:>9.2}{bar:>9}  {}", verdict(met));
    met
}

fn verdict(met: bool) -> &'static str {
    if met { "met" } else { "MISSED" }
}

fn image_of(file: &Path) -> image::GrayImage {
    samples::decoded(&std::fs::read(file).unwrap()).to_luma8()
}

/// The photo shrunk by `image`'s Lanczos filter, all pixels decoded, not compressed again.
fn reference(photo: &Path) -> image::GrayImage {
    samples::decoded(&std::fs::read(photo).unwrap()).resize(2000, 2000, FilterType::Lanczos3).to_luma8()
}

fn stamp_cost() -> bool {
    let photo = take_in(&std::fs::read(samples::phone()).unwrap(), &Options::default()).unwrap().jpeg;
    let line = |label: &str, text: &str| StampLine { label: label.into(), text: text.into() };
    let lines = vec![
        line("时间", "2026-11-22 09:31:07"),
        line("地点", "天津市武清区东汇镇小李庄村村民委员会"),
        line("坐标", "39.384512, 117.044310 ±8米"),
        line("对象", "天津市武清区鑫燚顺金属制品加工厂"),
        line("检查人", "林娜"),
    ];
    let stamp = Stamp { lines, code: "3F9A-22C1".into() };
    let best = (0..RUNS)
        .map(|_| {
            let start = std::time::Instant::now();
            std::hint::black_box(stamped(std::hint::black_box(&photo), &stamp).unwrap());
            start.elapsed().as_secs_f64() * 1000.0
        })
        .fold(f64::INFINITY, f64::min);
    let met = best < STAMP_BAR_MS;
    println!(
        "{:<24}{best:>12.1}{:>12}{:>9}{STAMP_BAR_MS:>9}  {}",
        "stamp a stored photo, ms",
        "",
        "",
        verdict(met)
    );
    met
}
