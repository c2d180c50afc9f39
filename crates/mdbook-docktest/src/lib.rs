//! Doc-tests for Docker courses.
//!
//! A chapter's shell blocks become a [`scenario::Scenario`]; running it gives a
//! [`recording::Recording`]; comparing both gives [`finding::Finding`]s; and the recording is put
//! back into the chapter. Only running touches the world.

pub mod accept;
pub mod assets;
pub mod attributes;
pub mod book_run;
pub mod chapters;
pub mod check;
pub mod cli;
pub mod commands;
mod console;
mod execute;
pub mod expect;
pub mod extract;
mod failures;
mod fence;
pub mod finding;
pub mod inputs;
pub mod install;
pub mod labels;
pub mod lints;
mod mentions;
mod nearest;
pub mod page;
pub mod position;
pub mod preprocess;
mod progress;
pub mod protocol;
mod recipe;
pub mod recording;
pub mod recordings;
pub mod render;
mod replay;
pub mod report;
pub mod run;
pub mod scenario;
pub mod settings;
mod source_file;
pub mod spill;
pub mod splice;
pub mod state;
mod terminal;

pub use execute::execute;
