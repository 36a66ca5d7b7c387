//! Where each letter of a stamp goes. Whole numbers only, so that it goes there on every machine.

use super::Stamp;
use super::letters::{EM, Letters};

/// The mark of the product, which stands before the code.
const SEAL: &str = "村台账";
/// Between the seal's letters and its edge.
pub(super) const SEAL_MARGIN: u32 = EM / 4;
/// Between two lines of the stamp that share a row.
const GAP: u32 = EM * 5 / 4;
/// Between a label and its text.
const LABEL_GAP: u32 = EM * 2 / 5;

/// What a letter is drawn with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ink {
    Label,
    Text,
    /// White on the red of the seal.
    Seal,
}

/// One letter in its row, `left` in thousandths of an em.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Placed {
    pub letter: char,
    pub left: u32,
    pub width: u32,
    pub ink: Ink,
}

pub(super) type Row = Vec<Placed>;

/// The rows of a stamp, none wider than `capacity` (thousandths of an em) as long as one letter fits. Short lines share
/// a row; what is too long is wrapped, never cut.
pub(super) fn rows(stamp: &Stamp, letters: &Letters, capacity: u32) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    let texts = stamp.lines.iter().map(|line| item(letters, &line.label, &line.text, Ink::Label));
    for item in texts.filter(|item| !item.is_empty()) {
        place(&mut rows, &item, capacity, false);
    }
    place(&mut rows, &item(letters, SEAL, &stamp.code, Ink::Seal), capacity, true);
    rows
}

/// A label and its text in one line, from 0 on.
fn item(letters: &Letters, label: &str, text: &str, label_ink: Ink) -> Row {
    let mut row = Row::new();
    let margin = if label_ink == Ink::Seal { SEAL_MARGIN } else { 0 };
    let mut left = margin;
    let mut add = |left: &mut u32, text: &str, ink: Ink| {
        for letter in text.chars() {
            let letter = if letter.is_control() { ' ' } else { letter };
            let width = letters.width(letter);
            row.push(Placed { letter, left: *left, width, ink });
            *left += width;
        }
    };
    add(&mut left, label, label_ink);
    if !label.is_empty() {
        left += LABEL_GAP + margin;
    }
    add(&mut left, text, Ink::Text);
    row
}

fn end(row: &[Placed]) -> u32 {
    row.last().map_or(0, |last| last.left + last.width + if last.ink == Ink::Seal { SEAL_MARGIN } else { 0 })
}

/// Puts an item behind the last row if it fits there, else into rows of its own.
fn place(rows: &mut Vec<Row>, item: &[Placed], capacity: u32, at_the_right: bool) {
    let width = end(item);
    if width > capacity {
        wrap(rows, item, capacity);
        return;
    }
    let used = rows.last().map_or(capacity, |row| end(row) + GAP);
    let (fresh, start) = if used + width <= capacity { (false, used) } else { (true, 0) };
    if fresh {
        rows.push(Row::new());
    }
    let start = if at_the_right { capacity - width } else { start };
    if let Some(row) = rows.last_mut() {
        row.extend(item.iter().map(|placed| Placed { left: placed.left + start, ..*placed }));
    }
}

fn wrap(rows: &mut Vec<Row>, mut rest: &[Placed], capacity: u32) {
    while let Some(first) = rest.first() {
        // The first row of an item keeps its margin, the others begin at the edge.
        let origin = if first.ink == Ink::Seal { first.left.saturating_sub(SEAL_MARGIN) } else { first.left };
        let fitting = rest
            .iter()
            .take_while(|placed| placed.left + placed.width - origin <= capacity)
            .count()
            .clamp(1, rest.len());
        let taken = if fitting == rest.len() { fitting } else { break_before(rest, fitting) };
        let (row, behind) = rest.split_at_checked(taken).unwrap_or((rest, &[]));
        rows.push(row.iter().map(|placed| Placed { left: placed.left - origin, ..*placed }).collect());
        let spaces = behind.iter().take_while(|placed| placed.letter == ' ').count();
        rest = behind.get(spaces..).unwrap_or_default();
    }
}

/// The best place to break at or before `most`: not inside a word, and not before a mark that closes.
fn break_before(letters: &[Placed], most: usize) -> usize {
    const CLOSING: &str = "，。、；：！？）》」』】〕〉”’,.;:!?)]}%°";
    let fair = |at: &usize| {
        let (Some(before), Some(after)) = (letters.get(at - 1), letters.get(*at)) else { return false };
        let in_a_word = before.letter.is_ascii_graphic() && after.letter.is_ascii_graphic();
        !in_a_word && !CLOSING.contains(after.letter) && before.ink == after.ink
    };
    // Looking back over half a row is enough: a longer word is broken anywhere.
    (most.div_ceil(2).max(1)..=most).rev().find(fair).unwrap_or(most)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::StampLine;
    use proptest::prelude::*;

    fn written(rows: &[Row]) -> Vec<String> {
        rows.iter().map(|row| row.iter().map(|placed| placed.letter).collect()).collect()
    }

    fn stamp(lines: &[(&str, &str)], code: &str) -> Stamp {
        let lines =
            lines.iter().map(|(label, text)| StampLine { label: (*label).into(), text: (*text).into() });
        Stamp { lines: lines.collect(), code: code.into() }
    }

    #[test]
    fn short_lines_share_a_row_and_the_code_stands_at_the_right() {
        let stamp = stamp(&[("时间", "2026-11-22 09:30"), ("检查人", "林娜")], "3F9A-22C1");
        let rows = rows(&stamp, &Letters::new(), 22 * EM);
        assert_eq!(written(&rows), ["时间2026-11-22 09:30检查人林娜", "村台账3F9A-22C1"]);
        assert_eq!(end(&rows[1]), 22 * EM);
    }

    #[test]
    fn a_long_name_is_wrapped_between_words_and_not_before_a_comma() {
        let stamp = stamp(&[("", "东汇镇小李庄村，Shenzhen Precision Works 3")], "A");
        let rows = rows(&stamp, &Letters::new(), 7 * EM);
        assert_eq!(written(&rows), ["东汇镇小李庄", "村，Shenzhen ", "Precision ", "Works 3", "村台账A"]);
    }

    proptest! {
        #[test]
        fn nothing_is_dropped_and_nothing_overlaps(
            texts in proptest::collection::vec(("[a-zA-Z林东，。 \u{1F600}]{0,6}", "[a-z0-9 林东，。()\u{10FFFF}]{0,60}"), 0..8),
            code in "[0-9A-F-]{0,20}",
            capacity in 2..60u32,
        ) {
            let lines: Vec<(&str, &str)> = texts.iter().map(|(l, t)| (l.as_str(), t.as_str())).collect();
            let stamp = stamp(&lines, &code);
            let rows = rows(&stamp, &Letters::new(), capacity * EM);
            let dark = |text: &str| text.chars().filter(|letter| *letter != ' ').collect::<String>();
            let whole: String = texts.iter().flat_map(|(l, t)| [l.as_str(), t.as_str()]).chain([SEAL, &code]).collect();
            prop_assert_eq!(dark(&written(&rows).concat()), dark(&whole));
            for row in &rows {
                prop_assert!(end(row) <= capacity * EM + SEAL_MARGIN);
                prop_assert!(row.windows(2).all(|pair| pair[0].left + pair[0].width <= pair[1].left));
            }
        }
    }
}
