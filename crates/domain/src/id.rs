//! Ids: UUIDs, each kind a type of its own. Version 7 where order of creation is wanted (sites), so that the
//! order of ids is the order in which a replica registered them.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$meta:meta])* $name:ident;)+) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
        #[cfg_attr(feature = "typescript", ts(type = "string"))]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// A new id, later than every id made before in this process.
            pub fn new() -> Self {
                Self(Uuid::now_v7())
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }

        impl Default for $name {
            fn default() -> Self {
                Self::new()
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(formatter)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    )+};
}

ids! {
    /// One site, and so one dossier and one document.
    SiteId;
    /// One visit.
    InspectionId;
    /// One finding.
    ProblemId;
    /// One step of a problem through its stages.
    StageChangeId;
    /// One verdict with its plan.
    DecisionId;
    /// One statement that a decision was carried out, or was not.
    CompletionId;
    /// One note of how far a plan has come.
    PlanProgressId;
    /// One paper of the three-step enforcement.
    PaperId;
    /// One statement that a paper is void.
    VoidId;
    /// One case that was filed.
    CaseId;
    /// One resettlement alert.
    AlertId;
    /// One answer to a resettlement alert.
    AlertAnswerId;
    /// One petition, assigned task or campaign, and so one document.
    TaskId;
    /// One reply to a petition, or another note on how a task ended.
    TaskReplyId;
    /// One reference to a photo; the photo itself is named by its hash.
    PhotoId;
}
