//! Work from devices whose author lacked the right for it, and the rules of a county.

use chrono::{DateTime, Utc};
use domain::{GridCode, Role, SiteId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use uuid::Uuid;

use super::messages;

/// What became of work that was held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum HeldState {
    /// It waits for a lead.
    Waiting,
    /// A lead let it in.
    Accepted,
    /// A lead would not have it.
    Refused,
}

messages! {
    /// One change that is held, in words that name what it would do.
    struct HeldChange {
        /// The command that made it, as it says.
        command: String,
        /// When it was made, by the device's clock.
        at: DateTime<Utc>,
        /// Who made it, as it says.
        by: String,
        /// What it would put on record, each as a word such as `stage:closed_out`, `decision:clean` or `field:name`.
        facts: Vec<String>,
    }
    /// Work of one device on one dossier or task that is held.
    struct HeldWork {
        /// Names it.
        id: Uuid,
        /// The site, if it is about one that is known here.
        site: Option<SiteId>,
        /// The name of the site, as far as it is known.
        name: String,
        /// The grid unit that it belongs to.
        grid: GridCode,
        /// The name of that unit.
        unit: String,
        /// The person of the device, as the office knows them.
        person: String,
        /// Their role.
        role: Role,
        /// The device.
        device: String,
        /// Why it is held, as a word: `role`, `scope`, `rule`, or `damaged` for what cannot be let in by anybody.
        reason: String,
        /// The changes, oldest first.
        changes: Vec<HeldChange>,
        /// When it arrived.
        arrived_at: DateTime<Utc>,
        /// What became of it.
        state: HeldState,
        /// What the lead said.
        comment: String,
    }
    /// Which work is meant.
    struct ListHeld {
        /// Only what waits.
        waiting: bool,
    }
    /// What a lead decides about held work.
    struct JudgeHeld {
        /// The work.
        id: Uuid,
        /// Whether it is let in.
        accept: bool,
        /// Why; must be given for refusing.
        comment: String,
    }
    /// The rules that hold for a county.
    struct Rules {
        /// The county.
        grid: GridCode,
        /// After how many days a done site is to be visited again.
        recheck_days: Vec<u16>,
    }
    /// Whose rules are meant.
    struct RulesOf {
        /// The county.
        grid: GridCode,
    }
}
