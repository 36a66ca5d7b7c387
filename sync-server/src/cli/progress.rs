//! How far long work is, for whoever looks at a terminal. A script's log gets none of it.

use std::io::{IsTerminal as _, Write as _, stderr};
use std::time::{Duration, Instant};

/// Not more often: a terminal is slower than the work.
const PAUSE: Duration = Duration::from_millis(100);

pub(super) struct Progress {
    shown: bool,
    last: Option<Instant>,
}

impl Progress {
    pub fn new() -> Self {
        Self { shown: stderr().is_terminal(), last: None }
    }

    /// Writes over what stands in the line.
    pub fn at(&mut self, what: &str, done: u64, total: u64) {
        if self.shown && self.last.is_none_or(|last| last.elapsed() >= PAUSE) {
            self.last = Some(Instant::now());
            let _ = write!(stderr(), "\r\x1b[K{what}: {done} of {total}");
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.last.is_some() {
            let _ = write!(stderr(), "\r\x1b[K");
        }
    }
}

/// A number with its thing, and with commas between the thousands: `1 photo`, `1,204 photos`.
pub(super) fn count(number: u64, thing: &str) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    let plural = if number == 1 { "" } else { "s" };
    format!("{text} {thing}{plural}")
}

#[cfg(test)]
mod tests {
    use super::count;

    #[test]
    fn numbers_read_as_people_write_them() {
        let read: Vec<_> =
            [0, 1, 999, 1_204, 1_000_000].iter().map(|number| count(*number, "photo")).collect();
        assert_eq!(read, ["0 photos", "1 photo", "999 photos", "1,204 photos", "1,000,000 photos"]);
    }
}
