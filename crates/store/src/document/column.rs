//! Walking over a column of a change: how many values its run lengths stand for, without writing them out.

use super::cursor::{Cursor, Wrong, must};

/// What a column stands for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Runs {
    /// Values, absent ones among them.
    pub count: u64,
    /// Absent values; of booleans, those that are false.
    pub nulls: u64,
}

impl Runs {
    fn more(&mut self, count: u64, most: u64) -> Result<(), Wrong> {
        self.count = self.count.saturating_add(count);
        must(self.count <= most, "it has more operations than its size allows")
    }
}

/// A column of run lengths: runs of one value, literal values, and runs of nothing. `each` reads a value and is told
/// how often it stands.
fn runs<'a>(
    mut column: Cursor<'a>,
    most: u64,
    mut each: impl FnMut(&mut Cursor<'a>, u64) -> Result<(), Wrong>,
) -> Result<Runs, Wrong> {
    let mut runs = Runs::default();
    while !column.is_empty() {
        let run = column.signed()?;
        let count = run.unsigned_abs();
        match run {
            0 => {
                let nulls = column.unsigned()?;
                must(nulls > 0, "it has an empty run")?;
                runs.more(nulls, most)?;
                runs.nulls = runs.nulls.saturating_add(nulls);
            }
            1.. => {
                runs.more(count, most)?;
                each(&mut column, count)?;
            }
            // At most `most` turns, and each takes a byte at least.
            _ => {
                runs.more(count, most)?;
                for _ in 0..count {
                    each(&mut column, 1)?;
                }
            }
        }
    }
    Ok(runs)
}

/// A column of numbers.
pub(super) fn numbers(
    column: Cursor<'_>,
    most: u64,
    mut each: impl FnMut(u64, u64) -> Result<(), Wrong>,
) -> Result<Runs, Wrong> {
    runs(column, most, |column, times| each(column.unsigned()?, times))
}

/// A column of texts; `each` is told their lengths in bytes.
pub(super) fn texts(
    column: Cursor<'_>,
    most: u64,
    mut each: impl FnMut(u64, u64) -> Result<(), Wrong>,
) -> Result<Runs, Wrong> {
    runs(column, most, |column, times| {
        let length = column.unsigned()?;
        must(std::str::from_utf8(column.take_long(length)?).is_ok(), "a key is no text")?;
        each(length, times)
    })
}

/// A column of numbers of operations, each given as its distance from the one before.
pub(super) fn deltas(column: Cursor<'_>, most: u64) -> Result<Runs, Wrong> {
    let mut last = 0_i64;
    runs(column, most, |column, times| {
        let step = column.signed()?;
        let times = i64::try_from(times).unwrap_or(i64::MAX);
        // Within a run they rise or fall steadily: the first and the last say it all.
        let first = last.saturating_add(step);
        last = last.saturating_add(step.saturating_mul(times));
        let in_range = |number: i64| matches!(u32::try_from(number), Ok(1..));
        must(in_range(first) && in_range(last), "it refers to an operation out of range")
    })
}

/// A column of booleans: lengths of runs that are false and true in turn, false first.
pub(super) fn booleans(mut column: Cursor<'_>, most: u64) -> Result<Runs, Wrong> {
    let mut runs = Runs::default();
    let (mut value, mut first) = (false, true);
    while !column.is_empty() {
        let count = column.unsigned()?;
        must(count > 0 || first, "it has an empty run")?;
        runs.more(count, most)?;
        if !value {
            runs.nulls = runs.nulls.saturating_add(count);
        }
        (value, first) = (!value, false);
    }
    Ok(runs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_counted_and_not_written_out() {
        // 5 times 7; 3 absent; 2 and 4.
        let bytes = [5, 7, 0, 3, 0x7e, 2, 4];
        let mut seen = Vec::new();
        let counted = numbers(Cursor::new(&bytes), 10, |number, times| {
            seen.push((number, times));
            Ok(())
        });
        assert_eq!(counted, Ok(Runs { count: 10, nulls: 3 }));
        assert_eq!(seen, [(7, 5), (2, 1), (4, 1)]);
        assert!(numbers(Cursor::new(&bytes), 9, |_, _| Ok(())).is_err());
    }

    #[test]
    fn a_run_that_claims_the_most_possible_ends_at_once() {
        let most = [255, 255, 255, 255, 255, 255, 255, 255, 255, 0, 1];
        assert!(numbers(Cursor::new(&most), 1_000, |_, _| Ok(())).is_err());
        // As many literal values, of which none is there.
        let least = [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x7f];
        assert!(numbers(Cursor::new(&least), u64::MAX, |_, _| Ok(())).is_err());
        let steps = [255, 255, 255, 255, 7, 255, 255, 255, 255, 7];
        assert!(deltas(Cursor::new(&steps), u64::MAX).is_err());
        assert!(booleans(Cursor::new(&[0, 0]), 10).is_err());
    }
}
