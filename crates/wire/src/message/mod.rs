//! Requests and replies of the commands.

mod access;
mod bundle;
mod enrolment;
mod form;
mod ledger;
mod paper;
mod photo;
mod place;
mod problem;
mod quarantine;
mod session;
mod site;
mod sync;
mod task;
mod today;

pub use access::*;
pub use bundle::*;
pub use enrolment::*;
pub use form::*;
pub use ledger::*;
pub use paper::*;
pub use photo::*;
pub use place::*;
pub use problem::*;
pub use quarantine::*;
pub use session::*;
pub use site::*;
pub use sync::*;
pub use task::*;
pub use today::*;

/// Declares messages: each derives what a message needs.
macro_rules! messages {
    ($($(#[$meta:meta])* struct $name:ident { $($(#[$field_meta:meta])* $field:ident: $type:ty,)* })+) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
        pub struct $name { $($(#[$field_meta])* pub $field: $type,)* }
    )+};
}
use messages;
