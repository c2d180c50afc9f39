//! What is kept between runs: recordings beside the book, and failed runs for `mdbook serve`.

pub mod equivalence;
pub(crate) mod failures;
pub mod files;
pub mod inputs;
pub mod recording_file;
pub(crate) mod replay;
