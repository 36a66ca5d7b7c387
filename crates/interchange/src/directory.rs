//! The known grid units, by code and by name.

use std::collections::HashMap;

use domain::ledger::GridNames;
use domain::{GridCode, GridLevel, GridUnit};

use crate::Reason;

/// The known grid units, by code and by name.
#[derive(Debug, Clone, Default)]
pub struct GridDirectory {
    units: HashMap<GridCode, GridUnit>,
    villages: HashMap<String, Vec<GridCode>>,
}

/// How much of a name must agree, from strict to lenient.
const STRICTNESS: [fn(&str) -> &str; 3] = [whole, without_committee, stem];

impl GridDirectory {
    /// A directory of these units. Of two with the same code, the later counts.
    pub fn new(units: Vec<GridUnit>) -> Self {
        let units: HashMap<_, _> = units.into_iter().map(|unit| (unit.code.clone(), unit)).collect();
        let mut villages: HashMap<String, Vec<GridCode>> = HashMap::new();
        for unit in units.values().filter(|unit| unit.code.level() == GridLevel::Village) {
            villages.entry(stem(&unit.name).to_owned()).or_default().push(unit.code.clone());
        }
        Self { units, villages }
    }

    /// The unit with this code.
    pub fn unit(&self, code: &GridCode) -> Option<&GridUnit> {
        self.units.get(code)
    }

    /// The names of a village and of what contains it; empty where a unit is not known.
    pub fn names(&self, village: &GridCode) -> GridNames {
        let name = |level| {
            let unit = village.at(level).and_then(|code| self.unit(&code));
            unit.map(|unit| unit.name.clone()).unwrap_or_default()
        };
        GridNames {
            county: name(GridLevel::County),
            town: name(GridLevel::Town),
            village: name(GridLevel::Village),
        }
    }

    /// The only unit of a level that has this name, as ledgers write names.
    pub(crate) fn find_at(&self, level: GridLevel, name: &str) -> Option<&GridCode> {
        let named = |unit: &&GridUnit| unit.code.level() == level && stem(&unit.name) == stem(name);
        let mut found = self.units.values().filter(named);
        match (found.next(), found.next()) {
            (Some(unit), None) => Some(&unit.code),
            _ => None,
        }
    }

    /// The village of this name, as ledgers write names: 东辉村 is 东辉村委会. The town and the county narrow it down
    /// unless they are empty.
    pub(crate) fn find(&self, county: &str, town: &str, village: &str) -> Result<&GridCode, Reason> {
        let within = |code: &GridCode, level: GridLevel, name: &str| {
            let unit = code.at(level).and_then(|code| self.unit(&code));
            name.is_empty() || unit.is_some_and(|unit| stem(&unit.name) == stem(name))
        };
        let candidates: Vec<&GridCode> = self
            .villages
            .get(stem(village))
            .into_iter()
            .flatten()
            .filter(|code| within(code, GridLevel::Town, town) && within(code, GridLevel::County, county))
            .collect();
        for part in STRICTNESS {
            let agrees =
                |code: &GridCode| self.unit(code).is_some_and(|unit| part(&unit.name) == part(village));
            let mut agreeing = candidates.iter().copied().filter(|code| agrees(code));
            match (agreeing.next(), agreeing.next()) {
                (Some(code), None) => return Ok(code),
                (Some(_), Some(_)) => return Err(Reason::VillageAmbiguous),
                (None, _) => {}
            }
        }
        Err(Reason::VillageUnknown)
    }
}

fn whole(name: &str) -> &str {
    name
}

/// 东辉村委会 is 东辉村, 岑东社区居委会 is 岑东社区, 侨英街道办事处 is 侨英街道.
fn without_committee(name: &str) -> &str {
    const COMMITTEES: [&str; 6] = ["居民委员会", "居委会", "村民委员会", "村委会", "民委员会", "委会"];
    let name = name.trim();
    if let Some(street) = name.strip_suffix("办事处") {
        return street;
    }
    let without = |ending: &&str| {
        let rest = name.strip_suffix(ending)?;
        // 东辉村委会 ends in 委会, and only 东辉村村委会 in 村委会.
        (!rest.is_empty() && (!ending.starts_with('村') || rest.ends_with('村'))).then_some(rest)
    };
    COMMITTEES.iter().find_map(without).unwrap_or(name)
}

/// 东辉村 and 东辉 are the same, if nothing else is called so; 灌口镇 and 灌口 too.
fn stem(name: &str) -> &str {
    const KINDS: [&str; 8] = ["社区", "街道", "新区", "村", "镇", "乡", "区", "县"];
    let name = without_committee(name);
    KINDS.iter().find_map(|ending| name.strip_suffix(ending)).filter(|rest| !rest.is_empty()).unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn directory() -> GridDirectory {
        let units = [
            ("350211", "集美区"),
            ("350211102", "灌口镇"),
            ("350211102207", "东辉村委会"),
            ("350211001", "岑东街道办事处"),
            ("350211001001", "后溪社区居委会"),
            ("350211001002", "后溪村村民委员会"),
            ("350211102002", "后溪村委会"),
        ];
        let unit = |(code, name): (&str, &str)| GridUnit { code: code.parse().unwrap(), name: name.into() };
        GridDirectory::new(units.into_iter().map(unit).collect())
    }

    #[test]
    fn a_village_is_found_by_the_names_that_ledgers_use() {
        let directory = directory();
        let find = |county, town, village| directory.find(county, town, village).map(GridCode::as_str);
        for village in ["东辉村委会", "东辉村", "东辉", "东辉村民委员会", "东辉村村民委员会", "东辉村村委会"]
        {
            assert_eq!(find("", "", village), Ok("350211102207"), "{village}");
        }
        assert_eq!(find("集美", "灌口镇", "东辉村"), Ok("350211102207"));
        assert_eq!(find("集美区", "岑东街道", "东辉村"), Err(Reason::VillageUnknown));
        assert_eq!(find("", "", "后溪社区"), Ok("350211001001"));
        assert_eq!(find("", "", "后溪村"), Err(Reason::VillageAmbiguous));
        assert_eq!(find("", "岑东", "后溪村"), Ok("350211001002"));
        assert_eq!(find("", "岑东", "后溪"), Err(Reason::VillageAmbiguous));
        assert_eq!(find("", "", ""), Err(Reason::VillageUnknown));
    }
}
