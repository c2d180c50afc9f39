//! Text utilities that do not depend on books or Docker.

pub(crate) mod byte_order_mark;
pub(crate) mod digest;
pub(crate) mod duration;
pub(crate) mod json;
pub(crate) mod keys;
pub(crate) mod nearest;
pub(crate) mod position;
pub(crate) mod question;
pub(crate) mod size;
pub(crate) mod splice;
pub(crate) mod stamp;
pub(crate) mod table;
