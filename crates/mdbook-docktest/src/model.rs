//! The data that the stages of the pipeline hand to each other.

pub mod finding;
pub mod recording;
pub mod scenario;
