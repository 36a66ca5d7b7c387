//! One cell of a table, and what can be read from it.

use std::borrow::Cow;

use chrono::{Datelike, NaiveDate};

use crate::Reason;
use crate::guard::unguarded;

/// One cell, from a CSV file or from a workbook.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Cell<'r> {
    Empty,
    Text(&'r str),
    Number(f64),
    /// A day as spreadsheets keep it; `None` for one that no calendar has.
    Date(Option<NaiveDate>),
    /// What the spreadsheet shows instead of a value.
    Error(&'r str),
}

/// What offices write into a cell that has no value. Only for cells that are no free text.
const NOTHING: [&str; 8] = ["", "无", "暂无", "/", "-", "--", "—", "——"];

impl<'r> Cell<'r> {
    /// The cell as text, as a person would have typed it; codes and telephones that a spreadsheet took for numbers
    /// come back as plain digits.
    pub(crate) fn text(self) -> Cow<'r, str> {
        match self {
            Self::Empty | Self::Date(None) => Cow::Borrowed(""),
            Self::Text(text) | Self::Error(text) => unguarded(text),
            Self::Number(number) if number.fract() == 0.0 && number.abs() < 1e15 => {
                Cow::Owned(format!("{}", number as i64))
            }
            Self::Number(number) => Cow::Owned(number.to_string()),
            Self::Date(Some(date)) => Cow::Owned(date.to_string()),
        }
    }

    /// How many bytes its text has, at least.
    pub(crate) fn size(self) -> usize {
        match self {
            Self::Text(text) | Self::Error(text) => text.len(),
            Self::Empty | Self::Number(_) | Self::Date(_) => 0,
        }
    }

    /// The text of a cell for a code, a number or a fixed word: full-width characters are folded, and the signs that
    /// stand for "nothing" are nothing.
    pub(crate) fn word(self) -> Cow<'r, str> {
        let text = self.text();
        if NOTHING.contains(&&*text) {
            return Cow::Borrowed("");
        }
        if text.chars().any(is_full_width) { Cow::Owned(text.chars().map(narrow).collect()) } else { text }
    }

    /// A day: a spreadsheet's own, or one of the usual notations with four digits for the year.
    pub(crate) fn date(self) -> Result<Option<NaiveDate>, Reason> {
        let date = match self {
            Self::Date(date) => date,
            _ => match &*self.word() {
                "" => return Ok(None),
                word => parse_date(word),
            },
        };
        match date {
            Some(date) if (1900..2200).contains(&date.year()) => Ok(Some(date)),
            _ => Err(Reason::NotADate),
        }
    }

    /// A number in decimal notation.
    pub(crate) fn number(self) -> Result<Option<f64>, Reason> {
        match self {
            Self::Number(number) => Ok(Some(number)),
            _ => match &*self.word() {
                "" => Ok(None),
                word if word.bytes().all(|byte| byte.is_ascii_digit() || b"+-.".contains(&byte)) => {
                    word.parse().map(Some).map_err(|_| Reason::NotANumber)
                }
                _ => Err(Reason::NotANumber),
            },
        }
    }
}

fn is_full_width(character: char) -> bool {
    ('\u{FF01}'..='\u{FF5E}').contains(&character)
}

/// The ASCII character of a full-width one; any other as it is.
pub(crate) fn narrow(character: char) -> char {
    if is_full_width(character) {
        char::from_u32(u32::from(character) - 0xFEE0).unwrap_or(character)
    } else {
        character
    }
}

/// `2023-04-27`, `2023/4/27`, `2023.4.27`, `2023年4月27日`, `20230427`; a time of day behind it is left out.
fn parse_date(word: &str) -> Option<NaiveDate> {
    let (day, time) = word.split_once([' ', 'T']).unwrap_or((word, ""));
    if !time.bytes().all(|byte| byte.is_ascii_digit() || b":. Z".contains(&byte)) {
        return None;
    }
    if day.len() == 8 && day.bytes().all(|byte| byte.is_ascii_digit()) {
        return of_parts(day.get(..4)?, day.get(4..6)?, day.get(6..)?);
    }
    for separators in [['-', '-'], ['/', '/'], ['.', '.'], ['年', '月']] {
        let [first, second] = separators;
        if let Some((year, rest)) = day.split_once(first)
            && let Some((month, day)) = rest.split_once(second)
        {
            let day = if first == '年' { day.strip_suffix(['日', '号']).unwrap_or(day) } else { day };
            return of_parts(year, month, day);
        }
    }
    None
}

fn of_parts(year: &str, month: &str, day: &str) -> Option<NaiveDate> {
    let number = |digits: &str, lengths: std::ops::RangeInclusive<usize>| {
        let plain = lengths.contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
        plain.then(|| digits.parse::<u32>().ok()).flatten()
    };
    let year = i32::try_from(number(year, 4..=4)?).ok()?;
    NaiveDate::from_ymd_opt(year, number(month, 1..=2)?, number(day, 1..=2)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn all_usual_notations_name_the_same_day() {
        let day = NaiveDate::from_ymd_opt(2023, 4, 27);
        for text in [
            "2023-04-27",
            "2023/4/27",
            "2023.4.27",
            "2023年4月27日",
            "2023年04月27号",
            "20230427",
            "２０２３／４／２７",
            " 2023-4-27 ",
            "2023/4/27 0:00:00",
            "2023-04-27T00:00:00Z",
            "2023-04-27\t",
        ] {
            assert_eq!(Cell::Text(text).date(), Ok(day), "{text}");
        }
        assert_eq!(Cell::Number(20_230_427.0).date(), Ok(day));
        for text in ["", "无", "/", "—"] {
            assert_eq!(Cell::Text(text).date(), Ok(None), "{text}");
        }
    }

    #[test]
    fn what_is_no_day_is_refused() {
        for text in [
            "2023-02-30",
            "23-4-27",
            "2023-4",
            "4月27日",
            "四月",
            "2023-04-27 下午",
            "45043",
            "1899-12-31",
            "2023-+4-27",
        ] {
            assert_eq!(Cell::Text(text).date(), Err(Reason::NotADate), "{text}");
        }
        assert_eq!(Cell::Date(None).date(), Err(Reason::NotADate));
    }

    #[test]
    fn numbers_come_back_as_they_were_typed() {
        assert_eq!(Cell::Number(12_703_118_365.0).text(), "12703118365");
        assert_eq!(Cell::Number(350_211_102_207.0).text(), "350211102207");
        assert_eq!(Cell::Number(118.09429).text(), "118.09429");
        assert_eq!(Cell::Number(-0.0).text(), "0");
        assert_eq!(Cell::Text("１１８．５").number(), Ok(Some(118.5)));
        for text in ["inf", "nan", "1e3", "1,5", "118°"] {
            assert_eq!(Cell::Text(text).number(), Err(Reason::NotANumber), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_a_day_or_an_error(text in any::<String>(), digits in "[0-9年月日./ -]{0,12}") {
            for text in [text, digits] {
                let _ = (Cell::Text(&text).date(), Cell::Text(&text).number(), Cell::Text(&text).word());
            }
        }
    }
}
