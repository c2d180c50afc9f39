//! The commands below `engine`.

mod clean;
mod doctor;
mod images;
mod prepare;
mod table;

pub(super) use self::clean::clean;
pub(super) use self::doctor::doctor;
pub(super) use self::images::images;
pub(super) use self::prepare::prepare;
