//! Small tools for text that know nothing of books or Docker.

pub(crate) mod byte_order_mark;
pub(crate) mod digest;
pub(crate) mod duration;
pub(crate) mod nearest;
pub(crate) mod position;
pub(crate) mod splice;
