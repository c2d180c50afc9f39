//! The data that the stages of the pipeline hand to each other.

pub(crate) mod fence;
pub(crate) mod finding;
pub(crate) mod markdown;
pub(crate) mod recording;
pub(crate) mod scenario;
pub(crate) mod status;
pub(crate) mod stream;
