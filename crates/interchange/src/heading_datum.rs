//! The datum that the heading of a coordinate names: 经度(GCJ-02), 高德经度, 纬度(百度坐标).

/// What a heading says of its datum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Note {
    /// Nothing, or something else: WGS-84.
    Plain,
    /// WGS-84, or China's CGCS2000, which differs from it by less than a metre.
    Wgs84,
    /// Shifted as on the maps of Gaode and Tencent.
    Gcj02,
    /// Shifted twice, as on the maps of Baidu.
    Bd09,
}

impl Note {
    /// Where a table has the same coordinate in several datums, the one that needs no conversion is read.
    pub(crate) fn rank(self) -> usize {
        match self {
            Self::Plain | Self::Wgs84 => 0,
            Self::Gcj02 => 100,
            Self::Bd09 => 200,
        }
    }

    /// Whether two coordinates make a pair.
    pub(crate) fn agrees_with(self, other: Self) -> bool {
        self.rank() == other.rank()
    }
}

/// What offices write, in lower case and half width. The longer come first.
const WORDS: &[(&str, Note)] = &[
    ("cgcs2000", Note::Wgs84),
    ("国家2000", Note::Wgs84),
    ("wgs-84", Note::Wgs84),
    ("wgs84", Note::Wgs84),
    ("gcj-02", Note::Gcj02),
    ("gcj02", Note::Gcj02),
    ("火星", Note::Gcj02),
    ("高德", Note::Gcj02),
    ("腾讯", Note::Gcj02),
    ("国测局", Note::Gcj02),
    ("bd-09", Note::Bd09),
    ("bd09", Note::Bd09),
    ("百度", Note::Bd09),
];

/// The heading without the words that name a datum, and the datum.
pub(crate) fn of(heading: &str) -> (String, Note) {
    let mut rest = heading.to_owned();
    let mut note = Note::Plain;
    for (word, named) in WORDS {
        if rest.contains(word) {
            rest = rest.replace(word, "");
            // Two datums in one heading: the one that is further from the truth, so that somebody looks at it.
            note = if named.rank() >= note.rank() { *named } else { note };
        }
    }
    for filling in ["坐标系", "坐标", "地图", "(", ")", "-", "_", "/", "系"] {
        rest = rest.replace(filling, "");
    }
    (rest, note)
}
