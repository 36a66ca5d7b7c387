//! What two replicas tell each other of whole documents: compacted ones for who begins, heads for who compares, what moved to
//! another village, what was proven, and what may leave a device.

mod difference;
mod digest;
mod erase;
mod heads;
mod leaving;
mod moving;
mod proof;
mod repair;
mod usage;
mod whole;

pub use difference::DifferenceRow;
pub use leaving::LeavingDocument;
pub use whole::WholePage;
