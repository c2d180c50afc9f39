//! Data that outlives a run: recordings beside the book, and failed runs for `mdbook serve`.

pub(crate) mod engine_table;
pub(crate) mod equivalence;
pub(crate) mod failures;
pub mod files;
pub(crate) mod inputs;
pub(crate) mod recording_file;
pub(crate) mod replay;
