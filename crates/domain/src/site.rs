//! A site: what is inspected.

use serde::{Deserialize, Serialize};

use crate::words::words;
use crate::{GridCode, InspectionSource, Position};

words! {
    /// What kind of place is inspected.
    SiteKind, "kind of site" {
        /// A workshop or company.
        Enterprise = "enterprise", "企业";
        /// A public or household toilet.
        Toilet = "toilet", "厕所";
        /// A sewage outlet or treatment.
        Sewage = "sewage", "污水";
        /// A place where waste is kept.
        Waste = "waste", "垃圾";
        /// A dwelling.
        Housing = "housing", "房屋";
        /// Anything else.
        Other = "other", "其他";
    }
}

words! {
    /// The facts about a site that may change, each a field of its own in the document.
    SiteField, "field" {
        /// The kind of place.
        Kind = "kind", "类别";
        /// The name over the door.
        Name = "name", "企业名称";
        /// The unified social credit code.
        CreditCode = "credit_code", "统一社会信用代码";
        /// The address in words.
        Address = "address", "详细地址";
        /// Where it stands.
        Position = "position", "位置";
        /// What it does.
        Industry = "industry", "行业类别";
        /// Who runs it.
        Operator = "operator", "负责人";
        /// How to reach who runs it.
        Telephone = "telephone", "联系电话";
        /// Who owns the premises.
        Landlord = "landlord", "房东姓名";
        /// How to reach the owner of the premises.
        LandlordTelephone = "landlord_telephone", "房东电话";
        /// How it came to be known.
        Source = "source", "问题来源";
        /// Anything else.
        Remark = "remark", "备注";
    }
}

/// What is known of a site itself. An empty text means that nothing is known.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct SiteFields {
    /// The village, which decides who holds the dossier.
    pub grid: GridCode,
    /// The kind of place.
    pub kind: SiteKind,
    /// The name over the door.
    pub name: String,
    /// The unified social credit code, as it was given.
    pub credit_code: String,
    /// The address in words.
    pub address: String,
    /// Where it stands.
    pub position: Option<Position>,
    /// What it does.
    pub industry: String,
    /// Who runs it.
    pub operator: String,
    /// How to reach who runs it.
    pub telephone: String,
    /// Who owns the premises.
    pub landlord: String,
    /// How to reach the owner.
    pub landlord_telephone: String,
    /// How it came to be known, if that was said.
    pub source: Option<InspectionSource>,
    /// Anything else.
    pub remark: String,
}

impl SiteFields {
    /// A site of which only the village and the name are known.
    pub fn named(grid: GridCode, name: impl Into<String>) -> Self {
        Self {
            grid,
            kind: SiteKind::Enterprise,
            name: name.into(),
            credit_code: String::new(),
            address: String::new(),
            position: None,
            industry: String::new(),
            operator: String::new(),
            telephone: String::new(),
            landlord: String::new(),
            landlord_telephone: String::new(),
            source: None,
            remark: String::new(),
        }
    }

    /// The text of a field that is a text; `None` for the kind, the position and the source.
    pub fn text(&self, field: SiteField) -> Option<&str> {
        Some(match field {
            SiteField::Name => &self.name,
            SiteField::CreditCode => &self.credit_code,
            SiteField::Address => &self.address,
            SiteField::Industry => &self.industry,
            SiteField::Operator => &self.operator,
            SiteField::Telephone => &self.telephone,
            SiteField::Landlord => &self.landlord,
            SiteField::LandlordTelephone => &self.landlord_telephone,
            SiteField::Remark => &self.remark,
            SiteField::Kind | SiteField::Position | SiteField::Source => return None,
        })
    }

    /// The place of a field that is a text; `None` for the kind, the position and the source.
    pub fn text_mut(&mut self, field: SiteField) -> Option<&mut String> {
        Some(match field {
            SiteField::Name => &mut self.name,
            SiteField::CreditCode => &mut self.credit_code,
            SiteField::Address => &mut self.address,
            SiteField::Industry => &mut self.industry,
            SiteField::Operator => &mut self.operator,
            SiteField::Telephone => &mut self.telephone,
            SiteField::Landlord => &mut self.landlord,
            SiteField::LandlordTelephone => &mut self.landlord_telephone,
            SiteField::Remark => &mut self.remark,
            SiteField::Kind | SiteField::Position | SiteField::Source => return None,
        })
    }
}
