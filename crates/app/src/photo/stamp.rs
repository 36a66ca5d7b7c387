//! The stamped copy (水印) of a photo: what stands on it is what is on record, in Chinese. The evidence stays clean.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use domain::problem::in_china;
use domain::{ClockDeviation, Dossier, Inspection, PhotoHash, PhotoReference, Position, Provider};
use photos::{Stamp, StampLine};
use store::Reader;
use wire::ApiError;

use super::decoding;
use super::intake::refused;
use crate::App;
use crate::command::path;
use crate::error::Failure;

/// A photo on record, with the dossier that shows it.
pub(crate) struct OnRecord {
    pub dossier: Arc<Dossier>,
    pub reference: PhotoReference,
    /// County, town and village of the site by name.
    pub path: Vec<String>,
}

impl OnRecord {
    /// Every record that shows a photo, by the order of its site's id.
    pub fn find(reader: &Reader<'_>, hash: &PhotoHash) -> Result<Vec<Self>, Failure> {
        let mut found = Vec::new();
        for site in reader.sites_of_photo(hash)? {
            if let Some(dossier) = reader.dossier(site)? {
                found.extend(Self::within(reader, &Arc::new(dossier), hash)?);
            }
        }
        Ok(found)
    }

    /// The photo as this dossier shows it.
    pub fn within(
        reader: &Reader<'_>,
        dossier: &Arc<Dossier>,
        hash: &PhotoHash,
    ) -> Result<Option<Self>, Failure> {
        let Some(reference) = dossier.photos.iter().find(|photo| photo.hash == *hash).cloned() else {
            return Ok(None);
        };
        let path = path(reader, &dossier.fields.grid)?;
        Ok(Some(Self { dossier: Arc::clone(dossier), reference, path }))
    }

    /// What the record says, line by line.
    pub fn stamp(&self) -> Stamp {
        let Self { dossier, reference, path } = self;
        let inspection = self.inspection();
        let mut lines = Vec::new();
        let mut line = |label: &str, text: String| {
            if !text.is_empty() {
                lines.push(StampLine { label: label.to_owned(), text });
            }
        };
        line("对象", dossier.fields.name.clone());
        match reference.taken_at {
            Some(taken_at) => line("拍摄时间", time(taken_at)),
            None => line("记录时间", time(reference.at)),
        }
        line("本机时间", inspection.and_then(|inspection| inspection.clock).map(clock).unwrap_or_default());
        line("地点", path.join(" "));
        let position = reference.position.or_else(|| inspection.and_then(|inspection| inspection.position));
        line("坐标", position.as_ref().map(coordinates).unwrap_or_default());
        line("检查人", reference.by.clone());
        Stamp { lines, code: reference.hash.code() }
    }

    fn inspection(&self) -> Option<&Inspection> {
        let of = self.reference.inspection?;
        self.dossier.inspections.iter().find(|inspection| inspection.id == of)
    }
}

/// The stamped copy of a photo; `None` if no record shows it or its bytes are not here.
pub(crate) fn stamped(app: &App, hash: &PhotoHash) -> Result<Option<Vec<u8>>, Failure> {
    let records = app.store.read(|reader| OnRecord::find(reader, hash))?;
    records.first().map_or(Ok(None), |record| stamped_by(app, record))
}

/// The stamped copy of a photo as a record shows it; `None` if its bytes are not here.
pub(crate) fn stamped_by(app: &App, record: &OnRecord) -> Result<Option<Vec<u8>>, Failure> {
    let Some(jpeg) = app.store.photo_bytes(&record.reference.hash)? else { return Ok(None) };
    let _alone = decoding::alone();
    Ok(Some(photos::stamped(&jpeg, &record.stamp()).map_err(refused)?))
}

impl App {
    /// The stamped copy of a photo, as JPEG; `None` if no record shows it or its bytes are not here.
    ///
    /// # Errors
    /// When the store cannot be read or the photo cannot be decoded.
    pub fn stamped_photo(&self, hash: &PhotoHash) -> Result<Option<Vec<u8>>, ApiError> {
        Ok(stamped(self, hash)?)
    }
}

fn time(at: DateTime<Utc>) -> String {
    in_china(at).format("%Y-%m-%d %H:%M:%S").to_string()
}

/// Degrees with hemisphere, accuracy and origin: `24.66520°N 118.08680°E ±8米(卫星)`.
fn coordinates(position: &Position) -> String {
    let Position { place, accuracy_m, provider, mock, .. } = position;
    let hemisphere = |degrees: f64, positive, negative| {
        format!("{:.5}°{}", degrees.abs(), if degrees < 0.0 { negative } else { positive })
    };
    let mut text =
        format!("{} {}", hemisphere(place.latitude(), "N", "S"), hemisphere(place.longitude(), "E", "W"));
    if let Some(accuracy) = accuracy_m {
        text.push_str(&format!(" ±{accuracy:.0}米"));
    }
    if *provider != Provider::Platform {
        text.push_str(&format!("({})", provider.zh()));
    }
    if *mock {
        text.push_str(" 系统标记为模拟定位");
    }
    text
}

fn clock(ClockDeviation { against, ahead_s }: ClockDeviation) -> String {
    let direction = if ahead_s > 0 { "快" } else { "慢" };
    format!("比{}{direction}{}分钟", against.zh(), ahead_s.unsigned_abs() / 60)
}

#[cfg(test)]
mod tests {
    use domain::{ClockReference, LatLon};

    use super::*;

    #[test]
    fn coordinates_tell_where_they_come_from() {
        let mut position = Position::bare(LatLon::new(24.6652, 118.0868).unwrap(), Provider::Gps);
        position.accuracy_m = Some(7.6);
        assert_eq!(coordinates(&position), "24.66520°N 118.08680°E ±8米(卫星)");
        let typed = Position::bare(LatLon::new(-33.5, -70.25).unwrap(), Provider::Typed);
        assert_eq!(coordinates(&typed), "33.50000°S 70.25000°W(手工输入)");
    }

    #[test]
    fn a_wrong_clock_is_said() {
        let wrong = ClockDeviation { against: ClockReference::Server, ahead_s: -430 };
        assert_eq!(clock(wrong), "比服务器时间慢7分钟");
    }
}
