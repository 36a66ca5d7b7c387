//! What happens to photographs here: taken in, found again, stamped, checked.

pub(crate) mod camera;
pub(crate) mod decoding;
pub(crate) mod intake;
pub(crate) mod stamp;
pub(crate) mod thumbnail;
