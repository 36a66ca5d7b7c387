//! What a photo says of itself in its Exif block (CIPA DC-008).

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, TimeDelta, Utc};
use domain::{LatLon, Position, Provider};
use exif::{Exif, In, Reader, Tag, Value};

/// An Exif block stands in one JPEG segment, which cannot be longer.
const MAX_BYTES: usize = 65_536;

/// More pointers to further directories than this, and reading them all would multiply into gigabytes. A camera
/// writes three; other bytes look like one by chance.
const MAX_POINTERS: usize = 64;

/// The longest name of a camera that is kept, in characters.
const MAX_CAMERA: usize = 80;

/// China has had one offset since 1991, in hours.
const CHINA_HOURS: i32 = 8;

/// How the sensor was held: the Exif tag, 1 to 8.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Orientation(u8);

impl Orientation {
    pub(crate) const UPRIGHT: Self = Self(1);

    pub(crate) fn tag(self) -> u8 {
        self.0
    }

    pub(crate) fn swaps_sides(self) -> bool {
        self.0 >= 5
    }
}

/// What is kept of an Exif block.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Metadata {
    pub orientation: Orientation,
    pub taken_at: Option<DateTime<Utc>>,
    pub position: Option<Position>,
    /// Make and model, or nothing.
    pub camera: String,
    /// Where the camera looked, in degrees clockwise from north, 0 to under 360.
    pub direction_deg: Option<f64>,
}

impl Default for Metadata {
    fn default() -> Self {
        Self {
            orientation: Orientation::UPRIGHT,
            taken_at: None,
            position: None,
            camera: String::new(),
            direction_deg: None,
        }
    }
}

impl Metadata {
    /// Reads as much as can be read: damaged tags are left out, and a damaged block says nothing.
    pub(crate) fn read(block: Vec<u8>) -> Self {
        let block = match block.strip_prefix(b"Exif\0\0") {
            Some(rest) => rest.to_vec(),
            None => block,
        };
        if block.len() > MAX_BYTES || pointers(&block) > MAX_POINTERS {
            return Self::default();
        }
        // Real cameras write directories that a strict reader refuses whole, orientation and all.
        let exif = Reader::new()
            .continue_on_error(true)
            .read_raw(block)
            .or_else(|error| error.distill_partial_result(|_| ()));
        let Ok(exif) = exif else { return Self::default() };
        Self {
            orientation: orientation(&exif),
            taken_at: taken_at(&exif),
            position: position(&exif),
            camera: camera(&exif),
            direction_deg: direction(&exif),
        }
    }
}

fn pointers(block: &[u8]) -> usize {
    const TAGS: [u16; 3] = [0x8769, 0x8825, 0xA005];
    block
        .windows(2)
        .filter_map(|pair| <[u8; 2]>::try_from(pair).ok())
        .filter(|pair| TAGS.contains(&u16::from_be_bytes(*pair)) || TAGS.contains(&u16::from_le_bytes(*pair)))
        .count()
}

fn value(exif: &Exif, tag: Tag) -> Option<&Value> {
    exif.get_field(tag, In::PRIMARY).map(|field| &field.value)
}

fn ascii(exif: &Exif, tag: Tag) -> Option<&[u8]> {
    match value(exif, tag)? {
        Value::Ascii(texts) => texts.first().map(Vec::as_slice),
        _ => None,
    }
}

fn orientation(exif: &Exif) -> Orientation {
    let tag = value(exif, Tag::Orientation).and_then(|value| value.get_uint(0));
    match tag.and_then(|tag| u8::try_from(tag).ok()) {
        Some(tag @ 1..=8) => Orientation(tag),
        _ => Orientation::UPRIGHT,
    }
}

/// Make and model, the make only once: most models begin with it.
fn camera(exif: &Exif) -> String {
    let [make, model] = [Tag::Make, Tag::Model].map(|tag| ascii(exif, tag).map(words_of).unwrap_or_default());
    let repeated = model.get(..make.len()).is_some_and(|start| start.eq_ignore_ascii_case(&make));
    let camera = if repeated { model } else { format!("{make} {model}") };
    camera.trim().chars().take(MAX_CAMERA).collect::<String>().trim_end().to_owned()
}

