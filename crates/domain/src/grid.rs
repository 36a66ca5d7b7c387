//! Grid units and their codes: the official statistical division codes (GB/T 2260 and its extension to villages).

use serde::{Deserialize, Serialize};

use crate::words::words;

words! {
    /// How high a grid unit stands.
    GridLevel, "level" {
        /// Two digits.
        Province = "province", "省";
        /// Four digits.
        City = "city", "市";
        /// Six digits.
        County = "county", "区县";
        /// Nine digits.
        Town = "town", "镇街";
        /// Twelve digits.
        Village = "village", "村居";
    }
}

impl GridLevel {
    /// The number of digits in a code of this level.
    pub const fn digits(self) -> usize {
        match self {
            Self::Province => 2,
            Self::City => 4,
            Self::County => 6,
            Self::Town => 9,
            Self::Village => 12,
        }
    }

    fn of_digits(digits: usize) -> Option<Self> {
        Self::ALL.iter().copied().find(|level| level.digits() == digits)
    }
}

/// Why a text is no grid code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GridCodeError {
    /// Something other than the digits 0 to 9.
    #[error("{0:?} is not a grid code: only digits are allowed")]
    NotDigits(String),
    /// A length that no level has.
    #[error("{0:?} is not a grid code: it has {1} digits, and a code has 2, 4, 6, 9 or 12")]
    Length(String, usize),
}

/// A checked division code. The code of a unit is the prefix of all codes beneath it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "typescript", ts(type = "string"))]
#[serde(try_from = "String", into = "String")]
pub struct GridCode(String);

impl GridCode {
    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The level, which the number of digits decides.
    pub fn level(&self) -> GridLevel {
        GridLevel::of_digits(self.0.len()).unwrap_or(GridLevel::Village)
    }

    /// The unit above, or `None` for a province.
    pub fn parent(&self) -> Option<Self> {
        let above = match self.level() {
            GridLevel::Province => return None,
            GridLevel::City => GridLevel::Province,
            GridLevel::County => GridLevel::City,
            GridLevel::Town => GridLevel::County,
            GridLevel::Village => GridLevel::Town,
        };
        self.at(above)
    }

    /// The unit of the given level that contains this one, itself included; `None` if this one stands higher.
    pub fn at(&self, level: GridLevel) -> Option<Self> {
        self.0.get(..level.digits()).map(|digits| Self(digits.to_owned()))
    }

    /// Whether `other` is this unit or lies beneath it.
    pub fn contains(&self, other: &Self) -> bool {
        other.0.starts_with(&self.0)
    }
}

impl std::str::FromStr for GridCode {
    type Err = GridCodeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(GridCodeError::NotDigits(text.to_owned()));
        }
        if GridLevel::of_digits(text.len()).is_none() {
            return Err(GridCodeError::Length(text.to_owned(), text.len()));
        }
        Ok(Self(text.to_owned()))
    }
}

impl TryFrom<String> for GridCode {
    type Error = GridCodeError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<GridCode> for String {
    fn from(code: GridCode) -> Self {
        code.0
    }
}

impl std::fmt::Display for GridCode {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// A province, city, county, town or village.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct GridUnit {
    /// Its code, which also names its parent and level.
    pub code: GridCode,
    /// Its official name.
    pub name: String,
}

/// The grid units whose contents somebody may see: a set of code prefixes.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Scope(Vec<GridCode>);

impl Scope {
    /// The scope of these units and all beneath them.
    pub fn new(mut codes: Vec<GridCode>) -> Self {
        codes.sort();
        codes.dedup();
        Self(codes)
    }

    /// The units, in the order of their codes.
    pub fn codes(&self) -> &[GridCode] {
        &self.0
    }

    /// Whether the unit lies in the scope.
    pub fn covers(&self, code: &GridCode) -> bool {
        self.0.iter().any(|prefix| prefix.contains(code))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn donghui_lies_in_guankou_in_jimei() {
        let donghui: GridCode = "350211102207".parse().unwrap();
        assert_eq!(donghui.level(), GridLevel::Village);
        let guankou = donghui.parent().unwrap();
        assert_eq!(guankou.as_str(), "350211102");
        assert_eq!(guankou.parent().unwrap().as_str(), "350211");
        assert!(Scope::new(vec!["350211".parse().unwrap()]).covers(&donghui));
        assert!(!Scope::new(vec!["350212".parse().unwrap()]).covers(&donghui));
    }

    #[test]
    fn a_wrong_code_says_why() {
        assert_eq!("35021".parse::<GridCode>(), Err(GridCodeError::Length("35021".into(), 5)));
        assert_eq!("三五".parse::<GridCode>(), Err(GridCodeError::NotDigits("三五".into())));
    }

    proptest! {
        #[test]
        fn any_text_is_a_code_or_an_error(text in ".*") {
            if let Ok(code) = text.parse::<GridCode>() {
                prop_assert_eq!(code.as_str(), text);
                prop_assert!(code.parent().is_none_or(|parent| parent.contains(&code)));
            }
        }
    }
}
