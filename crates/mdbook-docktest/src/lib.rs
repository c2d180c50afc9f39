//! Doc-tests for Docker courses.
//!
//! A chapter's shell blocks become a [`scenario::Scenario`]; running it gives a
//! [`recording::Recording`]; comparing both gives [`finding::Finding`]s; and the recording is put
//! back into the chapter. Only running touches the world.

pub mod attributes;
pub mod extract;
mod fence;
pub mod finding;
mod labels;
pub mod page;
pub mod position;
pub mod protocol;
pub mod recording;
pub mod render;
pub mod report;
pub mod scenario;
pub mod splice;
mod terminal;
