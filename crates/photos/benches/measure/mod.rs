//! What a process cost, and how alike two pictures are.

use std::path::Path;
use std::process::{Command, Stdio};

use image::GrayImage;
use wait4::Wait4;

/// Processor time (user and system) of processes that ran one after the other, and the largest of their resident sizes.
#[derive(Debug, Clone, Copy)]
pub struct Cost {
    pub cpu_ms: f64,
    pub peak_mib: f64,
}

/// The least that the commands cost in so many runs: whatever else the machine did only adds.
pub fn best_of(runs: usize, commands: &[Vec<String>]) -> Cost {
    let mut best = Cost { cpu_ms: f64::INFINITY, peak_mib: f64::INFINITY };
    for _ in 0..runs {
        let costs: Vec<Cost> = commands.iter().map(|command| measured_apart(command)).collect();
        best.cpu_ms = best.cpu_ms.min(costs.iter().map(|cost| cost.cpu_ms).sum());
        best.peak_mib = best.peak_mib.min(costs.iter().map(|cost| cost.peak_mib).fold(0.0, f64::max));
    }
    best
}

/// Linux counts the peak of whoever starts a process as the peak of that process, and this one decodes large photos: a
/// small process between them keeps the figures apart.
fn measured_apart(command: &[String]) -> Cost {
    let me = std::env::current_exe().unwrap();
    let output = Command::new(me).arg("--measure").args(command).stderr(Stdio::inherit()).output().unwrap();
    assert!(output.status.success(), "{command:?}");
    let figures = String::from_utf8(output.stdout).unwrap();
    let (cpu, peak) = figures.trim().split_once(' ').unwrap();
    Cost { cpu_ms: cpu.parse().unwrap(), peak_mib: peak.parse().unwrap() }
}

/// Runs a command on one core's worth of threads and prints what it cost.
pub fn measure(command: &[String]) {
    let (program, arguments) = command.split_first().unwrap();
    let mut child = Command::new(Path::new(program))
        .args(arguments)
        .env("VIPS_CONCURRENCY", "1")
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let used = child.wait4().unwrap();
    assert!(used.status.success(), "{command:?}");
    let cpu = (used.rusage.utime + used.rusage.stime).as_secs_f64() * 1000.0;
    println!("{cpu} {}", used.rusage.maxrss as f64 / 1_048_576.0);
}

/// The mean structural similarity (Wang and others, 2004) of two pictures of the same size, over windows of 8 x 8 pixels
/// that overlap by half.
pub fn ssim(one: &GrayImage, other: &GrayImage) -> f64 {
    assert_eq!(one.dimensions(), other.dimensions());
    let (width, height) = one.dimensions();
    let (c1, c2) = ((0.01f64 * 255.0).powi(2), (0.03f64 * 255.0).powi(2));
    let (mut sum, mut windows) = (0.0, 0.0);
    for top in (0..height - 7).step_by(4) {
        for left in (0..width - 7).step_by(4) {
            let [mut x, mut y, mut xx, mut yy, mut xy] = [0.0f64; 5];
            for (column, line) in (0..64).map(|n| (left + n % 8, top + n / 8)) {
                let (a, b) = (
                    f64::from(one.get_pixel(column, line).0[0]),
                    f64::from(other.get_pixel(column, line).0[0]),
                );
                (x, y, xx, yy, xy) = (x + a, y + b, xx + a * a, yy + b * b, xy + a * b);
            }
            let (x, y) = (x / 64.0, y / 64.0);
            let (var_x, var_y, cov) = (xx / 64.0 - x * x, yy / 64.0 - y * y, xy / 64.0 - x * y);
            sum += (2.0 * x * y + c1) * (2.0 * cov + c2) / ((x * x + y * y + c1) * (var_x + var_y + c2));
            windows += 1.0;
        }
    }
    sum / windows
}
