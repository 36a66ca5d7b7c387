//! What crosses a process or a network: the lists of commands, the sync messages, and the errors.
//!
//! Absent on purpose: any code that carries a message, and any that acts on one.

pub mod command;
pub mod device;
pub mod error;
pub mod message;
pub mod office;
pub mod sync;
pub mod typescript;

pub use command::{Commands, dispatch};
pub use device::{DeviceCommands, dispatch_device};
pub use error::{ApiError, ErrorCode};
pub use office::{OfficeCommands, dispatch_office};
