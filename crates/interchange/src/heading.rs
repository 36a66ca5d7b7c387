//! Finding the row that holds the headings, and which column is which.

use std::collections::HashMap;

use crate::ReadError;
use crate::cell::narrow;
use crate::heading_datum::{self as datum, Note};
use crate::table::Cells;

/// The headings stand within this many rows; above them stand titles.
const SEARCHED_ROWS: usize = 20;

/// The longest heading that is repeated, in characters.
const MAX_HEADING: usize = 80;

/// The columns of one kind of table.
pub(crate) trait Column: Copy + Eq + std::hash::Hash + 'static {
    /// Every column.
    const ALL: &'static [Self];

    /// Its headings, the official one first.
    fn headings(self) -> Vec<&'static str>;

    /// Whether the column holds a coordinate, whose heading may name a datum.
    fn is_coordinate(self) -> bool {
        false
    }

    /// What is wrong with the headings as a whole.
    ///
    /// # Errors
    /// When the table cannot be read by them.
    fn check(_: &Layout<Self>) -> Result<(), ReadError> {
        Ok(())
    }

    /// The needed headings that are not among the found ones; alternatives are separated by a stroke.
    fn missing(found: &[Self]) -> Vec<String>;
}

/// The longest heading that is looked at, in bytes.
const LONGEST_HEADING: usize = 4_096;

/// Where the columns of one table stand.
#[derive(Debug, Clone)]
pub(crate) struct Layout<C> {
    places: Vec<Place<C>>,
    width: usize,
}

#[derive(Debug, Clone)]
struct Place<C> {
    column: C,
    index: usize,
    heading: String,
    note: Note,
    rank: usize,
}

impl<C: Column> Layout<C> {
    /// The datum that the heading of a coordinate names.
    pub(crate) fn note(&self, column: C) -> Note {
        self.place(column).map_or(Note::Plain, |place| place.note)
    }

    /// Where the column stands, from 0.
    pub(crate) fn index(&self, column: C) -> Option<usize> {
        self.place(column).map(|place| place.index)
    }

    /// Its heading as it stands in the file, or the official one where the file has none.
    pub(crate) fn heading(&self, column: C) -> String {
        let official = || column.headings().first().copied().unwrap_or_default().to_owned();
        self.place(column).map_or_else(official, |place| place.heading.clone())
    }

    /// The heading of a known column at this place, or else the letters by which spreadsheets call it.
    pub(crate) fn heading_at(&self, index: usize) -> String {
        let known = self.places.iter().find(|place| place.index == index);
        known.map_or_else(|| letters(index), |place| place.heading.clone())
    }

    /// How many columns the headings take up, those that are not known included.
    pub(crate) fn width(&self) -> usize {
        self.width
    }

    fn place(&self, column: C) -> Option<&Place<C>> {
        self.places.iter().find(|place| place.column == column)
    }
}

/// Looks at the first rows until one holds the headings.
pub(crate) struct Search<C> {
    known: HashMap<String, (C, usize)>,
    rows: usize,
    likeliest: Vec<C>,
}

impl<C: Column> Search<C> {
    pub(crate) fn new() -> Self {
        let mut known = HashMap::new();
        for column in C::ALL.iter().copied() {
            for (rank, heading) in column.headings().into_iter().enumerate() {
                known.entry(plain(heading)).or_insert((column, rank));
            }
        }
        Self { known, rows: 0, likeliest: Vec::new() }
    }

    /// The layout, if this row holds the headings.
    pub(crate) fn look_at(&mut self, cells: Cells<'_>) -> Option<Layout<C>> {
        self.rows += 1;
        let mut places: Vec<Place<C>> = Vec::new();
        let mut width = 0;
        for index in 0..cells.len() {
            let heading = cells.get(index).text();
            if !heading.is_empty() {
                width = index + 1;
            }
            let Some((column, rank, note)) = self.recognise(&heading) else { continue };
            let heading = heading.chars().filter(|character| *character != '\n').take(MAX_HEADING).collect();
            let found = Place { column, index, heading, note, rank };
            // Where two columns could be meant, the official heading is, or else the left one.
            match places.iter_mut().find(|place| place.column == column) {
                Some(place) if found.rank < place.rank => *place = found,
                Some(_) => {}
                None => places.push(found),
            }
        }
        let found: Vec<C> = places.iter().map(|place| place.column).collect();
        if C::missing(&found).is_empty() {
            return Some(Layout { places, width });
        }
        if found.len() > self.likeliest.len() {
            self.likeliest = found;
        }
        None
    }

    /// Whether enough rows were looked at.
    pub(crate) fn is_over(&self) -> bool {
        self.rows >= SEARCHED_ROWS
    }

    /// What the likeliest row lacks.
    pub(crate) fn failure(&self) -> ReadError {
        ReadError::NoHeader { searched: SEARCHED_ROWS, missing: C::missing(&self.likeliest) }
    }

    /// How many known columns the likeliest row has.
    pub(crate) fn closeness(&self) -> usize {
        self.likeliest.len()
    }

    /// The column, how well the heading fits (0 best), and the datum that it names.
    fn recognise(&self, heading: &str) -> Option<(C, usize, Note)> {
        if heading.len() > LONGEST_HEADING {
            return None;
        }
        let heading = plain(heading);
        if let Some((column, rank)) = self.known.get(&heading) {
            return Some((*column, *rank, Note::Plain));
        }
        // "经度(度)": a note in brackets. It counts less than a heading without one.
        let bracketed = heading
            .rsplit_once('(')
            .filter(|(_, note)| note.ends_with(')'))
            .and_then(|(name, _)| self.known.get(name));
        // "高德经度", "经度gcj-02", "经度(百度坐标)": only where a coordinate remains.
        let (name, note) = datum::of(&heading);
        let coordinate =
            self.known.get(&name).filter(|(column, _)| note != Note::Plain && column.is_coordinate());
        let (column, rank) = bracketed.or(coordinate)?;
        let note = if column.is_coordinate() { note } else { Note::Plain };
        Some((*column, rank + 100 + note.rank(), note))
    }
}

/// A heading without what offices vary: blanks, line breaks, quotation marks, stars, full width, case.
fn plain(heading: &str) -> String {
    heading
        .chars()
        .map(narrow)
        .filter(|character| !character.is_whitespace() && !"\"'“”‘’「」*:".contains(*character))
        .flat_map(char::to_lowercase)
        .collect()
}

/// `A` to `Z`, then `AA` and so on.
fn letters(mut index: usize) -> String {
    let mut letters = Vec::new();
    loop {
        letters.extend(u8::try_from(index % 26).map(|place| char::from(b'A' + place)));
        if index < 26 {
            return letters.into_iter().rev().collect();
        }
        index = index / 26 - 1;
    }
}

#[cfg(test)]
mod tests {
    use super::letters;

    #[test]
    fn columns_are_called_as_spreadsheets_call_them() {
        for (index, name) in [(0, "A"), (25, "Z"), (26, "AA"), (31, "AF"), (701, "ZZ"), (702, "AAA")] {
            assert_eq!(letters(index), name);
        }
    }
}
