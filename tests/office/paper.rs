//! Papers of enforcement as forms send them.

use chrono::{DateTime, Utc};
use domain::{
    EnforcementStep, GridCode, Measure, MeasureTaken, PaperContent, PaperId, Receipt, SiteFields, SiteId,
    VoidId,
};
use wire::message::*;

use crate::Desk;

/// Signed by the site's person.
pub fn signed() -> Receipt {
    Receipt::Signed { name: "陈美丽".to_owned(), strokes: vec![vec![10, 20, 300, 120], vec![600, 240]] }
}

/// A form about a site that says this.
pub fn form(site: SiteId, content: PaperContent) -> RecordPaper {
    RecordPaper {
        id: PaperId::new(),
        site,
        problems: vec![],
        facts: "现场正在生产,焊接烟尘无收集设施".to_owned(),
        content,
        reason: String::new(),
        position: None,
        photos: vec![],
        draft: None,
    }
}

/// A rectification notice.
pub fn notice(site: SiteId) -> RecordPaper {
    let deadline = "2027-01-31".parse().unwrap();
    let requirements = "安装焊接烟尘收集设施".to_owned();
    form(site, PaperContent::Persuade { requirements, deadline, receipt: signed() })
}

/// A record of cutting off, which nobody would sign.
pub fn cutting_off(site: SiteId, at: DateTime<Utc>) -> RecordPaper {
    let measures = vec![MeasureTaken { measure: Measure::Power, at, photo: None }];
    form(site, PaperContent::CutOff { measures, receipt: Receipt::Refused { witness: "林志燕".to_owned() } })
}

/// A transfer notice.
pub fn transfer(site: SiteId) -> RecordPaper {
    let departments = vec!["供电所".to_owned(), "生态环境局".to_owned()];
    let request = "依法查处".to_owned();
    form(site, PaperContent::JointEnforcement { departments, request, reply_by: None })
}

/// Makes a paper void.
pub fn void(paper: &OnePaper) -> VoidPaper {
    VoidPaper {
        id: VoidId::new(), site: paper.site, paper: paper.paper, reason: "企业名称写错".to_owned()
    }
}

impl Desk {
    /// Registers a site.
    pub fn register(&self, village: &str, name: &str) -> SiteId {
        self.register_with(SiteFields::named(village.parse().unwrap(), name))
    }

    /// Registers a site of which this is known.
    pub fn register_with(&self, fields: SiteFields) -> SiteId {
        let request = RegisterSite { id: SiteId::new(), fields, draft: None };
        self.call::<OneSite>("sites.register", request).site
    }

    /// Every paper of a town, or of all, the latest first.
    pub fn papers(
        &self,
        grid: Option<&str>,
        step: Option<EnforcementStep>,
        year: Option<i32>,
    ) -> Vec<PaperLine> {
        let grid: Option<GridCode> = grid.map(|grid| grid.parse().unwrap());
        let (mut papers, mut after) = (Vec::new(), None);
        loop {
            // Small pages, so that there are several.
            let request = ListPapers { grid: grid.clone(), step, year, after, limit: 3 };
            let page: PaperPage = self.call("papers.list", request);
            papers.extend(page.papers);
            match page.next {
                Some(next) => after = Some(next),
                None => return papers,
            }
        }
    }

    /// A paper with its number.
    pub fn paper(&self, paper: &OnePaper) -> NumberedPaper {
        self.call::<PaperView>("papers.get", paper).paper
    }
}
