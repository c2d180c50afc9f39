//! The data that the stages of the pipeline hand to each other.

pub mod fence;
pub mod finding;
pub mod markdown;
pub mod recording;
pub mod scenario;
pub mod status;
pub mod stream;
