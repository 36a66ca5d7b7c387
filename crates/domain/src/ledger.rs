//! The ledger (台账): one row a site, as it is handed upward and read back.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::problem::day_in_china;
use crate::words::words;
use crate::{Dossier, GridCode, InspectionSource, LatLon, SiteId, Verdict};

words! {
    /// The columns, in the order in which they are written. The last five are what the product adds to the
    /// official form.
    LedgerColumn, "column" {
        /// 1, 2, 3 …
        Serial = "serial", "序号";
        /// Name of the county.
        County = "county", "区县";
        /// Name of the town.
        Town = "town", "镇街";
        /// Name of the village.
        Village = "village", "村居";
        /// Code of the village.
        VillageCode = "village_code", "村居代码";
        /// Name of the site.
        Name = "name", "企业名称";
        /// Credit code.
        CreditCode = "credit_code", "统一社会信用代码";
        /// Address.
        Address = "address", "详细地址";
        /// Degrees east.
        Longitude = "longitude", "经度";
        /// Degrees north.
        Latitude = "latitude", "纬度";
        /// Industry.
        Industry = "industry", "行业类别";
        /// Who runs it.
        Operator = "operator", "负责人";
        /// Telephone of who runs it.
        Telephone = "telephone", "联系电话";
        /// Owner of the premises.
        Landlord = "landlord", "房东姓名";
        /// Telephone of the owner.
        LandlordTelephone = "landlord_telephone", "房东电话";
        /// 是 or 否.
        Polluting = "polluting", "是否散乱污";
        /// Problems.
        Problem = "problem", "存在问题";
        /// Verdict.
        Verdict = "verdict", "整治类型";
        /// Measures.
        Measures = "measures", "整治措施";
        /// Deadline.
        Deadline = "deadline", "整治期限";
        /// 已完成 or 整治中.
        Progress = "progress", "整治进展";
        /// Day on which it was done.
        DoneOn = "done_on", "完成日期";
        /// Unit that answers for it.
        ResponsibleUnit = "responsible_unit", "责任单位";
        /// Person who answers for it.
        ResponsiblePerson = "responsible_person", "责任人";
        /// How it came to be known.
        Source = "source", "问题来源";
        /// Anything else.
        Remark = "remark", "备注";
        /// Day of the last inspection.
        LastInspection = "last_inspection", "最近检查日期";
        /// Who made it.
        Inspector = "inspector", "检查人";
        /// Number of photos.
        Photos = "photos", "照片数";
        /// Number of problems that are not closed out.
        OpenProblems = "open_problems", "未销号问题数";
        /// The id of the site, by which a ledger of ours finds it again.
        Site = "site", "对象编号";
    }
}

impl LedgerColumn {
    /// Other headings under which offices keep this column.
    pub const fn aliases(self) -> &'static [&'static str] {
        match self {
            Self::Serial => &["编号", "No."],
            Self::County => &["县区", "县(区)", "区(县)", "县(市、区)"],
            Self::Town => &["乡镇", "镇(街)", "镇(街道)", "乡镇街道", "街道"],
            Self::Village => &["村(居)", "村庄", "村(社区)", "村居名称", "所属村居"],
            Self::VillageCode => &["区划代码", "村居编码", "行政区划代码", "村代码"],
            Self::Name => &["单位名称", "场所名称", "企业(场所)名称", "名称"],
            Self::CreditCode => &["信用代码", "社会信用代码", "统一信用代码"],
            Self::Address => &["地址", "企业地址", "生产地址"],
            Self::Longitude => &["东经"],
            Self::Latitude => &["北纬"],
            Self::Industry => &["行业", "行业类型", "所属行业"],
            Self::Operator => &["经营者", "法人", "法定代表人", "企业负责人"],
            Self::Telephone => &["电话", "负责人电话", "手机", "手机号码", "联系方式"],
            Self::Landlord => &["房东", "业主"],
            Self::LandlordTelephone => &["业主电话", "房东联系电话"],
            Self::Polluting => &["是否“散乱污”", "是否为散乱污", "是否属于散乱污"],
            Self::Problem => &["主要问题", "环境问题", "问题描述"],
            Self::Verdict => &["整治类别", "处置类型", "分类"],
            Self::Measures => &["措施", "整改措施"],
            Self::Deadline => &["完成时限", "整改期限", "整治时限"],
            Self::Progress => &["进展", "整改进展", "进展情况", "完成情况"],
            Self::DoneOn => &["完成时间", "整改完成日期"],
            Self::ResponsibleUnit => &["牵头单位"],
            Self::ResponsiblePerson => &["责任领导", "包片干部"],
            Self::Source => &["来源", "线索来源"],
            Self::Remark => &["说明"],
            Self::LastInspection => &["最近检查"],
            Self::Inspector => &["检查人员"],
            Self::Photos => &["照片"],
            Self::OpenProblems => &["未销号问题"],
            Self::Site => &[],
        }
    }

    /// Whether the product computes it, so that reading it back would mean nothing.
    pub const fn is_computed(self) -> bool {
        matches!(
            self,
            Self::Serial | Self::LastInspection | Self::Inspector | Self::Photos | Self::OpenProblems
        )
    }
}

