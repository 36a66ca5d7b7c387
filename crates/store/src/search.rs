//! Search in Chinese: texts are indexed as pairs of neighbouring characters, because most surnames and many names
//! have only two, which SQLite's trigrams cannot find.

use domain::{GridCode, GridLevel, SiteFields};
use unicode_normalization::UnicodeNormalization;

/// The words under which a site is found.
pub(crate) fn site_words(fields: &SiteFields) -> String {
    let texts = [
        &fields.name,
        &fields.credit_code,
        &fields.address,
        &fields.operator,
        &fields.telephone,
        &fields.industry,
        &fields.landlord,
    ];
    let mut words = Vec::new();
    for text in texts {
        for run in runs(text) {
            words.extend(run.windows(2).map(|pair| pair.iter().collect::<String>()));
            // The last character begins no pair, so that it stands alone.
            words.extend(run.last().map(|last| last.to_string()));
        }
    }
    words.join(" ")
}

/// A word for the village and for each unit that contains it.
pub(crate) fn grid_words(grid: &GridCode) -> String {
    let units: Vec<String> =
        GridLevel::ALL.iter().filter_map(|level| grid.at(*level)).map(|unit| format!("g{unit}")).collect();
    units.join(" ")
}

/// The FTS5 query for what a person typed; `None` if there is nothing in it to search for.
pub(crate) fn query(text: &str, grid: Option<&GridCode>) -> Option<String> {
    let mut terms: Vec<String> = runs(text).iter().filter_map(|run| term(run)).collect();
    if terms.is_empty() {
        return None;
    }
    terms.extend(grid.map(|grid| format!("grids : \"g{grid}\"")));
    Some(terms.join(" AND "))
}

fn term(run: &[char]) -> Option<String> {
    let pairs: Vec<String> = run.windows(2).map(|pair| pair.iter().collect()).collect();
    match (pairs.is_empty(), run.first()) {
        // One character: every word that begins with it.
        (true, Some(only)) => Some(format!("words : \"{only}\" *")),
        (false, _) => Some(format!("words : \"{}\"", pairs.join(" "))),
        (true, None) => None,
    }
}

/// The runs of letters and digits, folded so that width and case do not matter.
fn runs(text: &str) -> Vec<Vec<char>> {
    let folded: String = text.nfkc().flat_map(char::to_lowercase).collect();
    folded
        .split(|character: char| !character.is_alphanumeric())
        .filter(|run| !run.is_empty())
        .map(|run| run.chars().collect())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_and_the_last_character() {
        let mut fields = SiteFields::named("350211102207".parse().unwrap(), "曾美服装厂");
        fields.telephone = "127-5".into();
        assert_eq!(site_words(&fields), "曾美 美服 服装 装厂 厂 12 27 7 5");
        assert_eq!(grid_words(&fields.grid), "g35 g3502 g350211 g350211102 g350211102207");
    }

    #[test]
    fn what_is_typed_cannot_be_an_operator() {
        assert_eq!(query("曾美", None).unwrap(), "words : \"曾美\"");
        assert_eq!(query("Ａ\" OR *", None).unwrap(), "words : \"a\" * AND words : \"or\"");
        assert_eq!(query(" \"*- ", None), None);
    }
}
