//! Which rows of a ledger are about the same site.

use std::collections::HashMap;
use std::hash::Hash;

use domain::{GridCode, LedgerColumn, SiteId};

use crate::table::RowRef;

/// By what a row tells its site.
pub(crate) struct Subject<'r> {
    pub site: Option<SiteId>,
    /// Empty where there is none.
    pub credit_code: &'r str,
    pub village: Option<&'r GridCode>,
    /// Empty where there is none.
    pub name: &'r str,
}

/// The sites that the rows so far are about.
#[derive(Default)]
pub(crate) struct Seen {
    sites: HashMap<SiteId, RowRef>,
    credit_codes: HashMap<String, Vec<Earlier>>,
    names: HashMap<(GridCode, String), Vec<Earlier>>,
}

/// A row that told its site in this way.
struct Earlier {
    way: Way,
    row: RowRef,
}

#[derive(Clone, Copy, PartialEq)]
struct Way {
    has_site: bool,
    has_credit_code: bool,
}

impl Seen {
    /// Takes note of a row, unless an earlier one is about the same site: then that one, and the column that tells.
    ///
    /// Ids are believed: two rows that both have one are the same site only if the ids are. Otherwise a credit code is,
    /// and what stands in the same village under the same name is the same unless both have credit codes.
    pub(crate) fn take(&mut self, subject: &Subject<'_>, row: RowRef) -> Option<(LedgerColumn, RowRef)> {
        let way = Way { has_site: subject.site.is_some(), has_credit_code: !subject.credit_code.is_empty() };
        let code = Some(subject.credit_code.to_owned()).filter(|code| !code.is_empty());
        let name = subject.village.filter(|_| !subject.name.is_empty());
        let name = name.map(|village| (village.clone(), subject.name.to_owned()));

        let of_same_site = subject.site.and_then(|site| self.sites.get(&site));
        let with_same_code =
            || find(&self.credit_codes, code.as_ref()?, |earlier| !(way.has_site && earlier.has_site));
        let with_same_name = || {
            find(&self.names, name.as_ref()?, |earlier| {
                !(way.has_site && earlier.has_site || way.has_credit_code && earlier.has_credit_code)
            })
        };
        let earlier = of_same_site
            .map(|row| (LedgerColumn::Site, row))
            .or_else(|| Some((LedgerColumn::CreditCode, with_same_code()?)))
            .or_else(|| Some((LedgerColumn::Name, with_same_name()?)));
        if let Some((column, earlier)) = earlier {
            return Some((column, earlier.clone()));
        }

        if let Some(code) = code {
            note(&mut self.credit_codes, code, way, &row);
        }
        if let Some(name) = name {
            note(&mut self.names, name, way, &row);
        }
        if let Some(site) = subject.site {
            self.sites.insert(site, row);
        }
        None
    }
}

fn find<'s, K: Eq + Hash>(
    seen: &'s HashMap<K, Vec<Earlier>>,
    key: &K,
    is_same: impl Fn(Way) -> bool,
) -> Option<&'s RowRef> {
    seen.get(key)?.iter().find(|earlier| is_same(earlier.way)).map(|earlier| &earlier.row)
}

/// Of the rows that told the same in the same way the first is enough.
fn note<K: Eq + Hash>(seen: &mut HashMap<K, Vec<Earlier>>, key: K, way: Way, row: &RowRef) {
    let earlier = seen.entry(key).or_default();
    if earlier.iter().all(|earlier| earlier.way != way) {
        earlier.push(Earlier { way, row: row.clone() });
    }
}
