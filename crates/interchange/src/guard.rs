//! Texts that a spreadsheet would take for something else.
//!
//! A cell that begins like a formula is run by Excel when it opens a CSV file (CWE-1236): it gets an apostrophe in
//! front. A long row of digits becomes 1.27037E+10, and a leading zero goes: such a cell gets a tab behind it, which
//! Excel and WPS take for text and do not show.

use std::borrow::Cow;

const TRIGGERS: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// From this many digits on, Excel shows a number in scientific notation or loses its end.
const LONG_NUMBER: usize = 11;

/// What is kept of a text, on reading and on writing alike: no control characters but line breaks, which end in `\n`
/// alone; a tab is a blank; no blanks around it.
pub(crate) fn clean(text: &str) -> Cow<'_, str> {
    let text = text.trim();
    // Control characters are single bytes below the blank, DEL, or begin with C2: most texts need no decoding.
    if !text.bytes().any(|byte| byte < b' ' || byte == 0x7f || byte == 0xc2) {
        return Cow::Borrowed(text);
    }
    if !text.chars().any(|character| character.is_control() && character != '\n') {
        return Cow::Borrowed(text);
    }
    let unified = text.replace("\r\n", "\n").replace('\r', "\n").replace('\t', " ");
    let kept: String =
        unified.chars().filter(|character| !character.is_control() || *character == '\n').collect();
    Cow::Owned(kept.trim().to_owned())
}

/// Makes a text cell safe to open in a spreadsheet. [`unguarded`] takes it back.
pub(crate) fn guarded(text: &str) -> Cow<'_, str> {
    let text = clean(text);
    if begins_like_a_formula(&text) {
        Cow::Owned(format!("'{text}"))
    } else if looks_like_a_number_that_changes(&text) {
        Cow::Owned(format!("{text}\t"))
    } else {
        text
    }
}

/// Takes away what [`guarded`] put there, and cleans what somebody else wrote.
pub(crate) fn unguarded(text: &str) -> Cow<'_, str> {
    let text = clean(text);
    match text.strip_prefix('\'') {
        Some(rest) if begins_like_a_formula(rest) => Cow::Owned(rest.to_owned()),
        _ => text,
    }
}

fn begins_like_a_formula(text: &str) -> bool {
    text.trim_start_matches('\'').starts_with(TRIGGERS)
}

fn looks_like_a_number_that_changes(text: &str) -> bool {
    let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if all_digits(text) {
        return text.len() >= LONG_NUMBER || (text.len() > 1 && text.starts_with('0'));
    }
    // A credit code such as 923502110000000E12 is a number too.
    text.split_once(['E', 'e'])
        .is_some_and(|(mantissa, exponent)| all_digits(mantissa) && all_digits(exponent))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn formulas_get_one_apostrophe_and_lose_it_again() {
        for (text, written) in [
            ("=HYPERLINK(\"http://x\")", "'=HYPERLINK(\"http://x\")"),
            ("+86 592", "'+86 592"),
            ("-", "'-"),
            ("＝1", "'＝1"),
            ("'=1", "''=1"),
            ("  =1", "'=1"),
            ("'tis", "'tis"),
            ("''", "''"),
            ("12703118365", "12703118365\t"),
            ("0592", "0592\t"),
            ("0", "0"),
            ("1000", "1000"),
            ("923502110000000E12", "923502110000000E12\t"),
            ("E12", "E12"),
            ("a\tb\r\nc\u{0}\u{7f}", "a b\nc"),
        ] {
            assert_eq!(guarded(text), written, "{text:?}");
            assert_eq!(unguarded(written), clean(text), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn guarding_is_undone_whatever_the_text(text in any::<String>(), front in "[ '=+\\-@＝\t\r\n0-9E]{0,6}") {
            for text in [format!("{front}{text}"), front] {
                let written = guarded(&text);
                prop_assert!(!written.starts_with(TRIGGERS));
                prop_assert_eq!(unguarded(&written), clean(&text));
                let cleaned = clean(&text).into_owned();
                prop_assert_eq!(clean(&cleaned), cleaned.as_str());
            }
        }
    }
}
