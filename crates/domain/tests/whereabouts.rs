//! What speaks against a position and a clock.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use chrono::{DateTime, TimeDelta, Utc};
use domain::whereabouts::{CLOCK_TOLERANCE, FAR_M};
use domain::{
    ClockDeviation, ClockReference, GridCode, LatLon, Position, PositionFlag, Provider, Whereabouts,
};
use proptest::prelude::*;

const DONGHUI: &str = "350211102207";
const OTHER: &str = "350211102208";

fn code(text: &str) -> GridCode {
    text.parse().unwrap()
}

fn at(latitude: f64, longitude: f64) -> Position {
    Position::bare(LatLon::new(latitude, longitude).unwrap(), Provider::Gps)
}

#[test]
fn two_hundred_metres_are_near_and_one_more_is_far() {
    let site = LatLon::new(24.6, 118.0).unwrap();
    // A degree of latitude is 111,195 m on this sphere.
    let near = Whereabouts::of(&at(24.6 + 199.0 / 111_195.0, 118.0), Some(site), &code(DONGHUI), None);
    assert_eq!(near.flags, vec![]);
    assert!((near.distance_m.unwrap() - 199.0).abs() < 0.1);
    let far = Whereabouts::of(&at(24.6 + 201.0 / 111_195.0, 118.0), Some(site), &code(DONGHUI), None);
    assert_eq!(far.flags, vec![PositionFlag::FarFromSite]);
}

#[test]
fn nothing_is_flagged_that_is_not_known() {
    let seen = Whereabouts::of(&at(24.6, 118.0), None, &code(DONGHUI), None);
    assert_eq!((seen.distance_m, seen.flags), (None, vec![]));
}

#[test]
fn another_village_is_flagged_and_its_own_town_is_not() {
    let of =
        |village: &str| Whereabouts::of(&at(24.6, 118.0), None, &code(DONGHUI), Some(code(village))).flags;
    assert_eq!(of(OTHER), vec![PositionFlag::OtherVillage]);
    assert_eq!(of(DONGHUI), vec![]);
    assert_eq!(of("350211102"), vec![]);
}

#[test]
fn a_clock_may_be_wrong_by_two_minutes() {
    let noon = DateTime::<Utc>::from_timestamp(1_700_000_000, 0).unwrap();
    let wrong = |by| ClockDeviation::beyond_tolerance(ClockReference::Server, noon + by, noon);
    assert_eq!(wrong(CLOCK_TOLERANCE), None);
    assert_eq!(wrong(-CLOCK_TOLERANCE), None);
    let expected = ClockDeviation { against: ClockReference::Server, ahead_s: -121 };
    assert_eq!(wrong(TimeDelta::seconds(-121)), Some(expected));
}

proptest! {
    #[test]
    fn flags_say_what_the_figures_say(
        latitude in -89.0..89.0_f64, longitude in -179.0..179.0_f64, north in -0.01..0.01_f64, east in -0.01..0.01_f64,
        mock: bool, elsewhere in prop::option::of(any::<bool>()),
    ) {
        let position = Position { mock, ..at(latitude + north, longitude + east) };
        let village = elsewhere.map(|other| code(if other { OTHER } else { DONGHUI }));
        let site = LatLon::new(latitude, longitude).unwrap();
        let seen = Whereabouts::of(&position, Some(site), &code(DONGHUI), village.clone());
        let distance = seen.distance_m.unwrap();
        prop_assert_eq!(distance, position.place.distance_m(site), "the way back is as long");
        prop_assert_eq!(seen.flags.contains(&PositionFlag::FarFromSite), distance > FAR_M);
        prop_assert_eq!(seen.flags.contains(&PositionFlag::OtherVillage), elsewhere == Some(true));
        prop_assert_eq!(seen.flags.contains(&PositionFlag::Mock), mock);
        prop_assert_eq!(seen.village, village);
    }
}
