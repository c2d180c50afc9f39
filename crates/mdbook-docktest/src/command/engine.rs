//! `engine images` and `engine clean`.

mod clean;
mod images;
mod table;

pub(super) use self::clean::clean;
pub(super) use self::images::images;