/// What separates several problems of one site in their column.
pub const PROBLEM_SEPARATOR: char = '；';

/// One row of a ledger. An empty text or `None` is an empty cell.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct LedgerRow {
    /// Name of the county.
    pub county: String,
    /// Name of the town.
    pub town: String,
    /// Name of the village.
    pub village: String,
    /// Code of the village.
    pub village_code: GridCode,
    /// Name of the site.
    pub name: String,
    /// Credit code.
    pub credit_code: String,
    /// Address.
    pub address: String,
    /// Where it stands, WGS-84.
    pub place: Option<LatLon>,
    /// Industry.
    pub industry: String,
    /// Who runs it.
    pub operator: String,
    /// Telephone of who runs it.
    pub telephone: String,
    /// Owner of the premises.
    pub landlord: String,
    /// Telephone of the owner.
    pub landlord_telephone: String,
    /// The verdict, which the columns 是否散乱污 and 整治类型 tell together.
    pub verdict: Option<Verdict>,
    /// Problems, separated by [`PROBLEM_SEPARATOR`].
    pub problem: String,
    /// Measures.
    pub measures: String,
    /// Deadline.
    pub deadline: Option<NaiveDate>,
    /// Whether it is done; `None` where there is nothing to do, or where a file does not say.
    pub done: Option<bool>,
    /// Day on which it was done.
    pub done_on: Option<NaiveDate>,
    /// Unit that answers for it.
    pub responsible_unit: String,
    /// Person who answers for it.
    pub responsible_person: String,
    /// How it came to be known.
    pub source: Option<InspectionSource>,
    /// Anything else.
    pub remark: String,
    /// Day of the last inspection, in China.
    pub last_inspection: Option<NaiveDate>,
    /// Who made it.
    pub inspector: String,
    /// Number of photos.
    pub photos: u64,
    /// Number of problems that are not closed out.
    pub open_problems: u64,
    /// The site, in a ledger that was written here.
    pub site: Option<SiteId>,
}

/// The names of the units that contain a village.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct GridNames {
    /// Name of the county.
    pub county: String,
    /// Name of the town.
    pub town: String,
    /// Name of the village.
    pub village: String,
}

impl Dossier {
    /// The row of this site.
    pub fn ledger_row(&self, names: GridNames) -> LedgerRow {
        let standing = self.standing();
        let decision = self.decision();
        let last_inspection = self.last_inspection();
        let polluting = standing.verdict.is_some_and(Verdict::is_polluting);
        let problems: Vec<&str> = self.problems.iter().map(|problem| problem.description.as_str()).collect();
        let fields = &self.fields;
        LedgerRow {
            county: names.county,
            town: names.town,
            village: names.village,
            village_code: fields.grid.clone(),
            name: fields.name.clone(),
            credit_code: fields.credit_code.clone(),
            address: fields.address.clone(),
            place: fields.position.map(|position| position.place),
            industry: fields.industry.clone(),
            operator: fields.operator.clone(),
            telephone: fields.telephone.clone(),
            landlord: fields.landlord.clone(),
            landlord_telephone: fields.landlord_telephone.clone(),
            verdict: standing.verdict,
            problem: problems.join(&PROBLEM_SEPARATOR.to_string()),
            measures: decision.map(|decision| decision.measures.clone()).unwrap_or_default(),
            deadline: standing.deadline,
            done: polluting.then_some(standing.done),
            done_on: standing.done_on,
            responsible_unit: decision.map(|decision| decision.responsible_unit.clone()).unwrap_or_default(),
            responsible_person: decision
                .map(|decision| decision.responsible_person.clone())
                .unwrap_or_default(),
            source: fields.source,
            remark: fields.remark.clone(),
            last_inspection: last_inspection.map(|inspection| day_in_china(inspection.at)),
            inspector: last_inspection.map(|inspection| inspection.by.clone()).unwrap_or_default(),
            photos: self.photos.len() as u64,
            open_problems: standing.open_problems,
            site: Some(self.id),
        }
    }
}
