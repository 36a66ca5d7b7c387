//! Texts that people type: trimmed, without control characters, bounded. So that what is exported reads back as it
//! was, the bounds are those of the ledger.

use chrono::NaiveDate;
use domain::CreditCode;
use wire::ApiError;

/// How long a text may be.
#[derive(Debug, Clone, Copy)]
pub(super) enum Limit {
    /// A name or another single line: 500 characters.
    Line,
    /// Remarks: 4,000 characters, line breaks allowed.
    Paragraphs,
}

/// The text as it is kept.
pub(super) fn clean(field: &str, text: &str, limit: Limit) -> Result<String, ApiError> {
    let (most, breaks) = match limit {
        Limit::Line => (500, false),
        Limit::Paragraphs => (4_000, true),
    };
    let text: String = text
        .replace("\r\n", "\n")
        .chars()
        .map(|character| if character == '\t' || (character == '\n' && !breaks) { ' ' } else { character })
        .filter(|character| !character.is_control() || *character == '\n')
        .collect();
    let text = text.trim();
    let count = text.chars().count();
    if count > most {
        let message = format!("{field} has {count} characters; at most {most} are kept");
        return Err(ApiError::invalid(field, message).because("too_long"));
    }
    Ok(text.to_owned())
}

/// The same for a text that must say something.
pub(super) fn required(field: &str, text: &str, limit: Limit) -> Result<String, ApiError> {
    let text = clean(field, text, limit)?;
    if text.is_empty() {
        return Err(ApiError::invalid(field, format!("{field} must not be empty")).because("missing"));
    }
    Ok(text)
}

/// A credit code that is right, or nothing.
pub(super) fn credit_code(text: &str) -> Result<String, ApiError> {
    let text = clean("credit_code", text, Limit::Line)?;
    if text.is_empty() {
        return Ok(text);
    }
    let code: CreditCode = text.parse().map_err(|error: domain::CreditCodeError| {
        ApiError::invalid("credit_code", error.to_string()).because("credit_code")
    })?;
    Ok(code.to_string())
}

/// A day that a person could mean.
pub(super) fn day(field: &str, day: Option<NaiveDate>) -> Result<Option<NaiveDate>, ApiError> {
    use chrono::Datelike as _;
    match day {
        Some(day) if !(1900..=2200).contains(&day.year()) => {
            Err(ApiError::invalid(field, format!("{day} is not between 1900 and 2200")).because("not_a_date"))
        }
        day => Ok(day),
    }
}
