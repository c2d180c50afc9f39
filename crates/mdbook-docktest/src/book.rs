//! The book: its settings and chapters, and mdBook's protocol.

pub mod chapters;
pub mod preprocess;
pub mod protocol;
pub mod settings;
pub(crate) mod source_file;
pub mod spill;
