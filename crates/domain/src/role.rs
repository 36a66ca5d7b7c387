//! Who may do what: one table for every host, and for what devices push.

use crate::words::words;
use crate::{EnforcementStep, Stage};

words! {
    /// What somebody is to the team.
    Role, "role" {
        /// Looks at ledgers and figures, and takes them along: a bureau.
        Viewer = "viewer", "查阅人员";
        /// Walks the villages.
        Inspector = "inspector", "网格员";
        /// Leads a town's team: confirms, supervises, closes out, hands upward.
        Lead = "lead", "组长";
        /// Sets the rules that hold for a county.
        Admin = "admin", "管理员";
    }
}

words! {
    /// What somebody must be allowed to do.
    Permission, "permission" {
        /// Look at sites and figures.
        Read = "read", "查看";
        /// Register and edit sites, record visits, findings, evidence of rectification, and papers handed over on site.
        Record = "record", "登记检查";
        /// Confirm, register, supervise, send back and close out problems; decide on sites; settle what is contested.
        Supervise = "supervise", "督导销号";
        /// Hand out petitions, lists and campaigns.
        Assign = "assign", "交办任务";
        /// Take ledgers and registers along as files.
        Export = "export", "导出台账";
        /// Import whole ledgers, divisions and boundaries.
        ManageLedger = "manage_ledger", "导入台账";
        /// Add people beneath oneself, invite and revoke their devices.
        ManagePeople = "manage_people", "管理人员和设备";
        /// Set the rules of a county.
        Administer = "administer", "管理规则";
    }
}

impl Role {
    /// The table: what this role may do. Each line holds what only it and those after it may, as far as there is an
    /// order among them; a viewer may export without being allowed to record.
    pub const fn permissions(self) -> &'static [Permission] {
        use Permission::{Administer, Assign, Export, ManageLedger, ManagePeople, Read, Record, Supervise};
        match self {
            Self::Viewer => &[Read, Export],
            Self::Inspector => &[Read, Record],
            Self::Lead => &[Read, Record, Supervise, Assign, Export, ManageLedger, ManagePeople],
            Self::Admin => &[Read, Record, Supervise, Assign, Export, ManageLedger, ManagePeople, Administer],
        }
    }

    /// Whether this role may do that.
    pub fn may(self, permission: Permission) -> bool {
        self.permissions().contains(&permission)
    }
}

impl Stage {
    /// What somebody must be allowed to do to move a problem to this stage.
    pub const fn permission(self) -> Permission {
        match self {
            Self::Discovered | Self::Rectifying => Permission::Record,
            Self::Confirmed | Self::Registered | Self::Supervised | Self::ClosedOut | Self::SentBack => {
                Permission::Supervise
            }
        }
    }
}

impl EnforcementStep {
    /// What somebody must be allowed to do to take this step. Notices and the record of cutting off are written on site
    /// by whoever stands there; handing a case to departments is the lead's.
    pub const fn permission(self) -> Permission {
        match self {
            Self::Persuade | Self::CutOff => Permission::Record,
            Self::JointEnforcement => Permission::Supervise,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_what_the_team_agreed_on() {
        let table: Vec<(Role, Vec<bool>)> = Role::ALL
            .iter()
            .map(|role| (*role, Permission::ALL.iter().map(|permission| role.may(*permission)).collect()))
            .collect();
        //                read   record superv assign export import people rules
        let expected = [
            (Role::Viewer, [true, false, false, false, true, false, false, false]),
            (Role::Inspector, [true, true, false, false, false, false, false, false]),
            (Role::Lead, [true, true, true, true, true, true, true, false]),
            (Role::Admin, [true, true, true, true, true, true, true, true]),
        ];
        assert_eq!(table, expected.map(|(role, row)| (role, row.to_vec())));
    }
}
