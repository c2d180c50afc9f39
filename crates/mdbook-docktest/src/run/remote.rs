//! Runs chapters in another place, by this same program there: see [`protocol`].

mod ask;
pub(crate) mod protocol;
mod serve;
mod settings;

pub(crate) use self::ask::{Helper, ask, request};
pub(crate) use self::serve::serve;

#[cfg(test)]
mod tests;
