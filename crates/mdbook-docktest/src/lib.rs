//! Doc-tests for Docker courses.
//!
//! A chapter's shell blocks become a [`model::scenario::Scenario`]; running it gives a
//! [`model::recording::Recording`]; comparing both gives [`model::finding::Finding`]s; and the recording is put
//! back into the chapter. Only running touches the world.

pub mod accept;
pub mod book;
pub mod check;
pub mod cli;
mod command;
pub mod expect;
pub mod extract;
pub mod install;
pub mod model;
pub mod render;
pub mod report;
pub mod run;
pub mod store;
mod terminal;
pub mod text;

pub use command::execute;
