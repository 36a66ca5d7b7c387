//! The unified social credit code of a company (GB 32100-2015).

use serde::{Deserialize, Serialize};

/// Why a text is no credit code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CreditCodeError {
    /// Not 18 characters.
    #[error("{0:?} is not a credit code: it has {1} characters, and a code has 18")]
    Length(String, usize),
    /// A character that the standard leaves out (I, O, S, V, Z and all that is no digit or capital).
    #[error("{0:?} is not a credit code: {1:?} cannot occur in one")]
    Character(String, char),
    /// The last character does not follow from the first 17.
    #[error("{0:?} is not a credit code: its check character should be {1:?}")]
    CheckCharacter(String, char),
}

/// A credit code whose check character is right.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CreditCode(String);

/// The 31 characters of the standard, each standing for its place in this row.
const ALPHABET: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";

impl CreditCode {
    /// The 18 characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn check_character(first_17: &[usize]) -> Option<char> {
        // Each weight is 3 times the one before, modulo 31.
        let mut weight = 1;
        let mut sum = 0;
        for value in first_17 {
            sum += value * weight;
            weight = weight * 3 % 31;
        }
        ALPHABET.chars().nth((31 - sum % 31) % 31)
    }
}

impl std::str::FromStr for CreditCode {
    type Err = CreditCodeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let code = text.to_ascii_uppercase();
        let count = code.chars().count();
        if count != 18 {
            return Err(CreditCodeError::Length(text.to_owned(), count));
        }
        let values = code
            .chars()
            .map(|character| {
                ALPHABET.find(character).ok_or_else(|| CreditCodeError::Character(text.to_owned(), character))
            })
            .collect::<Result<Vec<_>, _>>()?;
        let (last, first) = values.split_last().unwrap_or((&0, &[]));
        match Self::check_character(first) {
            Some(expected) if ALPHABET.find(expected) != Some(*last) => {
                Err(CreditCodeError::CheckCharacter(text.to_owned(), expected))
            }
            _ => Ok(Self(code)),
        }
    }
}

impl TryFrom<String> for CreditCode {
    type Error = CreditCodeError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<CreditCode> for String {
    fn from(code: CreditCode) -> Self {
        code.0
    }
}

impl std::fmt::Display for CreditCode {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_real_form_passes_and_one_wrong_character_does_not() {
        assert!("92350211H5T3D0XPAM".parse::<CreditCode>().is_ok());
        assert!(matches!(
            "92350211H5T3D0XPAN".parse::<CreditCode>(),
            Err(CreditCodeError::CheckCharacter(_, 'M'))
        ));
        assert!(matches!("92350211H5T3D0XPA".parse::<CreditCode>(), Err(CreditCodeError::Length(_, 17))));
        assert!(matches!(
            "92350211O5T3D0XPAM".parse::<CreditCode>(),
            Err(CreditCodeError::Character(_, 'O'))
        ));
    }

    proptest! {
        #[test]
        fn any_text_is_a_code_or_an_error(text in ".{0,20}") {
            let _ = text.parse::<CreditCode>();
        }
    }
}