/// The words of a text that a stranger wrote: without control characters, or what is not UTF-8.
fn words_of(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let printable =
        text.replace(|letter: char| letter.is_control() || letter == char::REPLACEMENT_CHARACTER, " ");
    printable.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// By the phone's compass. Whether it means true or magnetic north is not told apart: they are some degrees from each
/// other in China, and a phone's compass is no better.
fn direction(exif: &Exif) -> Option<f64> {
    let degrees = rational(exif, Tag::GPSImgDirection, 0)?;
    (0.0..=360.0).contains(&degrees).then_some(degrees % 360.0)
}

fn taken_at(exif: &Exif) -> Option<DateTime<Utc>> {
    let mut clock = exif::DateTime::from_ascii(ascii(exif, Tag::DateTimeOriginal)?).ok()?;
    if let Some(offset) = ascii(exif, Tag::OffsetTimeOriginal) {
        // A blank offset is an unknown one.
        let _ = clock.parse_offset(offset);
    }
    let local = naive(clock.year.into(), clock.month, clock.day)?.and_hms_opt(
        clock.hour.into(),
        clock.minute.into(),
        clock.second.into(),
    )?;
    let minutes = clock.offset.map_or(60 * CHINA_HOURS, i32::from);
    let zone = FixedOffset::east_opt(60 * minutes)?;
    local.and_local_timezone(zone).single().map(|at| at.to_utc())
}

fn naive(year: i32, month: u8, day: u8) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(year, month.into(), day.into())
}

fn position(exif: &Exif) -> Option<Position> {
    let latitude = degrees(exif, Tag::GPSLatitude)? * sign(exif, Tag::GPSLatitudeRef, b'N', b'S')?;
    let longitude = degrees(exif, Tag::GPSLongitude)? * sign(exif, Tag::GPSLongitudeRef, b'E', b'W')?;
    if latitude == 0.0 && longitude == 0.0 {
        // What phones write that had no fix. Nobody inspects a village in the Gulf of Guinea.
        return None;
    }
    let place = LatLon::new(latitude, longitude).ok()?;
    let accuracy_m = rational(exif, Tag::GPSHPositioningError, 0).filter(|metres| *metres > 0.0);
    Some(Position { accuracy_m, fixed_at: fixed_at(exif), ..Position::bare(place, Provider::Photo) })
}

fn rational(exif: &Exif, tag: Tag, index: usize) -> Option<f64> {
    let Value::Rational(rationals) = value(exif, tag)? else { return None };
    let rational = rationals.get(index)?;
    match (rational.num, rational.denom) {
        // Some cameras leave unused seconds at 0/0.
        (0, 0) if index > 0 => Some(0.0),
        (_, 0) => None,
        (numerator, denominator) => Some(f64::from(numerator) / f64::from(denominator)),
    }
}

fn degrees(exif: &Exif, tag: Tag) -> Option<f64> {
    let part = |index| rational(exif, tag, index);
    Some(part(0)? + part(1).unwrap_or(0.0) / 60.0 + part(2).unwrap_or(0.0) / 3600.0)
}

fn sign(exif: &Exif, tag: Tag, positive: u8, negative: u8) -> Option<f64> {
    match ascii(exif, tag)?.first()?.to_ascii_uppercase() {
        letter if letter == positive => Some(1.0),
        letter if letter == negative => Some(-1.0),
        _ => None,
    }
}

/// The satellites' own time, which is UTC.
fn fixed_at(exif: &Exif) -> Option<DateTime<Utc>> {
    let stamp = std::str::from_utf8(ascii(exif, Tag::GPSDateStamp)?).ok()?;
    let midnight =
        NaiveDate::parse_from_str(stamp.trim_end_matches('\0'), "%Y:%m:%d").ok()?.and_hms_opt(0, 0, 0)?;
    let part = |index| rational(exif, Tag::GPSTimeStamp, index);
    let seconds = part(0)? * 3600.0 + part(1)? * 60.0 + part(2)?;
    if !(0.0..86_401.0).contains(&seconds) {
        return None;
    }
    let since: TimeDelta = TimeDelta::milliseconds((seconds * 1000.0).round() as i64);
    midnight.checked_add_signed(since).as_ref().map(NaiveDateTime::and_utc)
}
