//! What can be fuzzed.

mod base;
mod bend;
mod changes;
mod chunk;
mod exchange;
mod explode;
mod frames;
mod images;
mod spreadsheets;
mod tus;

use super::runner::Target;

pub const NAMES: [&str; 6] = ["frames", "exchange", "changes", "images", "spreadsheets", "tus"];

/// The target of this name, made ready.
pub fn target(name: &str) -> Option<Box<dyn Target>> {
    Some(match name {
        "frames" => Box::new(frames::Frames::new()),
        "exchange" => Box::new(exchange::Exchange::new()),
        "changes" => Box::new(changes::Changes::new()),
        "images" => Box::new(images::Images::new()),
        "spreadsheets" => Box::new(spreadsheets::Spreadsheets::new()),
        "tus" => Box::new(tus::Tus::new()),
        _ => return None,
    })
}
