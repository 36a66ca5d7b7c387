//! Resettlement alerts: a new site that looks like one that was shut down or relocated elsewhere in the county.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::words::words;
use crate::{AlertAnswerId, AlertId, Dossier, GridCode, SiteFields, SiteId, Verdict};

words! {
    /// By what two sites look like one.
    MatchedBy, "match" {
        /// The same credit code.
        CreditCode = "credit_code", "统一社会信用代码";
        /// The same telephone of the operator.
        Telephone = "telephone", "联系电话";
        /// The same operator in the same industry.
        OperatorAndIndustry = "operator_and_industry", "负责人与行业";
    }
}

/// That a new site looks like one that was shut down or relocated. The office notes it in both dossiers, so that both
/// towns see it. Written once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Alert {
    /// Its id: the same for the same two sites, whoever finds them.
    pub id: AlertId,
    /// The other site.
    pub other: SiteId,
    /// The village of the other site.
    pub other_grid: GridCode,
    /// The name of the other site when this was noted.
    pub other_name: String,
    /// Whether this dossier's site is the new one.
    pub is_new: bool,
    /// By what they look alike.
    pub matched_by: MatchedBy,
    /// When it was noted.
    pub at: DateTime<Utc>,
}

/// What a lead found out about an alert. Written once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct AlertAnswer {
    /// Its id.
    pub id: AlertAnswerId,
    /// The alert.
    pub alert: AlertId,
    /// Whether the new site is the old one again.
    pub confirmed: bool,
    /// What was found out.
    pub comment: String,
    /// When.
    pub at: DateTime<Utc>,
    /// Who.
    pub by: String,
}

/// The id of the alert about these two sites.
pub fn alert_id(new: SiteId, old: SiteId) -> AlertId {
    AlertId(Uuid::new_v5(&new.0, old.0.as_bytes()))
}

/// A site that shares its telephone, or its operator's name and industry, with more other sites of the county than this
/// shares it by chance: the telephone is that of a market's office, the name one that many people have. It names nobody.
pub const MOST_SHARING: usize = 10;

/// Whether a telephone can name somebody: seven digits at least, unlike `无`, `/` or an extension.
pub fn is_telephone(text: &str) -> bool {
    text.chars().filter(char::is_ascii_digit).count() >= 7
}

/// By what two sites look like one, the surest first.
pub fn matched_by(one: &SiteFields, other: &SiteFields) -> Option<MatchedBy> {
    let same = |one: &str, other: &str| !one.trim().is_empty() && one.trim() == other.trim();
    if same(&one.credit_code, &other.credit_code) {
        Some(MatchedBy::CreditCode)
    } else if same(&one.telephone, &other.telephone) && is_telephone(&one.telephone) {
        Some(MatchedBy::Telephone)
    } else if same(&one.operator, &other.operator) && same(&one.industry, &other.industry) {
        Some(MatchedBy::OperatorAndIndustry)
    } else {
        None
    }
}

impl Dossier {
    /// Since when the site is to be shut down or relocated, if it is.
    pub fn gone_since(&self) -> Option<DateTime<Utc>> {
        let verdict = self.decision()?.verdict;
        matches!(verdict, Verdict::ShutDown | Verdict::Relocate).then(|| self.in_force_since()).flatten()
    }

    /// Whether this site, being new, is an alert about the other: it was registered after the other was shut down or
    /// relocated, is itself not gone, and looks like it.
    pub fn resettles(&self, other: &Self) -> Option<MatchedBy> {
        let gone = other.gone_since()?;
        let county = |dossier: &Self| dossier.fields.grid.as_str().get(..6).map(str::to_owned);
        let is_new = self.id != other.id && self.registered_at > gone && self.gone_since().is_none();
        (is_new && county(self) == county(other)).then(|| matched_by(&self.fields, &other.fields)).flatten()
    }

    /// The alerts that nobody has answered.
    pub fn open_alerts(&self) -> impl Iterator<Item = &Alert> {
        self.alerts.iter().filter(|alert| !self.alert_answers.iter().any(|answer| answer.alert == alert.id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_names_somebody_makes_two_sites_alike() {
        let site = |credit_code: &str, telephone: &str, operator: &str, industry: &str| SiteFields {
            credit_code: credit_code.into(),
            telephone: telephone.into(),
            operator: operator.into(),
            industry: industry.into(),
            ..SiteFields::named("350211102207".parse().unwrap(), "厂")
        };
        let old = site("92350211H5T3D0XPAM", "13850012345", "陈美丽", "金属加工");
        let matched = |new: SiteFields| matched_by(&new, &old);
        assert_eq!(matched(site("92350211H5T3D0XPAM", "", "", "")), Some(MatchedBy::CreditCode));
        assert_eq!(matched(site("", " 13850012345", "", "")), Some(MatchedBy::Telephone));
        assert_eq!(matched(site("", "", "陈美丽", "金属加工")), Some(MatchedBy::OperatorAndIndustry));
        assert_eq!(matched(site("", "", "陈美丽", "塑料注塑")), None);
        assert_eq!(matched(site("", "", "陈美丽", "")), None);
        assert_eq!(matched_by(&site("", "无", "", ""), &site("", "无", "", "")), None);
        assert_eq!(matched_by(&site("", "", "陈", ""), &site("", "", "陈", "")), None);
    }

    #[test]
    fn an_alert_is_the_same_whoever_finds_it_and_another_the_other_way_round() {
        let (one, other) = (SiteId::new(), SiteId::new());
        assert_eq!(alert_id(one, other), alert_id(one, other));
        assert_ne!(alert_id(one, other), alert_id(other, one));
    }
}
