//! What a position and a clock are worth as evidence. Everything here flags, and forbids nothing.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::words::words;
use crate::{GridCode, LatLon, Position};

/// Beyond this distance from the site's known position a visit is flagged, in metres.
pub const FAR_M: f64 = 200.0;

/// Beyond this a device's clock is called wrong.
pub const CLOCK_TOLERANCE: TimeDelta = TimeDelta::minutes(2);

words! {
    /// What speaks against a position.
    PositionFlag, "position flag" {
        /// More than [`FAR_M`] from where the site is known to stand.
        FarFromSite = "far_from_site", "离对象较远";
        /// Within the boundary of another village than the site's.
        OtherVillage = "other_village", "在另一村";
        /// The platform calls it a mock position.
        Mock = "mock", "模拟定位";
    }
}

words! {
    /// What a device's clock was compared with.
    ClockReference, "clock reference" {
        /// The time of a satellite fix.
        Fix = "fix", "卫星时间";
        /// The server's clock.
        Server = "server", "服务器时间";
    }
}

/// That a device's clock was wrong, as it was found when something was recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ClockDeviation {
    /// What the clock was compared with.
    pub against: ClockReference,
    /// By how many seconds the device's clock was ahead; negative where it was behind.
    pub ahead_s: i64,
}

impl ClockDeviation {
    /// The deviation, if it is more than [`CLOCK_TOLERANCE`].
    pub fn beyond_tolerance(
        against: ClockReference,
        device: DateTime<Utc>,
        reference: DateTime<Utc>,
    ) -> Option<Self> {
        let ahead = device - reference;
        (ahead.abs() > CLOCK_TOLERANCE).then(|| Self { against, ahead_s: ahead.num_seconds() })
    }
}

/// How a position lies to a site.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Whereabouts {
    /// The distance to where the site is known to stand, in metres.
    pub distance_m: Option<f64>,
    /// The village whose boundary contains the position.
    pub village: Option<GridCode>,
    /// What speaks against the position.
    pub flags: Vec<PositionFlag>,
}

impl Whereabouts {
    /// Compares a position with a site in the village `of`, known to stand at `site`; `village` is the one that
    /// contains the position.
    pub fn of(position: &Position, site: Option<LatLon>, of: &GridCode, village: Option<GridCode>) -> Self {
        let distance_m = site.map(|site| site.distance_m(position.place));
        let mut flags = Vec::new();
        if distance_m.is_some_and(|distance| distance > FAR_M) {
            flags.push(PositionFlag::FarFromSite);
        }
        if village.as_ref().is_some_and(|village| !of.contains(village) && !village.contains(of)) {
            flags.push(PositionFlag::OtherVillage);
        }
        if position.mock {
            flags.push(PositionFlag::Mock);
        }
        Self { distance_m, village, flags }
    }
}
